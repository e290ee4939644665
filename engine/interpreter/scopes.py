"""Variables by scope (design decision 13): process, subprocess, multi-instance instance, called case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from engine import values
from engine.interpreter.corrections import Token

#: A value as it was last encoded or decoded, and the JSON that stands for it.
Encoded = tuple[Any, Any]


class Variables:
    """The values of a case, kept beside its tokens. A value is replaced when it changes, never altered in place."""

    def __init__(self) -> None:
        #: scope token id -> name -> value
        self.scopes: dict[str, dict[str, Any]] = {}
        #: sequential multi-instance body -> the elements it goes through
        self.items: dict[str, list[Any]] = {}
        self._encoded: dict[str, dict[str, Encoded]] = {}

    @classmethod
    def decode(cls, content: bytes) -> Variables:
        """What `encode` gave."""
        stored, variables = orjson.loads(content), cls()
        for scope_id, plain in stored["scopes"].items():
            scope: dict[str, Any] = {}
            encoded: dict[str, Encoded] = {}
            for key, item in plain.items():
                name = values.original(key)
                scope[name] = value = values.revive(item)
                encoded[name] = (value, item)
            variables.scopes[scope_id], variables._encoded[scope_id] = scope, encoded
        variables.items = values.revive(stored["items"])
        return variables

    def encode(self) -> bytes:
        """Canonical bytes. Only new values are encoded, and become what these bytes are decoded to."""
        scopes = {scope_id: self._encode_scope(scope_id, scope) for scope_id, scope in self.scopes.items()}
        items = values.dumps(self.items)
        if self.items:
            self.items = values.loads(items)
        parts = {"items": orjson.Fragment(items), "scopes": scopes}
        return values.trimmed(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS))

    def _encode_scope(self, scope_id: str, scope: dict[str, Any]) -> dict[str, Any]:
        known, now = self._encoded.get(scope_id, {}), {}
        for name, value in scope.items():
            encoded = known.get(name)
            if encoded is None or encoded[0] is not value:
                content = values.trimmed(values.dumps(value))
                scope[name] = own = values.loads(content)
                encoded = (own, orjson.Fragment(content))
            now[name] = encoded
        self._encoded[scope_id] = now
        return {values.escaped(name): plain for name, (_, plain) in now.items()}

    def declare(self, token: Token, values: Mapping[str, Any]) -> None:
        """Make names local to this token's scope."""
        self.scopes.setdefault(token.id, {}).update(values)

    def drop(self, token: Token) -> None:
        self.scopes.pop(token.id, None)
        self.items.pop(token.id, None)
        self._encoded.pop(token.id, None)

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
