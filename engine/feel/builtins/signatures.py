"""Declaring built-in functions by the signatures the standard prints (DMN 1.5, 10.3.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from engine.feel.invocation import Builtin, Overload, Parameter

F = TypeVar("F", bound=Callable[..., Any])

_SHORT = {
    "duration": ("days and time duration", "years and months duration"),
    "any": (),
}


class Functions:
    """The built-in functions of one section of the standard."""

    def __init__(self) -> None:
        self.overloads: list[tuple[str, Overload]] = []

    def define(self, *signatures: str, steps: int = 5) -> Callable[[F], F]:
        """Declare a function, for example `substring(string: string, start position: number, length: number?)`.

        `any` takes every value and null, `?` makes a parameter optional, `...` lets it repeat, `|` separates kinds.
        """

        def declare(call: F) -> F:
            for signature in signatures:
                name, _, parameters = signature.rstrip(")").partition("(")
                declared = tuple(_parameter(text) for text in parameters.split(", ") if text)
                self.overloads.append((name, Overload(declared, call, steps)))
            return call

        return declare


def _parameter(text: str) -> Parameter:
    name, _, kind = text.partition(": ")
    variadic = kind.endswith("...")
    optional = kind.endswith("?")
    kinds: tuple[str, ...] = ()
    for part in kind.rstrip(".?").split("|"):
        kinds += _SHORT.get(part, (part,))
    return Parameter(name, kinds, optional, variadic)


def collect(sections: Iterable[Functions]) -> dict[str, Builtin]:
    """All functions by name, their signatures in the order of declaration."""
    builtins: dict[str, Builtin] = {}
    for section in sections:
        for name, overload in section.overloads:
            builtins.setdefault(name, Builtin(name)).add(overload)
    return builtins
