"""What the centre does with questions that nothing answered: see how often each was asked, and turn it into a gap."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeAlias

from bot.clustering import TEXTS_MAX, grouped, packed
from bot.conversations import key_of
from bot.errors import InputError
from bot.gap import Gap
from bot.gap_desk import GapDesk
from bot.unanswered import Unanswered, UnansweredQuestions, oldest_day
from intents.encoder import MODEL

EXAMPLES_MAX: Final = 5
KEY_LENGTH: Final = 10

Like: TypeAlias = Callable[[str], Awaitable[Sequence[Gap]]]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Questions that ask the same, and were not flagged when they came.

    Attributes:
        key: Of its central question. The key of any of its questions finds it, so that it holds when the centre shifts.
        question: The central one.
        count: How often it was asked, without what was flagged already.
        first: The first day of these.
        last: The last.
        examples: Other ways in which it was asked, most frequent first; at most `EXAMPLES_MAX`.
        flagged: The numbers of the gaps in which earlier questions of it were flagged.
        like: The numbers of gaps that ask something like it.
    """

    key: str
    question: str
    count: int
    first: date
    last: date
    examples: tuple[str, ...] = ()
    flagged: tuple[int, ...] = ()
    like: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class UnansweredDesk:
    """Shows what was asked in vain.

    Attributes:
        gaps: Takes what is turned into a gap.
        questions: Keeps them.
        days: For how many days they are kept.
        today: Returns the day.
        like: Returns the gaps that ask something like a question; None where nothing looks for them.
    """

    gaps: GapDesk
    questions: UnansweredQuestions
    days: int
    today: Callable[[], date]
    like: Like | None = None

    async def clusters(self, least: int = 1, most: int | None = None, *, is_new: bool = False) -> list[Cluster]:
        """Return what was asked in vain and not flagged yet, most asked first, of equals what was asked last.

        Args:
            least: Only what was asked so often.
            most: At most so many; None for all.
            is_new: Only that of which nothing was ever flagged.

        Raises:
            StoreError: If the store could not be read.
        """
        found = [cluster for cluster, _ in await self._found() if cluster.count >= least]
        wanted = [cluster for cluster in found if not (is_new and cluster.flagged)]
        return [await self._with_like(cluster) for cluster in wanted[:most]]

    async def to_gap(self, key: str, actor: str) -> Gap:
        """Turn a cluster into a gap of the centre's, and return it.

        Args:
            key: Of any question in it.
            actor: Who does it: opaque, as `bot.gaps.Voice.person`.

        Raises:
            InputError: If there is no such cluster, or it was flagged already.
            StoreError: If it could not be kept.
        """
        for cluster, members in await self._found():
            if key in {cluster.key, *(_key(one.text) for one in members)}:
                break
        else:
            raise InputError(f"There are no unanswered questions with the key {key!r}; list them again")
        if cluster.flagged:
            raise InputError(f"This was flagged already, as gap {cluster.flagged[-1]}")
        times = "once" if cluster.count == 1 else f"{cluster.count} times"
        why = f"Flagged by the centre: asked {times} without an answer, from {cluster.first} to {cluster.last}."
        gap = await self.gaps.flag_for_centre(cluster.question, actor, why)
        await self.questions.flagged([one.key for one in members if one.gap is None], gap.number)
        return gap

    async def _with_like(self, cluster: Cluster) -> Cluster:
        if self.like is None:
            return cluster
        found = await self.like(cluster.question)
        return replace(cluster, like=tuple(gap.number for gap in found if gap.number not in cluster.flagged))

    async def _found(self) -> list[tuple[Cluster, list[Unanswered]]]:
        kept = await self.questions.listed(oldest_day(self.today(), self.days))
        # Many seconds of computing at worst: not where everybody else waits for it.
        made = await asyncio.to_thread(self._clustered, kept)
        return sorted(made, key=lambda found: (-found[0].count, -found[0].last.toordinal(), found[0].question))

    def _clustered(self, kept: Sequence[Unanswered]) -> list[tuple[Cluster, list[Unanswered]]]:
        asked: dict[str, list[Unanswered]] = {}
        for one in kept:
            if one.text in asked or len(asked) < TEXTS_MAX:
                asked.setdefault(one.text, []).append(one)
        vectors = {text: self._vector(same[0]) for text, same in asked.items()}
        groups = grouped(vectors, {text: len(same) for text, same in asked.items()})
        return [made for group in groups if (made := _cluster(group.texts, asked))]

    def _vector(self, one: Unanswered) -> bytes:
        return one.vector if one.model == MODEL else packed(self.gaps.bot.recogniser.vector(one.text))


def _cluster(texts: Sequence[str], asked: Mapping[str, list[Unanswered]]) -> tuple[Cluster, list[Unanswered]] | None:
    """Return the cluster of some texts, the central one first, with its questions; None if all of them were flagged."""
    members = [one for text in texts for one in asked[text]]
    days = sorted(one.day for one in members if one.gap is None)
    if not days:
        return None
    others = sorted(texts[1:], key=lambda text: (-len(asked[text]), text))[:EXAMPLES_MAX]
    flagged = tuple(sorted({one.gap for one in members if one.gap is not None}))
    return Cluster(_key(texts[0]), texts[0], len(days), days[0], days[-1], tuple(others), flagged), members


def _key(text: str) -> str:
    return key_of(text)[:KEY_LENGTH]
