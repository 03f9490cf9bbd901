"""Who holds what: assigning, ending, handing over and confirming, on real stores."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import ChangedMeanwhileError, NotAllowedError, UserFacingError
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.audit import SqlAuditLog
from bot.storage.teams import SqlTeamStore
from bot.surface import Surface
from bot.teams.access import Access
from bot.teams.assigning import AssigningService, Change
from bot.teams.audit import Action
from bot.teams.finding import TeamFinder
from bot.teams.model import Actor, Assignee, Assignment, Person, Rank
from bot.teams.policy import OwnershipPolicy
from tests.builders import NOW, WORKSPACE, a_group, a_persona, a_team, an_actor
from tests.fakes import FakeClock, FakeDirectory, FakeLexicon

ADMIN, OTHER_ADMIN = "U1ADMIN", "U1OTHERADMIN"
OWEN, BEA, ANN, LENA = "U1OWEN", "U1BEA", "U1ANN", "U1LENA"
FINANCE = a_persona("finance", "Finance")
DAY = timedelta(days=1)


class Bench:
    """The service with its stores, Slack and the clock at hand; Lena leads Payments."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.teams, self.assignments = SqlTeamStore(engine), SqlAssignmentStore(engine)
        self.log = SqlAuditLog(engine)
        self.clock = FakeClock()
        self.directory = FakeDirectory(
            Person(ADMIN, "Ada", is_admin=True),
            Person(OTHER_ADMIN, "Otis", is_admin=True),
            *(Person(user_id, name) for user_id, name in ((OWEN, "Owen"), (BEA, "Bea"), (ANN, "Ann"))),
            Person(LENA, "Lena"),
            a_group("S1GROUP", ANN),
        )
        self.payments = a_team("Payments", leads=(LENA,))
        self.service = self.with_policy(OwnershipPolicy())

    def with_policy(self, policy: OwnershipPolicy) -> AssigningService:
        return AssigningService(
            teams=self.teams,
            assignments=self.assignments,
            finder=TeamFinder(self.teams, self.directory, FakeLexicon()),
            directory=self.directory,
            access=Access(self.directory, self.teams, []),
            policy=policy,
            clock=self.clock,
        )

    async def assign(self, assignee: str = OWEN, **given: Any) -> Assignment:  # noqa: ANN401 (see a_change)
        """Assign by an admin, an hour after whatever was done before."""
        self.clock.advance(timedelta(hours=1))
        return (await self.service.assign(a_change(assignee, **given))).assignment

    async def held(self, at: datetime | None = None, team_id: str | None = None) -> list[tuple[str, Rank]]:
        found = await self.assignments.assignments(WORKSPACE, at or self.clock(), team_ids=[team_id])
        return [(one.assignee.id, one.rank) for one in found]

    async def actions(self) -> Sequence[Action]:
        return [entry.action for entry in await self.log.entries(WORKSPACE)]


def a_change(
    assignee: str = OWEN,
    *,
    by: str = ADMIN,
    team: str | None = None,
    **given: Any,  # noqa: ANN401 (fields of Change)
) -> Change:
    change = Change(an_actor(by), Assignee.from_id(assignee), FINANCE, team)
    return replace(change, **given)


@pytest.fixture(name="bench")
async def a_bench(sqlite_engine: AsyncEngine) -> Bench:
    bench = Bench(sqlite_engine)
    await bench.teams.add_team(an_actor(), bench.payments, NOW)
    return bench


async def test_an_assignment_says_who_made_it_and_counts_as_confirmed(bench: Bench) -> None:
    assigned = await bench.service.assign(a_change(team="PAYMENTS"))

    made = assigned.assignment
    assert (assigned.team, assigned.replaced) == (bench.payments, None)
    assert (made.cell.team_id, made.assigned_by) == (bench.payments.id, ADMIN)
    assert made.valid_from == made.assigned_at == made.confirmed_at == NOW
    assert await bench.held(team_id=bench.payments.id) == [(OWEN, Rank.PRIMARY)]


