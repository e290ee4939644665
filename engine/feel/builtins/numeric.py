"""Numeric functions (DMN 1.5, table 75)."""

from __future__ import annotations

from datetime import timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    InvalidOperation,
    Overflow,
)

from engine.feel.arithmetic import NUMBERS, divide, multiply, negate, subtract
from engine.feel.builtins.signatures import Functions
from engine.feel.instants import duration_nanos
from engine.feel.reasons import null
from engine.feel.values import YearsMonthsDuration

functions = Functions()

#: the scales decimal128 can express
_MIN_SCALE, _MAX_SCALE = -6111, 6176


def rounded(n: Decimal, scale: Decimal, rounding: str) -> Decimal | None:
    """A number with at most `scale` decimals; a scale that is finer than the number changes nothing."""
    places = int(scale)
    if not _MIN_SCALE <= places <= _MAX_SCALE:
        return null(f"小数位数应在 {_MIN_SCALE} 到 {_MAX_SCALE} 之间")
    if n.adjusted() + 1 + places > NUMBERS.prec:
        return n
    context = NUMBERS.copy()
    context.rounding = rounding
    result = n.quantize(Decimal(1).scaleb(-places, context), context=context)
    return result if places >= 0 else result + 0


@functions.define("decimal(n: number, scale: number)", steps=8)
def decimal(n: Decimal, scale: Decimal) -> Decimal | None:
    """`decimal(2.5, 0) = 2`, half to even."""
    return rounded(n, scale, ROUND_HALF_EVEN)


@functions.define("round up(n: number, scale: number)", steps=8)
def round_up(n: Decimal, scale: Decimal) -> Decimal | None:
    """`round up(1.121, 2) = 1.13`, away from zero."""
    return rounded(n, scale, ROUND_UP)


@functions.define("round down(n: number, scale: number)", steps=8)
def round_down(n: Decimal, scale: Decimal) -> Decimal | None:
    """`round down(1.126, 2) = 1.12`, towards zero."""
    return rounded(n, scale, ROUND_DOWN)


@functions.define("round half up(n: number, scale: number)", steps=8)
def round_half_up(n: Decimal, scale: Decimal) -> Decimal | None:
    """`round half up(5.5, 0) = 6`."""
    return rounded(n, scale, ROUND_HALF_UP)


@functions.define("round half down(n: number, scale: number)", steps=8)
def round_half_down(n: Decimal, scale: Decimal) -> Decimal | None:
    """`round half down(5.5, 0) = 5`."""
    return rounded(n, scale, ROUND_HALF_DOWN)


@functions.define("floor(n: number, scale: number)", "floor(n: number)")
def floor(n: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
    """`floor(-1.5) = -2`."""
    return rounded(n, scale, ROUND_FLOOR)


@functions.define("ceiling(n: number, scale: number)", "ceiling(n: number)")
def ceiling(n: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
    """`ceiling(-1.5) = -1`."""
    return rounded(n, scale, ROUND_CEILING)


@functions.define("abs(n: number)")
def absolute(n: Decimal) -> Decimal:
    """`abs(-10) = 10`."""
    return NUMBERS.abs(n)


@functions.define("abs(n: days and time duration)")
def absolute_days(n: timedelta) -> timedelta:
    """`abs(@"-PT5H") = @"PT5H"`."""
    negated: timedelta = negate(n)
    return negated if duration_nanos(n) < 0 else n


@functions.define("abs(n: years and months duration)")
def absolute_months(n: YearsMonthsDuration) -> YearsMonthsDuration:
    """`abs(@"-P1Y") = @"P1Y"`."""
    return YearsMonthsDuration(months=abs(n.months))


@functions.define("modulo(dividend: number, divisor: number)")
def modulo(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """`modulo(-12, 5) = 3`: the remainder has the sign of the divisor."""
    if not divisor:
        return null("除数为零")
    try:
        rest = NUMBERS.remainder(dividend, divisor)
    except InvalidOperation:
        return _modulo_by_floor(dividend, divisor)
    return NUMBERS.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


def _modulo_by_floor(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """Where the quotient has more digits than a number holds."""
    quotient = rounded(divide(dividend, divisor), Decimal(0), ROUND_FLOOR)
    result: Decimal | None = None if quotient is None else subtract(dividend, multiply(divisor, quotient))
    return result


@functions.define("sqrt(number: number)", steps=15)
def square_root(number: Decimal) -> Decimal | None:
    """`sqrt(16) = 4`."""
    return null("负数没有平方根") if number < 0 else NUMBERS.sqrt(number)


@functions.define("log(number: number)", steps=60)
def logarithm(number: Decimal) -> Decimal | None:
    """`log(10) = 2.30258509…`."""
    return null("零和负数没有对数") if number <= 0 else NUMBERS.ln(number)


@functions.define("exp(number: number)", steps=60)
def exponential(number: Decimal) -> Decimal | None:
    """`exp(5) = 148.413159…`."""
    try:
        return NUMBERS.exp(number)
    except Overflow:
        return null("数值超出范围")


@functions.define("odd(number: number)")
def odd(number: Decimal) -> bool:
    """`odd(5) = true`."""
    return not even(number)


@functions.define("even(number: number)")
def even(number: Decimal) -> bool:
    """`even(2) = true`."""
    return number == number.to_integral_value() and int(number) % 2 == 0
