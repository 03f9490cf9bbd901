"""Assignments, teams and the personas, by command."""

import pytest

from bot.blocks.text import escape
from bot.handlers.commands import DIGEST_USAGE, TEAM_USAGE, USAGE
from tests.scenarios.conftest import ADMIN, ASKER, BUYING, LEFT, OWNER, Stage
from tests.scenarios.forms import said


async def test_an_admin_assigns_and_unassigns(stage: Stage) -> None:
    await stage.slash("team add Payments", ADMIN)

    assigned = await stage.slash(f"assign <@{OWNER}|owen> procurement for Payments", ADMIN)
    replaced = await stage.slash("assign <!subteam^S1BUYERS|@buyers> procurement for payments", ADMIN)
    backup = await stage.slash(f"assign <@{OWNER}> Procurement for payments backup", ADMIN)
    page = await stage.slash("team show payments")
    ended = await stage.slash(f"unassign <@{OWNER}> procurement for payments", ADMIN)

    assert assigned["text"] == f"<@{OWNER}> now holds *Procurement* for *Payments*."
    assert (
        replaced["text"]
        == f"<!subteam^S1BUYERS> now holds *Procurement* for *Payments*. <@{OWNER}> held it until now."
    )
    assert backup["text"] == f"<@{OWNER}> now holds *Procurement* for *Payments* as backup."
    assert "<!subteam^S1BUYERS>, since 2026-11-23, confirmed today" in page["text"]
    assert ended["text"] == f"<@{OWNER}> no longer holds *Procurement* for *Payments*."


@pytest.mark.parametrize("user", [ADMIN, "U1INGROUP"])
async def test_workspace_admins_and_finops_admins_may(stage: Stage, user: str) -> None:
    answer = await stage.slash(f"assign <@{OWNER}> finance", user)

    assert answer["text"] == f"<@{OWNER}> now holds *Finance* for the whole organisation."


@pytest.mark.parametrize(
    "command", [f"assign <@{OWNER}> finance", f"unassign <@{OWNER}> finance", "team add Mine"]
)
async def test_nobody_else_may(stage: Stage, command: str) -> None:
    answer = await stage.slash(command, ASKER)

    assert answer["text"].endswith("Please ask a FinOps admin or a workspace admin.")
    assert "There are no teams yet" in (await stage.slash("team list"))["text"]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (f"assign <@{LEFT}> finance", "Lee's account is deactivated, so they cannot own anything."),
        ("assign <@U1NOBODY> finance", "There is nobody with the id U1NOBODY in this workspace."),
        (f"assign <@{OWNER}> finanse", "There is no persona called “finanse”. Did you mean finance?"),
        (f"assign <@{OWNER}> finance for Nowhere", "There is no team called “Nowhere”. See /finops team list."),
        ("asign", "“asign” is not a command. Did you mean /finops assign"),
        ("who-owns", "I found no words to go by."),
        ("who-owns :wave: <@U1OWNER> <https://example.com>", "I found no words to go by."),
        ("team show <!channel>", "There is no team called “&lt;!channel&gt;”."),
    ],
)
async def test_wrong_input_gets_a_clear_word(stage: Stage, command: str, answer: str) -> None:
    assert (await stage.slash(command, ADMIN))["text"].startswith(answer)


async def test_teams_are_listed_as_a_tree(stage: Stage) -> None:
    await stage.slash("team add Commerce", ADMIN)
    added = await stage.slash("team add Payments under commerce alias checkout channels <#C1PAY|pay>", ADMIN)

    listed = await stage.slash("team list")

    assert "Added *Payments*, also called checkout, <#C1PAY>." in added["text"]
    assert listed["text"] == "• *Commerce*\n    • *Payments*, also called checkout, <#C1PAY>"
    assert "Part of Commerce" in (await stage.slash("team show checkout"))["text"]


async def test_the_personas_are_shown_with_their_attribution(stage: Stage) -> None:
    everything = await stage.slash("personas")
    one = await stage.slash("personas FinOps Practitioner")

    assert everything["text"].count("• ") == 11
    assert "Analytical Skills" in one["text"]
    for answer in (everything, one):
        assert "CC BY 4.0" in answer["text"]


async def test_help_and_a_bare_greeting_show_the_way(stage: Stage) -> None:
    assert "`/finops who-owns &lt;question&gt; [for &lt;team&gt;]`" in (await stage.slash("help"))["text"]
    assert "/finops help" in (await stage.mention(""))["text"]


@pytest.mark.parametrize(
    ("command", "usage"),
    [
        ("whoowns", USAGE["who-owns"]),
        ("assign @sam", USAGE["assign"]),
        ("unassign", USAGE["unassign"]),
        ("team paint", USAGE["team"]),
        ("team show", TEAM_USAGE["show"]),
        ("team add members @sam", TEAM_USAGE["add"]),
        ("team edit", TEAM_USAGE["edit"]),
        ("team merge Cards", TEAM_USAGE["merge"]),
        ("team archive", TEAM_USAGE["archive"]),
        ("away", USAGE["away"]),
        ("digest add", DIGEST_USAGE["add"]),
        ("digest pause", DIGEST_USAGE["pause"]),
    ],
)
async def test_a_usage_line_reads_on_slack_as_it_is_written(stage: Stage, command: str, usage: str) -> None:
    answer = await stage.slash(command, ADMIN)

    assert escape(usage) in answer["text"]
    assert escape(usage) in said(answer["blocks"])


async def test_what_was_typed_is_repeated_as_it_was_typed(stage: Stage) -> None:
    answer = await stage.slash("Zzyzx R&amp;D &lt;now&gt; &amp;lt;", ADMIN)

    assert answer["text"].startswith("“zzyzx” is not a command.")
    assert answer["text"].endswith("/finops who-owns Zzyzx R&amp;D &lt;now&gt; &amp;lt;")


async def test_hints_in_answers_are_no_broken_links(stage: Stage) -> None:
    nothing_yet = await stage.slash("team list")
    added = await stage.slash("team add R&amp;D", ADMIN)
    shown = await stage.slash("team show R&amp;D")
    here = await stage.slash("back")
    personas = await stage.slash("personas")

    assert "`/finops team add &lt;name&gt;`" in nothing_yet["text"]
    assert added["text"].endswith("`/finops assign @somebody &lt;persona&gt; for R&amp;D`")
    assert shown["text"].endswith("`/finops assign @somebody &lt;persona&gt; for R&amp;D`")
    assert here["text"].endswith("`/finops away until &lt;day&gt; [cover @user]`")
    assert "`/finops personas &lt;key&gt;`" in personas["text"]


async def test_without_user_groups_the_bot_still_works(stage: Stage) -> None:
    stage.slack.fail("usergroups.users.list", "missing_scope")

    refused = await stage.slash(f"assign <@{OWNER}> finance", ASKER)
    answered = await stage.slash(f"who-owns {BUYING}")

    assert "could not ask Slack whether you may change this" in refused["text"]
    assert "Procurement" in answered["text"]
