"""A JSON Schema of what a form takes, for programs that use the API."""

from __future__ import annotations

from typing import Any

from forms.components import (
    Checkbox,
    Checklist,
    Choice,
    Datetime,
    Field,
    Filepicker,
    Names,
    Number,
    NumberKind,
    Option,
    Rows,
    TextArea,
    TextField,
)
from forms.definition import Form


def describe(form: Form) -> dict[str, Any]:
    """The schema. Conditions between fields are not in it; the server checks them."""
    taken = {key: _of(field) for key, field in form.fields.items()}
    demanded = [key for key, field in form.fields.items() if field.required and field.hide is None and field.typed]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": form.title,
        "type": "object",
        "properties": taken,
        "required": demanded,
        "additionalProperties": False,
    }


def _of(field: Field) -> dict[str, Any]:
    described: dict[str, Any] = {"title": field.label, **_type_of(field)}
    if field.hint:
        described["description"] = field.hint
    if not field.typed:
        described["readOnly"] = True
    return described


def _type_of(field: Field) -> dict[str, Any]:
    match field:
        case TextField() | TextArea():
            lengths = {"minLength": field.min_length, "maxLength": field.max_length}
            return {"type": "string", **{name: limit for name, limit in lengths.items() if limit is not None}}
        case Names():
            return {"type": "array", "items": {"type": "string"}, "minItems": field.min_items}
        case Number():
            return _number(field)
        case Datetime():
            return {"type": "string", "format": "date"}
        case Choice():
            return {"enum": [option.value for option in field.options], "x-labels": _labels(field.options)}
        case Checklist():
            items = {"enum": [option.value for option in field.options]}
            return {"type": "array", "items": items, "x-labels": _labels(field.options)}
        case Checkbox():
            return {"type": "boolean"}
        case Filepicker():
            accepted = list(field.accept)
            return {"type": "array", "items": {"type": "string"}, "x-accept": accepted, "minItems": field.min_files}
        case Rows():
            return {"type": "array", "maxItems": field.max_rows, "minItems": field.min_rows, "items": _row(field)}
    return {}


def _number(field: Number) -> dict[str, Any]:
    described: dict[str, Any] = {"type": ["number", "string"], "x-kind": field.kind.value}
    if field.kind is NumberKind.PERCENT:
        described["description"] = "数字按比例（0.3），文本按百分数（“30”或“30%”）"
    for name, limit in (("minimum", field.minimum), ("maximum", field.maximum)):
        if limit is not None:
            described[name] = float(limit)
    return described


def _row(rows: Rows) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {column.key: _of(column) for column in rows.columns_of},
        "required": [
            column.key for column in rows.columns_of if column.required and column.hide is None and column.typed
        ],
        "additionalProperties": False,
    }


def _labels(options: tuple[Option, ...]) -> dict[str, str]:
    return {option.text: option.label for option in options}
