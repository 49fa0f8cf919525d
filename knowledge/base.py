"""The knowledge base: everything that answers a question, read once from the compiled file into an immutable value."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError

from knowledge.entry import EvidenceEntry, Status
from knowledge.errors import KnowledgeError
from knowledge.glossary import Term, Topic

COMPILED: Final = Path(__file__).parent / "compiled" / "knowledge.sqlite"
FORMAT: Final = 1  # PRAGMA user_version of the compiled file; another number means: build it again
SEARCH_TERMS_MAX: Final = 12
_STOP_WORDS: Final = frozenset(
    "a about an and any are as at be been but by can could did do does for from get give had has have hello help hi how i if in "
    "is it its me my of on or our out please should so some tell than that the their them there they this to us was we what when "
    "where which who why will with would you your".split()
)


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """The evidence entries with their glossary, topics and the trained parts of the understanding.

    Attributes:
        entries: By id, in order of id; every status, so that a retired entry can point to its successor.
        terms: The sector glossary.
        topics: By id.
        trained: Blobs by name: what `intents` learnt at build time; opaque here.
        content_hash: Changes whenever an answer could.
        path: The compiled file, for searching.
    """

    entries: Mapping[str, EvidenceEntry]
    terms: tuple[Term, ...]
    topics: Mapping[str, Topic]
    trained: Mapping[str, bytes]
    content_hash: str
    path: Path
    _published: Mapping[str, EvidenceEntry] = field(init=False, repr=False, compare=False)
    _signed_off: Mapping[str, EvidenceEntry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        published = {entry.id: entry for entry in self.entries.values() if entry.status is Status.PUBLISHED}
        signed_off = {entry.id: entry for entry in published.values() if entry.sign_off.is_complete}
        object.__setattr__(self, "_published", MappingProxyType(published))
        object.__setattr__(self, "_signed_off", MappingProxyType(signed_off))

    @classmethod
    def load(cls, path: Path = COMPILED) -> KnowledgeBase:
        """Return the knowledge base that a compiled file holds.

        Raises:
            KnowledgeError: If the file is missing, of another format or damaged; the message says what to do.
        """
        if not path.is_file():
            raise KnowledgeError(f"There is no knowledge base at {path}. Build it with: whatworks knowledge build")
        try:
            with _opened(path) as connection:
                (found,) = connection.execute("PRAGMA user_version").fetchone()
                if found != FORMAT:
                    raise KnowledgeError(
                        f"{path} has format {found}, this version reads {FORMAT}. Run: whatworks knowledge build"
                    )
                entries = [
                    EvidenceEntry.model_validate_json(row[0])
                    for row in connection.execute("select sheet from entries order by id")
                ]
                terms = [
                    Term.model_validate_json(row[0])
                    for row in connection.execute("select term_json from glossary order by position")
                ]
                topics = [
                    Topic.model_validate_json(row[0])
                    for row in connection.execute("select topic_json from topics order by position")
                ]
                trained = dict(connection.execute("select name, content from trained order by name"))
                (content_hash,) = connection.execute("select value from metadata where key = 'content_hash'").fetchone()
        except (sqlite3.Error, ValidationError, TypeError) as error:
            raise KnowledgeError(
                f"{path} is damaged ({type(error).__name__}). Run: whatworks knowledge build"
            ) from error
        return cls(
            MappingProxyType({entry.id: entry for entry in entries}),
            tuple(terms),
            MappingProxyType({topic.id: topic for topic in topics}),
            MappingProxyType(trained),
            content_hash,
            path,
        )

    def shown(self, *, require_sign_off: bool = False) -> Mapping[str, EvidenceEntry]:
        """Return the entries that practitioners may see: published, and signed off twice where that is required."""
        return self._signed_off if require_sign_off else self._published

    def on_topic(self, topic: str) -> list[EvidenceEntry]:
        """Return the published entries on a topic, by title."""
        return sorted((e for e in self.shown().values() if topic in e.topics), key=lambda entry: entry.title)

    def search(self, text: str, limit: int = 10, *, as_typed: bool = False) -> list[tuple[EvidenceEntry, float]]:
        """Return the entries whose words fit a text, best first, with their BM25 score (higher is better).

        For browsing and curators; questions are matched by `intents`. A text without a searchable word finds nothing.

        Args:
            text: Words; an entry that has more of them, or rarer ones, comes first.
            limit: How many entries to return at most.
            as_typed: Whether this is a search box, whose last word may still be growing: entries with all of the words are
                the only ones returned if there are any, and those whose names have them come first.
        """
        words = [word for word in re.findall(r"\w+", text.casefold()) if word not in _STOP_WORDS][:SEARCH_TERMS_MAX]
        if not words:
            return []
        quoted = [f'"{word}"' for word in words]
        any_word, all_words = " OR ".join(quoted), " AND ".join(quoted) + "*"
        query = (
            "select entries.id, -bm25(entries_fts, 0, 8, 6, 4, 2, 1) as score from entries_fts join entries on entries.rowid = entries_fts.rowid "
            "where entries_fts match ? order by score desc, entries.id limit ?"
        )
        with _opened(self.path) as connection:

            def fitting(match: str) -> dict[str, float]:
                return dict(connection.execute(query, (match, limit)).fetchall())

            if as_typed:
                rows = (fitting(f"{{title names}} : ({all_words})") | fitting(all_words)) or fitting(f"{any_word}*")
            else:
                rows = fitting(any_word)
        # The file may have been built again since: what is not in this value is not shown with it.
        return [(self.entries[found], score) for found, score in rows.items() if found in self.entries][:limit]


def _opened(path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True))
