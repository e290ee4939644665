"""ISO 8601 instants, durations and repeating intervals, as timers and deadlines write them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from engine.clock import LOCAL_ZONE

_DURATION = re.compile(
    r"(?P<sign>-)?P(?=[\dT])(?:(?P<years>\d{1,3})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,5})W)?"
    r"(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,7})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,10}(?:\.\d{1,6})?)S)?)?"
)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?")
_CYCLE = re.compile(r"R(?P<times>\d{0,9})/(?:(?P<start>[^/P]+)/)?(?P<interval>P[^/]+)")
#: meant as a duration, but out of range or out of order
_ALMOST = re.compile(r"(R\d*/)?-?P(T?\d[\dYMWDTHS.,]*|T)")


@dataclass(frozen=True, kw_only=True)
class Period:
    """A duration: calendar months, then an exact time."""

    months: int = 0
    time: timedelta = timedelta()

    def after(self, instant: datetime, *, day: int = 0) -> datetime:
        """The instant one period later; months are counted in the offices' zone.

        `day` is the day of the month that is meant: after the 28th of February the 31st comes back in March.
        """
        return (_add_months(instant, self.months, day) if self.months else instant) + self.time

    @property
    def is_positive(self) -> bool:
        return self.months > 0 or self.time > timedelta()


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """A repeating interval; `times` None repeats for ever."""

    times: int | None
    start: datetime | None
    interval: Period


def is_literal(text: str) -> bool:
    """Whether a timer is written out and not a FEEL expression."""
    return bool(_DURATION.fullmatch(text) or _INSTANT.fullmatch(text) or _CYCLE.fullmatch(text))


def is_slip(text: str) -> bool:
    """Whether a duration was meant that is out of range or out of order; FEEL would read a name."""
    return not is_literal(text) and _ALMOST.fullmatch(text) is not None


def parse_duration(text: str) -> Period | None:
    match = _DURATION.fullmatch(text)
    if match is None or text.endswith(("P", "T")):
        return None
    sign = -1 if match["sign"] else 1
    parts = {name: int(match[name] or 0) for name in ("years", "months", "weeks", "days", "hours", "minutes")}
    exact = timedelta(
        weeks=parts["weeks"], days=parts["days"], hours=parts["hours"], minutes=parts["minutes"]
    ) + _seconds(match["seconds"])
    return Period(months=sign * (parts["years"] * 12 + parts["months"]), time=sign * exact)


def parse_instant(text: str) -> datetime | None:
    """An aware instant; a date or a time without offset is meant in the offices' zone."""
    if _INSTANT.fullmatch(text) is None:
        return None
    try:
        return to_instant(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def parse_cycle(text: str) -> Cycle | None:
    match = _CYCLE.fullmatch(text)
    interval = parse_duration(match["interval"]) if match else None
    start = parse_instant(match["start"]) if match and match["start"] else None
    if match is None or interval is None or not interval.is_positive or bool(match["start"]) != bool(start):
        return None
    return Cycle(times=int(match["times"]) if match["times"] else None, start=start, interval=interval)


def to_instant(value: date) -> datetime:
    """UTC for a date or date-time; without offset it is meant in the offices' zone."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL_ZONE)).astimezone(UTC)


def _seconds(text: str | None) -> timedelta:
    whole, _, fraction = (text or "0").partition(".")
    return timedelta(seconds=int(whole), microseconds=int(fraction.ljust(6, "0") or 0))


def _add_months(instant: datetime, months: int, meant: int) -> datetime:
    local = instant.astimezone(LOCAL_ZONE)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(max(local.day, meant), calendar.monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).astimezone(UTC)
