"""Durable completions beside the same SQL without an engine: through SQLAlchemy Core, and on the bare driver."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter

from databases import Setting
from office import ROUND, Office
from recording import Transaction, recording

Timings = dict[str, list[float]]


@dataclass(frozen=True, kw_only=True)
class Completions:
    """Microseconds per completion: of each step the lower quartile, averaged over one round of the loop.

    Whatever else runs on the machine only ever makes a completion slower, and long ones more often than short ones.
    """

    setting: str
    warm: bool
    engine: float
    core: float
    #: None where the driver is not measured
    driver: float | None
    #: per completion
    statements: float

    @property
    def against_core(self) -> float:
        return self.core / self.engine

    @property
    def against_driver(self) -> float | None:
        return None if self.driver is None else self.driver / self.engine


class Trial:
    """One database for the engine, and exact copies on which its statements are executed again."""

    def __init__(self, setting: Setting, *, cases: int, rounds: int) -> None:
        self.setting = setting
        setting.create("source")
        office = Office.build(setting.open("source")).furnish()
        # The cases that are recorded are not those that are timed: recording costs time.
        self.recorded, self.timed = office.start(cases), office.start(cases)
        office.play(self.recorded + self.timed, rounds)
        office.engine.database.dispose()
        for copy in ("core", "driver"):
            setting.copy("source", copy)
        self.office = Office.build(setting.open("source"))
        self.core = setting.open("core")
        self.driver = self._connect_driver() if setting.synchronous else None

    def _connect_driver(self) -> sqlite3.Connection:
        path = self.setting.url("driver").removeprefix("sqlite:///")
        connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", f"synchronous={self.setting.synchronous}", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def run(self, *, warm: bool, rounds: int = 1) -> Completions:
        """Rounds of the loop, all sides interleaved so that a busy machine disturbs them alike."""
        if warm:
            self.office.play(self.recorded + self.timed, 1)
            self._follow()
        timings: Timings = defaultdict(list)
        statements = []
        for _ in range(rounds):
            for activity, login, outcome in ROUND:
                statements += self._step(timings, activity, login, outcome, warm)
        return Completions(
            setting=self.setting.name,
            warm=warm,
            engine=_per_completion(timings, "engine"),
            core=_per_completion(timings, "core"),
            driver=_per_completion(timings, "driver") if self.driver else None,
            statements=sum(statements) / len(statements),
        )

    def _follow(self) -> None:
        """Bring the copies to where the engine's database is."""
        self.office.engine.database.dispose()
        self.core.dispose()
        if self.driver:
            self.driver.close()
        for copy in ("core", "driver"):
            self.setting.copy("source", copy)
        if self.driver:
            self.driver = self._connect_driver()

    def _step(self, timings: Timings, activity: str, login: str, outcome: str | None, warm: bool) -> list[int]:
        engine, statements = self.office.engine, []
        recorded = self.office.completions(self.recorded, activity, login, outcome)
        timed = self.office.completions(self.timed, activity, login, outcome)
        for first, second in zip(recorded, timed, strict=True):
            self._cool(warm)
            with recording(engine.database) as transaction:
                engine.execute(first)
            statements.append(len(transaction.driver))
            self._cool(warm)
            _time(timings, "engine", activity, lambda command=second: engine.execute(command))
            self._replay(timings, activity, transaction)
        return statements

    def _replay(self, timings: Timings, activity: str, transaction: Transaction) -> None:
        _time(timings, "core", activity, lambda: transaction.replay(self.core))
        if self.driver is not None:
            connection = self.driver
            _time(timings, "driver", activity, lambda: transaction.replay_on_driver(connection))

    def _cool(self, warm: bool) -> None:
        """Cold: the compiled definition is there, the case is not, as after it was evicted."""
        cases = getattr(self.office.engine.tools, "cases", None)
        if not warm and cases is not None:
            cases.clear()

    def close(self) -> None:
        self.office.engine.database.dispose()
        self.core.dispose()
        if self.driver:
            self.driver.close()


def _time(timings: Timings, side: str, activity: str, work: Callable[[], object]) -> None:
    begin = perf_counter()
    work()
    timings[f"{side} {activity}"].append(perf_counter() - begin)


def _per_completion(timings: Timings, side: str) -> float:
    typical = [quantiles(values, n=4)[0] for name, values in timings.items() if name.startswith(f"{side} ")]
    return sum(typical) / len(typical) * 1e6
