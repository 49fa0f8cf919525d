"""What a page hands back to us, signed: where a conversation stands, which answer a verdict is about.

Nothing is kept between two requests, and no cookie is set: a page carries its own conversation. A form without a valid token
is not from a page of ours, or from one that is a day old.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Final, TypeVar

from itsdangerous import BadData, URLSafeTimedSerializer

from adapters.web.errors import PageError
from bot.turn import Conversation

HOURS: Final = 24
EXPIRED: Final = "This page is more than a day old, or was changed on the way. Please ask again here."

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer that was shown: what a verdict is about; `feedback` is its number once a verdict was given."""

    entry_id: str
    version: str
    feedback: str = ""


class Tokens:
    """Signs and reads what pages hand back.

    Args:
        secret: The same on every replica.
    """

    def __init__(self, secret: str) -> None:
        self._conversations = URLSafeTimedSerializer(secret, salt="conversation")
        self._answers = URLSafeTimedSerializer(secret, salt="answer")

    def of_conversation(self, conversation: Conversation) -> str:
        """Return the token of a conversation."""
        return str(self._conversations.dumps(astuple(conversation)))

    def conversation(self, token: str) -> Conversation:
        """Return the conversation of a token.

        Raises:
            PageError: 403, if the token is not ours or more than a day old.
        """
        entry, options, question = _read(self._conversations, token)
        return Conversation(entry, tuple(options), question)

    def of_answer(self, shown: Shown) -> str:
        """Return the token of an answer that was shown."""
        return str(self._answers.dumps(astuple(shown)))

    def answer(self, token: str) -> Shown:
        """Return the answer of a token.

        Raises:
            PageError: 403, if the token is not ours or more than a day old.
        """
        return Shown(*_read(self._answers, token))


def _read(serializer: URLSafeTimedSerializer, token: str) -> list[str]:
    try:
        return list(serializer.loads(token, max_age=HOURS * 3600))
    except BadData as error:
        raise PageError(403, EXPIRED) from error
