"""What the history costs: completions with their chained event against completions that leave none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles
from time import perf_counter
from unittest.mock import patch

from databases import Setting
from office import ROUND, Office


@contextmanager
def _forgetful() -> Iterator[None]:
    """An engine that tells, hashes and writes no events."""
    with (
        patch("engine.case.outcome_of", lambda *_: {}),
        patch("engine.case.recorded_facts", lambda *_: ("", {})),
        patch("engine.unit_of_work.UnitOfWork.append", lambda *_, **__: "0" * 64),
    ):
        yield


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
        for first, second in zip(kept, forgotten, strict=True):
            begin = perf_counter()
            office.engine.execute(first)
            spent.setdefault(f"with {activity}", []).append(perf_counter() - begin)
            with _forgetful():
                begin = perf_counter()
                office.engine.execute(second)
                spent.setdefault(f"without {activity}", []).append(perf_counter() - begin)
    office.engine.database.dispose()
    sums = {
        side: sum(quantiles(of, n=4)[0] for name, of in spent.items() if name.startswith(f"{side} "))
        for side in ("with", "without")
    }
    return sums["without"] / sums["with"]
