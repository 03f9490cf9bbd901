"""Nothing that was accepted is lost, nothing is answered twice, and answers follow the question."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.playground.slack import BOT_USER_ID, WORKSPACE_ID
from tests.scenarios.conftest import ADMIN, ASKER, BUYING, CAKE, CHANNEL, OWNER, Stage

DIRECT = {"type": "message", "channel_type": "im", "channel": "D1ASKER"}


def edited(ts: str, text: str, before: str, **where: Any) -> dict[str, Any]:  # noqa: ANN401 (fields of an event)
    """Return the event of an edited message."""
    return {
        "type": "message",
        "subtype": "message_changed",
        "channel": CHANNEL,
        "channel_type": "channel",
        "message": {"type": "message", "user": ASKER, "ts": ts, "text": text},
        "previous_message": {"type": "message", "user": ASKER, "ts": ts, "text": before},
        **where,
    }


def deleted(ts: str, **where: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the event of a deleted message."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "channel": CHANNEL,
        "channel_type": "channel",
        "deleted_ts": ts,
        **where,
    }


def as_direct(event: Mapping[str, Any]) -> dict[str, Any]:
    return {**event, "channel": "D1ASKER", "channel_type": "im"}


async def test_a_mention_that_also_comes_as_a_message_and_again_is_answered_once(stage: Stage) -> None:
    ts = await stage.say(f"<@{BOT_USER_ID}> {BUYING}")
    await stage.say(f"<@{BOT_USER_ID}> {BUYING}", ts=ts)
    await stage.say(f"<@{BOT_USER_ID}> {BUYING}", ts=ts, type="message", channel_type="channel")

    assert len(stage.posted) == 1


async def test_an_edited_question_has_its_answer_edited(stage: Stage) -> None:
    ts = await stage.say(CAKE, **DIRECT)
    await stage.event(as_direct(edited(ts, BUYING, CAKE)))

    (changed,) = stage.slack.sent("chat.update")
    assert len(stage.posted) == 1
    assert "not bothered anybody" in stage.posted[0]["text"]
    assert "*Procurement*" in changed["text"]


async def test_an_edit_that_changes_no_words_changes_nothing(stage: Stage) -> None:
    ts = await stage.say(BUYING, **DIRECT)
    await stage.event(as_direct(edited(ts, BUYING, BUYING)))

    assert len(stage.posted) == 1
    assert stage.slack.sent("chat.update") == []


async def test_a_mention_added_by_an_edit_is_answered(stage: Stage) -> None:
    await stage.event(edited("1700000009.000100", f"<@{BOT_USER_ID}> {BUYING}", BUYING))

    (answer,) = stage.posted
    assert answer["thread_ts"] == "1700000009.000100"
    assert "*Procurement*" in answer["text"]


async def test_other_peoples_edits_and_deletions_are_none_of_the_bots_business(stage: Stage) -> None:
    await stage.event(edited("1700000009.000100", "hello there", "hello"))
    await stage.event(deleted("1700000009.000100"))

    assert stage.posted == []
    assert stage.slack.sent("chat.delete") == []


async def test_a_deleted_question_has_its_answer_withdrawn(stage: Stage) -> None:
    ts = await stage.say(f"<@{BOT_USER_ID}> {BUYING}")
    await stage.event(deleted(ts))
    await stage.event(deleted(ts))

    assert len(stage.slack.sent("chat.delete")) == 1


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "not_in_channel"])
async def test_an_answer_that_cannot_be_posted_ends_in_the_log_and_not_in_a_loop(stage: Stage, error: str) -> None:
    stage.slack.fail("chat.postMessage", error)

    await stage.say(f"<@{BOT_USER_ID}> {BUYING}")
    await stage.answering.settle()

    (failure,) = await stage.services.inbox.failures("T0STANDIN", stage.clock() - timedelta(hours=1), 10)
    assert failure.error == error
    assert len(stage.posted) == 1


async def test_an_answer_that_slack_did_not_take_is_posted_later(stage: Stage) -> None:
    for _ in range(8):  # more than the client tries by itself
        stage.slack.fail("chat.postMessage", "internal_error")
    await stage.say(f"<@{BOT_USER_ID}> {BUYING}")
    stage.slack._trouble.clear()  # noqa: SLF001 (Slack is well again)
    before = len(stage.posted)
    stage.clock.advance(timedelta(minutes=1))

    await stage.answering.settle()

    assert len(stage.posted) == before + 1
    assert (await stage.services.inbox.backlog(WORKSPACE_ID)).waiting == 0


async def test_questions_of_one_thread_are_answered_in_their_order(stage: Stage) -> None:
    first = await stage.say(f"<@{BOT_USER_ID}> {BUYING}")
    stage.clock.advance(timedelta(seconds=1))
    await stage.say(f"<@{BOT_USER_ID}> {CAKE}", thread_ts=first)

    assert [("Procurement" in one["text"]) for one in stage.posted] == [True, False]
    assert {one["thread_ts"] for one in stage.posted} == {first}


async def test_an_edit_follows_a_corrected_owner(stage: Stage) -> None:
    ts = await stage.say(BUYING, **DIRECT)
    await stage.slash(f"assign <@{OWNER}> procurement", ADMIN)
    await stage.event(as_direct(edited(ts, f"{BUYING} please", BUYING)))

    assert f"ask <@{OWNER}>" in stage.slack.sent("chat.update")[0]["text"]
