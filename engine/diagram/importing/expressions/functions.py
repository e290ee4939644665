"""Functions and methods of other tools that FEEL has too, under another name."""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.diagram.importing.expressions.errors import Untranslatable
from engine.diagram.importing.expressions.tree import (
    Binary,
    Call,
    Comprehension,
    Index,
    Literal,
    Member,
    Name,
    Text,
    Tree,
    Unary,
)

Write = Callable[[Tree], str]

#: Methods without arguments, as FEEL functions of the object.
_OF_OBJECT = {
    **dict.fromkeys(("toLowerCase", "lower"), "lower case"),
    **dict.fromkeys(("toUpperCase", "upper"), "upper case"),
    "size": "count",
    "length": "string length",
    "toString": "string",
}
#: Methods with one argument.
_WITH_ONE = {
    **dict.fromkeys(("startsWith", "startswith"), "starts with"),
    **dict.fromkeys(("endsWith", "endswith"), "ends with"),
}
#: Functions with one argument.
_FUNCTIONS = {
    **dict.fromkeys(("str", "String"), "string"),
    **dict.fromkeys(("int", "float", "Decimal", "Number", "parseInt", "parseFloat"), "number"),
    **{name: name for name in ("abs", "min", "max", "sum", "floor", "not", "number", "string", "count")},
}
_OPERATORS = {
    **dict.fromkeys(("equals", "eq"), "="),
    **dict.fromkeys(("notEquals", "ne"), "!="),
    **dict.fromkeys(("greaterThan", "gt"), ">"),
    **dict.fromkeys(("greaterThanOrEquals", "gte"), ">="),
    **dict.fromkeys(("lowerThan", "lessThan", "lt"), "<"),
    **dict.fromkeys(("lowerThanOrEquals", "lessThanOrEquals", "lte"), "<="),
}
_QUANTIFIERS = {"any": "some", "all": "every"}
#: What Python shows of a dictionary.
_VIEWS = {"keys": ".key", "values": ".value"}
_PERIODS = {"Years": "P{}Y", "Months": "P{}M", "Weeks": "P{}W", "Days": "P{}D", "Hours": "PT{}H"}
_PERIODS |= {"Minutes": "PT{}M", "Seconds": "PT{}S"}
_SHIFT = re.compile(r"(plus|minus)(Years|Months|Weeks|Days|Hours|Minutes|Seconds)")
_GETTER = re.compile(r"(?:get|is)([A-Z]\w*)")
_READERS = frozenset(["getVariable", "getVariableLocal", "getVariableTyped", "getDataObject"])
_VARIABLES = (("environment", "variables"), ("environment", "output"))
_PREFIXES = frozenset(["vars", "var", "variables"])


def variable(tree: Member) -> str | None:
    """The variable that `this.environment.variables.x` means."""
    path = _path(tree)
    if path and path[0] in ("this", "execution"):
        path = path[1:]
    if len(path) == 2 and path[0] == "variables":
        return path[1]
    return path[2] if len(path) == 3 and path[:2] in _VARIABLES else None


def replaced(tree: Call) -> Tree | None:
    """What a call means without the call: a variable, a comparison, a member."""
    owner, name = _parts(tree.function)
    arguments = tree.arguments
    if name in _READERS and len(arguments) == 1 and (owner is None or _is(owner, "execution", "task", "bpmn")):
        return _named(arguments[0])
    if name == "hasVariable" and owner is not None and len(arguments) == 1:
        return Binary("!=", _named(arguments[0]), Literal("null"))
    if isinstance(owner, Name) and owner.name in _PREFIXES:
        return _of_variable(name, arguments)
    return None if owner is None else _method(owner, name, arguments)


def written(tree: Call, inside: Write, text: Write) -> str:
    """A call as FEEL text; raises `Untranslatable`."""
    owner, name = _parts(tree.function)
    if owner is None and name in _QUANTIFIERS and len(tree.arguments) == 1:
        return _quantified(name, tree.arguments[0], text)
    if owner is None and name == "len" and len(tree.arguments) == 1 and _is_view(tree.arguments[0]):
        return f"count({text(tree.arguments[0])})"
    arguments = [text(argument) for argument in tree.arguments]
    if name == "timedelta" and not arguments:
        return f'duration("{_duration(tree.named)}")'
    if tree.named:
        raise _unknown(name)
    if owner is None or _is(owner, "Math", "datetime", "date"):
        return _function(name, arguments)
    if name in _OF_OBJECT and not arguments:
        return f"{_OF_OBJECT[name]}({text(owner)})"
    if name in _WITH_ONE and len(arguments) == 1:
        return f"{_WITH_ONE[name]}({text(owner)}, {arguments[0]})"
    if name in ("contains", "includes") and len(arguments) == 1:
        return containing(text(owner), arguments[0])
    if name in _VIEWS and not arguments:
        return f"get entries({text(owner)}){_VIEWS[name]}"
    shift = _SHIFT.fullmatch(name)
    if shift and len(arguments) == 1:
        return f"{inside(owner)} {'+' if shift[1] == 'plus' else '-'} {_period(shift[2], arguments[0])}"
    raise _unknown(name)


