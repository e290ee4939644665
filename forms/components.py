"""The components a form is made of, named as in form-js. Each knows how to read one value and how to show it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from engine.feel import Expression
from forms import notation
from forms.errors import Misfit
from forms.identifiers import FORMATS

if TYPE_CHECKING:
    from regex import Pattern

#: how long a designer's pattern may take for one text
_PATTERN_SECONDS = 0.2
#: control characters but line ends and tabs, and halves of characters
_UNREADABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Component:
    """A place on the form. `id` is the element's own id in the form's JSON."""

    type: ClassVar[str] = ""

    id: str = ""
    #: FEEL; while true the component is neither shown nor kept
    hide: Expression | None = None
    #: 1–16 of the sixteen columns of a line
    columns: int = 16


@dataclass(frozen=True, kw_only=True)
class Text(Component):
    """A paragraph or, starting with `#`, a heading."""

    type = "text"

    text: str


@dataclass(frozen=True, kw_only=True)
class Group(Component):
    """A titled section; it does not nest the values."""

    type = "group"

    label: str
    components: tuple[Component, ...]


@dataclass(frozen=True, kw_only=True)
class Field(Component):
    """A component with a value under its key."""

    key: str
    label: str
    hint: str = ""
    required: bool = False
    #: FEEL; required while true
    required_if: Expression | None = None
    #: the value comes from the task's inputs
    readonly: bool = False
    #: FEEL; the value is computed and cannot be typed
    value: Expression | None = None
    default: Any = None
    #: demanded even by outcomes that need no full form, such as a return
    always: bool = False
    #: requirement and source ids of the specification
    source: str = ""

    def read(self, raw: Any) -> Any:
        """The value meant by what was typed or sent, None when there is none. Raises `Misfit`."""
        raise NotImplementedError

    def show(self, value: Any) -> str:
        """The value for people."""
        return str(value)

    def enter(self, value: Any) -> str:
        """The text to put back into the input."""
        return value if isinstance(value, str) else self.show(value)

    def shortfall(self, value: Any) -> str | None:
        """What is too few in a value that is there, if anything."""
        return None

    @property
    def typed(self) -> bool:
        """Whether a person fills it in, rights permitting."""
        return not self.readonly and self.value is None


@dataclass(frozen=True, kw_only=True)
class TextField(Field):
    """One line of text, optionally of a known format."""

    type = "textfield"

    min_length: int | None = None
    max_length: int = 200
    pattern: Pattern[str] | None = None
    format: str | None = None

    def read(self, raw: Any) -> str | None:
        text = _text(raw, single_line=True)
        if not text:
            return None
        if self.format is not None:
            return FORMATS[self.format](text)
        if self.pattern is not None and not _fits(self.pattern, text):
            raise Misfit("格式不正确")
        return _within(text, self.min_length, self.max_length)


def _fits(pattern: Pattern[str], text: str) -> bool:
    try:
        return pattern.fullmatch(text, timeout=_PATTERN_SECONDS) is not None
    except TimeoutError:
        return False


@dataclass(frozen=True, kw_only=True)
class TextArea(Field):
    """Text of several lines."""

    type = "textarea"

    min_length: int | None = None
    max_length: int = 5000

    def read(self, raw: Any) -> str | None:
        text = _text(raw, single_line=False)
        return _within(text, self.min_length, self.max_length) if text else None


@dataclass(frozen=True, kw_only=True)
class Names(Field):
    """Several names in one line, separated by 、; the value is a list of texts."""

    type = "names"

    min_items: int = 0

    def read(self, raw: Any) -> list[str]:
        return notation.read_names([_text(part, single_line=True) for part in _several(raw)])

    def shortfall(self, value: Any) -> str | None:
        return _fewer(value, self.min_items, "至少 {} 个，现有 {} 个，多个之间用顿号分隔")

    def show(self, value: Any) -> str:
        return "、".join(str(name) for name in value) if isinstance(value, list | tuple) else str(value)


class NumberKind(StrEnum):
    """What a number counts, which decides how it is written."""

    PLAIN = "number"
    MONEY = "money"
    PERCENT = "percent"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """An exact decimal number; never a binary fraction."""

    type = "number"

    kind: NumberKind = NumberKind.PLAIN
    decimals: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: str = ""

    def read(self, raw: Any) -> Decimal | None:
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        percent = self.kind is NumberKind.PERCENT
        number = notation.read_percent(raw) if percent else notation.read_number(raw, self.decimals)
        if self.minimum is not None and number < self.minimum:
            raise Misfit(f"不能小于 {self.show(self.minimum)}")
        if self.maximum is not None and number > self.maximum:
            raise Misfit(f"不能大于 {self.show(self.maximum)}")
        return number

    def show(self, value: Any) -> str:
        if not isinstance(value, Decimal | int):
            return str(value)
        return self._write(Decimal(value))

    def enter(self, value: Any) -> str:
        if self.kind is NumberKind.PERCENT and isinstance(value, Decimal | int):
            return notation.enter_percent(Decimal(value))
        return super().enter(value)

    def _write(self, number: Decimal) -> str:
        if self.kind is NumberKind.PERCENT:
            return notation.write_percent(number)
        if self.kind is NumberKind.YEAR:
            return str(number)
        return notation.write_number(number, 2 if self.kind is NumberKind.MONEY else None)


@dataclass(frozen=True, kw_only=True)
class Datetime(Field):
    """A calendar day (form-js calls the component `datetime`)."""

    type = "datetime"

    def read(self, raw: Any) -> date | None:
        return None if raw in (None, "") else notation.read_date(raw)

    def show(self, value: Any) -> str:
        return notation.write_date(value) if isinstance(value, date) else str(value)

    def enter(self, value: Any) -> str:
        """A browser's date input takes the ISO form; a text that is no date is kept to be mended."""
        try:
            return notation.read_date(value).isoformat()
        except Misfit:
            return str(value)


