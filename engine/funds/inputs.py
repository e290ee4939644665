"""Reads what a diagram hands to a connector; what is missing or wrong is refused at its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from engine.errors import FieldProblem, Invalid
from engine.funds.money import to_fen


def refuse(path: str, message: str, **facts: Any) -> NoReturn:
    """Refuse the submission at one field."""
    raise Invalid((FieldProblem(path=path, message=message),), message, **facts)


class Inputs:
    """Typed access to a connector's inputs. Names are the keys of the forms, so that a refusal finds its field."""

    def __init__(self, values: Mapping[str, Any], prefix: str = "") -> None:
        self._values = values
        self._prefix = prefix

    def given(self, name: str) -> bool:
        """Whether there is a value at all."""
        return self._values.get(name) not in (None, "", [])

    def text(self, name: str) -> str:
        """A text that must be there."""
        return self.optional_text(name) or self._missing(name)

    def optional_text(self, name: str) -> str | None:
        """A text, or None."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self._refuse(name, f"应为文字，现为 {value}")
        return value.strip() or None

    def money(self, name: str) -> int:
        """An amount that must be there, in fen."""
        amount = self.optional_money(name)
        return self._missing(name) if amount is None else amount

    def optional_money(self, name: str) -> int | None:
        """An amount in fen that is not negative, or None."""
        number = self.optional_number(name)
        if number is None:
            return None
        if number < 0:
            self._refuse(name, f"金额不能为负数，现为 {number} 元")
        return to_fen(number)

    def optional_ratio(self, name: str) -> Decimal | None:
        """A share with at most four decimals, or None."""
        number = self.optional_number(name)
        if number is not None and (not 0 <= number <= 1 or number != round(number, 4)):
            self._refuse(name, f"应为 0 到 1 之间、至多四位小数的比例，现为 {number}")
        return number

    def optional_count(self, name: str) -> int | None:
        """A whole number, or None. A list counts its items."""
        value = self._values.get(name)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return len(value)
        number = self.optional_number(name)
        if number is not None and (number < 0 or number != number.to_integral_value()):
            self._refuse(name, f"应为整数，现为 {number}")
        return None if number is None else int(number)

    def optional_number(self, name: str) -> Decimal | None:
        """A number, or None."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
            self._refuse(name, f"应为数字，现为 {value}")
        try:
            number = Decimal(value)
        except InvalidOperation:
            self._refuse(name, f"应为数字，现为 {value}")
        if not number.is_finite():
            self._refuse(name, f"应为数字，现为 {value}")
        return number

    def optional_list(self, name: str) -> Sequence[Any]:
        """A list as it stands; empty where there is none."""
        value = self._values.get(name)
        return value if isinstance(value, Sequence) and not isinstance(value, str) else ()

    def day(self, name: str) -> date:
        """A date that must be there."""
        return self.optional_day(name) or self._missing(name)

    def optional_day(self, name: str) -> date | None:
        """A date, or None."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self._refuse(name, f"应为日期，如 2026-03-01，现为 {value}")

    def optional_flag(self, name: str) -> bool | None:
        """A yes or no, or None."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, bool):
            self._refuse(name, f"应为“是”或“否”，现为 {value}")
        return value

    def rows(self, name: str) -> Sequence[Mapping[str, Any]]:
        """A table's rows; none where there is no table."""
        value = self._values.get(name)
        if value is None:
            return ()
        if not isinstance(value, Sequence) or not all(isinstance(row, Mapping) for row in value):
            self._refuse(name, "应为由若干行组成的表格")
        return value

    def _missing(self, name: str) -> NoReturn:
        self._refuse(name, f"必须填写（{name}）")

    def _refuse(self, name: str, message: str) -> NoReturn:
        refuse(self._prefix + name, message)
