"""The demonstration: five real projects, each at another step, loaded once and quickly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from api.composition import engine_for
from api.demo.loader import is_loaded, load_demo
from api.settings import Settings
from engine.clock import ManualClock, local_date
from engine.funds.queries import project_view, projects_page
from engine.model import HistoryEvent, ProcessInstance, UserTask
from engine.process_engine import ProcessEngine
from engine.queries.inbox import todo
from engine.queries.viewer import viewer_of

#: an ordinary day, a Sunday, and the day after the long October holiday
TODAYS = tuple(datetime(2026, month, day, 3, tzinfo=UTC) for month, day in ((6, 17), (11, 22), (10, 8)))


def open_demo(home: Path, today: datetime) -> ProcessEngine:
    settings = Settings(home=home, database_url=f"sqlite:///{home}/anlan.db", demo=True)
    return engine_for(settings, ManualClock(today))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessEngine]:
    engine = open_demo(tmp_path_factory.mktemp("demo"), TODAYS[0])
    load_demo(engine)
    yield engine
    engine.database.dispose()


@pytest.mark.parametrize(
    ("person", "waiting"),
    [
        ("banling.lead", "村级民主决议"),
        ("bilian.clerk", "乡镇现场审查"),
        ("yongjia.project", "县业务审查"),
    ],
)
def test_there_is_something_to_do(demo: ProcessEngine, person: str, waiting: str) -> None:
    with demo.database.read() as connection:
        viewer = viewer_of(connection, person, local_date(demo.clock.now()))
        items = todo(connection, viewer).items

    assert [item.task_name for item in items] == [waiting]


def test_one_project_is_approved_and_has_its_advance(demo: ProcessEngine) -> None:
    with demo.database.read() as connection:
        (line,) = projects_page(connection, {"330324"}).items
        money = project_view(connection, line.id, {"330324"}).money

    assert line.name == "永嘉县岩坦镇陈庄村石溪自然村道路硬化工程"
    # 30 % of 85 % of the contract of 486,300
    assert (money.approved, money.paid) == (Decimal("424660.00"), Decimal("124006.50"))


def test_nothing_happened_in_the_future_or_at_night(demo: ProcessEngine) -> None:
    with demo.database.read() as connection:
        instants = list(connection.scalars(select(HistoryEvent.at).where(HistoryEvent.stream != "organisation")))

    assert max(instants) <= demo.clock.now()
    assert {(instant + timedelta(hours=8)).hour for instant in instants} <= set(range(8, 18))


def test_it_is_loaded_once(demo: ProcessEngine) -> None:
    with demo.database.read() as connection:
        before = len(connection.execute(select(UserTask.id)).all())

    load_demo(demo)

    with demo.database.read() as connection:
        assert len(connection.execute(select(UserTask.id)).all()) == before


@pytest.mark.parametrize("today", TODAYS[1:], ids=lambda day: day.date().isoformat())
def test_it_can_be_loaded_on_any_day(tmp_path: Path, today: datetime) -> None:
    engine = open_demo(tmp_path, today)

    load_demo(engine)

    with engine.database.read() as connection:
        numbers = list(connection.scalars(select(ProcessInstance.number).order_by(ProcessInstance.started_at)))
    assert is_loaded(engine)
    assert [number for number in numbers if number.startswith("XM")] == sorted(n for n in numbers if n.startswith("XM"))
    engine.database.dispose()
