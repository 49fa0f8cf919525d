"""Draw the pictures of the documents again with the stored thresholds: `python -m benchmarks.pictures ../shared/eval`.

`benchmarks.thresholds --write` draws the same picture, but stores thresholds too; this stores nothing else. The picture of the
confusions is drawn by `whatworks evaluate`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.thresholds import PICTURE, draw, recognise_all
from bot import bootstrap
from bot.settings import load_settings


def main() -> None:
    """Draw the curve of risk and coverage, the answers of the stored threshold marked."""
    parser = argparse.ArgumentParser(description="Draw the pictures of the documents.")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    if not options.folder.is_dir():
        parser.exit(0, f"skipped: {options.folder} is not here\n")
    bot = bootstrap.make_bot(load_settings())
    questions, _ = recognise_all(bot, options.folder)
    draw(questions, bot.thresholds.answer)
    print(f"drawn: docs/pictures/{PICTURE.name}")


if __name__ == "__main__":
    main()
