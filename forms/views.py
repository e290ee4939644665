"""What the macros show, worked out beforehand: texts, messages, which option is chosen, which files are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from forms import notation
from forms.components import (
    Checklist,
    Choice,
    Component,
    Field,
    Filepicker,
    Group,
    Names,
    Number,
    NumberKind,
    Rows,
    Text,
    TextArea,
    TextField,
    is_empty,
)
from forms.definition import Form
from forms.errors import FieldError
from forms.filling import Filling, attachment_facts
from forms.rights import Right


@dataclass(frozen=True, kw_only=True)
class OptionView:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class FileView:
    id: str
    name: str
    size: str
    picture: bool


@dataclass(frozen=True, kw_only=True)
class ErrorView:
    """A line of the summary at the top; without an anchor there is no field to go to."""

    message: str
    anchor: str


@dataclass(frozen=True, kw_only=True)
class RowView:
    number: int
    path: str
    cells: tuple[FieldView, ...]


@dataclass(frozen=True, kw_only=True)
class FieldView:
    """One field, or section, or table, ready to be written. `kind` picks the macro."""

    kind: str
    name: str = ""
    label: str = ""
    hint: str = ""
    error: str = ""
    #: what stands in the input
    entry: str = ""
    #: the value for people
    shown: str = ""
    unit: str = ""
    input_mode: str = ""
    format: str = ""
    accept: str = ""
    columns: int = 16
    rows: int = 4
    demanded: bool = False
    checked: bool = False
    #: others depend on it: a change asks the server for the page again
    driver: bool = False
    numeric: bool = False
    photo: bool = False
    multiple: bool = False
    can_add: bool = False
    options: tuple[OptionView, ...] = ()
    files: tuple[FileView, ...] = ()
    heads: tuple[FieldView, ...] = ()
    lines: tuple[RowView, ...] = ()
    parts: tuple[FieldView, ...] = ()

    @property
    def id(self) -> str:
        return anchor(self.name)

    @property
    def described_by(self) -> str:
        marks = [f"{self.id}-hint"] * bool(self.hint) + [f"{self.id}-error"] * bool(self.error)
        return " ".join(marks)


@dataclass(frozen=True, kw_only=True)
class Links:
    """Where the page's own requests go."""

    #: where htmx posts the form to when rows are added or conditions change; empty means the page's address
    action: str = ""
    #: the element that holds what `render` gives, whose content is replaced
    target: str = "#form-body"
    #: where a chosen file is stored
    upload_url: str = "/attachments"
    #: the address of a stored file, without its id
    attachment_url: str = "/attachments/"


@dataclass(frozen=True, kw_only=True)
class Page:
    """Everything a template needs."""

    parts: tuple[FieldView, ...]
    links: Links
    errors: tuple[ErrorView, ...] = ()
    #: names and texts kept for fields that are hidden just now
    carried: tuple[tuple[str, str], ...] = field(default=())


def anchor(path: str) -> str:
    """The id of the element at a path."""
    return "f-" + path.replace(".", "-")


def entry_page(filling: Filling, errors: Sequence[FieldError], links: Links) -> Page:
    """The form to be filled in, with the messages at their places."""
    writer = _Entry(filling, {error.path: error.message for error in errors})
    parts = tuple(writer.views(filling.form.components))
    known = set(_paths(parts))
    summary = tuple(
        ErrorView(message=error.message, anchor=anchor(error.path) if error.path in known else "") for error in errors
    )
    return Page(parts=parts, links=links, errors=summary, carried=tuple(writer.carried()))


