"""Plausible, valid contents for a form: for the demo, for walk-throughs and for tests. Any value may be overridden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
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
    Rows,
    TextArea,
    TextField,
)
from forms.definition import Form
from forms.filling import Filling
from forms.identifiers import uscc_check_character
from forms.rights import Right
from forms.sample_values import ALWAYS, SPECIAL, Attach, Setting

_PHOTOS = 6
_PASSES = 5
_USCC_BODY = "91330324MA2AB1CD2"
_PROSE = "经村民代表会议商议，按实施方案组织施工，材料和工艺符合设计要求，建成后由村集体管护，受益对象以移民户为主。"


@dataclass(frozen=True, kw_only=True)
class Sampler:
    """Fills forms in. `attach` stores the documents a form asks for; by default it only names them."""

    today: date
    context: Mapping[str, Any] = field(default_factory=dict)
    attach: Attach = field(default=lambda name: name)
    serial: int = 1
    #: also fill what may be left empty
    full: bool = False

    def submission(
        self,
        form: Form,
        *,
        inputs: Mapping[str, Any] | None = None,
        overrides: Mapping[str, Any] | None = None,
        rights: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """What a browser would send for a valid form. Overrides of computed figures steer the rows behind them."""
        given = dict(overrides or {})
        known = dict(inputs or {})
        filled: dict[str, Any] = dict(given)
        for _ in range(_PASSES):
            filling = Filling(form, self._sent(form, filled), inputs=known, rights=rights, context=self.context)
            missing = [key for key, part in form.fields.items() if key not in filled and self._wanted(filling, part)]
            if not missing:
                break
            for key in missing:
                filled[key] = self.value(form.fields[key], self._setting(known, filled))
        final = Filling(form, self._sent(form, filled), inputs=known, rights=rights, context=self.context)
        return {key: value for key, value in self._sent(form, filled).items() if _enterable(final, form.fields[key])}

    def inputs(self, form: Form) -> dict[str, Any]:
        """Values for the read-only fields, as a task would bring them."""
        brought: dict[str, Any] = {}
        for key, part in form.fields.items():
            if part.readonly or (isinstance(part, Rows) and part.fixed and not part.preset):
                brought[key] = self._brought(part, brought)
        return brought

    def value(self, part: Field, setting: Setting) -> Any:
        """A plausible text (or rows, or ids) for one field."""
        special = SPECIAL.get(part.key)
        if special is not None:
            return _fitting(part, special(setting))
        if isinstance(part, Rows):
            return self._rows(part, setting)
        if isinstance(part, Filepicker):
            return self._files(part)
        if part.default is not None:
            return part.default
        return _plain(part, setting)

    def _brought(self, part: Field, brought: Mapping[str, Any]) -> Any:
        if isinstance(part, Filepicker):
            return []
        setting = self._setting({}, brought)
        if isinstance(part, Rows):
            return [{column.key: column.read(_plain(column, setting)) for column in part.columns_of}]
        special = SPECIAL.get(part.key)
        return part.read(special(setting) if special else _plain(part, setting))

    def _setting(self, inputs: Mapping[str, Any], filled: Mapping[str, Any]) -> Setting:
        return Setting(
            today=self.today,
            inputs=inputs,
            context=self.context,
            filled=filled,
            attach=self.attach,
            serial=self.serial,
        )

    def _sent(self, form: Form, filled: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in filled.items() if key in form.fields and form.fields[key].typed}

    def _wanted(self, filling: Filling, part: Field) -> bool:
        if not part.typed or not _enterable(filling, part):
            return False
        return self.full or filling.demanded(part) or part.key in ALWAYS

    def _rows(self, rows: Rows, setting: Setting) -> list[dict[str, Any]]:
        free: list[Mapping[str, Any]] = [{}] * max(rows.min_rows, 1)
        source = (setting.inputs.get(rows.key) or rows.preset) if rows.fixed else free
        return [self._row(rows, dict(row), setting, place) for place, row in enumerate(source)]

    def _row(self, rows: Rows, given: Mapping[str, Any], setting: Setting, place: int) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for column in rows.columns_of:
            if not column.typed or not (self.full or (column.required and column.hide is None)):
                continue
            if isinstance(column, Filepicker):
                row[column.key] = self._files(column) if column.required else []
            elif column.key in given:
                row[column.key] = column.enter(given[column.key])
            elif column.key == "verified_qty":
                row[column.key] = str(given.get("total_qty", "1"))
            else:
                row[column.key] = self._distinct(_plain(column, setting), column, place)
        return {key: value for key, value in row.items() if value != []}

    def _distinct(self, text: Any, column: Field, place: int) -> Any:
        plain = isinstance(column, TextField) and column.format is None and column.pattern is None
        return f"{text}{place + 1}" if plain and place else text

    def _files(self, part: Filepicker) -> list[str]:
        count = _PHOTOS if part.photo else max(part.min_files, 1)
        count = count if part.multiple else 1
        suffix = ".pdf" if ".pdf" in part.accept else part.accept[0]
        return [self.attach(f"{part.label}{number}{suffix}") for number in range(1, count + 1)]


def _fitting(part: Field, value: Any) -> Any:
    """Only the columns that the form has."""
    if not isinstance(part, Rows):
        return value
    columns = {column.key for column in part.columns_of}
    return [{key: cell for key, cell in row.items() if key in columns} for row in value]


def _enterable(filling: Filling, part: Field) -> bool:
    return filling.shown(part) and filling.rights.of(part) is Right.EDIT


def _plain(part: Field, setting: Setting) -> Any:
    match part:
        case TextField():
            return _line(part)
        case TextArea():
            return (_PROSE * 4)[: max(part.min_length or 0, 40)]
        case Names():
            return "王建国、李秀英、张卫东"
        case Number():
            return _figure(part)
        case Datetime():
            return setting.day(0)
        case Choice():
            return part.options[0].text
        case Checklist():
            return [option.text for option in part.options[: max(part.min_items, 1)]]
        case Checkbox():
            return "true"
    return ""


def _line(part: TextField) -> str:
    formats = {
        "uscc": _USCC_BODY + uscc_check_character(_USCC_BODY),
        "phone": "13857012345",
        "document_number": "永移〔2026〕12号",
        "bank_account": "201000123456789",
        "gps": "120.682100,28.153600",
        "email": "lianxi@example.cn",
        "identity_card": "330324198001010019",
    }
    if part.format:
        return formats[part.format]
    text = part.label[: part.max_length]
    return text + "示" * max(0, (part.min_length or 0) - len(text))


def _figure(part: Number) -> str:
    if part.kind is NumberKind.YEAR:
        return "2026"
    if part.kind is NumberKind.PERCENT:
        return "50%"
    if part.kind is NumberKind.MONEY:
        return "100000.00"
    lowest = part.minimum or Decimal(0)
    return str(max(lowest, min(Decimal(10), part.maximum or Decimal(10))))
