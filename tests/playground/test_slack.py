"""The stand-in knows people, groups and views as Slack does, and refuses what Slack refuses."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

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
