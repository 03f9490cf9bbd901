"""The bot on Slack: the Bolt app, by Socket Mode or behind an HTTP endpoint."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import structlog
import uvicorn
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ConfigurationError, SlackRefusedError
from bot.handlers import register
from bot.http import build_http_app
from bot.messenger import SlackMessenger, called, workspace_of
from bot.services import Services
from bot.settings import Settings

_log = structlog.get_logger(__name__)
_STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_GRACE_SECONDS: Final = 8


def build_app(services: Services, client: AsyncWebClient) -> AsyncApp:
    """Return the Bolt app with everything it listens to; nothing is called yet.

    Listeners finish before Slack is answered, so that a command's answer travels in its acknowledgement.
    Signatures are verified before a request gets here, by ``bot.http``; a socket needs none.
    """
    app = AsyncApp(
        name="finops-bot",
        client=client,
        signing_secret="",
        process_before_response=True,
        request_verification_enabled=False,
        logger=logging.getLogger("slack_bolt"),
    )
    register(app, services, SlackMessenger(client))
    return app


async def serve(settings: Settings, services: Services, client: AsyncWebClient) -> None:
    """Run on Slack until SIGINT or SIGTERM.

    Raises:
        ConfigurationError: Slack does not accept a token; the message names the variable.
        UnavailableError: Slack does not answer.
    """
    _log.info("connected_to_slack", workspace=await workspace_of(client))
    app = build_app(services, client)
    if settings.slack_app_token is not None:
        await _serve_socket(app, settings.slack_app_token.get_secret_value())
    else:
        await _serve_http(app, settings, services)


async def _serve_socket(app: AsyncApp, app_token: str) -> None:
    try:
        await called(app.client.apps_connections_open(app_token=app_token))
    except SlackRefusedError as error:
        raise ConfigurationError(
            f"SLACK_APP_TOKEN: Slack answers {error.code}; create an App-Level Token with connections:write"
        ) from error
    handler = AsyncSocketModeHandler(app, app_token)
    async with _stop_signals() as stopped:
        await handler.connect_async()  # type: ignore[no-untyped-call]
        _log.info("listening", by="socket_mode")
        try:
            await stopped.wait()
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


async def _serve_http(app: AsyncApp, settings: Settings, services: Services) -> None:
    secret = settings.slack_signing_secret
    http_app = build_http_app(app, secret.get_secret_value() if secret else "", services.check_ready)
    server = _Server(
        uvicorn.Config(
            http_app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )
    async with _stop_signals() as stopped:
        serving = asyncio.create_task(server.serve())
        stopping = asyncio.create_task(stopped.wait())
        _log.info("listening", by="http", host=settings.host, port=settings.port)
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving
        stopping.cancel()


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: they end the process before the database is closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to ``_stop_signals``."""
        yield


@asynccontextmanager
async def _stop_signals() -> AsyncIterator[asyncio.Event]:
    """Yield an event that SIGINT and SIGTERM set."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, stopped.set)
    try:
        yield stopped
    finally:
        for number in _STOP_SIGNALS:
            loop.remove_signal_handler(number)
