"""Numbers with a form of their own: credit codes, phones, document numbers (spec §0.4)."""

from __future__ import annotations

import re
from collections.abc import Callable

from forms.errors import Misfit
from forms.notation import half_width, read_point

_USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DOCUMENT_NUMBER = re.compile(r"[\u4e00-\u9fa5A-Za-z]+〔(19|20)\d{2}〕\d+号")


def uscc(text: str) -> str:
    """Unified social credit code with the check character of GB 32100."""
    code = half_width(text).upper()
    if len(code) != 18 or not set(code) <= set(_USCC_LETTERS):
        raise Misfit("应为 18 位统一社会信用代码")
    if code[17] != uscc_check_character(code[:17]):
        raise Misfit("校验位不对，请核对是否抄错")
    return code


def uscc_check_character(body: str) -> str:
    total = sum(weight * _USCC_LETTERS.index(letter) for weight, letter in zip(_USCC_WEIGHTS, body, strict=True))
    return _USCC_LETTERS[(31 - total % 31) % 31]


def identity_card(text: str) -> str:
    """Resident identity number with the check digit of GB 11643."""
    number = half_width(text).upper()
    if not re.fullmatch(r"\d{17}[\dX]", number):
        raise Misfit("应为 18 位身份证号")
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number[:17], strict=True))
    if number[17] != "10X98765432"[total % 11]:
        raise Misfit("校验位不对，请核对是否抄错")
    return number


def phone(text: str) -> str:
    """A mobile number or a landline with its area code."""
    number = re.sub(r"[\s-]", "", half_width(text))
    if not re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}", number):
        raise Misfit("应为 11 位手机号，或带区号的座机号")
    return number


def document_number(text: str) -> str:
    """A government document number such as 衢移〔2026〕12号."""
    number = re.sub(r"[\[(（【〔](\d{4})[\])）】〕]", r"〔\1〕", text.strip())
    if not _DOCUMENT_NUMBER.fullmatch(number):
        raise Misfit("应为文号，例如 衢江移〔2026〕12号")
    return number


def bank_account(text: str) -> str:
    """An account number; public accounts carry no Luhn digit, so only the form is checked (spec §0.4)."""
    number = re.sub(r"[\s-]", "", half_width(text))
    if not re.fullmatch(r"\d{8,32}", number):
        raise Misfit("应为 8 至 32 位数字的账号")
    return number


def email(text: str) -> str:
    address = half_width(text)
    if not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,200}\.[^@\s.]{1,60}", address):
        raise Misfit("应为电子邮箱地址")
    return address


FORMATS: dict[str, Callable[[str], str]] = {
    "uscc": uscc,
    "identity_card": identity_card,
    "phone": phone,
    "document_number": document_number,
    "bank_account": bank_account,
    "email": email,
    "gps": read_point,
}
