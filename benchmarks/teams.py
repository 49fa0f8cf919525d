"""Measure the Teams adapter beside the stock one: `python -m benchmarks.teams`.

Twenty turns at once while a token takes 150 ms to fetch, and 48 proactive sends to a connector that takes 300 ms. The connector, issuer
and login service run in a thread of their own. The stock adapter is measured where `botbuilder-integration-aiohttp` is installed.
"""

from __future__ import annotations

import asyncio
import importlib
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, Final

import aiohttp
import requests
from botbuilder.core import ActivityHandler, TurnContext
from botbuilder.schema import Activity, ConversationAccount, ConversationReference

from adapters.teams.adapter import ThinAdapter
from adapters.teams.connector import Connector
from adapters.teams.parts import TeamsSite
from adapters.teams.tokens import Guard, Keys, TokenSource
from bot.references import Reference
from tests.adapters.teams.conftest import activity
from tests.adapters.teams.fake import APP, PASSWORD, TENANT, FakeTeams, fake_teams

TURNS, TOKEN_SECONDS = 20, 0.15
SENDS, LATENCY, TENANTS = 48, 0.3, 4
STOCK: Final = "botbuilder.integration.aiohttp"


@contextmanager
def connector() -> Iterator[FakeTeams]:
    """Serve the fake in a thread of its own."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    serving = fake_teams()
    yield asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result(30)
    asyncio.run_coroutine_threadsafe(serving.__aexit__(None, None, None), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)


async def blocked(work: Callable[[], Awaitable[Any]]) -> tuple[float, float]:
    """Return how long some work took, and how long the event loop stood still at most meanwhile, in seconds."""
    loop, longest = asyncio.get_running_loop(), 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = loop.time()
            await asyncio.sleep(0.002)
            longest = max(longest, loop.time() - before - 0.002)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0.05)
    longest, began = 0.0, perf_counter()
    await work()
    took = perf_counter() - began
    await asyncio.sleep(0)
    watching.cancel()
    return took, longest


class Answers(ActivityHandler):  # type: ignore[misc]  # botbuilder ships no types
    """Says one thing."""

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Answer."""
        await turn_context.send_activity("an answer")


async def ours(fake: FakeTeams) -> None:
    """Print our figures."""
    site = TeamsSite(
        APP,
        fake.url,
        app_password=PASSWORD,
        tenant_id=TENANT,
        openid_url=f"{fake.url}/oidc",
        service_hosts=("127.0.0.1",),
    )
    keys = Keys(site.openid_url)
    guard, sending = Guard(site, keys), Connector(site, TokenSource(site, fake.http()))
    adapter = ThinAdapter(sending)
    async with aiohttp.ClientSession() as session:
        keys.session = sending.session = session
        header = f"Bearer {fake.token()}"

        async def turn(number: int) -> None:
            given = activity("message", fake.url, f"a:person {number}", text="hi")
            guard.check(await guard.prove(header), given)
            await adapter.process(given, Answers().on_turn)

        async def send(number: int) -> None:
            where = Reference(f"19:{number}", f"tenant {number % TENANTS}", "channel", fake.url, f"28:{APP}")
            await adapter.reach(where, {"type": "message", "text": "a tip"})

        await measure("ours", fake, turn, send)


async def stock(fake: FakeTeams) -> None:
    """Print the stock adapter's figures."""
    from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication  # noqa: PLC0415 - where it is installed

    class Configuration:
        APP_ID, APP_PASSWORD, APP_TYPE, APP_TENANTID = APP, PASSWORD, "SingleTenant", TENANT
        ToBotFromChannelOpenIdMetadataUrl = f"{fake.url}/oidc"

    adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(Configuration()))
    header = f"Bearer {fake.token()}"

    async def turn(number: int) -> None:
        given = Activity().deserialize(activity("message", fake.url, f"a:person {number}", text="hi"))
        await adapter.process_activity(header, given, Answers().on_turn)

    async def send(number: int) -> None:
        where = ConversationReference(
            conversation=ConversationAccount(id=f"19:{number}", tenant_id=f"tenant {number % TENANTS}"),
            service_url=fake.url, channel_id="msteams", bot=None, user=None,
        )  # fmt: skip

        async def say(context: TurnContext) -> None:
            await context.send_activity("a tip")

        await adapter.continue_conversation(where, say, APP)

    await measure("stock", fake, turn, send)


async def measure(
    name: str, fake: FakeTeams, turn: Callable[[int], Awaitable[None]], send: Callable[[int], Awaitable[None]]
) -> None:
    """Print the figures of one adapter."""
    fake.sent.clear()
    fake.delay, fake.token_delay, fake.tokens_fetched = 0.0, TOKEN_SECONDS, 0
    took, still = await blocked(lambda: asyncio.gather(*(turn(number) for number in range(TURNS))))
    print(
        f"{name}: {TURNS} turns at once in {took:.2f} s, {fake.tokens_fetched} tokens fetched, the loop stood still {still * 1_000:.0f} ms at most"
    )
    fake.delay = LATENCY
    took, still = await blocked(lambda: asyncio.gather(*(send(number) for number in range(SENDS))))
    print(
        f"{name}: {SENDS} sends in {took:.2f} s, {SENDS / took:.0f} a second, the loop stood still {still * 1_000:.0f} ms at most"
    )
    if len(fake.sent) != TURNS + SENDS:
        raise SystemExit(f"{len(fake.sent)} of {TURNS + SENDS} arrived")


def main() -> None:
    """Print both."""
    with connector() as fake:
        asyncio.run(ours(fake))
        try:
            importlib.import_module(STOCK)
        except ModuleNotFoundError:
            print("stock: not measured (pip install --no-deps botbuilder-integration-aiohttp==4.17.1)")
            return
        reroute(fake)
        asyncio.run(stock(fake))


def reroute(fake: FakeTeams) -> None:
    """Let what asks Microsoft's login services ask the fake: the stock adapter cannot be told other addresses."""
    send = requests.Session.send

    def rerouted(session: requests.Session, request: requests.PreparedRequest, **given: Any) -> requests.Response:  # noqa: ANN401 - requests' signature
        if str(request.url).startswith("https://login.microsoftonline.com"):
            request.url = fake.url + request.path_url
        elif str(request.url).startswith("https://login.botframework.com"):
            request.url = f"{fake.url}/oidc"
        return send(session, request, **given)

    setattr(requests.Session, "send", rerouted)  # noqa: B010 - see above


if __name__ == "__main__":
    main()
