"""Expressions that are FEEL in the drawing and a function in the oracle; what is missing is null and null spreads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Term:
    #: FEEL
    text: str
    value: Callable[[Mapping[str, Any]], Any]

    def holds(self, context: Mapping[str, Any]) -> bool:
        """Only true is true."""
        return self.value(context) is True


def number(n: int) -> Term:
    return Term(str(n), lambda context: n)


def variable(name: str) -> Term:
    return Term(name, lambda context: context.get(name))


def plus(name: str, n: int) -> Term:
    return Term(f"{name} + {n}", lambda context: _lifted(context.get(name), lambda value: value + n))


def remainder(name: str, divisor: int, rest: int) -> Term:
    """Whether a number leaves a rest; of null it is not true."""
    text = f"modulo({name}, {divisor}) = {rest}"
    return Term(text, lambda context: _lifted(context.get(name), lambda value: value % divisor) == rest)


def above(name: str, n: int) -> Term:
    return Term(f"{name} > {n}", lambda context: _lifted(context.get(name), lambda value: value > n))


def missing(name: str) -> Term:
    return Term(f"{name} = null", lambda context: context.get(name) is None)


def numbers(n: int) -> Term:
    """A list of the first numbers."""
    return Term(f"[{', '.join(str(i) for i in range(1, n + 1))}]", lambda context: list(range(1, n + 1)))


def _lifted(value: Any, function: Callable[[Any], Any]) -> Any:
    return None if value is None else function(value)
