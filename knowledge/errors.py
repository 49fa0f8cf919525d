"""Everything that can go wrong with the knowledge: all of it derives from `KnowledgeError`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Breach:
    """One broken rule: where it stands, what is wrong and what to do about it."""

    file: str
    key: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        """Return one line: file, key, problem, remedy."""
        return f"{self.file}: {self.key}: {self.problem}. {self.remedy}."


class KnowledgeError(Exception):
    """The knowledge base cannot be read, built or used."""


class SheetError(KnowledgeError):
    """Sheets (or the glossary, or the topic list) break their rules; `breaches` says each one."""

    def __init__(self, breaches: Sequence[Breach]) -> None:
        self.breaches = tuple(breaches)
        super().__init__("\n".join(str(breach) for breach in breaches))
