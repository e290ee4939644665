"""What decision logic is compiled against: known names and types, and where problems are noted."""

from __future__ import annotations

from engine.dmn.document import Element, attribute, line, text
from engine.dmn.errors import Problem
from engine.dmn.scope import Logic, Scope
from engine.dmn.types import TypeRegistry
from engine.feel import FeelSyntaxError
from engine.feel.expression import Program
from engine.feel.names import Names
from engine.feel.reasons import null
from engine.feel.types import ANY_TYPE, Type, coerce
from engine.feel.values import Value


class Environment:
    """The names one piece of logic may use."""

    __slots__ = ("element", "names", "problems", "types")

    def __init__(self, element: str, names: Names, types: TypeRegistry, problems: list[Problem]) -> None:
        #: name of the decision, for problems
        self.element = element
        self.names = names
        self.types = types
        self.problems = problems

    def with_names(self, *names: str) -> Environment:
        """This environment and some more variables."""
        known = self.names
        for name in names:
            known = known.with_name(name)
        return Environment(self.element, known, self.types, self.problems)

    def type_of(self, element: Element | None) -> Type:
        """The type an element's `typeRef` names; any type where there is none."""
        reference = attribute(element, "typeRef")
        if not reference or element is None:
            return ANY_TYPE
        found = self.types.find(reference)
        if found is None:
            self.note(element, f"没有名为“{reference}”的类型")
        return found or ANY_TYPE

    def note(self, element: Element, message: str) -> None:
        """Keep a problem for the designer."""
        where = attribute(element, "id") or self.element
        self.problems.append(Problem(element=where, line=line(element), message=message))

    def program(self) -> Program:
        """Somewhere to compile expressions that are evaluated together."""
        return Program(self.names, self.types)

    def expression(self, element: Element) -> Logic:
        """The FEEL text of an element; a text that does not compile is a problem and gives null."""
        program = self.program()
        try:
            evaluate = program.expression(text(element))
        except FeelSyntaxError as error:
            self.note(element, error.message)
            return unusable(error.message)
        return lambda scope: evaluate(program.frame(scope.values))


def unusable(message: str) -> Logic:
    """Logic that gives null because it could not be compiled."""

    def give_null(scope: Scope) -> Value:
        return null(message)

    return give_null


def coerced(logic: Logic, of: Type) -> Logic:
    """Logic whose value is made to fit a type."""
    return logic if of is ANY_TYPE else lambda scope: coerce(logic(scope), of)