async def test_a_new_primary_takes_the_place_of_the_former(bench: Bench) -> None:
    await bench.assign(OWEN)

    assigned = await bench.service.assign(a_change("S1GROUP"))

    assert assigned.replaced == Assignee.from_id(OWEN)
    assert await bench.held() == [("S1GROUP", Rank.PRIMARY)]


async def test_a_temporary_primary_gives_it_back_to_the_former(bench: Bench) -> None:
    await bench.assign(OWEN)
    until = NOW + 7 * DAY

    await bench.assign(BEA, valid_until=until)

    assert await bench.held() == [(BEA, Rank.PRIMARY)]
    assert await bench.held(until - timedelta(microseconds=1)) == [(BEA, Rank.PRIMARY)]
    assert await bench.held(until) == await bench.held(until + 365 * DAY) == [(OWEN, Rank.PRIMARY)]


async def test_a_temporary_primary_within_a_temporary_one_gives_it_back_to_that(bench: Bench) -> None:
    await bench.assign(OWEN)
    await bench.assign(BEA, valid_until=NOW + 7 * DAY)
    await bench.assign(ANN, valid_until=NOW + 3 * DAY)

    found = [await bench.held(NOW + days * DAY) for days in (1, 3, 6, 7)]

    assert found == [[(user_id, Rank.PRIMARY)] for user_id in (ANN, BEA, BEA, OWEN)]


async def test_a_backup_who_is_primary_for_a_time_is_backup_again_afterwards(bench: Bench) -> None:
    await bench.assign(OWEN)
    await bench.assign(BEA, rank=Rank.BACKUP)

    await bench.assign(BEA, valid_until=NOW + 7 * DAY)

    assert await bench.held() == [(BEA, Rank.PRIMARY)]
    assert await bench.held(NOW + 8 * DAY) == [(OWEN, Rank.PRIMARY), (BEA, Rank.BACKUP)]


async def test_an_assignment_that_begins_later_leaves_the_former_until_then(bench: Bench) -> None:
    await bench.assign(OWEN)

    await bench.assign(BEA, valid_from=NOW + 7 * DAY)

    assert await bench.held() == [(OWEN, Rank.PRIMARY)]
    assert await bench.held(NOW + 7 * DAY) == [(BEA, Rank.PRIMARY)]


async def test_over_somebody_named_for_later_only_an_end_before_that_is_possible(bench: Bench) -> None:
    await bench.assign(BEA, valid_from=NOW + 7 * DAY)

    with pytest.raises(UserFacingError, match="U1BEA is already named from 2026-11-30 on: end this one before"):
        await bench.assign(OWEN)
    with pytest.raises(UserFacingError, match="already named"):
        await bench.assign(OWEN, valid_until=NOW + 8 * DAY)
    await bench.assign(OWEN, valid_until=NOW + 7 * DAY)

    assert await bench.held() == [(OWEN, Rank.PRIMARY)]
    assert await bench.held(NOW + 7 * DAY) == [(BEA, Rank.PRIMARY)]


async def test_assigning_somebody_again_changes_what_they_hold(bench: Bench) -> None:
    await bench.assign(OWEN, rank=Rank.BACKUP, valid_from=NOW + 7 * DAY)

    await bench.assign(OWEN)

    assert await bench.held() == await bench.held(NOW + 8 * DAY) == [(OWEN, Rank.PRIMARY)]


async def test_a_backup_joins_whoever_is_there(bench: Bench) -> None:
    await bench.assign(OWEN)
    await bench.assign(BEA, rank=Rank.BACKUP)
    await bench.assign(ANN, rank=Rank.BACKUP)

    assert await bench.held() == [(OWEN, Rank.PRIMARY), (BEA, Rank.BACKUP), (ANN, Rank.BACKUP)]


@pytest.mark.parametrize(
    ("given", "message", "about"),
    [
        ({"valid_from": NOW - DAY}, "2026-11-22 is past: an assignment begins now or later", "valid_from"),
        ({"valid_until": NOW - DAY}, "It would end on 2026-11-22, before it begins", "valid_until"),
        ({"valid_until": NOW}, "before it begins", "valid_until"),
        ({"valid_from": NOW + 2 * DAY, "valid_until": NOW + DAY}, "end on 2026-11-24, before it", "valid_until"),
    ],
)
async def test_a_period_that_is_none_is_refused(
    bench: Bench, given: dict[str, Any], message: str, about: str
) -> None:
    with pytest.raises(UserFacingError, match=message) as caught:
        await bench.service.assign(a_change(**given))

    assert caught.value.about == about
    assert await bench.held() == []


