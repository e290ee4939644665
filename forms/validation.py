"""Decides whether a filling may be submitted, and gives the values to keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from forms.components import Checkbox, Checklist, Choice, Field, Filepicker, Rows, is_empty
from forms.definition import Rule
from forms.errors import FieldError, InvalidSubmission, Misfit
from forms.filling import Filling, settled
from forms.rights import Right


def validate(filling: Filling) -> dict[str, Any]:
    """The values to keep. Raises `InvalidSubmission` with a message at each field, in the order of the page."""
    errors = problems(filling)
    if errors:
        raise InvalidSubmission(errors)
    return kept(filling)


def problems(filling: Filling) -> tuple[FieldError, ...]:
    """Everything that is wrong, one message a place."""
    found: dict[str, str] = dict(_unknown(filling))
    found.update(_misfits(filling))
    for path, message in _incomplete(filling):
        found.setdefault(path, message)
    for path, message in _broken_rules(filling, frozenset(found)):
        found.setdefault(path, message)
    order = list(filling.form.fields)
    ranked = sorted(found, key=lambda path: _rank(order, path))
    return tuple(FieldError(path=path, message=found[path]) for path in ranked)


def kept(filling: Filling) -> dict[str, Any]:
    """The values of everything shown; what is empty or hidden is left out."""
    values: dict[str, Any] = {}
    for key, field in filling.form.fields.items():
        value = filling.values.get(key)
        if not filling.shown(field) or (is_empty(value) and not isinstance(value, list)):
            continue
        values[key] = [_kept_row(filling, field, row) for row in value or ()] if isinstance(field, Rows) else value
    return values


def _kept_row(filling: Filling, rows: Rows, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        column.key: row[column.key]
        for column in rows.columns_of
        if _column_shown(filling, rows, column, row) and not is_empty(row.get(column.key))
    }


def _column_shown(filling: Filling, rows: Rows, column: Field, row: Mapping[str, Any]) -> bool:
    return filling.rights.of(column, rows) is not Right.HIDE and not filling.column_hidden(column, row)


def _rank(order: list[str], path: str) -> tuple[int, list[tuple[int, str]]]:
    key, *rest = path.split(".")
    steps = [(int(part), "") if part.isdecimal() and len(part) < 9 else (0, part) for part in rest]
    return (order.index(key) if key in order else -1, steps)


def _unknown(filling: Filling) -> Iterator[tuple[str, str]]:
    """What was sent without a field to take it, or against the task's rights (design §7: refused, not ignored)."""
    for key, raw in filling.submission.items():
        field = filling.form.fields.get(str(key))
        if field is None:
            yield _printable(key), f"表单中没有“{_printable(key)}”这一项"
        elif filling.rights.of(field) is Right.HIDE and not is_empty(raw):
            yield field.key, f"您无权填写“{field.label}”"
        elif isinstance(field, Rows):
            yield from _unknown_in_rows(filling, field, raw)
        elif filling.rights.of(field) is Right.READ and _differs(field, raw, filling.values.get(field.key)):
            yield field.key, f"“{field.label}”由系统带出，不能修改"


def _unknown_in_rows(filling: Filling, rows: Rows, raw: Any) -> Iterator[tuple[str, str]]:
    entered = raw if isinstance(raw, list | tuple) else []
    fixed = filling.fixed_rows(rows)
    if fixed is not None and len(entered) > len(fixed):
        yield rows.key, f"“{rows.label}”的行是固定的，不能增加"
    completed = filling.entered_rows(rows)
    for place, row in enumerate(entered[: rows.max_rows]):
        if isinstance(row, Mapping) and place < len(completed):
            yield from _unknown_in_row(filling, rows, row, completed[place], place)


def _unknown_in_row(
    filling: Filling, rows: Rows, row: Mapping[str, Any], completed: Mapping[str, Any], place: int
) -> Iterator[tuple[str, str]]:
    for key, raw in row.items():
        column, path = rows.column(str(key)), f"{rows.key}.{place}.{_printable(key)}"
        right = filling.rights.of(column, rows) if column else Right.HIDE
        if column is None:
            yield path, f"“{rows.label}”中没有“{_printable(key)}”这一列"
        elif right is Right.HIDE and not is_empty(raw):
            yield path, f"您无权填写“{column.label}”"
        elif right is Right.READ and column.value is None and _differs(column, raw, completed.get(column.key)):
            yield path, f"“{column.label}”由系统带出，不能修改"


