"""Teams, by form: over HTTP and over a socket."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.playground.slack import WORKSPACE_ID
from tests.scenarios.conftest import ADMIN, ASKER, OWNER, Stage, a_user
from tests.scenarios.forms import Form

GUEST = "U1GUEST"
LEAD = OWNER


async def editing(stage: Stage, team: str, user: str = ADMIN) -> Form:
    return await stage.form(f"team edit {team}", user)


async def test_an_admin_adds_a_team_by_form(stage: Stage) -> None:
    await stage.slash("team add Commerce", ADMIN)
    form = await stage.form("team add", ADMIN)
    form.fill("Name", "Payments")
    await form.choose("Parent team", "Commerce", "comm")
    form.fill("Aliases", "checkout,  billing squad,")
    form.fill("Channels", ["C1PAY", "G1SECRET"])
    form.fill("Members", [ASKER])
    await form.choose("Members: user groups", "@buyers")
    form.fill("Leads", [LEAD])

    await form.submit()

    assert form.text.startswith("Added *Payments*, also called checkout, billing squad, <#C1PAY> <#G1SECRET>.")
    page = (await stage.slash("team show billing squad"))["text"]
    assert f"Led by: <@{LEAD}>" in page
    assert f"Members: <!subteam^S1BUYERS> <@{ASKER}>" in page
    assert "Part of Commerce" in page


async def test_a_saved_form_changes_only_what_was_changed(stage: Stage) -> None:
    await stage.slash("team add Commerce", ADMIN)
    await stage.slash(
        f"team add Payments under Commerce alias checkout channels <#C1PAY|pay> members <@{ASKER}>"
        f" <!subteam^S1BUYERS|@buyers> leads <@{LEAD}>",
        ADMIN,
    )
    before = (await stage.slash("team show payments"))["text"]
    form = await editing(stage, "checkout")
    form.fill("Name", "Pay & Co")

    await form.submit()

    assert form.text.startswith("Saved: *Pay &amp; Co*, also called checkout, <#C1PAY>.")
    assert (await stage.slash("team show checkout"))["text"] == before.replace("Payments", "Pay &amp; Co")


async def test_parts_are_taken_away_by_emptying_their_fields(stage: Stage) -> None:
    await stage.slash("team add Commerce", ADMIN)
    await stage.slash(f"team add Payments under Commerce alias checkout members <@{ASKER}>", ADMIN)
    form = await editing(stage, "Payments")
    form.fill("Aliases", None)
    form.fill("Members", [])
    await form.choose("Parent team", "No parent team", "")

    await form.submit()

    page = (await stage.slash("team show Payments"))["text"]
    assert "checkout" not in page
    assert "Members" not in page
    assert "Part of" not in page


@pytest.mark.parametrize(
    ("label", "value", "error"),
    [
        ("Name", "Search", "“Search” already names the team Search: choose another name."),
        ("Name", "!!!", "“!!!” has no letters or digits: give the team a name people can type."),
        ("Aliases", "find, Discovery", "“Discovery” already names the team Search: choose another name."),
        ("Aliases", "ok, …", "“…” has no letters or digits: give the team a name people can type."),
        (
            "Aliases",
            ",".join(f"a{number}" for number in range(21)),
            "Payments would have 21 aliases: a team has 20 at most.",
        ),
        ("Channels", ["C1SEARCH"], "The channel C1SEARCH already belongs to the team Search."),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_then_it_is_saved(
    stage: Stage, label: str, value: str | list[str], error: str
) -> None:
    await stage.slash("team add Search alias discovery channels <#C1SEARCH|search>", ADMIN)
    await stage.slash("team add Payments", ADMIN)
    form = await editing(stage, "Payments")
    good = form.value(label)
    form.fill(label, value)

    await form.submit()

    assert form.errors == {label: error}
    form.fill(label, good)
    await form.submit()
    assert form.text.startswith("Saved: *Payments*")


async def test_a_cycle_is_refused_beside_the_parent(stage: Stage) -> None:
    await stage.slash("team add Commerce", ADMIN)
    await stage.slash("team add Payments under Commerce", ADMIN)
    form = await editing(stage, "Commerce")
    await form.choose("Parent team", "Payments")

    await form.submit()

    assert form.errors == {"Parent team": "Payments is below Commerce, so it cannot be its parent."}


async def test_a_parent_that_is_gone_meanwhile_is_refused_beside_it(stage: Stage) -> None:
    await stage.slash("team add Commerce", ADMIN)
    form = await stage.form("team add", ADMIN)
    form.fill("Name", "Payments")
    await form.choose("Parent team", "Commerce")
    await stage.slash("team archive Commerce", ADMIN)

    await form.submit()

    assert form.errors == {"Parent team": "The team Commerce is gone: it was archived or merged meanwhile."}


async def test_of_two_admins_the_second_is_told_then_may_go_ahead(stage: Stage) -> None:
    await stage.slash("team add Commerce", ADMIN)
    await stage.slash("team add Payments alias checkout", ADMIN)
    first, second = await editing(stage, "Payments"), await editing(stage, "Payments", "U1INGROUP")
    first.fill("Aliases", "checkout, billing")
    second.fill("Name", "Pay")
    await second.choose("Parent team", "Commerce")
    second.fill("Members", [ASKER])
    await second.choose("Leads: user groups", "@buyers")
    await first.submit()

    await second.submit()

    assert "Somebody else changed this team meanwhile, so nothing was saved." in second.text
    assert "Also called: checkout, billing" in second.text
    given = {block["block_id"]: block["element"] for block in second.view["blocks"] if block["type"] == "input"}
    assert given["team.name"]["initial_value"] == "Pay"
    assert given["team.parent"]["initial_option"]["text"]["text"] == "Commerce"
    assert given["team.members"]["initial_users"] == [ASKER]
    assert given["team.lead_groups"]["initial_options"][0]["value"] == "S1BUYERS"
    await second.submit()
    assert second.text.startswith("Saved: *Pay*, also called checkout.")


async def test_a_team_that_is_gone_meanwhile_is_refused(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    form = await editing(stage, "Payments")
    await stage.slash("team archive Payments", ADMIN)

    await form.submit()

    assert form.errors == {"Name": "The team Payments is gone: it was archived or merged meanwhile."}


async def test_who_may_not_add_is_told_beside_the_name_and_whom_to_ask(stage: Stage) -> None:
    form = await stage.form("team add", ASKER)
    form.fill("Name", "Mine")

    await form.submit()

    assert "You may add teams below those that you lead." in form.text
    assert "Please ask a FinOps admin or a workspace admin." in form.errors["Name"]


async def test_who_may_not_edit_gets_no_form(stage: Stage) -> None:
    await stage.slash(f"team add Payments leads <@{LEAD}>", ADMIN)

    answer = await stage.slash("team edit Payments", ASKER)

    assert "Please ask Owen (leads Payments)" in answer["text"]


async def test_a_lead_changes_their_team_without_touching_what_is_above(stage: Stage) -> None:
    await stage.slash("team add Commerce", ADMIN)
    await stage.slash(f"team add Payments under Commerce leads <@{LEAD}>", ADMIN)
    form = await editing(stage, "Payments", LEAD)
    form.fill("Aliases", "checkout")

    await form.submit()

    assert form.text.startswith("Saved: *Payments*, also called checkout.")
    assert "Part of Commerce" in (await stage.slash("team show checkout"))["text"]


async def test_a_lead_adds_a_team_below_their_own(stage: Stage) -> None:
    await stage.slash(f"team add Payments leads <@{LEAD}>", ADMIN)
    form = await stage.form("team add", LEAD)
    form.fill("Name", "Checkout")

    await form.submit()
    assert list(form.errors) == ["Name"]
    await form.choose("Parent team", "Payments")
    await form.submit()

    assert form.text.startswith("Added *Checkout*.")


async def test_a_team_of_more_groups_than_a_form_holds_keeps_them_all(stage: Stage) -> None:
    ids = [f"S{number:03}GROUP" for number in range(120)]
    stage.slack.groups |= {one: {"id": one, "handle": one.lower(), "users": []} for one in ids}
    await stage.slash(f"team add Payments members {' '.join(f'<!subteam^{one}>' for one in ids)}", ADMIN)
    form = await editing(stage, "Payments")

    await form.submit()

    saved = await stage.services.teams.called(WORKSPACE_ID, "Payments")
    assert len(saved.members) == 120


async def test_where_slack_does_not_tell_the_handles_ids_are_shown(stage: Stage) -> None:
    await stage.slash("team add Payments members <!subteam^S1BUYERS|@buyers>", ADMIN)
    stage.services.directory.forget("S1BUYERS")
    stage.slack.fail("usergroups.list", "fatal_error")

    form = await editing(stage, "Payments")

    assert "@S1BUYERS" in form.text
    await form.submit()
    assert "<!subteam^S1BUYERS>" in (await stage.slash("team show Payments"))["text"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=80), aliases=st.text(max_size=300))
async def test_whatever_is_typed_is_saved_or_refused_beside_a_field(stage: Stage, name: str, aliases: str) -> None:
    form = await stage.form("team add", ADMIN)
    form.fill("Name", name)
    form.fill("Aliases", aliases or None)

    await form.submit()

    assert set(form.errors) <= {"Name", "Aliases"}
    assert form.errors or form.text.startswith("Added ")


async def test_guests_get_no_form(stage: Stage) -> None:
    stage.slack.users[GUEST] = a_user(GUEST, "Gus", is_restricted=True)
    await stage.slash(f"team add Payments leads <@{LEAD}>", ADMIN)

    for command in ("team add", "team edit Payments"):
        assert "members of this organisation only" in (await stage.slash(command, GUEST))["text"]
