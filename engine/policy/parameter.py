"""One parameter of a policy: its name in expressions, its default, its bounds and where the default comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a parameter's value is."""

    #: a share between 0 and 1, four decimals (basis points)
    RATIO = "ratio"
    #: how many times something else; may be more than 1, four decimals
    MULTIPLE = "multiple"
    #: yuan with two decimals
    MONEY = "money"
    #: a whole number of days, months, persons or documents
    COUNT = "count"
    FLAG = "flag"
    TEXT = "text"
    DATE = "date"
    #: a list of months, 1 to 12
    MONTHS = "months"
    #: a list of keys, such as applicant types
    KEYS = "keys"
    #: a list of departments: organisation unit code and name
    UNITS = "units"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter as counties set it and expressions read it (`policy.<name>`)."""

    name: str
    kind: Kind
    default: Any
    #: what it means, in Chinese, as the policy page shows it
    label: str
    #: provenance of the default: R.. a local regulation, K common knowledge, D our assumption (spec §0.1)
    source: str
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    def read(self, value: Any) -> Any:
        """The typed value of what a profile says; raises `ValueError` with a Chinese message."""
        typed = _READERS[self.kind](value)
        if isinstance(typed, Decimal):
            self._check_bounds(typed)
        return typed

    def _check_bounds(self, number: Decimal) -> None:
        if self.minimum is not None and number < self.minimum:
            raise ValueError(f"不能小于 {self.minimum}，现为 {number}")
        if self.maximum is not None and number > self.maximum:
            raise ValueError(f"不能大于 {self.maximum}，现为 {number}")


def _number(value: Any) -> Decimal:
    if isinstance(value, bool | float):
        raise ValueError(f"应为数字文本（不用浮点数），现为 {value!r}")
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise ValueError(f"应为数字，现为 {value!r}") from None
    if not number.is_finite() or number < 0:
        raise ValueError(f"应为不小于零的数字，现为 {value}")
    return number


def _multiple(value: Any) -> Decimal:
    number = _number(value)
    if number != round(number, 4):
        raise ValueError(f"应为至多四位小数的倍数，现为 {number}")
    return number


def _ratio(value: Any) -> Decimal:
    number = _number(value)
    if number > 1 or number != round(number, 4):
        raise ValueError(f"应为 0 到 1 之间、至多四位小数的比例，现为 {number}")
    return number


def _money(value: Any) -> Decimal:
    number = _number(value)
    if number != round(number, 2):
        raise ValueError(f"金额至多两位小数，现为 {number}")
    return number


def _count(value: Any) -> Decimal:
    number = _number(value)
    if number != number.to_integral_value():
        raise ValueError(f"应为整数，现为 {number}")
    return number


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"应为“是”或“否”，现为 {value!r}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("应为不空的文字")
    return value


def _date(value: Any) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"应为日期，如 2022-08-01，现为 {value!r}") from None


def _keys(value: Any) -> list[str]:
    if not isinstance(value, list | tuple):
        raise ValueError("应为一个列表")
    return [_text(item) for item in value]


def _months(value: Any) -> list[Decimal]:
    if not isinstance(value, list | tuple):
        raise ValueError("应为一个列表，如 [3, 9]")
    months = [_count(item) for item in value]
    if any(not 1 <= month <= 12 for month in months) or len(set(months)) != len(months):
        raise ValueError("月份应为 1 到 12 的整数，不能重复")
    return sorted(months)


def _units(value: Any) -> list[dict[str, str]]:
    if not isinstance(value, list | tuple):
        raise ValueError("应为一个列表")
    return [_unit(item) for item in value]


def _unit(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or set(value) != {"code", "name"}:
        raise ValueError("每个部门应有机构代码 code 和名称 name")
    return {"code": _text(value["code"]), "name": _text(value["name"])}


_READERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.RATIO: _ratio,
    Kind.MULTIPLE: _multiple,
    Kind.MONEY: _money,
    Kind.COUNT: _count,
    Kind.FLAG: _flag,
    Kind.TEXT: _text,
    Kind.DATE: _date,
    Kind.MONTHS: _months,
    Kind.KEYS: _keys,
    Kind.UNITS: _units,
}


def ratio(
    name: str, default: str, label: str, source: str, *, minimum: str | None = None, maximum: str | None = None
) -> Parameter:
    """A share of something."""
    return _numeric(Kind.RATIO, name, default, label, source, minimum, maximum)


def multiple(name: str, default: str, label: str, source: str) -> Parameter:
    """So many times something else."""
    return _numeric(Kind.MULTIPLE, name, default, label, source, None, None)


def money(name: str, default: str, label: str, source: str, *, maximum: str | None = None) -> Parameter:
    """An amount in yuan."""
    return _numeric(Kind.MONEY, name, default, label, source, None, maximum)


def count(name: str, default: int, label: str, source: str, *, minimum: str | None = None) -> Parameter:
    """A whole number."""
    return _numeric(Kind.COUNT, name, str(default), label, source, minimum, None)


def other(kind: Kind, name: str, default: Any, label: str, source: str) -> Parameter:
    """A flag, text, date or list."""
    return Parameter(name=name, kind=kind, default=_READERS[kind](default), label=label, source=source)


def _numeric(
    kind: Kind, name: str, default: str, label: str, source: str, minimum: str | None, maximum: str | None
) -> Parameter:
    return Parameter(
        name=name,
        kind=kind,
        default=Decimal(default),
        label=label,
        source=source,
        minimum=None if minimum is None else Decimal(minimum),
        maximum=None if maximum is None else Decimal(maximum),
    )
