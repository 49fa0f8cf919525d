"""Bring weekly tips to Teams: a new thread in a channel, or a message in a chat."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from adapters.teams.adapter import Json, ThinAdapter
from adapters.teams.cards import attachment, calm, card_of
from adapters.teams.connector import GoneError
from adapters.teams.parts import TeamsSite
from bot.card import Card
from bot.errors import DeliveryError
from bot.outbox import Delivery, UnreachableError
from bot.references import Reference
from bot.subscriptions import Address
from bot.tips import conversation_of_tip

SURFACE: Final = "teams"
PERSON: Final = "person"  # a kind of ours: the chat is begun when there is something to send
THREAD: Final = ";messageid="  # between a channel and the first message of a thread, in a conversation's id
REMOVED: Final = "The app was removed from this team or chat. Add it again, then resume the tips."


class TeamsCourier:
    """A `bot.outbox.Courier` for Teams, where a bot cannot read what stands in a channel.

    Args:
        adapter: Sends.
        site: How Teams is reached.
    """

    can_find = False

    def __init__(self, adapter: ThinAdapter, site: TeamsSite) -> None:
        self._adapter, self._site = adapter, site

    async def send(self, delivery: Delivery, card: Card) -> str:
        """Send a card and return the message's id."""
        reference = reference_of(delivery.address)
        message = self._message(delivery, card)
        try:
            if reference.kind == PERSON:
                reference = await self._chat_with(reference)
            if reference.kind == "channel":
                return await self._adapter.begin_in_channel(reference, message)
            return await self._adapter.reach(reference, message)
        except GoneError as error:
            raise UnreachableError(REMOVED) from error

    def _message(self, delivery: Delivery, card: Card) -> Json:
        return {
            "type": "message", "summary": calm(card.notification), "channelData": {"whatworks": {"key": delivery.key}},
            "attachments": [attachment(card_of(card, conversation_of_tip(card), self._site.pages))],
        }  # fmt: skip

    async def find(self, delivery: Delivery) -> str | None:
        """Say that it cannot be found out."""
        raise DeliveryError(f"Teams does not let a bot look ({delivery.address.surface})", retryable=False)

    async def recall(self, delivery: Delivery) -> None:
        """Put the note in the place of the message."""
        await self._put(delivery, {"type": "message", "text": calm(delivery.note), "textFormat": "plain"})

    async def replace(self, delivery: Delivery, card: Card) -> None:
        """Put a card in the place of the message."""
        await self._put(delivery, self._message(delivery, card))

    async def _put(self, delivery: Delivery, message: Json) -> None:
        """Put another in the place of the message: of a channel's thread, its first one."""
        reference = reference_of(delivery.address)
        if reference.kind == PERSON:
            reference = await self._chat_with(reference)
        _, _, first = delivery.receipt.partition(THREAD)
        where = replace(reference, conversation=delivery.receipt) if first else reference
        await self._adapter.replace(where, first or delivery.receipt, message)

    async def tell(self, delivery: Delivery, sentence: str) -> None:
        """Tell the manager something, in a personal chat."""
        chat = await self._chat_with(replace(reference_of(delivery.address), conversation=delivery.manager))
        await self._adapter.reach(chat, {"type": "message", "text": calm(sentence), "textFormat": "plain"})

    async def _chat_with(self, reference: Reference) -> Reference:
        """Return the personal chat with the person whom a reference names in the place of a conversation."""
        conversation = await self._adapter.begin_with(reference, reference.conversation)
        return replace(reference, conversation=conversation, kind="personal", team="")


def person_of(reference: Reference, person: str) -> Address:
    """Return where a person is reached alone: in the conversation, if that is personal, or in a chat that is begun for it."""
    if reference.kind == "personal":
        return address_of(reference)
    return address_of(replace(reference, conversation=person, kind=PERSON, team=""))


def address_of(reference: Reference) -> Address:
    """Return where a tip goes, from how a conversation is reached."""
    details = {
        "kind": reference.kind,
        "service_url": reference.service_url,
        "bot": reference.bot,
        "team": reference.team,
    }
    return Address(SURFACE, reference.conversation, reference.tenant, tuple(sorted(details.items())))


def reference_of(address: Address) -> Reference:
    """Return how a conversation is reached, from where a tip goes."""
    details = dict(address.details)
    return Reference(
        address.conversation, address.tenant, details["kind"], details["service_url"], details["bot"], details["team"]
    )
