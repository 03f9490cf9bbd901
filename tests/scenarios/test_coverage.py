"""Coverage and gaps by command, and a gap that closes from its button; over HTTP and over a socket."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.playground.slack import WORKSPACE_ID
from tests.scenarios.conftest import ADMIN, ASKER, LEFT, OWNER, Stage, a_user
from tests.scenarios.forms import opened, said

GUEST, LEAD = "U1GUEST", "U1LEAD"


def with_button(message: Mapping[str, Any], described: str) -> dict[str, Any]:
    """Return the message as if it had only the button that screen readers call so."""
    buttons = [block["accessory"] for block in message["blocks"] if "accessory" in block]
    (found,) = [one for one in buttons if one["accessibility_label"] == described]
    return {**message, "blocks": [{"type": "actions", "elements": [found]}]}


def buttons(message: Mapping[str, Any]) -> list[str]:
    return [block["accessory"]["accessibility_label"] for block in message["blocks"] if "accessory" in block]


async def test_coverage_tells_the_score_what_it_means_and_what_each_persona_lacks(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    await stage.slash(f"assign <@{OWNER}> finance for Payments", ADMIN)

    text = (await stage.slash("coverage"))["text"]

    assert text.startswith("*Coverage: 9.1 %*\nOf 11 required: 1 covered, 10 missing\n")
    assert "• *Finance*: 1 covered" in text
    assert "• *Security*: 1 missing" in text
    assert "100 % means: for everything that is required somebody is named" in text


async def test_coverage_tells_what_it_was_before(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    await stage.services.watch.look(WORKSPACE_ID)
    stage.clock.advance(timedelta(days=182))
    await stage.slash(f"assign <@{OWNER}> finance for Payments", ADMIN)

    assert "*Coverage: 9.1 %* (before: 0 % half a year ago)" in (await stage.slash("coverage"))["text"]


async def test_coverage_of_one_team_tells_who_answers_and_from_where(stage: Stage) -> None:
    await stage.slash("team add Commerce", ADMIN)
    await stage.slash("team add Payments under Commerce alias checkout", ADMIN)
    await stage.slash(f"assign <@{OWNER}> engineering for Commerce", ADMIN)
    await stage.slash(f"assign <@{OWNER}> finance for Payments backup", ADMIN)
    await stage.slash(f"assign <@{OWNER}> procurement", ADMIN)
    await stage.slash(f"assign <@{OWNER}> itam for Commerce", ADMIN)

    text = (await stage.slash("coverage checkout"))["text"]

    assert "*Coverage of Payments*" in text
    assert f"• *Engineering*: <@{OWNER}>, inherited from Commerce" in text
    assert f"• *Finance*: <@{OWNER}>, backup only" in text
    assert f"• *Procurement*: <@{OWNER}>, organisation-wide" in text
    assert "• *Product*: nobody\n" in text
    assert "• *Security*: nobody; the whole organisation lacks it" in text


async def test_a_persona_that_somebody_elsewhere_holds_is_no_gap_of_a_team(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    await stage.slash("team add Search", ADMIN)
    await stage.slash(f"assign <@{OWNER}> security for Payments", ADMIN)

    assert "• *Security*: nobody, which is fine" in (await stage.slash("coverage search"))["text"]


async def test_coverage_of_a_misspelt_team_says_what_was_meant(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)

    text = (await stage.slash("coverage paymnts"))["text"]

    assert "There is no team called “paymnts”. Did you mean Payments?" in text


async def test_a_gap_closes_from_its_button(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    gaps = await stage.slash("gaps", ADMIN)
    assert "*11 gaps, the worst first*" in gaps["text"]

    clicking = stage.click(with_button(gaps, "Assign Product for Payments"), "Assign", ADMIN, ephemeral=True)
    form = await opened(stage.line.send, stage.slack, ADMIN, clicking)
    form.fill("Person", OWNER)
    await form.submit()

    assert form.text.startswith(f"<@{OWNER}> now holds *Product* for *Payments*.")
    after = await stage.slash("gaps", ADMIN)
    assert "*10 gaps, the worst first*" in after["text"]
    assert "*Product* for *Payments*" not in after["text"]


async def test_a_gap_of_the_whole_organisation_closes_from_its_button(stage: Stage) -> None:
    gaps = await stage.slash("gaps", ADMIN)

    labelled = with_button(gaps, "Assign Security for the whole organisation")
    form = await opened(
        stage.line.send, stage.slack, ADMIN, stage.click(labelled, "Assign", ADMIN, ephemeral=True)
    )
    form.fill("Person", OWNER)
    await form.submit()

    assert "*Security*" not in (await stage.slash("gaps", ADMIN))["text"]


async def test_a_gap_somebody_filled_meanwhile_shows_who_holds_it(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    gaps = await stage.slash("gaps", ADMIN)
    await stage.slash(f"assign <@{OWNER}> product for Payments", ADMIN)

    clicking = stage.click(with_button(gaps, "Assign Product for Payments"), "Assign", ADMIN, ephemeral=True)
    form = await opened(stage.line.send, stage.slack, ADMIN, clicking)

    assert f"Held now by:\n• <@{OWNER}>" in form.text


async def test_leads_can_close_the_gaps_of_their_own_team_and_others_none(stage: Stage) -> None:
    stage.slack.users[LEAD] = a_user(LEAD, "Lea")
    await stage.slash("team add Search", ADMIN)
    await stage.slash(f"team add Payments leads <@{LEAD}>", ADMIN)

    of_lead, of_asker = await stage.slash("gaps", LEAD), await stage.slash("gaps", ASKER)

    assert buttons(of_lead)
    assert all(one.endswith(" for Payments") for one in buttons(of_lead))
    assert buttons(of_asker) == []
    assert "A team's leads, FinOps admins and workspace admins can close them." in of_asker["text"]


async def test_a_teams_own_gaps_can_be_closed_from_its_coverage(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    await stage.slash("team add Search", ADMIN)

    assert buttons(await stage.slash("coverage payments", ASKER)) == []
    offered = buttons(await stage.slash("coverage payments", ADMIN))
    assert len(offered) == 6
    assert all(one.endswith(" for Payments") for one in offered)


async def test_gaps_come_by_questions_and_days_and_more_than_fit_are_counted(stage: Stage) -> None:
    for name in ("Payments", "Search", "Logistics"):
        await stage.slash(f"team add {name}", ADMIN)
    stage.clock.advance(timedelta(days=12))
    await stage.slash("who-owns who signs off the savings plan budget for Search", ASKER)

    text = (await stage.slash("gaps"))["text"]

    first = text.splitlines()[1]
    assert first.endswith("for *Search*: nobody for 12 days; asked about once")
    assert "… and 8 more." in text


async def test_somebody_who_left_is_named_as_a_gap_and_how(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    stage.slack.users[LEFT]["deleted"] = False
    await stage.slash(f"assign <@{LEFT}> finance for Payments", ADMIN)
    stage.slack.users[LEFT]["deleted"] = True
    stage.services.directory.forget(LEFT)
    await stage.services.watch.look(WORKSPACE_ID)

    text = (await stage.slash("gaps"))["text"]

    assert f"• *Finance* for *Payments*: <@{LEFT}>, whose account is deactivated" in text


async def test_whoever_has_not_confirmed_is_named_with_since_when(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    await stage.slash(f"assign <@{OWNER}> finance for Payments", ADMIN)
    stage.clock.advance(timedelta(days=120))

    text = (await stage.slash("gaps"))["text"]

    assert f"• *Finance* for *Payments*: <@{OWNER}> has not confirmed it for 120 days" in text


async def test_without_gaps_that_is_said(stage: Stage) -> None:
    for persona in stage.services.catalogue.personas:
        await stage.slash(f"assign <@{OWNER}> {persona.key}", ADMIN)

    assert (await stage.slash("gaps"))["text"].startswith("There are no gaps")


async def test_without_teams_the_first_is_asked_for(stage: Stage) -> None:
    text = (await stage.slash("coverage"))["text"]

    assert "There are no teams yet. Add the first: `/finops team add`" in text


@pytest.mark.parametrize("command", ["coverage", "coverage Payments", "gaps", "digest list"])
async def test_guests_are_told_nothing(stage: Stage, command: str) -> None:
    stage.slack.users[GUEST] = a_user(GUEST, "Gus", is_ultra_restricted=True)
    await stage.slash("team add Payments", ADMIN)

    text = (await stage.slash(command, GUEST))["text"]

    assert "shown to members of this organisation only" in text
    assert "Payments" not in text


async def test_teams_of_hostile_names_mention_nobody_and_fit(stage: Stage) -> None:
    for number in range(6):
        form = await stage.form("team add", ADMIN)
        form.fill("Name", f"{'<!channel>&' * 7}{number}")
        await form.submit()
        assert form.errors == {}

    for command in ("gaps", "coverage", f"coverage {'<!channel>&' * 7}1"):
        assert "<!channel>" not in said(await stage.slash(command, ADMIN))
