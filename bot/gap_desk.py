"""Flagging an evidence gap, from a form to what the centre gets: cleaned, looked at by whoever flags, and counted once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot import gap_wording
from bot.conversations import key_of
from bot.errors import InputError
from bot.gap import Check, Concern, Gap, GapState, NewGap
from bot.gap_clock import Promise
from bot.gaps import Filters, Gaps, Order, Voice
from bot.like_gaps import LikeGaps
from bot.subscriptions import Address
from bot.turn import Bot

FIELDS: Final = {"question": 600, "decision": 300, "for_whom": 200, "role": 60}  # what is written, and its most letters
HOW_SOON: Final = ("Within a week", "Within a month", "Within six months", "No hurry")
RECENT: Final = 100  # gaps looked through for one that the same person flagged in the same words
CENTRE: Final = "centre"  # the surface of what the centre itself flags


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A form as the centre would get it, the kinds of personal data that were taken out, and whether it speaks of danger now."""

    form: Mapping[str, str]
    removed: tuple[str, ...]
    is_urgent: bool

    @property
    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield what was filled in, with its label."""
        for name, label in gap_wording.GAP_LABELS.items():
            if self.form.get(name):
                said = self.form[name]
                yield label, gap_wording.CONCERNS[said] if name == "concern" else said


@dataclass(frozen=True, slots=True)
class GapDesk:
    """Takes what people flag, and what the centre does with it.

    Attributes:
        bot: What is known.
        gaps: Keeps them.
        like: Finds those that ask something like a question.
        now: Returns the instant, with a time zone.
        promise: For how long a gap may wait before it is late.
    """

    bot: Bot
    gaps: Gaps
    like: LikeGaps
    now: Callable[[], datetime]
    promise: Promise = field(default_factory=Promise)

    def cleaned(self, form: Mapping[str, object]) -> Cleaned:
        """Return a form without personal data, to be shown to whoever filled it in before anything is kept.

        Raises:
            InputError: Saying what to write differently.
        """
        clean: dict[str, str] = {}
        removed: list[str] = []
        for name, most in FIELDS.items():
            written = str(form.get(name) or "").strip()
            if len(written) > most:
                raise InputError(f"“{gap_wording.GAP_LABELS[name]}” has {len(written)} letters; {most} are possible")
            found = self.bot.recogniser.personal.redact(written)
            clean[name] = found.text[:most]
            removed += found.types
        how_soon = str(form.get("how_soon") or "")
        clean["how_soon"] = how_soon if how_soon in HOW_SOON else ""
        clean["entry"] = str(form.get("entry") or "")
        concern = str(form.get("concern") or "")
        clean["concern"] = concern if clean["entry"] and concern in set(Concern) else ""
        new_gap(clean, (), "", "")  # the same rules as for what is kept
        texts = [clean[name] for name in FIELDS if clean[name]]
        # Each by itself as well: words around it can hide a cry for help.
        is_urgent = any(self.is_urgent(one) for one in (*texts, " ".join(texts)))
        return Cleaned(clean, tuple(dict.fromkeys(removed)), is_urgent)

    def is_urgent(self, text: str) -> bool:
        """Return whether a text speaks of someone in danger now."""
        return self.bot.recogniser.recognise(text, self.bot.shown).is_urgent

    async def flag(self, form: Mapping[str, object], person: Address, who: str) -> str:
        """Keep a gap that somebody confirmed, and return what to tell them; see `keep`."""
        return gap_wording.gap_flagged(await self.keep(form, person, who))

    async def keep(self, form: Mapping[str, object], person: Address, who: str, *, is_told: bool = True) -> int:
        """Keep a gap that somebody confirmed, and return its number.

        Args:
            form: As `cleaned` returned it; cleaned again, since it came back from outside.
            person: Where they are told what becomes of it.
            who: The person, as the surface names them; only a hash of it is kept.
            is_told: Whether they can be told; in a browser nobody can.

        Raises:
            InputError: Saying what to write differently.
            StoreError: If it could not be kept.
        """
        clean = self.cleaned(form).form
        key = key_of(person.surface, who)
        for earlier in await self.gaps.listed(Filters(), Order.NEWEST, RECENT):
            if earlier.question == clean["question"] and key in {
                voice.person for voice in await self.gaps.voices(earlier.number)
            }:
                return earlier.number
        entry = self.bot.shown.get(clean["entry"])
        new = new_gap(clean, self._topics(clean["question"]), person.surface, entry.version if entry else "")
        made = await self.gaps.flag(new, Voice(key, person if is_told else None, is_flagger=True), self.now())
        return made.number

    async def flag_for_centre(self, question: str, actor: str, why: str) -> Gap:
        """Keep a gap that the centre itself flags, with its voice, which is told nothing; the same question by the same person once.

        Args:
            question: Cleaned again.
            actor: Who does it: opaque, as `bot.gaps.Voice.person`.
            why: The first line of its history.

        Raises:
            InputError: If it speaks of danger now, or cannot be kept.
            StoreError: If it could not be kept.
        """
        cleaned = self._for_the_list(question)
        for earlier in await self.gaps.listed(Filters(), Order.NEWEST, RECENT):
            if (earlier.question, earlier.surface) == (cleaned.form["question"], CENTRE) and actor in {
                voice.person for voice in await self.gaps.voices(earlier.number)
            }:
                return earlier
        new = new_gap(cleaned.form, self._topics(question), CENTRE, "")
        return await self.gaps.flag(new, Voice(actor, is_flagger=True), self.now(), why)

    async def move(
        self,
        number: int,
        to: GapState,
        actor: str,
        why: str,
        *,
        check: Check | None = None,
        outcome: str = "",
        entry: str = "",
    ) -> Gap:
        """Move a gap to another state, and have its voices told; `actor` is opaque, as `bot.gaps.Voice.person`.

        Raises:
            InputError: If it may not be, or there is no such entry.
        """
        if entry and entry not in self.bot.shown:
            raise InputError(f"There is no entry {entry!r}")
        return await self.gaps.move(number, to, actor, why, self.now(), check=check, outcome=outcome, entry=entry)

    async def split(self, number: int, marks: Sequence[str], question: str, actor: str, why: str) -> Gap:
        """Give some of a gap's voices a gap of their own, have them told, and return it.

        Args:
            number: Of the gap.
            marks: Of the voices that go, as `bot.gaps.Voice.mark`.
            question: What they ask; cleaned again. All else is as in the gap that they leave.
            actor: Who does it: opaque, as `bot.gaps.Voice.person`.
            why: The reason.

        Raises:
            InputError: If there are no such voices, none would stay, or the question cannot be kept.
            StoreError: If it could not be kept.
        """
        cleaned = self._for_the_list(question)
        gap, voices = await self.gaps.get(number), await self.gaps.voices(number)
        persons = [voice.person for voice in voices if voice.mark in marks]
        if not marks or len(persons) != len(set(marks)):
            raise InputError(
                f"Gap {number} has the voices {', '.join(one.mark for one in voices[:20])}: say which of them go"
            )
        new = NewGap(
            cleaned.form["question"], gap.decision, gap.for_whom, gap.how_soon, gap.role, self._topics(question), gap.surface,
            gap.about_entry, gap.about_version, gap.concern,
        )  # fmt: skip
        return await self.gaps.split(number, persons, new, actor, why, self.now())

    def _for_the_list(self, question: str) -> Cleaned:
        """Return what the centre itself asks, cleaned; `InputError` if it speaks of danger now, or cannot be kept."""
        cleaned = self.cleaned({"question": question})
        if cleaned.is_urgent:
            raise InputError("This speaks of someone in danger now: it is not for a list of gaps")
        return cleaned

    def late(self, gap: Gap) -> str:
        """Return in words by how much a gap is late; "" for one that is in time."""
        days = self.promise.late_by(gap, self.now())
        return "" if not days else "1 working day late" if days == 1 else f"{days} working days late"

    def clean(self, text: str) -> str:
        """Return a text without personal data."""
        return self.bot.recogniser.personal.redact(text).text.strip()

    def _topics(self, question: str) -> tuple[str, ...]:
        """Return the topics of the entry that is nearest to a question: in whose queue it waits, until somebody looks."""
        recognised = self.bot.recogniser.recognise(question, self.bot.shown)
        return self.bot.shown[recognised.matches[0].id].topics[:3] if recognised.matches else ()


def new_gap(form: Mapping[str, str], topics: tuple[str, ...], surface: str, version: str) -> NewGap:
    """Return the gap of a form; `InputError` if it cannot be kept."""
    return NewGap(
        form["question"], form["decision"], form["for_whom"], form["how_soon"], form["role"], topics, surface,
        form["entry"] if version else "", version, form["concern"] if version else "",
    )  # fmt: skip
