"""What the tests of every adapter share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.store.store import Store


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What is logged, and nothing of it on the screen."""
    with capture_logs() as lines:
        yield lines


@pytest.fixture
async def file_store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store in a file."""
    store = Store(f"sqlite:///{tmp_path}/store.sqlite")
    await store.upgrade()
    yield store
    await store.close()
