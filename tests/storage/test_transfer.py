"""An import is one transaction, on every database, and a file that was exported changes nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import ChangedMeanwhileError, UserFacingError
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.audit import SqlAuditLog
from bot.storage.engine import writing
from bot.storage.ownership_csv import csv_rows
from bot.storage.ownership_export import as_csv, as_yaml
from bot.storage.ownership_text import FileText
from bot.storage.ownership_yaml import yaml_rows
from bot.storage.teams import SqlTeamStore
from bot.storage.transfer import SqlTransferStore
from bot.surface import Surface
from bot.teams.audit import Action
from bot.teams.model import Assignee, Assignment, Person, Rank, Team
from bot.teams.naming import key_of
from bot.teams.policy import OwnershipPolicy
from bot.teams.transfer import TransferService
from bot.teams.transfer_claims import Claims, checked_name
from bot.teams.transfer_people import Found
from bot.teams.transfer_plan import OwnershipState, TransferPlan, plan_transfer
from bot.teams.transfer_rows import ImportRules
from tests.builders import NOW, WORKSPACE, a_catalogue, a_persona, a_team, an_actor, an_assignment
from tests.fakes import FakeClock, FakeDirectory

BY = an_actor("terminal", Surface.FILE)
PEOPLE = [f"U0{letter}" for letter in "ABCDEF"]
CATALOGUE = a_catalogue(a_persona("engineering"), a_persona("finance"))
DAY = timedelta(days=1)
FILE = """\
team,parent,aliases,channels,persona,assignee,rank,valid_from,valid_until,members,leads
,,,,finance,U0A,,,,,
Cards,Payments,,,engineering,U0B,primary,2026-01-05,2026-12-31T12:00:00+00:00,,
Payments,,check out|pay,C01PAY|C02PAY,engineering,U0C,,,,U0A|U0B,U0C
Payments,,,,engineering,U0D,backup,2026-11-30,,,
"""


class Import:
    """Imports into a database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.clock = FakeClock()
        self.service = TransferService(
            store=SqlTransferStore(engine),
            directory=FakeDirectory(*(Person(user_id, user_id) for user_id in PEOPLE)),
            catalogue=CATALOGUE,
            policy=OwnershipPolicy(),
            clock=self.clock,
        )

    async def plan(self, content: str, *, prune: bool = False, name: str = "teams.csv") -> TransferPlan:
        reader = csv_rows if name.endswith(".csv") else yaml_rows
        plan = await self.service.plan(BY, reader(FileText(name, content)), ImportRules(prune=prune))
        assert isinstance(plan, TransferPlan), plan
        return plan

    async def run(self, content: str, *, prune: bool = False, name: str = "teams.csv") -> TransferPlan:
        plan = await self.plan(content, prune=prune, name=name)
        await self.service.apply(BY, plan)
        return plan

    async def state(self) -> OwnershipState:
        return await self.service.state(WORKSPACE)


@pytest.fixture(name="files")
def an_import(engine: AsyncEngine) -> Import:
    return Import(engine)


async def test_what_was_imported_is_there(files: Import, engine: AsyncEngine) -> None:
    await files.run(FILE)

    cards, payments = (await files.state()).teams
    assert list(await SqlTeamStore(engine).teams(WORKSPACE)) == [cards, payments]
    assert (cards.parent_id, payments.aliases, payments.channels) == (
        payments.id,
        ("check out", "pay"),
        ("C01PAY", "C02PAY"),
    )
    assert (payments.members, payments.leads) == (("U0A", "U0B"), ("U0C",))
    held = await SqlAssignmentStore(engine).all_assignments(WORKSPACE, NOW)
    assert {(one.assignee.id, one.rank, one.cell.team_id, one.valid_from, one.valid_until) for one in held} == {
        ("U0A", Rank.PRIMARY, None, NOW, None),
        ("U0B", Rank.PRIMARY, cards.id, datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 12, 31, 12, tzinfo=UTC)),
        ("U0C", Rank.PRIMARY, payments.id, NOW, None),
        ("U0D", Rank.BACKUP, payments.id, datetime(2026, 11, 30, tzinfo=UTC), None),
    }


