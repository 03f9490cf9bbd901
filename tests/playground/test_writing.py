"""What is typed becomes what Slack sends: references for names, entities for markup."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.organisation import Member, Organisation, UserGroup
from bot.playground.writing import composer_of

ORGANISATION = Organisation(
    people={
        "U1": Member("U1", "Mara Lindqvist", "mara.lindqvist@example.com"),
        "U2": Member("U2", "Mara Novák", "mara.novák@example.com"),
        "U3": Member("U3", "Owen", "owen@example.com"),
        "U4": Member("U4", "Hugo Martin", "hugo@example.com"),
        "U5": Member("U5", "<b>Eve</b>", "eve@example.com"),
    },
    groups={"S1": UserGroup("S1", "cloud-buyers", ("U1",))},
    channels={"C1": "payments", "C2": "payments-alerts"},
    departed=("U4",),
)
COMPOSER = composer_of(ORGANISATION, "finops")


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("@finops who owns this?", "<@U0FINOPS> who owns this?"),
        ("ask @Mara Lindqvist, please", "ask <@U1>, please"),
        ("ask @mara novák", "ask <@U2>"),
        ("@mara is two people", "@mara is two people"),
        ("@owen and @OWEN", "<@U3> and <@U3>"),
        ("@owens is not @owen_", "@owens is not @owen_"),
        ("owen@owen.com is an address", "owen@owen.com is an address"),
        ("@hugo has left", "@hugo has left"),
        ("@<b>Eve</b>!", "<@U5>!"),
        ("to @cloud-buyers", "to <!subteam^S1|@cloud-buyers>"),
        ("#payments and #payments-alerts", "<#C1|payments> and <#C2|payments-alerts>"),
        ("@here @channel @everyone", "<!here> <!channel> <!everyone>"),
        ("<@U1> <!channel> & co", "&lt;@U1&gt; &lt;!channel&gt; &amp; co"),
        ("see https://example.com/a?b=1&c=2.", "see <https://example.com/a?b=1&amp;c=2>."),
        ("", ""),
    ],
)
def test_names_become_references_and_everything_else_is_escaped(typed: str, sent: str) -> None:
    assert COMPOSER.slack_text(typed) == sent


@given(st.text(alphabet=st.characters(exclude_characters="@#"), max_size=200))
def test_a_text_without_names_only_has_its_markup_escaped(text: str) -> None:
    if "http" not in text:
        assert COMPOSER.slack_text(text).count("<") == 0


def test_the_longest_text_against_many_people_takes_no_time() -> None:
    people = {f"U{n:05}": Member(f"U{n:05}", f"Person {n}", f"p{n}@example.com") for n in range(5_000)}
    composer = composer_of(replace(ORGANISATION, people=people), "finops")

    started = time.perf_counter()
    composer.slack_text("@p " * 13_333)

    assert time.perf_counter() - started < 2
