"""Expressions of other tools (JUEL, Python, JavaScript, XPath in its simplest shapes) written anew in FEEL."""

from __future__ import annotations

from engine.diagram.importing.expressions.dialect import Dialect
from engine.diagram.importing.expressions.errors import Untranslatable
from engine.diagram.importing.expressions.translation import condition, is_feel, quoted, template, value

__all__ = ["Dialect", "Untranslatable", "condition", "is_feel", "quoted", "template", "value"]
