"""What arrives from a browser or a program, before the form has looked at it.

A browser without JavaScript sends flat names (`invoice_list.0.amount`), files, and the button pressed (`_action`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from forms.components import Field, Filepicker, Rows, is_empty
from forms.definition import Form

_MOST_NAMES = 20_000
_LONGEST_INDEX = 4
#: names of the page itself, beside those that start with `_`
_PAGE_NAMES = frozenset({"csrf_token"})


class Press(StrEnum):
    """Which button was pressed, or that a field changed on which others depend."""

    SUBMIT = "submit"
    DRAFT = "draft"
    REFRESH = "refresh"
    ADD_ROW = "add"
    DELETE_ROW = "del"
    REMOVE_FILE = "remove"


@dataclass(frozen=True, kw_only=True)
class Submission:
    """Raw values, nested; the chosen files by the path they belong to; and the button."""

    values: Mapping[str, Any]
    uploads: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    press: Press = Press.SUBMIT
    #: what the button is about: `invoice_list`, `invoice_list.1` or `photos.<attachment id>`
    target: str = ""

    def with_uploaded(self, ids: Mapping[str, Iterable[str]]) -> Submission:
        """The same after the chosen files were stored: their ids stand in their fields."""
        values = dict(self.values)
        for path, added in ids.items():
            values = _put(values, path, lambda present, added=added: [*_listed(present), *added])
        return replace(self, values=values, uploads={})

    def pressed(self, form: Form) -> Submission:
        """The same after the row or file button did its work. Unknown targets change nothing."""
        if self.press is Press.REMOVE_FILE:
            path, _, id = self.target.rpartition(".")
            values = _put(dict(self.values), path, lambda present: [one for one in _listed(present) if one != id])
            return replace(self, values=values)
        key, _, place = self.target.partition(".")
        rows = form.fields.get(key)
        if not isinstance(rows, Rows) or rows.fixed:
            return self
        return replace(self, values={**self.values, key: self._changed_rows(rows, place)})

    def _changed_rows(self, rows: Rows, place: str) -> list[Any]:
        present = _listed(self.values.get(rows.key))
        if self.press is Press.ADD_ROW and len(present) < rows.max_rows:
            return [*present, {}]
        if self.press is Press.DELETE_ROW and place.isdigit():
            return [row for index, row in enumerate(present) if str(index) != place]
        return present


def decode(fields: Iterable[tuple[str, Any]]) -> Submission:
    """Nest the flat names of an HTML form. Names that start with `_` are the page's own and are left out."""
    names: dict[str, list[Any]] = {}
    uploads: dict[str, list[Any]] = {}
    action = ""
    for count, (name, value) in enumerate(fields):
        if count >= _MOST_NAMES:
            break
        if name == "_action":
            action = str(value)
        elif hasattr(value, "filename"):
            if value.filename:
                uploads.setdefault(name, []).append(value)
        elif not name.startswith("_") and name not in _PAGE_NAMES:
            names.setdefault(name, []).append(value)
    press, target = _press(action)
    kept = {path: tuple(files) for path, files in uploads.items()}
    return Submission(values=_nested(names), uploads=kept, press=press, target=target)


def from_json(document: Mapping[str, Any]) -> Submission:
    """The values a program sends. Numbers become exact; send money as text or number, ratios as numbers (0.3)."""
    return Submission(values={_whole_text(str(key)): _exact(value) for key, value in document.items()})


def typed(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a browser would send for given values: every field a person fills in, as text."""
    return {
        key: sent(component, values[key])
        for key, component in form.fields.items()
        if component.typed and not is_empty(values.get(key))
    }


def sent(component: Field, value: Any) -> Any:
    """What a browser would send for one value, whether it was kept or only typed."""
    if isinstance(component, Rows):
        return [_sent_row(component, row) for row in value if isinstance(row, Mapping)]
    parts = value if isinstance(value, list | tuple) else None
    if isinstance(component, Filepicker):
        return [fact["id"] if isinstance(fact, Mapping) and "id" in fact else str(fact) for fact in _listed(value)]
    if parts is not None:
        return [str(part) for part in parts]
    return str(value).lower() if isinstance(value, bool) else component.enter(value)


def _sent_row(rows: Rows, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        column.key: sent(column, row[column.key])
        for column in rows.columns_of
        if column.typed and not is_empty(row.get(column.key))
    }


def flatten(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Nested texts as the flat names of an HTML form; the reverse of `decode`."""
    return [pair for key, value in values.items() for pair in _flat(key, value)]


def _flat(path: str, value: Any) -> Iterable[tuple[str, str]]:
    if isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
        for place, row in enumerate(value):
            yield f"{path}.{place}._row", "1"
            for key, cell in row.items():
                yield from _flat(f"{path}.{place}.{key}", cell)
    elif isinstance(value, list):
        yield from ((path, str(part)) for part in value)
    else:
        yield path, str(value)


def _press(action: str) -> tuple[Press, str]:
    name, _, target = action.partition(":")
    try:
        return Press(name or "submit"), target
    except ValueError:
        return Press.REFRESH, ""


def _nested(names: Mapping[str, list[Any]]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    tables: dict[str, dict[int, dict[str, Any]]] = {}
    for name, values in names.items():
        value = values[0] if len(values) == 1 else values
        key, _, rest = name.partition(".")
        place, _, column = rest.partition(".")
        if not rest:
            nested[key] = value
        elif not (place.isdecimal() and place.isascii() and len(place) <= _LONGEST_INDEX and column):
            nested[name] = value
        else:
            row = tables.setdefault(key, {}).setdefault(int(place), {})
            if column != "_row":
                row[column] = value
    return {**nested, **{key: [rows[place] for place in sorted(rows)] for key, rows in tables.items()}}


def _listed(value: Any) -> list[Any]:
    if is_empty(value):
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _put(values: dict[str, Any], path: str, change: Any) -> dict[str, Any]:
    """Change the value at `key` or `key.row.column`."""
    key, _, rest = path.partition(".")
    place, _, column = rest.partition(".")
    if not rest:
        return {**values, key: change(values.get(key))}
    rows = [dict(row) if isinstance(row, Mapping) else {} for row in _listed(values.get(key))]
    if place.isdecimal() and len(place) <= _LONGEST_INDEX and int(place) < len(rows) and column:
        rows[int(place)][column] = change(rows[int(place)].get(column))
    return {**values, key: rows}


def _exact(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return _whole_text(value)
    if isinstance(value, int | float):
        return Decimal(str(value))
    if isinstance(value, Mapping):
        return {_whole_text(str(key)): _exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(item) for item in value]
    return value


def _whole_text(text: str) -> str:
    """JSON may carry half a character, which nothing can store or send."""
    return text.encode("utf-8", "replace").decode()


def initial(form: Form, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What a form opens with: what the task brings, the designers' defaults, and empty first rows."""
    opened = {
        key: _opening_rows(component, inputs.get(key))
        if isinstance(component, Rows)
        else inputs.get(key, component.default)
        for key, component in form.fields.items()
        if component.typed
    }
    return {key: value for key, value in opened.items() if value is not None}


def _opening_rows(rows: Rows, brought: Any) -> list[Any]:
    """Fixed rows bring their own read-only columns; only what was answered before is put back."""
    given = [row for row in _listed(brought) if isinstance(row, Mapping)]
    if not rows.fixed:
        return given or [{} for _ in range(rows.initial_rows)]
    answered = [column.key for column in rows.columns_of if column.typed]
    return [{key: row[key] for key in answered if key in row} for row in given]
