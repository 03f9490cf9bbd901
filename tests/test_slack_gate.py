"""Who may call Slack when: those whom it has asked to wait, in turn, and all others at once."""

import asyncio

import pytest

from bot.errors import SlackLimitedError
from bot.slack_gate import MAX_CHANNELS, REMEMBERED_SECONDS, SlackGate

POST, EDIT = "chat.postMessage", "chat.update"
MOMENT = 2.0
"""So long the callers here wait for their turn."""


class Time:
    """A timer, and a sleep by it, that stand still until they are moved."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now + seconds, woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Wake everybody whose time has come, one after the other."""
        await self._let_go_on()
        until = self.now + seconds
        while due := sorted((one for one in self._sleepers if one[0] <= until), key=lambda one: one[0]):
            self._sleepers.remove(due[0])
            self.now = due[0][0]
            due[0][1].set_result(None)
            await self._let_go_on()
        self.now = until

    async def _let_go_on(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture(name="time")
def a_time() -> Time:
    return Time()


@pytest.fixture(name="gate")
def a_gate(time: Time) -> SlackGate:
    return SlackGate(time, time.sleep)


async def passes(gate: SlackGate, channel: str = "C1", method: str = POST) -> bool:
    """Tell whether somebody who does not wait has their turn now."""
    try:
        await gate.turn(method, channel, patience=0)
    except SlackLimitedError:
        return False
    return True


async def sent_away(gate: SlackGate, channel: str = "C1") -> float:
    """Return in how many seconds somebody is told to come back."""
    with pytest.raises(SlackLimitedError) as raised:
        await gate.turn(POST, channel, MOMENT)
    return raised.value.retry_after


async def test_where_slack_has_not_asked_to_wait_everybody_passes_at_once(gate: SlackGate) -> None:
    assert [await passes(gate) for _ in range(5)] == [True] * 5


async def test_a_closed_channel_holds_up_no_other_channel_and_no_other_method(gate: SlackGate) -> None:
    gate.close(POST, "C1", 30)

    assert not await passes(gate)
    assert await passes(gate, "C2")
    assert await passes(gate, method=EDIT)


async def test_a_closed_channel_is_waited_for_as_long_as_slack_asked(gate: SlackGate, time: Time) -> None:
    gate.close(POST, "C1", 2)
    waiting = asyncio.create_task(gate.turn(POST, "C1", MOMENT))

    await time.advance(1.9)
    assert not waiting.done()
    await time.advance(0.1)

    assert waiting.done()


async def test_who_would_wait_too_long_is_told_at_once_when_to_come_back(gate: SlackGate) -> None:
    gate.close(POST, "C1", 300)

    assert await sent_away(gate) == 300


async def test_turns_in_a_limited_channel_are_a_second_apart(gate: SlackGate, time: Time) -> None:
    gate.close(POST, "C1", 0)
    waiting = [asyncio.create_task(gate.turn(POST, "C1", MOMENT)) for _ in range(3)]

    await time.advance(0)
    assert [one.done() for one in waiting] == [True, False, False]
    await time.advance(1)
    assert [one.done() for one in waiting] == [True, True, False]
    await time.advance(1)
    assert [one.done() for one in waiting] == [True, True, True]


async def test_those_who_are_sent_away_come_back_one_after_the_other_and_have_their_turn(
    gate: SlackGate, time: Time
) -> None:
    gate.close(POST, "C1", 30)

    assert [await sent_away(gate) for _ in range(4)] == [30, 31, 32, 33]
    await time.advance(30)
    for _ in range(4):
        assert await passes(gate)
        await time.advance(1)


async def test_who_waits_does_not_pass_when_slack_asks_for_more_patience_meanwhile(
    gate: SlackGate, time: Time
) -> None:
    gate.close(POST, "C1", 1)
    waiting = asyncio.create_task(gate.turn(POST, "C1", MOMENT))
    await time.advance(0.5)

    gate.close(POST, "C1", 60)
    await time.advance(0.5)

    with pytest.raises(SlackLimitedError) as raised:
        await waiting
    assert raised.value.retry_after == 59.5


async def test_a_channel_that_was_quiet_for_a_while_is_as_free_as_any_other(gate: SlackGate, time: Time) -> None:
    gate.close(POST, "C1", 0)
    assert await passes(gate)
    assert not await passes(gate)

    await time.advance(REMEMBERED_SECONDS + 2)

    assert [await passes(gate) for _ in range(3)] == [True] * 3


async def test_of_too_many_limited_channels_those_that_open_first_are_forgotten(
    gate: SlackGate, time: Time
) -> None:
    gate.close(POST, "COVER", 0)
    await time.advance(REMEMBERED_SECONDS + 1)
    for number in range(MAX_CHANNELS + 1):
        gate.close(POST, f"C{number}", 30 + number)

    assert await passes(gate, "C0")
    assert not await passes(gate, "C1")
    assert not await passes(gate, f"C{MAX_CHANNELS}")
