"""The use cases of digests and coverage, on a real database."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.bootstrap import build_services
from bot.digests import coverage_service
from bot.digests.model import Digest, RunState, Snapshot
from bot.digests.service import MAX_DIGESTS, NewDigest
from bot.errors import NotAllowedError, UserFacingError
from bot.settings import Settings
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.coverage import SqlCoverageStore
from bot.storage.digests import SqlDigestStore
from bot.storage.questions import SqlQuestionStore
from bot.storage.teams import SqlTeamStore
from bot.teams.coverage import CellState
from bot.teams.model import Cell, Person
from tests.builders import (
    NOW,
    WORKSPACE,
    a_digest,
    a_group,
    a_stored_question,
    a_team,
    an_actor,
    an_assignment,
)
from tests.fakes import FakeClock, FakeDirectory, blank_router

ADMIN, SOMEBODY, GUEST = "U1ADMIN", "U1SOME", "U1GUEST"
PEOPLE = (
    Person(ADMIN, "Ada", is_admin=True),
    Person(SOMEBODY, "Sam"),
    Person(GUEST, "Gus", is_guest=True),
    Person("U1OWNER", "Owen"),
)
WEEKLY = NewDigest(an_actor(ADMIN), "C1CHANNEL", "every monday at 9:00", "Europe/Berlin")
PAYMENTS = a_team("Payments")


class Office:
    """A workspace with one team and no digests."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.clock = FakeClock()
        self.directory = FakeDirectory(*PEOPLE, a_group("S1GROUP"))
        services = build_services(Settings(_env_file=None), engine, blank_router(), self.directory, self.clock)
        self.digests, self.coverage, self.runs = services.digests, services.coverage, services.digest_runs
        self.store, self.snapshots = SqlDigestStore(engine), SqlCoverageStore(engine)
        self.assignments, self.questions = SqlAssignmentStore(engine), SqlQuestionStore(engine)
        self._teams = SqlTeamStore(engine)

    async def open(self) -> None:
        await self._teams.add_team(an_actor(), PAYMENTS, NOW)

    async def sent(self, digest: Digest, score: float = 0, *gaps: Cell) -> None:
        """Let an hour pass, and note that a digest was sent then."""
        self.clock.advance(timedelta(hours=1))
        now = self.clock()
        await self.runs.note_due(digest, [now])
        claim = await self.runs.claim(WORKSPACE, digest.id, now, timedelta(minutes=1))
        assert claim is not None
        await self.runs.finish(claim, RunState.SENT, now, message_ts="1.1", score=score, gaps=gaps)


@pytest.fixture(name="office")
async def an_office(sqlite_engine: AsyncEngine) -> Office:
    office = Office(sqlite_engine)
    await office.open()
    return office


async def test_a_digest_is_added_in_the_zone_that_is_given(office: Office) -> None:
    digest = await office.digests.add(WEEKLY)

    assert await office.digests.all(WORKSPACE) == [digest]
    assert digest.recurrence.in_words() == "every monday at 9:00 Europe/Berlin"
    assert (digest.owner_id, digest.active_since) == (ADMIN, NOW)
    assert f"{office.digests.next_due(digest):%F %R}" == "2026-11-30 08:00"


async def test_a_channel_out_of_reach_is_found_out_before_anything_is_kept(office: Office) -> None:
    asked: list[str] = []

    async def reach(digest: Digest) -> None:
        asked.append(digest.channel_id)
        raise UserFacingError("I am not in that channel.")

    with pytest.raises(UserFacingError, match="I am not in that channel"):
        await office.digests.add(WEEKLY, reach)

    assert asked == ["C1CHANNEL"]
    assert await office.digests.all(WORKSPACE) == []


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("now and then", "is not a schedule"),
        ("every monday at 9:00 Mars/Olympus", "There is no time zone “Mars/Olympus”"),
    ],
)
async def test_an_impossible_schedule_is_refused(office: Office, schedule: str, message: str) -> None:
    with pytest.raises(UserFacingError, match=message):
        await office.digests.add(replace(WEEKLY, schedule=schedule))


async def test_the_same_digest_twice_is_refused_and_another_time_is_not(office: Office) -> None:
    await office.digests.add(WEEKLY)

    with pytest.raises(UserFacingError, match="already has a digest every monday at 9:00 Europe/Berlin"):
        await office.digests.add(WEEKLY)
    await office.digests.add(replace(WEEKLY, schedule="every tuesday at 9:00"))
    await office.digests.add(replace(WEEKLY, channel_id="C2OTHER"))

    assert len(await office.digests.all(WORKSPACE)) == 3


async def test_there_is_an_end_to_how_many_there_are(office: Office) -> None:
    for number in range(MAX_DIGESTS):
        await office.digests.add(replace(WEEKLY, channel_id=f"C{number}OTHER"))

    with pytest.raises(UserFacingError, match=f"There are {MAX_DIGESTS} digests already"):
        await office.digests.add(WEEKLY)


