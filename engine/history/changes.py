"""Field changes before and after a step: per field, per table row, per attachment digest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What differs between two sets of variables; a side that a field is absent from is left out."""
    return list(_of_mapping("", before, after))


def _of_mapping(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in sorted({*before, *after}):
        yield from _of_entry(f"{path}{name}", before, after, name)


def _of_rows(path: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[dict[str, Any]]:
    old, new = dict(enumerate(before)), dict(enumerate(after))
    for number in range(max(len(before), len(after))):
        yield from _of_entry(f"{path}{number}", old, new, number)


def _of_entry(path: str, before: Mapping[Any, Any], after: Mapping[Any, Any], key: Any) -> Iterator[dict[str, Any]]:
    if key not in after:
        yield from ({"path": leaf, "before": value} for leaf, value in _leaves(path, before[key]))
    elif key not in before:
        yield from ({"path": leaf, "after": value} for leaf, value in _leaves(path, after[key]))
    else:
        yield from _of_value(path, before[key], after[key])


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The fields of a whole that came or went at once."""
    if isinstance(value, Mapping) and value:
        for name, item in sorted(value.items()):
            yield from _leaves(f"{path}.{name}", item)
    elif _is_rows(value) and value:
        for number, item in enumerate(value):
            yield from _leaves(f"{path}.{number}", item)
    else:
        yield path, value


def _of_value(path: str, before: Any, after: Any) -> Iterator[dict[str, Any]]:
    if before is after or (before == after and type(before) is type(after)):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _of_mapping(f"{path}.", before, after)
    elif _is_rows(before) and _is_rows(after):
        yield from _of_rows(f"{path}.", before, after)
    else:
        yield {"path": path, "before": before, "after": after}


def _is_rows(value: Any) -> bool:
    return isinstance(value, list | tuple)
