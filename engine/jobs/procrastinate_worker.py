"""Does the jobs of the queue on PostgreSQL: Procrastinate's worker, and what it leaves to us."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from threading import Event, Thread
from typing import Any

from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as Deferred
from psycopg_pool import AsyncConnectionPool

from engine.errors import AnlanError
from engine.jobs.duties import perform
from engine.jobs.leases import FIRST_DELAY, LONGEST_DELAY
from engine.jobs.procrastinate_queue import INSIDE_QUEUE, OUTSIDE_QUEUE, TASK
from engine.jobs.queue import Job, JobKind
from engine.jobs.sweeper import Sweeper
from engine.process_engine import ProcessEngine
from engine.store.outages import OutageLog, outage_of

_LOG = logging.getLogger(__name__)
# What they say with every attempt, the log of outages says once.
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
# Of each job there is one line of ours.
logging.getLogger("procrastinate").setLevel(logging.WARNING)
for _name in ("procrastinate.utils", "procrastinate.worker"):
    logging.getLogger(_name).addFilter(lambda record: not _tells_outage(record))
#: Seconds between two signs of life, after which silence a worker counts as dead, and between two looks for such.
BEAT, SILENCE, LOOK = 1.5, 5.0, 1.0
#: Seconds between two looks for jobs, should PostgreSQL's notice of a new one be lost.
POLL = 1.0
#: Seconds without a connection after which the database counts as away.
PATIENCE = 10.0
#: How many jobs of each queue are done at a time. Commands of one process would only lose races against each other.
LANES = {INSIDE_QUEUE: 1, OUTSIDE_QUEUE: 4}


def _tells_outage(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return error is not None and outage_of(error) is not None


def _pool(**options: Any) -> AsyncConnectionPool:
    """Connections that are not asked first whether they still live: that would double the round trips of a job."""
    return AsyncConnectionPool(**{**options, "check": None, "timeout": PATIENCE})


class Later(BaseRetryStrategy):
    """Whatever fails is done again, later each time."""

    def get_retry_decision(self, *, exception: BaseException, job: Deferred) -> RetryDecision:
        delay = min(FIRST_DELAY * 2 ** min(job.attempts, 16), LONGEST_DELAY)
        return RetryDecision(retry_in={"seconds": int(delay)})


class ProcrastinateWorker:
    """Does jobs, beside others that do the same."""

    def __init__(self, engine: ProcessEngine) -> None:
        self._engine = engine
        self._sweeper = Sweeper(engine)
        self._outages = OutageLog(_LOG)
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="anlan-jobs", daemon=True)
        self._done = 0
        # It tells of every job that begins and ends; of those that fail we tell ourselves.
        logging.getLogger("procrastinate").setLevel(logging.WARNING)

    def start(self) -> None:
        """Begin to watch, in a thread of its own."""
        self._thread.start()

    def run_until_signalled(self) -> None:
        """Watch until the process is told to end; the jobs it is at are finished."""
        told = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: told.set())
        self.start()
        told.wait()
        self.stop()

    def stop(self) -> None:
        """End after the jobs it is at."""
        self._stopping.set()
        self._thread.join(timeout=30)

    def drain(self, told: Callable[[int], None] = lambda done: None) -> int:
        """Do everything that is due now and end; others may do so at the same time."""

        async def until_nothing_is_left() -> None:
            async with self._app().open_async() as app:
                watch = asyncio.create_task(self._tell(told))
                while True:
                    before = self._done
                    await asyncio.gather(*(self._work(app, queue, wait=False) for queue in LANES))
                    if self._done == before and not await asyncio.to_thread(self._sweeper.sweep):
                        break
                watch.cancel()

        asyncio.run(until_nothing_is_left())
        told(self._done)
        return self._done

    async def _tell(self, told: Callable[[int], None]) -> None:
        while True:
            told(self._done)
            await asyncio.sleep(0.2)

    def _app(self) -> App:
        address = self._engine.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        connector = PsycopgConnector(
            conninfo=address,
            # That a job was taken or done may be lost with the machine: then it is done again, and does nothing.
            kwargs={"options": "-c synchronous_commit=off"},
            pool_factory=_pool,
            min_size=1,
            max_size=sum(LANES.values()) + 3,
        )
        app = App(connector=connector)
        app.task(name=TASK, retry=Later())(self._perform)
        return app

    async def _perform(self, *, kind: str, subject: str, due_at: str) -> None:
        job = Job(kind=JobKind(kind), subject=subject, due_at=datetime.fromisoformat(due_at))
        await asyncio.to_thread(self._do, job)
        self._done += 1

    def _do(self, job: Job) -> None:
        try:
            perform(self._engine, job)
        except AnlanError as error:
            _LOG.warning("job %s of %s was refused: %s", job.kind, job.subject, error.code)
            raise
        except Exception as error:
            self._outages.failed(error, "job %s of %s failed", job.kind, job.subject)
            raise
        self._outages.worked(written=True)

    def _run(self) -> None:
        asyncio.run(self._watch())

    async def _watch(self) -> None:
        """A database that is away for a while comes back: begin anew until told to end."""
        while not self._stopping.is_set():
            try:
                async with self._app().open_async() as app:
                    self._outages.worked(written=False)
                    await self._serve(app)
            except Exception as error:
                self._outages.failed(error, "looking for jobs failed")
                await asyncio.sleep(POLL)

    async def _serve(self, app: App) -> None:
        tasks = [asyncio.create_task(self._work(app, queue, wait=True)) for queue in LANES]
        tasks += [asyncio.create_task(self._look_round()), asyncio.create_task(self._rescue(app))]
        stop = asyncio.create_task(self._told_to_stop())
        try:
            await asyncio.wait([stop, *tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def _told_to_stop(self) -> None:
        while not self._stopping.is_set():
            await asyncio.sleep(0.1)

    async def _work(self, app: App, queue: str, *, wait: bool) -> None:
        await app.run_worker_async(
            queues=[queue],
            concurrency=LANES[queue],
            wait=wait,
            fetch_job_polling_interval=POLL,
            # What is done is told by the history.
            delete_jobs="always",
            install_signal_handlers=False,
            update_heartbeat_interval=BEAT,
            stalled_worker_timeout=SILENCE,
        )

    async def _look_round(self) -> None:
        while True:
            await asyncio.to_thread(self._sweeper.look_round)
            await asyncio.sleep(LOOK)

    async def _rescue(self, app: App) -> None:
        """Have what a dead worker was at done by others."""
        while True:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENCE):
                _LOG.warning("job %s of a silent worker is done again", job.id)
                # Another worker may have been faster.
                with suppress(ConnectorException):
                    await app.job_manager.retry_job(job)
            await asyncio.sleep(LOOK)
