"""One id for everything that is logged about one request, on its way through HTTP or a socket."""

import re
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import uuid4

from slack_bolt import BoltResponse
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, get_contextvars, reset_contextvars

HEADER: Final = "X-Request-Id"
_NAME: Final = HEADER.lower().encode()
_KEY: Final = "request_id"
_SANE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class RequestIdMiddleware:
    """Binds an HTTP request's id, its own where that is of a sane form, to the log, and returns it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request with its id bound."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == _NAME), b"")
        request_id = _id_of(given.decode("latin-1"))

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (_NAME, request_id.encode())]
            await send(message)

        before = bind_contextvars(**{_KEY: request_id})
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            reset_contextvars(**before)


class RequestIdOfPayload(AsyncMiddleware):
    """Binds an id to the log for Bolt, where a payload may have come through a socket.

    It stays bound: Bolt only notes that it may go on, and every payload has a task of its own.
    """

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,  # noqa: ARG002 (the interface of Bolt)
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002
    ) -> BoltResponse | None:
        """Go on with an id in the log."""
        bind_request_id()
        await next()
        return resp


def bind_request_id() -> None:
    """Bind an id to the log for as long as this task runs, if there is none."""
    if _KEY not in get_contextvars():
        bind_contextvars(**{_KEY: uuid4().hex})


def _id_of(given: str) -> str:
    return given if _SANE.fullmatch(given) else uuid4().hex
