"""Digests by form, by command and in App Home; over HTTP and over a socket."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.jobs import build_digesting
from bot.messenger import SlackMessenger, build_client
from bot.playground.slack import WORKSPACE_ID
from bot.settings import Settings
from tests.scenarios.conftest import ADMIN, ASKER, CHANNEL, OWNER, Stage
from tests.scenarios.forms import said

GUEST = "U1GUEST"
ADD = f"digest add <#{CHANNEL}|finops> every monday at 9:00"


async def settled(stage: Stage, count: int) -> Mapping[str, Any]:
    """Return the latest of ``count`` messages to response addresses, once they have come."""
    for _ in range(500):
        if len(stage.responses) >= count:
            return stage.responses[-1]
        await asyncio.sleep(0.01)
    raise AssertionError(f"{len(stage.responses)} responses in five seconds")


async def test_the_form_adds_a_digest_in_the_zone_of_the_person(stage: Stage) -> None:
    stage.slack.users[ADMIN]["tz"] = "America/New_York"

    form = await stage.form("digest", ADMIN)
    assert (form.value("Channel"), form.value("Time zone")) == (CHANNEL, "America/New_York")
    form.pick("Days", "Every weekday")
    form.fill("Time", "07:30")
    await form.submit()

    assert form.text.startswith(
        f"<#{CHANNEL}> gets a digest every weekday at 7:30 America/New_York,"
        " first on Monday, 23 November 2026 at 7:30."
    )


async def test_the_form_can_have_the_owner_mentioned(stage: Stage) -> None:
    form = await stage.form("digest", ADMIN)
    form.fill("Mention", form.offers("Mention"))
    await form.submit()

    (digest,) = await stage.services.digests.all(WORKSPACE_ID)
    assert digest.mentions_owner


@pytest.mark.parametrize(
    ("zone", "message"),
    [
        ("Europe/Berln", "There is no time zone “Europe/Berln”. Did you mean Europe/Berlin"),
        ("9 o'clock; <!channel>", "There is no time zone “9 o'clock; <!channel>”. Write it like Europe/Berlin."),
    ],
)
async def test_a_zone_that_does_not_exist_is_said_beside_its_field(stage: Stage, zone: str, message: str) -> None:
    form = await stage.form("digest", ADMIN)

    form.fill("Time zone", zone)
    await form.submit()

    assert list(form.errors) == ["Time zone"]
    assert form.errors["Time zone"].startswith(message)
    assert await stage.services.digests.all(WORKSPACE_ID) == []


async def test_a_channel_has_to_be_chosen(stage: Stage) -> None:
    form = await stage.form("digest", ADMIN)

    form.fill("Channel", None)
    await form.submit()

    assert form.errors == {"Channel": "Choose a channel that I am in."}


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("not_in_channel", "I am not in that channel. Write /invite @finops there, then try again."),
        ("is_archived", "That channel is archived."),
        ("channel_not_found", "I cannot see that channel: it was deleted, or it is private and I am not in it."),
    ],
)
async def test_a_channel_that_cannot_be_posted_in_is_said_beside_its_field(
    stage: Stage, code: str, message: str
) -> None:
    form = await stage.form("digest", ADMIN)
    stage.slack.fail("chat.postEphemeral", code)

    await form.submit()

    assert form.errors["Channel"].startswith(message)
    assert await stage.services.digests.all(WORKSPACE_ID) == []


async def test_after_the_bot_was_invited_the_same_form_goes_through(stage: Stage) -> None:
    form = await stage.form("digest", ADMIN)
    stage.slack.fail("chat.postEphemeral", "not_in_channel")
    await form.submit()

    await form.submit()

    assert form.errors == {}
    (whispered,) = stage.slack.sent("chat.postEphemeral")[1:]
    assert (whispered["channel"], whispered["user"]) == (CHANNEL, ADMIN)
    assert whispered["text"] == "This channel gets a digest of FinOps coverage every monday at 9:00 UTC."


@pytest.mark.parametrize("code", ["user_not_in_channel", "fatal_error"])
async def test_where_slack_does_not_say_whether_it_can_be_posted_the_digest_is_added(
    stage: Stage, code: str
) -> None:
    stage.slack.fail("chat.postEphemeral", code)

    assert "gets a digest" in (await stage.slash(ADD, ADMIN))["text"]


async def test_the_same_digest_twice_is_said_beside_its_schedule(stage: Stage) -> None:
    await stage.slash(ADD, ADMIN)
    form = await stage.form("digest", ADMIN)

    await form.submit()

    assert form.errors == {"Days": "This channel already has a digest every monday at 9:00 UTC."}


async def test_one_line_adds_a_digest_and_the_list_shows_when_it_comes(stage: Stage) -> None:
    stage.slack.users[ADMIN]["tz"] = "Europe/Berlin"

    added = await stage.slash(ADD, ADMIN)
    stage.clock.advance(timedelta(seconds=1))
    other = await stage.slash("digest add <#C2OTHER> every month on the 1st at 8:30 Asia/Tokyo", ADMIN)

    assert "every monday at 9:00 Europe/Berlin, first on Monday, 30 November 2026 at 9:00" in added["text"]
    assert "first on Tuesday, 1 December 2026 at 8:30" in other["text"]
    first, second, *_ = (await stage.slash("digest list"))["text"].splitlines()
    assert first == (
        f"1. <#{CHANNEL}> every monday at 9:00 Europe/Berlin, next on Monday, 30 November 2026 at 9:00,"
        f" added by <@{ADMIN}>"
    )
    assert second.startswith(
        "2. <#C2OTHER> every month on the 1st at 8:30 Asia/Tokyo, next on Tuesday, 1 December"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("digest add general every monday at 9:00", "“general” is not a channel I can see."),
        (f"digest add <#{CHANNEL}> every february 30 at 9:00", "is not a day"),
        (f"digest add <#{CHANNEL}> every month on the 32nd at 9:00", "No month has a day 32."),
        (f"digest add <#{CHANNEL}> every monday at 25:00", "25:00 is not a time of day."),
        (f"digest add <#{CHANNEL}> every monday at 9:00 Mars/Olympus", "There is no time zone “Mars/Olympus”."),
        (f"digest add <#{CHANNEL}> now and then", "“now and then” is not a schedule."),
        ("digest now 7", "There is no digest number 7. See /finops digest list"),
        ("digest pause", "Which one?"),
        (f"digest add <#{CHANNEL}> {'x' * 40_000}", "is not a schedule"),
        (f"digest add <#{CHANNEL}> every monday at 9:00 {'x' * 40_000}", "There is no time zone"),
    ],
)
async def test_what_cannot_be_is_refused_with_the_reason(stage: Stage, text: str, message: str) -> None:
    assert message[:100] in (await stage.slash(text, ADMIN))["text"]


async def test_a_preview_is_only_for_the_person_and_says_what_a_first_digest_would(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)

    preview = await stage.slash("digest preview", ADMIN)

    assert preview["text"].startswith("*FinOps coverage: 0 %*. 11 gaps with nobody.")
    assert stage.posted == []


async def test_now_sends_it_with_the_rest_and_the_picture_in_its_thread(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    await stage.services.watch.look(WORKSPACE_ID)
    stage.clock.advance(timedelta(days=1))
    await stage.services.watch.look(WORKSPACE_ID)
    await stage.slash(ADD, ADMIN)

    sending = await stage.slash("digest now 1", ADMIN)
    answer = await settled(stage, 1)

    assert sending["text"] == f"Sending it to <#{CHANNEL}> …"
    assert answer["text"] == f"Sent to <#{CHANNEL}>. Its schedule stays as it is."
    digest, thread = stage.posted
    assert digest["channel"] == CHANNEL
    assert "… and 6 gaps more with nobody, in the thread" in digest["text"]
    assert thread["text"].count("• ") == 6
    (picture,) = stage.slack.files.known.values()
    assert picture.alt_text == "Coverage is 0 %, as on 23 November 2026."
    assert picture.content is not None
    assert picture.content.startswith(b"\x89PNG")


async def test_without_the_scope_for_files_there_is_the_trend_in_text(stage: Stage) -> None:
    await stage.services.watch.look(WORKSPACE_ID)
    stage.clock.advance(timedelta(days=1))
    await stage.services.watch.look(WORKSPACE_ID)
    await stage.slash(ADD, ADMIN)
    stage.slack.fail("files.getUploadURLExternal", "missing_scope")

    await stage.slash("digest now 1", ADMIN)

    assert (await settled(stage, 1))["text"].startswith("Sent to")
    assert "Coverage is 0 %, as on 23 November 2026. ▁" in stage.posted[0]["text"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("not_in_channel", "I am not in that channel. Write /invite @finops there, then try again."),
        ("is_archived", "That channel is archived. Choose another one, or ask somebody to unarchive it"),
        ("channel_not_found", "I cannot see that channel: it was deleted, or it is private"),
        ("fatal_error", "I cannot reach what I need to answer right now."),
    ],
)
async def test_what_slack_refuses_now_is_said_with_what_mends_it(stage: Stage, code: str, message: str) -> None:
    await stage.slash(ADD, ADMIN)
    stage.slack.fail("chat.postMessage", code)

    await stage.slash("digest now 1", ADMIN)

    assert (await settled(stage, 1))["text"].startswith(message)


async def test_a_digest_is_paused_resumed_and_removed(stage: Stage) -> None:
    await stage.slash(ADD, ADMIN)

    paused = await stage.slash("digest pause 1", ADMIN)
    assert paused["text"].endswith("is paused. Go on with `/finops digest resume 1`")
    assert f"<#{CHANNEL}> every monday at 9:00 UTC, paused" in (await stage.slash("digest list"))["text"]
    resumed = await stage.slash("digest resume 1", ADMIN)
    assert "goes on, next on Monday, 30 November 2026 at 9:00." in resumed["text"]
    removed = await stage.slash("digest remove 1", ADMIN)
    assert removed["text"].endswith(
        "is removed. To have it again: `/finops digest add #channel every monday at 9:00 UTC`"
    )
    assert "There are no digests yet." in (await stage.slash("digest list"))["text"]


@pytest.mark.parametrize("command", [ADD, "digest preview", "digest now 1", "digest pause 1", "digest remove 1"])
async def test_who_may_not_is_told_whom_to_ask(stage: Stage, command: str) -> None:
    await stage.slash(f"{ADD} Asia/Tokyo", ADMIN)

    text = (await stage.slash(command, ASKER))["text"]

    assert text.startswith("Only ")
    assert "FinOps admins" in text
    assert len(await stage.services.digests.all(WORKSPACE_ID)) == 1


async def test_who_may_not_gets_no_form(stage: Stage) -> None:
    assert "Only FinOps admins" in (await stage.slash("digest", ASKER))["text"]


async def test_whoever_added_a_digest_may_change_it_when_they_are_no_admin_any_more(stage: Stage) -> None:
    await stage.slash(ADD, ADMIN)
    stage.slack.users[ADMIN]["is_admin"] = False
    stage.services.directory.forget(ADMIN)

    assert "is paused" in (await stage.slash("digest pause 1", ADMIN))["text"]


async def test_app_home_shows_the_score_and_the_digests(stage: Stage) -> None:
    await stage.slash(ADD, ADMIN)

    text = (await stage.home(ASKER)).text

    assert "*Coverage: 0 %*. Of 5 required: 5 missing." in text
    assert f"<#{CHANNEL}> every monday at 9:00 UTC, next on Monday, 30 November 2026 at 9:00" in text
    assert "Send now" not in text
    assert "Add a digest" not in text


async def test_a_digest_is_added_from_app_home(stage: Stage) -> None:
    home = await stage.home(ADMIN)

    form = await home.opening("Add a digest")
    form.fill("Channel", "C2OTHER")
    await form.submit()

    assert form.text.startswith("<#C2OTHER> gets a digest every monday at 9:00 UTC")
    assert "<#C2OTHER> every monday at 9:00 UTC" in home.text


async def test_a_digest_is_managed_from_app_home(stage: Stage) -> None:
    await stage.slash(ADD, ADMIN)
    home = await stage.home(ADMIN)

    assert "*FinOps coverage: 0 %*" in (await home.choosing("Preview, only for me")).text
    assert (await home.choosing("Send now")).text.startswith(f"Sent to <#{CHANNEL}>.")
    assert "is paused" in (await home.choosing("Pause")).text
    assert "UTC, paused" in home.text
    assert "goes on" in (await home.choosing("Resume")).text
    assert "is removed" in (await home.choosing("Remove")).text
    assert f"<#{CHANNEL}>" not in home.text
    assert len(stage.posted) == 1


async def test_a_digest_that_is_gone_meanwhile_is_said_in_app_home(stage: Stage) -> None:
    await stage.slash(ADD, ADMIN)
    home = await stage.home(ADMIN)
    await stage.slash("digest remove 1", ADMIN)

    assert "This digest is gone" in (await home.choosing("Send now")).text


async def test_what_slack_refuses_is_said_in_app_home_too(stage: Stage) -> None:
    await stage.slash(ADD, ADMIN)
    home = await stage.home(ADMIN)
    stage.slack.fail("chat.postMessage", "is_archived")

    assert "That channel is archived." in (await home.choosing("Send now")).text


async def test_more_digests_than_app_home_has_room_for_are_counted(stage: Stage) -> None:
    for number in range(5):
        await stage.slash(f"digest add <#C{number}OTHER> every monday at 9:00", ADMIN)

    assert "… and 2 more digests: `/finops digest list`" in (await stage.home(ADMIN)).text


async def test_a_digest_that_slack_refuses_is_paused_and_the_list_says_why(
    stage: Stage, settings: Settings
) -> None:
    await stage.slash(ADD, ADMIN)
    stage.clock.now = datetime(2026, 11, 30, 9, 1, tzinfo=ZoneInfo("UTC"))
    stage.slack.fail("chat.postMessage", "is_archived")
    messenger = SlackMessenger(build_client(settings))

    await build_digesting(stage.services, messenger).send_due(WORKSPACE_ID)

    assert (
        "UTC, paused. That channel is archived. Choose another one" in (await stage.slash("digest list"))["text"]
    )


async def test_a_digest_names_people_without_notifying_them_and_no_question(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    await stage.slash(f"assign <@{OWNER}> finance for Payments", ADMIN)
    await stage.slash("who-owns secret project budget forecast for Payments in the private channel", ASKER)
    stage.clock.advance(timedelta(days=120))
    await stage.slash(ADD, ADMIN)

    await stage.slash("digest now 1", ADMIN)
    await settled(stage, 1)

    text = "\n".join(f"{one['text']}\n{said(one)}" for one in stage.posted)
    assert "Owen has not confirmed it for 120 days" in text
    assert "<@" not in text
    assert "secret" not in text


async def test_the_owner_is_mentioned_once_if_they_want_that(stage: Stage) -> None:
    form = await stage.form("digest", ADMIN)
    form.fill("Mention", form.offers("Mention"))
    await form.submit()

    await stage.slash("digest now 1", ADMIN)
    await settled(stage, 1)

    told = [element for block in stage.posted[0]["blocks"] for element in said(block).split() if "<@" in element]
    assert told == [f"<@{ADMIN}>."]
    assert all("<@" not in one["text"] for one in stage.posted[1:])
