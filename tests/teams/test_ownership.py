"""Who is asked: the chain, checked against Slack, at any moment."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.absences import SqlAbsenceStore
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.ownership_memory import build_ownership_memory
from bot.storage.teams import SqlTeamStore
from bot.teams.model import Assignee, Assignment, Group, Ownership, Person, Rank, Skipped, Team
from bot.teams.ownership import OwnerFinder, unfit_because
from bot.teams.policy import OwnershipPolicy
from bot.teams.store import OwnershipLookup
from tests.builders import NOW, WORKSPACE, a_group, a_team, an_absence, an_actor, an_assignment
from tests.fakes import FakeClock, FakeDirectory

OWEN, BEA, ORG, COVER = "U1OWEN", "U1BEA", "U1ORG", "U1COVER"
DAY = timedelta(days=1)


class Bench:
    """An owner finder with its stores and Slack at hand; Commerce is above Payments."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.teams = SqlTeamStore(engine)
        self.assignments = SqlAssignmentStore(engine)
        self.absences = SqlAbsenceStore(engine)
        self.directory = FakeDirectory(
            Person(OWEN, "Owen"), Person(BEA, "Bea"), Person(ORG, "Olga"), Person(COVER, "Cora")
        )
        self.memory = build_ownership_memory(engine, FakeClock())
        self.commerce = a_team("Commerce")
        self.payments = a_team("Payments", parent=self.commerce)

    async def hold(self, *assignments: Assignment) -> None:
        for one in assignments:
            await self.assignments.assign(an_actor(), one)

    async def who(
        self, team: Team | None = None, at: datetime | None = None, policy: OwnershipPolicy | None = None
    ) -> Ownership:
        finder = OwnerFinder(
            lookup=OwnershipLookup(self.teams, self.assignments, self.absences),
            directory=self.directory,
            policy=policy or OwnershipPolicy(),
            clock=FakeClock(),
        )
        found = await finder.who(WORKSPACE, "finance", team, at)
        asked = list(self.directory.asked)
        in_memory = finder.on((await self.memory.current(WORKSPACE)).lookup)
        assert await in_memory.who(WORKSPACE, "finance", team, at) == found
        self.directory.asked = asked

        return found


@pytest.fixture(name="bench")
async def a_bench(sqlite_engine: AsyncEngine) -> Bench:
    bench = Bench(sqlite_engine)
    for team in (bench.commerce, bench.payments):
        await bench.teams.add_team(an_actor(), team, NOW - 9 * DAY)
    return bench


def owner_of(found: Ownership) -> str | None:
    return found.owner.assignee.id if found.owner else None


def reasons_in(skipped: Sequence[Skipped]) -> list[tuple[str, str]]:
    return [(one.name, one.reason) for one in skipped]


async def test_the_chain_goes_from_primary_to_organisation_and_ends_in_a_gap(bench: Bench) -> None:
    links = {
        OWEN: an_assignment(assignee=OWEN, team=bench.payments),
        BEA: an_assignment(assignee=BEA, team=bench.payments, rank=Rank.BACKUP),
        COVER: an_assignment(assignee=COVER, team=bench.commerce),
        ORG: an_assignment(assignee=ORG),
    }
    await bench.hold(*links.values())

    asked = []
    for user_id, link in links.items():
        found = await bench.who(bench.payments)
        asked.append((owner_of(found), found.owner.via if found.owner else None))
        await bench.assignments.unassign(an_actor(), link.cell, Assignee.from_id(user_id), NOW)

    assert asked == [(OWEN, "team"), (BEA, "team"), (COVER, "parent"), (ORG, "organisation")]
    assert await bench.who(bench.payments) == Ownership(None)


async def test_without_a_team_the_organisation_is_asked(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee=OWEN, team=bench.payments), an_assignment(assignee=ORG))

    assert owner_of(await bench.who()) == ORG


async def test_an_assignment_holds_from_its_first_moment_and_until_before_its_last(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee=OWEN, since=NOW - DAY, until=NOW + DAY))

    moments = (NOW - DAY, NOW + DAY - timedelta(microseconds=1), NOW + DAY, NOW - DAY - timedelta(microseconds=1))

    assert [owner_of(await bench.who(at=moment)) for moment in moments] == [OWEN, OWEN, None, None]


async def test_of_the_past_nobody_is_checked(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee="U1GONE"))
    past = NOW - timedelta(hours=1)

    found = await bench.who(at=past)

    assert (owner_of(found), found.skipped, found.is_checked, found.at) == ("U1GONE", (), True, past)
    assert bench.directory.asked == []


