"""Doing everything that is due at once, with a figure of how far it has come."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine.jobs.workers import worker_of
from engine.process_engine import ProcessEngine
from engine.queries.workload import workload


def drain_on(console: Console, engine: ProcessEngine) -> int:
    """Do what is due, and show it; tells how many jobs that were."""
    with engine.database.read() as connection:
        load = workload(connection, engine.clock.now())
        due = max(load.due_timers, engine.tools.queue.load(connection, engine.clock.now()).waiting)
    columns = (TextColumn("处理到期事项"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        shown = progress.add_task("", total=due)
        # What is done may lead to more that is due.
        done = worker_of(engine).drain(lambda number: progress.update(shown, completed=number, total=max(due, number)))
    console.print(f"处理了 {done} 项。")
    return done
