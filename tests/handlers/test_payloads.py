"""Only people's own, new messages are answered; and it is known in which thread somebody clicked."""

from typing import Any

import pytest

from bot.handlers.payloads import click, new_letter


def an_event(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 (any field of an event)
    event = {
        "type": "message",
        "channel_type": "im",
        "user": "U1",
        "channel": "D1",
        "ts": "1.1",
        "text": "who pays",
    }
    return {"team_id": "T1", "event": {**event, **changes}}


def test_a_persons_message_is_taken() -> None:
    message = new_letter(an_event(thread_ts="0.9"))

    assert message is not None
    assert (message.user_id, message.ts, message.thread_ts, message.text) == ("U1", "1.1", "0.9", "who pays")


@pytest.mark.parametrize(
    "changes",
    [
        {"bot_id": "B1"},
        {"subtype": "bot_message"},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"channel_type": "channel"},
        {"user": None},
    ],
)
def test_bots_edits_joins_and_other_peoples_talk_are_ignored(changes: dict[str, Any]) -> None:
    assert new_letter(an_event(**changes)) is None


@pytest.mark.parametrize(
    ("container", "message", "thread_ts"),
    [
        ({"thread_ts": "1.0"}, {"ts": "1.1", "thread_ts": "1.0"}, "1.0"),
        ({}, {"ts": "1.1", "thread_ts": "1.0"}, "1.0"),
        ({"thread_ts": "1.0"}, None, "1.0"),  # of what only one person sees, Slack does not tell the message
        ({"thread_ts": "1.1"}, {"ts": "1.1", "thread_ts": "1.1"}, None),
        ({}, {"ts": "1.1"}, None),
    ],
)
def test_a_click_says_in_which_thread_it_was(
    container: dict[str, str], message: dict[str, str] | None, thread_ts: str | None
) -> None:
    payload = {
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "container": {"channel_id": "C1", "message_ts": "1.1", **container},
        "message": message,
        "actions": [{"value": "x"}],
    }

    assert click(payload).thread_ts == thread_ts
