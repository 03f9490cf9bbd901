"""What the bot does by itself from time to time; the one place that knows the scheduler behind it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.errors import UnavailableError

_log = structlog.get_logger(__name__)
GRACE: Final = timedelta(seconds=5)
"""So long a running job may take to finish when the bot stops."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is done at the start and then ``every`` so often; it must bear being done twice."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[None]]


class Ticker:
    """Runs jobs in the event loop that starts it, one run of a job at a time.

    Nothing is stored: what was missed while the bot was down is not made up for, only done next.
    """

    def __init__(self, jobs: Sequence[Job], grace: timedelta = GRACE) -> None:
        self._jobs = tuple(jobs)
        self._grace = grace
        self._running: set[asyncio.Task[None]] = set()
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Start; every job runs at once."""
        for job in self._jobs:
            self._scheduler.add_job(
                self._run,
                "interval",
                [job],
                id=job.name,
                seconds=job.every.total_seconds(),
                next_run_time=datetime.now(UTC),
                coalesce=True,
                max_instances=1,
                # A run that is late, because the machine slept, is worth doing until the next one is due.
                misfire_grace_time=max(1, int(job.every.total_seconds())),
            )
        self._scheduler.start()

    async def stop(self) -> None:
        """Begin nothing new, and let what is running finish, for ``grace`` at most."""
        self._scheduler.pause()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=self._grace.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._scheduler.shutdown()
        await asyncio.sleep(0)  # the scheduler ends when the loop comes round

    async def _run(self, job: Job) -> None:
        task = asyncio.create_task(_guarded(job))
        self._running.add(task)
        await asyncio.wait({task})
        self._running.discard(task)


async def _guarded(job: Job) -> None:
    """Run a job; whatever it raises is logged, and the next run comes all the same."""
    try:
        await job.run()
    except UnavailableError as error:
        _log.warning("job_put_off", job=job.name, error=str(error))
    except Exception as error:  # noqa: BLE001 (the boundary: one bad run must not be the last)
        reference = uuid4().hex[:8]
        _log.exception("job_failed", job=job.name, reference=reference, error=type(error).__name__)
