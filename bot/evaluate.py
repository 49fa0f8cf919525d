"""Measure the bot on a folder of question sets shaped like the development sets (`docs/matching.md` has the definitions)."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from bot.errors import InputError
from bot.reply import ChoicesReply, Ending, Reply, UrgentReply
from bot.turn import Bot, Conversation, Turn

FILES: Final = ("questions.jsonl", "out_of_scope.jsonl", "crisis.jsonl", "personal_data.jsonl")
CONFIDENT: Final = frozenset({Ending.EVIDENCE, Ending.GUIDANCE, Ending.NO_EVIDENCE_YET})
LOOSE_TYPES: Final = frozenset({"ADDRESS", "AGE_AND_PLACE"})  # 80% of the characters removed is enough
LOOSE_SHARE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often an entry came first instead of the right one; `first` is "" when nothing fitted."""

    right: str
    first: str
    times: int


@dataclass(slots=True)
class Scores:
    """The measures, each from 0 to 1 (or None where its file is absent)."""

    questions: int = 0
    top_1: float | None = None
    top_3: float | None = None
    answered: float | None = None
    precision: float | None = None
    shown: float | None = None
    out_of_scope_answered: float | None = None
    out_of_scope_asked_back: float | None = None
    urgent_recall: float | None = None
    urgent_false_alarms: float | None = None
    urgent_on_questions: float | None = None
    personal_recall: dict[str, float] = field(default_factory=dict)
    personal_false_on_clean: float | None = None
    personal_false_per_100: float | None = None
    by_style: dict[str, dict[str, float]] = field(default_factory=dict)
    confusions: list[Confusion] = field(default_factory=list)
    wrong: list[dict[str, Any]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return the measures as plain values."""
        return asdict(self)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON Lines file.

    Raises:
        InputError: If a line is not a JSON object.
    """
    found = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if line.strip():
            try:
                value = json.loads(line)
            except ValueError as error:
                raise InputError(f"{path.name}, line {number} is not JSON: {error}") from error
            if not isinstance(value, dict):
                raise InputError(f"{path.name}, line {number} is not a JSON object")
            found.append(value)
    return found


def evaluate(bot: Bot, folder: Path, today: date) -> Scores:
    """Return the measures of a bot on a folder of question sets; a missing file leaves its measures out.

    Raises:
        InputError: If the folder holds none of the files, or a file cannot be read.
    """
    present = {name: read_lines(folder / name) for name in FILES if (folder / name).is_file()}
    if not present:
        raise InputError(f"{folder} holds none of {', '.join(FILES)}")
    scores = Scores()
    try:
        if questions := present.get("questions.jsonl"):
            _questions(scores, bot, questions, today)
        if out_of_scope := present.get("out_of_scope.jsonl"):
            endings = [_turn(bot, line["question"], today).reply.ending for line in out_of_scope]
            scores.out_of_scope_answered = _share(ending in CONFIDENT for ending in endings)
            scores.out_of_scope_asked_back = _share(ending is Ending.CHOICES for ending in endings)
        if crisis := present.get("crisis.jsonl"):
            flagged = [(line["immediate"], _turn(bot, line["message"], today).recognition.is_urgent) for line in crisis]
            scores.urgent_recall = _share(is_urgent for immediate, is_urgent in flagged if immediate)
            scores.urgent_false_alarms = _share(is_urgent for immediate, is_urgent in flagged if not immediate)
        if personal := present.get("personal_data.jsonl"):
            _personal(scores, bot, personal)
    except KeyError as error:
        raise InputError(f"A line in {folder} has no key {error}") from error
    except (IndexError, TypeError, AttributeError) as error:
        raise InputError(
            f"A line in {folder} has a key of the wrong shape, such as an empty accept: {error}"
        ) from error
    return scores


def _turn(bot: Bot, message: str, today: date) -> Turn:
    return bot.turn(message, Conversation(), today)


def _share(claims: Iterable[bool]) -> float | None:
    counted = list(claims)
    return round(sum(counted) / len(counted), 4) if counted else None


def _questions(scores: Scores, bot: Bot, questions: Sequence[dict[str, Any]], today: date) -> None:
    rows: list[tuple[str, bool, bool, bool, bool]] = []
    confused: Counter[tuple[str, str]] = Counter()
    urgent = []
    for line in questions:
        turn = _turn(bot, line["question"], today)
        ids, accept = [match.id for match in turn.recognition.matches], set(line["accept"])
        reply: Reply = turn.reply
        first = bool(ids) and ids[0] in accept
        if isinstance(reply, UrgentReply) and reply.then is not None:
            reply = reply.then  # the answer stands below what to do now
        confident = reply.ending in CONFIDENT
        shown = (confident and first) or (
            isinstance(reply, ChoicesReply) and any(entry.id in accept for entry in reply.options)
        )
        rows.append((line.get("style", "all"), first, bool(accept & set(ids[:3])), confident, shown))
        urgent.append(turn.recognition.is_urgent)
        if not first:
            confused[(line["accept"][0], ids[0] if ids else "")] += 1
            scores.wrong.append(
                {
                    "id": line.get("id"),
                    "ending": reply.ending.value,
                    "accept": line["accept"],
                    "matches": [asdict(m) for m in turn.recognition.matches[:3]],
                }
            )
    scores.questions = len(rows)
    overall = _measures(rows)
    scores.top_1, scores.top_3, scores.answered, scores.precision, scores.shown = (
        overall[key] for key in ("top_1", "top_3", "answered", "precision", "shown")
    )
    styles = defaultdict(list)
    for row in rows:
        styles[row[0]].append(row)
    scores.by_style = {style: _measures(part) for style, part in sorted(styles.items())}
    scores.confusions = [Confusion(*pair, times) for pair, times in confused.most_common()]
    scores.urgent_on_questions = _share(urgent)


def _measures(rows: Sequence[tuple[str, bool, bool, bool, bool]]) -> dict[str, float]:
    confident = [row for row in rows if row[3]]
    return {
        "questions": len(rows),
        "top_1": _share(row[1] for row in rows) or 0.0,
        "top_3": _share(row[2] for row in rows) or 0.0,
        "answered": _share(row[3] for row in rows) or 0.0,
        "precision": _share(row[1] for row in confident) or 0.0,
        "shown": _share(row[4] for row in rows) or 0.0,
    }


def _personal(scores: Scores, bot: Bot, lines: Sequence[dict[str, Any]]) -> None:
    hits: dict[str, list[bool]] = defaultdict(list)
    false = clean = clean_with_any = 0
    for line in lines:
        found = bot.recogniser.personal.find(line["text"])
        removed = {at for span in found for at in range(span.start, span.end)}
        for gold in line["spans"]:
            covered = sum(at in removed for at in range(gold["start"], gold["end"])) / (gold["end"] - gold["start"])
            hit = covered >= (LOOSE_SHARE if gold["type"] in LOOSE_TYPES else 1.0)
            hits[gold["type"]].append(hit)
            hits["all"].append(hit)
        false += sum(
            not any(span.start < gold["end"] and gold["start"] < span.end for gold in line["spans"]) for span in found
        )
        if not line["spans"]:
            clean, clean_with_any = clean + 1, clean_with_any + bool(found)
    scores.personal_recall = {kind: _share(found) or 0.0 for kind, found in sorted(hits.items())}
    scores.personal_false_on_clean = round(clean_with_any / clean, 4) if clean else None
    scores.personal_false_per_100 = round(100 * false / len(lines), 2) if lines else None
