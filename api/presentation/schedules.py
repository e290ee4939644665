"""Rules of schedules in words."""

from __future__ import annotations

from datetime import timedelta

from api.presentation.dates import write_date, write_moment
from engine.clock import local_date
from engine.diagram.iso8601 import Period, parse_cycle, parse_duration, parse_instant
from engine.queries.schedules import ScheduleView

LEVELS = {"village": "每个村", "town": "每个乡镇（街道）", "county": "每个县", "city": "每个市"}


def rule_in_words(schedule: ScheduleView) -> str:
    """When it fires: `每年3月1日、9月1日`, `每 3 个月一次，从2026年1月1日起`."""
    if schedule.daily:
        return _yearly(schedule)
    cycle = parse_cycle(schedule.rule)
    if cycle is not None:
        begin = f"，从{write_date(cycle.start)}起" if cycle.start else ""
        times = f"，共 {cycle.times} 次" if cycle.times is not None else ""
        return f"每{_length(cycle.interval)}一次{begin}{times}"
    period, instant = parse_duration(schedule.rule), parse_instant(schedule.rule)
    if period is not None:
        return f"部署后{_length(period)}，一次"
    if instant is not None:
        return f"{write_moment(instant)}，一次"
    return "按表达式计算"


def receivers_in_words(schedule: ScheduleView) -> str:
    """For whom it starts a case."""
    return f"{LEVELS[schedule.regions]}发起一件" if schedule.regions in LEVELS else "发起一件"


def _yearly(schedule: ScheduleView) -> str:
    if len(schedule.dates) != 1:
        return "按日期表，各县政策不同"
    days = [local_date(time) for time in schedule.dates[0].times]
    if not days:
        return "按日期表，目前没有日期"
    return "每年" + "、".join(f"{month}月{day}日" for month, day in sorted({(day.month, day.day) for day in days}))


def _length(period: Period) -> str:
    parts = [f" {period.months} 个月" if period.months else "", _time(period.time)]
    return "".join(parts) or " 0 秒"


def _time(time: timedelta) -> str:
    if not time:
        return ""
    hours, rest = divmod(time.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    units = ((time.days, "天"), (hours, "小时"), (minutes, "分钟"), (seconds, "秒"))
    return "".join(f" {number} {unit}" for number, unit in units if number)