async def test_a_moment_that_passed_while_it_was_saved_counts_as_now(bench: Bench) -> None:
    begun = bench.clock()
    bench.clock.advance(timedelta(seconds=3))

    assigned = await bench.service.assign(a_change(valid_from=begun))

    assert assigned.assignment.valid_from == bench.clock()


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (Person(OWEN, "Owen", is_active=False), "Owen's account is deactivated"),
        (Person(OWEN, "Owen", is_guest=True), "Owen is a guest, and guests cannot own anything"),
        (Person(OWEN, "Owen", is_external=True), "Owen is of another organisation"),
        (Person(OWEN, "Owen", is_bot=True), "Owen is a bot, so it cannot own anything: choose a person"),
    ],
)
async def test_somebody_who_cannot_own_anything_is_refused(bench: Bench, known: Person, message: str) -> None:
    bench.directory.put(known)

    with pytest.raises(UserFacingError, match=message) as caught:
        await bench.service.assign(a_change())

    assert caught.value.about == "assignee"
    assert await bench.held() == []


@pytest.mark.parametrize(
    ("assignee", "message"),
    [
        ("U1NOBODY", "nobody with the id U1NOBODY in this workspace"),
        ("S1NOGROUP", "no user group with the id S1NOGROUP in this workspace"),
        ("S1OLD", "The user group @s1old is disabled"),
    ],
)
async def test_somebody_who_is_not_there_is_refused(bench: Bench, assignee: str, message: str) -> None:
    bench.directory.put(a_group("S1OLD", OWEN, is_active=False))

    with pytest.raises(UserFacingError, match=message):
        await bench.service.assign(a_change(assignee))


async def test_a_guest_is_assigned_where_guests_may_own(bench: Bench) -> None:
    bench.directory.put(Person(OWEN, "Owen", is_guest=True))

    await bench.with_policy(OwnershipPolicy(guests_may_own=True)).assign(a_change())

    assert await bench.held() == [(OWEN, Rank.PRIMARY)]


async def test_where_slack_is_away_nothing_is_changed(bench: Bench) -> None:
    bench.directory.is_away = True

    with pytest.raises(NotAllowedError, match="could not ask Slack whether you may"):
        await bench.service.assign(a_change())
    with pytest.raises(UserFacingError, match="could not ask Slack about that person"):
        await bench.service.assign(a_change(by=LENA, team="Payments"))

    assert await bench.held() == []


async def test_nobody_without_a_role_changes_anything(bench: Bench) -> None:
    await bench.assign(OWEN)

    for attempt in (bench.service.assign(a_change(BEA, by=ANN)), bench.service.unassign(a_change(OWEN, by=ANN))):
        with pytest.raises(NotAllowedError, match="Please ask a workspace admin"):
            await attempt

    assert await bench.held() == [(OWEN, Rank.PRIMARY)]


async def test_a_lead_assigns_for_their_team_only(bench: Bench) -> None:
    await bench.service.assign(a_change(by=LENA, team="Payments"))

    with pytest.raises(NotAllowedError):
        await bench.service.assign(a_change(by=LENA))


async def test_what_somebody_else_changed_since_it_was_looked_at_is_not_overwritten(bench: Bench) -> None:
    seen_at = bench.clock()
    await bench.assign(BEA, by=OTHER_ADMIN)

    with pytest.raises(ChangedMeanwhileError, match="Somebody else changed this meanwhile. Nothing was saved"):
        await bench.assign(OWEN, seen_at=seen_at)

    assert await bench.held() == [(BEA, Rank.PRIMARY)]
    await bench.assign(OWEN, seen_at=bench.clock())
    assert await bench.held() == [(OWEN, Rank.PRIMARY)]


async def test_what_somebody_else_ended_since_counts_as_changed_too(bench: Bench) -> None:
    await bench.assign(OWEN)
    seen_at = bench.clock()
    bench.clock.advance(DAY)
    await bench.service.unassign(a_change(by=OTHER_ADMIN))

    with pytest.raises(ChangedMeanwhileError):
        await bench.assign(OWEN, seen_at=seen_at)


