"""Who holds what, by form: over HTTP and over a socket."""

from datetime import timedelta

import pytest

from tests.scenarios.conftest import ADMIN, ASKER, LEFT, OWNER, Stage, a_user
from tests.scenarios.forms import Form

HOSTILE = "<!channel> " + "W" * 69
GUEST = "U1GUEST"


async def filled_in(stage: Stage, user: str = ADMIN, *, team: str = "Payments", person: str = OWNER) -> Form:
    """Return the form with everything that has to be filled in."""
    form = await stage.form("assign", user)
    await form.choose("Team", team)
    form.pick("Persona", "Finance")
    form.fill("Person", person)
    return form


async def test_an_admin_assigns_by_form(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    form = await filled_in(stage)
    form.pick("Rank", "Backup: asked while the primary cannot be")
    form.fill("From day", "2026-12-01")
    form.fill("Until day", "2026-12-24")

    await form.submit()

    assert form.text.startswith(
        f"<@{OWNER}> will hold *Finance* for *Payments* as backup from 2026-12-01 until 2026-12-24."
    )
    assert "(modal)" in (await stage.slash("audit", ADMIN))["text"]


async def test_the_whole_organisation_and_a_user_group_can_be_chosen(stage: Stage) -> None:
    form = await stage.form("assign", ADMIN)
    await form.choose("Team", "The whole organisation", "organis")
    form.pick("Persona", "Procurement")
    await form.choose("User group", "@buyers", "BUY")

    await form.submit()

    assert form.text.startswith("<!subteam^S1BUYERS> now holds *Procurement* for the whole organisation.")


async def test_from_today_is_from_now_on(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    form = await filled_in(stage)
    form.fill("From day", "2026-11-23")

    await form.submit()

    assert form.text.startswith(f"<@{OWNER}> now holds *Finance* for *Payments*.")


async def test_first_what_is_wrong_stands_beside_its_field_then_it_is_saved(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    form = await filled_in(stage)
    await form.choose("User group", "@buyers")
    form.fill("From day", "2026-11-20")
    form.fill("Until day", "2026-11-22")

    await form.submit()

    assert form.errors == {
        "User group": "Choose a person or a user group, not both.",
        "From day": "“2026-11-20” is 2026-11-20, which is past.",
        "Until day": "“2026-11-22” is 2026-11-22, which is past.",
    }
    form.fill("User group", None)
    form.fill("From day", "2026-12-24")
    form.fill("Until day", "2026-12-23")
    await form.submit()
    assert form.errors == {"Until day": "It would end on 2026-12-23, before it begins (2026-12-24)."}
    form.fill("Until day", None)
    form.fill("Person", None)
    await form.submit()
    assert form.errors == {"Person": "Choose a person here, or a user group below."}
    form.fill("Person", OWNER)
    await form.submit()
    assert form.errors == {}
    assert "will hold *Finance* for *Payments* from 2026-12-24" in form.text


@pytest.mark.parametrize(
    ("person", "error"),
    [
        (LEFT, "Lee's account is deactivated, so they cannot own anything."),
        (GUEST, "Gus is a guest, and guests cannot own anything here."),
        ("U1NOBODY", "There is nobody with the id U1NOBODY in this workspace."),
    ],
)
async def test_people_who_cannot_own_anything_are_refused_beside_the_person(
    stage: Stage, person: str, error: str
) -> None:
    stage.slack.users[GUEST] = a_user(GUEST, "Gus", is_restricted=True)
    await stage.slash("team add Payments", ADMIN)
    form = await filled_in(stage, person=person)

    await form.submit()

    assert form.errors == {"Person": error}


async def test_a_group_that_was_disabled_meanwhile_is_refused_beside_the_group(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    form = await filled_in(stage)
    form.fill("Person", None)
    await form.choose("User group", "@buyers")
    stage.slack.groups["S1BUYERS"]["date_delete"] = 1_800_000_000
    stage.services.directory.forget("S1BUYERS")

    await form.submit()

    assert form.errors == {"User group": "The user group @buyers is disabled, so it cannot own anything."}
    assert "@buyers" not in [one["text"]["text"] for one in await form.offered("User group", "")]


async def test_who_may_not_is_told_beside_the_team_and_whom_to_ask(stage: Stage) -> None:
    await stage.slash(f"team add Payments leads <@{OWNER}>", ADMIN)
    form = await filled_in(stage, ASKER)

    await form.submit()

    assert "You may assign for the teams that you lead." in form.text
    assert list(form.errors) == ["Team"]
    assert "Please ask Owen (leads Payments), or a FinOps admin" in form.errors["Team"]


async def test_a_lead_assigns_for_their_own_team_and_not_for_others(stage: Stage) -> None:
    await stage.slash(f"team add Payments leads <@{OWNER}>", ADMIN)
    await stage.slash("team add Search", ADMIN)
    form = await filled_in(stage, OWNER, team="Search")

    await form.submit()
    assert list(form.errors) == ["Team"]
    await form.choose("Team", "Payments")
    await form.submit()

    assert form.text.startswith(f"<@{OWNER}> now holds *Finance* for *Payments*.")


async def test_of_two_admins_the_second_is_told_and_loses_nothing(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    first, second = await filled_in(stage), await filled_in(stage, "U1INGROUP", person=ASKER)
    second.fill("Until day", "2026-12-24")
    stage.clock.advance(timedelta(minutes=1))
    await first.submit()

    await second.submit()

    assert "Somebody else changed this meanwhile, so nothing was saved." in second.text
    assert f"Held now by:\n• <@{OWNER}>, since 2026-11-23" in second.text
    assert f"<@{OWNER}>" in (await stage.slash("team show Payments"))["text"]
    given = {block["block_id"]: block["element"] for block in second.view["blocks"] if block["type"] == "input"}
    assert given["assign.team"]["initial_option"]["text"]["text"] == "Payments"
    assert given["assign.persona"]["initial_option"]["value"] == "finance"
    assert given["assign.person"]["initial_user"] == ASKER
    assert given["assign.until"]["initial_date"] == "2026-12-24"


async def test_after_looking_the_second_admin_can_save(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    first, second = await filled_in(stage), await filled_in(stage, "U1INGROUP", person=ASKER)
    stage.clock.advance(timedelta(minutes=1))
    await first.submit()
    await second.submit()
    stage.clock.advance(timedelta(minutes=1))

    await second.submit()

    assert second.text.startswith(f"<@{ASKER}> now holds *Finance* for *Payments*. <@{OWNER}> held it until now.")


async def test_a_conflict_over_a_group_keeps_the_group(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    first, second = await filled_in(stage), await filled_in(stage, "U1INGROUP")
    second.fill("Person", None)
    await second.choose("User group", "@buyers")
    stage.clock.advance(timedelta(minutes=1))
    await first.submit()

    await second.submit()

    assert second.value("User group")["value"] == "S1BUYERS"
    assert "@buyers" in second.text


async def test_a_team_that_is_gone_meanwhile_is_refused_beside_the_team(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    form = await filled_in(stage)
    await stage.slash("team archive Payments", ADMIN)

    await form.submit()

    assert form.errors == {"Team": "The team Payments is gone: it was archived or merged meanwhile."}


async def test_a_persona_that_is_gone_meanwhile_is_refused_beside_the_persona(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    form = await filled_in(stage)
    form.fill("Persona", {"text": {"type": "plain_text", "text": "Deal desk"}, "value": "deal-desk"})

    await form.submit()

    assert form.errors == {"Persona": "This persona is not there any more: choose another."}


async def test_teams_are_found_by_what_is_typed_whatever_they_are_called(stage: Stage) -> None:
    await stage.slash("team add Payments alias checkout", ADMIN)
    adding = await stage.form("team add", ADMIN)
    adding.fill("Name", HOSTILE)
    await adding.submit()
    form = await stage.form("assign", ADMIN)

    everything = [one["text"]["text"] for one in await form.offered("Team", "")]

    assert everything[:2] == ["The whole organisation", "Payments"]
    assert everything[2].startswith("&lt;!channel&gt; WWW")
    assert [one["text"]["text"] for one in await form.offered("Team", "CHECK")] == ["Payments"]
    assert await form.offered("Team", "zzz") == []


async def test_guests_neither_get_a_form_nor_see_names(stage: Stage) -> None:
    stage.slack.users[GUEST] = a_user(GUEST, "Gus", is_restricted=True)
    await stage.slash("team add Payments", ADMIN)
    form = await stage.form("assign", ADMIN)
    form.user = GUEST

    answer = await stage.slash("assign", GUEST)

    assert "shown to members of this organisation only" in answer["text"]
    assert await form.offered("Team", "") == []
    assert await form.offered("User group", "") == []


async def test_where_slack_is_away_the_person_keeps_what_they_filled_in(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    form = await filled_in(stage, person="U1NEWCOMER")
    stage.slack.fail("users.info", "fatal_error")

    await form.submit()

    assert list(form.errors) == ["Person"]
    assert "I could not ask Slack" in form.errors["Person"]
    assert form.value("Person") == "U1NEWCOMER"


async def test_a_form_that_slack_does_not_open_is_said(stage: Stage) -> None:
    stage.slack.fail("views.open", "expired_trigger_id")

    assert "I cannot reach what I need" in (await stage.slash("assign", ADMIN))["text"]
