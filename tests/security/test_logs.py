"""What a busy day leaves in the log: no question, no token, no secret, whatever goes wrong, on either database."""

import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import build_bot
from bot.bootstrap import build_services
from bot.http import build_http_app
from bot.knowledge.routing import Router
from bot.logs import configure_logging
from bot.messenger import build_client
from bot.playground.slack import APP_TOKEN, BOT_TOKEN, BOT_USER_ID, SlackStandIn
from bot.settings import Settings
from bot.slack_directory import SlackDirectory
from bot.storage.engine import writing
from tests.fakes import FakeClock
from tests.scenarios.conftest import ADMIN, BUYING, CHANNEL, OWNER, SIGNING_SECRET, HttpLine, Stage

ANIMAL = "wombat"
QUESTION = f"{BUYING} it is about the {ANIMAL}"
SECRETS = (ANIMAL, "snowflake", BOT_TOKEN, APP_TOKEN, SIGNING_SECRET)


@pytest.fixture(name="busy")
async def a_stage_on_either_database(
    slack: SlackStandIn, settings: Settings, engine: AsyncEngine, router: Router
) -> AsyncIterator[Stage]:
    client = build_client(settings)
    clock = FakeClock()
    services = build_services(settings, engine, router, SlackDirectory(client), clock)
    bot = build_bot(services, client)
    http_app = build_http_app(bot.app, SIGNING_SECRET, services.check_ready)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(http_app), base_url="http://bot") as http:
        yield Stage(slack, services, bot.answering, HttpLine(http), clock)


@pytest.fixture(name="log_for_real")
def logging_for_real(settings: Settings) -> Iterator[Callable[[], None]]:
    """Return what sets logging up as `finops-bot run` does, once the test captures its output."""
    root = logging.getLogger()
    handlers, level, config = list(root.handlers), root.level, structlog.get_config()
    yield lambda: configure_logging(settings.model_copy(update={"log_format": "json"}))
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**config)


async def a_good_day(stage: Stage) -> None:
    """Ask in every way, assign, correct, share."""
    await stage.slash("team add Payments", ADMIN)
    await stage.slash(f"assign <@{OWNER}> procurement for Payments", ADMIN)
    answer = await stage.slash(f"who-owns {QUESTION} for Payments")
    await stage.click(answer, "Share in channel", ephemeral=True)
    message = await stage.mention(QUESTION)
    await stage.click(message, "Right")
    await stage.click(message, "Finance")
    await stage.say(QUESTION, type="message", channel_type="im", channel="D1DIRECT")
    await stage.home()


async def people_make_mistakes(stage: Stage) -> None:
    """Ask for what is not there, or not allowed, or not to be understood."""
    for command in (
        f"who-owns {QUESTION} for {ANIMAL}s",
        f"assign <@{OWNER}> {ANIMAL}",
        f"team add {ANIMAL}",
        f"team show {ANIMAL}",
        f"personas {ANIMAL}",
        f"away until {ANIMAL}",
        f"digest add <#{CHANNEL}> every {ANIMAL}",
        f"{ANIMAL} {QUESTION}",
        f"who-owns {QUESTION} --at {ANIMAL}",
    ):
        await stage.slash(command)


async def strangers_knock(line: HttpLine) -> None:
    """Send what Slack did not sign, and what is no payload."""
    body = json.dumps({"type": "event_callback", "text": QUESTION}).encode()
    for headers in (
        {"X-Slack-Signature": f"v0={ANIMAL}"},
        {"X-Slack-Request-Timestamp": ANIMAL},
        {"X-Slack-Signature": BOT_TOKEN},
    ):
        assert (await line.post(body, **headers)).status_code == 401
    for strange in (body, ANIMAL.encode(), f'{{"{ANIMAL}'.encode(), b"[]", b"null", b'"' + ANIMAL.encode() + b'"'):
        await line.post(strange)
        await line.post(strange, "application/x-www-form-urlencoded")
        await line.post(b"payload=" + strange, "application/x-www-form-urlencoded")
    await line.client.get(f"/{ANIMAL}", headers={"X-Request-Id": f"{ANIMAL} {BOT_TOKEN}"})


