"""Measure one question, everything included, and the command from cold: `python -m benchmarks.speed`.

Everything: personal data, danger now, what is wanted, matching, the reply and its card; one thread, warm. Questions are the
example questions of the sheets with a slip of typing in each, so that none is met as it was learnt.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Final

from benchmarks.banking77 import with_slips
from bot import bootstrap
from bot.layout import lay_out
from bot.settings import load_settings
from bot.turn import Bot, Conversation
from knowledge.entry import EvidenceEntry

QUESTIONS: Final = 600
COLD_RUNS: Final = 5
_COLD: Final = """
import resource, sys
from bot.cli import main
main(["ask", "--json", "does fgc keep kids out of care?"], standalone_mode=False)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
"""


def questions_of(entries: Sequence[EvidenceEntry], count: int = QUESTIONS, seed: int = 1) -> list[str]:
    """Return example questions of every style, drawn at random, each with a slip of typing."""
    rng = random.Random(seed)  # noqa: S311 - draws questions, not secrets
    drawn = rng.sample([question for entry in entries for question in entry.examples.all()], count)
    return [with_slips(question, rng, 1) for question in drawn]


def milliseconds(bot: Bot, questions: Sequence[str]) -> list[float]:
    """Return how long each question takes, in milliseconds."""
    took = []
    for question in questions:
        began = perf_counter()
        turn = bot.turn(question, Conversation(), bootstrap.today())
        lay_out(turn.reply, removed=turn.recognition.removed)
        took.append((perf_counter() - began) * 1_000)
    return took


def say(name: str, took: Sequence[float]) -> None:
    """Print the median and the 99th percentile."""
    print(f"{name}: median {median(took):.1f} ms, 99th percentile {quantiles(took, n=100)[98]:.1f} ms", flush=True)


def main() -> None:
    """Print the figures."""
    bot = bootstrap.make_bot(load_settings())
    questions = questions_of(list(bot.knowledge.entries.values()))
    milliseconds(bot, questions[:50])
    took = milliseconds(bot, questions)
    say(f"one question, warm, {len(bot.knowledge.entries)} entries", took)
    by_length = sorted(zip(took, questions, strict=True), key=lambda pair: len(pair[1]))
    third = len(by_length) // 3
    for name, part in (("short", by_length[:third]), ("middle", by_length[third:-third]), ("long", by_length[-third:])):
        words = median(len(question.split()) for _, question in part)
        say(f"  {name} questions ({words:.0f} words)", [one for one, _ in part])
    print(f"resident memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    cold, memory = [], 0
    for _ in range(COLD_RUNS):
        began = perf_counter()
        command = [sys.executable, "-c", _COLD]
        run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])  # noqa: S603 - our own command
        cold.append(perf_counter() - began)
        memory = int(run.stderr)
        json.loads(run.stdout)
    print(f"whatworks ask from cold: median {median(cold):.2f} s of {COLD_RUNS}, memory {memory} MB")


if __name__ == "__main__":
    main()
