"""From a gap that was known after all to a better sheet: its words become an example question of the entry, and are asked again in every test run."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import yaml

from bot.errors import InputError
from bot.gap import Check, Gap
from bot.reply import Answered, ChoicesReply
from bot.turn import Bot, Conversation
from knowledge.sheet import SHEETS

SHORT_WORDS: Final = 6  # a question of at most so many is one of the short examples
ASKED: Final = SHEETS.parent / "asked.jsonl"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question that an entry answers, and that did not find it.

    Attributes:
        entry: The entry's id.
        question: In the practitioner's words, personal data removed.
        gap: The number of the gap that it comes from.
    """

    entry: str
    question: str
    gap: int

    def line(self) -> str:
        """Return it as one line of `knowledge/asked.jsonl`."""
        kept = {"entry": self.entry, "question": self.question, "gap": self.gap}
        return json.dumps(kept, ensure_ascii=False) + "\n"


def proposal_of(gap: Gap) -> Proposal:
    """Return what a gap proposes.

    Raises:
        InputError: If it was not known, or no entry answers it.
    """
    if gap.check is not Check.KNOWN or not gap.entry:
        raise InputError(
            f"Gap {gap.number} proposes nothing: only one that was checked as known and answered with an entry does"
        )
    return Proposal(gap.entry, " ".join(gap.question.split()), gap.number)


def with_example(sheet: str, question: str) -> str:
    """Return a sheet's text with one more example question, at the end of those of its length; every other line as it was.

    Raises:
        InputError: If the question is there, or the sheet has no list of that length.
    """
    examples = yaml.safe_load(sheet)["examples"]
    if question.casefold() in {str(one).casefold() for listed in examples.values() for one in listed or ()}:
        raise InputError("The sheet has this example already")
    style = "short" if len(question.split()) <= SHORT_WORDS else "long"
    found = re.search(rf"^examples:\n(?:^ .*\n)*?^  {style}:\n(?P<list>(?:^  (?:-|  ).*\n)+)", sheet, re.MULTILINE)
    if found is None:
        raise InputError(f"The sheet has no list of {style} examples")
    dumped = yaml.safe_dump([question], allow_unicode=True, width=120)
    added = "".join(f"  {line}\n" for line in dumped.splitlines())
    return sheet[: found.end("list")] + added + sheet[found.end("list") :]


def sheet_of(proposal: Proposal, folder: Path) -> Path:
    """Return the sheet that a proposal would change; `InputError` if the folder has none of its entry."""
    sheet = folder / f"{proposal.entry}.yaml"
    if not sheet.is_file():
        raise InputError(f"There is no sheet {sheet.name} in {folder}")
    return sheet


def difference(before: str, after: str, name: str) -> str:
    """Return what changes in a sheet, as a patch."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}", n=2
    )
    return "".join(lines)


def asked(path: Path = ASKED) -> Iterator[Proposal]:
    """Yield the questions that once did not find their entry, oldest first."""
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield Proposal(**json.loads(line))


def not_found(bot: Bot, questions: Iterable[Proposal], today: date) -> list[Proposal]:
    """Return those whose entry is neither the answer nor among the choices."""
    return [one for one in questions if one.entry not in _offered(bot, one.question, today)]


def _offered(bot: Bot, question: str, today: date) -> set[str]:
    reply = bot.turn(question, Conversation(), today).reply
    if isinstance(reply, ChoicesReply):
        return {entry.id for entry in reply.options}
    return {reply.entry.id} if isinstance(reply, Answered) else set()
