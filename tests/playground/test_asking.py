"""Asking in the page: by command, mention, direct message and shortcut, and what is clicked on the answers."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.playground.conftest import (
    ADMIN,
    ASKER,
    BUYING,
    CAKE,
    ENGINEER,
    GENERAL,
    GUEST,
    LEAD,
    MINING,
    PAYMENTS,
    RIGHTSIZE,
    Page,
)


async def test_a_command_is_answered_for_the_askers_eyes_only(page: Page) -> None:
    await page.say(ASKER, f"/finops who-owns {BUYING}")

    answer = await page.last(ASKER)
    assert "*Procurement* owns this: ask <!subteam^S01CLOUDBUYERS>" in answer["text"]
    assert answer["is_ephemeral"]
    assert answer["author"] == {"id": "U0FINOPS", "name": "finops", "is_bot": True}
    assert await page.messages(ADMIN) == []


async def test_a_mention_is_answered_in_its_thread_with_the_channels_team(page: Page) -> None:
    question, answer = await page.asked(ASKER, f"@finops {RIGHTSIZE}", PAYMENTS)

    assert question["text"] == f"<@U0FINOPS> {RIGHTSIZE}"
    assert f"*Engineering* owns this for *Payments*: ask <@{ENGINEER}>" in answer["text"]
    assert (await page.last(LEAD, PAYMENTS))["reply_count"] == 1
    assert [one["text"] for one in await page.messages(LEAD, PAYMENTS)] == [question["text"]]


async def test_a_direct_message_is_answered_and_nobody_else_sees_it(page: Page) -> None:
    _, answer = await page.asked(ASKER, CAKE, f"D{ASKER}")

    assert "not bothered anybody" in answer["text"]
    assert (await page.http.get(f"/api/conversation?id=D{ASKER}&as={ADMIN}")).status_code == 404


async def test_a_message_that_does_not_speak_to_the_bot_is_left_alone(page: Page) -> None:
    await page.say(ASKER, BUYING)

    message = await page.last(ASKER)
    assert (message["text"], message["reply_count"], message["is_ephemeral"]) == (BUYING, 0, False)


async def test_the_shortcut_answers_about_somebody_elses_message(page: Page) -> None:
    await page.say(LEAD, BUYING)
    message = await page.last(ASKER)

    await page.post("shortcut", ASKER, channel=GENERAL, message_ts=message["ts"])

    answer = await page.last(ASKER)
    assert "*Procurement* owns this" in answer["text"]
    assert answer["is_ephemeral"]
    assert len(await page.messages(LEAD)) == 1
    assert "only you see" in await page.refused("shortcut", ASKER, 400, channel=GENERAL, message_ts=answer["ts"])


async def test_what_is_asked_about_an_answer_in_a_thread_is_said_and_shared_there(page: Page) -> None:
    await page.say(LEAD, "anybody an idea?")
    beginning = await page.last(LEAD)
    await page.say(LEAD, BUYING, thread_ts=beginning["ts"])
    asked_about = (await page.thread(ASKER, beginning["ts"]))[-1]

    await page.post("shortcut", ASKER, channel=GENERAL, message_ts=asked_about["ts"])
    answer = (await page.thread(ASKER, beginning["ts"]))[-1]
    await page.click(ASKER, answer, "Share in channel")

    assert answer["is_ephemeral"]
    assert "asked: “our snowflake contract" in (await page.thread(ADMIN, beginning["ts"]))[-1]["text"]
    assert [one["ts"] for one in await page.messages(ASKER)] == [beginning["ts"]]


async def test_an_answer_is_shared_with_everybody_in_the_place_of_the_buttons(page: Page) -> None:
    await page.say(ASKER, f"/finops who-owns {BUYING}")

    await page.click(ASKER, await page.last(ASKER), "Share in channel")

    (shared,) = await page.messages(ADMIN)
    assert "asked: “our snowflake contract" in shared["text"]
    assert not shared["is_ephemeral"]
    assert [one["text"] for one in await page.messages(ASKER) if one["is_ephemeral"]] == ["Shared in the channel."]


async def test_someone_else_moves_a_public_answer_on(page: Page) -> None:
    question, answer = await page.asked(ASKER, f"@finops {BUYING}")

    await page.click(LEAD, answer, "Finance")

    _, settled, follow_up = await page.thread(ASKER, question["ts"])
    assert "says *Finance* owns this" in settled["text"]
    assert settled["edited"]
    assert "*Finance* owns this: ask <@U05LEILA>" in follow_up["text"]


async def test_right_is_thanked_for_with_a_word_for_whoever_clicked(page: Page) -> None:
    question, answer = await page.asked(ASKER, f"@finops {BUYING}")

    await page.click(LEAD, answer, "Right")

    thanks = (await page.thread(LEAD, question["ts"]))[-1]
    assert (thanks["text"], thanks["is_ephemeral"]) == ("Thank you, noted.", True)
    assert [one["ts"] for one in await page.messages(LEAD)] == [question["ts"]]
    assert all(not one["is_ephemeral"] for one in await page.thread(ASKER, question["ts"]))


async def test_whoever_left_is_skipped_and_the_answer_says_so(page: Page) -> None:
    await page.say(ASKER, f"/finops who-owns {RIGHTSIZE} for Search")

    text = (await page.last(ASKER))["text"]
    assert "for *Search*: ask <@U09JONAS>" in text
    assert "Skipped: Hugo Martin, their account is deactivated" in text


async def test_a_guest_gets_the_persona_but_no_names(page: Page) -> None:
    await page.say(GUEST, f"/finops who-owns {BUYING}")
    home = (await page.get("home", as_=GUEST))["view"]

    answer = await page.last(GUEST)
    assert "*Procurement* owns this here. Please ask your contact" in answer["text"]
    assert "S01CLOUDBUYERS" not in str(answer)
    assert "shown to members of this organisation only" in str(home)


async def test_the_routing_of_the_last_question_is_explained_and_kept_nowhere(page: Page, tmp_path: Path) -> None:
    assert await page.get("routing") == {}
    await page.say(ASKER, f"/finops who-owns {RIGHTSIZE} for Search")

    routing = await page.get("routing")

    assert routing["question"] == f"{RIGHTSIZE} for Search"
    assert (routing["decision"], routing["team"], routing["gap"]) == ("confident", "Search", False)
    assert routing["personas"][0]["key"] == "engineering"
    assert "rightsize" in routing["words"]
    assert routing["owners"] == [{"id": "U09JONAS", "name": "Jonas Weber", "rank": "backup", "via": "team"}]
    assert routing["skipped"] == [{"id": "U13HUGO", "name": "Hugo Martin", "reason": "deactivated"}]
    with closing(sqlite3.connect(tmp_path / "playground" / "playground.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM question").fetchone() == (1,)


async def test_a_gap_and_a_group_are_explained_too(page: Page) -> None:
    await page.say(ASKER, f"/finops who-owns {MINING}")
    gap = await page.get("routing")
    await page.say(ADMIN, f"/finops assign <@{ASKER}> security")
    await page.say(ADMIN, f"/finops who-owns {MINING}")
    closed = await page.get("routing")
    await page.say(ASKER, "/finops who-owns R&D: <the cloud> budget for next year")
    assert (await page.get("routing"))["question"] == "R&D: <the cloud> budget for next year"
    await page.say(ASKER, f"/finops who-owns {BUYING}")
    group = await page.get("routing")
    await page.say(ASKER, f"/finops who-owns {CAKE}")

    assert (gap["gap"], gap["owners"]) == (True, [])
    assert (closed["gap"], [one["id"] for one in closed["owners"]]) == (False, [ASKER])
    assert group["owners"][0]["name"] == "@cloud-buyers"
    assert (await page.get("routing"))["decision"] == "none"


async def test_forty_thousand_characters_are_answered_and_one_more_is_refused_in_words(page: Page) -> None:
    await page.say(ASKER, f"@finops {BUYING} {'x' * 39_900}")

    words = await page.refused("say", ASKER, 400, channel=GENERAL, thread_ts=None, text="y" * 40_001)

    assert words == "Slack takes 40,000 characters at most; this has 40,001."
    assert len((await page.last(ASKER))["text"]) > 39_900


async def test_markup_in_a_question_stays_text(page: Page) -> None:
    attack = "<script>alert(1)</script> <!channel> <@U06TOMAS> our snowflake contract runs out, who talks to them?"
    await page.say(ASKER, f"/finops who-owns {attack}")
    await page.click(ASKER, await page.last(ASKER), "Share in channel")

    (shared,) = await page.messages(ADMIN)
    assert "<script>" not in shared["text"]
    assert "<!channel>" not in shared["text"]
    assert "<@U06TOMAS>" not in shared["text"]


@pytest.mark.parametrize(
    ("text", "thread_ts", "words"),
    [
        ("   ", None, "There is nothing to send"),
        ("/invite @finops", None, "/invite is not a command here. Try /finops help"),
        ("/finops help", "1.0", "Slack has no commands in threads"),
    ],
)
async def test_what_slack_does_not_take_is_said_in_words(
    page: Page, text: str, thread_ts: str | None, words: str
) -> None:
    assert words in await page.refused("say", ASKER, 400, channel=GENERAL, thread_ts=thread_ts, text=text)


async def test_whoever_has_left_is_shown_by_name(page: Page) -> None:
    await page.say(ADMIN, "/finops team show Search")
    await page.say(ADMIN, "/finops audit Search")

    shown = str(await page.messages(ADMIN)) + str(await page.get("home", as_=ADMIN))
    assert "@Hugo Martin" in shown
    assert "<@U13HUGO>" not in shown
