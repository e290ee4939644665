"""Calling functions: the standard's by their signatures, those of hosts and of expressions by their parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from engine.feel.limits import CHARACTERS_PER_STEP, check_list, check_string, spend
from engine.feel.reasons import null
from engine.feel.values import DefinedFunction, Function, Value, inward, kind_of


class Parameter(NamedTuple):
    """One parameter of a built-in function."""

    name: str
    #: FEEL type names that are taken; empty for any value, null included
    kinds: tuple[str, ...]
    optional: bool
    variadic: bool


class Overload(NamedTuple):
    """One signature of a built-in function and what carries it out."""

    parameters: tuple[Parameter, ...]
    call: Callable[..., Value]
    #: what one call counts, besides the elements and characters it touches
    steps: int


class Builtin(DefinedFunction):
    """A function of the standard, with one or more signatures."""

    __slots__ = ("overloads",)

    def __init__(self, name: str) -> None:
        super().__init__((), self.positional, name)
        self.overloads: list[Overload] = []

    def add(self, overload: Overload) -> None:
        """Add a signature; the first one names the parameters."""
        self.overloads.append(overload)
        if len(self.overloads) == 1:
            self.parameters = tuple(parameter.name for parameter in overload.parameters)

    def positional(self, *arguments: Value) -> Value:
        """Call with arguments by position; the first signature that takes them answers."""
        problem = ""
        for overload in self.overloads:
            fitted, problem = _fit(overload, arguments)
            if fitted is not None:
                spend(overload.steps)
                return _checked(overload.call(*fitted))
        return null(f"{self.name}：{problem}")

    def named(self, names: Sequence[str], arguments: Sequence[Value]) -> Value:
        """Call with arguments by name."""
        spend(2 + len(names))
        given = dict(zip(names, arguments, strict=True))
        problem = f"没有这样的参数：{', '.join(names)}"
        for overload in self._in_writing_order(names):
            ordered = _in_order(overload, given)
            if ordered is not None:
                fitted, problem = _fit(overload, ordered)
                if fitted is not None:
                    spend(overload.steps)
                    return _checked(overload.call(*fitted))
        return null(f"{self.name}：{problem}")

    def _in_writing_order(self, names: Sequence[str]) -> list[Overload]:
        """First the signatures with the names in this order: `before(range, point)` is not `before(point, range)`."""
        if len(self.overloads) < 3:
            return self.overloads
        return sorted(self.overloads, key=lambda overload: [of.name for of in overload.parameters] != list(names))


def _in_order(overload: Overload, given: dict[str, Value]) -> list[Value] | None:
    known = {parameter.name for parameter in overload.parameters}
    if not given.keys() <= known:
        return None
    if any(parameter.name not in given and not parameter.optional for parameter in overload.parameters):
        return None
    ordered = [given.get(parameter.name) for parameter in overload.parameters]
    while ordered and ordered[-1] is None and overload.parameters[len(ordered) - 1].optional:
        ordered.pop()
    return ordered


def _fit(overload: Overload, arguments: Sequence[Value]) -> tuple[list[Value] | None, str]:
    """The arguments converted to the parameters, or None and what is wrong with them."""
    parameters = overload.parameters
    variadic = bool(parameters) and parameters[-1].variadic
    required = sum(not parameter.optional and not parameter.variadic for parameter in parameters)
    if len(arguments) < required + variadic or (len(arguments) > len(parameters) and not variadic):
        return None, f"参数个数不对，给了 {len(arguments)} 个"
    fitted = []
    for index, argument in enumerate(arguments):
        parameter = parameters[min(index, len(parameters) - 1)]
        kinds = parameter.kinds
        if kinds and kind_of(argument) not in kinds and not (argument is None and parameter.optional):
            converted = _convert(argument, kinds)
            if converted is None:
                return None, f"参数“{parameter.name}”应为 {' 或 '.join(kinds)}，而不是 {kind_of(argument)}"
            argument = converted
        if type(argument) is list:
            spend(len(argument))
        elif type(argument) is str:
            spend(len(argument) // CHARACTERS_PER_STEP)
        fitted.append(argument)
    return fitted, ""


def _convert(argument: Value, kinds: tuple[str, ...]) -> Value:
    """The implicit conversions between a singleton list and its element (10.3.2.9.4)."""
    if argument is None:
        return None
    if type(argument) is list and len(argument) == 1 and kind_of(argument[0]) in kinds:
        return argument[0]
    return [argument] if kinds == ("list",) else None


def _checked(result: Value) -> Value:
    if type(result) is list:
        check_list(len(result))
        spend(len(result))
    elif type(result) is str:
        check_string(len(result))
    return result


def invoke(function: Value, arguments: Sequence[Value]) -> Value:
    """Call any function value with arguments by position."""
    if isinstance(function, Builtin):
        return function.positional(*arguments)
    if not isinstance(function, Function):
        return null("{} 不是函数，不能调用", function)
    if len(arguments) != len(function.parameters):
        return null(f"函数应有 {len(function.parameters)} 个参数，给了 {len(arguments)} 个")
    return _result(function, arguments)


def invoke_named(function: Value, names: Sequence[str], arguments: Sequence[Value]) -> Value:
    """Call any function value with arguments by name."""
    if len(set(names)) != len(names):
        return null("同名的参数给了两次")
    if isinstance(function, Builtin):
        return function.named(names, arguments)
    if not isinstance(function, Function):
        return null("{} 不是函数，不能调用", function)
    given: dict[str, Any] = dict(zip(names, arguments, strict=True))
    if not given.keys() <= set(function.parameters):
        return null(f"函数没有这样的参数：{', '.join(names)}")
    return _result(function, [given.get(name) for name in function.parameters])


def _result(function: Function, arguments: Sequence[Value]) -> Value:
    result = function.call(*arguments)
    return result if isinstance(function, DefinedFunction) else inward(result)
