"""The ticker runs jobs over and over, one run at a time, whatever becomes of one of them."""

import asyncio
from datetime import timedelta

import structlog

from bot.errors import UnavailableError
from bot.schedule import Job, Ticker

TINY = timedelta(milliseconds=5)
PATIENCE_SECONDS = 5


async def test_a_job_runs_at_once_and_again() -> None:
    runs: list[int] = []
    twice = asyncio.Event()

    async def run() -> None:
        runs.append(1)
        if len(runs) > 1:
            twice.set()

    ticker = Ticker([Job("count", TINY, run)])
    ticker.start()
    await asyncio.wait_for(twice.wait(), PATIENCE_SECONDS)
    await ticker.stop()

    assert len(runs) > 1


async def test_a_job_that_fails_is_logged_with_a_reference_and_runs_again() -> None:
    errors = iter([ValueError("broken"), UnavailableError("the database is away")])
    recovered = asyncio.Event()

    async def run() -> None:
        for error in errors:
            raise error
        recovered.set()

    ticker = Ticker([Job("fragile", TINY, run)])
    with structlog.testing.capture_logs() as events:
        ticker.start()
        await asyncio.wait_for(recovered.wait(), PATIENCE_SECONDS)
        await ticker.stop()

    failed, put_off = events[:2]
    assert (failed["event"], failed["job"], failed["error"]) == ("job_failed", "fragile", "ValueError")
    assert len(failed["reference"]) == 8
    assert put_off == {
        "event": "job_put_off",
        "job": "fragile",
        "error": "the database is away",
        "log_level": "warning",
    }


async def test_stopping_lets_what_is_running_finish_and_begins_nothing_new() -> None:
    begun, may_finish = asyncio.Event(), asyncio.Event()
    log: list[str] = []

    async def run() -> None:
        log.append("begun")
        begun.set()
        await may_finish.wait()
        log.append("finished")

    ticker = Ticker([Job("slow", TINY, run)])
    ticker.start()
    await asyncio.wait_for(begun.wait(), PATIENCE_SECONDS)
    stopping = asyncio.create_task(ticker.stop())
    may_finish.set()
    await asyncio.wait_for(stopping, PATIENCE_SECONDS)

    assert log == ["begun", "finished"]


async def test_stopping_does_not_wait_for_ever() -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def run() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    ticker = Ticker([Job("endless", TINY, run)], grace=TINY)
    ticker.start()
    await asyncio.wait_for(begun.wait(), PATIENCE_SECONDS)
    await ticker.stop()

    assert cancelled.is_set()


async def test_jobs_do_not_wait_for_each_other() -> None:
    meeting, met = asyncio.Barrier(2), asyncio.Event()

    async def meet() -> None:
        await meeting.wait()
        met.set()

    ticker = Ticker([Job("one", timedelta(hours=1), meet), Job("other", timedelta(hours=1), meet)])
    ticker.start()
    await asyncio.wait_for(met.wait(), PATIENCE_SECONDS)
    await ticker.stop()

    assert not meeting.broken
