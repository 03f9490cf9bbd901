"""What an act permits the bot: one form within three seconds, five responses within half an hour."""

from bot.playground.refusal import Refused
from bot.playground.responses import LIFE_SECONDS as RESPONSE_SECONDS
from bot.playground.responses import Origin, Responses
from bot.playground.triggers import LIFE_SECONDS, Triggers


class Timer:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_trigger_belongs_to_whoever_acted_and_serves_once() -> None:
    triggers = Triggers()
    one, other = triggers.issue("U1"), triggers.issue("U2")

    assert triggers.owner_of(other) == "U2"
    assert triggers.take(one) == "U1"
    assert triggers.take(one) == Refused("exchanged_trigger_id")
    assert triggers.take("1.2") == Refused("invalid_trigger_id")
    assert triggers.owner_of("1.2") is None


def test_a_trigger_is_gone_after_three_seconds() -> None:
    timer = Timer()
    triggers = Triggers(timer)
    trigger_id = triggers.issue("U1")

    timer.now = LIFE_SECONDS + 0.1

    assert triggers.take(trigger_id) == Refused("expired_trigger_id")


def test_old_triggers_and_addresses_are_forgotten() -> None:
    triggers, responses = Triggers(), Responses()
    trigger_id, key = triggers.issue("U1"), responses.issue(Origin("U1", "C1"))
    for _ in range(1_000):
        triggers.issue("U2")
        responses.issue(Origin("U2", "C1"))

    assert triggers.take(trigger_id) == Refused("invalid_trigger_id")
    assert responses.use(key) == Refused("invalid_url")


def test_a_response_address_serves_five_times() -> None:
    responses, origin = Responses(), Origin("U1", "C1", "1.0")
    key = responses.issue(origin)

    assert [responses.use(key) for _ in range(6)] == [origin] * 5 + [Refused("used_url")]
    assert responses.use("R99") == Refused("invalid_url")


def test_a_response_address_is_gone_after_half_an_hour() -> None:
    timer = Timer()
    responses = Responses(timer)
    key = responses.issue(Origin("U1", "C1"))

    timer.now = RESPONSE_SECONDS + 1

    assert responses.use(key) == Refused("expired_url")
