"""People and groups as Slack knows them: what is asked of Slack, what is remembered, and for how long."""

import asyncio
from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.errors import SlackRefusedError, UnavailableError
from bot.messenger import build_client
from bot.playground.slack import APP_TOKEN, BOT_TOKEN, WORKSPACE_ID, SlackStandIn
from bot.settings import Settings
from bot.slack_directory import MAX_AGE_SECONDS, PATIENCE_SECONDS, SlackDirectory
from bot.teams.model import Group, Person

OWEN: dict[str, Any] = {
    "id": "U1OWNER",
    "name": "owen",
    "profile": {"display_name": "Owen"},
    "tz": "Europe/Berlin",
}
BUYERS: dict[str, Any] = {"id": "S1BUYERS", "handle": "buyers", "users": ["U1OWNER"]}


class Timer:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def advance(self, by: timedelta) -> None:
        self.seconds += by.total_seconds()


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(users={"U1OWNER": deepcopy(OWEN)}, groups={"S1BUYERS": deepcopy(BUYERS)}) as stand_in:
        yield stand_in


@pytest.fixture
def timer() -> Timer:
    return Timer()


@pytest.fixture
def directory(slack: SlackStandIn, timer: Timer) -> SlackDirectory:
    settings = Settings(
        _env_file=None,
        slack_bot_token=SecretStr(BOT_TOKEN),
        slack_app_token=SecretStr(APP_TOKEN),
        slack_api_url=slack.api_url,
    )
    return SlackDirectory(build_client(settings), timer)


async def test_a_person_is_known_with_their_name_and_time_zone(directory: SlackDirectory) -> None:
    assert await directory.person("U1OWNER") == Person("U1OWNER", "Owen", time_zone="Europe/Berlin")
    assert await directory.person("U1NOBODY") is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"deleted": True}, Person("U1OWNER", "Owen", is_active=False)),
        ({"is_owner": True}, Person("U1OWNER", "Owen", is_admin=True)),
        ({"is_restricted": True}, Person("U1OWNER", "Owen", is_guest=True)),
        ({"is_ultra_restricted": True}, Person("U1OWNER", "Owen", is_guest=True)),
        ({"is_bot": True}, Person("U1OWNER", "Owen", is_bot=True)),
        ({"is_stranger": True}, Person("U1OWNER", "Owen", is_external=True)),
        ({"team_id": "T0ELSEWHERE"}, Person("U1OWNER", "Owen", is_external=True)),
        ({"team_id": WORKSPACE_ID}, Person("U1OWNER", "Owen")),
        ({"team_id": "T0SISTER", "enterprise_user": {"id": "W1"}}, Person("U1OWNER", "Owen")),
        ({"profile": {}}, Person("U1OWNER", "owen")),
    ],
)
async def test_what_slack_says_of_an_account_is_understood(
    slack: SlackStandIn, directory: SlackDirectory, changes: dict[str, object], expected: Person
) -> None:
    slack.users["U1OWNER"] = OWEN | {"tz": None} | changes

    assert await directory.person("U1OWNER") == expected


async def test_slackbot_is_a_bot_whatever_slack_says(slack: SlackStandIn, directory: SlackDirectory) -> None:
    slack.users["USLACKBOT"] = {"id": "USLACKBOT", "name": "slackbot", "is_bot": False}

    assert await directory.person("USLACKBOT") == Person("USLACKBOT", "slackbot", is_bot=True)


async def test_a_person_is_looked_up_once_in_five_minutes(
    slack: SlackStandIn, directory: SlackDirectory, timer: Timer
) -> None:
    await directory.person("U1OWNER")
    slack.users["U1OWNER"]["deleted"] = True

    timer.advance(timedelta(seconds=MAX_AGE_SECONDS - 1))
    remembered = await directory.person("U1OWNER")
    timer.advance(timedelta(seconds=1))
    looked_up_again = await directory.person("U1OWNER")

    assert remembered is not None
    assert looked_up_again is not None
    assert (remembered.is_active, looked_up_again.is_active) == (True, False)


async def test_two_questions_at_once_make_one_call(slack: SlackStandIn, directory: SlackDirectory) -> None:
    found = await asyncio.gather(*(directory.person("U1OWNER") for _ in range(5)))

    assert {person.name for person in found if person} == {"Owen"}
    assert len(slack.sent("users.info")) == 1


