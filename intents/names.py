"""Whether a text names an intent: its title or an alias stands in it (after spelling correction)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from intents.text import words

Floats: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class NameIndex:
    """Names of intents, to be looked up in texts.

    Attributes:
        names: For each intent what it is called.
        exact: For each first word, the names that start with it: the words and the intents so called.
    """

    names: Sequence[Sequence[str]]
    exact: dict[str, list[tuple[tuple[str, ...], tuple[int, ...]]]]

    @classmethod
    def of(cls, names: Sequence[Sequence[str]]) -> NameIndex:
        """Return the index of the names of each intent."""
        owners: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for intent, called in enumerate(names):
            for name in called:
                if key := tuple(words(name)):
                    owners[key].add(intent)
        exact: dict[str, list[tuple[tuple[str, ...], tuple[int, ...]]]] = defaultdict(list)
        for key, intents in sorted(owners.items()):
            exact[key[0]].append((key, tuple(sorted(intents))))
        return cls(names, dict(exact))

    def scores(self, text: str) -> Floats:
        """Return for each intent from 0 (not named) to 1: more for longer names, and for names that nobody else has."""
        scores = np.zeros(len(self.names), dtype=np.float32)
        tokens = tuple(words(text))
        for at, token in enumerate(tokens):
            for key, intents in self.exact.get(token, ()):
                if tokens[at : at + len(key)] == key:
                    weight = min(1.0, 0.4 + 0.2 * len(key)) / len(intents)
                    for intent in intents:
                        scores[intent] = max(scores[intent], weight)
        return scores

    def found(self, text: str) -> tuple[int, ...]:
        """Return the intents that a text names by a name nobody else has, in order of mention; a longer name wins over one inside it."""
        tokens = tuple(words(text))
        mentioned: list[int] = []
        at = 0
        while at < len(tokens):
            here = [
                (key, intents) for key, intents in self.exact.get(tokens[at], ()) if tokens[at : at + len(key)] == key
            ]
            key, intents = max(here, key=lambda found: len(found[0]), default=((), ()))
            if len(intents) == 1 and intents[0] not in mentioned:
                mentioned.append(intents[0])
            at += max(1, len(key))
        return tuple(mentioned)
