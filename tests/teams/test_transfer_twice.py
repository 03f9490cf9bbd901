"""Importing the same file again changes nothing, whatever it says, whatever was there, and however much later."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.teams.model import Assignee, Assignment, Rank, Team
from bot.teams.transfer_claims import Claims
from bot.teams.transfer_people import Found
from bot.teams.transfer_plan import OwnershipState, Refusal, TransferPlan, plan_transfer
from bot.teams.transfer_rows import FileRow, ImportRules
from tests.builders import NOW, a_catalogue, a_persona, a_row, a_team, an_assignment
from tests.teams.transfers import TERMINAL

DAY = timedelta(days=1)
A, B = a_team("A", team_id="a"), a_team("B", team_id="b", aliases=("bee",))
CATALOGUE = a_catalogue(a_persona("finance"))
PEOPLE = ["U01", "U02", "U03"]
DAYS = st.integers(-4, 4)


def _day(days: int | None) -> str:
    return "" if days is None else (NOW + days * DAY).isoformat()


@st.composite
def rows(draw: st.DrawFn) -> list[FileRow]:
    has_ends = draw(st.booleans())
    return [
        a_row(
            line,
            draw(st.sampled_from(["", "A", "B", "C"])),
            "finance",
            draw(st.sampled_from(PEOPLE)),
            rank=draw(st.sampled_from(["primary", "backup"])),
            valid_from=_day(draw(DAYS | st.none())),
            valid_until=_day(draw(DAYS | st.none())) if has_ends else None,
        )
        for line in range(draw(st.integers(1, 4)))
    ]


@st.composite
def assignments(draw: st.DrawFn) -> list[Assignment]:
    """Draw what may hold: for each team one primary after the other, and backups."""
    held = []
    for team in (None, A, B):
        moments = sorted(draw(st.sets(DAYS, max_size=3)))
        ends = [*moments[1:], draw(st.none() | st.just(9))]
        for start, end in zip(moments, ends, strict=False):
            owner = draw(st.sampled_from(PEOPLE))
            until = None if end is None else NOW + end * DAY
            held.append(an_assignment("finance", owner, team, since=NOW + start * DAY, until=until))
        backups = draw(st.sets(st.sampled_from(PEOPLE), max_size=1))
        since = NOW + draw(DAYS) * DAY
        held += [an_assignment("finance", backup, team, Rank.BACKUP, since) for backup in backups]
    return held


def planned(
    some: list[FileRow], teams: list[Team], held: list[Assignment], *, prune: bool, now: datetime
) -> TransferPlan | Refusal:
    claims = Claims(CATALOGUE)
    for row in some:
        claims.add(row)
    since = min(now, claims.earliest_end or now)
    known = [
        one
        for one in held
        if one.valid_until is None or (one.valid_until >= since and one.valid_until > one.valid_from)
    ]
    found = {person: Found(Assignee.from_id(person)) for person in PEOPLE}
    state = OwnershipState(tuple(teams), tuple(known), 0)
    return plan_transfer(claims, found, state, TERMINAL, ImportRules(prune=prune), now=now)


def applied(plan: TransferPlan, teams: list[Team], held: list[Assignment]) -> tuple[list[Team], list[Assignment]]:
    gone = {team.id for team in plan.teams.archived}
    changed = {after.id: after for _, after in plan.teams.changed}
    ends = {one.assignment.id: one.at for one in (*plan.holdings.ended, *plan.holdings.replaced)}
    after = {change.after.id: change.after for change in plan.holdings.changed}
    known = {one.id for one in held}
    kept = [after.get(one.id, replace(one, valid_until=ends[one.id]) if one.id in ends else one) for one in held]
    new = [one for one in after.values() if one.id not in known]
    return (
        [changed.get(team.id, team) for team in (*teams, *plan.teams.added) if team.id not in gone],
        [*kept, *plan.holdings.added, *plan.holdings.resumed, *new],
    )


def primaries_overlap(held: list[Assignment]) -> bool:
    return any(
        one is not other
        and one.cell == other.cell
        and one.rank == other.rank == Rank.PRIMARY
        and one.valid_from <= other.valid_from
        and other.is_valid_at(other.valid_from)
        and one.is_valid_at(other.valid_from)
        for one in held
        for other in held
    )


@settings(max_examples=500, deadline=None)
@given(rows(), assignments(), st.booleans(), st.integers(0, 9))
def test_a_second_import_changes_nothing_and_nobody_shares_a_primary(
    some: list[FileRow],
    held: list[Assignment],
    prune: bool,  # noqa: FBT001 (drawn)
    later: int,
) -> None:
    first = planned(some, [A, B], held, prune=prune, now=NOW)
    if isinstance(first, Refusal):
        return

    # without a column of ends, what has run out meanwhile is wanted anew
    later = 0 if any(row.valid_until is None for row in some) else later
    teams, after = applied(first, [A, B], held)
    second = planned(some, teams, after, prune=prune, now=NOW + later * DAY)

    assert isinstance(second, TransferPlan), second
    assert second.is_empty
    assert not primaries_overlap([one for one in after if one.valid_until is None or one.valid_until > NOW])