async def test_an_import_is_in_the_audit_log_change_by_change(files: Import, engine: AsyncEngine) -> None:
    await files.run(FILE)
    files.clock.advance(DAY)
    await files.run("team,parent,persona,assignee\n,,finance,U0B\nCards,-,,\n", prune=True)

    entries = await SqlAuditLog(engine).entries(WORKSPACE, limit=100)
    first, second = [one for one in entries if one.at == NOW], [one for one in entries if one.at != NOW]
    assert {(one.actor_id, one.surface) for one in entries} == {("terminal", Surface.FILE)}
    assert [one.action for one in first] == [Action.ASSIGNED] * 4 + [Action.TEAM_ADDED] * 2
    assert [(one.action, one.team_name) for one in reversed(second)] == [
        (Action.TEAM_CHANGED, "Cards"),
        (Action.TEAM_ARCHIVED, "Payments"),
        (Action.ASSIGNMENT_ENDED, "Cards"),
        (Action.ASSIGNMENT_ENDED, "Payments"),
        (Action.ASSIGNMENT_ENDED, "Payments"),
        (Action.ASSIGNMENT_ENDED, None),
        (Action.ASSIGNED, None),
    ]
    assert second[-1].before == {"parent": "Payments"}
    assert second[0].after == {"assignee": "U0B", "rank": "primary", "valid_from": (NOW + DAY).isoformat()}


async def test_importing_twice_changes_nothing(files: Import, engine: AsyncEngine) -> None:
    first = await files.run(FILE)
    before = await SqlAuditLog(engine).entries(WORKSPACE, limit=100)
    files.clock.advance(DAY)

    second = await files.run(FILE, prune=True)

    assert (first.teams.unchanged, first.holdings.unchanged) == (0, 0)
    assert second.is_empty
    assert (second.teams.unchanged, second.holdings.unchanged) == (2, 4)
    assert await SqlAuditLog(engine).entries(WORKSPACE, limit=100) == before


async def test_changes_end_replace_and_archive(files: Import, engine: AsyncEngine) -> None:
    await files.run(FILE)
    files.clock.advance(DAY)
    await files.run(
        "team,aliases,persona,assignee,rank,valid_until\n"
        "Payments,-,engineering,U0C,backup,2026-12-24\n"  # another rank
        "Payments,,engineering,U0B,,\n",
        prune=True,
    )

    state = await files.state()
    (payments,) = state.teams
    assert (payments.aliases, payments.version) == ((), 2)
    assert sorted((one.assignee.id, one.rank, one.valid_from) for one in state.assignments) == [
        ("U0B", Rank.PRIMARY, NOW + DAY),
        ("U0C", Rank.BACKUP, NOW + DAY),
    ]
    assert await SqlTeamStore(engine).teams_named(WORKSPACE, ["cards", "pay", "check out"]) == {}
    then = await SqlAssignmentStore(engine).assignments(WORKSPACE, NOW, team_ids=[payments.id])
    assert [(one.assignee.id, one.rank) for one in then] == [("U0C", Rank.PRIMARY)]


async def test_an_end_can_be_moved_and_taken_away(files: Import) -> None:
    header = "team,persona,assignee,valid_until\n"
    for valid_until in ("", "2026-12-24", "2026-12-31", ""):
        await files.run(f"{header},finance,U0A,{valid_until}\n")

        (held,) = (await files.state()).assignments
        assert (held.valid_until.date().isoformat() if held.valid_until else "") == valid_until


async def test_a_stand_in_is_followed_by_whom_they_stand_in_for(files: Import, engine: AsyncEngine) -> None:
    header = "team,persona,assignee,valid_from,valid_until\n"
    await files.run(f"{header},finance,U0A,,\n")
    await files.run(f"{header},finance,U0B,2026-12-01,2026-12-10\n")

    holders = []
    for day in (1, 8, 20):
        held = await SqlAssignmentStore(engine).assignments(WORKSPACE, NOW + day * DAY, team_ids=[None])
        holders += [one.assignee.id for one in held]
    assert holders == ["U0A", "U0B", "U0A"]


