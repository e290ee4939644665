"""Anlan, an approval engine for public-works and relief funds.

`from engine import Session` opens the engine as a library; it is loaded when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.errors import AnlanError
    from engine.interpreter import BpmnError
    from engine.library import Session

__all__ = ["AnlanError", "BpmnError", "Session"]

_HOMES = {"AnlanError": "engine.errors", "BpmnError": "engine.interpreter", "Session": "engine.library"}


def __getattr__(name: str) -> Any:
    """Load a public name from its room."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
