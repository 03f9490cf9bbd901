"""Assignments, teams and the personas, by command."""

import pytest

from tests.scenarios.conftest import ADMIN, ASKER, BUYING, LEFT, OWNER, Stage


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
    assert "/finops who-owns <question>" in (await stage.slash("help"))["text"]
    assert "/finops help" in (await stage.mention(""))["text"]


async def test_without_user_groups_the_bot_still_works(stage: Stage) -> None:
    stage.slack.fail("usergroups.users.list", "missing_scope")

    refused = await stage.slash(f"assign <@{OWNER}> finance", ASKER)
    answered = await stage.slash(f"who-owns {BUYING}")

    assert "could not ask Slack whether you may change this" in refused["text"]
    assert "Procurement" in answered["text"]
