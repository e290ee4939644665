"""A complete set of parameters: what a county says, completed with defaults, and typed access to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from engine.errors import FieldProblem, Invalid
from engine.policy.catalogue import CATALOGUE


def resolve(settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All parameters, nested at their dots as expressions read them; raises `Invalid` for unknown or wrong ones."""
    given = dict(_flatten(settings or {}))
    problems = [FieldProblem(path=name, message="没有这个政策参数") for name in given.keys() - CATALOGUE.keys()]
    values: dict[str, Any] = {}
    for name, parameter in CATALOGUE.items():
        try:
            values[name] = parameter.read(given[name]) if name in given else parameter.default
        except ValueError as error:
            problems.append(FieldProblem(path=name, message=f"{parameter.label}：{error}"))
    problems += _contradictions(values)
    if problems:
        raise Invalid(tuple(problems), "政策参数有误，请按提示修改。")
    return _nest(values)


def _contradictions(values: Mapping[str, Any]) -> list[FieldProblem]:
    """Parameters that make no sense together."""
    ascending = (
        ("advance_recovery_start", "advance_recovery_end"),
        ("reserve.cycle_min", "reserve.cycle_max"),
        ("approval.deputy_below", "approval.chief_below"),
        ("approval.chief_below", "approval.meeting_below"),
        ("payment_approval.deputy_below", "payment_approval.chief_below"),
        ("procurement.exchange_from", "procurement.infrastructure_tender_from"),
        ("sampling.middle_from", "sampling.large_from"),
        ("hardship.illness_low_below", "hardship.illness_high_over"),
    )
    return [
        FieldProblem(path=high, message=f"“{CATALOGUE[high].label}”应大于“{CATALOGUE[low].label}”")
        for low, high in ascending
        if low in values and high in values and values[low] >= values[high]
    ] + _weights(values)


def _weights(values: Mapping[str, Any]) -> list[FieldProblem]:
    """The factors share out the whole of the money (S1-41)."""
    factors = [name for name in CATALOGUE if name.startswith("factor.")]
    if any(name not in values for name in factors) or sum(values[name] for name in factors) == 1:
        return []
    return [FieldProblem(path="factor.population", message="因素法各项权重合计应为 1")]


def _flatten(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _nest(values: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in values.items():
        group, _, rest = name.partition(".")
        if rest:
            nested.setdefault(group, {})[rest] = value
        else:
            nested[name] = value
    return nested


class Parameters:
    """Typed reading of a pinned profile. A profile older than a parameter gives that parameter's default."""

    def __init__(self, nested: Mapping[str, Any]) -> None:
        self._values = dict(_flatten(nested))

    def _get(self, name: str) -> Any:
        return self._values.get(name, CATALOGUE[name].default)

    def number(self, name: str) -> Decimal:
        """A ratio, or an amount in yuan."""
        return Decimal(self._get(name))

    def count(self, name: str) -> int:
        """A number of days, months, persons."""
        return int(self._get(name))

    def flag(self, name: str) -> bool:
        """A yes or no."""
        return bool(self._get(name))

    def text(self, name: str) -> str:
        """A word."""
        return str(self._get(name))

    def day(self, name: str) -> date:
        """A date."""
        value: date = self._get(name)
        return value

    def keys(self, name: str) -> tuple[str, ...]:
        """A list of keys."""
        return tuple(self._get(name))
