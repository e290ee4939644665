"""Closures that read: names, paths, positions and filters."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.feel.builtins import BUILTINS
from engine.feel.frame import Evaluate, Frame, Path
from engine.feel.limits import spend
from engine.feel.members import member
from engine.feel.reasons import locate, null
from engine.feel.values import Value, inward

_MISSING: Any = object()


def local(slot: int) -> Evaluate:
    """A local variable."""
    return lambda frame: frame[slot]


def members_of(source: Evaluate, names: Path, at: int) -> Evaluate:
    """A path from a value."""
    if not names:
        return source

    def read(frame: Frame) -> Value:
        value = source(frame)
        for name in names:
            value = member(value, name)
        return locate(at) if value is None else value

    return read


def element(slot: int, name: str, members: Path, outer: Evaluate, at: int) -> Evaluate:
    """A name inside a filter: an entry of the element, else `item`, else something from outside."""

    def read(frame: Frame) -> Value:
        item = frame[slot]
        if type(item) is dict and name in item:
            value = item[name]
        elif name == "item":
            value = item
        else:
            return outer(frame)
        for part in members:
            value = member(value, part)
        return value

    return read


def free(name: str, members: Path, at: int) -> Evaluate:
    """A name of the host's context, else a built-in function."""
    builtin = BUILTINS.get(name)
    if members:
        return _free_path(name, members, at)

    def read(frame: Frame) -> Value:
        value = frame[0].get(name, _MISSING)
        if value is _MISSING:
            return builtin or null(f"没有名为“{name}”的数据", offset=at)
        return inward(value)

    return read


def _free_path(name: str, members: Path, at: int) -> Evaluate:
    def read(frame: Frame) -> Value:
        value = frame[0].get(name, _MISSING)
        if value is _MISSING:
            return null(f"没有名为“{name}”的数据", offset=at)
        for index, part in enumerate(members):
            if not isinstance(value, Mapping):
                value = inward(value)
                for rest in members[index:]:
                    value = member(value, rest)
                return locate(at) if value is None else value
            value = value.get(part, _MISSING)
            if value is _MISSING:
                return null(f"没有名为“{part}”的内容", offset=at)
        return inward(value)

    return read


def indexed(source: Evaluate, index: int, at: int) -> Evaluate:
    """`source[index]` with a constant."""

    def read(frame: Frame) -> Value:
        return element_at(source(frame), index, at)

    return read


def element_at(value: Value, index: int, at: int) -> Value:
    """The element at a position counted from 1, or from the end where negative."""
    items = value if type(value) is list else [] if value is None else [value]
    if index > 0 and index <= len(items):
        return items[index - 1]
    if index < 0 and -index <= len(items):
        return items[index]
    return null(f"列表没有第 {index} 项", offset=at)


def filter_of(source: Evaluate, condition: Evaluate, steps: int, slot: int, at: int) -> Evaluate:
    """`source[condition]`; the slot holds the element the condition is about."""

    def filtered(frame: Frame) -> Value:
        value = source(frame)
        if value is None:
            return null("对空值进行筛选", offset=at)
        items = value if type(value) is list else [value]
        spend(1 + len(items) * steps)
        kept: list[Value] = []
        for item in items:
            frame[slot] = item
            chosen = condition(frame)
            if chosen is True:
                kept.append(item)
            elif type(chosen) is Decimal:
                return element_at(items, int(chosen), at) if chosen == chosen.to_integral_value() else locate(at)
        if not items:
            frame[slot] = None
            return null("列表为空", offset=at) if type(condition(frame)) is Decimal else kept
        return kept

    return filtered
