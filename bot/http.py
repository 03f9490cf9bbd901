"""The HTTP side: ``POST /slack/events`` with verified signatures, ``/health``, ``/ready`` and ``/metrics``."""

import hmac
import ipaddress
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

import structlog
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.errors import BotError
from bot.metrics import CONTENT_TYPE, Metrics
from bot.request_id import RequestIdMiddleware

_EVENTS_PATH: Final = "/slack/events"
MAX_BODY_BYTES: Final = 1_000_000
"""Slack's largest payloads, forms of 250 KB, come url-encoded; nothing it sends is near this."""

_MAX_DIGITS: Final = 12
"""Of a number in a header: Python refuses to read one of thousands of digits."""

_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MetricsPage:
    """What ``/metrics`` shows, and the token with which it may be read from another machine."""

    metrics: Metrics
    token: SecretStr | None = None


def build_http_app(
    app: AsyncApp,
    signing_secret: str,
    is_ready: Callable[[], Awaitable[None]],
    page: MetricsPage | None = None,
) -> ASGIApp:
    """Return the ASGI application; ``is_ready`` raises a ``BotError`` while the bot cannot answer."""
    events = SlackEvents(app, SignatureVerifier(signing_secret))
    routes = [Route(_EVENTS_PATH, events, methods=["POST"]), *_status_routes(is_ready, page)]
    return RequestIdMiddleware(_SlackFirst(events, _routed(routes)))


def build_status_app(is_ready: Callable[[], Awaitable[None]], page: MetricsPage | None = None) -> ASGIApp:
    """Return the ASGI application beside a socket: how the bot is, and nothing of Slack."""
    return RequestIdMiddleware(_routed(_status_routes(is_ready, page)))


class _SlackFirst:
    """Hands on what Slack sends without looking further: a router takes a twentieth of a command's time."""

    def __init__(self, events: ASGIApp, others: ASGIApp) -> None:
        self._events = events
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_slack = scope["type"] == "http" and scope["path"] == _EVENTS_PATH and scope["method"] == "POST"
        await (self._events if is_slack else self._others)(scope, receive, send)


class SlackEvents:
    """Where Slack sends everything; what it did not sign goes no further."""

    def __init__(self, app: AsyncApp, verifier: SignatureVerifier) -> None:
        self._app = app
        self._verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        # Decoded once: each look-up in Starlette's own goes through all of them.
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            response = await self._response(await limited_body(headers, receive), headers)
        except Exception as error:  # noqa: BLE001 (whoever sent it is told)
            response = _said(error)
        await response(scope, receive, send)

    async def _response(self, body: bytes, headers: Mapping[str, str]) -> Response:
        if not is_signed(self._verifier, body, headers):
            _log.warning("request_not_from_slack")
            return JSONResponse({"error": "invalid signature"}, HTTPStatus.UNAUTHORIZED)
        answer = await self._app.async_dispatch(_payload(body, headers.get("content-type", "")))
        return Response(answer.body, answer.status, answer.first_headers())


async def limited_body(headers: Mapping[str, str], receive: Receive) -> bytes:
    """Return a request's body; one that is too large is not read to its end.

    Raises:
        HTTPException: 413, the body is longer than ``MAX_BODY_BYTES``.
        ClientDisconnect: nobody sends the rest of it.
    """
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:_MAX_DIGITS]) > MAX_BODY_BYTES:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    body, is_more = b"", True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        is_more = message.get("more_body", False)
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return body


def is_signed(verifier: SignatureVerifier, body: bytes, headers: Mapping[str, str]) -> bool:
    """Tell whether Slack signed this request within the last five minutes.

    Bolt's own check answers 500 to a timestamp that is no number, and logs the body of what it refuses; hence
    this one, which also refuses what is not UTF-8 before anything decodes it.
    """
    timestamp = headers.get("x-slack-request-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _MAX_DIGITS):
        return False
    signature = headers.get("x-slack-signature", "")
    if not signature.isascii():  # such a one cannot be compared
        return False
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return verifier.is_valid(body, timestamp, signature)


def may_see_metrics(request: Request, token: SecretStr | None) -> bool:
    """Tell whether a request is from this machine, without a proxy between, or carries the token."""
    if token is not None:
        wanted = f"Bearer {token.get_secret_value()}".encode()
        if hmac.compare_digest(request.headers.get("authorization", "").encode(), wanted):
            return True
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.client.host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def _payload(body: bytes, content_type: str) -> AsyncBoltRequest:
    """Return what Slack sends; ``HTTPException`` 400 for what is no payload of Slack's.

    Bolt's own reading takes a command in whose text is the word "payload" for an empty one.
    """
    try:
        payload = _read(body.decode(), content_type)
        if isinstance(payload, dict):
            return AsyncBoltRequest(body=payload, mode="socket_mode")  # it is read already, and was signed
    except (ValueError, TypeError, AttributeError):
        pass
    raise HTTPException(HTTPStatus.BAD_REQUEST)


def _read(body: str, content_type: str) -> object:
    """Return what an event (JSON), a command (a form) or a click (JSON in a form) says."""
    if content_type.startswith("application/json"):
        return json.loads(body)
    form = dict(parse_qsl(body, keep_blank_values=True))
    return json.loads(form["payload"]) if "payload" in form else form


def _status_routes(is_ready: Callable[[], Awaitable[None]], page: MetricsPage | None) -> list[Route]:
    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> Response:
        try:
            await is_ready()
        except BotError as error:
            _log.warning("not_ready", error=str(error))
            return JSONResponse({"status": "unavailable"}, HTTPStatus.SERVICE_UNAVAILABLE)
        return JSONResponse({"status": "ok"})

    async def metrics(request: Request) -> Response:
        if page is None or not may_see_metrics(request, page.token):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return Response(await page.metrics.exposition(), media_type=CONTENT_TYPE)

    return [Route("/health", health), Route("/ready", ready), Route("/metrics", metrics)]


def _routed(routes: list[Route]) -> ASGIApp:
    async def said(_request: Request, error: Exception) -> Response:
        return _said(error)

    return Starlette(routes=routes, exception_handlers={HTTPException: said, Exception: said})


def _said(error: Exception) -> Response:
    """Return what whoever sent the request is told; a fault of the bot's is logged, without its words."""
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        return JSONResponse({"error": status.phrase.lower()}, status, headers=error.headers)
    if isinstance(error, ClientDisconnect):
        return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it
    _log.error("request_failed", error=type(error).__name__, exc_info=error)
    return JSONResponse({"error": "internal server error"}, HTTPStatus.INTERNAL_SERVER_ERROR)
