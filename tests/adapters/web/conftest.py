"""The site on a port of its own, on the product's own bot or on the small one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.web.app import make_app
from adapters.web.parts import Parts, Site
from bot.feedback import FeedbackInMemory
from bot.gaps_in_memory import GapsInMemory
from bot.thinking import Think
from bot.turn import Bot, Conversation, Turn
from tests.adapters.web.pages import Page
from tests.builders import TODAY

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
URL = "https://evidence.example.org"


@dataclass(slots=True)
class Visitor:
    """Somebody who visits a site."""

    client: TestClient[web.Request, web.Application]
    feedback: FeedbackInMemory

    async def get(self, path: str, **headers: str) -> Page:
        """Return what an address shows."""
        async with self.client.get(path, headers=headers, allow_redirects=False) as response:
            return await Page.of(response)

    async def post(self, path: str, fields: dict[str, str], **headers: str) -> Page:
        """Return what comes of a form."""
        async with self.client.post(path, data=fields, headers=headers, allow_redirects=False) as response:
            return await Page.of(response)

    async def ask(self, message: str, page: Page | None = None) -> Page:
        """Return what comes of a message, typed on a page; on the first page if none is given."""
        page = page or await self.get("/")
        return await self.post("/ask", {"message": message, "conversation": page.field("conversation")})


def thinking(bot: Bot) -> Think:
    """Return what answers messages, at once."""

    async def think(message: str, conversation: Conversation) -> Turn:
        return bot.turn(message, conversation, TODAY)

    return think


def parts_of(bot: Bot, gaps: GapsInMemory | None = None, **site: object) -> Parts:
    """Return the parts of a site for a test; without gaps unless there are some."""
    made = replace(Site(URL, "a secret that only tests know, of some length"), **site)  # type: ignore[arg-type]  # named in the test
    kept = gaps or GapsInMemory()
    return Parts(bot, thinking(bot), FeedbackInMemory(), kept, kept, made, lambda: TODAY, lambda: NOW)


async def visit(parts: Parts) -> AsyncIterator[Visitor]:
    """Start a site and visit it."""
    async with TestClient(TestServer(make_app(parts))) as client:
        assert isinstance(parts.feedback, FeedbackInMemory)
        yield Visitor(client, parts.feedback)


@pytest.fixture
async def visitor(bot: Bot) -> AsyncIterator[Visitor]:
    """Visits the site with the product's own evidence."""
    async for one in visit(parts_of(bot, asks_per_minute=100_000)):
        yield one


@pytest.fixture
async def small_visitor(small_bot: Bot) -> AsyncIterator[Visitor]:
    """Visits a site with three invented entries."""
    async for one in visit(parts_of(small_bot)):
        yield one
