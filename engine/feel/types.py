"""FEEL types (DMN 1.5, 10.3.2.9): does a value conform to a type, and what a value becomes to fit one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.feel.limits import spend
from engine.feel.reasons import null
from engine.feel.values import Function, Range, Value, kind_of

ANY = "Any"
_ALIASES = {
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "days and time duration": "days and time duration",
    "any": ANY,
    "null": "Null",
}
BASIC = frozenset(
    {"number", "string", "boolean", "date", "time", "date and time", "days and time duration"}
    | {"years and months duration", "list", "context", "range", "function", ANY, "Null"}
)


@dataclass(frozen=True)
class Type:
    """A basic type by its name; the parent of the others."""

    name: str

    def conforms(self, value: Value) -> bool:
        """Whether a value that is not null is of this type."""
        return self.name == ANY or kind_of(value) == self.name


@dataclass(frozen=True)
class ListType(Type):
    """`list<of>`."""

    of: Type = field(kw_only=True)

    def conforms(self, value: Value) -> bool:
        if type(value) is not list:
            return False
        spend(len(value))
        return all(item is None or self.of.conforms(item) for item in value)


@dataclass(frozen=True)
class ContextType(Type):
    """`context<key: type, …>`; further entries are allowed."""

    entries: Mapping[str, Type] = field(kw_only=True, hash=False)

    def conforms(self, value: Value) -> bool:
        if type(value) is not dict:
            return False
        spend(len(self.entries))
        return all(key in value and (value[key] is None or of.conforms(value[key])) for key, of in self.entries.items())


@dataclass(frozen=True)
class RangeType(Type):
    """`range<of>`."""

    of: Type = field(kw_only=True)

    def conforms(self, value: Value) -> bool:
        if type(value) is not Range:
            return False
        return all(end is None or self.of.conforms(end) for end in (value.start, value.end))


@dataclass(frozen=True)
class FunctionType(Type):
    """`function<type, …> -> type`."""

    parameters: tuple[Type, ...] = field(kw_only=True)
    result: Type = field(kw_only=True)

    def conforms(self, value: Value) -> bool:
        if not isinstance(value, Function) or len(value.parameters) != len(self.parameters):
            return False
        if value.signature is None:
            return True
        result = value.signature.result
        return (result is None or is_subtype(result, self.result)) and all(
            is_subtype(mine, theirs) for mine, theirs in zip(self.parameters, value.signature.parameters, strict=True)
        )


ANY_TYPE = Type(ANY)


def basic(name: str) -> Type | None:
    """The basic type of a name, also of the names older models use."""
    name = _ALIASES.get(name, name)
    return Type(name) if name in BASIC else None


def is_subtype(narrow: Type, wide: Type) -> bool:
    """Whether every value of the one type is of the other (conformance, 10.3.2.9.2)."""
    if wide.name == ANY or narrow == wide or narrow.name == "Null":
        return True
    if isinstance(narrow, ListType | RangeType) and isinstance(wide, ListType | RangeType):
        return type(narrow) is type(wide) and is_subtype(narrow.of, wide.of)
    if isinstance(narrow, ContextType) and isinstance(wide, ContextType):
        return all(key in narrow.entries and is_subtype(narrow.entries[key], of) for key, of in wide.entries.items())
    if isinstance(narrow, FunctionType) and isinstance(wide, FunctionType):
        return (
            len(narrow.parameters) == len(wide.parameters)
            and is_subtype(narrow.result, wide.result)
            and all(is_subtype(w, n) for n, w in zip(narrow.parameters, wide.parameters, strict=True))
        )
    return type(wide) is Type and wide.name == narrow.name


def instance_of(value: Value, of: Type) -> bool:
    """`value instance of type`; null is an instance of nothing but Null."""
    return of.name == "Null" if value is None else of.conforms(value)


def coerce(value: Value, of: Type) -> Value:
    """A value made to fit: singletons are unwrapped or wrapped, dates become midnights, misfits null (10.3.2.9.4)."""
    if value is None or of.conforms(value):
        return value
    for converted in _conversions(value):
        if of.conforms(converted):
            return converted
    return null(f"值的类型不符：应为 {of.name}，实为 {{}}", value)


def _conversions(value: Value) -> Iterator[Value]:
    if type(value) is list and len(value) == 1:
        yield value[0]
    yield [value]
    if kind_of(value) == "date":
        from engine.feel.arithmetic import at_midnight

        yield at_midnight(value)
