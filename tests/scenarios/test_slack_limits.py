"""Slack asks for patience, breaks down, or lets the bot go: the rest goes on, and nothing is tried for ever."""

import time
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.answering import AT_ONCE, Answering, pause_after, pause_asked_for
from bot.bootstrap import build_services
from bot.handlers.guard import guarded
from bot.handlers.messages import LetterAnswerer
from bot.messenger import SlackMessenger, build_client
from bot.playground.slack import BOT_USER_ID, WORKSPACE_ID, SlackStandIn
from bot.questions.inbox import Failure, Letter
from bot.questions.limit import MAX_QUESTIONS
from bot.settings import Settings
from bot.slack_gate import SlackGate
from bot.surface import Surface
from tests.fakes import FakeClock, FakeDirectory, blank_router
from tests.scenarios.conftest import ADMIN, ASKER, BUYING, OWNER, Stage
from tests.test_messenger import a_gateway

POST = "chat.postMessage"
SECOND = timedelta(seconds=1)
BUSY, QUIET = "C1BUSY", "C2QUIET"
SLACK_WAITS = 3.0
"""Seconds until Slack tells whoever typed a command that it came to nothing."""


class Desk:
    """The worker of the inbox without ears; all its waiting is by one clock, which moves on when it waits."""

    def __init__(self, settings: Settings, engine: AsyncEngine, patience: float = 40) -> None:
        self.clock = FakeClock()
        self._services = build_services(settings, engine, blank_router(), FakeDirectory(), self.clock)
        self.inbox = self._services.inbox
        gate = SlackGate(lambda: self.clock().timestamp(), self._sleep)
        self._answering = Answering(
            inbox=self.inbox,
            answer=partial(guarded, LetterAnswerer(self._services).answer, can_wait=True),
            messenger=SlackMessenger(build_client(settings), patience, gate),
            clock=self.clock,
            workspaces=[WORKSPACE_ID],
        )

    async def take_in(self, channel_id: str, ts: str, thread_ts: str | None = None) -> None:
        """Put somebody's question into the inbox."""
        letter = Letter(WORKSPACE_ID, channel_id, ts, thread_ts, ASKER, "who pays", Surface.MENTION)
        await self.inbox.accept(letter, self.clock())

    async def round(self, later: timedelta = timedelta()) -> None:
        """Answer what can be answered after a while."""
        self.clock.advance(later)
        await self._answering.settle()

    async def waiting(self) -> int:
        """Return how many questions wait."""
        return (await self.inbox.backlog(WORKSPACE_ID)).waiting

    async def failures(self) -> list[tuple[str, str]]:
        """Return what could not be answered: the channel, and why."""
        since = self.clock() - timedelta(days=7)
        return [_told(one) for one in await self.inbox.failures(WORKSPACE_ID, since, 100)]

    async def _sleep(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))


def _told(failure: Failure) -> tuple[str, str]:
    return failure.channel_id, failure.error


@pytest.fixture(name="desk")
def a_desk(slack: SlackStandIn, settings: Settings, sqlite_engine: AsyncEngine) -> Desk:
    slack.channels.may_read = True
    return Desk(settings, sqlite_engine)


def tried(slack: SlackStandIn, channel_id: str) -> list[str]:
    """Return the questions of a channel that an answer was sent to, taken or not, in order."""
    sent = [one for one in slack.sent(POST) if one["channel"] == channel_id]
    return [one["metadata"]["event_payload"]["message"] for one in sent]


def answered(slack: SlackStandIn, channel_id: str) -> list[str]:
    """Return the questions of a channel that have an answer, in the order of the answers."""
    return [one["metadata"]["event_payload"]["message"] for one in slack.channels.messages[channel_id]]