def _differs(field: Field, raw: Any, value: Any) -> bool:
    if is_empty(raw):
        return False
    if isinstance(field, Filepicker):
        return _ids(raw) != _ids(value)
    try:
        return bool(field.read(raw) != settled(field, value))
    except Misfit:
        return True


def _ids(value: Any) -> list[Any]:
    parts = value if isinstance(value, list | tuple) else [value]
    return [part.get("id") if isinstance(part, Mapping) else part for part in parts]


def _printable(key: object) -> str:
    return str(key)[:60].encode("utf-8", "replace").decode("utf-8")


def _misfits(filling: Filling) -> Iterator[tuple[str, str]]:
    for path, message in filling.misfits.items():
        if _visible(filling, path):
            yield path, message


def _visible(filling: Filling, path: str) -> bool:
    key, *rest = path.split(".")
    field = filling.form.fields[key]
    if not filling.shown(field):
        return False
    if not rest or not isinstance(field, Rows):
        return True
    column, place = field.column(rest[1]), int(rest[0])
    row = filling.values[key][filling.places[key].index(place)]
    return column is not None and _column_shown(filling, field, column, row)


def _incomplete(filling: Filling) -> Iterator[tuple[str, str]]:
    for key, field in filling.form.fields.items():
        if not filling.shown(field):
            continue
        message = _lack(filling, field, filling.values.get(key))
        if message:
            yield key, message
        if isinstance(field, Rows):
            yield from _incomplete_rows(filling, field)


def _incomplete_rows(filling: Filling, rows: Rows) -> Iterator[tuple[str, str]]:
    for place, row in zip(filling.places[rows.key], filling.values[rows.key], strict=True):
        for column in rows.columns_of:
            if not _column_shown(filling, rows, column, row):
                continue
            message = _lack(filling, column, row.get(column.key), row)
            if message:
                yield f"{rows.key}.{place}.{column.key}", f"{rows.label}第 {place + 1} 行：{message}"


def _lack(filling: Filling, field: Field, value: Any, row: Mapping[str, Any] | None = None) -> str | None:
    """What is missing in a value, if anything."""
    missing = is_empty(value) or (isinstance(field, Checkbox) and value is not True)
    if missing:
        return _missing(field) if filling.demanded(field, row) else None
    shortfall = None if filling.relaxed and not field.always else field.shortfall(value)
    return field.label + shortfall if shortfall else None


def _missing(field: Field) -> str:
    if not field.typed:
        return f"“{field.label}”应由系统带出，但没有得到，请联系管理员"
    if isinstance(field, Checkbox):
        return f"请勾选“{field.label}”"
    if isinstance(field, Choice | Checklist):
        return f"请选择{field.label}"
    if isinstance(field, Filepicker):
        return f"请上传{field.label}"
    return f"请填写{field.label}"


def _broken_rules(filling: Filling, wrong: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Rules found false. One that reads a wrong field, or cannot be decided (null), is left alone."""
    wrong_keys = {path.split(".")[0] for path in wrong}
    relaxed = filling.relaxed
    for rule in filling.form.rules:
        key = rule.key
        if relaxed and not filling.form.fields[key].always:
            continue
        if not rule.reads.isdisjoint(wrong_keys) or not filling.shown(filling.form.fields[key]):
            continue
        yield from _broken_in_rows(filling, rule, key) if rule.each else _broken(filling, rule)


def _broken(filling: Filling, rule: Rule) -> Iterator[tuple[str, str]]:
    scope = filling.scope()
    if rule.test(scope) is False:
        yield rule.field, rule.explain(scope)


def _broken_in_rows(filling: Filling, rule: Rule, key: str) -> Iterator[tuple[str, str]]:
    column = rule.field.partition(".")[2]
    label = filling.form.fields[key].label
    for place, row in zip(filling.places[key], filling.values[key], strict=True):
        scope = filling.scope(row)
        if rule.test(scope) is False:
            path = f"{key}.{place}.{column}" if column else key
            yield path, f"{label}第 {place + 1} 行：{rule.explain(scope)}"
