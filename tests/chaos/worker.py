"""A process that fires due timers until it is killed: `worker.py HOME URL`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from outage import patiently
from sundial import Sundial

from engine.bootstrap import build_engine
from engine.jobs.timers import fire_due_timers
from forms.port import FormLibrary


def main(home: Path, url: str) -> None:
    clock, documents = Sundial(home / "now"), home / "attachments"
    engine = patiently(lambda: build_engine(url, clock=clock, forms=FormLibrary(), attachments=documents))
    while True:
        patiently(lambda: fire_due_timers(engine))
        time.sleep(0.1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
