"""Somebody leaves, a group is emptied: the next answer knows it, at once where Slack tells."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.playground.slack import WORKSPACE_ID
from tests.scenarios.conftest import ADMIN, BUYING, OWNER, Stage, a_user

BACKUP = "U1BACKUP"
LEAVING = a_user(OWNER, "Owen", deleted=True)


@pytest.fixture(name="stage")
async def stage_with_an_owner(stage: Stage) -> Stage:
    """Owen holds Procurement for Payments with Bea as backup, and Slack was just asked about him."""
    stage.slack.users[BACKUP] = a_user(BACKUP, "Bea")
    await stage.slash("team add Payments", ADMIN)
    await stage.slash(f"assign <@{OWNER}> procurement for Payments", ADMIN)
    await stage.slash(f"assign <@{BACKUP}> procurement for Payments backup", ADMIN)
    return stage


async def asked(stage: Stage) -> str:
    """Return an answer with its small print."""
    answer = await stage.slash(f"who-owns {BUYING} for Payments")
    small = [one["text"] for block in answer["blocks"] if block["type"] == "context" for one in block["elements"]]
    return "\n".join([answer["blocks"][0]["text"]["text"], *small])


async def tell(stage: Stage, event: Mapping[str, Any]) -> None:
    """Deliver an event as Slack does."""
    await stage.line.send("events_api", {"type": "event_callback", "team_id": WORKSPACE_ID, "event": event})


async def test_an_owner_who_leaves_is_skipped_at_once_where_slack_tells(stage: Stage) -> None:
    before = await asked(stage)
    stage.slack.users[OWNER] = LEAVING

    await tell(stage, {"type": "user_change", "user": LEAVING, "cache_ts": 1})
    after = await asked(stage)

    assert f"ask <@{OWNER}>" in before
    assert f"ask <@{BACKUP}>" in after
    assert "Skipped: Owen, their account is deactivated" in after


async def test_without_the_event_what_slack_said_holds_for_a_few_minutes(stage: Stage) -> None:
    await asked(stage)
    stage.slack.users[OWNER] = LEAVING

    assert f"ask <@{OWNER}>" in await asked(stage)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "subteam_updated", "subteam": {"id": "S1BUYERS", "handle": "buyers", "user_count": 0}},
        {"type": "subteam_members_changed", "subteam_id": "S1BUYERS", "removed_users": ["U1INGROUP"]},
    ],
)
async def test_a_group_that_is_emptied_is_skipped_at_once(stage: Stage, event: Mapping[str, Any]) -> None:
    await stage.slash("assign <!subteam^S1BUYERS|@buyers> procurement for Payments", ADMIN)
    before = await asked(stage)
    stage.slack.groups["S1BUYERS"]["users"] = []

    await tell(stage, event)
    after = await asked(stage)

    assert "ask <!subteam^S1BUYERS>" in before
    assert f"ask <@{BACKUP}>" in after
    assert "Skipped: @buyers, the group has no members" in after


async def test_a_group_that_is_disabled_is_skipped_at_once(stage: Stage) -> None:
    await stage.slash("assign <!subteam^S1BUYERS|@buyers> procurement for Payments", ADMIN)
    await asked(stage)
    stage.slack.groups["S1BUYERS"]["date_delete"] = 1_700_000_000

    await tell(stage, {"type": "subteam_updated", "subteam": stage.slack.groups["S1BUYERS"]})

    assert "Skipped: @buyers, the group is disabled" in await asked(stage)


async def test_somebody_who_comes_back_to_the_company_is_asked_again(stage: Stage) -> None:
    stage.slack.users[OWNER] = LEAVING
    stage.services.directory.forget(OWNER)
    gone = await asked(stage)
    stage.slack.users[OWNER] = a_user(OWNER, "Owen")

    await tell(stage, {"type": "user_change", "user": stage.slack.users[OWNER]})

    assert f"ask <@{BACKUP}>" in gone
    assert f"ask <@{OWNER}>" in await asked(stage)


async def test_a_change_of_somebody_unheard_of_does_no_harm(stage: Stage) -> None:
    await tell(stage, {"type": "user_change", "user": {"id": "U1STRANGER"}})

    assert f"ask <@{OWNER}>" in await asked(stage)
