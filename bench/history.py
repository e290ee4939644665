"""What the history costs: completions with their chained event against completions that leave none.

Each side has a process and a database of its own, and they take turns, completion by completion: functions that are
exchanged while Python runs are slow for some time afterwards, which would be counted as the history's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import quantiles
from time import perf_counter, process_time
from unittest.mock import patch

from databases import Setting
from office import ROUND, Office

NO_DIGEST = "0" * 64
#: completions of each step before they are timed
UNLEARNED = 6


@contextmanager
def forgetful() -> Iterator[None]:
    """An engine that tells, hashes and writes no events."""
    with (
        patch("engine.cases.case.outcome_of", lambda *_: {}),
        patch("engine.cases.case.recorded_facts", lambda *_: ("", {})),
        patch("engine.unit_of_work.UnitOfWork.append", lambda *_, **__: NO_DIGEST),
    ):
        yield


@contextmanager
def unchained() -> Iterator[None]:
    """An engine that writes its events, but hashes neither them nor the states they led to."""
    with (
        patch("engine.unit_of_work.digest_of", lambda *_: NO_DIGEST),
        patch("engine.history.outcome.state_digest", lambda *_: NO_DIGEST),
    ):
        yield


@dataclass(frozen=True, kw_only=True)
class Share:
    """What a reduced engine takes of the whole one's time: as a person waits for it, and of the processor."""

    elapsed: float
    processor: float


Timing = tuple[float, float]
Reduced = Callable[[], AbstractContextManager[None]]


def share_without(setting: Setting, cases: int, reduced: Reduced) -> Share:
    """Time of a reduced engine ÷ time of the whole one."""
    context = get_context("fork")
    pipes = []
    for name, side in (("whole", nullcontext), ("reduced", reduced)):
        setting.create(name)
        mine, theirs = context.Pipe()
        context.Process(target=_play, args=(theirs, setting, name, cases, side), daemon=True).start()
        pipes.append(mine)
    spent: list[dict[str, list[Timing]]] = [{}, {}]
    for activity, _, _ in ROUND:
        for _ in range(cases):
            for pipe, of in zip(pipes, spent, strict=True):
                pipe.send(None)
                of.setdefault(activity, []).append(pipe.recv())
    whole, part = (_typical(of) for of in spent)
    return Share(elapsed=part[0] / whole[0], processor=part[1] / whole[1])


def _typical(spent: dict[str, list[Timing]]) -> Timing:
    """One round of the loop: of each step the lower quartile."""
    quarters = [[quantiles(kind, n=4)[0] for kind in zip(*of[UNLEARNED:], strict=True)] for of in spent.values()]
    elapsed, processor = (sum(kind) for kind in zip(*quarters, strict=True))
    return elapsed, processor


def _play(turns: Connection, setting: Setting, name: str, cases: int, side: Reduced) -> None:
    """One side: a round of the loop, and each completion when it is its turn."""
    with side():
        office = Office.build(setting.open(name)).furnish()
        known = office.start(cases)
        office.play(known, 1)
        for activity, login, outcome in ROUND:
            for command in office.completions(known, activity, login, outcome):
                turns.recv()
                began, used = perf_counter(), process_time()
                office.engine.execute(command)
                turns.send((perf_counter() - began, process_time() - used))
        office.engine.database.dispose()
