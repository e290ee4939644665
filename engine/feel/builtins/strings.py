"""String functions (DMN 1.5, table 69)."""

from __future__ import annotations

from decimal import Decimal

from engine.feel import regexp
from engine.feel.builtins.signatures import Functions
from engine.feel.limits import check_string
from engine.feel.reasons import null
from engine.feel.values import Value

functions = Functions()


@functions.define("substring(string: string, start position: number, length: number?)")
def substring(string: str, start: Decimal, length: Decimal | None = None) -> str | None:
    """`substring("foobar", 3) = "obar"`; a negative start counts from the end."""
    position = int(start)
    if position == 0 or abs(position) > len(string):
        return null(f"起始位置 {position} 超出文字的范围")
    if length is not None and int(length) < 1:
        return null("长度应大于零")
    first = position - 1 if position > 0 else len(string) + position
    return string[first:] if length is None else string[first : first + int(length)]


@functions.define("string length(string: string)")
def string_length(string: str) -> Decimal:
    """`string length("foo") = 3`, in characters."""
    return Decimal(len(string))


@functions.define("upper case(string: string)")
def upper_case(string: str) -> str:
    """`upper case("aBc4") = "ABC4"`."""
    return string.upper()


@functions.define("lower case(string: string)")
def lower_case(string: str) -> str:
    """`lower case("aBc4") = "abc4"`."""
    return string.lower()


@functions.define("substring before(string: string, match: string)")
def substring_before(string: str, match: str) -> str:
    """`substring before("foobar", "bar") = "foo"`; empty where there is no match."""
    return string.partition(match)[0] if match and match in string else ""


@functions.define("substring after(string: string, match: string)")
def substring_after(string: str, match: str) -> str:
    """`substring after("foobar", "ob") = "ar"`; empty where there is no match."""
    return string.partition(match)[2] if match else string


@functions.define("contains(string: string, match: string)")
def contains(string: str, match: str) -> bool:
    """`contains("foobar", "of") = false`."""
    return match in string


@functions.define("starts with(string: string, match: string)")
def starts_with(string: str, match: str) -> bool:
    """`starts with("foobar", "fo") = true`."""
    return string.startswith(match)


@functions.define("ends with(string: string, match: string)")
def ends_with(string: str, match: str) -> bool:
    """`ends with("foobar", "r") = true`."""
    return string.endswith(match)


@functions.define("matches(input: string, pattern: string, flags: string?)", steps=25)
def matches(text: str, pattern: str, flags: str | None = None) -> bool | None:
    """`matches("foobar", "^fo*b") = true`."""
    return regexp.matches(text, pattern, flags or "")


@functions.define("replace(input: string, pattern: string, replacement: string, flags: string?)", steps=25)
def replace(text: str, pattern: str, replacement: str, flags: str | None = None) -> str | None:
    """`replace("abcd", "(ab)|(a)", "[1=$1][2=$2]") = "[1=ab][2=]cd"`."""
    return regexp.replace(text, pattern, replacement, flags or "")


@functions.define("split(string: string, delimiter: string)", steps=25)
def split(string: str, delimiter: str) -> list[str] | None:
    """`split("John Doe", "\\s") = ["John", "Doe"]`."""
    return regexp.split(string, delimiter)


@functions.define("string join(list: list, delimiter: string?)")
def string_join(items: list[Value], delimiter: str | None = None) -> str | None:
    """`string join(["a", "b"], "_and_") = "a_and_b"`; nulls are left out."""
    strings = [item for item in items if item is not None]
    if any(type(item) is not str for item in strings):
        return null("只能连接文字")
    separator = delimiter or ""
    check_string(sum(map(len, strings)) + len(separator) * len(strings))
    return separator.join(strings)
