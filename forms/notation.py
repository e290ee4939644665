"""How people write values in these offices, and how we write them back: money, percentages, dates, names, points.

Reading accepts full-width digits and thousands separators; writing what was read gives a text that reads back equal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from forms.errors import Misfit

#: Sixteen digits in all, two of them decimals: `DECIMAL(16,2)` of spec §0.4.
LARGEST = Decimal(10) ** 14

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_NAME_BREAK = re.compile(r"[、,，;；\s]+")
_POINT = re.compile(r"(\d{1,3}(?:\.\d{1,12})?)\s*[,\s]\s*(\d{1,3}(?:\.\d{1,12})?)")


def half_width(text: str) -> str:
    """Full-width digits, letters and punctuation as their plain forms, without surrounding space."""
    return unicodedata.normalize("NFKC", text).strip()


def read_number(raw: object, decimals: int | None = None) -> Decimal:
    """A number as typed or as sent by a program."""
    number = _decimal(raw, "应为整数" if decimals == 0 else "应为数字，例如 1280.00")
    if not number.is_finite() or abs(number) >= LARGEST:
        raise Misfit("数值过大")
    if decimals is not None and number != number.quantize(Decimal(1).scaleb(-decimals)):
        raise Misfit(f"最多 {decimals} 位小数" if decimals else "应为整数")
    exact = number.quantize(Decimal(1).scaleb(-decimals)) if decimals is not None else _shortest(number)
    return abs(exact) if exact == 0 else exact


def _decimal(raw: object, otherwise: str) -> Decimal:
    if isinstance(raw, Decimal):
        return raw
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return Decimal(str(raw))
    if not isinstance(raw, str):
        raise Misfit("应为数字")
    if any(letter.isdigit() and not letter.isdecimal() for letter in raw):
        # Raised or circled digits would be read as if they stood in the line: 10² as 102.
        raise Misfit(otherwise)
    text = half_width(raw).removeprefix("¥").removesuffix("元").strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if len(text) > 40 or not _NUMBER.fullmatch(text):
        raise Misfit(otherwise)
    try:
        return Decimal(text)
    except InvalidOperation as error:  # pragma: no cover - the pattern admits only numbers
        raise Misfit(otherwise) from error


def _shortest(number: Decimal) -> Decimal:
    """Without trailing zeros or an exponent, so that equal numbers are written alike."""
    short = number.normalize()
    whole = abs(short) < LARGEST and short == short.to_integral_value()
    return short.quantize(Decimal(1)) if whole else short


def read_percent(raw: object) -> Decimal:
    """A ratio. A text is a percentage as on the screen (`30` is 30%), a number is the ratio itself (`0.3`)."""
    if not isinstance(raw, str):
        return read_number(raw, 4)
    text = half_width(raw)
    percent = read_number(_decimal(text.removesuffix("%").strip(), "应为百分数，例如 85"), 2)
    if 0 < abs(percent) < 1 and not text.endswith("%"):
        raise Misfit("请按百分数填写，例如 30 表示 30%；不足 1% 的请带百分号")
    return (percent / 100).quantize(Decimal("0.0001"))


def read_date(raw: object) -> date:
    if isinstance(raw, date):
        return raw
    match = _DATE.fullmatch(half_width(raw)) if isinstance(raw, str) else None
    if match is None:
        raise Misfit("应为日期，例如 2026-03-15")
    try:
        day = date(*(int(part) for part in match.groups()))
    except ValueError as error:
        raise Misfit("不是存在的日期") from error
    if not 1949 <= day.year <= 2199:
        raise Misfit("年份不合理")
    return day


def read_names(raw: object) -> list[str]:
    """Several persons or places, typed in one line with `、` between them."""
    parts: Sequence[object] = raw if isinstance(raw, list | tuple) else [raw]
    if not all(isinstance(part, str) for part in parts):
        raise Misfit("应为文字，多个之间用顿号分隔")
    names = [name for part in parts for name in _NAME_BREAK.split(str(part).strip()) if name]
    if len(names) > 100 or any(len(name) > 60 for name in names):
        raise Misfit("内容过长，多个之间请用顿号分隔")
    return list(dict.fromkeys(names))


def read_point(raw: object) -> str:
    """A WGS-84 point inside China, kept as `longitude,latitude` (spec §0.4)."""
    match = _POINT.fullmatch(half_width(raw)) if isinstance(raw, str) else None
    if match is None:
        raise Misfit("应为“经度,纬度”，例如 118.872100,28.935600")
    longitude, latitude = (Decimal(part) for part in match.groups())
    if not (73 <= longitude <= 136 and 3 <= latitude <= 54):
        raise Misfit("坐标不在国内，请核对经度在前、纬度在后")
    return f"{longitude:.6f},{latitude:.6f}"


def write_number(number: Decimal, decimals: int | None = None) -> str:
    """With thousands separators: `144,000.00`."""
    return f"{number:,.{decimals}f}" if decimals is not None else f"{_shortest(number):,f}"


def write_percent(ratio: Decimal) -> str:
    return f"{_shortest(ratio * 100):f}%"


def enter_percent(ratio: Decimal) -> str:
    """The text in an input that already shows the percent sign behind it."""
    text = f"{_shortest(ratio * 100):f}"
    return text if ratio == 0 or abs(ratio) >= Decimal("0.01") else f"{text}%"


def write_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def write_size(size: Decimal | int) -> str:
    """A file's size for people."""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(1, round(size / 1024))} KB"