@dataclass(frozen=True, kw_only=True)
class Option:
    """One choice. `value` is a text, or a boolean in yes/no questions."""

    value: str | bool
    label: str

    @property
    def text(self) -> str:
        """The value as a browser sends it."""
        return str(self.value).lower() if isinstance(self.value, bool) else self.value


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of several options: a select or radio buttons."""

    type = "select"

    options: tuple[Option, ...]

    def read(self, raw: Any) -> str | bool | None:
        if raw in (None, ""):
            return None
        option = _option(self.options, raw)
        if option is None:
            raise Misfit("不在可选范围内，请重新选择")
        return option.value

    def show(self, value: Any) -> str:
        option = _option(self.options, value)
        return option.label if option else str(value)

    def enter(self, value: Any) -> str:
        return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, kw_only=True)
class Radio(Choice):
    """All options visible at once."""

    type = "radio"


@dataclass(frozen=True, kw_only=True)
class Checklist(Field):
    """Any number of several options; the value is a list in the options' order."""

    type = "checklist"

    options: tuple[Option, ...]
    min_items: int = 0

    def read(self, raw: Any) -> list[str | bool]:
        chosen = [_option(self.options, part) for part in _several(raw)]
        if None in chosen:
            raise Misfit("不在可选范围内，请重新选择")
        return [option.value for option in self.options if option in chosen]

    def shortfall(self, value: Any) -> str | None:
        return _fewer(value, self.min_items, "至少选择 {} 项，现有 {} 项")

    def show(self, value: Any) -> str:
        return "、".join(self._label(part) for part in _several(value))

    def _label(self, part: Any) -> str:
        option = _option(self.options, part)
        return option.label if option else str(part)