async def test_a_channel_that_slack_limits_holds_up_no_other_and_is_left_alone_meanwhile(
    slack: SlackStandIn, desk: Desk
) -> None:
    slack.limit_rate(POST, 30)
    await desk.take_in(BUSY, "1.000")
    await desk.round()
    for number in range(AT_ONCE + 10):  # more than the worker has hands
        await desk.take_in(BUSY, f"2.{number:03}")
    await desk.take_in(QUIET, "3.000")

    await desk.round()
    await desk.round(29 * SECOND)

    assert answered(slack, QUIET) == ["3.000"]
    assert tried(slack, BUSY) == ["1.000"]
    assert await desk.waiting() == AT_ONCE + 11


async def test_what_waited_for_a_channel_is_answered_once_each_and_a_second_apart(
    slack: SlackStandIn, desk: Desk
) -> None:
    slack.limit_rate(POST, 30)
    questions = [f"1.{number:03}" for number in range(MAX_QUESTIONS - 5)]
    await desk.take_in(BUSY, questions[0])
    await desk.round()
    begun = desk.clock()
    for ts in questions[1:]:
        await desk.take_in(BUSY, ts)

    while await desk.waiting():
        await desk.round(SECOND)

    assert sorted(answered(slack, BUSY)) == questions
    assert len(tried(slack, BUSY)) == len(questions) + 1
    took = (desk.clock() - begun) / SECOND
    assert 30 + len(questions) - 1 <= took <= 30 + 2 * len(questions)
    assert "questions within a minute" not in str(slack.channels.messages[BUSY])  # each was counted once


async def test_a_wait_of_more_than_a_lease_is_kept_to_however_long_it_is(slack: SlackStandIn, desk: Desk) -> None:
    slack.limit_rate(POST, 1_800)
    await desk.take_in(BUSY, "1.000")

    for _ in range(29):
        await desk.round(60 * SECOND)
    assert tried(slack, BUSY) == ["1.000"]
    await desk.round(121 * SECOND)

    assert answered(slack, BUSY) == ["1.000"]
    assert await desk.waiting() == 0


@pytest.mark.parametrize("trouble", ["429", "internal_error"])
async def test_answers_of_one_thread_keep_their_order_whatever_holds_up_the_first(
    slack: SlackStandIn, desk: Desk, trouble: str
) -> None:
    if trouble == "429":
        slack.limit_rate(POST, 300)
    else:
        slack.fail(POST, trouble)
    for number in range(3):
        await desk.take_in(BUSY, f"1.00{number}", thread_ts="1.000")
        desk.clock.advance(SECOND)

    await desk.round()
    assert tried(slack, BUSY) == ["1.000"]
    for _ in range(10):
        await desk.round(60 * SECOND)

    assert answered(slack, BUSY) == ["1.000", "1.001", "1.002"]


async def test_a_slack_that_is_broken_is_not_asked_again_at_once(
    settings: Settings, sqlite_engine: AsyncEngine
) -> None:
    broken = b"HTTP/1.1 503 Away\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\naway"
    async with a_gateway(broken) as (address, requests):
        desk = Desk(settings.model_copy(update={"slack_api_url": address}), sqlite_engine)
        await desk.take_in(BUSY, "1.000")
        with structlog.testing.capture_logs() as events:
            for _ in range(5):
                await desk.round(SECOND / 10)

    assert len(requests) == 1
    assert [(one["event"], one["tries"]) for one in events] == [("answer_put_off", 1)]
    assert await desk.waiting() == 1


async def test_an_answer_that_slack_takes_too_long_to_take_is_sent_later(
    slack: SlackStandIn, settings: Settings, sqlite_engine: AsyncEngine
) -> None:
    slack.channels.may_read = True
    slack.slow_down(POST, 30)
    desk = Desk(settings, sqlite_engine, patience=0.5)
    await desk.take_in(BUSY, "1.000")

    await desk.round()
    assert await desk.waiting() == 1
    await desk.round(5 * SECOND)

    assert answered(slack, BUSY) == ["1.000"]
    assert await desk.waiting() == 0