async def test_a_history_can_be_imported_twice(files: Import) -> None:
    content = (
        "team,persona,assignee,valid_from,valid_until\n"
        ",finance,U0A,2025-01-01,2025-06-01\n"
        ",finance,U0B,2025-06-01,\n"
    )

    assert len((await files.run(content)).holdings.added) == 2
    assert (await files.run(content)).is_empty


async def test_nothing_of_an_import_that_fails_is_kept(files: Import, engine: AsyncEngine) -> None:
    await files.run(FILE)
    before, log = await files.state(), await SqlAuditLog(engine).entries(WORKSPACE, limit=100)
    plan = await files.plan("team,persona,assignee\nNew,finance,U0A\n", prune=True)
    lost = an_assignment("finance", "U0A", a_team("Nowhere"))  # its team is not in the database
    broken = replace(
        plan,
        holdings=replace(plan.holdings, added=(*plan.holdings.added, lost)),
        names={**plan.names, lost.cell.team_id or "": "Nowhere"},
    )

    with pytest.raises(Exception, match="(?i)foreign key"):
        await files.service.apply(BY, broken)

    assert await files.state() == before
    assert await SqlAuditLog(engine).entries(WORKSPACE, limit=100) == log


async def test_what_was_planned_before_somebody_else_changed_something_is_refused(
    files: Import, engine: AsyncEngine
) -> None:
    plan = await files.plan(FILE)
    await SqlTeamStore(engine).add_team(an_actor("U0F"), a_team("Payments"), NOW)

    with pytest.raises(ChangedMeanwhileError, match="Nothing was imported: run it again"):
        await files.service.apply(BY, plan)

    assert [team.name for team in (await files.state()).teams] == ["Payments"]


async def test_an_import_leaves_other_workspaces_alone(files: Import, engine: AsyncEngine) -> None:
    elsewhere = an_actor("U0F", workspace_id="T0OTHER")
    await SqlTeamStore(engine).add_team(elsewhere, a_team("Payments", channels=("C01PAY",)), NOW)

    await files.run(FILE, prune=True)

    assert len((await files.service.state("T0OTHER")).teams) == 1
    assert len((await files.state()).teams) == 2


async def test_progress_is_told_up_to_the_end(files: Import) -> None:
    told: list[tuple[str, int, int]] = []
    plan = await files.plan(FILE)

    await files.service.apply(BY, plan, lambda what, done, total: told.append((what, done, total)))

    assert told[-1] == ("Writing", 12, 12)


@pytest.mark.parametrize("name", ["teams.csv", "teams.yaml"])
async def test_an_export_is_imported_as_it_was(files: Import, engine: AsyncEngine, name: str) -> None:
    await files.run(FILE)
    state = await files.state()
    content = "".join(as_csv(state) if name.endswith(".csv") else as_yaml(state))

    assert (await files.run(content, prune=True, name=name)).is_empty

    async with writing(engine) as session:
        for table in ("assignment", "team_member", "team_channel", "team_name", "team"):
            await session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 (our own names)
    await files.run(content, name=name)
    again = await files.state()
    assert "".join(as_csv(again) if name.endswith(".csv") else as_yaml(again)) == content


def test_people_are_columns_only_where_there_are_any() -> None:
    alone, led = a_team("A"), a_team("B", leads=("U0A",))

    assert next(as_csv(OwnershipState((alone,), (), 0))).endswith(",valid_until\n")
    assert next(as_csv(OwnershipState((alone, led), (), 0))).endswith(",valid_until,members,leads\n")


def test_an_empty_organisation_is_a_header_and_two_empty_lists() -> None:
    nothing = OwnershipState((), (), 0)

    assert len(list(as_csv(nothing))) == 1
    assert list(as_yaml(nothing)) == ["organisation: []\n", "teams: []\n"]


