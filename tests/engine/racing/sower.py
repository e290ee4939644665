"""One of several workers that do whatever a schedule asks for: `sower.py URL SECONDS INSTANT`."""

from __future__ import annotations

import sys
from datetime import datetime
from time import monotonic

from sqlalchemy import func, select

from engine.bootstrap import build_engine
from engine.clock import ManualClock
from engine.jobs.timers import fire_due_timers
from engine.model import ScheduledStart


def main(url: str, seconds: str, instant: str) -> None:
    engine = build_engine(url, clock=ManualClock(datetime.fromisoformat(instant)))
    print("ready", flush=True)
    sys.stdin.readline()
    began, started = monotonic(), 0
    while monotonic() - began < float(seconds):
        started += fire_due_timers(engine)
        with engine.database.read() as connection:
            owed = connection.execute(select(func.count(), func.count(ScheduledStart.instance_id))).one()
        if owed[0] and owed[0] == owed[1]:
            break
    print(started, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
