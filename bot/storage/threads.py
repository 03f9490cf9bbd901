"""Work for a thread, in an event loop."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


async def on_a_thread(do: Callable[[], T]) -> T:
    """Return what ``do`` returns, or raise what it raises; it goes on where nobody waits for it any more.

    At the end of the process nobody does: a database that does not answer must not keep it from stopping, as it
    would on the threads of ``asyncio.to_thread``.
    """
    done: Future[T] = Future()
    done.set_running_or_notify_cancel()

    def run() -> None:
        try:
            done.set_result(do())
        except BaseException as error:  # noqa: BLE001 (it is raised to whoever waits)
            done.set_exception(error)

    threading.Thread(target=run, name="database", daemon=True).start()
    return await asyncio.wrap_future(done)
