"""Owners are asked whether it is still theirs, answer with a click, or hand it over."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import UnavailableError
from bot.knowledge.routing import Router
from bot.messenger import SlackMessenger, build_client
from bot.playground.slack import WORKSPACE_ID, SlackStandIn
from bot.reviewing import Reviewing
from bot.settings import Settings
from bot.storage.assignments import SqlAssignmentStore
from bot.surface import Surface
from bot.teams.model import Actor
from tests.builders import NOW, an_assignment
from tests.scenarios.conftest import ADMIN, ASKER, BUYING, LEFT, OWNER, Stage, a_user
from tests.scenarios.test_serving import serving

BACKUP = "U1BACKUP"
AskEverybody = Callable[[], Awaitable[None]]


@pytest.fixture(name="ask_everybody")
def asking_everybody(stage: Stage, settings: Settings) -> AskEverybody:
    """What the ticker calls every hour."""
    stage.slack.users[BACKUP] = a_user(BACKUP, "Bea")
    reviewing = Reviewing(stage.services, SlackMessenger(build_client(settings)))
    return lambda: reviewing.ask_everybody(WORKSPACE_ID)


@pytest.fixture
async def long_ago(stage: Stage) -> None:
    """Owen has held two personas for Payments for 91 days, with a backup for one of them."""
    await stage.slash("team add Payments", ADMIN)
    await stage.slash(f"assign <@{OWNER}> procurement for Payments", ADMIN)
    stage.clock.advance(timedelta(minutes=1))
    await stage.slash(f"assign <@{OWNER}> finance for Payments", ADMIN)
    stage.clock.advance(timedelta(days=91))


def part(message: Mapping[str, Any], words: str) -> Mapping[str, Any]:
    """Return the part of a message about one item: its section and its buttons."""
    blocks = message["blocks"]
    (index,) = [number for number, block in enumerate(blocks) if words in block.get("text", {}).get("text", "")]
    return {**message, "blocks": blocks[index : index + 2]}


def buttons(message: Mapping[str, Any]) -> list[str]:
    """Return the labels of a message's buttons."""
    elements = [one for block in message["blocks"] for one in block.get("elements", ())]
    return [one["text"]["text"] for one in elements if one["type"] == "button"]


async def submit(stage: Stage, form: Mapping[str, Any], user: str, **chosen: Mapping[str, Any]) -> Any:  # noqa: ANN401 (whatever the ack holds)
    """Submit a form with what is chosen in its fields, by their ids with ``__`` for the dot."""
    values = {name.replace("__", "."): {"of_the_field": element} for name, element in chosen.items()}
    payload = {
        "type": "view_submission",
        "team": {"id": WORKSPACE_ID},
        "user": {"id": user, "team_id": WORKSPACE_ID},
        "view": {**form, "id": "V1FORM", "state": {"values": values}},
    }
    return await stage.line.send("interactive", payload)


def a_person(user_id: str | None) -> dict[str, Any]:
    return {"type": "users_select", "selected_user": user_id}


def a_group(group_id: str | None) -> dict[str, Any]:
    option = {"text": {"type": "plain_text", "text": "@buyers"}, "value": group_id} if group_id else None
    return {"type": "external_select", "selected_option": option}


@pytest.mark.usefixtures("long_ago")
async def test_an_owner_gets_one_message_a_week_with_all_that_is_due(
    stage: Stage, ask_everybody: AskEverybody
) -> None:
    await ask_everybody()
    await ask_everybody()
    stage.clock.advance(timedelta(days=7))
    await ask_everybody()

    first, second = stage.posted
    assert (first["channel"], second["channel"]) == (OWNER, OWNER)
    assert first["text"].startswith("Are these still yours? Nobody has confirmed them for 91 days")
    assert "*Finance* for *Payments*" in first["text"]
    assert "*Procurement* for *Payments*" in first["text"]


@pytest.mark.usefixtures("long_ago")
async def test_what_is_still_theirs_is_confirmed_and_the_rest_stays(
    stage: Stage, ask_everybody: AskEverybody
) -> None:
    await ask_everybody()
    await stage.click(part(stage.posted[0], "*Finance*"), "Still mine", OWNER)

    left = stage.responses[-1]
    assert left["replace_original"] is True
    assert left["text"].startswith("*Finance* for *Payments* stays yours. Thank you!\nIs this still yours?")
    await stage.click(part(left, "*Procurement*"), "Still mine", OWNER)

    assert stage.responses[-1]["text"] == (
        "*Procurement* for *Payments* stays yours. Thank you!\nThat is all for now, thank you."
    )
    page = (await stage.slash("team show Payments"))["text"]
    assert page.count("confirmed today") == 2