async def test_one_s_own_changes_and_those_of_other_cells_are_no_conflict(bench: Bench) -> None:
    seen_at = bench.clock()
    await bench.assign(BEA)
    await bench.assign(BEA, team="Payments", by=OTHER_ADMIN)

    await bench.assign(OWEN, seen_at=seen_at)

    assert await bench.held() == [(OWEN, Rank.PRIMARY)]


async def test_unassigning_ends_what_holds_now_and_what_would_hold_later(bench: Bench) -> None:
    await bench.assign(OWEN, team="Payments")
    await bench.assign(BEA, team="Payments", valid_until=NOW + 7 * DAY)

    team = await bench.service.unassign(a_change(OWEN, team="Payments"))

    assert team == bench.payments
    assert await bench.held(NOW + 8 * DAY, bench.payments.id) == []
    assert await bench.held(team_id=bench.payments.id) == [(BEA, Rank.PRIMARY)]


@pytest.mark.parametrize(("team", "place"), [(None, "for the whole organisation"), ("Payments", "for Payments")])
async def test_what_nobody_holds_cannot_be_ended(bench: Bench, team: str | None, place: str) -> None:
    with pytest.raises(UserFacingError, match=f"They do not hold Finance {place}, so nothing was changed"):
        await bench.service.unassign(a_change(team=team))


async def test_handing_over_keeps_rank_and_end_and_begins_anew(bench: Bench) -> None:
    until = NOW + 30 * DAY
    held = await bench.assign(OWEN, rank=Rank.BACKUP, team="Payments", valid_until=until)
    bench.clock.advance(DAY)

    handed = await bench.service.hand_over(an_actor(OWEN), held.id, Assignee.from_id(BEA))

    new = handed.assignment
    assert (handed.team, handed.replaced) == (bench.payments, Assignee.from_id(OWEN))
    assert (new.cell, new.rank, new.valid_until) == (held.cell, Rank.BACKUP, until)
    assert new.valid_from == new.assigned_at == new.confirmed_at == bench.clock()
    assert new.assigned_by == OWEN
    assert await bench.held(team_id=bench.payments.id) == [(BEA, Rank.BACKUP)]
    assert (await bench.actions())[:2] == [Action.ASSIGNMENT_CHANGED, Action.ASSIGNED]


async def test_a_primary_may_hand_over_to_their_backup(bench: Bench) -> None:
    held = await bench.assign(OWEN)
    await bench.assign(BEA, rank=Rank.BACKUP)

    await bench.service.hand_over(an_actor(OWEN), held.id, Assignee.from_id(BEA))

    assert await bench.held() == [(BEA, Rank.PRIMARY)]


async def test_a_backup_cannot_hand_over_to_the_primary_who_would_be_none_any_more(bench: Bench) -> None:
    await bench.assign(OWEN)
    held = await bench.assign(BEA, rank=Rank.BACKUP)

    with pytest.raises(UserFacingError, match="They are asked first already"):
        await bench.service.hand_over(an_actor(BEA), held.id, Assignee.from_id(OWEN))

    assert await bench.held() == [(OWEN, Rank.PRIMARY), (BEA, Rank.BACKUP)]


async def test_a_failed_hand_over_leaves_everything_as_it_was(bench: Bench) -> None:
    held = await bench.assign(OWEN)

    for to, message in ((OWEN, "holds it already"), ("U1NOBODY", "nobody with the id")):
        with pytest.raises(UserFacingError, match=message):
            await bench.service.hand_over(an_actor(OWEN), held.id, Assignee.from_id(to))

    assert await bench.held() == [(OWEN, Rank.PRIMARY)]
    assert await bench.actions() == [Action.ASSIGNED, Action.TEAM_ADDED]


