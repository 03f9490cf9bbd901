"""Questions on every surface, and what can be clicked on the answers."""

import re
from collections.abc import Mapping
from typing import Any

from tests.scenarios.conftest import ADMIN, ASKER, BUYING, CAKE, LEFT, OWNER, Stage

MENTION = re.compile(r"<[@!][^>]*>")


def said(message: Mapping[str, Any]) -> str:
    return str(message["text"])


async def assign(stage: Stage, text: str) -> None:
    assert "now holds" in said(await stage.slash(f"assign {text}", ADMIN))


async def test_a_slash_question_is_answered_for_the_asker_alone(stage: Stage) -> None:
    await assign(stage, f"<@{OWNER}|owen> procurement")

    answer = await stage.slash(f"who-owns {BUYING}")

    assert said(answer).startswith(f"*Procurement* owns this: ask <@{OWNER}>.")
    assert "Why: Vendor Contract Management and Negotiation" in said(answer)
    assert "Runner-up:" in said(answer)
    assert stage.posted == []


async def test_a_mention_is_answered_in_its_thread_with_one_mention_of_the_owner(stage: Stage) -> None:
    await assign(stage, f"<@{OWNER}> procurement")

    message = await stage.mention(BUYING)

    assert message["channel"] == "C1CHANNEL"
    assert message["thread_ts"] == "1700000000.000001"
    assert MENTION.findall(said(message)) == [f"<@{OWNER}>"]


async def test_a_mention_inside_a_thread_is_answered_in_that_thread(stage: Stage) -> None:
    await stage.say(BUYING, thread_ts="1600000000.000009")

    assert stage.posted[0]["thread_ts"] == "1600000000.000009"


async def test_a_direct_message_is_answered(stage: Stage) -> None:
    await stage.say(BUYING, type="message", channel_type="im", channel="D1DIRECT")

    assert stage.posted[0]["channel"] == "D1DIRECT"
    assert "Procurement" in said(stage.posted[0])


async def test_the_same_message_delivered_again_is_answered_once(stage: Stage) -> None:
    ts = await stage.say(BUYING)

    await stage.say(BUYING, ts=ts)
    await stage.say(BUYING, ts=ts, type="message", channel_type="im")

    assert len(stage.posted) == 1


async def test_what_is_not_an_ownership_question_bothers_nobody(stage: Stage) -> None:
    await assign(stage, f"<@{OWNER}> practitioner")

    message = await stage.mention(CAKE)

    assert "I have not bothered anybody" in said(message)
    assert MENTION.findall(said(message)) == []


async def test_a_team_is_taken_from_the_command_the_text_or_the_channel(stage: Stage) -> None:
    await stage.slash("team add Payments alias checkout", ADMIN)
    await stage.slash("team add Search channels <#C1CHANNEL|search>", ADMIN)

    asked = await stage.slash(f"who-owns {BUYING} for Checkout")
    named = await stage.slash(f"who-owns payments wants to know: {BUYING}")
    here = await stage.slash(f"who-owns {BUYING}")

    assert "Team: Payments, the team you asked for" in said(asked)
    assert "Team: Payments, named in the question" in said(named)
    assert "Team: Search, this channel's team" in said(here)


async def test_a_gap_names_the_practitioner_and_how_to_close_it(stage: Stage) -> None:
    await assign(stage, f"<@{OWNER}> practitioner")

    answer = await stage.slash(f"who-owns {BUYING}")

    assert (
        f"nobody holds that role yet. Until somebody does, the FinOps Practitioner helps: ask <@{OWNER}>"
        in said(answer)
    )
    assert "`/finops assign @somebody procurement`" in said(answer)


