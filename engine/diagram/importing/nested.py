"""Zeebe's inputs to parts of a variable (`mail.from`, `mail.to`), which here are one context."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from engine.diagram.importing.expressions import Untranslatable
from engine.diagram.importing.variables import is_name
from engine.diagram.namespaces import local_name


def nested_inputs(holder: etree._Element) -> dict[etree._Element, tuple[str, ...]]:
    """The inputs whose target is a path, unless the whole variable has an input of its own too."""
    inputs = [child for child in holder if isinstance(child.tag, str) and local_name(child) == "input"]
    paths = {child: tuple((child.get("target") or "").split(".")) for child in inputs}
    whole = {path[0] for path in paths.values() if len(path) == 1}
    return {
        child: path
        for child, path in paths.items()
        if len(path) > 1 and path[0] not in whole and all(is_name(name) for name in path)
    }


def context(entries: Iterable[tuple[tuple[str, ...], str]]) -> str:
    """A FEEL context from paths and the texts of their values."""
    groups: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for path, text in entries:
        groups.setdefault(path[0], []).append((path[1:], text))
    return "{" + ", ".join(f"{name}: {_entry(members)}" for name, members in groups.items()) + "}"


def _entry(members: list[tuple[tuple[str, ...], str]]) -> str:
    if len(members) == 1 and not members[0][0]:
        return members[0][1]
    if any(not path for path, _ in members):
        raise Untranslatable("同一个名称既有值又有下级。")
    return context(members)
