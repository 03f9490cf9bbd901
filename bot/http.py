"""The HTTP side: ``POST /slack/events`` with verified signatures, ``GET /health`` and ``GET /ready``."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.errors import BotError

_log = structlog.get_logger(__name__)


def build_http_app(app: AsyncApp, signing_secret: str, is_ready: Callable[[], Awaitable[None]]) -> Starlette:
    """Return the ASGI application; ``is_ready`` raises a ``BotError`` while the bot cannot answer."""
    verifier = SignatureVerifier(signing_secret)
    handler = AsyncSlackRequestHandler(app)

    async def slack_events(request: Request) -> Response:
        if not is_signed(verifier, await request.body(), request):
            _log.warning("request_not_from_slack", path=request.url.path)
            return JSONResponse({"error": "invalid signature"}, HTTPStatus.UNAUTHORIZED)
        return await handler.handle(request)

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> Response:
        try:
            await is_ready()
        except BotError as error:
            _log.warning("not_ready", error=str(error))
            return JSONResponse({"status": "unavailable"}, HTTPStatus.SERVICE_UNAVAILABLE)
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[
            Route("/slack/events", slack_events, methods=["POST"]),
            Route("/health", health),
            Route("/ready", ready),
        ]
    )


def is_signed(verifier: SignatureVerifier, body: bytes, request: Request) -> bool:
    """Tell whether Slack signed this request within the last five minutes.

    Bolt's own check answers 500 to a timestamp that is no number, and logs the body of what it refuses; hence
    this one, which also refuses what is not UTF-8 before anything decodes it.
    """
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit()):
        return False
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return verifier.is_valid(body, timestamp, request.headers.get("x-slack-signature", ""))
