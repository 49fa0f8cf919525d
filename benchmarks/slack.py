"""Measure Slack: `python -m benchmarks.slack [EVENTS A SECOND]`. From an event received to its acknowledgement, and to the answer posted.

The server is the real command in a process of its own; this process sends signed events at an even pace, and is the Slack Web
API, which takes 50 ms for each call.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Final

import aiohttp

from adapters.slack.parts import SCOPES
from benchmarks.speed import questions_of
from knowledge.base import KnowledgeBase
from tests.adapters.slack.conftest import SIGNING, direct, signed
from tests.adapters.slack.fake import BOT_TOKEN, fake_slack

PER_SECOND: Final = 100
SECONDS: Final = 15
WARM_UP: Final = 50
LATENCY: Final = 0.05


def say(name: str, took: list[float]) -> None:
    """Print the median, the 99th percentile and the longest, in milliseconds."""
    ms = [one * 1_000 for one in took]
    print(
        f"{name}: median {median(ms):.0f} ms, 99th percentile {quantiles(ms, n=100)[98]:.0f} ms, longest {max(ms):.0f} ms"
    )


async def main(per_second: int) -> None:
    """Print the figures."""
    questions = questions_of(list(KnowledgeBase.load().entries.values()), 400)
    async with fake_slack(set(SCOPES)) as slack:
        settings = {
            "WHATWORKS_SLACK_BOT_TOKEN": BOT_TOKEN,
            "WHATWORKS_SLACK_SIGNING_SECRET": SIGNING,
            "WHATWORKS_SLACK_API_URL": slack.url,
            "PYTHONPATH": str(Path(__file__).parents[1]) + ":/tmp",
            "PYTHONUNBUFFERED": "1",
        }
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "bot.cli", "serve", "--port", "0"]
            environment = os.environ | settings  # noqa: TID251 - handed on to the command
            server = await asyncio.create_subprocess_exec(
                *command, stdout=PIPE, stderr=DEVNULL, cwd=folder, env=environment
            )
            assert server.stdout  # noqa: S101 - it is a pipe
            said = ""
            while "Ctrl-C" not in said:
                said += (await server.stdout.readline()).decode()
            address = re.search(r"http://[\d.:]+", said)
            slack.delay = LATENCY
            began: dict[str, float] = {}
            answered: dict[str, float] = {}
            acknowledged: list[float] = []
            slack.on_post = lambda post: answered.setdefault(post["metadata"]["event_payload"]["key"], perf_counter())
            connector = aiohttp.TCPConnector(limit=0)
            async with aiohttp.ClientSession(address[0] if address else "", connector=connector) as session:

                async def send(number: int, *, counted: bool) -> None:
                    payload = direct(questions[number % len(questions)])
                    body = json.dumps(payload).encode()
                    headers = signed(body) | {"Content-Type": "application/json"}
                    start = perf_counter()
                    async with session.post("/slack/events", data=body, headers=headers) as response:
                        if response.status != 200:
                            raise SystemExit(f"an event was answered with {response.status}")
                    if counted:
                        acknowledged.append(perf_counter() - start)
                        began[f"slack:{payload['event_id']}"] = start

                for number in range(WARM_UP):
                    await send(number, counted=False)
                total = per_second * SECONDS
                tasks = []
                start = perf_counter()
                for number in range(total):
                    await asyncio.sleep(max(0.0, start + number / per_second - perf_counter()))
                    tasks.append(asyncio.create_task(send(number, counted=True)))
                await asyncio.gather(*tasks)
                await slack.until(lambda: len(answered) >= total + WARM_UP, 60)
            server.send_signal(signal.SIGTERM)
            await server.wait()
    print(
        f"{total} events at {per_second} a second, {len(answered) - WARM_UP} answered, each once: {len(slack.posted) == total + WARM_UP}"
    )
    say("to the acknowledgement", acknowledged)
    say("to the answer posted", [answered[key] - at for key, at in began.items()])


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else PER_SECOND))
