"""Dates as offices write them, in the offices' zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from engine.clock import LOCAL_ZONE, local_date


def write_date(value: date | datetime | None) -> str:
    """2026年3月2日"""
    if value is None:
        return ""
    day = local_date(value) if isinstance(value, datetime) else value
    return f"{day.year}年{day.month}月{day.day}日"


def write_moment(value: datetime | None) -> str:
    """2026年3月2日 09:05"""
    if value is None:
        return ""
    local = value.astimezone(LOCAL_ZONE)
    return f"{write_date(value)} {local:%H:%M}"


def last_day(due_at: datetime) -> date:
    """The last day on which one is in time: what is due at midnight is due with the day that ends."""
    return local_date(due_at - timedelta(microseconds=1))


def write_due(due_at: datetime | None) -> str:
    """2026年3月31日 for what is due when April begins"""
    return write_date(last_day(due_at)) if due_at else ""


def write_start(value: datetime | None) -> str:
    """2026年3月2日, with the time of day only where it is not the day's beginning"""
    begins = value is not None and value.astimezone(LOCAL_ZONE).time() == time.min
    return write_date(value) if begins else write_moment(value)


def write_short(value: datetime | None) -> str:
    """2026-03-02 09:05, for narrow columns and the replay."""
    return f"{value.astimezone(LOCAL_ZONE):%Y-%m-%d %H:%M}" if value else ""


@dataclass(frozen=True, kw_only=True)
class DueBadge:
    """How urgent a task is: a word and a colour."""

    text: str
    colour: str


def due_badge(due_at: datetime | None, now: datetime) -> DueBadge | None:
    """已超期, 今天到期 or 剩 n 天; nothing where there is no deadline."""
    if due_at is None:
        return None
    days = (last_day(due_at) - local_date(now)).days
    if due_at <= now:
        late = f"已超期 {-days} 天" if days < 0 else "已超期"
        return DueBadge(text=late, colour="red")
    if days == 0:
        return DueBadge(text="今天到期", colour="amber")
    return DueBadge(text=f"剩 {days} 天", colour="amber" if days <= 1 else "green")