async def test_an_owner_who_left_is_skipped_and_named_without_a_mention(stage: Stage) -> None:
    await assign(stage, f"<@{OWNER}> procurement")
    await assign(stage, "<!subteam^S1BUYERS|@buyers> procurement backup")
    stage.slack.users[OWNER]["deleted"] = True
    stage.services.directory.forget(OWNER)  # five minutes pass

    message = await stage.mention(BUYING)

    assert MENTION.findall(said(message)) == ["<!subteam^S1BUYERS>"]
    assert "Skipped: Owen, their account is deactivated" in said(message)


async def test_a_bot_is_never_asked_and_cannot_be_made_an_owner(stage: Stage) -> None:
    await assign(stage, f"<@{OWNER}> procurement")
    await assign(stage, "<!subteam^S1BUYERS|@buyers> procurement backup")
    stage.slack.users[OWNER]["is_bot"] = True
    stage.services.directory.forget(OWNER)  # five minutes pass

    message = await stage.mention(BUYING)
    refusal = await stage.slash(f"assign <@{OWNER}> finance", ADMIN)

    assert MENTION.findall(said(message)) == ["<!subteam^S1BUYERS>"]
    assert "Skipped: Owen, it is a bot" in said(message)
    assert refusal["text"] == "Owen is a bot, so it cannot own anything: choose a person or a user group."


async def test_a_slow_slack_does_not_hold_the_answer_up(stage: Stage) -> None:
    stage.slack.slow_down("users.info", 0)  # the admin's look-up
    await assign(stage, "<!subteam^S1BUYERS> procurement")
    await stage.slash(f"assign <@{OWNER}> finance", ADMIN)
    stage.services.directory.forget(OWNER)  # five minutes pass
    for _ in ("the asker", "the owner"):
        stage.slack.slow_down("users.info", 30)

    answer = await stage.slash("who-owns book the accrual for the march aws invoice before month end close")

    assert f"ask <@{OWNER}>" in said(answer)
    assert "Slack did not say in time whether they are still here" in said(answer)


async def test_the_owner_who_asks_is_told_so_without_a_mention(stage: Stage) -> None:
    await assign(stage, f"<@{ASKER}> procurement")

    message = await stage.mention(BUYING)

    assert "*Procurement* owns this: that is you." in said(message)
    assert MENTION.findall(said(message)) == []


async def test_right_is_thanked_and_stored(stage: Stage) -> None:
    message = await stage.mention(BUYING)

    await stage.click(message, "Right")

    assert said(stage.responses[0]) == "Thank you, noted."
    assert stage.responses[0]["response_type"] == "ephemeral"
    assert stage.responses[0]["replace_original"] is False


async def test_what_is_said_to_whoever_clicked_in_a_thread_stands_in_that_thread(stage: Stage) -> None:
    message = await stage.mention(BUYING)

    await stage.click(message, "Right")
    await stage.click(message, "Finance", ADMIN)
    await stage.click(message, "Finance", LEFT)

    thanked, _, told = stage.responses
    assert (said(thanked), thanked["thread_ts"]) == ("Thank you, noted.", message["thread_ts"])
    assert (said(told), told["thread_ts"]) == ("That is already settled, thank you.", message["thread_ts"])


async def test_what_is_said_to_whoever_clicked_in_a_channel_stands_in_the_channel(stage: Stage) -> None:
    ts = "1700000005.000001"
    alone = {**await stage.mention(BUYING), "ts": ts, "thread_ts": None}
    with_answers_below = {**alone, "thread_ts": ts}

    await stage.click(alone, "Right")
    await stage.click(with_answers_below, "Right")

    assert ["thread_ts" in one for one in stage.responses] == [False, False]


async def test_sharing_shows_question_and_answer_once(stage: Stage) -> None:
    await assign(stage, f"<@{OWNER}> procurement")
    answer = await stage.slash(f"who-owns {BUYING} <!channel>")

    await stage.click(answer, "Share in channel", ephemeral=True)
    await stage.click(answer, "Share in channel", ephemeral=True)

    shared, replaced, again = stage.responses
    assert shared["response_type"] == "in_channel"
    assert MENTION.findall(said(shared)) == [f"<@{OWNER}>"]
    assert "u1asker asked: “the snowflake contract" in said(shared)
    assert said(replaced) == "Shared in the channel."
    assert said(again) == "This answer is already in the channel."


