"""The worker of the inbox gives nobody a second answer, however long the database or its process stands still."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.answering import LEASE, Answering
from bot.blocks.text import Message, plain_message
from bot.messenger import SlackMessenger, build_client
from bot.playground.slack import APP_TOKEN, BOT_TOKEN, SlackStandIn
from bot.questions.inbox import Letter
from bot.settings import Settings
from bot.storage.inbox import SqlInboxStore
from bot.surface import Surface
from tests.builders import WORKSPACE
from tests.fakes import FakeClock

LETTER = Letter(WORKSPACE, "C1", "1700000000.000100", None, "U1ASKER", "who pays", Surface.MENTION)


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn() as stand_in:
        stand_in.channels.may_read = True
        yield stand_in


class Desk:
    """Workers, as of several processes, with one inbox and one clock."""

    def __init__(self, engine: AsyncEngine, slack: SlackStandIn) -> None:
        self.clock = FakeClock()
        self.inbox = SqlInboxStore(engine)
        self._slack_url = slack.api_url

    def worker(self, hold_up: Callable[[], Awaitable[None]] | None = None) -> Answering:
        """Return one that has its answers after ``hold_up``."""

        async def answer(_letter: Letter) -> Message:
            if hold_up:
                await hold_up()
            return plain_message("Procurement owns that.")

        settings = Settings(
            _env_file=None,
            slack_bot_token=SecretStr(BOT_TOKEN),
            slack_app_token=SecretStr(APP_TOKEN),
            slack_api_url=self._slack_url,
        )
        return Answering(
            inbox=self.inbox,
            answer=answer,
            messenger=SlackMessenger(build_client(settings)),
            clock=self.clock,
            workspaces=[WORKSPACE],
        )


@pytest.fixture
async def desk(sqlite_engine: AsyncEngine, slack: SlackStandIn) -> Desk:
    return Desk(sqlite_engine, slack)


async def test_who_is_held_up_until_another_one_has_answered_does_not_answer_again(
    desk: Desk, slack: SlackStandIn
) -> None:
    async def stall() -> None:
        desk.clock.advance(LEASE)
        await desk.worker().settle()

    await desk.inbox.accept(LETTER, desk.clock())
    await desk.worker(stall).settle()

    assert len(slack.sent("chat.postMessage")) == 1
    assert (await desk.inbox.backlog(WORKSPACE)).waiting == 0


async def test_who_is_held_up_for_most_of_the_lease_leaves_the_answer_to_the_next(
    desk: Desk, slack: SlackStandIn
) -> None:
    async def stall() -> None:
        desk.clock.advance(LEASE * 0.6)

    await desk.inbox.accept(LETTER, desk.clock())
    await desk.worker(stall).settle()

    assert slack.sent("chat.postMessage") == []

    desk.clock.advance(LEASE * 0.4)
    await desk.worker().settle()

    assert len(slack.sent("chat.postMessage")) == 1
