"""DMN 1.2 to 1.5: decision tables, boxed expressions, requirement graphs and services, on `engine.feel`."""

from __future__ import annotations

from engine.dmn.errors import DecisionError, DecisionNotFound, ModelRefused, Problem
from engine.dmn.model import DecisionModel
from engine.dmn.outcome import DecisionOutcome, MatchedRule
from engine.dmn.reader import read

__all__ = [
    "DecisionError",
    "DecisionModel",
    "DecisionNotFound",
    "DecisionOutcome",
    "MatchedRule",
    "ModelRefused",
    "Problem",
    "read",
]
