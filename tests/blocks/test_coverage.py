"""Coverage and gaps say what they have to, and fit into Slack's limits whatever teams are called."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks.coverage import SCORE_MEANS, coverage_message, team_coverage_message
from bot.blocks.gaps import gap_line, gaps_message
from bot.blocks.text import Message
from bot.blocks.trend import NO_TREND, before_words, trend_bars, trend_words
from bot.digests.model import Snapshot
from bot.playground.limits import message_problems
from bot.teams.coverage import CellState
from bot.teams.coverage_policy import CoveragePolicy, TeamRule
from bot.teams.coverage_report import CoverageFacts, CoverageReport, coverage_report
from bot.teams.model import Assignee, Assignment, SkipReason, Team
from bot.teams.policy import OwnershipPolicy
from tests.builders import NOW, a_catalogue, a_persona, a_team, an_assignment

CATALOGUE = a_catalogue(
    a_persona("engineering"), a_persona("finance"), replace(a_persona("security"), group="allied")
)
COMMERCE = a_team("Commerce")
PAYMENTS = a_team("Payments", parent=COMMERCE)
TODAY = NOW.date()
HOSTILE = ["<!channel> " + "W" * 69, "&" * 80, "*_~`" * 20, "\u202egnillib\u202c", "<@U666EVIL>"]


def a_report(
    *held: Assignment,
    teams: tuple[Team, ...] = (COMMERCE, PAYMENTS),
    policy: CoveragePolicy | None = None,
    **facts: Any,  # noqa: ANN401 (any part of the facts)
) -> CoverageReport:
    return coverage_report(
        CoverageFacts(NOW, teams, held, **facts),
        CATALOGUE.personas,
        policy or CoveragePolicy(),
        OwnershipPolicy().is_overdue,
    )


def buttons(message: Message) -> list[str]:
    blocks: Any = message.payload()["blocks"]
    return [block["accessory"]["accessibility_label"] for block in blocks if "accessory" in block]


def score_on(day: date, score: float | None) -> Snapshot:
    return Snapshot(day, score, {CellState.COVERED: 1})


def test_the_score_comes_with_what_it_means_and_the_states_of_each_persona() -> None:
    report = a_report(
        an_assignment("engineering", team=COMMERCE),
        an_assignment("finance"),
        an_assignment("security", since=NOW - timedelta(days=91)),
    )

    message = coverage_message(report, CATALOGUE)

    assert message.text.splitlines()[:5] == [
        "*Coverage: 76 %*",
        "Of 5 required: 1 covered, 1 inherited, 2 organisation-wide, 1 stale",
        "• *Engineering*: 1 covered, 1 inherited",
        "• *Finance*: 2 organisation-wide",
        "• *Security*: 1 stale",
    ]
    assert SCORE_MEANS in message.text
    assert message_problems(message.payload()) == ()


def test_what_it_was_before_is_told_as_far_as_it_is_known() -> None:
    history = [
        score_on(TODAY - timedelta(days=days), score)
        for days, score in ((400, 40), (369, 50), (186, None), (185, 60), (45, 70), (2, 80))
    ]

    assert before_words(history, TODAY) == "60 % half a year ago, 50 % a year ago"
    assert "(before: 60 % half a year ago" in coverage_message(a_report(), CATALOGUE, history).text
    assert before_words([], TODAY) == ""


def test_nothing_required_and_no_teams_are_told_with_the_next_step() -> None:
    nothing = CoveragePolicy(core="nowhere", allied="nowhere")

    assert coverage_message(a_report(policy=nothing), CATALOGUE).text == "Nothing is required of anybody."
    empty = coverage_message(a_report(policy=nothing, teams=()), CATALOGUE).text
    assert empty == "Nothing is required of anybody. There are no teams yet. Add the first: `/finops team add`"
    assert "Add the first: `/finops team add`" in coverage_message(a_report(teams=()), CATALOGUE).text


def test_rules_for_teams_that_do_not_exist_are_named() -> None:
    policy = CoveragePolicy(teams={"paymnts": TeamRule(), "payments": TeamRule()})

    text = coverage_message(a_report(policy=policy), CATALOGUE).text

    assert "coverage.yaml has rules for teams that do not exist: “paymnts”" in text


def test_a_gap_says_since_when_it_is_open_and_how_often_it_was_asked_about() -> None:
    report = a_report(
        team_since={PAYMENTS.id: NOW - timedelta(days=1)},
        asked={one: 2 for one in a_report().required if one.team_id == PAYMENTS.id},
        emptied_at={one: NOW - timedelta(days=1200) for one in a_report().required if one.team_id is None},
    )

    lines = [gap_line(gap, CATALOGUE) for gap in report.gaps]

    assert "• *Security* for the whole organisation: nobody for 1,200 days" in lines
    assert "• *Finance* for *Payments*: nobody for 1 day; asked about 2 times" in lines
    assert "• *Finance* for *Commerce*: nobody" in lines


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("deactivated", "Lee, whose account is deactivated"),
        ("unknown", "Lee, whom Slack does not know any more"),
        ("bot", "Lee, which is a bot"),
        ("guest", "Lee, who is a guest"),
        ("external", "Lee, who is of another organisation"),
        ("empty_group", "Lee, a group without members"),
        ("disabled_group", "Lee, a group that is disabled"),
    ],
)
def test_whoever_cannot_be_asked_is_told_with_the_reason(reason: str, told: str) -> None:
    report = a_report(an_assignment("security", "U1LEE"), unfit={"U1LEE": reason})
    (gap,) = report.stale

    assert gap_line(gap, CATALOGUE, lambda _: "Lee") == f"• *Security* for the whole organisation: {told}"


@pytest.mark.parametrize("reason", sorted({*get_args(SkipReason)} - {"away"}))
def test_every_reason_not_to_ask_somebody_has_words(reason: str) -> None:
    (gap,) = a_report(an_assignment("security", "U1LEE"), unfit={"U1LEE": reason}).stale

    assert gap_line(gap, CATALOGUE, lambda _: "Lee").startswith("• *Security* for the whole organisation: Lee, ")


def test_whoever_has_not_confirmed_is_told_with_since_when() -> None:
    (gap,) = a_report(an_assignment("security", since=NOW - timedelta(days=100))).stale

    line = gap_line(gap, CATALOGUE, is_new=True)

    assert line == "• new: *Security* for the whole organisation: <@U1OWNER> has not confirmed it for 100 days"


def test_each_gap_somebody_may_close_has_a_button_that_makes_sense_alone() -> None:
    report = a_report()
    theirs = {gap.cell for gap in report.gaps if gap.team == PAYMENTS}

    message = gaps_message(report, CATALOGUE, theirs)

    assert buttons(message) == ["Assign Engineering for Payments", "Assign Finance for Payments"]
    assert buttons(gaps_message(report, CATALOGUE)) == []


def test_a_teams_coverage_has_buttons_for_its_own_gaps_alone() -> None:
    report = a_report()

    message = team_coverage_message(PAYMENTS, report, CATALOGUE, {gap.cell for gap in report.gaps})

    assert buttons(message) == ["Assign Engineering for Payments", "Assign Finance for Payments"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_mention_nobody_and_fit(name: str) -> None:
    teams = tuple(a_team(f"{name[:78]}{number}") for number in range(20))
    report = a_report(teams=teams)
    editable = {gap.cell for gap in report.gaps}
    catalogue = a_catalogue(*(replace(persona, name=name) for persona in CATALOGUE.personas))

    messages = [
        coverage_message(report, catalogue),
        gaps_message(report, catalogue, editable),
        team_coverage_message(teams[0], report, catalogue, editable),
    ]

    for message in messages:
        assert message_problems(message.payload()) == ()
        assert not any(live in message.text for live in ("<!channel", "<@U666EVIL"))


@settings(max_examples=30, deadline=None)
@given(names=st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=30))
def test_teams_of_any_name_and_number_fit(names: list[str]) -> None:
    report = a_report(teams=tuple(map(a_team, names)))
    messages: list[Callable[[], Message]] = [
        lambda: coverage_message(report, CATALOGUE),
        lambda: gaps_message(report, CATALOGUE, {gap.cell for gap in report.gaps}),
    ]

    for build in messages:
        assert message_problems(build().payload()) == ()


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ({}, NO_TREND),
        ({0: 50}, NO_TREND),
        ({0: None, 1: 50}, NO_TREND),
        ({0: 50, 89: 61.5}, "Coverage rose from 50 % on 25 August 2026 to 61.5 % on 22 November 2026."),
        ({0: 50, 5: 70, 89: 40}, "Coverage fell from 50 % on 25 August 2026 to 40 % on 22 November 2026."),
        ({0: 50, 89: 50}, "Coverage is 50 %, as on 25 August 2026."),
    ],
)
def test_the_trend_is_told_in_words(scores: Mapping[int, float | None], words: str) -> None:
    trend = [score_on(date(2026, 8, 25) + timedelta(days=day), score) for day, score in scores.items()]

    assert trend_words(trend) == words


def test_the_trend_has_a_bar_a_week_the_latest_last_and_a_dot_for_what_is_not_known() -> None:
    first = date(2026, 8, 31)
    scores: dict[int, float | None] = {0: 0, 1: 10, 7: 50, 21: 99, 28: 100}

    bars = trend_bars([score_on(first + timedelta(days=day), score) for day, score in scores.items()])

    assert bars == "▁▅·██"
    assert trend_bars([score_on(first, 5)]) == ""


def test_a_holder_is_mentioned_only_where_it_is_asked_for() -> None:
    (gap,) = a_report(an_assignment("security", since=NOW - timedelta(days=100))).stale

    assert gap.holder == Assignee.from_id("U1OWNER")
    assert "<@" not in gap_line(gap, CATALOGUE, lambda _: "Owen")
