"""FEEL, the expression language of DMN 1.5: compiled to closures, exact decimals, three-valued logic, bounded work."""

from __future__ import annotations

from engine.feel.builtins.temporal import clock
from engine.feel.errors import FeelError, FeelLimitExceeded, FeelSyntaxError, FeelValueRefused
from engine.feel.expression import Expression, UnaryTests, compile, unary_tests
from engine.feel.reasons import Reason
from engine.feel.text import excerpt_of, text_of
from engine.feel.values import Function, Range, YearsMonthsDuration

__all__ = [
    "Expression",
    "FeelError",
    "FeelLimitExceeded",
    "FeelSyntaxError",
    "FeelValueRefused",
    "Function",
    "Range",
    "Reason",
    "UnaryTests",
    "YearsMonthsDuration",
    "clock",
    "compile",
    "excerpt_of",
    "text_of",
    "unary_tests",
]