def sheet(form: Form, values: Mapping[str, Any], hidden: frozenset[str], links: Links) -> Page:
    """The form as it was submitted."""
    return Page(parts=tuple(_sheet_parts(form.components, values, hidden)), links=links)


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
                if self._filling.shown(component):
                    yield self._outer(component)
            elif component.id not in self._filling.hidden:
                view = self._section(component)
                if view.parts or view.shown:
                    yield view

    def carried(self) -> Iterator[tuple[str, str]]:
        """Texts of fields that a condition hides, so that showing them again brings the texts back."""
        from forms.submission import flatten

        for key in sorted(self._filling.hidden & self._filling.form.fields.keys()):
            component = self._filling.form.fields[key]
            raw = self._filling.submission.get(key)
            if component.typed and self._filling.rights.of(component) is Right.EDIT and not is_empty(raw):
                yield from flatten({key: _resent(component, raw)})

    def _section(self, component: Component) -> FieldView:
        if isinstance(component, Group):
            parts = tuple(self.views(component.components))
            return FieldView(kind="group", label=component.label, name=component.id, parts=parts)
        return FieldView(kind="text", shown=component.text if isinstance(component, Text) else "")

    def _outer(self, component: Field) -> FieldView:
        if isinstance(component, Rows):
            return self._table(component)
        right, value = self._filling.rights.of(component), self._filling.values.get(component.key)
        if right is Right.READ:
            return _fixed(component, component.key, value, self._messages.get(component.key, ""))
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
            demanded=self._filling.demanded(rows),
            can_add=self._filling.fixed_rows(rows) is None and len(lines) < rows.max_rows,
            heads=tuple(_head(column) for column in columns),
            lines=lines,
        )

    def _line(self, rows: Rows, columns: Sequence[Field], entered: Mapping[str, Any], place: int) -> RowView:
        value = self._row_value(rows, place)
        cells = tuple(
            self._cell(rows, column, f"{rows.key}.{place}.{column.key}", entered, value)
            for column in columns
            if not self._filling.column_hidden(column, value)
        )
        return RowView(number=place + 1, path=f"{rows.key}.{place}", cells=cells)

    def _row_value(self, rows: Rows, place: int) -> Mapping[str, Any]:
        places = self._filling.places[rows.key]
        values: list[Mapping[str, Any]] = self._filling.values[rows.key]
        return values[places.index(place)] if place in places else {}

    def _cell(
        self, rows: Rows, column: Field, path: str, entered: Mapping[str, Any], value: Mapping[str, Any]
    ) -> FieldView:
        if self._filling.rights.of(column, rows) is Right.READ:
            return _fixed(column, path, value.get(column.key), self._messages.get(path, ""))
        demanded = self._filling.demanded(column, value)
        return self._input(column, path, entered.get(column.key), demanded=demanded, rows=rows)

    def _input(self, component: Field, path: str, raw: Any, *, demanded: bool, rows: Rows | None = None) -> FieldView:
        drivers = self._filling.form.drivers
        return FieldView(
            kind=component.type,
            name=path,
            label=component.label,
            hint=component.hint or _automatic_hint(component),
            error=self._messages.get(path, ""),
            entry="" if is_empty(raw) or isinstance(component, Filepicker | Checklist) else _entry(component, raw),
            unit=_unit(component),
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
                yield _file(attachment_facts(fact))


def _fixed(component: Field, path: str, value: Any, error: str = "") -> FieldView:
    """A field whose value is shown but not typed."""
    kind = "files" if isinstance(component, Filepicker) else "value"
    return FieldView(
        kind=kind,
        name=path,
        label=component.label,
        hint=component.hint,
        error=error,
        shown="" if is_empty(value) or kind == "files" else component.show(value),
        unit=_unit(component) if not is_empty(value) and not _percent(component) else "",
        columns=component.columns,
        demanded=True,
        numeric=isinstance(component, Number),
        files=tuple(_file(fact) for fact in value or ()) if kind == "files" else (),
    )


def _sheet_parts(
    components: Sequence[Component], values: Mapping[str, Any], hidden: frozenset[str]
) -> Iterator[FieldView]:
    for component in components:
        if isinstance(component, Group):
            parts = tuple(_sheet_parts(component.components, values, hidden))
            if parts:
                yield FieldView(kind="group", label=component.label, name=component.id, parts=parts)
        elif isinstance(component, Field) and component.key not in hidden and not is_empty(values.get(component.key)):
            yield _sheet_field(component, values[component.key], hidden)


def _sheet_field(component: Field, value: Any, hidden: frozenset[str]) -> FieldView:
    if not isinstance(component, Rows):
        return _fixed(component, component.key, value)
    columns = [column for column in component.columns_of if f"{component.key}.{column.key}" not in hidden]
    lines = tuple(
        RowView(
            number=place + 1,
            path=f"{component.key}.{place}",
            cells=tuple(_fixed(column, column.key, row.get(column.key)) for column in columns),
        )
        for place, row in enumerate(value)
    )
    heads = tuple(_head(column) for column in columns)
    return FieldView(kind="rows", name=component.key, label=component.label, heads=heads, lines=lines)


def _head(column: Field) -> FieldView:
    numeric = isinstance(column, Number)
    return FieldView(kind="head", label=column.label, unit="" if _percent(column) else _unit(column), numeric=numeric)


def _file(fact: Mapping[str, Any]) -> FileView:
    return FileView(
        id=str(fact["id"]),
        name=str(fact["name"]),
        size=notation.write_size(Decimal(fact["size"])),
        picture=str(fact["media_type"]).startswith("image/"),
    )


def _entry(component: Field, raw: Any) -> str:
    return component.enter(raw) if not isinstance(raw, Mapping) else ""


def _resent(component: Field, raw: Any) -> Any:
    if isinstance(raw, list | tuple):
        return [part if isinstance(part, Mapping) else str(part) for part in raw]
    return _entry(component, raw)


def _options(component: Field, raw: Any) -> Iterator[OptionView]:
    if not isinstance(component, Choice | Checklist):
        return
    sent = raw if isinstance(raw, list | tuple) else [raw]
    for option in component.options:
        chosen = any(part is not None and part in (option.value, option.text) for part in sent)
        yield OptionView(value=option.text, label=option.label, chosen=chosen)


def _percent(component: Field) -> bool:
    return isinstance(component, Number) and component.kind is NumberKind.PERCENT


def _unit(component: Field) -> str:
    if not isinstance(component, Number):
        return ""
    return "%" if _percent(component) else component.unit


def _input_mode(component: Field) -> str:
    if isinstance(component, Number):
        return "numeric" if component.decimals == 0 else "decimal"
    return "tel" if isinstance(component, TextField) and component.format == "phone" else ""


def _least_rows(rows: Rows) -> str:
    return f"至少 {rows.min_rows} 行" if rows.min_rows > 1 else ""


def _automatic_hint(component: Field) -> str:
    """What a person should know before typing, taken from the checks themselves."""
    if isinstance(component, TextArea | TextField) and component.min_length:
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
