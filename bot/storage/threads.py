"""Work for a thread, in an event loop."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Final, TypeAlias, TypeVar

_MOST_IDLE: Final = 16
T = TypeVar("T")
_Work: TypeAlias = Callable[[], None]

_idle: Final[deque[SimpleQueue[_Work]]] = deque()
"""Where threads that have nothing to do wait; to start one takes as long as to keep a question."""


async def on_a_thread(do: Callable[[], T]) -> T:
    """Return what ``do`` returns, or raise what it raises; it goes on where nobody waits for it any more.

    At the end of the process nobody does: a database that does not answer must not keep it from stopping, as it
    would on the threads of ``asyncio.to_thread``. There are as many threads as are needed at the same time.
    """
    done: Future[T] = Future()
    done.set_running_or_notify_cancel()

    def run() -> None:
        try:
            done.set_result(do())
        except BaseException as error:  # noqa: BLE001 (it is raised to whoever waits)
            done.set_exception(error)

    _give(run)
    return await asyncio.wrap_future(done)


def in_background(do: Callable[[], None]) -> None:
    """Have ``do``, which never fails, done on a thread; nobody waits for it, not even at the end."""
    _give(do)


def _give(work: _Work) -> None:
    try:
        _idle.pop().put(work)
    except IndexError:
        queue: SimpleQueue[_Work] = SimpleQueue()
        queue.put(work)
        threading.Thread(target=_serve, args=(queue,), name="database", daemon=True).start()


def _serve(queue: SimpleQueue[_Work]) -> None:
    while True:
        queue.get()()
        if len(_idle) >= _MOST_IDLE:
            return
        _idle.append(queue)