@dataclass(frozen=True, kw_only=True)
class Checkbox(Field):
    """A statement to be affirmed; required means it must be."""

    type = "checkbox"

    def read(self, raw: Any) -> bool:
        if raw in (None, "", False, "false"):
            return False
        if raw in (True, "true", "on"):
            return True
        raise Misfit("只能勾选或不勾选")

    def show(self, value: Any) -> str:
        return "是" if value in (True, "true", "on") else "否"


@dataclass(frozen=True, kw_only=True)
class Filepicker(Field):
    """Attachments. What is sent are their ids; what is kept are their facts."""

    type = "filepicker"

    #: suffixes such as `.pdf`
    accept: tuple[str, ...]
    multiple: bool = False
    min_files: int = 0
    max_files: int = 30
    #: pictures taken on site; phones open the camera
    photo: bool = False

    def read(self, raw: Any) -> list[str]:
        ids = [part["id"] if isinstance(part, Mapping) and "id" in part else part for part in _several(raw)]
        if not all(isinstance(part, str) for part in ids):
            raise Misfit("附件标识不正确，请重新上传")
        limit = self.max_files if self.multiple else 1
        if len(set(ids)) > limit:
            raise Misfit(f"最多 {limit} 个附件")
        return list(dict.fromkeys(ids))

    def shortfall(self, value: Any) -> str | None:
        return _fewer(value, self.min_files, "至少上传 {} 个，现有 {} 个")

    def accepts(self, name: str) -> bool:
        return name.lower().endswith(self.accept)


@dataclass(frozen=True, kw_only=True)
class Rows(Field):
    """A table with typed columns (form-js `dynamiclist`); the value is a list of contexts."""

    type = "dynamiclist"

    columns_of: tuple[Field, ...]
    min_rows: int = 0
    max_rows: int = 200
    initial_rows: int = 1
    #: fixed rows take their number and their read-only columns from the inputs or from `preset`
    fixed: bool = False
    preset: tuple[Mapping[str, Any], ...] = ()

    def read(self, raw: Any) -> list[Mapping[str, Any]]:
        rows = [] if raw in (None, "") else raw
        if not isinstance(rows, Sequence) or isinstance(rows, str) or not all(isinstance(row, Mapping) for row in rows):
            raise Misfit("应为若干行")
        if len(rows) > self.max_rows:
            raise Misfit(f"最多 {self.max_rows} 行，现有 {len(rows)} 行")
        return list(rows)

    def shortfall(self, value: Any) -> str | None:
        return _fewer(value, self.min_rows, "至少 {} 行，现有 {} 行")

    def column(self, key: str) -> Field | None:
        return next((column for column in self.columns_of if column.key == key), None)


def walk(components: Sequence[Component]) -> Iterator[Component]:
    """Every component but the columns of rows, groups before what is in them."""
    for component in components:
        yield component
        if isinstance(component, Group):
            yield from walk(component.components)


def _fewer(value: Any, least: int, message: str) -> str | None:
    return message.format(least, len(value)) if value and len(value) < least else None


def _text(raw: Any, *, single_line: bool) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise Misfit("应为文字")
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _UNREADABLE.search(text):
        raise Misfit("含有不能识别的字符，请重新输入")
    return text.replace("\n", " ") if single_line else text


def _within(text: str, shortest: int | None, longest: int) -> str:
    if shortest is not None and len(text) < shortest:
        raise Misfit(f"至少 {shortest} 字，现有 {len(text)} 字")
    if len(text) > longest:
        raise Misfit(f"最多 {longest} 字，现有 {len(text)} 字")
    return text


def _several(raw: Any) -> list[Any]:
    if raw in (None, ""):
        return []
    return [part for part in raw if part != ""] if isinstance(raw, list | tuple) else [raw]


def _option(options: Sequence[Option], raw: Any) -> Option | None:
    return next((option for option in options if raw in (option.value, option.text)), None)


def is_empty(value: Any) -> bool:
    """Whether nothing was given; the number zero and a plain "no" are answers."""
    return value is None or value == "" or (isinstance(value, list | tuple) and not value)