async def test_who_was_away_in_the_past_is_still_passed_over(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee=OWEN), an_assignment(assignee=BEA, rank=Rank.BACKUP))
    await bench.absences.add_absence(an_actor(), an_absence(OWEN, until=NOW - timedelta(hours=1)))

    during, after = await bench.who(at=NOW - timedelta(hours=2)), await bench.who()

    assert (owner_of(during), reasons_in(during.skipped)) == (BEA, [(OWEN, "away")])
    assert (owner_of(after), after.skipped) == (OWEN, ())


async def test_of_the_future_people_are_checked_as_they_are_now(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee=ORG), an_assignment(assignee="U1GONE", since=NOW + DAY))

    found = await bench.who(at=NOW + DAY)

    assert found.at == NOW + DAY
    assert found.owner is None
    assert reasons_in(found.skipped) == [("U1GONE", "unknown")]
    assert owner_of(await bench.who()) == ORG


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (Person(OWEN, "Owen", is_active=False), "deactivated"),
        (Person(OWEN, "Owen", is_guest=True), "guest"),
        (Person(OWEN, "Owen", is_external=True), "external"),
        (Person(OWEN, "Owen", is_bot=True, is_external=True), "bot"),
        (Person(OWEN, "Owen", is_active=False, is_guest=True), "deactivated"),
    ],
)
async def test_somebody_who_cannot_own_anything_is_passed_over_by_name(
    bench: Bench, person: Person, reason: str
) -> None:
    await bench.hold(an_assignment(assignee=OWEN), an_assignment(assignee=BEA, rank=Rank.BACKUP))
    bench.directory.put(person)

    found = await bench.who()

    assert owner_of(found) == BEA
    assert reasons_in(found.skipped) == [("Owen", reason)]
    assert found.is_checked


async def test_somebody_slack_does_not_know_is_passed_over_by_id(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee="U1NOBODY"), an_assignment(assignee=BEA, rank=Rank.BACKUP))

    found = await bench.who()

    assert (owner_of(found), reasons_in(found.skipped)) == (BEA, [("U1NOBODY", "unknown")])


async def test_guests_are_asked_where_they_may_own(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee=OWEN))
    bench.directory.put(Person(OWEN, "Owen", is_guest=True))

    assert owner_of(await bench.who(policy=OwnershipPolicy(guests_may_own=True))) == OWEN


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (a_group("S1GROUP"), ("@s1group", "empty_group")),
        (a_group("S1GROUP", OWEN, is_active=False), ("@s1group", "disabled_group")),
        (a_group("S1OTHER", OWEN), ("S1GROUP", "unknown")),
    ],
)
async def test_a_group_of_which_nobody_can_be_asked_is_passed_over(
    bench: Bench, group: Group, expected: tuple[str, str]
) -> None:
    await bench.hold(an_assignment(assignee="S1GROUP"), an_assignment(assignee=BEA, rank=Rank.BACKUP))
    bench.directory.put(group)

    found = await bench.who()

    assert (owner_of(found), reasons_in(found.skipped)) == (BEA, [expected])


async def test_a_group_with_members_is_asked(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee="S1GROUP"))
    bench.directory.put(a_group("S1GROUP", OWEN))

    assert owner_of(await bench.who()) == "S1GROUP"


async def test_somebody_away_is_passed_over_until_they_are_back(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee=OWEN), an_assignment(assignee=BEA, rank=Rank.BACKUP))
    absence = an_absence(OWEN, until=NOW + 7 * DAY)
    await bench.absences.add_absence(an_actor(), absence)

    found = await bench.who()

    assert owner_of(found) == BEA
    assert found.skipped == (Skipped(Assignee.from_id(OWEN), "Owen", "away", absence.until),)
    assert owner_of(await bench.who(at=absence.until)) == OWEN


async def test_a_cover_is_asked_meanwhile_in_the_place_of_whom_they_cover(bench: Bench) -> None:
    held = an_assignment(assignee=OWEN, team=bench.commerce)
    await bench.hold(held, an_assignment(assignee=BEA, team=bench.commerce, rank=Rank.BACKUP))
    await bench.absences.add_absence(an_actor(), an_absence(OWEN, cover=COVER))

    found = await bench.who(bench.payments)

    assert found.owner is not None
    assert found.owner.assignee.id == COVER
    assert found.owner.covers == Assignee.from_id(OWEN)
    assert (found.owner.rank, found.owner.via, found.owner.team) == (Rank.PRIMARY, "parent", bench.commerce)
    assert found.owner.confirmed_at == held.confirmed_at
    assert reasons_in(found.skipped) == [("Owen", "away")]


async def test_a_cover_who_is_away_too_is_passed_over(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee=OWEN), an_assignment(assignee=BEA, rank=Rank.BACKUP))
    await bench.absences.add_absence(an_actor(), an_absence(OWEN, cover=COVER))
    await bench.absences.add_absence(an_actor(), an_absence(COVER, cover=OWEN))

    found = await bench.who()

    assert (owner_of(found), reasons_in(found.skipped)) == (BEA, [("Owen", "away"), ("Cora", "away")])