def test_pauses_grow_up_to_five_minutes_and_differ_by_chance() -> None:
    for tries, longest in [(1, 2), (2, 4), (5, 32), (9, 300), (10_000, 300)]:
        pauses = {pause_after(tries).total_seconds() for _ in range(50)}

        assert longest / 2 <= min(pauses) < max(pauses) <= longest

    asked_for = {pause_asked_for(30).total_seconds() for _ in range(50)}
    assert 30 <= min(asked_for) < max(asked_for) <= 31


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "not_in_channel", "restricted_action"])
async def test_a_channel_that_is_closed_to_the_bot_ends_in_the_log_once(
    slack: SlackStandIn, desk: Desk, error: str
) -> None:
    slack.fail(POST, error)
    await desk.take_in(BUSY, "1.000")
    await desk.take_in(QUIET, "2.000")

    with structlog.testing.capture_logs() as events:
        for _ in range(3):
            await desk.round(timedelta(hours=1))

    assert events == [{"event": "answer_refused", "channel": BUSY, "error": error, "log_level": "error"}]
    assert await desk.failures() == [(BUSY, error)]
    assert tried(slack, BUSY) == ["1.000"]
    assert answered(slack, QUIET) == ["2.000"]


def refuse_everything(slack: SlackStandIn, error: str) -> None:
    for method in (POST, "users.info", "usergroups.list", "usergroups.users.list", "conversations.replies"):
        for _ in range(20):
            slack.fail(method, error)


def said(message: Mapping[str, Any]) -> str:
    return str(message["text"])


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_without_access_every_answer_fails_once_and_commands_are_answered_all_the_same(
    stage: Stage, error: str
) -> None:
    await stage.slash(f"assign <@{OWNER}> procurement", ADMIN)
    stage.services.directory.forget(OWNER)
    refuse_everything(stage.slack, error)

    with structlog.testing.capture_logs() as events:
        for _ in range(2):
            await stage.say(f"<@{BOT_USER_ID}> {BUYING}")
        stage.clock.advance(timedelta(hours=1))
        await stage.answering.settle()
    command = await stage.slash(f"who-owns {BUYING}")

    refused = [one["error"] for one in events if one["event"] == "answer_refused"]
    failed = await stage.services.inbox.failures(WORKSPACE_ID, stage.clock() - timedelta(days=1), 10)
    assert refused == [one.error for one in failed] == [error] * 2
    assert len(stage.posted) == 2
    assert f"*Procurement* owns this: ask <@{OWNER}>." in said(command)
    assert "Slack did not say in time whether they are still here" in said(command)


@pytest.mark.parametrize("event", ["app_uninstalled", "tokens_revoked"])
async def test_that_the_workspace_let_the_bot_go_is_in_the_log(stage: Stage, event: str) -> None:
    with structlog.testing.capture_logs() as events:
        await stage.event({"type": event})

    assert events == [{"event": "slack_access_ended", "by": event, "log_level": "error"}]


@pytest.mark.parametrize("method", ["users.info", "usergroups.list", POST])
async def test_a_command_is_answered_in_time_whatever_slack_limits(stage: Stage, method: str) -> None:
    stage.slack.limit_rate(method, 30)
    if method == POST:
        await stage.say(f"<@{BOT_USER_ID}> {BUYING}")
    begun = time.monotonic()

    answer = await stage.slash(f"who-owns {BUYING}")

    assert "*Procurement* owns this" in said(answer)
    assert time.monotonic() - begun < SLACK_WAITS


async def test_a_form_that_slack_limits_is_not_waited_for_until_it_is_too_late(stage: Stage) -> None:
    stage.slack.limit_rate("views.open", 30)
    begun = time.monotonic()

    answer = await stage.slash("assign", ADMIN)

    assert said(answer).startswith("I cannot reach what I need to answer right now.")
    assert time.monotonic() - begun < SLACK_WAITS
