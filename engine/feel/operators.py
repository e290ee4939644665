"""Closures that compute: arithmetic, comparisons and logic."""

from __future__ import annotations

import operator as python
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.feel import arithmetic
from engine.feel.comparison import equal, ordered
from engine.feel.frame import Evaluate, Frame
from engine.feel.reasons import locate
from engine.feel.values import Value

OPERATIONS: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": arithmetic.add,
    "-": arithmetic.subtract,
    "*": arithmetic.multiply,
    "/": arithmetic.divide,
    "**": arithmetic.power,
}
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": python.lt,
    "<=": python.le,
    ">": python.gt,
    ">=": python.ge,
}


def binary(left: Evaluate, operation: Callable[[Value, Value], Value], right: Evaluate, at: int) -> Evaluate:
    """One arithmetic operation."""

    def evaluate(frame: Frame) -> Value:
        result = operation(left(frame), right(frame))
        return locate(at) if result is None else result

    return evaluate


def chain(first: Evaluate, rest: list[tuple[Callable[[Value, Value], Value], Evaluate, int]]) -> Evaluate:
    """Operations of one precedence, from left to right; no closure lies in another however long the chain is."""

    def evaluate(frame: Frame) -> Value:
        result = first(frame)
        for operation, operand, at in rest:
            result = operation(result, operand(frame))
            if result is None:
                locate(at)
        return result

    return evaluate


def equality(left: Evaluate, right: Evaluate, wanted: bool, at: int) -> Evaluate:
    """`left = right`, or `left != right` where false is wanted."""

    def evaluate(frame: Frame) -> Value:
        found = equal(left(frame), right(frame))
        if found is None:
            return locate(at)
        return found is wanted

    return evaluate


def order(left: Evaluate, right: Evaluate, sign: Any, at: int) -> Evaluate:
    """`left < right` and its like."""

    compare = _ORDERS[sign]

    def evaluate(frame: Frame) -> Value:
        first, second = left(frame), right(frame)
        if type(first) is Decimal and type(second) is Decimal:
            return compare(first, second)
        result = ordered(sign, first, second)
        return locate(at) if result is None else result

    return evaluate


def conjunction(operands: list[Evaluate]) -> Evaluate:
    """`and` of three-valued logic; what is neither true nor false counts as null."""

    def evaluate(frame: Frame) -> Value:
        result: bool | None = True
        for operand in operands:
            value = operand(frame)
            if value is False:
                return False
            if value is not True:
                result = None
        return result

    return evaluate


def disjunction(operands: list[Evaluate]) -> Evaluate:
    """`or` of three-valued logic."""

    def evaluate(frame: Frame) -> Value:
        result: bool | None = False
        for operand in operands:
            value = operand(frame)
            if value is True:
                return True
            if value is not False:
                result = None
        return result

    return evaluate
