"""What the macros show, worked out beforehand: texts, messages, which option is chosen, which files are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from forms import notation
from forms.components import (
    Component,
    Field,
    Filepicker,
    Group,
    Number,
    NumberKind,
    Rows,
    is_empty,
)
from forms.definition import Form


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
    #: what the row is about, where the form or the task says so
    title: str = ""
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


def sheet(form: Form, values: Mapping[str, Any], hidden: frozenset[str], links: Links) -> Page:
    """The form as it was submitted."""
    return Page(parts=tuple(_sheet_parts(form.components, values, hidden)), links=links)


def fixed_view(component: Field, path: str, value: Any, error: str = "") -> FieldView:
    """A field whose value is shown but not typed."""
    kind = "files" if isinstance(component, Filepicker) else "value"
    return FieldView(
        kind=kind,
        name=path,
        label=component.label,
        hint=component.hint,
        error=error,
        shown="" if is_empty(value) or kind == "files" else component.show(value),
        unit=unit_of(component) if not is_empty(value) and not is_percent(component) else "",
        columns=component.columns,
        demanded=True,
        numeric=isinstance(component, Number),
        files=tuple(file_view(fact) for fact in value or ()) if kind == "files" else (),
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
        return fixed_view(component, component.key, value)
    columns = [column for column in component.columns_of if f"{component.key}.{column.key}" not in hidden]
    lines = tuple(
        RowView(
            number=place + 1,
            path=f"{component.key}.{place}",
            cells=tuple(fixed_view(column, column.key, row.get(column.key)) for column in columns),
        )
        for place, row in enumerate(value)
    )
    heads = tuple(head_view(column) for column in columns)
    return FieldView(kind="rows", name=component.key, label=component.label, heads=heads, lines=lines)


def head_view(column: Field) -> FieldView:
    numeric = isinstance(column, Number)
    return FieldView(
        kind="head", label=column.label, unit="" if is_percent(column) else unit_of(column), numeric=numeric
    )


def file_view(fact: Mapping[str, Any]) -> FileView:
    return FileView(
        id=str(fact["id"]),
        name=str(fact["name"]),
        size=notation.write_size(Decimal(fact["size"])),
        picture=str(fact["media_type"]).startswith("image/"),
    )


def is_percent(component: Field) -> bool:
    return isinstance(component, Number) and component.kind is NumberKind.PERCENT


def unit_of(component: Field) -> str:
    if not isinstance(component, Number):
        return ""
    return "%" if is_percent(component) else component.unit
