"""The values of literals: strings with escapes, numbers (DMN 1.5, rules 33 to 37 and 64)."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.feel.arithmetic import NUMBERS

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_DIGITS = 7_000


def number(text: str) -> Decimal | None:
    """The number a text says, rounded to 34 digits, or None beyond the exponents of decimal128."""
    if len(text) > _MAX_DIGITS:
        return None
    value = Decimal(text)
    return NUMBERS.create_decimal(value) if abs(value.adjusted()) <= NUMBERS.Emax else None


def unescape(text: str) -> str:
    """The content of a string literal without its escapes; an unknown escape stays as it is."""
    if "\\" not in text:
        return text
    text = _ESCAPE.sub(_character, text)
    text = _SURROGATE_PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    # Half a pair is no character and could not be stored.
    return _SURROGATE.sub("\ufffd", text)


def _character(escape: re.Match[str]) -> str:
    short, long, other = escape.groups()
    if short or long:
        code = int(short or long, 16)
        return chr(code) if code <= 0x10FFFF else escape[0]
    return _ESCAPED.get(other, escape[0])
