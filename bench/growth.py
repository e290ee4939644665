"""How a step's time and stored bytes grow with the rejection rounds of a case, ours beside the stock serializer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from databases import Setting
from office import ROUND, Office
from sqlalchemy import select
from stock import StockEngine

from engine.model import ProcessInstance


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Per round: microseconds and bytes of one step."""

    name: str
    microseconds: Sequence[float]
    size: Sequence[int]


def ours(setting: Setting, rounds: int) -> Curve:
    """The engine with everything it keeps: state, inbox, history."""
    setting.create("growth")
    office = Office.build(setting.open("growth")).furnish()
    case = office.start()
    microseconds, size = [], []
    for _ in range(rounds):
        microseconds.append(_round(office, case))
        size.append(stored(office, case[0]))
    office.engine.database.dispose()
    return Curve(name="Anlan", microseconds=microseconds, size=size)


def stock(setting: Setting, rounds: int, folder: Path) -> Curve:
    """SpiffWorkflow with its own serializer; nothing but the state is stored."""
    assert setting.synchronous is not None
    engine = StockEngine(folder / "stock.db", setting.synchronous)
    microseconds, size = [], []
    for _ in range(rounds):
        microseconds.append(median(engine.round()) * 1e6)
        size.append(engine.size)
    return Curve(name="SpiffWorkflow, whole JSON", microseconds=microseconds, size=size)


def _round(office: Office, case: list[str]) -> float:
    spent = []
    for activity, login, outcome in ROUND:
        (command,) = office.completions(case, activity, login, outcome)
        begin = perf_counter()
        office.engine.execute(command)
        spent.append(perf_counter() - begin)
    return median(spent) * 1e6


def stored(office: Office, case: str) -> int:
    """The bytes of a case's state."""
    statement = select(ProcessInstance.tokens, ProcessInstance.variables).where(ProcessInstance.id == case)
    with office.engine.database.read() as connection:
        tokens, variables = connection.execute(statement).one()
    return len(tokens) + len(variables)


@dataclass(frozen=True, kw_only=True)
class _Panel:
    """One drawing: where it stands and what it shows."""

    left: int
    title: str
    values: Sequence[Sequence[float]]


WIDTH, HEIGHT, TOP = 400, 250, 50
COLOURS = ("#0b6e4f", "#c0392b")


def draw(curves: Sequence[Curve]) -> str:
    """Two drawings beside each other as SVG: milliseconds and kilobytes per step."""
    panels = (
        _Panel(
            left=60,
            title="milliseconds per step",
            values=[_smooth([time / 1e3 for time in curve.microseconds]) for curve in curves],
        ),
        _Panel(left=560, title="kilobytes stored per step", values=[[n / 1e3 for n in curve.size] for curve in curves]),
    )
    legend = "".join(
        f'<rect x="{60 + 150 * number}" y="12" width="12" height="12" fill="{COLOURS[number]}"/>'
        f'<text x="{78 + 150 * number}" y="22">{curve.name}</text>'
        for number, curve in enumerate(curves)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 340" font-family="sans-serif" font-size="12">'
        f'<rect width="1000" height="340" fill="#fff"/>{legend}{"".join(map(_panel, panels))}</svg>\n'
    )


def _panel(panel: _Panel) -> str:
    rounds = max(len(values) for values in panel.values)
    lowest, highest = _decades(panel.values)
    lines = "".join(
        f'<polyline points="{_points(panel.left, values, rounds, (lowest, highest))}" fill="none" stroke="{colour}"/>'
        for values, colour in zip(panel.values, COLOURS, strict=False)
    )
    labels = "".join(
        f'<text x="{panel.left - 6}" y="{_height(10**decade, (lowest, highest)) + 4:.1f}" text-anchor="end">'
        f"{10**decade:g}</text>"
        for decade in range(lowest, highest + 1)
    )
    bottom, right = TOP + HEIGHT, panel.left + WIDTH
    return (
        f'<text x="{panel.left}" y="{TOP - 8}">{panel.title}</text>'
        f'<path d="M{panel.left} {TOP}V{bottom}H{right}" fill="none" stroke="#555"/>{lines}{labels}'
        f'<text x="{right}" y="{bottom + 18}" text-anchor="end">{rounds} rejection rounds</text>'
    )


def _decades(curves: Sequence[Sequence[float]]) -> tuple[int, int]:
    """The powers of ten between which all values lie: on such a scale both curves can be seen."""
    values = [value for values in curves for value in values]
    return math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))


def _height(value: float, decades: tuple[int, int]) -> float:
    lowest, highest = decades
    return TOP + HEIGHT * (1 - (math.log10(value) - lowest) / (highest - lowest))


def _points(left: int, values: Sequence[float], rounds: int, decades: tuple[int, int]) -> str:
    return " ".join(
        f"{left + WIDTH * number / max(rounds - 1, 1):.1f},{_height(value, decades):.1f}"
        for number, value in enumerate(values)
    )


def _smooth(values: Sequence[float], width: int = 7) -> list[float]:
    """The running median: a busy machine makes single steps slow."""
    return [median(values[max(0, at - width) : at + width + 1]) for at in range(len(values))]
