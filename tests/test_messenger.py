"""A marked message is posted once, whatever the network does, and found again by its mark."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.blocks.text import plain_message
from bot.errors import SlackLimitedError, SlackRefusedError, UnavailableError
from bot.messenger import SlackMessenger, build_client
from bot.playground.slack import BOT_TOKEN, SlackStandIn
from bot.settings import Settings
from bot.slack_gate import SlackGate

CHANNEL, KIND = "C1CHANNEL", "finops_digest"
MARK = {"digest": "1", "due_at": "2026-11-23T09:00:00+00:00"}
MESSAGE = plain_message("Coverage: 80 %")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def messenger_at(api_url: str, patience: float = 40, gate: SlackGate | None = None) -> SlackMessenger:
    settings = Settings(
        _env_file=None,
        slack_bot_token=SecretStr(BOT_TOKEN),
        slack_signing_secret=SecretStr("s1gning-secret"),
        slack_api_url=api_url,
    )
    return SlackMessenger(build_client(settings), patience, gate)


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn() as stand_in:
        stand_in.channels.may_read = True
        yield stand_in


@pytest.fixture(name="messenger")
def a_messenger(slack: SlackStandIn) -> SlackMessenger:
    return messenger_at(slack.api_url)


@asynccontextmanager
async def a_gateway(answer: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Take requests and answer them all alike, with nothing by hanging up; yield its address and what it took."""
    taken: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/api/", taken
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 500 Broken\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 503 Away\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\naway",
        b"HTTP/1.1 502 Bad\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>",
    ],
    ids=["reset", "500", "503", "502"],
)
async def test_a_marked_post_whose_answer_is_lost_is_not_repeated(answer: bytes) -> None:
    async with a_gateway(answer) as (address, taken):
        with pytest.raises(UnavailableError) as raised:
            await messenger_at(address).post_marked(CHANNEL, MESSAGE, KIND, MARK)

    assert not isinstance(raised.value, SlackRefusedError)
    assert len(taken) == 1


async def test_a_marked_post_that_takes_too_long_is_given_up(slack: SlackStandIn) -> None:
    slack.slow_down("chat.postMessage", 30)

    with pytest.raises(UnavailableError, match=r"did not answer in 0\.05 seconds"):
        await messenger_at(slack.api_url, patience=0.05).post_marked(CHANNEL, MESSAGE, KIND, MARK)

    assert len(slack.sent("chat.postMessage")) == 1


async def test_a_marked_post_that_slack_wants_later_is_made_later(
    slack: SlackStandIn, messenger: SlackMessenger
) -> None:
    slack.limit_rate("chat.postMessage", 0)

    ts = await messenger.post_marked(CHANNEL, MESSAGE, KIND, MARK)

    (kept,) = slack.channels.messages[CHANNEL]
    assert kept["ts"] == ts


