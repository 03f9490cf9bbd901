"""App Home: what somebody sees, and what its buttons do; over HTTP and over a socket."""

from datetime import timedelta

import pytest

from bot.blocks.ids import HomeRef
from bot.handlers.home import HomeHandlers
from bot.playground.limits import view_problems
from bot.playground.slack import BOT_USER_ID, WORKSPACE_ID
from bot.surface import Surface
from bot.teams.model import Actor
from tests.scenarios.conftest import ADMIN, ASKER, BUYING, CHANNEL, OWNER, Stage, a_user
from tests.scenarios.forms import labels

GUEST = "U1GUEST"
LEAD = "U1LEAD"
HOSTILE = "<!channel> " + "W" * 69


async def test_an_empty_workspace_leads_an_admin_to_the_first_team(stage: Stage) -> None:
    home = await stage.home(ADMIN)

    form = await home.opening("Add your first team")
    form.fill("Name", "Payments")
    await form.submit()

    assert form.text.startswith("Added *Payments*.")
    assert "Open Payments" in labels(home.view)
    assert "`U1ADMIN` added the team *Payments*" in home.text


async def test_an_empty_workspace_tells_others_whom_to_ask(stage: Stage) -> None:
    home = await stage.home(ASKER)

    assert "There are no teams yet. A FinOps admin or a workspace admin can add them" in home.text
    assert labels(home.view) == []


