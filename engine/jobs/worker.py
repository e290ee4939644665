"""Does the jobs of the embedded queue: inside the API process, or as `anlan worker`."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic

from engine.errors import AnlanError
from engine.jobs.duties import perform
from engine.jobs.embedded_queue import EmbeddedQueue
from engine.jobs.leases import BEAT, HeldJob, Leases
from engine.jobs.queue import INSIDE, OUTSIDE, JobKind
from engine.jobs.sweeper import Sweeper
from engine.process_engine import ProcessEngine
from engine.store.outages import OutageLog

_LOG = logging.getLogger(__name__)
#: Seconds that a worker which is to end waits for its jobs; what takes longer is another's when the lease is over.
PATIENCE = 10.0


@dataclass
class Lane:
    """Jobs of some kinds, done one after the other by a thread."""

    kinds: Collection[JobKind]
    #: how many jobs are held at a time
    batch: int
    bell: Event = field(default_factory=Event)


class EmbeddedWorker:
    """Threads that do what is due: one for our own database, some for calls that wait for others."""

    def __init__(
        self,
        engine: ProcessEngine,
        queue: EmbeddedQueue,
        *,
        interval: float = 1.0,
        calls: int = 4,
    ) -> None:
        self._engine = engine
        self._queue = queue
        self._interval = interval
        name = f"{socket.gethostname()[:32]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._leases = Leases(engine.database, name)
        self._inside = Lane(INSIDE, batch=50)
        self._lanes = [self._inside, *(Lane(OUTSIDE, batch=1) for _ in range(calls))]
        self._outages = OutageLog(_LOG)
        self._stopping = Event()
        self._sweeper = Sweeper(engine)
        self._threads: list[Thread] = []

    def start(self) -> None:
        """Begin to watch."""
        for lane in self._lanes:
            self._queue.hang(lane.bell)
        self._threads = [
            Thread(target=self._beat, name="anlan-heartbeat", daemon=True),
            *(Thread(target=self._work, args=(lane,), name="anlan-jobs", daemon=True) for lane in self._lanes),
        ]
        for thread in self._threads:
            thread.start()

    def run_until_signalled(self) -> None:
        """Watch until the process is told to end; the job it is at is finished, the others are left to the next."""
        told = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: told.set())
        self.start()
        told.wait()
        self.stop()

    def stop(self) -> None:
        """End after the jobs it is at."""
        self._stopping.set()
        for lane in self._lanes:
            lane.bell.set()
        until = monotonic() + PATIENCE
        for thread in self._threads:
            thread.join(timeout=max(0.0, until - monotonic()))

    def drain(self, told: Callable[[int], None] = lambda done: None) -> int:
        """Do everything that is due now and end; others may do so at the same time."""
        beat = Thread(target=self._beat, name="anlan-heartbeat", daemon=True)
        beat.start()
        done = 0
        everything = Lane(frozenset(JobKind), batch=self._inside.batch)
        while not self._stopping.is_set():
            performed = self._round(everything)
            done += performed
            told(done)
            if not performed and not self._sweeper.sweep():
                break
        self._stopping.set()
        return done

    def _work(self, lane: Lane) -> None:
        while not self._stopping.is_set():
            lane.bell.clear()
            try:
                if lane is self._inside:
                    self._sweeper.look_round()
                idle = not self._round(lane)
                self._outages.worked(written=not idle)
            except Exception as error:
                # The next round tries again; a worker that dies would stop every notice and deadline.
                self._outages.failed(error, "looking for jobs failed")
                idle = True
            if idle:
                lane.bell.wait(self._interval)

    def _round(self, lane: Lane) -> int:
        """Do the first jobs of a lane; tells how many there were."""
        held = self._leases.take(self._engine.clock.now(), lane.batch, lane.kinds)
        try:
            self._leases.finish(self._all_done(held))
        finally:
            self._leases.let_go(held)
        return len(held)

    def _all_done(self, held: Sequence[HeldJob]) -> list[HeldJob]:
        """Do jobs, or give them back when it is time to end; tells which are done."""
        done: list[HeldJob] = []
        for number, one in enumerate(held):
            if self._stopping.is_set():
                self._leases.give_back(held[number:])
                break
            if self._done(one):
                done.append(one)
        return done

    def _done(self, held: HeldJob) -> bool:
        """Do a job; one that fails is put back, whatever has failed."""
        job = held.job
        try:
            perform(self._engine, job)
        except AnlanError as error:
            _LOG.warning("job %s of %s was refused: %s", job.kind, job.subject, error.code)
            self._leases.put_back(held, error)
        except Exception as error:
            self._outages.failed(error, "job %s of %s failed", job.kind, job.subject)
            self._leases.put_back(held, error)
        else:
            return True
        return False

    def _beat(self) -> None:
        while not self._stopping.wait(BEAT):
            try:
                self._leases.renew()
            except Exception as error:
                self._outages.failed(error, "a sign of life could not be written")
