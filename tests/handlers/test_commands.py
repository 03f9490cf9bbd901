"""``/finops`` reads what people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserFacingError
from bot.handlers.commands import (
    Assign,
    AssignForm,
    Audit,
    Away,
    Back,
    Command,
    Help,
    Personas,
    TeamAdd,
    TeamArchive,
    TeamEdit,
    TeamList,
    TeamMerge,
    TeamShow,
    TeamWords,
    Unassign,
    WhoOwns,
)
from bot.handlers.grammar import parse_command
from bot.teams.model import Assignee, Rank

SAM = Assignee.from_id("U123SAM")
BUYERS = Assignee.from_id("S123BUY")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", Help()),
        ("  HELP ", Help()),
        ("who-owns who pays for bigquery for Data", WhoOwns("who pays for bigquery for Data")),
        ("who-owns", WhoOwns("")),
        ("who-owns the tags for Data --at 2026-03-01", WhoOwns("the tags for Data", "2026-03-01")),
        ("personas", Personas(None)),
        ("personas FinOps Practitioner", Personas("FinOps Practitioner")),
        ("assign <@U123SAM|sam> finance", Assign(SAM, "finance", None, Rank.PRIMARY)),
        (
            "assign <@U123SAM> finance for Data Platform backup",
            Assign(SAM, "finance", "Data Platform", Rank.BACKUP),
        ),
        ("assign <@U123SAM> finance backup", Assign(SAM, "finance", None, Rank.BACKUP)),
        ("assign <@U123SAM> finance for Backup", Assign(SAM, "finance", "Backup", Rank.PRIMARY)),
        ("assign <!subteam^S123BUY|@buyers> itsm / itil", Assign(BUYERS, "itsm / itil", None, Rank.PRIMARY)),
        ("assign", AssignForm()),
        (
            "assign <@U123SAM> finance for Payments backup from 1 Dec until 2026-12-14",
            Assign(SAM, "finance", "Payments", Rank.BACKUP, "1 Dec", "2026-12-14"),
        ),
        ("assign <@U123SAM> finance until friday", Assign(SAM, "finance", None, valid_until="friday")),
        ("unassign <@U123SAM> finance for Payments", Unassign(SAM, "finance", "Payments")),
        ("team list", TeamList()),
        ("team", TeamList()),
        ("team show Data Platform", TeamShow("Data Platform")),
        ("team add", TeamAdd(TeamWords())),
        ("team add Payments", TeamAdd(TeamWords("Payments"))),
        (
            "team add Payments under Commerce alias checkout, billing squad channels <#C1PAY|pay> <#C2PAY>",
            TeamAdd(TeamWords("Payments", "Commerce", ("checkout", "billing squad"), ("C1PAY", "C2PAY"))),
        ),
        (
            "team add Payments channel <#C1PAY> aliases checkout",
            TeamAdd(TeamWords("Payments", None, ("checkout",), ("C1PAY",))),
        ),
        (
            "team edit Payments name Pay under none members <@U123SAM> <!subteam^S123BUY> leads <@U123SAM>",
            TeamEdit("Payments", TeamWords("Pay", "", members=("U123SAM", "S123BUY"), leads=("U123SAM",))),
        ),
        ("team edit Payments alias none", TeamEdit("Payments", TeamWords(aliases=()))),
        ("team edit Payments", TeamEdit("Payments", TeamWords())),
        ("team add R&amp;D alias a &lt; b", TeamAdd(TeamWords("R&D", aliases=("a < b",)))),
        ("team merge Cards into Payments", TeamMerge("Cards", "Payments")),
        ("team archive Data Platform", TeamArchive("Data Platform")),
        ("away until 24 Dec", Away("24 Dec", None)),
        ("away next friday cover <@U123SAM|sam>", Away("next friday", "U123SAM")),
        ("back", Back()),
        ("audit", Audit(None)),
        ("audit Data Platform", Audit("Data Platform")),
    ],
)
def test_a_command_is_understood(text: str, command: Command) -> None:
    assert parse_command(text) == command


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("who-ons x", "“who-ons” is not a command. Did you mean /finops who-owns"),
        ("asign <@U1SAM> finance", "Did you mean /finops assign"),
        ("where is the invoice", "write: /finops who-owns where is the invoice"),
        ("unassign", "Whom?"),
        ("assign @sam finance", "“@sam” is not a person or user group I can see"),
        ("assign <@U123SAM>", "Which persona?"),
        ("unassign <@U123SAM>", "Which persona?"),
        ("team edit", "Which team?"),
        ("team merge Cards", "Into which team?"),
        ("away", "Until when?"),
        ("away until friday cover sam", "“sam” is not a person I can see"),
        ("team show", "Which team?"),
        ("team remove x", "“remove” is not something to do with a team"),
        ("team add under Commerce", "What is the team called?"),
        ("team add Payments channels payments", "“payments” is not a channel I can see"),
    ],
)
def test_what_is_not_understood_gets_the_way_to_write_it(text: str, message: str) -> None:
    with pytest.raises(UserFacingError) as caught:
        parse_command(text)

    assert message in str(caught.value)
    assert "/finops" in str(caught.value)


@given(
    st.text(st.characters(), max_size=80),
    st.sampled_from(["", "assign ", "team add ", "team edit ", "who-owns ", "away ", "unassign "]),
)
def test_any_text_is_a_command_or_a_clear_error(text: str, verb: str) -> None:
    answer: Command | str
    try:
        answer = parse_command(verb + text)
    except UserFacingError as error:
        answer = str(error)

    assert answer != ""
