"""Real processes of the real command: one that is told to stop answers first, one that is killed leaves its work to the next."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import aiohttp

from tests.adapters.slack.conftest import SIGNING, direct, signed
from tests.adapters.slack.fake import BOT_TOKEN, FakeSlack
from tests.adapters.slack.test_ways_in import FGC, TITLE, words
from tests.adapters.web.test_serve import address_in, served


def settings_of(slack: FakeSlack) -> dict[str, str]:
    return {"slack_bot_token": BOT_TOKEN, "slack_signing_secret": SIGNING, "slack_api_url": slack.url}


async def send(said: str, text: str) -> int:
    host, port = address_in(said)
    body = json.dumps(direct(text)).encode()
    headers = signed(body) | {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://{host}:{port}/slack/events", data=body, headers=headers) as answer,
    ):
        return answer.status


async def test_a_process_that_is_told_to_stop_gives_the_answers_it_owes(tmp_path: Path, slack: FakeSlack) -> None:
    async with served(tmp_path, **settings_of(slack)) as (process, said):
        assert "Slack: one workspace, /slack/events" in said
        slack.delay = 0.5
        assert [await send(said, FGC) for _ in range(3)] == [200, 200, 200]
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0
    assert len(slack.posted) == 3


async def until_nothing_waits(folder: Path) -> None:
    """Return once the inbox of a process owes no answer."""
    async with asyncio.timeout(20):
        while True:
            with closing(sqlite3.connect(folder / "var" / "whatworks.sqlite")) as database:
                if database.execute("select count(*) from inbox where sealed is not null").fetchone() == (0,):
                    return
            await asyncio.sleep(0.02)


async def test_what_a_killed_process_owes_is_given_by_the_next_once(tmp_path: Path, slack: FakeSlack) -> None:
    async with served(tmp_path, **settings_of(slack)) as (process, said):
        await send(said, "hello")
        await slack.until(lambda: len(slack.posted) == 1)
        await until_nothing_waits(tmp_path)  # an answer is there a moment before it is noted
        slack.delay = 60.0
        assert await send(said, FGC) == 200
        await slack.until_called("chat.postMessage", 2)
        process.kill()
        await process.wait()
    slack.delay = 0.0
    with sqlite3.connect(tmp_path / "var" / "whatworks.sqlite") as database:  # a minute passes
        waiting = database.execute("select count(*) from inbox where sealed is not null").fetchone()
        database.execute("update inbox set due = '2026-01-01 00:00:00.000000' where due is not null")
    database.close()
    assert waiting == (1,)
    async with served(tmp_path, **settings_of(slack)):
        await slack.until(lambda: len(slack.posted) == 2)
    assert TITLE in words(slack.posted[1])
    assert len(slack.posted) == 2
