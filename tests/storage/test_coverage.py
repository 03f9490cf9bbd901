"""The coverage store keeps its promises on every database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.model import Reroute, Snapshot, Unanswered
from bot.questions.model import Asked, StoredQuestion
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.coverage import SqlCoverageStore
from bot.storage.questions import SqlQuestionStore
from bot.storage.teams import SqlTeamStore
from bot.teams.coverage import CellState
from bot.teams.model import Assignment, Cell, Team
from tests.builders import NOW, WORKSPACE, a_question, a_stored_question, a_team, an_actor, an_assignment

ELSEWHERE = "T0THERE"
BY = an_actor()
LONG_AGO = NOW - timedelta(days=400)
DAY = timedelta(days=1)


@pytest.fixture(name="store")
def a_store(engine: AsyncEngine) -> SqlCoverageStore:
    return SqlCoverageStore(engine)


async def add_teams(engine: AsyncEngine, *teams: Team, at: datetime = NOW, workspace_id: str = WORKSPACE) -> None:
    for team in teams:
        await SqlTeamStore(engine).add_team(an_actor(workspace_id=workspace_id), team, at)


async def assign(engine: AsyncEngine, *held: Assignment, workspace_id: str = WORKSPACE) -> None:
    for one in held:
        await SqlAssignmentStore(engine).assign(an_actor(workspace_id=workspace_id), one)


async def ask(engine: AsyncEngine, *questions: StoredQuestion) -> None:
    for one in questions:
        await SqlQuestionStore(engine).add(one)


def about(persona_key: str = "finance", team: Team | None = None, **changes: object) -> StoredQuestion:
    """Build a question of yesterday that was answered with a persona, and without an owner."""
    stored = a_stored_question(persona_key=persona_key)
    answered = {"team_id": team.id if team else None, "asked_at": NOW - DAY, **changes}
    return replace(stored, **answered)  # type: ignore[arg-type]


def elsewhere(question: StoredQuestion) -> StoredQuestion:
    asked: Asked = replace(a_question(), workspace_id=ELSEWHERE)
    return replace(question, asked=asked)


async def test_facts_are_the_teams_in_use_and_what_holds_now(engine: AsyncEngine, store: SqlCoverageStore) -> None:
    commerce = a_team("Commerce")
    payments, gone = a_team("Payments", parent=commerce, aliases=("checkout",)), a_team("Gone")
    held = an_assignment("finance", team=payments)
    await add_teams(engine, commerce, payments, at=LONG_AGO)
    await add_teams(engine, gone)
    await SqlTeamStore(engine).archive_team(BY, gone, NOW)
    await assign(
        engine,
        held,
        an_assignment("product", team=payments, until=NOW),
        an_assignment("engineering", team=payments, since=NOW + DAY),
    )

    facts = await store.facts(WORKSPACE, NOW, NOW - DAY)

    assert [(team.name, team.parent_id) for team in facts.teams] == [("Commerce", None), ("Payments", commerce.id)]
    assert facts.assignments == [held]
    assert facts.team_since == {commerce.id: LONG_AGO, payments.id: LONG_AGO}


async def test_facts_tell_since_when_a_cell_is_empty(engine: AsyncEngine, store: SqlCoverageStore) -> None:
    team = a_team()
    await add_teams(engine, team)
    ends = [NOW - timedelta(days=days) for days in (30, 9)]
    await assign(
        engine,
        an_assignment("finance", "U1FIRST", team, since=LONG_AGO, until=ends[0]),
        an_assignment("finance", "U1SECOND", team, since=ends[0], until=ends[1]),
        an_assignment("product", team=team, since=LONG_AGO, until=NOW + DAY),
        an_assignment("security", since=LONG_AGO, until=NOW - DAY),
    )

    facts = await store.facts(WORKSPACE, NOW, NOW - DAY)

    assert facts.emptied_at == {Cell("finance", team.id): ends[1], Cell("security", None): NOW - DAY}


async def test_facts_count_what_was_asked_of_late_by_the_persona_people_settled_on(
    engine: AsyncEngine, store: SqlCoverageStore
) -> None:
    team = a_team()
    await add_teams(engine, team)
    moved = about("finance", team)
    await ask(engine, moved, about("finance", team), about("finance"), about(asked_at=LONG_AGO))
    await SqlQuestionStore(engine).settle(WORKSPACE, moved.id, "product", NOW)

    facts = await store.facts(WORKSPACE, NOW, NOW - timedelta(days=90))

    assert facts.asked == {Cell("finance", team.id): 1, Cell("product", team.id): 1, Cell("finance", None): 1}


async def test_demand_tells_what_found_nobody_and_never_a_question(
    engine: AsyncEngine, store: SqlCoverageStore
) -> None:
    team = a_team()
    await add_teams(engine, team)
    undecided = about("finance", decision="ambiguous")
    moved = about("finance", team)
    nobodys = replace(a_stored_question(persona_key=None), asked_at=NOW - DAY)
    await ask(
        engine,
        *(about("finance", team) for _ in range(3)),
        about("finance", team, owner_id="U1OWNER"),
        about(asked_at=LONG_AGO),
        undecided,
        moved,
        nobodys,
    )
    await SqlQuestionStore(engine).settle(WORKSPACE, moved.id, "product", NOW)

    demand = await store.demand(WORKSPACE, NOW - timedelta(days=90))

    assert demand.unanswered == (
        Unanswered("finance", "Budgeting", team.id, 3),
        Unanswered("product", "", team.id, 1),
    )
    assert (demand.rerouted, demand.reroutes) == (1, (Reroute("finance", "product", 1),))
    assert (demand.undecided, demand.total) == (1, 7)
    assert undecided.asked.text not in str(demand)


async def test_an_undecided_question_that_somebody_settled_is_undecided_no_more(
    engine: AsyncEngine, store: SqlCoverageStore
) -> None:
    question = about("finance", decision="ambiguous")
    await ask(engine, question)
    await SqlQuestionStore(engine).settle(WORKSPACE, question.id, "product", NOW)

    demand = await store.demand(WORKSPACE, NOW - timedelta(days=90))

    assert (demand.undecided, demand.rerouted) == (0, 0)
    assert demand.unanswered == (Unanswered("product", "", None, 1),)


async def test_holders_are_told_once_each(engine: AsyncEngine, store: SqlCoverageStore) -> None:
    team = a_team()
    await add_teams(engine, team)
    await assign(
        engine,
        an_assignment("finance", "U1OWNER", team),
        an_assignment("product", "U1OWNER"),
        an_assignment("security", "S1GROUP"),
        an_assignment("itam", "U1BEFORE", since=LONG_AGO, until=NOW - DAY),
    )

    assert sorted(await store.holders(WORKSPACE, NOW)) == ["S1GROUP", "U1OWNER"]


async def test_whoever_cannot_be_asked_is_known_with_since_when(store: SqlCoverageStore) -> None:
    await store.keep_unfit(WORKSPACE, {"U1LEFT": "deactivated", "U1GUEST": "guest", "U1BACK": "unknown"}, NOW)
    await store.keep_unfit(WORKSPACE, {"U1LEFT": "deactivated", "U1GUEST": "external"}, NOW + DAY)

    facts = await store.facts(WORKSPACE, NOW + DAY, NOW)

    assert facts.unfit == {"U1LEFT": "deactivated", "U1GUEST": "external"}
    assert facts.unfit_since == {"U1LEFT": NOW, "U1GUEST": NOW + DAY}


async def test_everybody_may_be_fit_again(store: SqlCoverageStore) -> None:
    await store.keep_unfit(WORKSPACE, {"U1LEFT": "deactivated"}, NOW)
    await store.keep_unfit(WORKSPACE, {}, NOW)

    assert (await store.facts(WORKSPACE, NOW, NOW)).unfit == {}


def days(kept: Sequence[Snapshot]) -> list[tuple[date, float | None]]:
    return [(one.day, one.score) for one in kept]


async def test_a_day_has_one_snapshot_the_latest(store: SqlCoverageStore) -> None:
    today, since = NOW.date(), NOW - timedelta(days=730)
    await store.keep_snapshot(WORKSPACE, Snapshot(today, 50, {CellState.MISSING: 2}), since)
    await store.keep_snapshot(
        WORKSPACE, Snapshot(today, 75.5, {CellState.COVERED: 3, CellState.BACKUP_ONLY: 1}), since
    )
    await store.keep_snapshot(WORKSPACE, Snapshot(today - DAY, None, {}), since)

    assert await store.snapshots(WORKSPACE, since) == [
        Snapshot(today - DAY, None, {}),
        Snapshot(today, 75.5, {CellState.COVERED: 3, CellState.BACKUP_ONLY: 1}),
    ]
    assert days(await store.snapshots(WORKSPACE, NOW)) == [(today, 75.5)]


async def test_snapshots_are_dropped_when_they_are_too_old(store: SqlCoverageStore) -> None:
    for ago in (731, 730, 1):
        snapshot = Snapshot((NOW - timedelta(days=ago)).date(), 50, {})
        await store.keep_snapshot(WORKSPACE, snapshot, LONG_AGO - timedelta(days=400))

    await store.keep_snapshot(WORKSPACE, Snapshot(NOW.date(), 60, {}), NOW - timedelta(days=730))

    kept = await store.snapshots(WORKSPACE, datetime(2000, 1, 1, tzinfo=UTC))
    assert [one.day for one in kept] == [(NOW - timedelta(days=ago)).date() for ago in (730, 1, 0)]


async def test_workspaces_know_nothing_of_each_other(engine: AsyncEngine, store: SqlCoverageStore) -> None:
    team = a_team()
    await add_teams(engine, team, workspace_id=ELSEWHERE)
    await assign(engine, an_assignment("finance", team=team), workspace_id=ELSEWHERE)
    ended = an_assignment("product", team=team, since=LONG_AGO, until=NOW - DAY)
    await assign(engine, ended, workspace_id=ELSEWHERE)
    await ask(engine, elsewhere(about("finance", team)))
    await store.keep_unfit(ELSEWHERE, {"U1LEFT": "deactivated"}, NOW)
    await store.keep_snapshot(ELSEWHERE, Snapshot(NOW.date(), 50, {}), LONG_AGO)

    facts = await store.facts(WORKSPACE, NOW, LONG_AGO)
    demand = await store.demand(WORKSPACE, LONG_AGO)
    await store.keep_unfit(WORKSPACE, {}, NOW)
    await store.keep_snapshot(WORKSPACE, Snapshot(NOW.date(), 10, {}), NOW + DAY)

    assert (facts.teams, facts.assignments, facts.emptied_at, facts.asked, facts.unfit) == ([], [], {}, {}, {})
    assert (demand.total, demand.unanswered) == (0, ())
    assert list(await store.holders(WORKSPACE, NOW)) == []
    assert (await store.facts(ELSEWHERE, NOW, LONG_AGO)).unfit == {"U1LEFT": "deactivated"}
    assert days(await store.snapshots(ELSEWHERE, LONG_AGO)) == [(NOW.date(), 50)]
