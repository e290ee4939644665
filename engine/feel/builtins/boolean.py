"""Boolean functions (DMN 1.5, table 68)."""

from __future__ import annotations

from engine.feel.builtins.signatures import Functions

functions = Functions()


@functions.define("not(negand: boolean)")
def negation(negand: bool) -> bool:
    """`not(true) = false`."""
    return not negand
