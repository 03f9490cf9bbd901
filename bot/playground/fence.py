"""Lets in only pages of this server: no other site may reach it through somebody's browser."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HOSTS: Final = frozenset({"127.0.0.1", "localhost"})
_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Fence:
    """Refuses foreign hosts and origins, and forbids pages everything that is not from here.

    A name that somebody else points at this machine (DNS rebinding) is a foreign host.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if host.partition(":")[0].lower() not in _HOSTS:
            await _refused("This address is not the playground's: open it as 127.0.0.1.")(scope, receive, send)
        elif origin is not None and origin.lower() != f"http://{host.lower()}":
            await _refused("Another site may not use the playground.")(scope, receive, send)
        else:
            kept = "no-store" if scope["path"].startswith("/api/") else "no-cache"
            await self._app(scope, receive, _with_policy(send, kept))


def _refused(words: str) -> JSONResponse:
    return JSONResponse({"error": words}, 403)


def _with_policy(send: Send, kept: str) -> Send:
    async def send_with_policy(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = _POLICY
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "no-referrer"
            headers["Cache-Control"] = kept
        await send(message)

    return send_with_policy
