"""The bot on Slack: the Bolt app, by Socket Mode or behind an HTTP endpoint."""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.answering import Answering, age_of
from bot.errors import ConfigurationError, SlackRefusedError
from bot.handlers import register
from bot.handlers.guard import guarded
from bot.handlers.messages import LetterAnswerer, MessageHandlers
from bot.handlers.slash import SlackApp
from bot.http import MetricsPage, build_http_app, build_status_app
from bot.jobs import build_digesting, jobs
from bot.messenger import SlackMessenger, called, workspace_of
from bot.metrics import Metrics
from bot.questions.model import Answer
from bot.request_id import RequestIdOfPayload
from bot.schedule import Ticker
from bot.services import Services
from bot.settings import Settings
from bot.slack_metrics import SlackMeter
from bot.web_server import bound_socket, serve_until

_log = structlog.get_logger(__name__)
_STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_COLLECT_AFTER: Final = (2_000, 10, 10)
"""Objects, and collections of the younger generations."""

_ENDINGS: Final = ("app_uninstalled", "tokens_revoked")
"""Events, for whoever adds them to the manifest, after which Slack takes nothing from the bot any more."""


@dataclass(frozen=True, slots=True)
class SlackBot:
    """The Bolt app, the worker that answers what the app takes in, and what both post with."""

    app: AsyncApp
    answering: Answering
    messenger: SlackMessenger


def build_app(services: Services, client: AsyncWebClient) -> AsyncApp:
    """Return the Bolt app alone; what it takes in is answered as long as the event loop runs."""
    return build_bot(services, client).app


def build_bot(services: Services, client: AsyncWebClient, workspace_id: str | None = None) -> SlackBot:
    """Return the Bolt app with everything it listens to, and its worker; nothing is called yet.

    What waits from before in the workspace ``workspace_id`` is answered, too.

    Listeners finish before Slack is answered, so that a command's answer travels in its acknowledgement.
    Signatures are verified before a request gets here, by ``bot.http``; a socket needs none.
    """
    app = SlackApp(
        name="finops-bot",
        client=client,
        signing_secret="",
        process_before_response=True,
        request_verification_enabled=False,
        logger=logging.getLogger("slack_bolt"),
    )
    app.use(RequestIdOfPayload())
    app.error(_listener_failed)
    messenger = SlackMessenger(client)
    answering = Answering(
        inbox=services.inbox,
        answer=partial(guarded, LetterAnswerer(services).answer, can_wait=True),
        messenger=messenger,
        clock=services.clock,
        workspaces=[workspace_id] if workspace_id else [],
    )
    messages = MessageHandlers(services, answering.wake)
    register(app, services, messenger, messages, build_digesting(services, messenger).send_now)
    for event in _ENDINGS:  # last, since each listener takes time to be passed over
        app.event(event)(_access_ended)
    return SlackBot(app, answering, messenger)


async def serve(settings: Settings, services: Services, client: AsyncWebClient) -> None:
    """Run on Slack until SIGINT or SIGTERM.

    Raises:
        ConfigurationError: Slack does not accept a token; the message names the variable.
        UnavailableError: Slack does not answer.
    """
    workspace_id = await workspace_of(client)
    _log.info("connected_to_slack", workspace=workspace_id)
    metrics = Metrics()
    client.retry_handlers.insert(0, SlackMeter(metrics))  # before the messenger takes over what there is
    bot = build_bot(services, client, workspace_id)
    metrics.watch_inbox(partial(_backlog, services, workspace_id))
    services.asking.watch(partial(_count, metrics))
    ticker = Ticker(jobs(services, bot.messenger, workspace_id, watch_digests=metrics.digest_sent))
    ticker.start()
    _keep_for_good()
    answering = asyncio.create_task(bot.answering.run())
    try:
        if settings.slack_app_token is not None:
            await _serve_socket(bot.app, settings, services, metrics)
        else:
            await _serve_http(bot.app, settings, services, metrics)
    finally:
        answering.cancel()
        await asyncio.gather(answering, ticker.stop(), return_exceptions=True)


def _keep_for_good() -> None:
    """Have the garbage collector pass over what is there now, which is much and lives as long as the process.

    To look through it takes a tenth of a second, in which nobody is answered. What comes later is looked through
    less often than Python does by itself: an answer leaves little behind that refers to itself.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def _count(metrics: Metrics, answer: Answer, took: timedelta) -> None:
    question = answer.question
    metrics.question_answered(question.decision, question.asked.surface.value, took.total_seconds())


async def _backlog(services: Services, workspace_id: str) -> tuple[int, float]:
    backlog = await services.inbox.backlog(workspace_id)
    return backlog.waiting, age_of(backlog.oldest, services.clock())


async def _listener_failed(error: Exception) -> None:
    """Log what no guard caught, without its words, which may quote somebody's; Bolt would print them."""
    _log.error("listener_failed", error=type(error).__name__, exc_info=error)


async def _access_ended(event: Mapping[str, object]) -> None:
    """Log that the workspace let the bot go; what is still to be posted is refused, and ends in the log, too."""
    _log.error("slack_access_ended", by=event["type"])


async def _serve_socket(app: AsyncApp, settings: Settings, services: Services, metrics: Metrics) -> None:
    app_token = settings.slack_app_token.get_secret_value() if settings.slack_app_token else ""
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
            await _serve_status(settings, services, metrics, stopped)
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


async def _serve_status(settings: Settings, services: Services, metrics: Metrics, stopped: asyncio.Event) -> None:
    """Serve ``/health``, ``/ready`` and ``/metrics`` beside the socket until stopped; or run without them."""
    try:
        bound = bound_socket(settings)
    except ConfigurationError as error:
        _log.warning("status_not_served", error=str(error))
        await stopped.wait()
        return
    await serve_until(
        build_status_app(services.check_ready, MetricsPage(metrics, settings.metrics_token)), bound, stopped
    )


async def _serve_http(app: AsyncApp, settings: Settings, services: Services, metrics: Metrics) -> None:
    secret = settings.slack_signing_secret
    page = MetricsPage(metrics, settings.metrics_token)
    http_app = build_http_app(app, secret.get_secret_value() if secret else "", services.check_ready, page)
    bound = bound_socket(settings)
    async with _stop_signals() as stopped:
        _log.info("listening", by="http", host=settings.host, port=settings.port)
        await serve_until(http_app, bound, stopped)


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
