"""What whoever runs the bot relies on: status pages, a stop in time, and old questions gone."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import serve
from bot.bootstrap import build_services
from bot.jobs import jobs
from bot.knowledge.routing import Router
from bot.messenger import SlackMessenger, build_client
from bot.playground.slack import WORKSPACE_ID, SlackStandIn
from bot.settings import Settings
from bot.slack_directory import SlackDirectory
from bot.storage.digests import SqlDigestStore
from tests.builders import NOW, a_digest, an_actor
from tests.fakes import FakeClock
from tests.scenarios.conftest import ADMIN, BUYING, CHANNEL, HttpLine, SocketLine, Stage
from tests.scenarios.test_serving import answered, serving

TOKEN = "t0p-secret"


@pytest.fixture(name="port")
def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def pages(port: int) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        await answered(client, "/health")
        yield client


def a_question(slack: SlackStandIn) -> dict[str, str]:
    """Return what Slack sends of a slash command."""
    return {
        "command": "/finops",
        "text": f"who-owns {BUYING}",
        "team_id": WORKSPACE_ID,
        "user_id": ADMIN,
        "channel_id": "C1CHANNEL",
        "trigger_id": "1.2",
        "response_url": slack.response_url(),
    }


@pytest.mark.parametrize("by_socket", [True, False])
async def test_status_and_figures_are_served_beside_a_socket_as_well_as_over_http(
    slack: SlackStandIn,
    settings: Settings,
    sqlite_engine: AsyncEngine,
    router: Router,
    port: int,
    *,
    by_socket: bool,
) -> None:
    settings = settings.model_copy(update={"port": port, "metrics_token": SecretStr(TOKEN)})
    if not by_socket:
        settings = settings.model_copy(update={"slack_app_token": None})

    async with serving(settings, sqlite_engine, router), pages(port) as client:
        line = SocketLine(slack) if by_socket else HttpLine(client)
        await line.send("slash_commands", a_question(slack))
        statuses = [(await client.get(path)).status_code for path in ("/ready", "/slack/events")]
        figures = (await client.get("/metrics")).text
        forwarded = {"X-Forwarded-For": "203.0.113.7"}
        refused = await client.get("/metrics", headers=forwarded)
        allowed = await client.get("/metrics", headers={**forwarded, "Authorization": f"Bearer {TOKEN}"})

    assert statuses == [200, 404 if by_socket else 405]
    assert "finops_inbox_depth 0.0" in figures
    assert 'finops_questions_total{decision="confident",surface="slash"} 1.0' in figures
    assert "process_resident_memory_bytes" in figures
    assert (refused.status_code, allowed.status_code) == (404, 200)


async def shown(client: httpx.AsyncClient, *figures: str) -> str:
    """Return what ``/metrics`` shows once these figures are in it."""
    for _ in range(500):
        page = (await client.get("/metrics")).text
        if all(figure in page for figure in figures):
            return page
        await asyncio.sleep(0.01)
    raise AssertionError(f"{figures} did not appear within five seconds: {page}")


async def test_answers_that_slack_puts_off_or_refuses_are_in_the_figures(
    slack: SlackStandIn, settings: Settings, sqlite_engine: AsyncEngine, router: Router, port: int
) -> None:
    slack.limit_rate("chat.postMessage", 0)
    slack.fail("chat.postMessage", "is_archived")
    event = {"type": "app_mention", "user": ADMIN, "text": BUYING, "channel": CHANNEL, "ts": "1700000000.000001"}
    by_http = settings.model_copy(update={"slack_app_token": None, "port": port})

    async with serving(by_http, sqlite_engine, router), pages(port) as client:
        said = {"type": "event_callback", "team_id": WORKSPACE_ID, "event": event}
        await HttpLine(client).send("events_api", said)

        await shown(
            client,
            'finops_slack_rate_limits_total{method="chat.postMessage"} 1.0',
            'finops_slack_errors_total{code="is_archived",method="chat.postMessage"} 1.0',
            "finops_inbox_depth 0.0",
        )


async def test_digests_are_in_the_figures_by_what_became_of_them(
    slack: SlackStandIn, settings: Settings, sqlite_engine: AsyncEngine, router: Router, port: int
) -> None:
    slack.fail("chat.postMessage", "is_archived")
    for channel_id in ("C1CHANNEL", "C2CHANNEL"):
        digest = a_digest(channel_id=channel_id, since=NOW - timedelta(hours=12), workspace_id=WORKSPACE_ID)
        await SqlDigestStore(sqlite_engine).add(an_actor(workspace_id=WORKSPACE_ID), digest)
    settings = settings.model_copy(update={"port": port})

    async with serving(settings, sqlite_engine, router), pages(port) as client:
        await shown(client, 'finops_digests_total{state="refused"} 1.0', 'finops_digests_total{state="sent"} 1.0')


async def test_the_bot_runs_beside_a_taken_port_and_says_so(
    slack: SlackStandIn, settings: Settings, sqlite_engine: AsyncEngine, router: Router, port: int
) -> None:
    with socket.socket() as taken, structlog.testing.capture_logs() as events:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        async with serving(settings.model_copy(update={"port": port}), sqlite_engine, router):
            await slack.connected()
            answer = await slack.deliver("slash_commands", a_question(slack))

    assert answer["text"]
    (told,) = [one for one in events if one["event"] == "status_not_served"]
    assert told["error"] == f"HOST 127.0.0.1, PORT {port}: Address already in use; choose another one"


async def test_it_stops_within_ten_seconds_whatever_hangs(
    slack: SlackStandIn, settings: Settings, sqlite_engine: AsyncEngine, router: Router, port: int
) -> None:
    client = build_client(settings)
    services = build_services(settings, sqlite_engine, router, SlackDirectory(client), FakeClock())
    by_http = settings.model_copy(update={"slack_app_token": None, "port": port})
    running = asyncio.create_task(serve(by_http, services, client))
    async with pages(port) as http:
        slack.slow_down("views.open", 60)
        body = urlencode({**a_question(slack), "text": "assign"})
        asking = asyncio.create_task(HttpLine(http).post(body.encode(), "application/x-www-form-urlencoded"))
        await called(slack, "views.open")
        begun = time.monotonic()

        os.kill(os.getpid(), signal.SIGTERM)
        await running

        assert time.monotonic() - begun < 10
        assert (await asking).status_code == 500


async def called(slack: SlackStandIn, method: str) -> None:
    for _ in range(500):
        if slack.sent(method):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{method} was not called within five seconds")


async def test_old_questions_are_deleted_by_a_daily_job(stage: Stage) -> None:
    await stage.slash(f"who-owns {BUYING}")
    messenger = SlackMessenger(build_client(Settings.model_validate({})))
    (daily,) = [one for one in jobs(stage.services, messenger, WORKSPACE_ID) if one.name == "delete_old_questions"]
    stage.clock.advance(timedelta(days=365, seconds=1))

    with structlog.testing.capture_logs() as events:
        await daily.run()
        await daily.run()

    assert daily.every == timedelta(days=1)
    deleted = {"event": "old_questions_deleted", "workspace": WORKSPACE_ID, "rows": 1, "log_level": "info"}
    assert events == [deleted]
