"""The stand-in knows people, groups and views as Slack does, and refuses what Slack refuses."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.files import MAX_BYTES
from bot.playground.responses import Origin
from bot.playground.slack import BOT_TOKEN, SlackStandIn
from tests.playground.test_limits import a_form, a_home, plain


@pytest.fixture(name="slack")
async def a_workspace() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn() as slack:
        slack.users = {
            f"U{number}": {"id": f"U{number}", "profile": {"email": f"u{number}@example.com"}}
            for number in range(5)
        }
        slack.groups = {
            "S1": {"id": "S1", "handle": "one", "users": ["U1"]},
            "S2": {"id": "S2", "handle": "two", "users": ["U2"], "date_delete": 1_700_000_000},
        }
        yield slack


@pytest.fixture(name="client")
def a_client(slack: SlackStandIn) -> AsyncWebClient:
    return AsyncWebClient(BOT_TOKEN, base_url=slack.api_url)


async def test_forms_open_and_change_and_homes_are_kept_by_person(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    form = await client.views_open(trigger_id="1.2", view=a_form())
    await client.views_update(view_id=form["view"]["id"], view=a_form(title=plain("Another")))
    await client.views_publish(user_id="U1", view=a_home())

    assert slack.views.forms[form["view"]["id"]]["title"]["text"] == "Another"
    assert slack.views.homes["U1"]["type"] == "home"
    assert slack.violations == []


async def test_a_view_that_breaks_a_limit_is_refused_and_noted(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.views_open(trigger_id="1.2", view=a_form(title=plain("x" * 25)))

    assert slack.violations == ["views.open: title has 25 characters, 1 to 24 allowed"]
    assert slack.views.forms == {}


async def test_a_form_needs_a_trigger_and_a_change_needs_a_form(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await client.views_open(trigger_id="", view=a_form())
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id="V0", view=a_form())


async def test_users_come_page_by_page_and_by_address(client: AsyncWebClient) -> None:
    first = await client.users_list(limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    last = await client.users_list(limit=3, cursor=cursor)

    assert [user["id"] for page in (first, last) for user in page["members"]] == ["U0", "U1", "U2", "U3", "U4"]
    assert last["response_metadata"]["next_cursor"] == ""
    assert (await client.users_lookupByEmail(email="U3@example.com"))["user"]["id"] == "U3"
    with pytest.raises(SlackApiError, match="users_not_found"):
        await client.users_lookupByEmail(email="nobody@example.com")


async def test_disabled_groups_and_members_are_told_to_those_who_ask(client: AsyncWebClient) -> None:
    bare = await client.usergroups_list()
    full = await client.usergroups_list(include_disabled=True, include_users=True)

    assert bare["usergroups"] == [{"id": "S1", "handle": "one"}]
    assert [group["users"] for group in full["usergroups"]] == [["U1"], ["U2"]]


async def test_messages_are_changed_deleted_and_read_back_where_the_bot_may(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    question = slack.channels.say("D1", "U1", "a question", slack.next_ts(), None)
    posted = await client.chat_postMessage(channel="D1", thread_ts=question["ts"], text="an answer")
    await client.chat_update(channel="D1", ts=posted["ts"], text="a better answer")

    replies = (await client.conversations_replies(channel="D1", ts=question["ts"]))["messages"]
    await client.chat_delete(channel="D1", ts=posted["ts"])

    assert [one["text"] for one in replies] == ["a question", "a better answer"]
    assert "edited" in replies[1]
    assert slack.channels.thread("D1", question["ts"]) == [question]
    for call in (client.chat_delete, client.chat_update):
        with pytest.raises(SlackApiError, match="message_not_found"):
            await call(channel="D1", ts=question["ts"], text="not the bot's")
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await client.conversations_replies(channel="D1", ts="1.0")
    with pytest.raises(SlackApiError, match="missing_scope"):
        await client.conversations_replies(channel="C1", ts="1.0")


async def test_channels_are_known_where_they_are_named_and_a_person_has_a_conversation(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    slack.channels.names = {"C1": "one"}

    await client.chat_postMessage(channel="U1", text="hello")

    assert [one["text"] for one in slack.channels.messages["DU1"]] == ["hello"]
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.chat_postMessage(channel="C2", text="hello")


async def test_a_file_is_shown_in_its_thread_once_it_has_come(slack: SlackStandIn, client: AsyncWebClient) -> None:
    parent = await client.chat_postMessage(channel="C1", text="a digest")
    await client.files_upload_v2(
        channel="C1", thread_ts=parent["ts"], file=b"content", filename="a.png", title="A", alt_txt="words"
    )

    _, message = slack.channels.thread("C1", parent["ts"])
    (file,) = message["files"]
    assert (file["title"], file["alt_txt"]) == ("A", "words")
    assert slack.files.known[file["id"]].content == b"content"


async def test_a_file_that_never_came_or_is_too_large_is_refused(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    announced = await client.files_getUploadURLExternal(filename="a.png", length=1)

    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": announced["file_id"], "title": "A"}])
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.files_getUploadURLExternal(filename="a.png", length=MAX_BYTES + 1)
    assert not slack.files.take("F0", b"content")


async def test_a_response_address_that_is_worn_out_is_refused(slack: SlackStandIn) -> None:
    address = slack.response_url(Origin("U1", "C1"))
    async with aiohttp.ClientSession() as session:
        answers = [await session.post(address, json={"text": "again"}) for _ in range(6)]

    assert [one.status for one in answers] == [200] * 5 + [404]
    assert slack.violations == ["response: used_url"]
