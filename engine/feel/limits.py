"""Caps on what one expression may use: counted, never timed, so that a replay meets them alike."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TypeVar

from engine.feel.errors import FeelLimitExceeded

T = TypeVar("T")
V = TypeVar("V")

#: characters of one expression
MAX_SOURCE = 20_000
#: levels of brackets, contexts and functions inside each other
MAX_NESTING = 60
#: steps of one evaluation: about one for each element touched or small part of an expression evaluated again
MAX_STEPS = 160_000
#: elements of one list
MAX_LIST = 100_000
#: characters one step can make or read
CHARACTERS_PER_STEP = 16
#: characters of one string
MAX_STRING = 500_000
#: calls of defined functions inside each other
MAX_CALLS = 60
#: levels of lists and contexts inside each other in a value
MAX_DEPTH = 60
#: seconds all regular expressions of one evaluation may take; the only cap that is a time
REGEX_SECONDS = 0.05


class Meter(threading.local):
    """What the evaluations running in this thread have used so far."""

    def __init__(self) -> None:
        self.active = False
        self.steps = 0
        self.calls = 0
        self.regex_seconds = REGEX_SECONDS


_meter = Meter()


def spend(steps: int) -> None:
    """Count work against the running evaluation; outside of one, values are only the host's and are not counted."""
    if not _meter.active:
        return
    _meter.steps += steps
    if _meter.steps > MAX_STEPS:
        raise FeelLimitExceeded(f"表达式计算量过大，超过 {MAX_STEPS} 步，请缩小循环或列表")


def check_string(length: int) -> None:
    """Refuse a string that would grow too long, and count the work of making it."""
    if length > MAX_STRING:
        raise FeelLimitExceeded(f"文字过长，超过 {MAX_STRING} 个字符")
    spend(length // CHARACTERS_PER_STEP)


def check_list(length: int) -> None:
    """Refuse a list that would grow too long."""
    if length > MAX_LIST:
        raise FeelLimitExceeded(f"列表过长，超过 {MAX_LIST} 项")


def begin_metering() -> bool:
    """Meter one evaluation; false inside another one, on whose meter it counts then."""
    if _meter.active:
        return False
    _meter.active, _meter.steps, _meter.calls, _meter.regex_seconds = True, 0, 0, REGEX_SECONDS
    return True


def end_metering() -> None:
    """What was begun is over."""
    _meter.active = False


def called(evaluate: Callable[[T], V], argument: T, steps: int) -> V:
    """Evaluate the body of a function, counting how deep calls go into each other."""
    if _meter.calls >= MAX_CALLS:
        raise FeelLimitExceeded(f"函数相互调用过深，超过 {MAX_CALLS} 层")
    _meter.calls += 1
    spend(steps)
    try:
        return evaluate(argument)
    finally:
        _meter.calls -= 1


@contextmanager
def regex_time() -> Iterator[float]:
    """The seconds left for regular expressions; what the block takes of them is counted."""
    if _meter.regex_seconds <= 0:
        raise FeelLimitExceeded("正则表达式计算时间过长，请简化")
    started = monotonic()
    try:
        yield _meter.regex_seconds if _meter.active else REGEX_SECONDS
    finally:
        if _meter.active:
            _meter.regex_seconds -= monotonic() - started
