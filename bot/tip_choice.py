"""From a subscription that is due to a tip, and from a delivery to its card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from bot import gap_wording, wording
from bot.card import Button, Card, Lead, Note, Paragraph
from bot.gap_talk import buttons_of_news
from bot.layout import lay_out
from bot.outbox import Delivery, Kind, Plan
from bot.reply import Ending, answered
from bot.subscriptions import Subscription
from bot.tips import TipId, card_of_tip, choose, pool
from bot.triage_talk import TriageTalk
from bot.turn import Bot

BY_HAND = "It was chosen by hand."
HEADINGS = {Kind.CORRECTION: wording.CORRECTION_HEADING, Kind.NEWS: gap_wording.NEWS_HEADING}
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


async def delivery_card(bot: Bot, today: Callable[[], date], triage: TriageTalk, delivery: Delivery) -> Card | None:
    """Return the card of a delivery; None if what it rests on may not be sent any more.

    Raises:
        StoreError: If it shows gaps, and they could not be read.
    """
    if delivery.kind in {Kind.GAP_CARD, Kind.TRIAGE}:
        return await triage.sent(delivery)
    if delivery.tip is not None:
        entry = bot.shown.get(delivery.tip.entry_id)
        if entry is None or entry.is_overdue(today()) or delivery.tip.number > len(entry.tip):
            return None
        return card_of_tip(entry, delivery.tip.number, delivery.why)
    return _card_of_words(bot, delivery)


def _card_of_words(bot: Bot, delivery: Delivery) -> Card:
    heading = HEADINGS.get(delivery.kind, wording.NOTICE_HEADING)
    said = f"{heading}: {delivery.text}"
    entry = bot.shown.get(delivery.entry)
    of_gap = buttons_of_news(delivery.key, is_answered=entry is not None) if delivery.kind is Kind.NEWS else ()
    if entry is None:
        small = (Note(wording.NOTICE_NOTE),) if delivery.kind is Kind.NOTICE else ()
        pieces = tuple(Paragraph(piece) for piece in delivery.text.split("\n"))
        return Card(Ending.OUT_OF_REMIT, heading, (*pieces, *small), of_gap, said)
    # The whole answer below it: no effect without strength, population and source.
    blocks = (Lead(delivery.text), *lay_out(answered(entry)).blocks)
    return Card(
        Ending.EVIDENCE,
        heading,
        blocks,
        (Button("The evidence behind it", "1"), *of_gap),
        said,
        entry.id,
        entry.version,
    )
