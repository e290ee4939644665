"""Several processes that check cases together, all looking at the same view of the database."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from typing import Any

from sqlalchemy import Connection

from engine.errors import AnlanError
from engine.history.case_check import CaseCheck, Checked, seldom_collecting
from engine.history.chain import Stream, streams_between
from engine.process_engine import ProcessEngine
from engine.store.snapshots import joined_view, shared_view

#: batches that one process is given ahead
_AHEAD = 2

#: builds the engine anew in a process of its own; must be a function that can be pickled
Recipe = Callable[[], ProcessEngine]


class HelperLost(AnlanError):
    """一个核对进程意外结束，请重新运行，或者用 --jobs 1 在一个进程里核对。"""

    code = "helper-lost"


class Crew:
    """Processes that are started early, so that they are ready when the view is begun."""

    def __init__(self, recipe: Recipe, size: int) -> None:
        # Started anew rather than forked: other threads may hold locks just now.
        context = get_context("spawn")
        self._helpers: list[Pipe] = []
        self._processes = []
        for _ in range(size):
            mine, theirs = context.Pipe()
            process = context.Process(target=_help, args=(theirs, recipe), daemon=True)
            process.start()
            theirs.close()
            self._helpers.append(mine)
            self._processes.append(process)

    def join(self, view: str) -> None:
        """Have everybody look at a view."""
        for helper in self._helpers:
            _receive(helper)
        for helper in self._helpers:
            _send(helper, view)
        for helper in self._helpers:
            _receive(helper)

    def each(self, batches: Iterable[list[Stream]]) -> Iterator[Checked]:
        """What came of each batch, in their order; the history itself is read by each process."""
        pending: deque[Pipe] = deque()
        for batch in batches:
            if len(pending) >= _AHEAD * len(self._helpers):
                yield _receive(pending.popleft())
            helper = min(self._helpers, key=pending.count)
            _send(helper, (batch[0].name, batch[-1].name) if batch else None)
            pending.append(helper)
        while pending:
            yield _receive(pending.popleft())

    def dismiss(self) -> None:
        """End the processes, whatever they are at."""
        for helper in self._helpers:
            helper.close()
        for process in self._processes:
            process.terminate()
            process.join()


@contextmanager
def crew_of(recipe: Recipe, size: int) -> Iterator[Crew]:
    """So many processes."""
    crew = Crew(recipe, size)
    try:
        yield crew
    finally:
        crew.dismiss()


@contextmanager
def common_view(engine: ProcessEngine, crew: Crew | None) -> Iterator[Connection]:
    """A view of the database that the crew, if there is one, sees as well."""
    if crew is None:
        with engine.database.read() as connection:
            yield connection
    else:
        with shared_view(engine.database, crew.join) as connection:
            yield connection


def _send(helper: Pipe, order: object) -> None:
    try:
        helper.send(order)
    except OSError as error:
        raise HelperLost from error


def _receive(helper: Pipe) -> Any:
    try:
        received = helper.recv()
    except (EOFError, OSError) as error:
        raise HelperLost from error
    if isinstance(received, BaseException):
        raise received
    return received


def _help(orders: Pipe, recipe: Recipe) -> None:
    """What each process does: build the engine, open the view, check batch after batch."""
    # Whoever presses Ctrl+C ends the first process, which ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        engine = recipe()
        orders.send(None)
        with joined_view(engine.database, orders.recv()) as connection, seldom_collecting():
            orders.send(None)
            cases = CaseCheck(connection, engine.tools)
            while True:
                span = orders.recv()
                orders.send(cases.check(streams_between(connection, *span) if span else ()))
    except (EOFError, BrokenPipeError):
        return
    except Exception as error:
        orders.send(error)
