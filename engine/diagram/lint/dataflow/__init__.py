"""Whether an expression reads what an earlier step can have set: the names known at every node, by data flow."""

from __future__ import annotations

from engine.diagram.lint.dataflow.check import check

__all__ = ["check"]
