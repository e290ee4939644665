"""What a deployment knows outside the diagram."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ConnectorGuide:
    """What a diagram may tell a connector."""

    #: in the order in which designers read them
    parameters: Sequence[str]
    required: Set[str]
    #: whether the case waits for results and for errors
    waits: bool
    #: sentences about values that are written in the diagram
    doubts: Callable[[Mapping[str, Any]], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The keys a diagram may refer to; None means that kind is not known here."""

    roles: Set[str] | None = None
    forms: Set[str] | None = None
    decisions: Set[str] | None = None
    processes: Set[str] | None = None
    connectors: Set[str] | None = None
    #: of those connectors that say what they take
    guides: Mapping[str, ConnectorGuide] = field(default_factory=dict)
    #: form key -> the keys of its fields; with these it is known what a user task sets
    fields: Mapping[str, Set[str]] | None = None
