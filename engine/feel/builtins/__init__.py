"""The built-in functions of FEEL, one module per section of DMN 1.5, 10.3.4."""

from __future__ import annotations

from engine.feel.builtins import boolean, context, conversion, lists, numeric, ranges, strings, temporal
from engine.feel.builtins.signatures import collect

BUILTINS = collect(
    section.functions for section in (conversion, boolean, strings, lists, numeric, temporal, ranges, context)
)
