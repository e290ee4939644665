"""The inbox of somebody where a million tasks are open, against the bare query by the index on one's position."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from statistics import median
from time import perf_counter
from typing import Any

from databases import Setting
from office import TOWN, Office
from sqlalchemy import Connection, func, insert, select

from engine.clock import local_date
from engine.model import ProcessInstance, UserTask
from engine.queries.inbox import todo
from engine.queries.page import PAGE_SIZE
from engine.queries.viewer import Viewer, viewer_of

#: tasks of one case, and how many are open for one position
PER_CASE, PER_POSITION = 10, 500
_AT_ONCE = 20_000
_ROLE = "town_clerk"
_SHOWN = tuple(column for column in UserTask.__table__.columns if column.name not in ("inputs", "item", "submission"))


def ratio(setting: Setting, tasks: int, *, runs: int = 40) -> tuple[float, float]:
    """Time of the page ÷ time of the bare query, both interleaved, and the milliseconds of the page."""
    setting.create("inbox")
    office = Office.build(setting.open("inbox")).furnish()
    _fill(office, tasks)
    spent: dict[str, list[float]] = {"page": [], "bare": []}
    with office.engine.database.read() as connection:
        viewer = viewer_of(connection, "clerk", local_date(office.engine.clock.now()))
        for _ in range(runs):
            spent["page"].append(_seconds(lambda: _page(connection, viewer)))
            spent["bare"].append(_seconds(lambda: _bare(connection)))
    office.engine.database.dispose()
    page, bare = median(spent["page"]), median(spent["bare"])
    return page / bare, page * 1e3


def _seconds(work: Callable[[], object]) -> float:
    begin = perf_counter()
    work()
    return perf_counter() - begin


def _page(connection: Connection, viewer: Viewer) -> None:
    """What a person sees: the most urgent tasks with case, process and place, and how many there are."""
    page = todo(connection, viewer)
    assert len(page.items) == PAGE_SIZE
    assert page.total == PER_POSITION + 1


def _bare(connection: Connection) -> None:
    """The same tasks and their number by the index on positions, as rows, and nothing about them from elsewhere."""
    mine = (UserTask.status == "created") & (UserTask.role == _ROLE) & (UserTask.unit_code == TOWN)
    order = (UserTask.due_at.is_(None), UserTask.due_at, UserTask.opened_at, UserTask.id)
    first = select(*_SHOWN).where(mine).order_by(*order).limit(PAGE_SIZE)
    assert len(connection.execute(first).all()) == PAGE_SIZE
    assert connection.scalar(select(func.count()).where(mine)) == PER_POSITION + 1


def _fill(office: Office, tasks: int) -> None:
    """Rows as a case leaves them that waits at one step, with other numbers and for other towns."""
    (case,) = office.start()
    office.play([case], 0)
    for command in office.completions([case], "apply", "applicant", None):
        office.engine.execute(command)
    with office.engine.database.write() as connection:
        instance = connection.execute(select(*ProcessInstance.__table__.columns)).mappings().one()
        task = connection.execute(
            select(*UserTask.__table__.columns).where(UserTask.status == "created", UserTask.role == _ROLE)
        )
        _insert(connection, ProcessInstance, _instances(dict(instance), tasks))
        _insert(connection, UserTask, _tasks(dict(task.mappings().one()), tasks))
        connection.commit()
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _insert(connection: Connection, model: Any, rows: Iterator[dict[str, Any]]) -> None:
    while some := list(islice(rows, _AT_ONCE)):
        connection.execute(insert(model), some)


def _instances(first: dict[str, Any], tasks: int) -> Iterator[dict[str, Any]]:
    for number in range(tasks // PER_CASE):
        yield {**first, "id": f"case{number}", "number": f"CS-{number}"}


def _tasks(first: dict[str, Any], tasks: int) -> Iterator[dict[str, Any]]:
    positions = tasks // PER_POSITION
    for number in range(tasks):
        place = number % positions
        yield {
            **first,
            "id": f"task{number}",
            "instance_id": f"case{number // PER_CASE}",
            "token_id": str(number % PER_CASE),
            "unit_code": TOWN if place == 0 else f"{place:012}",
            "due_at": first["opened_at"] + timedelta(minutes=number % 7_919),
        }
