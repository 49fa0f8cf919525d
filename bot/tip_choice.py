"""From a subscription that is due to a tip, and from a delivery to its card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from bot.card import Card
from bot.outbox import Delivery, Plan
from bot.subscriptions import Subscription
from bot.tips import TipId, card_of_tip, choose, pool
from bot.turn import Bot

BY_HAND = "It was chosen by hand."
NONE = "There is no tip on these topics that may be sent."


def decide(bot: Bot, today: Callable[[], date], subscription: Subscription, had: Sequence[TipId]) -> Plan:
    """Return which tip a subscription gets, and why; none if there is none on its topics."""
    candidates = pool(bot.shown, subscription.topics, today())
    everything = pool(bot.shown, (), today())
    if subscription.picked in everything:
        return Plan(subscription.picked, bot.shown[subscription.picked.entry_id].version, BY_HAND)
    chosen = choose(candidates, had, subscription.number)
    if chosen is None:
        return Plan(None, why=NONE)
    return Plan(chosen.tip, bot.shown[chosen.tip.entry_id].version, chosen.why)


def tip_card(bot: Bot, today: Callable[[], date], delivery: Delivery) -> Card | None:
    """Return the card of a delivery; None if its tip may not be sent any more."""
    entry = bot.shown.get(delivery.tip.entry_id)
    if entry is None or entry.is_overdue(today()) or delivery.tip.number > len(entry.tip):
        return None
    return card_of_tip(entry, delivery.tip.number, delivery.why)