@pytest.mark.usefixtures("long_ago")
async def test_all_can_be_confirmed_at_once(stage: Stage, ask_everybody: AskEverybody) -> None:
    await ask_everybody()

    await stage.click(stage.posted[0], "All still mine", OWNER)
    stage.clock.advance(timedelta(days=8))
    await ask_everybody()

    assert stage.responses[-1]["text"].startswith("These 2 stay yours. Thank you!")
    assert len(stage.posted) == 1


@pytest.mark.usefixtures("long_ago")
async def test_what_is_not_theirs_ends_and_the_reply_says_who_is_asked_now(
    stage: Stage, ask_everybody: AskEverybody
) -> None:
    await stage.slash(f"assign <@{BACKUP}> finance for Payments backup", ADMIN)
    await ask_everybody()

    await stage.click(part(stage.posted[0], "*Finance*"), "Not mine", OWNER)
    await stage.click(part(stage.responses[-1], "*Procurement*"), "Not mine", OWNER)

    with_backup, gap = (response["text"] for response in stage.responses)
    assert f"*Finance* for *Payments* is no longer yours. People are sent to <@{BACKUP}> now." in with_backup
    assert "Nobody is asked now; an admin closes this gap with `/finops assign @somebody procurement for" in gap
    assert f"<@{OWNER}>" not in (await stage.slash("team show Payments"))["text"]


@pytest.mark.usefixtures("long_ago")
async def test_clicking_twice_or_too_late_changes_nothing(stage: Stage, ask_everybody: AskEverybody) -> None:
    await ask_everybody()
    finance, procurement = part(stage.posted[0], "*Finance*"), part(stage.posted[0], "*Procurement*")
    await stage.click(finance, "Still mine", OWNER)
    await stage.slash(f"assign <@{BACKUP}> procurement for Payments", ADMIN)

    for message, label in [
        (finance, "Still mine"),
        (finance, "Not mine"),
        (finance, "Hand over to…"),
        (procurement, "Still mine"),
        (procurement, "Not mine"),
    ]:
        await stage.click(message, label, OWNER)

        assert stage.responses[-1]["text"].startswith("This was settled already, or has changed meanwhile")
    page = (await stage.slash("team show Payments"))["text"]
    assert f"<@{OWNER}>, since 2026-11-23, confirmed today" in page
    assert f"<@{BACKUP}>" in page


@pytest.mark.usefixtures("long_ago")
async def test_nobody_answers_for_somebody_else(stage: Stage, ask_everybody: AskEverybody) -> None:
    await ask_everybody()

    await stage.click(part(stage.posted[0], "*Finance*"), "Not mine", ASKER)

    assert stage.responses[-1]["text"] == "This is not yours to confirm or to hand over."
    assert stage.responses[-1]["response_type"] == "ephemeral"


@pytest.mark.usefixtures("long_ago")
async def test_a_handover_tells_the_new_owner_who_answers_with_a_click(
    stage: Stage, ask_everybody: AskEverybody
) -> None:
    await ask_everybody()
    await stage.click(part(stage.posted[0], "*Finance*"), "Hand over to…", OWNER)
    (opened,) = stage.slack.sent("views.open")

    answer = await submit(stage, opened["view"], OWNER, hand_over__person=a_person(BACKUP))
    told = stage.posted[-1]
    stage.clock.advance(timedelta(minutes=1))
    await stage.click(told, "That's fine", BACKUP)

    assert answer["response_action"] == "update"
    assert f"<@{BACKUP}> has *Finance* for *Payments* now." in answer["view"]["blocks"][0]["text"]["text"]
    assert told["channel"] == BACKUP
    assert told["text"].startswith("Owen handed *Finance* for *Payments* to you.")
    assert "<@" not in told["text"]
    assert stage.responses[-1]["text"] == "*Finance* for *Payments* stays yours. Thank you!"
    assert f"<@{BACKUP}>" in (await stage.slash("team show Payments"))["text"]


@pytest.mark.usefixtures("long_ago")
async def test_a_handover_takes_its_row_out_of_the_request_and_leaves_the_others(
    stage: Stage, ask_everybody: AskEverybody
) -> None:
    await ask_everybody()

    for persona in ("*Finance*", "*Procurement*"):
        (asked,) = stage.slack.channels.messages[f"D{OWNER}"]
        await stage.click(part(asked, persona), "Hand over to…", OWNER, channel=f"D{OWNER}")
        form = stage.slack.sent("views.open")[-1]["view"]
        await submit(stage, form, OWNER, hand_over__person=a_person(BACKUP))

    one_left, nothing_left = stage.slack.sent("chat.update")
    assert one_left["text"].startswith(
        f"<@{BACKUP}> has *Finance* for *Payments* now. Thank you!\nIs this still yours?"
    )
    assert buttons(one_left) == ["Still mine", "Hand over to…", "Not mine"]
    assert nothing_left["text"] == (
        f"<@{BACKUP}> has *Procurement* for *Payments* now. Thank you!\nThat is all for now, thank you."
    )
    assert buttons(nothing_left) == []


