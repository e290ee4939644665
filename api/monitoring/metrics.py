"""Figures for Prometheus. They count, and never name a person, a case or a county."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from engine.jobs.queue import QueueLoad
from engine.process_engine import ProcessEngine
from engine.queries.workload import workload

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """The figures of one process; those of the database are the same in every process."""

    def __init__(self, engine: ProcessEngine) -> None:
        self._registry = CollectorRegistry()
        self._commands = Counter(
            "anlan_commands", "Commands executed, by type and outcome", ("command", "outcome"), registry=self._registry
        )
        self._seconds = Histogram(
            "anlan_command_seconds", "Time a command took", ("command",), registry=self._registry, buckets=_SECONDS
        )
        self._registry.register(_Workload(engine))
        engine.observe(self.executed)

    def executed(self, command: str, seconds: float, refusal: str | None) -> None:
        """A command was carried out, or refused with a code."""
        self._commands.labels(command, refusal or "done").inc()
        self._seconds.labels(command).observe(seconds)

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self._registry)


class _Workload(Collector):
    """Read from the database when somebody asks."""

    def __init__(self, engine: ProcessEngine) -> None:
        self._engine = engine

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        now, queue = self._engine.clock.now(), self._engine.tools.queue
        with self._engine.database.read() as connection:
            load = workload(connection, now)
            jobs = queue.load(connection, now)
        cases = GaugeMetricFamily("anlan_cases", "Cases by status", labels=("status",))
        for status, number in load.cases.items():
            cases.add_metric([status], number)
        yield cases
        yield GaugeMetricFamily("anlan_open_tasks", "Tasks that wait for a person", value=load.open_tasks)
        yield GaugeMetricFamily("anlan_overdue_tasks", "Open tasks past their deadline", value=load.overdue_tasks)
        yield GaugeMetricFamily("anlan_incidents", "Cases stopped by an error", value=load.incidents)
        yield GaugeMetricFamily("anlan_due_timers", "Timers due and not yet fired", value=load.due_timers)
        yield GaugeMetricFamily("anlan_timer_lateness_seconds", "Age of the oldest due timer", value=load.lateness)
        yield from _jobs(jobs, now)
        calls = GaugeMetricFamily(
            "anlan_calls", "Calls of connectors and external workers by status", labels=("status",)
        )
        for status, number in load.calls.items():
            calls.add_metric([status], number)
        yield calls
        yield GaugeMetricFamily("anlan_waiting_exports", "Exports that are not made yet", value=load.waiting_exports)


def _jobs(load: QueueLoad, now: datetime) -> Iterable[GaugeMetricFamily]:
    jobs = GaugeMetricFamily(
        "anlan_jobs", "Jobs by state; retried ones are counted among the others", labels=("state",)
    )
    for state in ("waiting", "taken", "planned", "retried"):
        jobs.add_metric([state], getattr(load, state))
    yield jobs
    lateness = (now - load.oldest).total_seconds() if load.oldest else 0.0
    yield GaugeMetricFamily(
        "anlan_job_lateness_seconds", "Age of the oldest job that waits for a worker", value=lateness
    )
