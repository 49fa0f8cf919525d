"""The way into the desk: who gives a code with the command gets a link, to be seen by them alone."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.asking import SURFACE, Asking, person_of
from adapters.slack.blocks import Json, escape, section
from adapters.slack.sending import Message, respond
from bot import wording
from bot.errors import StoreError
from bot.roles import Person
from bot.sign_in_desk import Link, SignInDesk


class Desk:
    """Answers whoever gives a code."""

    def __init__(self, asking: Asking, sign_in: SignInDesk) -> None:
        self._sign_in = sign_in
        asking.give_link = self.give_link

    async def give_link(self, body: Json, client: AsyncWebClient, code: str) -> None:
        """Tell whoever used the command, and nobody else, the link for them, or why there is none."""
        try:
            link = await self._sign_in.answer(code, Person(SURFACE, person_of(body).conversation))
        except StoreError:
            link = Link(wording.NOT_NOW)
        blocks = [section(escape(link.said))]
        if link.address:
            blocks.append(section(f"*<{escape(link.address)}|{wording.DESK_OPEN}>*"))
        await respond(client, body["response_url"], Message(escape(link.said), blocks))
