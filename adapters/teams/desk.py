"""The way into the desk: who gives a code in a chat of their own gets a link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.teams import cards
from adapters.teams.cards import Json
from adapters.teams.inbound import reference_of
from adapters.teams.thumbs import SURFACE
from bot import wording
from bot.errors import StoreError
from bot.roles import Person
from bot.sign_in import code_in
from bot.sign_in_desk import SignInDesk

PERSONAL: Final = "personal"


class Desk:
    """Answers whoever gives a code."""

    def __init__(self, sign_in: SignInDesk) -> None:
        self._sign_in = sign_in

    async def said(self, payload: Mapping[str, Any]) -> Json | None:
        """Return the card with the link for whoever gives a code, or with why there is none; None for any other message."""
        code = code_in(str(payload.get("text") or ""))
        if code is None:
            return None
        if reference_of(payload).kind != PERSONAL:
            return cards.told(wording.DESK_ALONE)
        try:
            link = await self._sign_in.answer(code, Person(SURFACE, str(payload["from"].get("id") or "")))
        except StoreError:
            return cards.told(wording.NOT_NOW)
        card = cards.told(link.said)
        if link.address:
            card["actions"] = [{"type": "Action.OpenUrl", "title": wording.DESK_OPEN, "url": link.address}]
        return card
