"""External functions of models made for Java engines: a fixed list of pure functions, nothing else can be called."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.feel.limits import check_string
from engine.feel.reasons import null
from engine.feel.values import Function, Value, inward

_SIGNATURE = re.compile(r"\s*(\w+)\s*\(([^()]*)\)\s*")
_INTEGERS = {"byte": 8, "short": 16, "int": 32, "long": 64}
_BOXED = {
    "java.lang.Byte": "byte",
    "java.lang.Short": "short",
    "java.lang.Integer": "int",
    "java.lang.Long": "long",
    "java.lang.Float": "float",
    "java.lang.Double": "double",
    "java.math.BigDecimal": "double",
    "java.lang.String": "string",
    "java.lang.Boolean": "boolean",
    "[Ljava.lang.Object;": "varargs",
    "java.lang.Object[]": "varargs",
    "java.lang.Object...": "varargs",
}
_PLACEHOLDER = re.compile(r"%(?:([sd])|(%)|\.(\d)f)")


def external_function(parameters: tuple[str, ...], mapping: Value) -> Function | None:
    """The function a mapping such as `{java: {class: …, method signature: …}}` names; unknown ones give null."""
    java = mapping.get("java") if type(mapping) is dict else None
    if type(java) is not dict:
        return null("不支持这样的外部函数")
    return java_function(parameters, java.get("class"), java.get("method signature"))


def java_function(parameters: tuple[str, ...], class_name: Value, signature: Value) -> Function:
    """The Python twin of a static Java method."""
    found = _SIGNATURE.fullmatch(signature) if type(signature) is str else None
    kinds = [_BOXED.get(kind.strip(), kind.strip()) for kind in found[2].split(",") if kind.strip()] if found else []
    method = _METHODS.get((str(class_name), found[1])) if found else None

    def call(*arguments: Value) -> Value:
        if method is None or len(arguments) != len(kinds):
            return null(f"不支持外部函数 {class_name} {signature}")
        converted = [_convert(argument, kind) for argument, kind in zip(arguments, kinds, strict=True)]
        if None in converted:
            return null(f"外部函数 {signature} 的参数类型不符")
        return _outcome(method, converted, kinds)

    return Function(parameters, call)


def _outcome(method: Callable[..., Any], arguments: list[Any], kinds: list[str]) -> Value:
    try:
        result = method(*arguments)
    except (ValueError, OverflowError, ArithmeticError, TypeError):
        return null("外部函数没有结果")
    # Java's float keeps seven digits; its shortest text is what a reader expects.
    return Decimal(f"{result:.7g}") if "float" in kinds and isinstance(result, float) else inward(result)


def _convert(argument: Value, kind: str) -> Any:
    if kind in _INTEGERS:
        whole = type(argument) is Decimal and argument == argument.to_integral_value()
        return int(argument) if whole and abs(argument) < 2 ** (_INTEGERS[kind] - 1) else None
    if kind in ("double", "float"):
        return float(argument) if type(argument) is Decimal else None
    if kind == "char":
        return argument if type(argument) is str and len(argument) == 1 else None
    if kind == "varargs":
        return argument if type(argument) is list else [argument]
    wanted = {"string": str, "boolean": bool}.get(kind)
    return argument if wanted is not None and type(argument) is wanted else None


def _format(template: str, arguments: list[Value]) -> str:
    from engine.feel.text import text_of

    rest = iter(arguments)

    def fill(found: re.Match[str]) -> str:
        if found[2]:
            return "%"
        value = next(rest, None)
        return f"{value:.{int(found[3])}f}" if found[3] and type(value) is Decimal else text_of(value)

    text = _PLACEHOLDER.sub(fill, template)
    check_string(len(text))
    return text


def _only(*kinds: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a Python function refuse what the Java one has no signature for."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            if not all(isinstance(argument, kinds) for argument in arguments):
                raise TypeError
            return function(*arguments)

        return call

    return wrap


_MATH: Mapping[str, Callable[..., Any]] = {
    "abs": abs,
    "acos": math.acos,
    "asin": math.asin,
    "atan": math.atan,
    "atan2": math.atan2,
    "cbrt": math.cbrt,
    "ceil": lambda number: float(math.ceil(number)),
    "cos": math.cos,
    "cosh": math.cosh,
    "exp": math.exp,
    "floor": lambda number: float(math.floor(number)),
    "hypot": math.hypot,
    "log": math.log,
    "log10": math.log10,
    "max": max,
    "min": min,
    "pow": math.pow,
    "round": lambda number: math.floor(number + 0.5),
    "signum": lambda number: math.copysign(1.0, number) if number else 0.0,
    "sin": math.sin,
    "sinh": math.sinh,
    "sqrt": math.sqrt,
    "tan": math.tan,
    "tanh": math.tanh,
    "toDegrees": math.degrees,
    "toRadians": math.radians,
}
_METHODS: Mapping[tuple[str, str], Callable[..., Any]] = {
    **{("java.lang.Math", name): _only(int, float)(function) for name, function in _MATH.items()},
    **{(f"java.lang.{name}", "valueOf"): int for name in ("Byte", "Short", "Integer", "Long")},
    **{(f"java.lang.{name}", "valueOf"): float for name in ("Float", "Double")},
    ("java.lang.Integer", "parseInt"): int,
    ("java.lang.Long", "parseLong"): int,
    ("java.lang.Double", "parseDouble"): float,
    ("java.lang.String", "valueOf"): str,
    ("java.lang.String", "format"): _format,
}