@pytest.mark.usefixtures("long_ago")
async def test_what_came_by_a_handover_can_be_handed_on_and_its_message_says_so(
    stage: Stage, ask_everybody: AskEverybody
) -> None:
    await ask_everybody()
    await stage.click(part(stage.posted[0], "*Finance*"), "Hand over to…", OWNER)
    await submit(stage, stage.slack.sent("views.open")[-1]["view"], OWNER, hand_over__person=a_person(BACKUP))
    stage.clock.advance(timedelta(minutes=1))
    (told,) = stage.slack.channels.messages[f"D{BACKUP}"]

    await stage.click(told, "Hand over to…", BACKUP, channel=f"D{BACKUP}")
    await submit(stage, stage.slack.sent("views.open")[-1]["view"], BACKUP, hand_over__person=a_person(ASKER))

    assert told["text"] == f"<@{ASKER}> has *Finance* for *Payments* now. Thank you!"
    assert buttons(told) == []


@pytest.mark.usefixtures("long_ago")
async def test_a_handover_counts_though_its_request_cannot_be_changed(
    stage: Stage, ask_everybody: AskEverybody
) -> None:
    await ask_everybody()
    await stage.click(part(stage.posted[0], "*Finance*"), "Hand over to…", OWNER)
    stage.slack.fail("chat.update", "message_not_found")

    with structlog.testing.capture_logs() as events:
        answer = await submit(
            stage, stage.slack.sent("views.open")[0]["view"], OWNER, hand_over__person=a_person(BACKUP)
        )

    assert answer["response_action"] == "update"
    assert "reply_not_taken" in [one["event"] for one in events]
    assert f"<@{BACKUP}>" in (await stage.slash("team show Payments"))["text"]


@pytest.mark.usefixtures("long_ago")
async def test_something_can_be_handed_over_to_a_group_and_one_member_is_told(
    stage: Stage, ask_everybody: AskEverybody
) -> None:
    await ask_everybody()
    await stage.click(part(stage.posted[0], "*Finance*"), "Hand over to…", OWNER)
    form = stage.slack.sent("views.open")[0]["view"]

    await submit(stage, form, OWNER, hand_over__person=a_person(None), hand_over__group=a_group("S1BUYERS"))

    assert stage.posted[-1]["channel"] == "U1INGROUP"
    assert "to your user group" in stage.posted[-1]["text"]
    assert "<!subteam^S1BUYERS>" in (await stage.slash("team show Payments"))["text"]


async def test_who_takes_over_from_their_own_group_is_not_told_what_they_did(
    stage: Stage, ask_everybody: AskEverybody
) -> None:
    await stage.slash("assign <!subteam^S1BUYERS|@buyers> procurement", ADMIN)
    stage.clock.advance(timedelta(days=91))
    await ask_everybody()
    await stage.click(stage.posted[0], "Hand over to…", "U1INGROUP")
    form = stage.slack.sent("views.open")[0]["view"]

    await submit(stage, form, "U1INGROUP", hand_over__person=a_person("U1INGROUP"))

    (asked,) = stage.posted
    assert (asked["channel"], "through @buyers" in asked["text"]) == ("U1INGROUP", True)
    assert "<@U1INGROUP>" in (await stage.slash(f"who-owns {BUYING}"))["text"]


@pytest.mark.usefixtures("long_ago")
@pytest.mark.parametrize(
    ("person", "group", "errors"),
    [
        (None, None, {"hand_over.person": "Choose who takes over."}),
        (BACKUP, "S1BUYERS", {"hand_over.group": "Choose a person or a user group, not both."}),
        (OWNER, None, {"hand_over.person": "That is who holds it already: choose somebody else."}),
        (LEFT, None, {"hand_over.person": "Lee's account is deactivated, so they cannot own anything."}),
        (None, "S1NONE", {"hand_over.group": "There is no user group with the id S1NONE in this workspace."}),
    ],
)
async def test_what_is_wrong_with_a_handover_is_said_beside_the_field(
    stage: Stage, ask_everybody: AskEverybody, person: str | None, group: str | None, errors: Mapping[str, str]
) -> None:
    await ask_everybody()
    await stage.click(part(stage.posted[0], "*Finance*"), "Hand over to…", OWNER)
    form = stage.slack.sent("views.open")[0]["view"]

    answer = await submit(stage, form, OWNER, hand_over__person=a_person(person), hand_over__group=a_group(group))

    assert answer == {"response_action": "errors", "errors": errors}
    assert len(stage.posted) == 1
    assert stage.slack.sent("chat.update") == []


