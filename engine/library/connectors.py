"""Functions of a program as connectors of service tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.errors import Refused
from engine.library import arguments
from engine.ports import LocalConnector, Work

#: Takes the task's inputs and gives results, or None for none; raises `BpmnError` when the business says no.
Handler = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]


class FunctionConnector:
    """Calls a plain function with the task's inputs."""

    def __init__(self, type_: str, function: Handler) -> None:
        self.type = type_
        self._function = function

    def execute(self, inputs: Mapping[str, Any], work: Work) -> Mapping[str, Any]:
        return arguments.variables(self._function(inputs), self.type)


def _nothing(_inputs: Mapping[str, Any]) -> None:
    """What a service task does in a session that was given no connectors."""


class Connectors(Mapping[str, LocalConnector]):
    """Connectors by name, with one for all names that are not known."""

    def __init__(self, known: Mapping[str, Handler | LocalConnector] | None, default: Handler | None) -> None:
        self._known = {name: _connector(name, given) for name, given in (known or {}).items()}
        self._default = _nothing if known is None and default is None else default

    def __getitem__(self, name: str) -> LocalConnector:
        if name in self._known:
            return self._known[name]
        if self._default is None:
            raise KeyError(name)
        return FunctionConnector(name, self._default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _connector(name: str, given: Any) -> LocalConnector:
    if hasattr(given, "execute"):
        return given  # type: ignore[no-any-return]
    if not callable(given):
        raise Refused(f"连接器“{name}”应为函数，或带有 execute 方法的对象。", connector=name)
    return FunctionConnector(name, given)
