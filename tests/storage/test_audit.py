"""The audit log tells who changed what, from what to what, when and where, on every database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import UserFacingError
from bot.storage.absences import SqlAbsenceStore
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.audit import SqlAuditLog, changed_facts
from bot.storage.teams import SqlTeamStore
from bot.surface import Surface
from bot.teams.audit import Action, AuditEntry, Facts
from bot.teams.model import Rank
from tests.builders import NOW, WORKSPACE, a_team, an_absence, an_actor, an_assignment

BY = an_actor("U1ADA", Surface.MODAL)
DAY = timedelta(days=1)
COMMERCE = a_team("Commerce")
PAYMENTS = a_team("Payments", parent=COMMERCE, aliases=("billing",), channels=("C1PAY",), leads=("U1LENA",))


class Bench:
    """The stores that write the log, and the log."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.teams, self.assignments = SqlTeamStore(engine), SqlAssignmentStore(engine)
        self.absences, self.log = SqlAbsenceStore(engine), SqlAuditLog(engine)
        self._seen = 0

    async def news(self) -> Sequence[AuditEntry]:
        """Return the entries since the last call, oldest first."""
        entries = await self.log.entries(WORKSPACE, limit=100)
        new = list(reversed(entries))[self._seen :]
        self._seen = len(entries)
        return new


@pytest.fixture(name="bench")
async def a_bench(engine: AsyncEngine) -> Bench:
    bench = Bench(engine)
    for team in (COMMERCE, PAYMENTS):
        await bench.teams.add_team(BY, team, NOW)
    await bench.news()
    return bench


def told(entry: AuditEntry) -> tuple[Action, str | None, object, object]:
    return entry.action, entry.team_name, entry.before, entry.after


async def test_an_entry_says_who_when_and_where(bench: Bench) -> None:
    await bench.assignments.assign(BY, an_assignment(team=PAYMENTS, since=NOW))

    (entry,) = await bench.news()

    assert (entry.actor_id, entry.at, entry.surface) == ("U1ADA", NOW, Surface.MODAL)
    assert (entry.action, entry.team_id, entry.persona_key) == (Action.ASSIGNED, PAYMENTS.id, "finance")


async def test_a_new_team_is_told_with_all_it_has(bench: Bench) -> None:
    await bench.teams.add_team(BY, a_team("Cards", parent=PAYMENTS, aliases=("plastic",), members=("U1PIA",)), NOW)

    (entry,) = await bench.news()

    facts = {"name": "Cards", "parent": "Payments", "aliases": ["plastic"], "members": ["U1PIA"]}
    assert told(entry) == (Action.TEAM_ADDED, "Cards", {}, facts)


async def test_of_a_changed_team_only_what_is_different_is_told(bench: Bench) -> None:
    await bench.teams.change_team(BY, replace(PAYMENTS, name="Tills", parent_id=None, leads=()), NOW)

    (entry,) = await bench.news()

    before = {"name": "Payments", "parent": "Commerce", "leads": ["U1LENA"]}
    assert told(entry) == (Action.TEAM_CHANGED, "Tills", before, {"name": "Tills"})


async def test_what_changes_nothing_or_fails_is_not_told(bench: Bench) -> None:
    await bench.teams.change_team(BY, PAYMENTS, NOW)
    with pytest.raises(UserFacingError):
        await bench.teams.add_team(BY, a_team("billing"), NOW)
    await bench.assignments.unassign(BY, an_assignment().cell, an_assignment().assignee, NOW)
    await bench.assignments.confirm(BY, ["unknown"], NOW)
    await bench.absences.end_absences(BY, "U1OWNER", NOW)

    assert list(await bench.news()) == []


async def test_archiving_tells_of_the_team_and_of_everything_that_ended(bench: Bench) -> None:
    await bench.assignments.assign(BY, an_assignment(team=PAYMENTS, since=NOW))
    await bench.news()

    await bench.teams.archive_team(BY, PAYMENTS, NOW + DAY)

    archived, ended = await bench.news()
    assert archived.action is Action.TEAM_ARCHIVED
    assert archived.before == {
        "name": "Payments",
        "parent": "Commerce",
        "aliases": ["billing"],
        "channels": ["C1PAY"],
        "leads": ["U1LENA"],
    }
    facts = {"assignee": "U1OWNER", "rank": "primary", "valid_from": NOW.isoformat()}
    assert told(ended) == (Action.ASSIGNMENT_ENDED, "Payments", facts, {})


async def test_merging_tells_of_both_teams_and_of_what_moved(bench: Bench) -> None:
    await bench.assignments.assign(BY, an_assignment(team=PAYMENTS, since=NOW))
    await bench.news()

    await bench.teams.merge_teams(BY, PAYMENTS, COMMERCE, NOW + DAY)

    merged, ended, assigned, changed = await bench.news()
    assert (merged.action, merged.team_name, merged.after) == (
        Action.TEAM_MERGED,
        "Payments",
        {"into": "Commerce"},
    )
    assert merged.before["parent"] == "Commerce"
    assert (ended.action, ended.team_name) == (Action.ASSIGNMENT_ENDED, "Payments")
    assert (assigned.action, assigned.team_name) == (Action.ASSIGNED, "Commerce")
    assert changed.after == {"aliases": ["Payments", "billing"], "channels": ["C1PAY"]}