def test_a_formula_is_exported_harmlessly() -> None:
    state = OwnershipState((a_team("=cmd|' /C calc'!A0", aliases=("@sum", "+1")),), (), 0)

    assert list(as_csv(state))[1].startswith("'=cmd|' /C calc'!A0,,'@sum|+1,")


def _is_a_name(name: str) -> bool:
    try:
        return checked_name(name)[1] == name
    except UserFacingError:
        return False


NAMES = st.one_of(
    st.text(alphabet="ab,|;\\\"'=+-@#&<>{}[]:~ é日😀\u200d", min_size=1, max_size=12),
    st.text(min_size=1, max_size=12),
    st.sampled_from(["null", "true", "1", "2026-01-05", "- x", "a: b"]),
).filter(_is_a_name)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (bounds have none)


@st.composite
def organisations(draw: st.DrawFn) -> OwnershipState:
    names = draw(st.lists(NAMES, max_size=8, unique_by=key_of))
    teams: list[Team] = []
    for number, name in enumerate(names):
        owner = draw(st.integers(-len(teams), len(teams) - 1)) if teams else -1
        if owner >= 0:
            teams[owner] = replace(teams[owner], aliases=(*teams[owner].aliases, name))
            continue
        parent = draw(st.sampled_from([None, *teams]))
        people = draw(st.lists(st.sampled_from(PEOPLE), unique=True, max_size=3))
        teams.append(
            a_team(
                name, parent=parent, channels=(f"C{number:03}",), members=tuple(people), leads=tuple(people[:1])
            )
        )
    assignments = [one for team in (None, *teams) for one in _assignments(draw, team)]
    return OwnershipState(tuple(teams), tuple(assignments), 0)


def _assignments(draw: st.DrawFn, team: Team | None) -> Iterator[Assignment]:
    moments = sorted(draw(st.lists(MOMENTS, unique=True, max_size=5)))
    for since, until in zip(moments, [*moments[1:], None], strict=False):
        if until is not None and until <= NOW:
            continue
        yield an_assignment("finance", draw(st.sampled_from(PEOPLE)), team, since=since, until=until)
    for person in draw(st.lists(st.sampled_from(PEOPLE), unique=True, max_size=2)):
        yield an_assignment("engineering", person, team, Rank.BACKUP, since=draw(MOMENTS))


def _planned(state: OwnershipState, content: str, name: str) -> TransferPlan:
    claims = Claims(CATALOGUE)
    for row in (csv_rows if name == "csv" else yaml_rows)(FileText(name, content)):
        claims.add(row)
    found = {person: Found(Assignee.from_id(person)) for person in PEOPLE}
    plan = plan_transfer(claims, found, state, BY, ImportRules(prune=bool(claims.rows)), now=NOW)
    assert isinstance(plan, TransferPlan), plan
    return plan


def _by_name(teams: tuple[Team, ...], assignments: tuple[Assignment, ...]) -> object:
    """Return everything that matters of an organisation, with names in the place of ids."""
    names: dict[str | None, str] = {team.id: team.name for team in teams}
    return (
        {replace(team, id="", parent_id=names.get(team.parent_id)) for team in teams},
        {
            (
                replace(one.cell, team_id=names.get(one.cell.team_id)),
                one.assignee,
                one.rank,
                one.valid_from,
                one.valid_until,
            )
            for one in assignments
        },
    )


@settings(max_examples=150, deadline=None)
@given(organisations(), st.sampled_from(["csv", "yaml"]))
def test_export_then_import_is_the_identity(state: OwnershipState, form: str) -> None:
    content = "".join((as_csv if form == "csv" else as_yaml)(state))

    assert _planned(state, content, form).is_empty
    anew = _planned(OwnershipState((), (), 0), content, form)
    assert _by_name(anew.teams.added, anew.holdings.added) == _by_name(state.teams, state.assignments)
