"""A short form of the soak: workers die while they send, and every tip arrives once or is said to be unknown."""

from __future__ import annotations

import pytest

from tests.soak.soak import FINAL, soak

DELIVERIES = 60


@pytest.mark.parametrize("seed", [7])
async def test_no_tip_is_lost_or_doubled_while_workers_die(empty_url: str, seed: int) -> None:
    states, wrong = await soak(empty_url, DELIVERIES, workers=2, kills=2, seed=seed, seconds=240, lease=12)
    assert set(wrong.values()) == {0}, (wrong, states)
    assert set(states) <= FINAL
    assert sum(states.values()) == DELIVERIES
    assert states["sent"] > DELIVERIES / 2