async def slack_has_trouble(stage: Stage) -> None:
    """Have Slack refuse, put off and delay what it is sent."""
    for error in ("is_archived", "missing_scope", "invalid_auth", ANIMAL[:0] or "fatal_error"):
        stage.slack.fail("chat.postMessage", error)
        await stage.say(f"<@{BOT_USER_ID}> {QUESTION}")
    stage.slack.limit_rate("chat.postMessage", 0)
    await stage.say(f"<@{BOT_USER_ID}> {QUESTION}")
    stage.slack.fail("views.open", "trigger_expired")
    await stage.slash("assign", ADMIN)


async def there_are_faults(stage: Stage, engine: AsyncEngine) -> None:
    """Send clicks that nobody can have made; then have the database refuse to keep any question."""
    answer = await stage.slash(f"who-owns {QUESTION}")
    for block in answer["blocks"]:
        for element in block.get("elements", []):
            if "value" in element:
                element["value"] = f"{ANIMAL} {QUESTION}"
    await stage.click(answer, "Right")
    async with writing(engine) as session:
        for statement in _refusing(engine):
            await session.execute(text(statement))
    assert "Something went wrong on my side" in (await stage.slash(f"who-owns {QUESTION}"))["text"]
    await stage.say(f"<@{BOT_USER_ID}> {QUESTION}")


def _refusing(engine: AsyncEngine) -> list[str]:
    """Return what makes the database refuse questions; PostgreSQL quotes the whole row when it does."""
    if engine.dialect.name == "postgresql":
        return [
            "ALTER TABLE question ADD CONSTRAINT no_questions CHECK (text = '') NOT VALID",
            "ALTER TABLE inbox ADD CONSTRAINT no_letters CHECK (text = '') NOT VALID",
        ]
    return [
        f"CREATE TRIGGER no_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, '{ANIMAL}'); END"
        for table in ("question", "inbox")
    ]


def events_in(logged: str) -> list[dict[str, Any]]:
    """Return what the bot and its libraries logged, without the client of this test."""
    return [event for line in logged.splitlines() if (event := json.loads(line))["logger"] != "httpx"]


async def test_a_busy_day_leaves_no_question_no_token_and_no_secret_in_the_log(
    busy: Stage, engine: AsyncEngine, log_for_real: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    log_for_real()
    assert isinstance(busy.line, HttpLine)

    await a_good_day(busy)
    await people_make_mistakes(busy)
    await strangers_knock(busy.line)
    await slack_has_trouble(busy)
    await there_are_faults(busy, engine)

    printed = capsys.readouterr()
    events = events_in(printed.err)
    assert {one for one in SECRETS if one in (printed.out + json.dumps(events)).casefold()} == set()
    assert {event["event"] for event in events} >= {
        "request_refused",
        "request_not_from_slack",
        "handler_failed",
        "answer_refused",
    }


async def test_every_event_of_a_request_carries_its_id(
    busy: Stage, log_for_real: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    log_for_real()
    assert isinstance(busy.line, HttpLine)

    await people_make_mistakes(busy)
    await strangers_knock(busy.line)

    ids = [event.get("request_id") for event in events_in(capsys.readouterr().err)]
    assert len(ids) > 10
    assert None not in ids
    assert not any(ANIMAL in str(one) for one in ids)


async def test_an_event_through_a_socket_carries_an_id_too(
    stage: Stage, log_for_real: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    log_for_real()

    await stage.slash("personas magician")

    (event,) = events_in(capsys.readouterr().err)
    assert event["event"] == "request_refused"
    assert len(event["request_id"]) == 32


async def test_what_no_guard_catches_is_told_by_its_kind_and_place_alone(
    stage: Stage, log_for_real: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    log_for_real()
    click = {"type": "block_actions", "user": {"id": ADMIN}, "team": {"id": ANIMAL}}
    action = {"action_id": "answer.right", "block_id": "answer.actions", "value": QUESTION}

    with contextlib.suppress(AssertionError, TimeoutError):  # how Slack is told differs
        await stage.line.send("interactive", {**click, "actions": [action]})

    (event,) = [one for one in events_in(capsys.readouterr().err) if one["event"] == "listener_failed"]
    assert event["error"] == "KeyError"
    assert event["request_id"]
    assert ANIMAL not in json.dumps(event)