async def test_what_was_handed_over_cannot_be_handed_over_again(bench: Bench) -> None:
    held = await bench.assign(OWEN)
    await bench.service.hand_over(an_actor(OWEN), held.id, Assignee.from_id(BEA))

    with pytest.raises(ChangedMeanwhileError, match="nobody holds it like that any more"):
        await bench.service.hand_over(an_actor(OWEN), held.id, Assignee.from_id(ANN))
    with pytest.raises(ChangedMeanwhileError, match="nobody holds it like that any more"):
        await bench.assignments.assign(an_actor(), replace(held, id="new"), instead_of=held.id)

    assert await bench.held() == [(BEA, Rank.PRIMARY)]


async def test_the_holder_confirms_what_they_hold(bench: Bench) -> None:
    held = [await bench.assign(OWEN), await bench.assign(OWEN, team="Payments")]
    bench.clock.advance(DAY)

    assert await bench.service.confirm(an_actor(OWEN), [one.id for one in held]) == 2

    now = await bench.service.held_by(WORKSPACE, OWEN)
    assert [one.confirmed_at for one in now] == [bench.clock()] * 2


@pytest.mark.parametrize("by", [an_actor(ANN), an_actor(ADMIN), an_actor(LENA), an_actor("x", Surface.TERMINAL)])
async def test_members_of_the_holding_group_and_editors_may_speak_for_it(bench: Bench, by: Actor) -> None:
    held = await bench.assign("S1GROUP", team="Payments")

    assert await bench.service.confirm(by, [held.id]) == 1
    assert await bench.service.give_up(by, held.id) == replace(held, confirmed_at=bench.clock())

    assert await bench.held(team_id=bench.payments.id) == []


async def test_nobody_else_may_speak_for_what_somebody_holds(bench: Bench) -> None:
    held = [await bench.assign("S1GROUP", team="Payments"), await bench.assign(OWEN)]

    for one in held:
        for attempt in (
            bench.service.confirm(an_actor(BEA), [one.id]),
            bench.service.give_up(an_actor(BEA), one.id),
            bench.service.hand_over(an_actor(BEA), one.id, Assignee.from_id(BEA)),
        ):
            with pytest.raises(NotAllowedError, match="not yours to confirm or to hand over"):
                await attempt

    assert await bench.held() == [(OWEN, Rank.PRIMARY)]


async def test_what_is_over_or_not_there_cannot_be_confirmed(bench: Bench) -> None:
    ended = await bench.assign(OWEN)
    await bench.service.give_up(an_actor(OWEN), ended.id)
    later = await bench.assign(OWEN, valid_from=NOW + 7 * DAY)

    for assignment_id in (ended.id, later.id, "unknown"):
        with pytest.raises(ChangedMeanwhileError, match="changed meanwhile"):
            await bench.service.confirm(an_actor(OWEN), [assignment_id])


async def test_where_slack_is_away_holders_speak_for_themselves_and_groups_have_to_wait(bench: Bench) -> None:
    own = await bench.assign(OWEN)
    of_group = await bench.assign("S1GROUP", team="Payments")
    bench.directory.is_away = True

    assert await bench.service.confirm(an_actor(OWEN), [own.id]) == 1
    assert await bench.service.confirm(an_actor("x", Surface.TERMINAL), [of_group.id]) == 1
    with pytest.raises(NotAllowedError, match="could not ask Slack"):
        await bench.service.confirm(an_actor(ANN), [of_group.id])


async def test_what_people_hold_includes_what_their_groups_hold(bench: Bench) -> None:
    own = await bench.assign(ANN)
    of_group = await bench.assign("S1GROUP", team="Payments")
    await bench.assign(ANN, team="Payments", rank=Rank.BACKUP, valid_from=NOW + 7 * DAY)

    assert set(await bench.service.held_by(WORKSPACE, ANN)) == {own, of_group}
    bench.directory.is_away = True
    assert list(await bench.service.held_by(WORKSPACE, ANN)) == [own]
    assert list(await bench.service.held_by("T0OTHER", ANN)) == []


async def test_an_assignment_of_another_workspace_cannot_be_spoken_for(bench: Bench) -> None:
    held = await bench.assign(OWEN)

    with pytest.raises(ChangedMeanwhileError):
        await bench.service.give_up(an_actor(OWEN, workspace_id="T0OTHER"), held.id)

    assert await bench.held() == [(OWEN, Rank.PRIMARY)]
