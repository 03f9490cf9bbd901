"""The one error boundary: whatever a handler raises becomes words for the person, and a log event."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar
from uuid import uuid4

import structlog

from bot.blocks.text import Message, plain_message, quoted
from bot.errors import UnavailableError, UserFacingError

_log = structlog.get_logger(__name__)
_MAX_ERROR: Final = 1_000
P = TypeVar("P")
R = TypeVar("R")


async def guarded(handler: Callable[[P], Awaitable[R]], payload: P, *, can_wait: bool = False) -> R | Message:
    """Return what ``handler`` answers to ``payload``, or the message that says why it could not.

    Mistakes of the asker are said as they are; anything else gets a reference that is in the log, too. The
    text of a question is never logged.

    Raises:
        UnavailableError: only if ``can_wait``, for what is tried again later.
    """
    try:
        return await handler(payload)
    except UserFacingError as error:
        _log.info("request_refused", handler=handler.__name__, error=type(error).__name__)
        return plain_message(quoted(str(error), _MAX_ERROR))
    except UnavailableError as error:
        if can_wait:
            raise
        _log.warning("dependency_unavailable", handler=handler.__name__, error=str(error))
        return plain_message("I cannot reach what I need to answer right now. Please try again in a minute.")
    except Exception as error:  # noqa: BLE001 (the boundary: nobody is left without a word)
        reference = uuid4().hex[:8]
        _log.exception("handler_failed", handler=handler.__name__, reference=reference, error=type(error).__name__)
        return plain_message(
            f"Something went wrong on my side (reference {reference}). Please try again;"
            " if it happens again, tell whoever runs this bot the reference."
        )
