"""Anything at all is sent to every route, signed out and as somebody with every role: it may be refused, and never fails."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import pytest
from aiohttp import DummyCookieJar, FormData
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.store.feedback import StoredFeedback
from adapters.store.gap_counts import StoredGapCounts
from adapters.store.gaps import StoredGaps
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.unanswered import StoredUnanswered
from adapters.web.app import make_app
from bot.conversations import key_of
from bot.gap import NewGap
from bot.gap_desk import GapDesk
from bot.gaps import Voice
from bot.like_gaps import NoLikeGaps
from bot.roles import Role
from bot.turn import Bot
from bot.unanswered_desk import UnansweredDesk
from tests.adapters.web.conftest import NOW, parts_of
from tests.adapters.web.desk import ANN, Browser, Clock, desk_on, sign_in

NAMES: Final = (
    "message", "conversation", "answer", "verdict", "reason", "question", "decision", "for_whom", "role", "how_soon", "concern", "entry", "step", "number",
    "key", "voice", "to", "why", "check", "outcome", "into", "merge_why", "split_why", "hands", "surface", "person", "state", "topic", "order", "late", "about",
    "status", "after", "votes", "next", "q", "theme", "page", "code", "iss", "error",
)  # fmt: skip
VALUES: Final = st.one_of(
    st.sampled_from(["", "1", "2", "0", "-1", "9" * 30, "kite-flying", "slack", "triager", "look", "send", "open", "clarified", "checked", "unknown", "submitted",
                     "mine", "helpful", "not-helpful", "not-my-question", "'; drop table gaps; --", "<script>", "../../etc/passwd", "%00", "{{7*7}}", "²"]),
    st.text(max_size=40),
    st.text(alphabet=st.characters(codec="utf-8"), min_size=500, max_size=3_000),
)  # fmt: skip
FIELDS: Final = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)


class Site:
    """The whole site on a store, with a browser that is signed in and one that is not, in an event loop of its own."""

    def __init__(self, bot: Bot, folder: Path) -> None:
        self.runner = asyncio.Runner()
        self.store = Store(f"sqlite:///{folder}/store.sqlite")
        self.runner.run(self._start(bot))

    async def _start(self, bot: Bot) -> None:
        await self.store.upgrade()
        clock, sealer = Clock(), Sealer([key_from("a secret")])
        gaps = GapDesk(bot, StoredGaps(self.store, sealer, lambda *_: None), NoLikeGaps(), clock)
        for person in ("ann", "bob"):
            await gaps.gaps.flag(NewGap("Do kites help babies sleep?"), Voice(key_of("slack", person)), NOW)
        unanswered = UnansweredDesk(gaps, StoredUnanswered(self.store, sealer), 90, NOW.date)
        desk, counts = desk_on(clock), StoredGapCounts(self.store)
        parts = replace(
            parts_of(bot, asks_per_minute=1_000_000), desk=desk, gap_desk=gaps, gaps=gaps.gaps, counts=counts, unanswered=unanswered, demand=counts,
            feedback=StoredFeedback(self.store), now=clock,
        )  # fmt: skip
        app = make_app(parts)
        self.routes = sorted(
            {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource is not None}
            - {("POST", "/desk/sign-out"), ("HEAD", "/desk/sign-out")}
        )
        self.client = TestClient(TestServer(app), cookie_jar=DummyCookieJar())
        await self.client.start_server()
        self.signed_in, self.signed_out = Browser(self.client), Browser(self.client)
        self.token = await sign_in(self.signed_in, desk, ANN, *Role)

    async def send(self, who: Browser, method: str, path: str, body: Any) -> int:  # noqa: ANN401 - whatever a form may be
        cookies = "; ".join(f"{name}={value}" for name, value in who.cookies.items())
        async with self.client.request(
            method, path, data=body, headers={"Cookie": cookies}, allow_redirects=False
        ) as answer:
            await answer.read()
            return answer.status

    def close(self) -> None:
        self.runner.run(self.client.close())
        self.runner.run(self.store.close())
        self.runner.close()


@pytest.fixture(scope="module")
def site(small_bot: Bot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(small_bot, tmp_path_factory.mktemp("fuzz"))
    yield made
    made.close()


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), is_in=st.booleans(), has_token=st.booleans(), is_file=st.booleans(), fields=FIELDS, query=FIELDS)
def test_no_route_fails_whatever_is_sent(
    site: Site, data: st.DataObject, fields: dict[str, str], query: dict[str, str], *, is_in: bool, has_token: bool, is_file: bool
) -> None:  # fmt: skip
    method, pattern = data.draw(st.sampled_from(site.routes))
    path = pattern
    for name in [part.partition("}")[0] for part in pattern.split("{")[1:]]:
        path = path.replace(f"{{{name}}}", quote(data.draw(VALUES).encode("utf-8", "replace")[:200], safe="") or "x")
    if query:
        # No longer than an address may be: what is longer is refused before any route sees it.
        path += "?" + urlencode({name: value[:150].encode("utf-8", "replace") for name, value in query.items()})
    body = None
    if method == "POST":
        form = FormData()
        for name, value in fields.items():
            cleaned = value.encode("utf-8", "replace").decode()
            if is_file:
                form.add_field(name, cleaned.encode(), filename="a.txt", content_type="text/plain")
            else:
                form.add_field(name, cleaned)
        if has_token:
            form.add_field("form_token", site.token)
        body = form
    who = site.signed_in if is_in else site.signed_out
    status = site.runner.run(site.send(who, method, path, body))
    assert status < 500, (method, path, fields)


def test_no_route_is_left_out(site: Site) -> None:
    paths = {path for _, path in site.routes}
    assert {
        "/",
        "/ask",
        "/gaps/flag",
        "/desk/gaps/{number}/split",
        "/evidence/{entry}",
        "/metrics",
        "/ready",
    } <= paths | {"/evidence/{entry}"}
    assert len(site.routes) > 60