async def test_a_replacement_is_one_change_from_the_former_to_the_new(bench: Bench) -> None:
    await bench.assignments.assign(BY, an_assignment(assignee="U1FORMER", since=NOW))
    await bench.news()

    await bench.assignments.assign(BY, an_assignment(assignee="U1NEW", since=NOW + DAY, until=NOW + 9 * DAY))

    (entry,) = await bench.news()
    assert entry.action is Action.ASSIGNMENT_CHANGED
    assert entry.before == {"assignee": "U1FORMER", "rank": "primary", "valid_from": NOW.isoformat()}
    assert entry.after == {
        "assignee": "U1NEW",
        "rank": "primary",
        "valid_from": (NOW + DAY).isoformat(),
        "valid_until": (NOW + 9 * DAY).isoformat(),
    }


async def test_a_change_of_what_somebody_holds_tells_what_it_was_before(bench: Bench) -> None:
    await bench.assignments.assign(BY, an_assignment(rank=Rank.BACKUP, since=NOW))
    await bench.news()

    await bench.assignments.assign(BY, an_assignment(since=NOW + DAY))

    (entry,) = await bench.news()
    assert entry.before == {"assignee": "U1OWNER", "rank": "backup", "valid_from": NOW.isoformat()}
    assert entry.after["rank"] == "primary"


async def test_a_handover_to_the_backup_tells_that_they_are_backup_no_longer(bench: Bench) -> None:
    given = an_assignment(assignee="U1GIVER", since=NOW)
    for one in (given, an_assignment(assignee="U1TAKER", rank=Rank.BACKUP, since=NOW)):
        await bench.assignments.assign(BY, one)
    await bench.news()

    await bench.assignments.assign(BY, an_assignment(assignee="U1TAKER", since=NOW + DAY), instead_of=given.id)

    changed, ended = await bench.news()
    assert (changed.before["assignee"], changed.after["assignee"]) == ("U1GIVER", "U1TAKER")
    assert (ended.action, ended.before["assignee"], ended.before["rank"]) == (
        Action.ASSIGNMENT_ENDED,
        "U1TAKER",
        "backup",
    )


async def test_ending_and_confirming_are_told(bench: Bench) -> None:
    held = an_assignment(team=PAYMENTS, since=NOW)
    await bench.assignments.assign(BY, held)
    await bench.assignments.confirm(an_actor("U1OWNER", Surface.MESSAGE), [held.id], NOW + DAY)
    await bench.assignments.unassign(BY, held.cell, held.assignee, NOW + 2 * DAY)

    _, confirmed, ended = await bench.news()

    assert told(confirmed) == (
        Action.ASSIGNMENT_CONFIRMED,
        "Payments",
        {"confirmed_at": NOW.isoformat()},
        {"assignee": "U1OWNER", "confirmed_at": (NOW + DAY).isoformat()},
    )
    assert (confirmed.actor_id, confirmed.surface) == ("U1OWNER", Surface.MESSAGE)
    assert told(ended)[:2] == (Action.ASSIGNMENT_ENDED, "Payments")
    assert (ended.before["assignee"], ended.after) == ("U1OWNER", {})


async def test_absences_are_told(bench: Bench) -> None:
    first = an_absence(since=NOW, until=NOW + DAY, cover="U1COVER")
    second = an_absence(since=NOW + timedelta(hours=1), until=NOW + 2 * DAY)
    await bench.absences.add_absence(BY, first)
    await bench.absences.add_absence(BY, second)
    await bench.absences.end_absences(BY, "U1OWNER", NOW + timedelta(hours=2))

    away, longer, back = await bench.news()

    covered = {"user": "U1OWNER", "until": (NOW + DAY).isoformat(), "cover": "U1COVER"}
    alone = {"user": "U1OWNER", "until": (NOW + 2 * DAY).isoformat()}
    assert told(away) == (Action.AWAY, None, {}, covered)
    assert told(longer) == (Action.AWAY, None, covered, alone)
    assert told(back) == (Action.BACK, None, alone, {})


async def test_entries_come_newest_first_even_of_one_moment(bench: Bench) -> None:
    for number in range(20):
        await bench.teams.add_team(BY, a_team(f"Team {number:02}"), NOW)

    entries = await bench.log.entries(WORKSPACE, limit=20)

    assert [entry.team_name for entry in entries] == [f"Team {number:02}" for number in reversed(range(20))]
    assert [entry.id for entry in entries] == sorted((entry.id for entry in entries), reverse=True)


async def test_a_team_s_entries_are_those_about_it_whatever_it_is_called_by_now(bench: Bench) -> None:
    await bench.teams.change_team(BY, replace(PAYMENTS, name="Tills"), NOW)
    await bench.assignments.assign(BY, an_assignment(team=PAYMENTS, since=NOW))
    await bench.assignments.assign(BY, an_assignment(since=NOW))

    entries = await bench.log.entries(WORKSPACE, team_id=PAYMENTS.id)

    assert [(entry.action, entry.team_name) for entry in entries] == [
        (Action.ASSIGNED, "Tills"),
        (Action.TEAM_CHANGED, "Tills"),
        (Action.TEAM_ADDED, "Payments"),
    ]
    assert len(await bench.log.entries(WORKSPACE, team_id=PAYMENTS.id, limit=2)) == 2


def test_what_is_the_same_before_and_after_is_left_out() -> None:
    before: Facts = {"name": "Payments", "aliases": ["a"], "leads": ["U1"]}
    after: Facts = {"name": "Payments", "aliases": ["b"], "parent": "Commerce"}

    assert changed_facts(before, after) == (
        {"aliases": ["a"], "leads": ["U1"]},
        {"aliases": ["b"], "parent": "Commerce"},
    )
