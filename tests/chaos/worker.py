"""A process that does the jobs of the queue until it is killed: `worker.py HOME URL`."""

from __future__ import annotations

import sys
from pathlib import Path

from workshop import engine_at

from engine.jobs.workers import worker_of

if __name__ == "__main__":
    worker_of(engine_at(Path(sys.argv[1]), sys.argv[2])).run_until_signalled()
