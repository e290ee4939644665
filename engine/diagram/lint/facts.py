"""Names that every expression of the product sees besides the case's own variables."""

from __future__ import annotations

from engine.diagram.lint.foreign import HOST_FUNCTIONS

#: Read-only facts of a case (`engine.cases.case.Case.facts`) with their members, where these are always the same.
FACTS: dict[str, frozenset[str]] = {
    "policy": frozenset(),
    "region": frozenset(),
    "project": frozenset(),
    "case": frozenset({"id", "number", "started_on"}),
    "starter": frozenset({"id", "name"}),
}
#: What a rule for case numbers sees, and nothing else.
NUMBER_NAMES = frozenset({"county", "year", "serial"})
#: What FEEL itself puts into a filter or a loop (DMN 1.5, 10.3.2.5 and 10.3.2.14).
FEEL_NAMES = frozenset({"item", "partial"})
#: Names that need nobody to set them.
GIVEN = frozenset(FACTS) | HOST_FUNCTIONS | FEEL_NAMES
