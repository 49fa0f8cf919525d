"""Compile the sheets into one read-only SQLite file that anyone may open with `sqlite-utils` or Datasette."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlite_utils import Database

from knowledge.base import FORMAT
from knowledge.entry import EvidenceEntry
from knowledge.errors import KnowledgeError
from knowledge.glossary import Term, Topic


def content_hash(
    entries: Sequence[EvidenceEntry], terms: Sequence[Term], topics: Sequence[Topic], ingredients: Mapping[str, str]
) -> str:
    """Return the SHA-256, in hexadecimal, of everything an answer depends on.

    What was trained is not hashed but what it was trained from (`ingredients`): the last bits of trained numbers differ
    between processors, answers do not.
    """
    digest = hashlib.sha256()
    for value in [*sorted(entries, key=lambda entry: entry.id), *terms, *topics]:
        digest.update(value.model_dump_json().encode())
        digest.update(b"\0")
    for name, checksum in sorted(ingredients.items()):
        digest.update(f"{name}\0{checksum}\0".encode())
    return digest.hexdigest()


def write_compiled(
    path: Path,
    entries: Sequence[EvidenceEntry],
    terms: Sequence[Term],
    topics: Sequence[Topic],
    trained: Mapping[str, bytes],
    ingredients: Mapping[str, str],
) -> str:
    """Write the compiled knowledge base and return its content hash.

    The file is written beside its place and moved there in one step, so that a reader sees the old or the new one, whole.

    Raises:
        KnowledgeError: If the place cannot be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    unfinished.unlink(missing_ok=True)
    said = content_hash(entries, terms, topics, ingredients)
    try:
        database = Database(unfinished)
        _fill(database, sorted(entries, key=lambda entry: entry.id), terms, topics, trained)
        database.table("metadata").insert_all(
            [{"key": "content_hash", "value": said}, {"key": "entries", "value": str(len(entries))}], pk="key"
        )
        database.execute(f"PRAGMA user_version = {FORMAT}")
        database.close()
        with unfinished.open("rb+") as written:
            os.fsync(written.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise KnowledgeError(
            f"{path} cannot be written ({error.strerror}). Check the folder and the space left"
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return said


def _fill(
    database: Database,
    entries: Sequence[EvidenceEntry],
    terms: Sequence[Term],
    topics: Sequence[Topic],
    trained: Mapping[str, bytes],
) -> None:
    database.table("entries").insert_all(
        (
            {
                "id": entry.id,
                "title": entry.title,
                "names": "\n".join((entry.label, *entry.aliases, *entry.shared_aliases)),
                "in_brief": entry.texts.in_brief,
                "texts": "\n".join(
                    [
                        entry.texts.one_line,
                        entry.texts.what_this_means,
                        *entry.texts.findings,
                        *entry.texts.doing_it_well,
                    ]
                ),
                "examples": "\n".join(entry.examples.all()),
                "kind": entry.kind.value,
                "status": entry.status.value,
                "answer": entry.answer.value,
                "effect": entry.rating.effect.value,
                "strength": entry.rating.strength.value,
                "rating_by": entry.rating.by,
                "checked": entry.checked.isoformat(),
                "review_due": entry.review_due.isoformat(),
                "version": entry.version,
                "sheet": entry.model_dump_json(),
            }
            for entry in entries
        ),
        pk="id",
    )
    database.table("sources").insert_all(
        (
            {"entry": entry.id, **source.model_dump(mode="json"), "link": source.link}
            for entry in entries
            for source in entry.sources
        ),
        pk=("entry", "n"),
        foreign_keys=[("entry", "entries", "id")],
    )
    database.table("topics").insert_all(
        (
            {"id": topic.id, "name": topic.name, "position": n, "topic_json": topic.model_dump_json()}
            for n, topic in enumerate(topics)
        ),
        pk="id",
    )
    database.table("entry_topics").insert_all(
        ({"entry": entry.id, "topic": topic} for entry in entries for topic in entry.topics),
        pk=("entry", "topic"),
        foreign_keys=[("entry", "entries", "id"), ("topic", "topics", "id")],
    )
    database.table("glossary").insert_all(
        ({"position": n, "term": term.term, "term_json": term.model_dump_json()} for n, term in enumerate(terms)),
        pk="position",
    )
    database.table("trained").insert_all(
        ({"name": name, "content": blob} for name, blob in sorted(trained.items())), pk="name"
    )
    database.table("entries").enable_fts(
        ["id", "title", "names", "in_brief", "texts", "examples"],
        tokenize="porter unicode61 remove_diacritics 2",
        create_triggers=False,
    )
    database.table("entries").optimize()
