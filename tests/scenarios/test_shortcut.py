"""The shortcut "Who owns this?" on somebody's message: the same answer as by command, for one person's eyes."""

from collections.abc import Mapping
from typing import Any

from bot.blocks.ids import QUESTION_ASK
from bot.playground.slack import WORKSPACE_ID
from tests.scenarios.conftest import ADMIN, ASKER, BUYING, CAKE, CHANNEL, OWNER, Stage


async def used_on(
    stage: Stage, text: str | None, user: str = ASKER, *, thread_ts: str | None = None
) -> Mapping[str, Any]:
    """Use the shortcut on a message of the owner's and return the answer."""
    before = len(stage.responses)
    message = {"type": "message", "user": OWNER, "ts": "1700000000.000009", "text": text}
    payload = {
        "type": "message_action",
        "callback_id": QUESTION_ASK,
        "team": {"id": WORKSPACE_ID},
        "user": {"id": user, "team_id": WORKSPACE_ID},
        "channel": {"id": CHANNEL},
        "message_ts": "1700000000.000009",
        "message": message | ({"thread_ts": thread_ts} if thread_ts else {}),
        "response_url": stage.slack.response_url(),
        "trigger_id": "1.2",
    }
    await stage.line.send("interactive", payload)
    (answer,) = stage.responses[before:]
    return answer


async def test_the_answer_is_the_same_as_by_command_and_only_the_asker_sees_it(stage: Stage) -> None:
    await stage.slash(f"assign <@{OWNER}> procurement", ADMIN)
    by_command = await stage.slash(f"who-owns {BUYING}")

    answer = await used_on(stage, BUYING)

    assert f"*Procurement* owns this: ask <@{OWNER}>" in answer["text"]
    assert answer["text"] == by_command["text"]
    assert (answer["response_type"], answer["replace_original"]) == ("ephemeral", False)
    assert stage.posted == []


async def test_it_can_be_asked_of_one_message_again_and_be_shared(stage: Stage) -> None:
    await used_on(stage, BUYING)
    answer = await used_on(stage, BUYING)

    await stage.click(answer, "Share in channel", ephemeral=True)

    assert any(one.get("response_type") == "in_channel" for one in stage.responses)


async def test_what_is_asked_in_a_thread_is_answered_and_shared_there(stage: Stage) -> None:
    answer = await used_on(stage, BUYING, thread_ts="1700000000.000001")

    await stage.click(answer, "Share in channel", ephemeral=True)

    _, shared, replaced = stage.responses
    assert (answer["response_type"], answer["thread_ts"]) == ("ephemeral", "1700000000.000001")
    assert (shared["response_type"], shared["thread_ts"]) == ("in_channel", "1700000000.000001")
    assert replaced["text"] == "Shared in the thread."


async def test_what_is_asked_where_a_thread_begins_is_answered_in_the_channel(stage: Stage) -> None:
    assert "thread_ts" not in await used_on(stage, BUYING, thread_ts="1700000000.000009")


async def test_what_is_nobodys_business_stays_so(stage: Stage) -> None:
    assert "not bothered anybody" in (await used_on(stage, CAKE))["text"]


async def test_a_message_without_words_is_refused_kindly(stage: Stage) -> None:
    assert "I found no words to go by" in (await used_on(stage, None))["text"]