def _quantified(name: str, argument: Tree, text: Write) -> str:
    if not isinstance(argument, Comprehension) or argument.condition is not None:
        raise _unknown(name)
    return f"{_QUANTIFIERS[name]} {argument.name} in {text(argument.source)} satisfies {text(argument.element)}"


def _is_view(tree: Tree) -> bool:
    return isinstance(tree, Call) and isinstance(tree.function, Member) and tree.function.name in _VIEWS


def containing(whole: str, part: str) -> str:
    """Whether a list or a text contains something: only the value tells which it is."""
    return f"if {whole} instance of string then contains({whole}, {part}) else list contains({whole}, {part})"


def _method(owner: Tree, name: str, arguments: tuple[Tree, ...]) -> Tree | None:
    if name == "equals" and len(arguments) == 1:
        return Binary("=", owner, arguments[0])
    if name in ("isEmpty", "empty") and not arguments:
        return Unary("empty", owner)
    if name == "get" and len(arguments) == 1:
        return Index(owner, arguments[0])
    if name == "toDate" and not arguments:
        return owner
    getter = _GETTER.fullmatch(name)
    if getter and not arguments and not _is(owner, "execution", "task"):
        return Member(owner, getter[1][0].lower() + getter[1][1:])
    return None


def _of_variable(name: str, arguments: tuple[Tree, ...]) -> Tree:
    """Flowable's `vars:eq(name, value)` and its sisters."""
    if not arguments:
        raise _unknown(name)
    first = _named(arguments[0])
    if name in _OPERATORS and len(arguments) == 2:
        return Binary(_OPERATORS[name], first, arguments[1])
    if len(arguments) == 1:
        single: dict[str, Tree] = {
            **dict.fromkeys(("isEmpty", "empty"), Unary("empty", first)),
            **dict.fromkeys(("isNotEmpty", "notEmpty"), Unary("not", Unary("empty", first))),
            **dict.fromkeys(("exists", "exist"), Binary("!=", first, Literal("null"))),
            "get": first,
        }
        if name in single:
            return single[name]
    if name == "contains" and len(arguments) == 2:
        return Call(Member(first, "contains"), arguments[1:])
    raise _unknown(name)


def _function(name: str, arguments: list[str]) -> str:
    if name in ("now", "dateTime", "utcnow") and not arguments:
        return "now()"
    if name == "today" and not arguments:
        return "today()"
    if name == "len" and len(arguments) == 1:
        one = arguments[0]
        return f"if {one} instance of string then string length({one}) else count({one})"
    if name in _FUNCTIONS and arguments:
        return f"{_FUNCTIONS[name]}({', '.join(arguments)})"
    raise _unknown(name)


def _duration(named: tuple[tuple[str, Tree], ...]) -> str:
    """`timedelta(days=1, hours=2)` as ISO 8601."""
    found = {name: value.text for name, value in named if isinstance(value, Literal)}
    if len(found) != len(named) or not named:
        raise _unknown("timedelta")
    days = "".join(f"{found.pop(name)}{name[0].upper()}" for name in ("weeks", "days") if name in found)
    time = "".join(f"{found.pop(name)}{name[0].upper()}" for name in ("hours", "minutes", "seconds") if name in found)
    if found or "W" in days:
        raise _unknown("timedelta")
    return f"P{days}{'T' if time else ''}{time}"


def _period(unit: str, count: str) -> str:
    before, after = _PERIODS[unit].split("{}")
    if count.isdecimal():
        return f'duration("{before}{count}{after}")'
    return f'duration("{before}" + string({count}) + "{after}")'


def _named(tree: Tree) -> Tree:
    """A variable by its name, written as a text or bare."""
    if isinstance(tree, Text) and re.fullmatch(r"[^\W\d]\w*", tree.value):
        return Name(tree.value)
    if isinstance(tree, Name):
        return tree
    raise Untranslatable("变量名是算出来的，不能自动翻译。")


def _parts(function: Tree) -> tuple[Tree | None, str]:
    if isinstance(function, Name):
        return None, function.name
    if isinstance(function, Member):
        return function.base, function.name
    raise Untranslatable("这个调用不能自动翻译。")


def _path(tree: Tree) -> tuple[str, ...]:
    if isinstance(tree, Name):
        return (tree.name,)
    if isinstance(tree, Member):
        base = _path(tree.base)
        return (*base, tree.name) if base else ()
    return ()


def _is(tree: Tree, *names: str) -> bool:
    path = _path(tree)
    return bool(path) and path[-1] in names


def _unknown(name: str) -> Untranslatable:
    return Untranslatable(f"FEEL 没有与 {name}(…) 相当的函数。")