async def test_somebody_sees_what_they_hold_also_through_groups(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    await stage.slash("assign <@U1INGROUP> finance for Payments", ADMIN)
    await stage.slash("assign <!subteam^S1BUYERS|@buyers> procurement", ADMIN)
    stage.clock.advance(timedelta(days=100))

    home = await stage.home("U1INGROUP")

    assert "• *Finance* for *Payments*, since 2026-11-23, :warning: last confirmed 100 days ago" in home.text
    assert "• *Procurement* for the whole organisation, through <!subteam^S1BUYERS>" in home.text


async def test_who_is_away_is_told_until_when(stage: Stage) -> None:
    stage.slack.users[ASKER]["tz"] = "America/New_York"
    await stage.slash("away until 2026-12-24", ASKER)

    assert "You are away until Thursday, 24 December 2026." in (await stage.home(ASKER)).text
    await stage.slash("back", ASKER)
    assert "You are away" not in (await stage.home(ASKER)).text


async def test_a_gap_closes_after_assigning_from_its_button(stage: Stage) -> None:
    await stage.slash("team add Commerce", ADMIN)
    await stage.slash("team add Payments under Commerce", ADMIN)
    home = await stage.home(ADMIN)

    form = await home.opening("Assign Engineering for Commerce")
    assert "Nobody is named for this now." in form.text
    form.fill("Person", OWNER)
    await form.submit()

    assert form.text.startswith(f"<@{OWNER}> now holds *Engineering* for *Commerce*.")
    assert not any(one.startswith("Assign Engineering for") for one in labels(home.view))
    assert f"Held here: *Engineering* <@{OWNER}>" in home.text
    assert f"Inherited ↑ Commerce: *Engineering* <@{OWNER}>" in home.text


async def test_a_gap_of_the_whole_organisation_closes_too(stage: Stage) -> None:
    home = await stage.home(ADMIN)

    form = await home.opening("Assign Security for the whole organisation")
    form.fill("Person", OWNER)
    await form.submit()

    assert "Assign Security for the whole organisation" not in labels(home.view)
    assert f"Organisation-wide: *Security* <@{OWNER}>" in home.text


async def test_a_gap_that_somebody_filled_meanwhile_shows_who_holds_it(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    home = await stage.home(ADMIN)
    await stage.slash(f"assign <@{OWNER}> engineering for Payments", "U1INGROUP")

    form = await home.opening("Assign Engineering for Payments")

    assert f"Held now by:\n• <@{OWNER}>" in form.text


async def test_others_see_gaps_without_buttons_and_no_changes(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)

    home = await stage.home(ASKER)

    assert labels(home.view) == ["Open Payments", "Filter teams…"]
    assert "*Engineering* for *Payments*" in home.text
    assert "Latest changes" not in home.text


async def test_a_lead_gets_buttons_for_their_own_team_alone(stage: Stage) -> None:
    stage.slack.users[LEAD] = a_user(LEAD, "Lea")
    await stage.slash("team add Search", ADMIN)
    await stage.slash(f"team add Payments leads <@{LEAD}>", ADMIN)

    home = await stage.home(LEAD)

    assert "Assign Engineering for Payments" in labels(home.view)
    assert "Assign Engineering for Search" not in labels(home.view)
    assert "Add a team" not in labels(home.view)
    assert labels((await home.opening("Open Search")).view) == []


async def test_pages_are_turned_and_teams_filtered(stage: Stage) -> None:
    for number in range(10):
        await stage.slash(f"team add Team {number} alias crew {number}", ADMIN)
    home = await stage.home(ASKER)
    assert "Teams 1 to 8 of 10" in home.text

    await home.click("Next teams")
    assert "Teams 9 to 10 of 10" in home.text
    assert "Open Team 9" in labels(home.view)
    form = await home.opening("Filter teams…")
    form.fill("Team", "Crew 3")
    await form.submit()
    assert not form.is_open
    assert "Teams 1 to 1 of 1 whose name contains “Crew 3”" in home.text
    assert (await home.opening("Filter teams…")).value("Team") == "Crew 3"
    await home.click("Show all teams")
    await home.click("Next teams")
    await home.click("Previous teams")

    assert "Teams 1 to 8 of 10" in home.text


async def test_a_change_made_from_a_page_comes_back_to_that_page(stage: Stage) -> None:
    for number in range(10):
        await stage.slash(f"team add Team {number}", ADMIN)
    home = await stage.home(ADMIN)
    await home.click("Next teams")

    team = await home.opening("Open Team 9")
    await team.click("Assign a persona for Team 9")
    team.pick("Persona", "Product")
    team.fill("Person", OWNER)
    await team.submit()

    assert team.text.startswith(f"<@{OWNER}> now holds *Product* for *Team 9*.")
    assert "Teams 9 to 10 of 10" in home.text
    assert f"*Product* <@{OWNER}>" in home.text


async def test_a_teams_page_leads_to_its_form(stage: Stage) -> None:
    await stage.slash(f"team add Payments alias checkout members <@{ASKER}>", ADMIN)
    home = await stage.home(ADMIN)

    team = await home.opening("Open Payments")
    assert f"Also called: checkout\nMembers: <@{ASKER}>" in team.text
    await team.click("Edit Payments")
    team.fill("Name", "Pay")
    await team.submit()

    assert team.text.startswith("Saved: *Pay*")
    assert "Open Pay" in labels(home.view)


async def test_a_persona_is_assigned_from_the_top(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    home = await stage.home(ADMIN)

    form = await home.opening("Assign a persona")
    await form.choose("Team", "Payments")
    form.pick("Persona", "Finance")
    form.fill("Person", OWNER)
    await form.submit()

    assert f"Held here: *Finance* <@{OWNER}>" in home.text
    assert "Add a team" in labels(home.view)


async def test_a_team_that_is_gone_meanwhile_is_said(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    home = await stage.home(ADMIN)
    await stage.slash("team archive Payments", ADMIN)

    for label in ("Open Payments", "Assign Engineering for Payments"):
        assert "The team Payments is gone" in (await home.opening(label)).text


@pytest.mark.parametrize("admin", [ADMIN, "U1INGROUP"])
async def test_admins_see_what_could_not_be_answered_for_a_week_and_nobody_else_does(
    stage: Stage, admin: str
) -> None:
    stage.slack.fail("chat.postMessage", "is_archived")
    await stage.say(f"<@{BOT_USER_ID}> {BUYING}")
    stage.slack.fail("chat.postMessage", "messages_tab_disabled")
    await stage.say(BUYING, type="message", channel_type="im", channel="D1ASKER")
    stage.clock.advance(timedelta(days=1))

    text, for_others = (await stage.home(admin)).text, (await stage.home(ASKER)).text

    assert "Questions I could not answer (last 7 days)" in text
    assert f"• <#{CHANNEL}>: 1 question, yesterday. That channel is archived. There is nothing to do" in text
    assert "• Direct messages: 1 question, yesterday. The app takes no direct messages. Switch its" in text
    assert "snowflake" not in text
    assert "could not answer" not in for_others
    stage.clock.advance(timedelta(days=7))
    assert "could not answer" not in (await stage.home(admin)).text


async def test_what_could_not_be_answered_stands_on_the_first_page_alone(stage: Stage) -> None:
    for number in range(10):
        await stage.slash(f"team add Team {number}", ADMIN)
    stage.slack.fail("chat.postMessage", "not_in_channel")
    await stage.say(f"<@{BOT_USER_ID}> {BUYING}")
    home = await stage.home(ADMIN)
    assert "I am not in that channel. Write /invite @finops there." in home.text

    await home.click("Next teams")
    assert "could not answer" not in home.text
    form = await home.opening("Filter teams…")
    form.fill("Team", "Team 3")
    await form.submit()

    assert "could not answer" not in home.text


async def test_guests_see_no_names(stage: Stage) -> None:
    stage.slack.users[GUEST] = a_user(GUEST, "Gus", is_ultra_restricted=True)
    await stage.slash("team add Payments", ADMIN)
    await stage.slash(f"assign <@{OWNER}> finance for Payments", ADMIN)

    home = await stage.home(GUEST)

    assert "shown to members of this organisation only" in home.text
    assert OWNER not in str(home.view)
    assert "Payments" not in str(home.view)


async def test_somebody_who_became_a_guest_gets_nothing_from_an_old_home(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)
    home = await stage.home(ASKER)
    stage.slack.users[ASKER]["is_restricted"] = True
    stage.services.directory.forget(ASKER)

    form = await home.opening("Open Payments")

    assert "shown to members of this organisation only" in form.text


@pytest.mark.parametrize("name", [HOSTILE, "&" * 40 + "W" * 40, "*_~`" * 19 + "abcd"])
async def test_teams_of_any_name_are_shown_and_mention_nobody(stage: Stage, name: str) -> None:
    for number in range(9):
        form = await stage.form("team add", ADMIN)
        form.fill("Name", f"{name[:78]}{number}")
        await form.submit()
        assert form.errors == {}
    home = await stage.home(ADMIN)

    await home.click("Next teams")
    team = await home.opening(next(one for one in labels(home.view) if one.startswith("Open ")))

    assert view_problems(home.view) == ()
    assert "<!channel>" not in home.text + team.text


async def test_the_messages_tab_is_no_home(stage: Stage) -> None:
    event = {"type": "app_home_opened", "user": ASKER, "channel": "D1", "tab": "messages"}
    await stage.line.send("events_api", {"type": "event_callback", "team_id": WORKSPACE_ID, "event": event})

    assert stage.slack.views.homes == {}


async def test_where_slack_is_away_home_says_so_rather_than_show_names(stage: Stage) -> None:
    stage.slack.fail("users.info", "fatal_error")

    assert "I cannot reach what I need" in (await stage.home(ASKER)).text


async def test_what_was_saved_is_confirmed_even_if_home_cannot_be_shown(stage: Stage) -> None:
    home = await stage.home(ADMIN)
    form = await home.opening("Assign Security for the whole organisation")
    form.fill("Person", OWNER)
    stage.slack.fail("views.publish", "fatal_error")

    await form.submit()

    assert form.text.startswith(f"<@{OWNER}> now holds *Security*")


async def test_a_home_that_cannot_be_made_anew_is_left_as_it_is(stage: Stage) -> None:
    stage.slack.fail("users.info", "fatal_error")
    by = Actor(WORKSPACE_ID, ADMIN, Surface.MODAL)

    assert await HomeHandlers(stage.services).refreshed(by, HomeRef()) is None


async def test_a_form_that_slack_does_not_open_breaks_nothing(stage: Stage) -> None:
    home = await stage.home(ADMIN)
    stage.slack.fail("views.open", "expired_trigger_id")

    await home.click("Assign a persona")

    assert (await home.opening("Assign a persona")).text