async def test_only_whoever_added_it_and_admins_may_change_a_digest(office: Office) -> None:
    digest = a_digest(owner=SOMEBODY)
    await office.store.add(an_actor(SOMEBODY), digest)

    assert (await office.digests.pause(an_actor(SOMEBODY), digest.id)).id == digest.id
    assert (await office.digests.resume(an_actor(ADMIN), digest.id)).id == digest.id
    for refused in (office.digests.pause, office.digests.resume, office.digests.remove):
        with pytest.raises(NotAllowedError, match="Only whoever added this digest"):
            await refused(an_actor("U1OWNER"), digest.id)
    assert (await office.digests.remove(an_actor(ADMIN), digest.id)).id == digest.id


async def test_nobody_but_editors_adds_or_previews(office: Office) -> None:
    for user_id in (SOMEBODY, GUEST):
        with pytest.raises(NotAllowedError):
            await office.digests.add(replace(WEEKLY, by=an_actor(user_id)))
        with pytest.raises(NotAllowedError):
            await office.digests.preview(an_actor(user_id), None)
        with pytest.raises(NotAllowedError):
            await office.digests.latest(an_actor(user_id))


async def test_a_digest_that_is_gone_is_said(office: Office) -> None:
    with pytest.raises(UserFacingError, match="This digest is gone"):
        await office.digests.pause(an_actor(ADMIN), "gone")


async def test_digests_go_by_their_number_in_the_list(office: Office) -> None:
    first = await office.digests.add(WEEKLY)

    assert await office.digests.numbered(WORKSPACE, 1) == first
    for number in (0, 2, -1):
        with pytest.raises(UserFacingError, match=f"There is no digest number {number}"):
            await office.digests.numbered(WORKSPACE, number)


async def test_what_was_asked_in_vain_counts_from_the_last_digest_on(office: Office) -> None:
    digest = await office.digests.add(WEEKLY)
    await office.questions.add(a_stored_question())
    first = await office.digests.content(digest)
    await office.sent(digest, 0, Cell("finance", PAYMENTS.id))

    second = await office.digests.content(digest)

    assert [one.count for one in first.unanswered] == [1]
    assert second.unanswered == ()
    assert second.is_quiet
    assert (await office.digests.preview(an_actor(ADMIN), None)).unanswered == first.unanswered


async def test_a_question_whose_gap_was_closed_since_is_no_news(office: Office) -> None:
    digest = await office.digests.add(WEEKLY)
    await office.questions.add(a_stored_question())
    await office.assignments.assign(an_actor(), an_assignment("finance"))

    assert (await office.digests.content(digest)).unanswered == ()


async def test_the_terminal_compares_with_the_latest_digest_of_all(office: Office) -> None:
    one = await office.digests.add(WEEKLY)
    other = await office.digests.add(replace(WEEKLY, channel_id="C2OTHER"))
    await office.sent(one, 10)
    await office.sent(other, 40)

    assert (await office.digests.latest(an_actor(ADMIN))).change == -40
    assert (await office.digests.preview(an_actor(ADMIN), one)).change == -10


async def test_who_is_shown_has_a_name_as_far_as_slack_tells_it(office: Office) -> None:
    for key, holder in (("finance", "U1OWNER"), ("engineering", "S1GROUP"), ("product", "U1LEFT")):
        await office.assignments.assign(
            an_actor(), an_assignment(key, holder, PAYMENTS, since=NOW - timedelta(days=100))
        )

    content = await office.digests.preview(an_actor(ADMIN), None)
    office.directory.failing.add("U1OWNER")
    unnamed = await office.digests.preview(an_actor(ADMIN), None)

    assert content.names == {"U1OWNER": "Owen"}  # the one persona of this catalogue
    assert unnamed.names == {}


async def test_a_group_is_named_by_its_handle(office: Office) -> None:
    await office.assignments.assign(
        an_actor(), an_assignment("finance", "S1GROUP", PAYMENTS, since=NOW - timedelta(days=100))
    )

    assert (await office.digests.preview(an_actor(ADMIN), None)).names == {"S1GROUP": "@s1group"}


async def test_a_glance_is_live_for_few_teams_and_the_last_look_for_many(office: Office) -> None:
    many = coverage_service.MAX_LIVE + 1

    live, unknown = await office.coverage.glance(WORKSPACE, 1), await office.coverage.glance(WORKSPACE, many)
    yesterday = Snapshot(NOW.date() - timedelta(days=1), 42, {CellState.MISSING: 1})
    await office.snapshots.keep_snapshot(WORKSPACE, yesterday, NOW - timedelta(days=9))

    assert live == Snapshot(NOW.date(), 0, {CellState.MISSING: 1})
    assert unknown is None
    assert await office.coverage.glance(WORKSPACE, many) == yesterday
