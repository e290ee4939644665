"""The types after `instance of` and in function parameters (DMN 1.5, rule 52)."""

from __future__ import annotations

from collections.abc import Mapping

from engine.feel.cursor import Cursor
from engine.feel.lexer import NAME
from engine.feel.names import Names
from engine.feel.types import ANY_TYPE, ContextType, FunctionType, ListType, RangeType, Type, basic

Types = Mapping[str, Type]

_PARAMETRIC = frozenset({"list", "range", "context", "function"})


class TypeParser(Cursor):
    """Reads types; one that is not defined or lacks its parameters is None (table 61)."""

    def __init__(self, text: str, names: Names, types: Types) -> None:
        super().__init__(text, names)
        self._types = types

    def _type(self) -> Type | None:
        if not self._at(NAME) and not self._at("null"):
            self._refuse("类型")
        name = self._name_here()
        while self._accept("."):
            name += f".{self._member()}"
        if self._at("<") and name in _PARAMETRIC:
            return self._parametric(name)
        return self._types.get(name) or (None if name in _PARAMETRIC else basic(name))

    def _parametric(self, name: str) -> Type | None:
        self._advance()
        self._enter()
        read = {"context": self._context_type, "function": self._function_type}.get(name)
        of = read() if read else self._element_type(name)
        self._leave()
        return of

    def _element_type(self, name: str) -> Type | None:
        of = self._type()
        self._expect(">")
        if of is None:
            return None
        return ListType(name, of=of) if name == "list" else RangeType(name, of=of)

    def _context_type(self) -> Type | None:
        entries: dict[str, Type | None] = {}
        while True:
            key = self._new_name(":")
            self._expect(":")
            entries[key] = self._type()
            if not self._accept(","):
                self._expect(">")
                known = {key: of for key, of in entries.items() if of is not None}
                return ContextType("context", entries=known) if len(known) == len(entries) else None

    def _function_type(self) -> Type | None:
        parameters = () if self._at(">") else self._separated(self._type)
        self._expect(">")
        result = self._type() if self._accept("->") else ANY_TYPE
        if result is None or None in parameters:
            return None
        return FunctionType("function", parameters=parameters, result=result)
