"""The page on which a form is filled in, worked out for the macros."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from forms.components import (
    Checklist,
    Choice,
    Component,
    Field,
    Filepicker,
    Group,
    Names,
    Number,
    Rows,
    Text,
    TextArea,
    TextField,
    is_empty,
)
from forms.errors import FieldError
from forms.filling import Filling, attachment_facts
from forms.rights import Right
from forms.submission import flatten, sent
from forms.views import (
    ErrorView,
    FieldView,
    FileView,
    Links,
    OptionView,
    Page,
    RowView,
    anchor,
    file_view,
    fixed_view,
    head_view,
    unit_of,
)

#: a shorter minimum needs no announcement
_WORTH_A_HINT = 4


def entry_page(filling: Filling, errors: Sequence[FieldError], links: Links) -> Page:
    """The form to be filled in, with the messages at their places."""
    writer = _Entry(filling, {error.path: error.message for error in errors})
    parts = tuple(writer.views(filling.form.components))
    known = set(_paths(parts))
    summary = tuple(
        ErrorView(message=error.message, anchor=anchor(error.path) if error.path in known else "") for error in errors
    )
    return Page(parts=parts, links=links, errors=summary, carried=tuple(writer.carried()))


def _paths(parts: Sequence[FieldView]) -> Iterator[str]:
    for part in parts:
        yield part.name
        yield from _paths(part.parts)
        for line in part.lines:
            yield from _paths(line.cells)


class _Entry:
    """Views of a filling."""

    def __init__(self, filling: Filling, messages: Mapping[str, str]) -> None:
        self._filling = filling
        self._messages = messages

    def views(self, components: Sequence[Component]) -> Iterator[FieldView]:
        for component in components:
            if isinstance(component, Field):
                if self._filling.shown(component) and not self._nothing_brought(component):
                    yield self._outer(component)
            elif component.id not in self._filling.hidden:
                view = self._section(component)
                if view.parts or view.shown:
                    yield view

    def carried(self) -> Iterator[tuple[str, str]]:
        """Texts of fields that a condition hides, so that showing them again brings the texts back."""
        for key, component in self._filling.form.fields.items():
            if not component.typed or self._filling.rights.of(component) is not Right.EDIT:
                continue
            if key in self._filling.hidden:
                yield from _resent(component, key, self._filling.submission.get(key))
            elif isinstance(component, Rows):
                yield from self._carried_columns(component)

    def _carried_columns(self, rows: Rows) -> Iterator[tuple[str, str]]:
        for place, row in enumerate(self._filling.entered_rows(rows)[: rows.max_rows]):
            value = self._row_value(rows, place)
            for column in rows.columns_of:
                if column.typed and self._filling.column_hidden(column, value):
                    yield from _resent(column, f"{rows.key}.{place}.{column.key}", row.get(column.key))

    def _section(self, component: Component) -> FieldView:
        if isinstance(component, Group):
            parts = tuple(self.views(component.components))
            return FieldView(kind="group", label=component.label, name=component.id, parts=parts)
        return FieldView(kind="text", shown=component.text if isinstance(component, Text) else "")

    def _nothing_brought(self, component: Field) -> bool:
        """A read-only field the task has no value for would only be a dash on the page."""
        brought = component.readonly and component.value is None and is_empty(self._filling.values.get(component.key))
        return brought and component.key not in self._messages

    def _outer(self, component: Field) -> FieldView:
        if isinstance(component, Rows):
            return self._table(component)
        right, value = self._filling.rights.of(component), self._filling.values.get(component.key)
        if right is Right.READ:
            return fixed_view(component, component.key, value, self._messages.get(component.key, ""))
        raw = self._filling.submission.get(component.key)
        return self._input(component, component.key, raw, demanded=self._filling.demanded(component))

    def _table(self, rows: Rows) -> FieldView:
        rights, entered = self._filling.rights, self._filling.entered_rows(rows)
        columns = [column for column in rows.columns_of if rights.of(column, rows) is not Right.HIDE]
        lines = tuple(self._line(rows, columns, row, place) for place, row in enumerate(entered[: rows.max_rows]))
        return FieldView(
            kind="rows",
            name=rows.key,
            label=rows.label,
            hint=rows.hint or _least_rows(rows),
            error=self._messages.get(rows.key, ""),
            # what nobody may fill in is not offered as optional
            demanded=rights.of(rows) is Right.READ or self._filling.demanded(rows),
            can_add=self._filling.fixed_rows(rows) is None and len(lines) < rows.max_rows,
            heads=tuple(head_view(column) for column in columns),
            lines=lines,
        )

    def _line(self, rows: Rows, columns: Sequence[Field], entered: Mapping[str, Any], place: int) -> RowView:
        value = self._row_value(rows, place)
        title = self._title(rows, columns, value)
        cells = tuple(
            self._cell(rows, column, f"{rows.key}.{place}.{column.key}", entered, value)
            for column in (columns[1:] if title else columns)
            if not self._filling.column_hidden(column, value)
        )
        return RowView(number=place + 1, path=f"{rows.key}.{place}", title=title, cells=cells)

    def _title(self, rows: Rows, columns: Sequence[Field], value: Mapping[str, Any]) -> str:
        """A prescribed row is named by its first column."""
        first = columns[0] if columns and rows.fixed else None
        if first is None or self._filling.rights.of(first, rows) is not Right.READ or is_empty(value.get(first.key)):
            return ""
        return first.show(value[first.key])

    def _row_value(self, rows: Rows, place: int) -> Mapping[str, Any]:
        places = self._filling.places[rows.key]
        values: list[Mapping[str, Any]] = self._filling.values[rows.key]
        return values[places.index(place)] if place in places else {}

    def _cell(
        self, rows: Rows, column: Field, path: str, entered: Mapping[str, Any], value: Mapping[str, Any]
    ) -> FieldView:
        if self._filling.rights.of(column, rows) is Right.READ:
            return fixed_view(column, path, value.get(column.key), self._message(rows, path))
        demanded = self._filling.demanded(column, value)
        return self._input(column, path, entered.get(column.key), demanded=demanded, rows=rows)

    def _message(self, rows: Rows | None, path: str) -> str:
        """At a cell, the sentence need not say again which row it is in."""
        message = self._messages.get(path, "")
        if rows is None:
            return message
        return message.removeprefix(f"{rows.label}第 {int(path.split('.')[1]) + 1} 行：")

    def _input(self, component: Field, path: str, raw: Any, *, demanded: bool, rows: Rows | None = None) -> FieldView:
        drivers = self._filling.form.drivers
        return FieldView(
            kind=component.type,
            name=path,
            label=component.label,
            hint=component.hint or _automatic_hint(component),
            error=self._message(rows, path),
            entry="" if is_empty(raw) or isinstance(component, Filepicker | Checklist) else _entry(component, raw),
            unit=unit_of(component),
            input_mode=_input_mode(component),
            format=component.format or "" if isinstance(component, TextField) else "",
            accept=",".join(component.accept) if isinstance(component, Filepicker) else "",
            columns=component.columns,
            rows=8 if isinstance(component, TextArea) and (component.min_length or 0) >= 50 else 3,
            demanded=demanded,
            checked=component.type == "checkbox" and raw in (True, "true", "on"),
            driver=component.key in drivers or (rows is not None and rows.key in drivers),
            numeric=isinstance(component, Number),
            photo=isinstance(component, Filepicker) and component.photo,
            multiple=isinstance(component, Filepicker) and component.multiple,
            options=tuple(_options(component, raw)),
            files=tuple(self._files(component, raw)),
        )

    def _files(self, component: Field, raw: Any) -> Iterator[FileView]:
        if not isinstance(component, Filepicker):
            return
        parts = raw if isinstance(raw, list | tuple) else [raw]
        for part in parts:
            id = part.get("id") if isinstance(part, Mapping) else part
            fact = self._filling.attachments.get(id) if isinstance(id, str) else None
            if fact is not None:
                yield file_view(attachment_facts(fact))


def _entry(component: Field, raw: Any) -> str:
    return component.enter(raw) if not isinstance(raw, Mapping) else ""


def _resent(component: Field, path: str, raw: Any) -> Iterator[tuple[str, str]]:
    if is_empty(raw) or (isinstance(component, Rows) and not isinstance(raw, list | tuple)):
        return
    yield from flatten({path: sent(component, raw)})


def _options(component: Field, raw: Any) -> Iterator[OptionView]:
    if not isinstance(component, Choice | Checklist):
        return
    sent = raw if isinstance(raw, list | tuple) else [raw]
    for option in component.options:
        chosen = any(part is not None and part in (option.value, option.text) for part in sent)
        yield OptionView(value=option.text, label=option.label, chosen=chosen)


def _input_mode(component: Field) -> str:
    if isinstance(component, Number):
        return "numeric" if component.decimals == 0 else "decimal"
    return "tel" if isinstance(component, TextField) and component.format == "phone" else ""


def _least_rows(rows: Rows) -> str:
    return f"至少 {rows.min_rows} 行" if rows.min_rows > 1 else ""


def _automatic_hint(component: Field) -> str:
    """What a person should know before typing, taken from the checks themselves."""
    if isinstance(component, TextArea | TextField) and (component.min_length or 0) >= _WORTH_A_HINT:
        return f"不少于 {component.min_length} 字"
    if isinstance(component, Names):
        several = f"至少 {component.min_items} 个，" if component.min_items > 1 else ""
        return several + "多个之间用顿号分隔，例如 张三、李四"
    if isinstance(component, TextField) and component.format == "gps":
        return "经度在前、纬度在后，例如 118.872100,28.935600"
    if isinstance(component, Filepicker):
        least = f"至少 {component.min_files} 个，" if component.min_files > 1 else ""
        return least + "可上传 " + "、".join(suffix.lstrip(".") for suffix in component.accept)
    return ""