async def test_a_slow_look_up_is_not_waited_for_and_remembered_when_it_comes(
    slack: SlackStandIn, directory: SlackDirectory
) -> None:
    slack.slow_down("users.info", PATIENCE_SECONDS + 0.3)

    with pytest.raises(UnavailableError, match="did not answer within 1 s"):
        await directory.person("U1OWNER")
    person = await directory.person("U1OWNER")

    assert person is not None
    assert len(slack.sent("users.info")) == 1


async def test_an_error_is_told_to_everybody_who_waits_and_not_remembered(
    slack: SlackStandIn, directory: SlackDirectory
) -> None:
    slack.fail("users.info", "missing_scope")

    refused = await asyncio.gather(*(directory.person("U1OWNER") for _ in range(2)), return_exceptions=True)

    assert [type(error) for error in refused] == [SlackRefusedError, SlackRefusedError]
    assert await directory.person("U1OWNER") is not None


async def test_what_is_forgotten_is_looked_up_again(slack: SlackStandIn, directory: SlackDirectory) -> None:
    await directory.person("U1OWNER")
    slack.users["U1OWNER"]["deleted"] = True

    directory.forget("U1OWNER")
    person = await directory.person("U1OWNER")

    assert person is not None
    assert not person.is_active


async def test_a_look_up_from_before_a_change_is_not_remembered(
    slack: SlackStandIn, directory: SlackDirectory
) -> None:
    early = asyncio.create_task(directory.person("U1OWNER"))
    await asyncio.sleep(0)  # it is on its way

    directory.forget("U1OWNER")
    late = await directory.person("U1OWNER")
    await early
    await directory.person("U1OWNER")

    assert late is not None
    assert len(slack.sent("users.info")) == 2


async def test_a_group_is_known_with_its_members(slack: SlackStandIn, directory: SlackDirectory) -> None:
    slack.groups["S1OLD"] = {"id": "S1OLD", "handle": "old", "users": [], "date_delete": 1_700_000_000}

    assert await directory.group("S1BUYERS") == Group("S1BUYERS", "buyers", frozenset({"U1OWNER"}))
    assert await directory.group("S1OLD") == Group("S1OLD", "old", frozenset(), is_active=False)
    assert await directory.group("S1NONE") is None
    assert await directory.groups_of("U1OWNER") == {"S1BUYERS"}
    assert [group.id for group in await directory.active_groups()] == ["S1BUYERS"]


async def test_a_group_is_looked_up_again_when_it_is_forgotten(
    slack: SlackStandIn, directory: SlackDirectory
) -> None:
    await directory.group("S1BUYERS")
    slack.groups["S1BUYERS"]["users"] = []
    remembered = await directory.group("S1BUYERS")

    directory.forget("S1BUYERS")
    emptied = await directory.group("S1BUYERS")

    assert remembered is not None
    assert emptied is not None
    assert (len(remembered.members), len(emptied.members)) == (1, 0)
    assert await directory.groups_of("U1OWNER") == frozenset()


async def test_a_person_is_found_by_their_address(slack: SlackStandIn, directory: SlackDirectory) -> None:
    slack.users["U1OWNER"]["profile"]["email"] = "owen@example.com"

    found = await directory.person_by_email("Owen@example.com")

    assert found == await directory.person("U1OWNER")
    assert await directory.person_by_email("nobody@example.com") is None
    assert slack.sent("users.info") == []


async def test_everybody_is_read_page_by_page(slack: SlackStandIn, directory: SlackDirectory) -> None:
    slack.users |= {f"U1{number:04}": {"id": f"U1{number:04}", "name": f"n{number}"} for number in range(1_500)}

    everybody = await directory.everybody()

    assert len(everybody) == 1_501
    assert len(slack.sent("users.list")) == 2


async def test_what_else_slack_refuses_is_an_error(slack: SlackStandIn, directory: SlackDirectory) -> None:
    slack.fail("users.lookupByEmail", "missing_scope")

    with pytest.raises(SlackRefusedError, match="missing_scope"):
        await directory.person_by_email("owen@example.com")
