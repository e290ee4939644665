"""`+ - * / **` and negation on numbers, strings, dates, times and durations (DMN 1.5, tables 57 to 60)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from engine.feel.comparison import instant
from engine.feel.instants import (
    NANOS_PER_DAY,
    Date,
    DateTime,
    DistantDateTime,
    civil,
    clock_at,
    clock_of,
    combine,
    date_of,
    day_number,
    days_in_month,
    duration_nanos,
    make_date,
    make_duration,
    nanos_of_day,
    offset_of,
)
from engine.feel.limits import check_string, spend
from engine.feel.reasons import null
from engine.feel.temporal import months_duration, zone_name
from engine.feel.values import Value, YearsMonthsDuration, kind_of

#: IEEE 754 decimal128, the numbers of FEEL (DMN 1.5, 10.3.2.3.1)
NUMBERS = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)

NUMBER, STRING = "number", "string"
DATE, TIME, DATE_TIME = "date", "time", "date and time"
DAYS, MONTHS = "days and time duration", "years and months duration"


def add(left: Value, right: Value) -> Value:
    """`left + right`."""
    if type(left) is Decimal and type(right) is Decimal:
        return _number(NUMBERS.add, left, right)
    return _combine(_ADD, "+", left, right)


def subtract(left: Value, right: Value) -> Value:
    """`left - right`."""
    if type(left) is Decimal and type(right) is Decimal:
        return _number(NUMBERS.subtract, left, right)
    return _combine(_SUBTRACT, "-", left, right)


def multiply(left: Value, right: Value) -> Value:
    """`left * right`."""
    if type(left) is Decimal and type(right) is Decimal:
        return _number(NUMBERS.multiply, left, right)
    return _combine(_MULTIPLY, "*", left, right)


def divide(left: Value, right: Value) -> Value:
    """`left / right`."""
    if type(left) is Decimal and type(right) is Decimal:
        return _number(NUMBERS.divide, left, right)
    return _combine(_DIVIDE, "/", left, right)


def power(left: Value, right: Value) -> Value:
    """`left ** right`."""
    if type(left) is Decimal and type(right) is Decimal:
        spend(10 if right == right.to_integral_value() else 150)
        if not right:
            return Decimal(1)
        if not left and right < 0:
            return null("除数为零")
        return _number(NUMBERS.power, left, right)
    return null("不能计算：{} ** {}", left, right)


def negate(value: Value) -> Value:
    """`-value`."""
    if type(value) is Decimal:
        return NUMBERS.minus(value)
    if isinstance(value, timedelta):
        return make_duration(-duration_nanos(value))
    if isinstance(value, YearsMonthsDuration):
        return YearsMonthsDuration(months=-value.months)
    return null("不能取负数：{}", value)


def _number(operation: Any, left: Decimal, right: Decimal) -> Decimal | None:
    try:
        return operation(left, right)  # type: ignore[no-any-return]
    except DivisionByZero:
        return null("除数为零")
    except (InvalidOperation, Overflow):
        return null("数值超出范围，或者这样的运算没有结果")


def _combine(table: dict[tuple[str, str], Any], operator: str, left: Value, right: Value) -> Value:
    operation = table.get((kind_of(left), kind_of(right)))
    spend(8)
    if operation is None:
        return null(f"不能计算：{{}} {operator} {{}}", left, right)
    result = operation(left, right)
    return null(f"{{}} {operator} {{}} 的结果超出范围", left, right) if result is None else result


def _join(left: str, right: str) -> str:
    check_string(len(left) + len(right))
    return left + right


def add_months(value: Any, months: int) -> Date | DateTime | None:
    """A date some months on; a day the month has not becomes its last day."""
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    if abs(year) > 10**10:
        return None
    day = make_date(year, month + 1, min(value.day, days_in_month(year, month + 1)))
    if day is None or not isinstance(value, datetime | DistantDateTime):
        return day
    return combine(day, clock_of(value))


def add_to_date(value: Date, duration: timedelta) -> Date | None:
    """A date some days on; what is less than a day counts from midnight."""
    days = duration_nanos(duration) // NANOS_PER_DAY
    return make_date(*civil(day_number(value.year, value.month, value.day) + days))


def add_to_instant(value: DateTime, duration: timedelta) -> DateTime | None:
    """A date and time some duration on, counted on the time line where it has a named zone."""
    nanos = duration_nanos(duration)
    if isinstance(value, datetime) and zone_name(value.tzinfo):
        spend(10)
        try:
            moved = _shift(value.astimezone(UTC), nanos)
            return moved.astimezone(value.tzinfo) if isinstance(moved, datetime) else moved
        except OverflowError:
            return _shift(value, nanos)
    return _shift(value, nanos)


def _shift(value: DateTime, nanos: int) -> DateTime | None:
    clock = clock_of(value)
    days, rest = divmod(nanos_of_day(clock) + nanos, NANOS_PER_DAY)
    day = make_date(*civil(day_number(value.year, value.month, value.day) + days))
    return None if day is None else combine(day, clock_at(rest, clock.tzinfo))


def add_to_time(value: time, duration: timedelta) -> time:
    """A time of day some duration on, going round at midnight."""
    return clock_at((nanos_of_day(value) + duration_nanos(duration)) % NANOS_PER_DAY, value.tzinfo)


def between_instants(left: Any, right: Any) -> timedelta | None:
    """The duration from `right` to `left`; a date counts as its midnight in UTC."""
    left, right = at_midnight(left), at_midnight(right)
    if (clock_of(left).tzinfo is None) != (clock_of(right).tzinfo is None):
        return null("一个时间有时区而另一个没有，不能相减")
    return make_duration(instant(left) - instant(right))


def at_midnight(value: Any) -> DateTime:
    """A date as the date and time FEEL converts it to."""
    if isinstance(value, datetime | DistantDateTime):
        return value
    return combine(date_of(value), time(tzinfo=UTC))


def between_times(left: time, right: time) -> timedelta | None:
    """The duration from one time of day to another."""
    if (left.tzinfo is None) != (right.tzinfo is None):
        return null("一个时刻有时区而另一个没有，不能相减")
    return make_duration(_utc_nanos(left) - _utc_nanos(right))


def _utc_nanos(clock: time) -> int:
    return nanos_of_day(clock) - duration_nanos(offset_of(clock.tzinfo) or timedelta(0))


def _scale(nanos: int, factor: Decimal) -> int | None:
    try:
        return int(NUMBERS.multiply(Decimal(nanos), factor).to_integral_value())
    except (InvalidOperation, Overflow):
        return None


def _times_days(duration: timedelta, factor: Decimal) -> timedelta | None:
    nanos = _scale(duration_nanos(duration), factor)
    return None if nanos is None else make_duration(nanos)


def _times_months(duration: YearsMonthsDuration, factor: Decimal) -> YearsMonthsDuration | None:
    try:
        return months_duration(int(NUMBERS.multiply(Decimal(duration.months), factor)))
    except (InvalidOperation, Overflow):
        return None


def _divide_days(duration: timedelta, divisor: Decimal) -> timedelta | None:
    nanos = _number(NUMBERS.divide, Decimal(duration_nanos(duration)), divisor)
    return None if nanos is None else make_duration(int(nanos.to_integral_value()))


def _divide_months(duration: YearsMonthsDuration, divisor: Decimal) -> YearsMonthsDuration | None:
    months = _number(NUMBERS.divide, Decimal(duration.months), divisor)
    return None if months is None else months_duration(int(months))


_ADD: dict[tuple[str, str], Any] = {
    (STRING, STRING): _join,
    (DATE, DAYS): add_to_date,
    (DAYS, DATE): lambda duration, day: add_to_date(day, duration),
    (DATE, MONTHS): lambda day, duration: add_months(day, duration.months),
    (MONTHS, DATE): lambda duration, day: add_months(day, duration.months),
    (DATE_TIME, DAYS): add_to_instant,
    (DAYS, DATE_TIME): lambda duration, at: add_to_instant(at, duration),
    (DATE_TIME, MONTHS): lambda at, duration: add_months(at, duration.months),
    (MONTHS, DATE_TIME): lambda duration, at: add_months(at, duration.months),
    (TIME, DAYS): add_to_time,
    (DAYS, TIME): lambda duration, clock: add_to_time(clock, duration),
    (DAYS, DAYS): lambda left, right: make_duration(duration_nanos(left) + duration_nanos(right)),
    (MONTHS, MONTHS): lambda left, right: months_duration(left.months + right.months),
}
_SUBTRACT: dict[tuple[str, str], Any] = {
    (DATE, DATE): between_instants,
    (DATE, DATE_TIME): between_instants,
    (DATE_TIME, DATE): between_instants,
    (DATE_TIME, DATE_TIME): between_instants,
    (TIME, TIME): between_times,
    (DATE, DAYS): lambda day, duration: add_to_date(day, negate(duration)),
    (DATE, MONTHS): lambda day, duration: add_months(day, -duration.months),
    (DATE_TIME, DAYS): lambda at, duration: add_to_instant(at, negate(duration)),
    (DATE_TIME, MONTHS): lambda at, duration: add_months(at, -duration.months),
    (TIME, DAYS): lambda clock, duration: add_to_time(clock, negate(duration)),
    (DAYS, DAYS): lambda left, right: make_duration(duration_nanos(left) - duration_nanos(right)),
    (MONTHS, MONTHS): lambda left, right: months_duration(left.months - right.months),
}
_MULTIPLY: dict[tuple[str, str], Any] = {
    (DAYS, NUMBER): _times_days,
    (NUMBER, DAYS): lambda factor, duration: _times_days(duration, factor),
    (MONTHS, NUMBER): _times_months,
    (NUMBER, MONTHS): lambda factor, duration: _times_months(duration, factor),
}
_DIVIDE: dict[tuple[str, str], Any] = {
    (DAYS, NUMBER): _divide_days,
    (MONTHS, NUMBER): _divide_months,
    (DAYS, DAYS): lambda left, right: divide(Decimal(duration_nanos(left)), Decimal(duration_nanos(right))),
    (MONTHS, MONTHS): lambda left, right: divide(Decimal(left.months), Decimal(right.months)),
}
