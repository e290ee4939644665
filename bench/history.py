"""What the history costs: completions with their chained event against completions that leave none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from statistics import quantiles
from time import perf_counter
from unittest.mock import patch

from databases import Setting
from office import ROUND, Office

from engine.commands import CompleteTask

#: completions on one side before the other has its turn
BLOCK, UNLEARNED = 20, 4


NO_DIGEST = "0" * 64


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


def _times(office: Office, commands: list[CompleteTask]) -> list[float]:
    """The first ones after a change of functions are slower: what Python has learned of them is forgotten."""
    spent = []
    for command in commands:
        begin = perf_counter()
        office.engine.execute(command)
        spent.append(perf_counter() - begin)
    return spent[UNLEARNED:]


def share_without(setting: Setting, cases: int, reduced: Callable[[], AbstractContextManager[None]]) -> float:
    """Time of a reduced engine ÷ time of the whole one, both interleaved."""
    setting.create("history")
    office = Office.build(setting.open("history")).furnish()
    with_history, without = office.start(cases), office.start(cases)
    office.play(with_history + without, 1)
    spent: dict[str, list[float]] = {}
    for activity, login, outcome in ROUND:
        kept = office.completions(with_history, activity, login, outcome)
        forgotten = office.completions(without, activity, login, outcome)
        for at in range(0, cases, BLOCK):
            spent.setdefault(f"with {activity}", []).extend(_times(office, kept[at : at + BLOCK]))
            with reduced():
                spent.setdefault(f"without {activity}", []).extend(_times(office, forgotten[at : at + BLOCK]))
    office.engine.database.dispose()
    sums = {
        side: sum(quantiles(of, n=4)[0] for name, of in spent.items() if name.startswith(f"{side} "))
        for side in ("with", "without")
    }
    return sums["without"] / sums["with"]
