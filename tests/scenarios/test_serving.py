"""The whole bot as `finops-bot run` starts it: it connects, answers, and stops when it is told to."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import serve
from bot.bootstrap import build_services
from bot.errors import ConfigurationError, UnavailableError
from bot.knowledge.routing import Router
from bot.messenger import build_client
from bot.playground.slack import WORKSPACE_ID, SlackStandIn
from bot.settings import Settings
from bot.slack_directory import SlackDirectory
from tests.fakes import FakeClock
from tests.scenarios.conftest import BUYING


@asynccontextmanager
async def serving(settings: Settings, engine: AsyncEngine, router: Router) -> AsyncIterator[None]:
    """Serve while the block runs, then send SIGTERM and wait for a clean end."""
    client = build_client(settings)
    services = build_services(settings, engine, router, SlackDirectory(client), FakeClock())
    running = asyncio.create_task(serve(settings, services, client))
    try:
        yield
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(running, 10)


async def test_over_a_socket_it_connects_answers_and_stops(
    slack: SlackStandIn, settings: Settings, sqlite_engine: AsyncEngine, router: Router
) -> None:
    async with serving(settings, sqlite_engine, router):
        await slack.connected()
        form = {"command": "/finops", "text": f"who-owns {BUYING}", "team_id": WORKSPACE_ID, "user_id": "U1ASKER"}
        answer = await slack.deliver("slash_commands", {**form, "channel_id": "C1CHANNEL"})

    assert "*Procurement* owns this" in answer["text"]


async def test_over_http_it_listens_and_stops(
    settings: Settings, sqlite_engine: AsyncEngine, router: Router
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    by_http = settings.model_copy(update={"slack_app_token": None, "port": port})

    async with serving(by_http, sqlite_engine, router), httpx.AsyncClient() as client:
        health = await answered(client, f"http://127.0.0.1:{port}/health")

    assert health.json() == {"status": "ok"}


async def answered(client: httpx.AsyncClient, url: str) -> httpx.Response:
    for _ in range(200):
        try:
            return await client.get(url)
        except httpx.ConnectError:
            await asyncio.sleep(0.05)
    raise AssertionError(f"{url} did not answer within ten seconds")


@pytest.mark.parametrize(
    ("method", "problem"),
    [
        ("auth.test", "SLACK_BOT_TOKEN: Slack answers account_inactive"),
        ("apps.connections.open", "SLACK_APP_TOKEN: Slack answers account_inactive"),
    ],
)
async def test_a_token_that_slack_refuses_is_named(
    slack: SlackStandIn, settings: Settings, sqlite_engine: AsyncEngine, router: Router, method: str, problem: str
) -> None:
    slack.fail(method, "account_inactive")
    client = build_client(settings)
    services = build_services(settings, sqlite_engine, router, SlackDirectory(client), FakeClock())

    with pytest.raises(ConfigurationError, match=problem):
        await serve(settings, services, client)


async def test_a_slack_that_does_not_answer_is_named_by_its_address(
    settings: Settings, sqlite_engine: AsyncEngine, router: Router
) -> None:
    nowhere = settings.model_copy(
        update={"slack_api_url": "http://127.0.0.1:1/api/", "slack_bot_token": SecretStr("xoxb-1")}
    )
    client = build_client(nowhere)
    services = build_services(nowhere, sqlite_engine, router, SlackDirectory(client), FakeClock())

    with pytest.raises(UnavailableError, match="SLACK_API_URL http://127.0.0.1:1/api/: Slack does not answer"):
        await serve(nowhere, services, client)
