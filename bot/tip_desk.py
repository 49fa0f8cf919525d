"""What a manager can do about a conversation's weekly tip; each change is kept, audited and confirmed in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Final, Protocol

from bot import wording
from bot.card import Card
from bot.errors import InputError
from bot.outbox import Decide
from bot.roles import Person, Role, Roles
from bot.schedule import DAYS, Schedule, Week, day_of, time_of, zone_of
from bot.subscriptions import Address, State, Subscription, Subscriptions
from bot.tip_choice import decide
from bot.tips import TipId, card_of_tip, choose, pool
from bot.turn import Bot

WHAT: Final = {
    "save": "Post a tip every week", "skip": "Leave the next one out", "send": "Send one now", "pause": "Pause", "stop": "Stop",
}  # fmt: skip
DRAWN: Final = "drawn"  # of a form: no tip is chosen by hand
NONE_TODAY: Final = "There is no tip on these topics that may be sent."
SENT_ALREADY: Final = "This week's tip was sent already; there is at most one a week."


class OutboxForDesk(Protocol):
    """What the desk asks of an outbox."""

    async def plan_now(self, subscription: Subscription, week: str, now: datetime, decide: Decide) -> bool:
        """Write a delivery down for at once; return False if the conversation has one for that week."""
        ...

    async def had(self, address: Address) -> Sequence[TipId]:
        """Return the tips that a conversation had, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class TipDesk:
    """Takes what managers want.

    Attributes:
        bot: What is known.
        subscriptions: Keeps them.
        outbox: Keeps deliveries.
        now: Returns the instant, with a time zone.
        today: Returns the day to judge review dates by.
        roles: Who may change a channel's tip; None if anybody in it may.
    """

    bot: Bot
    subscriptions: Subscriptions
    outbox: OutboxForDesk
    now: Callable[[], datetime]
    today: Callable[[], date]
    roles: Roles | None = None

    async def apply(self, address: Address, form: Mapping[str, object], actor: str) -> tuple[str, Card | None]:
        """Do what a form says, and return what to tell the manager, and the card that comes next.

        Args:
            address: The conversation.
            form: `what` (a key of `WHAT`), `day`, `at`, `zone`, `topics`, `until`, `pick` (the written id of a tip, or "" for none), `term_time`;
                what is absent stays as it is.
            actor: Who asks, as the surface names them.

        Raises:
            InputError: Saying what is wrong with the form; nothing was changed.
            StoreError: If it could not be kept.
        """
        what = str(form.get("what") or "save")
        if what not in WHAT:
            raise InputError("Choose what to do with the weekly tip")
        await self._check_role(address, actor)
        before = await self.subscriptions.find(address.surface, address.conversation)
        if before is None and what in {"skip", "pause", "stop"}:
            raise InputError("No weekly tip comes here yet")
        wanted = self._filled(before, address, form, actor)
        now = self.now()
        if what == "stop":
            wanted = wanted.stopped()
        elif what == "pause":
            wanted = wanted.paused(_date_of(form.get("until")))
        elif what == "skip":
            due = wanted.resumed().next_due(now)
            wanted = wanted.resumed().skipping(due.week) if due else wanted
        else:
            wanted = wanted.resumed()
        said = ""
        if what == "send":
            wanted, said = await self._send_now(wanted, now)
        await self.subscriptions.keep(wanted, now, actor)
        card = None if what in {"stop", "send"} else await self.preview(wanted)
        return f"{said} {wanted.confirmed(now)}".strip(), card

    async def pick(self, subscription: Subscription, tip: TipId | None, actor: str) -> str:
        """Choose a tip by hand for the next time.

        Raises:
            InputError: If there is no such tip to send.
        """
        picked = subscription.picking(self._picked(tip and str(tip)))
        await self.subscriptions.keep(picked, self.now(), actor)
        return picked.confirmed(self.now())

    async def preview(self, subscription: Subscription) -> Card | None:
        """Return the card that comes next, as far as can be said today; None if there is none."""
        plan = decide(self.bot, self.today, subscription, await self.outbox.had(subscription.address))
        if plan.tip is None:
            return None
        return card_of_tip(self.bot.shown[plan.tip.entry_id], plan.tip.number, plan.why)

    async def _check_role(self, address: Address, actor: str) -> None:
        if self.roles is None or address.is_personal:
            return
        if not await self.roles.of(Person(address.surface, actor)) & {Role.MANAGER, Role.ADMINISTRATOR}:
            raise InputError(f"{wording.ONLY_MANAGERS} whatworks roles grant {address.surface} {actor} manager")

    async def _send_now(self, subscription: Subscription, now: datetime) -> tuple[Subscription, str]:
        week = str(Week.of(now.astimezone(zone_of(subscription.schedule.zone)).date()))
        if await self.preview(subscription) is None:
            return subscription, NONE_TODAY
        if not await self.outbox.plan_now(subscription, week, now, partial(decide, self.bot, self.today)):
            return subscription, SENT_ALREADY
        return replace(subscription.skipping(week), picked=None), "A tip is on its way."

    def _filled(
        self, before: Subscription | None, address: Address, form: Mapping[str, object], actor: str
    ) -> Subscription:
        old = before.schedule if before else Schedule(0, time_of("09:00"))
        day = form.get("day")
        schedule = Schedule(
            day_of(str(day)) if day is not None else old.day,
            time_of(str(form["at"])) if form.get("at") else old.at,
            str(form.get("zone") or old.zone),
        )
        given = form.get("topics")
        topics = before.topics if given is None and before else _listed(given)
        if unknown := set(topics) - set(self.bot.knowledge.topics):
            raise InputError(f"{min(unknown)!r} is not a topic")
        begun = before or Subscription.new(address, schedule, topics, actor)
        is_term_time = _is_set(form["term_time"]) if "term_time" in form else begun.is_term_time
        return replace(
            begun, address=address, schedule=replace(schedule, closed=self.subscriptions.closed if is_term_time else ()), topics=topics,
            manager=actor or begun.manager, picked=self._picked(form["pick"]) if "pick" in form else begun.picked, is_term_time=is_term_time,
        )  # fmt: skip

    def _picked(self, given: object) -> TipId | None:
        if not given or given == DRAWN:
            return None
        try:
            tip = TipId.read(str(given))
        except ValueError as error:
            raise InputError(f"{given!r} is not a tip") from error
        if tip not in pool(self.bot.shown, (), self.today()):
            raise InputError(f"There is no tip {tip} that may be sent")
        return tip

    async def next_up(self, found: Subscription | None, limit: int) -> dict[str, str]:
        """Return the tips that would come next, in order, by their written ids, with the beginning of their words."""
        candidates = pool(self.bot.shown, found.topics if found else (), self.today())
        had = list(await self.outbox.had(found.address)) if found else []
        listed: list[TipId] = [found.picked] if found and found.picked in candidates else []
        while candidates and len(listed) < min(limit, len(candidates)):
            rest = [tip for tip in candidates if tip not in listed]
            chosen = choose(rest, had, found.number if found else "")
            if chosen is None:
                break
            listed.append(chosen.tip)
        return {str(tip): self.in_words(tip) for tip in listed}

    def in_words(self, tip: TipId) -> str:
        """Return which tip it is: its entry, and the beginning of its words."""
        entry = self.bot.shown[tip.entry_id]
        return f"{entry.label}: {entry.tip[tip.number - 1]}"


def summary(subscription: Subscription | None, now: datetime) -> str:
    """Return in words how things stand."""
    if subscription is None or subscription.state is State.STOPPED:
        return wording.NO_TIP_HERE
    day = DAYS[subscription.schedule.day].capitalize()
    return f"A tip comes every {day} at {subscription.schedule.at:%H:%M}. {subscription.confirmed(now)}"


def _listed(given: object) -> tuple[str, ...]:
    if isinstance(given, str):
        return tuple(one.strip() for one in given.split(",") if one.strip())
    return tuple(map(str, given)) if isinstance(given, list | tuple) else ()


def _is_set(given: object) -> bool:
    return bool(given) and given != "false"


def _date_of(given: object) -> date | None:
    if not given:
        return None
    try:
        return date.fromisoformat(str(given))
    except ValueError as error:
        raise InputError(f"{given!r} is not a day; write it like 2027-01-11") from error