async def test_what_slack_did_not_take_can_be_shared_again(stage: Stage) -> None:
    await assign(stage, f"<@{OWNER}> procurement")
    answer = await stage.slash(f"who-owns {BUYING}")
    stage.slack.fail("response", "internal_error")

    await stage.click(answer, "Share in channel", ephemeral=True)
    _, note = stage.responses
    await stage.click(answer, "Share in channel", ephemeral=True)

    assert note["response_type"] == "ephemeral"
    assert said(note) == "Slack did not take what I had to say there. Please click again."
    assert [said(one) for one in stage.responses[3:]] == ["Shared in the channel."]
    assert MENTION.findall(said(stage.responses[2])) == [f"<@{OWNER}>"]


async def test_an_owner_whom_slack_did_not_tell_is_told_by_the_next_click(stage: Stage) -> None:
    await assign(stage, f"<@{OWNER}> finance")
    message = await stage.mention(BUYING)
    stage.slack.fail("chat.postMessage", "internal_error")

    await stage.click(message, "Finance", ADMIN)
    await stage.click(message, "Finance", ADMIN)
    await stage.click(message, "Finance", ADMIN)

    assert said(stage.responses[0]) == "Slack did not take what I had to say there. Please click again."
    assert said(stage.responses[1]) == "u1admin says *Finance* owns this. Thank you, I noted it."
    assert said(stage.responses[2]) == "That is already settled, thank you."
    refused, taken = stage.posted[1:]
    assert said(refused) == said(taken)
    assert MENTION.findall(said(taken)) == [f"<@{OWNER}>"]


async def test_someone_else_moves_an_ephemeral_answer(stage: Stage) -> None:
    await assign(stage, f"<@{OWNER}> finance")
    answer = await stage.slash(f"who-owns {BUYING}")

    await stage.click(answer, "Finance", ephemeral=True)

    assert stage.responses[0]["replace_original"] is True
    assert said(stage.responses[0]).startswith(f"*Finance* owns this: ask <@{OWNER}>.")
    assert stage.posted == []


async def test_someone_else_in_a_channel_settles_the_old_answer_and_asks_the_new_owner_once(stage: Stage) -> None:
    await assign(stage, f"<@{OWNER}> finance")
    message = await stage.mention(BUYING)

    await stage.click(message, "Finance", ADMIN)
    await stage.click(message, "Finance", LEFT)

    assert said(stage.responses[0]) == "u1admin says *Finance* owns this. Thank you, I noted it."
    assert said(stage.responses[1]) == "That is already settled, thank you."
    assert [MENTION.findall(said(one)) for one in stage.posted] == [[], [f"<@{OWNER}>"]]
    assert stage.posted[1]["thread_ts"] == message["thread_ts"]


async def test_whoever_names_themselves_is_not_mentioned(stage: Stage) -> None:
    await assign(stage, f"<@{OWNER}> finance")
    message = await stage.mention(BUYING)

    await stage.click(message, "Finance", OWNER)

    assert "that is the person who said so" in said(stage.posted[1])
    assert MENTION.findall(said(stage.posted[1])) == []


async def test_nobodys_is_noted(stage: Stage) -> None:
    message = await stage.mention(BUYING)

    await stage.click(message, "Nobody: not about cloud cost")

    assert "says this is nobody's" in said(stage.responses[0])
    assert len(stage.posted) == 1


async def test_a_click_on_a_question_that_is_gone_says_so(stage: Stage) -> None:
    message = await stage.mention(BUYING)
    for block in message["blocks"]:
        for element in block.get("elements", []):
            if "value" in element:
                element["value"] = "0" * 32 + ":finance"

    await stage.click(message, "Right")

    assert "I no longer have this question" in said(stage.responses[0])
