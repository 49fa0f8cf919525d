"""One message of the centre to many: who gets it exactly, who approved it, when it goes, and how it is taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol
from uuid import uuid4

from bot.conversations import key_of
from bot.errors import InputError
from bot.outbox import Plan
from bot.schedule import zone_of
from bot.tips import TipId, pool
from bot.trials import Arm, TrialPlan, TrialResult, allocate, analyse, counted
from bot.turn import Bot

ALONE_MAX: Final = 25  # conversations that one person may send to
TEXT_MAX: Final = 600  # letters of a notice
AHEAD_MAX: Final = timedelta(days=90)
FROM_THE_CENTRE: Final = "It comes from the centre."
OF_TWO: Final = "It is one of two wordings that the centre compares."
LEFT_OUT: Final = "has had a tip in that week, or is about to"


_FIXES: Final = {
    "failed": "See the reason; when it is mended, resume the channel's tips and send the broadcast to it again.",
    "unknown": "Look in the channel whether it is there; it is not sent again by itself.",
    "skipped": "Nothing; it was too late, recalled, or its entry may not be sent any more.",
}


def what_to_do(state: str) -> str:
    """Return what to do about a delivery in a state; "" for nothing."""
    return _FIXES.get(state, "")


class BroadcastState(StrEnum):
    """What has become of a broadcast."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENDING = "sending"  # written into the outbox; each delivery tells what became of it
    CANCELLED = "cancelled"
    RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A tip or a notice for many conversations.

    Attributes:
        number: Its own.
        at: When it is to be sent, in UTC.
        asked: When it was drafted.
        by: Who drafted it: an opaque key.
        tip: What is sent; None for a notice or a trial.
        text: A notice's words.
        trial: The plan of a trial.
        organisations: Ids of workspaces and tenants; none for all.
        topics: Ids of topics, of which a subscription wants at least one; none for all.
        state: What has become of it.
        approved_by: Who approved it: an opaque key, never the same as `by`.
    """

    number: str
    at: datetime
    asked: datetime
    by: str
    tip: TipId | None = None
    text: str = ""
    trial: TrialPlan | None = None
    organisations: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    state: BroadcastState = BroadcastState.DRAFT
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A conversation that a broadcast is for.

    Attributes:
        subscription: The number of its subscription.
        surface: Where it is.
        organisation: Its workspace or tenant.
        due: When it is sent there: at the broadcast's time, or the first one after it that is no night and no holiday there.
        week: The ISO week of that.
        left_out: Why it gets nothing after all; "" for those who get it.
    """

    subscription: str
    surface: str
    organisation: str
    due: datetime
    week: str
    left_out: str = ""


Assigned = Mapping[str, Plan]  # what each subscription gets; a plan without a tip is the notice


class Broadcasts(Protocol):
    """Keeps broadcasts. Each method raises `StoreError` if it could not be done."""

    async def keep(self, broadcast: Broadcast, actor: str, now: datetime) -> None:
        """Keep a broadcast as it is now, and note who changed it."""
        ...

    async def get(self, number: str) -> Broadcast:
        """Return a broadcast; `InputError` if there is none with this number."""
        ...

    async def all(self) -> Sequence[Broadcast]:
        """Return every broadcast, newest first."""
        ...

    async def audience(self, broadcast: Broadcast) -> list[Recipient]:
        """Return exactly whom it is for, as things stand, in order of subscription."""
        ...

    async def send(
        self,
        broadcast: Broadcast,
        assign: Callable[[Sequence[Recipient]], Assigned],
        expected: int,
        actor: str,
        now: datetime,
    ) -> int:
        """Write a delivery down for everybody, all or none, and return how many.

        Raises:
            InputError: If there are not as many as expected any more, or it was sent before.
        """
        ...

    async def recall(self, broadcast: Broadcast, words: str, actor: str, now: datetime) -> int:
        """Have a note put in the place of every copy, and return how many; what is not sent yet is not sent."""
        ...

    async def report(self, number: str) -> list[dict[str, object]]:
        """Return each delivery as plain values: subscription, surface, conversation, due, state, reason, tip, attempts, helpful taps."""
        ...