class Waits:
    """A timer that moves on when somebody waits; the waits are kept."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


async def test_what_is_sent_to_a_limited_channel_waits_and_what_goes_elsewhere_does_not(
    slack: SlackStandIn,
) -> None:
    waits = Waits()
    messenger = messenger_at(slack.api_url, gate=SlackGate(waits, waits.sleep))
    slack.limit_rate("chat.postMessage", 20)
    with pytest.raises(SlackLimitedError) as raised:
        await messenger.post_marked(CHANNEL, MESSAGE, KIND, MARK)
    assert raised.value.retry_after == 20

    await messenger.post_marked("C2OTHER", MESSAGE, KIND, MARK)
    await messenger.whisper(CHANNEL, "U1ASKER", MESSAGE)
    assert waits.waits == []
    await messenger.post(CHANNEL, MESSAGE, None)
    assert waits.waits == [20]

    await messenger.post_marked(CHANNEL, MESSAGE, KIND, MARK)
    assert waits.waits == [20, 1]
    assert len(slack.channels.messages[CHANNEL]) == 2


async def test_edits_and_deletions_and_whispers_wait_for_their_own_limits(slack: SlackStandIn) -> None:
    waits = Waits()
    messenger = messenger_at(slack.api_url, gate=SlackGate(waits, waits.sleep))
    ts = await messenger.post_marked(CHANNEL, MESSAGE, KIND, MARK)
    for method, seconds in [("chat.update", 1), ("chat.delete", 2), ("chat.postEphemeral", 30)]:
        slack.limit_rate(method, seconds)

    await messenger.change(CHANNEL, ts, MESSAGE)
    await messenger.delete(CHANNEL, ts)
    await messenger.whisper(CHANNEL, "U1ASKER", MESSAGE)

    assert waits.waits == [1, 2, 30]


async def test_a_slack_that_limits_over_and_over_is_left_alone_after_four_tries(slack: SlackStandIn) -> None:
    waits = Waits()
    messenger = messenger_at(slack.api_url, gate=SlackGate(waits, waits.sleep))
    for _ in range(10):
        slack.limit_rate("chat.postMessage", 1)

    with pytest.raises(SlackLimitedError):
        await messenger.post_marked(CHANNEL, MESSAGE, KIND, MARK)

    assert len(slack.sent("chat.postMessage")) == 4


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(b"", 1), (b"Retry-After: soon\r\n", 1), (b"Retry-After: -5\r\n", 1), (b"Retry-After: 99999999\r\n", 3600)],
)
async def test_how_long_to_wait_is_told_whatever_slack_says(header: bytes, seconds: float) -> None:
    answer = b"HTTP/1.1 429 Slow\r\nContent-Type: text/plain\r\n" + header + b"Content-Length: 4\r\n\r\nslow"
    waits = Waits()
    async with a_gateway(answer) as (address, _):
        messenger = messenger_at(address, gate=SlackGate(waits, waits.sleep))
        with pytest.raises(SlackLimitedError) as raised:
            await messenger.find_reply(CHANNEL, "1.000", KIND, MARK)

    assert raised.value.retry_after == seconds


async def test_a_marked_message_is_found_among_many(slack: SlackStandIn, messenger: SlackMessenger) -> None:
    ts = await messenger.post_marked(CHANNEL, MESSAGE, KIND, MARK)
    for number in range(450):
        slack.channels.keep({"channel": CHANNEL, "text": "chatter"}, f"{1_900_000_000 + number}.000100")

    assert await messenger.find_marked(CHANNEL, KIND, MARK, LONG_AGO) == ts
    assert len(slack.sent("conversations.history")) == 3
    assert await messenger.find_marked(CHANNEL, "other", MARK, LONG_AGO) is None
    assert await messenger.find_marked(CHANNEL, KIND, {**MARK, "digest": "2"}, LONG_AGO) is None
    assert await messenger.find_marked("C2OTHER", KIND, MARK, LONG_AGO) is None


async def test_a_search_ends_in_a_channel_without_end(slack: SlackStandIn, messenger: SlackMessenger) -> None:
    for number in range(3000):
        slack.channels.keep({"channel": CHANNEL, "text": "chatter"}, f"{1_900_000_000 + number}.000100")

    assert await messenger.find_marked(CHANNEL, KIND, MARK, LONG_AGO) is None
    assert len(slack.sent("conversations.history")) == 10


async def test_where_the_bot_may_not_read_nothing_is_found(slack: SlackStandIn, messenger: SlackMessenger) -> None:
    await messenger.post_marked(CHANNEL, MESSAGE, KIND, MARK)
    slack.channels.may_read = False

    assert await messenger.find_marked(CHANNEL, KIND, MARK, LONG_AGO) is None


async def test_a_search_that_slack_cannot_do_now_is_not_taken_for_one_that_found_nothing(
    slack: SlackStandIn, messenger: SlackMessenger
) -> None:
    slack.fail("conversations.history", "internal_error")

    with pytest.raises(UnavailableError, match="internal_error"):
        await messenger.find_marked(CHANNEL, KIND, MARK, LONG_AGO)
