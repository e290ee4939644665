"""What closures are evaluated on: the host's context first, then the local variables by their slots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from engine.feel.values import Value

Frame: TypeAlias = list[Any]
Evaluate: TypeAlias = Callable[[Frame], Value]
Path: TypeAlias = tuple[str, ...]