@dataclass(frozen=True, slots=True)
class BroadcastDesk:
    """Takes what the centre wants to send.

    Attributes:
        bot: What is known.
        broadcasts: Keeps them.
        now: Returns the instant, with a time zone.
        today: Returns the day to judge review dates by.
    """

    bot: Bot
    broadcasts: Broadcasts
    now: Callable[[], datetime]
    today: Callable[[], date]

    async def draft(
        self, by: str, *, tip: TipId | None = None, text: str = "", trial: TrialPlan | None = None,
        organisations: Sequence[str] = (), topics: Sequence[str] = (), at: datetime | None = None,
    ) -> tuple[Broadcast, list[Recipient]]:  # fmt: skip
        """Keep a draft, and return it with exactly whom it is for. Nothing is sent.

        Raises:
            InputError: Saying what is wrong with it.
        """
        now = self.now()
        when = at or now
        if sum(one is not None for one in (tip, text.strip() or None, trial)) != 1:
            raise InputError("Give a tip, the words of a notice, or a trial: one of them")
        if len(text) > TEXT_MAX:
            raise InputError(f"A notice has at most {TEXT_MAX} letters; this one has {len(text)}")
        if not now - timedelta(minutes=1) <= when <= now + AHEAD_MAX:
            raise InputError("Choose a time from now to 90 days ahead")
        candidates = pool(self.bot.shown, (), self.today())
        for wanted in (trial.a, trial.b) if trial else (tip,) if tip else ():
            if wanted not in candidates:
                raise InputError(f"There is no tip {wanted} that may be sent")
        if unknown := set(topics) - set(self.bot.knowledge.topics):
            raise InputError(f"{min(unknown)!r} is not a topic")
        if text and (found := self.bot.recogniser.personal.redact(text).types):
            raise InputError(f"The notice seems to hold personal data ({', '.join(found)}); take it out")
        made = Broadcast(
            uuid4().hex[:8], when, now, key_of(by), tip, text.strip(), trial, tuple(organisations), tuple(topics)
        )
        audience = await self.broadcasts.audience(made)
        await self.broadcasts.keep(made, by, now)
        return made, audience

    async def approve(self, number: str, by: str) -> Broadcast:
        """Approve a draft of somebody else.

        Raises:
            InputError: If whoever approves drafted it, or it is no draft any more.
        """
        found = await self.broadcasts.get(number)
        if found.state is not BroadcastState.DRAFT:
            raise InputError(f"This broadcast is {found.state} already")
        if key_of(by) == found.by:
            raise InputError("Somebody else has to approve it: a second person looks before many are written to")
        approved = replace(found, state=BroadcastState.APPROVED, approved_by=key_of(by))
        await self.broadcasts.keep(approved, by, self.now())
        return approved

    async def send(self, number: str, typed: int, by: str) -> int:
        """Write a broadcast into the outbox, for its time, and return how many conversations get it.

        Args:
            number: Of the broadcast.
            typed: How many conversations the sender says that it is for.
            by: Who sends it.

        Raises:
            InputError: If that is not how many there are, or a second person has to approve it first.
        """
        found = await self.broadcasts.get(number)
        if found.state not in {BroadcastState.DRAFT, BroadcastState.APPROVED}:
            raise InputError(f"This broadcast is {found.state} already")
        reached = [one for one in await self.broadcasts.audience(found) if not one.left_out]
        if not reached:
            raise InputError("Nobody would get it")
        if len(reached) > ALONE_MAX and found.state is not BroadcastState.APPROVED:
            raise InputError(
                f"It is for {len(reached)} conversations: above {ALONE_MAX} a second person has to approve it"
            )
        if typed != len(reached):
            raise InputError(f"It is for {len(reached)} conversations, not {typed}; look at the list again")
        return await self.broadcasts.send(found, lambda all_: self._assigned(found, all_), typed, by, self.now())

    async def cancel(self, number: str, by: str) -> None:
        """Give up a broadcast that was not sent yet.

        Raises:
            InputError: If it was sent: it can be recalled.
        """
        found = await self.broadcasts.get(number)
        if found.state not in {BroadcastState.DRAFT, BroadcastState.APPROVED}:
            raise InputError(f"This broadcast is {found.state} already; recall it instead")
        await self.broadcasts.keep(replace(found, state=BroadcastState.CANCELLED), by, self.now())

    async def recall(self, number: str, note: str, by: str) -> int:
        """Put a note in the place of every copy: what was wrong or, to correct it, what it should have said.

        Raises:
            InputError: If it was not sent, or there is no note.
        """
        found = await self.broadcasts.get(number)
        if found.state not in {BroadcastState.SENDING, BroadcastState.RECALLED}:
            raise InputError("This broadcast was not sent")
        if not 1 <= len(note.strip()) <= TEXT_MAX:
            raise InputError(f"Say in 1 to {TEXT_MAX} letters what stands in its place")
        return await self.broadcasts.recall(found, note.strip(), by, self.now())

    async def progress(self, number: str) -> dict[str, int]:
        """Return how many deliveries are in each state."""
        await self.broadcasts.get(number)
        return dict(Counter(str(row["state"]) for row in await self.broadcasts.report(number)))

    async def result(self, number: str) -> tuple[TrialPlan, TrialResult]:
        """Return what came of a trial.

        Raises:
            InputError: If it is none, or not at its end: looking earlier would make chance look like a result.
        """
        found = await self.broadcasts.get(number)
        if found.trial is None or found.state not in {BroadcastState.SENDING, BroadcastState.RECALLED}:
            raise InputError("This is not a trial that was begun")
        end = found.at + timedelta(days=found.trial.days)
        if self.now() < end:
            raise InputError(
                f"The trial is judged at its end alone, on {end.astimezone(zone_of('Europe/London')):%d %B %Y}"
            )
        rows = await self.broadcasts.report(number)
        arms = {str(found.trial.a): Arm.A, str(found.trial.b): Arm.B}
        outcomes, sent = counted(
            (arms[str(row["tip"])], row["state"] in {"sent", "unknown", "recalled"}, int(str(row["helpful"])))
            for row in rows
        )
        return found.trial, analyse(outcomes, sent, found.trial)

    def _assigned(self, broadcast: Broadcast, recipients: Sequence[Recipient]) -> Assigned:
        """Return what each conversation gets: of a trial, what is drawn for it."""
        trial = broadcast.trial
        if trial is None:
            plan = Plan(broadcast.tip, self._version(broadcast.tip), FROM_THE_CENTRE)
            return {one.subscription: plan for one in recipients}
        arms = allocate({one.subscription: one.organisation for one in recipients}, trial.seed)
        plans = {arm: Plan(trial.tip(arm), self._version(trial.tip(arm)), OF_TWO) for arm in Arm}
        return {subscription: plans[arm] for subscription, arm in arms.items()}

    def _version(self, tip: TipId | None) -> str:
        return self.bot.shown[tip.entry_id].version if tip and tip.entry_id in self.bot.shown else ""
