"""``/finops`` reads what people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserFacingError
from bot.handlers.commands import (
    Assign,
    Command,
    Help,
    Personas,
    TeamAdd,
    TeamList,
    TeamShow,
    Unassign,
    WhoOwns,
    parse_command,
)
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
        ("unassign <@U123SAM> finance for Payments", Unassign(SAM, "finance", "Payments")),
        ("team list", TeamList()),
        ("team", TeamList()),
        ("team show Data Platform", TeamShow("Data Platform")),
        ("team add Payments", TeamAdd("Payments", None, (), ())),
        (
            "team add Payments under Commerce alias checkout, billing squad channels <#C1PAY|pay> <#C2PAY>",
            TeamAdd("Payments", "Commerce", ("checkout", "billing squad"), ("C1PAY", "C2PAY")),
        ),
        (
            "team add Payments channel <#C1PAY> aliases checkout",
            TeamAdd("Payments", None, ("checkout",), ("C1PAY",)),
        ),
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
        ("assign", "Whom?"),
        ("assign @sam finance", "“@sam” is not a person or user group I can see"),
        ("assign <@U123SAM>", "Which persona?"),
        ("unassign <@U123SAM>", "Which persona?"),
        ("team add", "Which team?"),
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
    st.text(st.characters(), max_size=80), st.sampled_from(["", "assign ", "team add ", "who-owns ", "unassign "])
)
def test_any_text_is_a_command_or_a_clear_error(text: str, verb: str) -> None:
    answer: Command | str
    try:
        answer = parse_command(verb + text)
    except UserFacingError as error:
        answer = str(error)

    assert answer != ""
