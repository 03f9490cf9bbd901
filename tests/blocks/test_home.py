"""App Home says who holds what, and fits into Slack's limits whatever teams are called."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.blocks import ids
from bot.blocks.digest_overview import DigestOverview
from bot.blocks.home import HomeContent, home_view
from bot.blocks.ids import FormState, HomeRef
from bot.blocks.matrix import MAX_TEXT, Reading, row_text, team_view
from bot.digests.model import Snapshot
from bot.playground.limits import view_problems
from bot.questions.inbox import Failure
from bot.surface import Surface
from bot.teams.audit import Action, AuditEntry
from bot.teams.coverage import CellState, coverage_of, gaps_among
from bot.teams.coverage_policy import CoveragePolicy
from bot.teams.matrix import MatrixPage, MatrixRow
from bot.teams.model import Assignment, Cell, Rank, Team
from bot.teams.policy import OwnershipPolicy
from tests.builders import NOW, a_catalogue, a_digest, a_persona, a_team, an_assignment
from tests.scenarios.forms import labels, said

KEYS = ["engineering", "finance", "leadership", "practitioner", "procurement", "product"]
ALLIED = ["itam", "itfm", "itsm", "security", "sustainability"]
PERSONAS = (
    *(a_persona(key) for key in KEYS),
    *(replace(a_persona(key), group="allied") for key in ALLIED),
)
READING = Reading(a_catalogue(*PERSONAS), OwnershipPolicy(), NOW)
COMMERCE = a_team("Commerce")
PAYMENTS = a_team("Payments", parent=COMMERCE, leads=("U1LEAD",))


def a_page(
    teams: Sequence[Team] = (),
    *held: Assignment,
    may_edit: bool = False,
    **changes: Any,  # noqa: ANN401
) -> MatrixPage:
    keys = [persona.key for persona in PERSONAS]
    by_id = {team.id: team for team in teams}
    coverage = coverage_of(teams, keys, held, lambda one: READING.policy.is_overdue(one, NOW))
    gaps = gaps_among(CoveragePolicy().required(teams, PERSONAS, []), coverage)

    def row(team: Team) -> MatrixRow:
        parent = by_id.get(team.parent_id or "")
        return MatrixRow(
            team=team,
            ancestors=(parent,) if parent else (),
            cells=tuple(coverage[Cell(key, team.id)] for key in keys),
            gaps=tuple(gap for gap in gaps if gap.team_id == team.id),
            may_edit=may_edit,
        )

    page = MatrixPage(
        rows=tuple(map(row, teams)),
        organisation=tuple(coverage[Cell(key, None)] for key in keys),
        gaps=tuple(gap for gap in gaps if gap.team_id is None),
        number=0,
        total=len(teams),
        named_like="",
        is_admin=may_edit,
    )
    return replace(page, **changes)


def a_home(
    page: MatrixPage,
    *held: Assignment,
    back_on: datetime | None = None,
    changes: Sequence[AuditEntry] = (),
    teams: Sequence[Team] = (),
    overview: DigestOverview | None = None,
    failures: Sequence[Failure] = (),
) -> dict[str, Any]:
    content = HomeContent(
        held, {team.id: team for team in teams}, back_on, page, changes, overview=overview, failures=failures
    )
    return dict(home_view(content, READING).to_dict())


THE_LONGEST_FAILURES = [Failure(f"C{n}{'X' * 18}", NOW, "restricted_action") for n in range(9)] * 60


def the_fullest_overview() -> DigestOverview:
    digests = [replace(a_digest(), paused_at=NOW, pause_reason="channel_not_found", id=str(n)) for n in range(9)]
    everything = frozenset(one.id for one in digests)
    counts = dict.fromkeys(CellState, 100_000)
    coverage = Snapshot(NOW.date(), 33.3, counts)
    return DigestOverview(coverage, digests, everything, may_add=True, next_due=lambda _: NOW)


def test_what_somebody_holds_says_for_whom_since_when_and_how_sure_it_is() -> None:
    group = an_assignment("product", "S1GROUP", rank=Rank.BACKUP, until=NOW + timedelta(days=9))
    old = an_assignment("finance", team=PAYMENTS, since=NOW - timedelta(days=120))

    text = said(a_home(a_page(), old, group, teams=[PAYMENTS]))

    assert "*Finance* for *Payments*, since 2026-07-26, :warning: last confirmed 120 days ago" in text
    assert (
        "*Product* for the whole organisation, as backup, through <!subteam^S1GROUP>,"
        " since 2026-11-22 until 2026-12-02, confirmed yesterday"
    ) in text


def test_who_holds_nothing_and_who_is_away_is_told() -> None:
    text = said(a_home(a_page(), back_on=NOW + timedelta(days=3)))

    assert "You are away until Thursday, 26 November 2026. Back earlier? `/finops back`" in text
    assert "You hold no persona now" in text


def test_of_hundreds_of_holdings_some_are_shown() -> None:
    held = [an_assignment("finance", team=PAYMENTS) for _ in range(300)]

    assert "more\n" in said(a_home(a_page(), *held, teams=[PAYMENTS]))


def test_a_team_says_who_holds_what_in_the_way_it_does() -> None:
    page = a_page(
        [COMMERCE, PAYMENTS],
        an_assignment("engineering", "U1ENG", PAYMENTS),
        an_assignment("engineering", "U1TWO", PAYMENTS, Rank.BACKUP),
        an_assignment("engineering", "U1THREE", PAYMENTS, Rank.BACKUP, NOW),
        an_assignment("product", "U1PROD", PAYMENTS, Rank.BACKUP),
        an_assignment("finance", "U1FIN", COMMERCE),
        an_assignment("leadership", "U1LEAD"),
        an_assignment("procurement", "U1OLD", COMMERCE, since=NOW - timedelta(days=91)),
    )

    from_above = "(inherited ↑ Commerce)"

    text = row_text("*Payments*", page.rows[1].cells, READING)

    assert text.splitlines() == [
        "*Payments*",
        "Held here: *Engineering* <@U1ENG>, backup <@U1TWO> and 1 more; *Product* backup only, <@U1PROD>",
        "Inherited ↑ Commerce: *Finance* <@U1FIN>",
        "Organisation-wide: *Leadership* <@U1LEAD>",
        f":warning: Not confirmed for too long: *Procurement* <@U1OLD> {from_above}, last confirmed 91 days ago",
        "Nobody: *Practitioner*; *Itam*; *Itfm*; *Itsm*; *Security*; *Sustainability*",
    ]


def test_editors_get_buttons_for_gaps_and_others_see_the_gaps_without() -> None:
    editing, looking = (a_home(a_page([PAYMENTS], may_edit=may)) for may in (True, False))

    assert "Assign Engineering for Payments" in labels(editing)
    assert "Assign Itam for the whole organisation" in labels(editing)
    assert labels(looking) == ["Open Payments", "Filter teams…"]
    assert "*Engineering* for *Payments*" in said(looking)


@pytest.mark.parametrize("may_edit", [True, False])
def test_more_gaps_than_fit_are_counted(*, may_edit: bool) -> None:
    page = a_page([PAYMENTS, COMMERCE, *(a_team(f"T{number}") for number in range(6))], may_edit=may_edit)

    assert "more. A team's page shows all that it lacks." in said(a_home(page))


def test_without_gaps_it_says_so() -> None:
    everything = [an_assignment(persona.key) for persona in PERSONAS]

    assert "No gaps here" in said(a_home(a_page([PAYMENTS], *everything)))


def test_pages_are_turned_only_where_there_are_some() -> None:
    middle = a_home(a_page([PAYMENTS], number=3, total=99, named_like="<pay>"))

    turning = ["Previous teams", "Next teams", "Filter teams…", "Show all teams"]
    assert [one for one in labels(middle) if one in turning] == turning
    assert "Teams 25 to 25 of 99 whose name contains “&lt;pay&gt;”" in said(middle)
    assert HomeRef.decode(middle["private_metadata"]) == HomeRef(3, "<pay>")
    assert "There is no team whose name contains “x”." in said(a_home(a_page(named_like="x")))


def test_without_teams_admins_are_led_on_and_others_are_told_whom_to_ask() -> None:
    assert "Add your first team" in labels(a_home(a_page(may_edit=True)))
    assert "A FinOps admin or a workspace admin can add them" in said(a_home(a_page()))


def test_the_latest_changes_are_shown_to_those_who_may_see_them() -> None:
    entry = AuditEntry(
        "1", NOW, "U1ADMIN", Surface.SLASH, Action.TEAM_ADDED, "t1", "Pay", None, {}, {"name": "Pay"}
    )

    assert "`U1ADMIN` added the team *Pay*" in said(a_home(a_page(), changes=[entry]))
    assert "Latest changes" not in said(a_home(a_page()))


def test_a_teams_page_shows_everything_and_offers_changes_to_editors() -> None:
    page = a_page([COMMERCE, PAYMENTS], an_assignment("finance", "U1FIN", COMMERCE), may_edit=True)
    row = page.rows[1]
    state = FormState(NOW, HomeRef(2, "pay"), PAYMENTS.id)

    editing = team_view(row, READING, state).to_dict()
    looking = team_view(replace(row, may_edit=False), READING, state).to_dict()

    assert "Part of: Commerce\nLed by: <@U1LEAD>" in said(editing)
    assert "• *Finance* (inherited ↑ Commerce): <@U1FIN>, since 2026-11-22, confirmed yesterday" in said(editing)
    assert "• *Security*: nobody" in said(editing)
    assert labels(editing) == ["Assign a persona for Payments", "Edit Payments"]
    assert labels(looking) == []
    assert FormState.decode(editing["private_metadata"]) == state


def test_a_teams_page_goes_on_in_more_sections() -> None:
    team = a_team(
        aliases=tuple(f"alias number {number} {'x' * 60}" for number in range(20)), leads=("U1LEAD",) * 30
    )
    held = [an_assignment(key, f"U1P{n:02}", team, Rank.BACKUP) for key in KEYS for n in range(12)]

    view = team_view(a_page([team], *held).rows[0], READING, FormState(NOW)).to_dict()

    assert view_problems(view) == ()
    assert said(view).count("backup, since") == len(held)
    assert "and 10 more" in said(view)


def test_questions_without_an_answer_stand_above_the_teams() -> None:
    text = said(a_home(a_page(), failures=[Failure("C1PAY", NOW, "is_archived")]))

    assert "• <#C1PAY>: 1 question, today. That channel is archived." in text
    assert text.index("Questions I could not answer") < text.index("Teams and personas")
    assert "Questions I could not answer" not in said(a_home(a_page()))


@pytest.mark.parametrize("name", ["<!channel>" * 8, "&" * 80, "W" * 80, "*_~`" * 20, "👩‍👩‍👧" * 16])
@pytest.mark.parametrize("may_edit", [True, False])
@pytest.mark.parametrize("is_first", [True, False])
def test_the_fullest_home_fits_and_mentions_nobody_by_a_name(name: str, *, may_edit: bool, is_first: bool) -> None:
    above = a_team(name)
    teams = [above, *(a_team(name, parent=above, leads=("U1LEAD",) * 30) for _ in range(7))]
    held = [
        an_assignment(key, f"U1{rank.name}{number}", team, rank, since=NOW - timedelta(days=40 * number))
        for team in [*teams[:4], None]
        for number, key in enumerate(KEYS)
        for rank in (Rank.PRIMARY, Rank.BACKUP, Rank.BACKUP)
    ]
    entry = AuditEntry(
        "1",
        NOW,
        "U1ADMIN",
        Surface.MODAL,
        Action.TEAM_CHANGED,
        "t1",
        name,
        None,
        {"name": name},
        {"name": name * 9},
    )
    number, named_like = (0, "") if is_first else (1, name)
    page = a_page(teams, *held, may_edit=may_edit, number=number, total=100_000, named_like=named_like)

    view = a_home(
        page,
        *held[:40],
        changes=[entry] * 5,
        teams=teams,
        back_on=NOW,
        overview=the_fullest_overview() if is_first else None,
        failures=THE_LONGEST_FAILURES if is_first else (),
    )

    assert view_problems(view) == ()
    assert sum(map(len, said(view).splitlines())) <= 13_000
    assert "<!channel>" not in said(view)
    assert view_problems(team_view(page.rows[1], READING, FormState(NOW)).to_dict()) == ()


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.text(st.characters(), max_size=80).map(lambda name: f"x{name}"), min_size=1, max_size=8))
def test_any_names_fit(names: list[str]) -> None:
    page = a_page([a_team(name) for name in names], an_assignment("finance"), may_edit=True)

    assert view_problems(a_home(page)) == ()
    assert all(len(row_text("*x*", row.cells, READING)) <= MAX_TEXT for row in page.rows)


def test_every_button_says_what_it_is_about() -> None:
    view = a_home(a_page([PAYMENTS, COMMERCE], may_edit=True))

    assert len(labels(view)) == len(set(labels(view)))
    assert all(
        one["action_id"].startswith("home.")
        for block in view["blocks"]
        for one in block.get("elements", ())
        if "action_id" in one
    )
    assert ids.HOME_OPEN_TEAM in str(view)
