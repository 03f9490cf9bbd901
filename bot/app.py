"""The bot on Slack: the Bolt app, by Socket Mode or behind an HTTP endpoint."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
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
from bot.coverage_plots import draw_trend
from bot.digesting import Digesting
from bot.errors import ConfigurationError, SlackRefusedError
from bot.handlers import register
from bot.handlers.guard import guarded
from bot.handlers.messages import LetterAnswerer, MessageHandlers
from bot.http import MetricsPage, build_http_app, build_status_app
from bot.messenger import SlackMessenger, called, workspace_of
from bot.metrics import Metrics
from bot.questions.model import Answer
from bot.request_id import with_request_id
from bot.reviewing import Reviewing
from bot.schedule import Job, Ticker
from bot.services import Services
from bot.settings import Settings
from bot.slack_metrics import SlackMeter
from bot.web_server import bound_socket, serve_until

_log = structlog.get_logger(__name__)
_STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_REVIEW_EVERY: Final = timedelta(hours=1)
_DIGEST_EVERY: Final = timedelta(seconds=30)
_WATCH_EVERY: Final = timedelta(hours=6)
_DELETE_EVERY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SlackBot:
    """The Bolt app, and the worker that answers what the app takes in."""

    app: AsyncApp
    answering: Answering


def build_app(services: Services, client: AsyncWebClient) -> AsyncApp:
    """Return the Bolt app alone; what it takes in is answered as long as the event loop runs."""
    return build_bot(services, client).app


def build_bot(services: Services, client: AsyncWebClient, workspace_id: str | None = None) -> SlackBot:
    """Return the Bolt app with everything it listens to, and its worker; nothing is called yet.

    What waits from before in the workspace ``workspace_id`` is answered, too.

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
    app.use(with_request_id)
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
    return SlackBot(app, answering)


async def serve(settings: Settings, services: Services, client: AsyncWebClient) -> None:
    """Run on Slack until SIGINT or SIGTERM.

    Raises:
        ConfigurationError: Slack does not accept a token; the message names the variable.
        UnavailableError: Slack does not answer.
    """
    workspace_id = await workspace_of(client)
    _log.info("connected_to_slack", workspace=workspace_id)
    metrics = Metrics()
    client.retry_handlers.insert(0, SlackMeter(metrics))
    bot = build_bot(services, client, workspace_id)
    metrics.watch_inbox(partial(_backlog, services, workspace_id))
    services.asking.watch(partial(_count, metrics))
    ticker = Ticker(jobs(services, SlackMessenger(client), workspace_id))
    ticker.start()
    answering = asyncio.create_task(bot.answering.run())
    try:
        if settings.slack_app_token is not None:
            await _serve_socket(bot.app, settings, services, metrics)
        else:
            await _serve_http(bot.app, settings, services, metrics)
    finally:
        answering.cancel()
        await asyncio.gather(answering, ticker.stop(), return_exceptions=True)


def jobs(services: Services, messenger: SlackMessenger, workspace_id: str) -> list[Job]:
    """Return what the bot does by itself, for the workspace its token belongs to."""
    reviewing, digesting = Reviewing(services, messenger), build_digesting(services, messenger)
    return [
        Job("ask_to_confirm", _REVIEW_EVERY, partial(reviewing.ask_everybody, workspace_id)),
        Job("send_digests", _DIGEST_EVERY, partial(digesting.send_due, workspace_id)),
        Job("watch_coverage", _WATCH_EVERY, partial(services.watch.look, workspace_id)),
        Job("delete_old_questions", _DELETE_EVERY, partial(_delete_old, services, workspace_id)),
    ]


def build_digesting(services: Services, messenger: SlackMessenger) -> Digesting:
    """Return what sends digests, with the picture that is drawn for them."""
    return Digesting(services, messenger, lambda content: draw_trend(content.trend))


async def _delete_old(services: Services, workspace_id: str) -> None:
    deleted = await services.privacy.delete_old(workspace_id)
    if deleted:
        _log.info("old_questions_deleted", workspace=workspace_id, rows=deleted)


def _count(metrics: Metrics, answer: Answer, took: timedelta) -> None:
    question = answer.question
    metrics.question_answered(question.decision, question.asked.surface.value, took.total_seconds())


async def _backlog(services: Services, workspace_id: str) -> tuple[int, float]:
    backlog = await services.inbox.backlog(workspace_id)
    return backlog.waiting, age_of(backlog.oldest, services.clock())


async def _listener_failed(error: Exception) -> None:
    """Log what no guard caught, without its words, which may quote somebody's; Bolt would print them."""
    _log.error("listener_failed", error=type(error).__name__, exc_info=error)


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
