"""What a deployment knows outside the diagram."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The keys a diagram may refer to; None means that kind is not known here."""

    roles: Set[str] | None = None
    forms: Set[str] | None = None
    decisions: Set[str] | None = None
    processes: Set[str] | None = None
    connectors: Set[str] | None = None
    #: form key -> the keys of its fields; with these it is known what a user task sets
    fields: Mapping[str, Set[str]] | None = None
