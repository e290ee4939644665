"""Item definitions: the types a model defines (DMN 1.5, 7.3.2), as FEEL types with their allowed values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from engine.dmn.document import Element, attribute, child, children, text
from engine.feel import UnaryTests
from engine.feel.types import ANY_TYPE, ContextType, FunctionType, ListType, Type, basic
from engine.feel.values import Value

MAX_LEVELS = 40


@dataclass(frozen=True)
class ConstrainedType(Type):
    """A type of which only some values are allowed."""

    base: Type = field(kw_only=True)
    allowed: UnaryTests = field(kw_only=True, hash=False, compare=False)

    def conforms(self, value: Value) -> bool:
        return self.base.conforms(value) and self.allowed(value, {}) is True


def result_type(of: Type) -> Type:
    """What a function gives whose variable has a type: older models name the result there, later ones the function."""
    return of.result if isinstance(of, FunctionType) else of


TestsCompiler = Callable[[Element], UnaryTests]


class TypeRegistry(Mapping[str, Type]):
    """The types of a model by name; definitions may refer to each other in any order."""

    def __init__(
        self, definitions: list[Element], imported: Mapping[str, Mapping[str, Type]], tests: TestsCompiler
    ) -> None:
        self._definitions = {attribute(definition, "name"): definition for definition in definitions}
        self._imported = imported
        self._tests = tests
        self._types: dict[str, Type] = {}
        self._open: list[str] = []

    def __getitem__(self, name: str) -> Type:
        found = self.find(name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._definitions)

    def __len__(self) -> int:
        return len(self._definitions)

    def find(self, reference: str) -> Type | None:
        """The type a `typeRef` means, or None where it is not defined."""
        name = reference.strip()
        if name in self._definitions:
            return self._defined(name)
        known = self._imported_type(name) or self._component_type(name) or basic(name)
        if known is None and ":" in name:
            return self.find(name.partition(":")[2])
        return known

    def _imported_type(self, name: str) -> Type | None:
        alias, _, rest = name.partition(".")
        if rest and alias in self._imported:
            return self._imported[alias].get(rest)
        return self._imported[""].get(name) if "" in self._imported else None

    def _component_type(self, name: str) -> Type | None:
        """`tPerson.address`: the type of a component."""
        outer, _, component = name.rpartition(".")
        of = self.find(outer) if outer else None
        return of.entries.get(component) if isinstance(of, ContextType) else None

    def _defined(self, name: str) -> Type:
        if name not in self._types:
            if name in self._open or len(self._open) > MAX_LEVELS:
                return ANY_TYPE
            self._open.append(name)
            try:
                self._types[name] = self._definition(self._definitions[name])
            finally:
                self._open.pop()
        return self._types[name]

    def _definition(self, element: Element) -> Type:
        of = self._constrained(self._base(element), element, "allowedValues")
        if attribute(element, "isCollection") == "true":
            of = ListType("list", of=of)
        return self._constrained(of, element, "typeConstraint")

    def _base(self, element: Element) -> Type:
        components = list(children(element, "itemComponent"))
        if components:
            entries = {attribute(component, "name"): self._definition(component) for component in components}
            return ContextType("context", entries=entries)
        function = child(element, "functionItem")
        if function is not None:
            return self._function(function)
        reference = text(child(element, "typeRef"))
        return (self.find(reference) if reference else None) or ANY_TYPE

    def _function(self, element: Element) -> Type:
        parameters = tuple(
            self.find(attribute(parameter, "typeRef")) or ANY_TYPE for parameter in children(element, "parameters")
        )
        result = self.find(attribute(element, "outputTypeRef")) or ANY_TYPE
        return FunctionType("function", parameters=parameters, result=result)

    def _constrained(self, of: Type, element: Element, name: str) -> Type:
        allowed = child(element, name)
        if allowed is None or not text(allowed).strip():
            return of
        return ConstrainedType(of.name, base=of, allowed=self._tests(allowed))
