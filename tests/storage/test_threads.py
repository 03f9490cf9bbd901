"""What runs on a thread is waited for, and never keeps anybody from going on."""

import asyncio
import subprocess
import sys
import threading

import pytest

from bot.storage.threads import on_a_thread


async def test_what_a_thread_returns_or_raises_comes_back() -> None:
    def fails() -> None:
        raise LookupError("nothing there")

    assert await on_a_thread(threading.get_ident) != threading.get_ident()
    with pytest.raises(LookupError, match="nothing there"):
        await on_a_thread(fails)


async def test_whoever_is_cancelled_does_not_wait_while_the_work_goes_on() -> None:
    gate, done = threading.Event(), threading.Event()

    def works() -> None:
        gate.wait(10)
        done.set()

    waiting = asyncio.create_task(on_a_thread(works))
    await asyncio.sleep(0)
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not done.is_set()
    gate.set()
    assert done.wait(10)


def test_a_process_ends_while_a_thread_is_stuck() -> None:
    stuck = """
import asyncio, threading
from bot.storage.threads import on_a_thread

async def main():
    asyncio.create_task(on_a_thread(threading.Event().wait))
    await asyncio.sleep(0.05)

asyncio.run(main())
print("ended")
"""
    ended = subprocess.run([sys.executable, "-c", stuck], capture_output=True, text=True, timeout=30, check=True)

    assert ended.stdout == "ended\n"
