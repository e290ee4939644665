"""Closures that bring names into scope: loops, functions and contexts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.feel import ranges
from engine.feel.frame import Evaluate, Frame, Path
from engine.feel.limits import called, check_list, spend
from engine.feel.reasons import null
from engine.feel.types import ANY_TYPE, Type, coerce
from engine.feel.values import DefinedFunction, Signature, Value


def each(source: Evaluate) -> Evaluate:
    """What `in source` goes through."""

    return lambda frame: ranges.elements(source(frame))


def counted(start: Evaluate, end: Evaluate) -> Evaluate:
    """What `in start .. end` goes through."""

    return lambda frame: ranges.walk(start(frame), end(frame))


def _turns(loops: list[tuple[int, Evaluate]], frame: Frame, index: int = 0) -> Any:
    """Go through every combination of the loop variables; a source that cannot be walked ends it with a None."""
    slot, values = loops[index]
    source = values(frame)
    if source is None:
        yield None
        return
    last = index + 1 == len(loops)
    for value in source:
        frame[slot] = value
        if last:
            yield True
        else:
            spend(1)
            yield from _turns(loops, frame, index + 1)


def loop(loops: list[tuple[int, Evaluate]], body: Evaluate, steps: int, partial: int, at: int) -> Evaluate:
    """`for … return body`; `partial` is the slot of the results so far, or 0 where the body does not read them."""

    def evaluate(frame: Frame) -> Value:
        results: list[Value] = []
        for turn in _turns(loops, frame):
            if turn is None:
                return null("循环的内容为空", offset=at)
            spend(steps)
            if partial:
                spend(len(results))
                frame[partial] = results.copy()
            results.append(body(frame))
        check_list(len(results))
        return results

    return evaluate


def quantifier(loops: list[tuple[int, Evaluate]], condition: Evaluate, steps: int, every: bool, at: int) -> Evaluate:
    """`some … satisfies` and `every … satisfies`."""

    def evaluate(frame: Frame) -> Value:
        result: bool | None = every
        for turn in _turns(loops, frame):
            if turn is None:
                return null("循环的内容为空", offset=at)
            spend(steps)
            value = condition(frame)
            if type(value) is bool and value is not every:
                return value
            if type(value) is not bool:
                result = None
        return result

    return evaluate


def closure(names: Path, slots: list[int], signature: Signature, body: Evaluate, steps: int) -> Evaluate:
    """A function literal, which sees the variables around it as they are when it is evaluated."""

    types: tuple[Type, ...] = signature.parameters
    typed = any(of is not ANY_TYPE for of in types)

    def define(frame: Frame) -> Value:
        captured = frame.copy()

        def call(*arguments: Value) -> Value:
            inner = captured.copy()
            for slot, of, argument in zip(slots, types, arguments, strict=True):
                inner[slot] = coerce(argument, of) if typed else argument
                if inner[slot] is None and argument is not None:
                    return None
            return called(body, inner, steps)

        return _Closure(names, call, captured, signature)

    return define


class _Closure(DefinedFunction):
    """A function an expression has defined, with the variables it saw."""

    __slots__ = ("captured",)

    def __init__(self, names: Path, call: Callable[..., Value], captured: Frame, signature: Signature) -> None:
        super().__init__(names, call, signature=signature)
        self.captured = captured


def entries_of(entries: list[tuple[str, int, Evaluate]]) -> Evaluate:
    """A context literal; each entry sees those before it."""

    def context(frame: Frame) -> Value:
        result = {}
        for key, slot, value in entries:
            if key in result:
                return null(f"名称“{key}”在同一个上下文中出现了两次")
            result[key] = frame[slot] = value(frame)
            if type(result[key]) is _Closure:
                result[key].captured[slot] = result[key]
        return result

    return context