@pytest.mark.usefixtures("long_ago")
async def test_a_handover_counts_though_the_new_owner_cannot_be_told(
    stage: Stage, ask_everybody: AskEverybody
) -> None:
    await ask_everybody()
    await stage.click(part(stage.posted[0], "*Finance*"), "Hand over to…", OWNER)
    form = stage.slack.sent("views.open")[0]["view"]
    stage.slack.fail("chat.postMessage", "messages_tab_disabled")

    with structlog.testing.capture_logs() as events:
        answer = await submit(stage, form, OWNER, hand_over__person=a_person(BACKUP))

    assert answer["response_action"] == "update"
    assert ("new_owner_not_told", BACKUP) in [(one["event"], one.get("assignee")) for one in events]


@pytest.mark.usefixtures("long_ago")
async def test_who_slack_refuses_is_logged_and_the_others_are_asked(
    stage: Stage, ask_everybody: AskEverybody
) -> None:
    await stage.slash(f"assign <@{BACKUP}> itam for Payments", ADMIN)
    stage.clock.advance(timedelta(days=91))
    stage.slack.fail("chat.postMessage", "messages_tab_disabled")

    with structlog.testing.capture_logs() as events:
        await ask_everybody()
        await ask_everybody()

    refused = [one for one in events if one["event"] == "confirmation_not_sent"]
    assert [(one["user"], one["error"]) for one in refused] == [(OWNER, "messages_tab_disabled")]
    assert [one["channel"] for one in stage.posted] == [OWNER, BACKUP]


@pytest.mark.usefixtures("long_ago")
async def test_while_slack_is_away_the_claim_is_given_back(stage: Stage, ask_everybody: AskEverybody) -> None:
    stage.slack.fail("chat.postMessage", "internal_error")

    with pytest.raises(UnavailableError):
        await ask_everybody()
    await ask_everybody()
    await ask_everybody()

    refused, sent = stage.posted
    assert refused["text"] == sent["text"]


@pytest.mark.usefixtures("long_ago")
async def test_where_groups_may_not_be_looked_at_people_are_asked_all_the_same(
    stage: Stage, ask_everybody: AskEverybody
) -> None:
    await stage.slash("assign <!subteam^S1BUYERS|@buyers> itam", ADMIN)
    stage.clock.advance(timedelta(days=91))
    stage.services.directory.forget("S1BUYERS")
    stage.slack.fail("usergroups.list", "missing_scope")

    await ask_everybody()

    assert [one["channel"] for one in stage.posted] == [OWNER]


@pytest.mark.usefixtures("long_ago")
async def test_one_round_asks_so_many_and_the_next_one_the_others(stage: Stage, settings: Settings) -> None:
    await stage.slash(f"assign <@{ASKER}> itam", ADMIN)
    stage.clock.advance(timedelta(days=91))
    reviewing = Reviewing(stage.services, SlackMessenger(build_client(settings)), max_per_round=1)

    for _ in range(3):
        await reviewing.ask_everybody(WORKSPACE_ID)

    assert [one["channel"] for one in stage.posted] == [OWNER, ASKER]


async def test_the_bot_asks_by_itself_when_it_starts(
    slack: SlackStandIn, settings: Settings, sqlite_engine: AsyncEngine, router: Router
) -> None:
    by = Actor(WORKSPACE_ID, ADMIN, Surface.TERMINAL)
    long_ago = NOW - timedelta(days=91)
    await SqlAssignmentStore(sqlite_engine).assign(by, an_assignment(assignee=OWNER, since=long_ago))

    async with serving(settings, sqlite_engine, router), asyncio.timeout(10):
        while not slack.sent("chat.postMessage"):  # noqa: ASYNC110 (the stand-in only records)
            await asyncio.sleep(0.05)

    assert [one["channel"] for one in slack.sent("chat.postMessage")] == [OWNER]


@pytest.mark.usefixtures("long_ago")
async def test_nobody_is_asked_at_night(stage: Stage, ask_everybody: AskEverybody) -> None:
    stage.slack.users[OWNER] = a_user(OWNER, "Owen", tz="America/Los_Angeles")
    stage.services.directory.forget(OWNER)

    await ask_everybody()

    assert stage.posted == []