async def test_a_deactivated_cover_is_passed_over(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee=OWEN))
    await bench.absences.add_absence(an_actor(), an_absence(OWEN, cover=COVER))
    bench.directory.put(Person(COVER, "Cora", is_active=False))

    found = await bench.who()

    assert found.owner is None
    assert reasons_in(found.skipped) == [("Owen", "away"), ("Cora", "deactivated")]


async def test_somebody_deactivated_while_away_is_called_deactivated(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee=OWEN))
    await bench.absences.add_absence(an_actor(), an_absence(OWEN))
    bench.directory.put(Person(OWEN, "Owen", is_active=False))

    assert reasons_in((await bench.who()).skipped) == [("Owen", "deactivated")]


async def test_somebody_who_stands_in_the_chain_twice_is_passed_over_once(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee=OWEN, team=bench.payments), an_assignment(assignee=OWEN))
    bench.directory.put(Person(OWEN, "Owen", is_active=False))

    found = await bench.who(bench.payments)

    assert reasons_in(found.skipped) == [("Owen", "deactivated")]
    assert bench.directory.asked == [OWEN]


async def test_where_slack_is_away_the_first_not_known_to_be_unavailable_is_named_unchecked(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee=OWEN), an_assignment(assignee=BEA, rank=Rank.BACKUP))
    bench.directory.is_away = True

    found = await bench.who()

    assert (owner_of(found), found.skipped, found.is_checked) == (OWEN, (), False)


async def test_where_slack_is_away_absences_are_known_all_the_same(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee=OWEN), an_assignment(assignee="S1GROUP", rank=Rank.BACKUP))
    await bench.absences.add_absence(an_actor(), an_absence(OWEN, cover=COVER))
    bench.directory.is_away = True

    covered = await bench.who()
    await bench.absences.add_absence(an_actor(), an_absence(COVER))
    both_away = await bench.who()

    assert (owner_of(covered), reasons_in(covered.skipped)) == (COVER, [(OWEN, "away")])
    assert (owner_of(both_away), both_away.is_checked) == ("S1GROUP", False)


async def test_where_slack_is_away_and_everybody_is_away_there_is_a_gap(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee=OWEN))
    await bench.absences.add_absence(an_actor(), an_absence(OWEN))
    bench.directory.is_away = True

    found = await bench.who()

    assert (found.owner, reasons_in(found.skipped), found.is_checked) == (None, [(OWEN, "away")], False)


async def test_a_look_up_that_never_ends_is_not_waited_for_and_what_was_found_out_still_counts(
    bench: Bench,
) -> None:
    await bench.hold(
        an_assignment(assignee=OWEN, team=bench.payments),
        an_assignment(assignee=BEA, team=bench.payments, rank=Rank.BACKUP),
        an_assignment(assignee=ORG),
    )
    bench.directory.put(Person(OWEN, "Owen", is_active=False))
    bench.directory.stuck.add(BEA)

    found = await bench.who(bench.payments)

    assert (owner_of(found), reasons_in(found.skipped)) == (BEA, [("Owen", "deactivated")])
    assert not found.is_checked


async def test_an_owner_who_was_not_confirmed_for_long_is_stale_when_it_is_asked_about(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee=OWEN, since=NOW - 89 * DAY))

    now, tomorrow = await bench.who(), await bench.who(at=NOW + DAY)

    assert [one.owner.is_stale for one in (now, tomorrow) if one.owner] == [False, True]


async def test_who_was_it_in_march_keeps_its_answer_after_the_team_is_archived(bench: Bench) -> None:
    await bench.hold(an_assignment(assignee=OWEN, team=bench.payments))
    await bench.teams.archive_team(an_actor(), bench.payments, NOW)

    assert owner_of(await bench.who(bench.payments, NOW - timedelta(hours=1))) == OWEN
    assert (await bench.who(bench.payments)).owner is None


async def test_another_workspace_has_owners_of_its_own(bench: Bench) -> None:
    other = an_actor(workspace_id="T0OTHER")
    await bench.assignments.assign(other, an_assignment(assignee=ORG))
    await bench.hold(an_assignment(assignee=OWEN))
    await bench.absences.add_absence(other, an_absence(OWEN))

    assert owner_of(await bench.who()) == OWEN


def test_who_is_fit_to_own_something_depends_on_the_account_and_the_policy() -> None:
    person = Person(OWEN, "Owen")

    assert unfit_because(person, OwnershipPolicy()) is None
    assert unfit_because(replace(person, is_guest=True), OwnershipPolicy(guests_may_own=True)) is None
    assert unfit_because(replace(person, is_external=True), OwnershipPolicy(guests_may_own=True)) == "external"
