"""How often somebody, and their whole organisation, may ask in a minute: so that one cannot keep the others waiting."""

from __future__ import annotations

from typing import Final

from throttled.asyncio import RateLimiterType, Throttled, per_min
from throttled.asyncio.store import MemoryStore

from bot import wording
from bot.card import Card, Paragraph
from bot.conversations import key_of
from bot.reply import Ending
from bot.turn import Bot

REMEMBERED_MAX: Final = 20_000  # people and organisations; the one seen longest ago is forgotten first
BURST_SHARE: Final = 2


class Limits:
    """A token bucket for each person and each organisation, kept in memory: what one process sees is what it limits.

    Whoever speaks of danger now is never refused.

    Args:
        bot: What recognises danger.
        per_person: How many messages of one person are answered in a minute, half of them at once.
        per_organisation: The same of all in one workspace or tenant.
    """

    def __init__(self, bot: Bot, per_person: int, per_organisation: int) -> None:
        self._bot = bot
        self._people, self._organisations = _bucket(per_person), _bucket(per_organisation)

    async def refuses(self, text: str, surface: str, person: str, organisation: str) -> Card | None:
        """Count a message, and return what somebody is told who has sent too many; None for one that is to be answered."""
        over = (await self._people.limit(key_of(surface, person))).limited
        if organisation:
            over = (await self._organisations.limit(key_of(surface, organisation))).limited or over
        if not over or self._bot.recogniser.recognise(text, self._bot.shown).is_urgent:
            return None
        return Card(Ending.OUT_OF_REMIT, "", (Paragraph(wording.TOO_MANY),), (), wording.TOO_MANY)


def _bucket(per_minute: int) -> Throttled:
    quota = per_min(per_minute, burst=max(1, per_minute // BURST_SHARE))
    store = MemoryStore(options={"MAX_SIZE": REMEMBERED_MAX})
    return Throttled(using=RateLimiterType.TOKEN_BUCKET.value, quota=quota, store=store)
