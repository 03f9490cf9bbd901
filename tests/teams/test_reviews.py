"""Who is asked to confirm what, when, and how often; on both databases."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import UnavailableError
from bot.storage.absences import SqlAbsenceStore
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.reviews import SqlReviewStore
from bot.storage.teams import SqlTeamStore
from bot.teams.model import Assignment, Group, Person
from bot.teams.policy import OwnershipPolicy
from bot.teams.reviews import ASK_AGAIN_AFTER, MAX_ITEMS, ReviewRequest, ReviewService, is_working_time
from tests.builders import NOW, WORKSPACE, a_group, a_team, an_absence, an_actor, an_assignment
from tests.fakes import FakeClock, FakeDirectory

LONG_AGO = NOW - timedelta(days=91)
POLICY = OwnershipPolicy(
    review_after_by_persona={"procurement": timedelta(days=180), "security": timedelta(days=30)}
)


@dataclass
class Desk:
    """The service on a real database, and what it stands on."""

    reviews: ReviewService
    teams: SqlTeamStore
    assignments: SqlAssignmentStore
    absences: SqlAbsenceStore
    directory: FakeDirectory
    clock: FakeClock

    async def given(self, *assignments: Assignment) -> None:
        for one in assignments:
            await self.assignments.assign(an_actor(), one)

    async def due(self) -> Sequence[ReviewRequest]:
        return [request async for request in self.reviews.due(WORKSPACE)]

    async def asked(self) -> dict[str, list[str]]:
        """Return the personas that each person is asked about."""
        return {one.user_id: [item.assignment.cell.persona_key for item in one.items] for one in await self.due()}


@pytest.fixture
def desk(engine: AsyncEngine) -> Desk:
    teams, assignments, absences = SqlTeamStore(engine), SqlAssignmentStore(engine), SqlAbsenceStore(engine)
    directory = FakeDirectory(Person("U1OWNER", "Owen"), Person("U1OTHER", "Olga"), Person("U1ADMIN", "Ada"))
    clock = FakeClock()
    reviews = ReviewService(
        teams=teams,
        assignments=assignments,
        requests=SqlReviewStore(engine),
        absences=absences,
        directory=directory,
        policy=POLICY,
        clock=clock,
    )
    return Desk(reviews, teams, assignments, absences, directory, clock)


async def test_everybody_is_asked_once_about_all_that_is_due_the_oldest_first(desk: Desk) -> None:
    payments = a_team("Payments")
    await desk.teams.add_team(an_actor(), payments, NOW)
    await desk.given(
        an_assignment("finance", "U1OWNER", since=LONG_AGO),
        an_assignment("itam", "U1OWNER", team=payments, since=LONG_AGO - timedelta(days=1)),
        an_assignment("product", "U1OTHER", since=LONG_AGO),
    )

    owner, other = sorted(await desk.due(), key=lambda one: one.user_id, reverse=True)

    assert [(item.assignment.cell.persona_key, item.team) for item in owner.items] == [
        ("itam", payments),
        ("finance", None),
    ]
    assert (owner.user_id, owner.more, owner.at) == ("U1OWNER", 0, NOW)
    assert [item.assignment.cell.persona_key for item in other.items] == ["product"]


@pytest.mark.parametrize(
    ("persona", "days", "is_due"),
    [
        ("finance", 89, False),
        ("finance", 90, True),
        ("security", 29, False),
        ("security", 30, True),
        ("procurement", 179, False),
        ("procurement", 180, True),
    ],
)
async def test_each_persona_has_its_own_period(desk: Desk, persona: str, days: int, is_due: bool) -> None:  # noqa: FBT001 (a column of the table)
    await desk.given(an_assignment(persona, since=NOW - timedelta(days=days)))

    assert bool(await desk.due()) is is_due


async def test_what_was_confirmed_or_has_ended_is_not_asked_about(desk: Desk) -> None:
    confirmed = an_assignment("finance", since=LONG_AGO)
    ended = an_assignment("itam", since=LONG_AGO, until=NOW - timedelta(days=1))
    await desk.given(confirmed, ended)

    await desk.assignments.confirm(an_actor("U1OWNER"), [confirmed.id], NOW - timedelta(hours=1))

    assert await desk.due() == []


async def test_who_is_away_is_asked_when_they_are_back(desk: Desk) -> None:
    await desk.given(an_assignment(since=LONG_AGO))
    await desk.absences.add_absence(an_actor("U1OWNER"), an_absence(until=NOW + timedelta(days=1)))

    while_away = await desk.due()
    desk.clock.advance(timedelta(days=1))
    when_back = await desk.due()

    assert (len(while_away), len(when_back)) == (0, 1)


@pytest.mark.parametrize(
    "person",
    [
        Person("U1OWNER", "Owen", is_active=False),
        Person("U1OWNER", "Owen", is_guest=True),
        Person("U1OWNER", "Owen", is_external=True),
        Person("U1OWNER", "Owen", is_bot=True),
    ],
)
async def test_who_cannot_own_anything_is_not_asked(desk: Desk, person: Person) -> None:
    desk.directory.put(person)
    await desk.given(an_assignment(since=LONG_AGO))

    assert await desk.due() == []


@pytest.mark.parametrize("assignee", ["U1OWNER", "S1GROUP"])
async def test_nobody_is_asked_while_slack_is_away(desk: Desk, assignee: str) -> None:
    await desk.given(an_assignment(assignee=assignee, since=LONG_AGO))
    desk.directory.is_away = True

    with pytest.raises(UnavailableError):
        await desk.due()


async def test_while_slack_is_away_somebody_still_sees_what_is_their_own(desk: Desk) -> None:
    desk.directory.put(a_group("S1GROUP", "U1OWNER"))
    await desk.given(an_assignment(since=LONG_AGO), an_assignment("itam", "S1GROUP", since=LONG_AGO))
    desk.directory.is_away = True

    left = await desk.reviews.due_for(WORKSPACE, "U1OWNER")

    assert [item.assignment.cell.persona_key for item in left.items] == ["finance"]


@pytest.mark.parametrize(
    ("group", "whom"),
    [
        (a_group("S1GROUP", "U1OTHER", "U1ADMIN", "U0FIRST"), "U1ADMIN"),
        (a_group("S1GROUP", "U1OTHER", "U1OWNER"), "U1OTHER"),
        (a_group("S1GROUP", "U0GONE", "U1OWNER"), "U1OWNER"),
        (a_group("S1GROUP"), None),
        (a_group("S1GROUP", "U1OWNER", is_active=False), None),
    ],
    ids=["who assigned it", "the first member", "the first who is there", "nobody", "nobody of a disabled group"],
)
async def test_for_a_group_one_person_is_asked(desk: Desk, group: Group, whom: str | None) -> None:
    desk.directory.put(group)
    await desk.given(an_assignment(assignee="S1GROUP", since=LONG_AGO, by="U1ADMIN"))

    found = await desk.due()

    assert [(one.user_id, one.items[0].group) for one in found] == ([(whom, group)] if whom else [])


async def test_what_somebody_holds_and_what_their_group_holds_come_together(desk: Desk) -> None:
    desk.directory.put(a_group("S1GROUP", "U1OWNER"))
    await desk.given(
        an_assignment("itam", "S1GROUP", since=LONG_AGO - timedelta(days=9)),
        an_assignment("finance", "U1OWNER", since=LONG_AGO),
    )

    assert await desk.asked() == {"U1OWNER": ["finance", "itam"]}


async def test_nobody_is_asked_at_night(desk: Desk) -> None:
    desk.directory.put(Person("U1OWNER", "Owen", time_zone="America/Los_Angeles"))
    await desk.given(an_assignment(since=LONG_AGO))

    at_half_past_one = await desk.due()
    desk.clock.advance(timedelta(hours=7))
    at_half_past_eight = await desk.due()

    assert (len(at_half_past_one), len(at_half_past_eight)) == (0, 1)


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), "UTC", True),
        (datetime(2026, 11, 23, 7, 59, tzinfo=UTC), "UTC", False),
        (datetime(2026, 11, 23, 17, 59, tzinfo=UTC), "UTC", True),
        (datetime(2026, 11, 23, 18, 0, tzinfo=UTC), "UTC", False),
        (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), "UTC", False),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), "Asia/Tokyo", True),
        (datetime(2026, 11, 27, 23, 30, tzinfo=UTC), "Asia/Tokyo", False),
        (datetime(2026, 11, 23, 12, 0, tzinfo=UTC), "Nowhere/Land", True),
    ],
)
def test_working_time_is_a_weekday_from_eight_to_six_where_the_person_is(
    moment: datetime,
    zone: str,
    expected: bool,  # noqa: FBT001 (a column of the table)
) -> None:
    assert is_working_time(moment, zone) is expected


async def test_one_request_holds_no_more_than_a_message_can(desk: Desk) -> None:
    since = [LONG_AGO - timedelta(minutes=number) for number in range(MAX_ITEMS + 3)]
    await desk.given(*(an_assignment(f"persona-{moment.minute}", since=moment) for moment in since))

    (request,) = await desk.due()

    assert (len(request.items), request.more) == (MAX_ITEMS, 3)
    assert request.items[0].assignment.confirmed_at == min(since)


async def test_nobody_is_asked_twice_within_a_week(desk: Desk) -> None:
    await desk.given(an_assignment(since=LONG_AGO))
    (request,) = await desk.due()

    first = await desk.reviews.claim(request)
    again = await desk.reviews.claim(request)
    desk.clock.advance(ASK_AGAIN_AFTER - timedelta(seconds=1))
    within_the_week = await desk.due()
    desk.clock.advance(timedelta(seconds=1))
    (a_week_later,) = await desk.due()

    assert (first, again, within_the_week) == (True, False, [])
    assert await desk.reviews.claim(a_week_later)


async def test_of_several_processes_one_asks(desk: Desk) -> None:
    await desk.given(an_assignment(since=LONG_AGO))
    (request,) = await desk.due()

    claims = await asyncio.gather(*(desk.reviews.claim(request) for _ in range(5)))

    assert sorted(claims) == [False, False, False, False, True]


async def test_a_claim_that_is_given_back_can_be_taken_again(desk: Desk) -> None:
    await desk.given(an_assignment(since=LONG_AGO))
    (request,) = await desk.due()
    await desk.reviews.claim(request)

    await desk.reviews.release(request)

    assert await desk.due() == [request]
    assert await desk.reviews.claim(request)


async def test_giving_back_does_not_undo_the_claim_of_another_moment(desk: Desk) -> None:
    await desk.given(an_assignment(since=LONG_AGO))
    (late,) = await desk.due()
    desk.clock.advance(timedelta(minutes=1))
    (request,) = await desk.due()
    await desk.reviews.claim(request)

    await desk.reviews.release(late)

    assert await desk.due() == []


async def test_another_workspace_has_its_own_requests(desk: Desk) -> None:
    await desk.assignments.assign(an_actor(workspace_id="T0OTHER"), an_assignment(since=LONG_AGO))

    assert await desk.due() == []
    assert len([one async for one in desk.reviews.due("T0OTHER")]) == 1


async def test_somebody_sees_all_they_have_to_confirm_though_they_were_asked_lately(desk: Desk) -> None:
    desk.directory.put(a_group("S1GROUP", "U1OWNER", "U1ADMIN"))
    await desk.given(
        an_assignment("finance", since=LONG_AGO),
        an_assignment("itam", since=NOW),
        an_assignment("product", "S1GROUP", since=LONG_AGO, by="U1ADMIN"),
    )
    (request, _) = await desk.due()
    await desk.reviews.claim(request)

    left = await desk.reviews.due_for(WORKSPACE, "U1OWNER")

    assert [item.assignment.cell.persona_key for item in left.items] == ["finance"]


async def test_a_request_is_open_until_somebody_confirms_or_it_ends(desk: Desk) -> None:
    due, fresh, ended = (
        an_assignment("finance", since=LONG_AGO),
        an_assignment("itam", since=NOW - timedelta(days=2)),
        an_assignment("product", since=LONG_AGO, until=NOW),
    )
    await desk.given(due, fresh, ended)

    async def is_open(assignment: Assignment) -> bool:
        item = await desk.reviews.item(WORKSPACE, assignment.id)
        return item is not None and desk.reviews.is_open(item.assignment)

    before = [await is_open(one) for one in (due, fresh, ended)]
    await desk.assignments.confirm(an_actor("U1OWNER"), [due.id, fresh.id], NOW)
    after = [await is_open(one) for one in (due, fresh)]

    assert (before, after) == ([True, True, False], [False, False])
    assert await desk.reviews.item("T0OTHER", due.id) is None
