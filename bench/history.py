"""What the history costs: completions with their chained event against completions that leave none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles
from time import perf_counter
from unittest.mock import patch

from databases import Setting
from office import ROUND, Office

from engine.commands import CompleteTask

#: completions on one side before the other has its turn
BLOCK, UNLEARNED = 20, 4


@contextmanager
def _forgetful() -> Iterator[None]:
    """An engine that tells, hashes and writes no events."""
    with (
        patch("engine.case.outcome_of", lambda *_: {}),
        patch("engine.case.recorded_facts", lambda *_: ("", {})),
        patch("engine.unit_of_work.UnitOfWork.append", lambda *_, **__: "0" * 64),
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


def share_without(setting: Setting, cases: int) -> float:
    """Time without a history ÷ time with it, both interleaved."""
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
            with _forgetful():
                spent.setdefault(f"without {activity}", []).extend(_times(office, forgotten[at : at + BLOCK]))
    office.engine.database.dispose()
    sums = {
        side: sum(quantiles(of, n=4)[0] for name, of in spent.items() if name.startswith(f"{side} "))
        for side in ("with", "without")
    }
    return sums["without"] / sums["with"]
