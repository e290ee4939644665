"""Variables by scope (design decision 13): process, subprocess, multi-instance instance, called case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.interpreter.corrections import Token


class Variables:
    """The values of a case, kept beside its tokens."""

    def __init__(self, scopes: dict[str, dict[str, Any]], items: dict[str, list[Any]]) -> None:
        #: scope token id -> name -> value
        self.scopes = scopes
        #: sequential multi-instance body -> the elements it goes through
        self.items = items

    def declare(self, token: Token, values: Mapping[str, Any]) -> None:
        """Make names local to this token's scope."""
        self.scopes.setdefault(token.id, {}).update(values)

    def drop(self, token: Token) -> None:
        self.scopes.pop(token.id, None)
        self.items.pop(token.id, None)

    def visible(self, token: Token | None) -> dict[str, Any]:
        """All names seen from a token, the nearest first; a called case sees only its own."""
        layers = []
        while token is not None:
            if token.id in self.scopes:
                layers.append(self.scopes[token.id])
            if token.task_spec.isolates:
                break
            token = token.parent
        merged: dict[str, Any] = {}
        for layer in reversed(layers):
            merged.update(layer)
        return merged

    def write(self, token: Token, name: str, value: Any) -> None:
        """Write where the name is already known, otherwise in the nearest scope that keeps new names."""
        keeper: Token | None = None
        scope: Token | None = token
        while scope is not None:
            if name in self.scopes.get(scope.id, ()):
                keeper = scope
                break
            if keeper is None and scope.task_spec.keeps_variables(scope):
                keeper = scope
            if scope.task_spec.isolates:
                break
            scope = scope.parent
        assert keeper is not None, "the root scope keeps variables"
        self.declare(keeper, {name: value})
