"""Digests and their runs keep their promises on every database; claims above all."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.model import Claim, Digest, LastRun, RunState
from bot.storage.audit import SqlAuditLog
from bot.storage.digest_runs import SqlDigestRuns
from bot.storage.digests import SqlDigestStore
from bot.storage.engine import build_engine, writing
from bot.storage.tables import DigestRunRow
from bot.teams.audit import Action
from bot.teams.model import Cell
from tests.builders import NOW, WORKSPACE, a_digest, an_actor
from tests.fakes import FakeClock

HOUR = timedelta(hours=1)
DUE = NOW + HOUR
AGES = timedelta(days=1000)
NO_TIME = timedelta()
BY = an_actor()


@pytest.fixture(name="store")
def a_store(engine: AsyncEngine) -> SqlDigestStore:
    return SqlDigestStore(engine)


@pytest.fixture(name="clock")
def a_clock() -> FakeClock:
    return FakeClock(DUE)


@pytest.fixture(name="runs")
def some_runs(engine: AsyncEngine, clock: FakeClock) -> SqlDigestRuns:
    return SqlDigestRuns(engine, clock)


@pytest.fixture(name="digest")
async def a_kept_digest(store: SqlDigestStore, runs: SqlDigestRuns) -> Digest:
    """A digest with one run that is due."""
    digest = a_digest()
    await store.add(BY, digest)
    await runs.note_due(digest, [DUE])
    return digest


async def claimed(runs: SqlDigestRuns, digest: Digest, lease: timedelta = AGES) -> Claim | None:
    return await runs.claim(WORKSPACE, digest.id, DUE, lease)


async def taken(runs: SqlDigestRuns, digest: Digest) -> Claim:
    """Claim a run, however lately somebody else did."""
    claim = await claimed(runs, digest, NO_TIME)
    assert claim is not None
    return claim


async def open_runs(runs: SqlDigestRuns, workspace_id: str = WORKSPACE) -> list[str]:
    return [digest_id for digest_id, _due in await runs.open_runs(workspace_id, NOW, DUE)]


async def test_a_digest_comes_back_as_it_was_kept(store: SqlDigestStore) -> None:
    everything = "every monday, tuesday, wednesday, thursday, friday and saturday at 21:05"
    first = a_digest(f"{everything} America/Argentina/ComodRivadavia")
    second = replace(a_digest("every month on the 31st at 9:00 UTC", since=DUE), mentions_owner=True)
    for digest in (second, first):
        await store.add(BY, digest)

    assert list(await store.digests(WORKSPACE)) == [first, second]
    assert await store.digest(WORKSPACE, second.id) == second
    assert list(await store.digests("T0OTHER")) == []
    assert await store.digest("T0OTHER", second.id) is None


async def test_pausing_resuming_and_removing_happen_once_and_are_in_the_audit_log(
    engine: AsyncEngine, store: SqlDigestStore
) -> None:
    digest = a_digest()
    await store.add(BY, digest)

    assert await store.pause(BY, digest.id, DUE, "is_archived")
    assert not await store.pause(BY, digest.id, DUE, None)
    paused = await store.digest(WORKSPACE, digest.id)
    assert paused == replace(digest, paused_at=DUE, pause_reason="is_archived")
    assert await store.resume(BY, digest.id, DUE)
    assert not await store.resume(BY, digest.id, DUE)
    assert await store.digest(WORKSPACE, digest.id) == replace(digest, active_since=DUE)
    assert await store.remove(BY, digest.id, DUE)
    assert not await store.remove(BY, digest.id, DUE)

    entries = await SqlAuditLog(engine).entries(WORKSPACE, limit=10)
    assert sorted(entry.action for entry in entries) == sorted(
        [Action.DIGEST_ADDED, Action.DIGEST_PAUSED, Action.DIGEST_RESUMED, Action.DIGEST_REMOVED]
    )


async def test_two_processes_pause_a_digest_once(engine: AsyncEngine, store: SqlDigestStore) -> None:
    digest = a_digest()
    await store.add(BY, digest)
    other_engine = build_engine(engine.url.render_as_string(hide_password=False))

    stores = [store, SqlDigestStore(other_engine)] * 3
    paused = await asyncio.gather(*(one.pause(BY, digest.id, DUE, None) for one in stores))

    assert sorted(paused) == [False] * 5 + [True]
    await other_engine.dispose()


async def test_a_due_moment_is_kept_once(runs: SqlDigestRuns, digest: Digest) -> None:
    claim = await taken(runs, digest)
    await runs.finish(claim, RunState.SENT, DUE)

    await runs.note_due(digest, [DUE])
    await runs.note_due(digest, [])

    assert await open_runs(runs) == []


async def test_due_moments_of_a_digest_that_was_just_removed_are_not_kept(
    store: SqlDigestStore, runs: SqlDigestRuns, digest: Digest
) -> None:
    await store.remove(BY, digest.id, DUE)

    await runs.note_due(digest, [DUE, DUE + HOUR])

    assert await open_runs(runs) == []
    assert await claimed(runs, digest) is None


async def test_what_is_open_is_between_two_moments_and_of_one_workspace(
    store: SqlDigestStore, runs: SqlDigestRuns, digest: Digest
) -> None:
    other = a_digest(workspace_id="T0OTHER")
    await store.add(an_actor(workspace_id="T0OTHER"), other)
    await runs.note_due(other, [DUE])
    await runs.note_due(digest, [NOW, DUE + HOUR])

    assert list(await runs.open_runs(WORKSPACE, NOW, DUE)) == [(digest.id, DUE)]
    assert await open_runs(runs, "T0OTHER") == [other.id]
    assert await runs.claim("T0OTHER", digest.id, DUE, AGES) is None


async def test_a_run_is_claimed_by_one_process_at_a_time(runs: SqlDigestRuns, digest: Digest) -> None:
    first = await claimed(runs, digest)
    second = await claimed(runs, digest)

    assert first == Claim(digest, DUE, 1)
    assert second is None


async def test_of_many_processes_at_once_one_gets_a_run(
    engine: AsyncEngine, runs: SqlDigestRuns, clock: FakeClock, digest: Digest
) -> None:
    other_engine = build_engine(engine.url.render_as_string(hide_password=False))

    processes = [runs, SqlDigestRuns(other_engine, clock)] * 4
    claims = await asyncio.gather(*(claimed(one, digest) for one in processes))

    assert [claim.number for claim in claims if claim] == [1]
    await other_engine.dispose()


async def test_after_the_lease_another_process_gets_the_run_and_knows_that_it_is_not_the_first(
    runs: SqlDigestRuns, digest: Digest
) -> None:
    await claimed(runs, digest)

    again = await claimed(runs, digest, NO_TIME)

    assert again == Claim(digest, DUE, 2)


async def test_the_lease_grows_each_time_it_came_to_nothing(sqlite_engine: AsyncEngine) -> None:
    clock, store = FakeClock(DUE), SqlDigestStore(sqlite_engine)
    runs, digest = SqlDigestRuns(sqlite_engine, clock), a_digest()
    await store.add(BY, digest)
    await runs.note_due(digest, [DUE])

    assert await claimed(runs, digest, HOUR)
    waits = []
    for _ in range(8):
        begun = clock.now
        while await claimed(runs, digest, HOUR) is None:
            clock.advance(HOUR)
        waits.append((clock.now - begun) // HOUR)

    assert waits == [1, 2, 4, 8, 16, 32, 32, 32]


async def test_a_claim_is_not_from_the_future(engine: AsyncEngine, runs: SqlDigestRuns, digest: Digest) -> None:
    async with writing(engine) as session:
        row = await session.get(DigestRunRow, (WORKSPACE, digest.id, DUE))
        assert row is not None
        row.claimed_at = DUE + AGES  # the clock was wrong, and has been set back

    assert await claimed(runs, digest, HOUR) is not None


async def test_a_run_that_another_process_is_just_taking_on_is_left_to_it(
    engine: AsyncEngine, runs: SqlDigestRuns, digest: Digest
) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    async with writing(engine) as session:
        await session.get(DigestRunRow, (WORKSPACE, digest.id, DUE), with_for_update=True)

        async with asyncio.timeout(5):
            assert await claimed(runs, digest) is None

    assert await claimed(runs, digest) is not None


async def test_a_claim_is_renewed_unless_somebody_else_has_the_run(runs: SqlDigestRuns, digest: Digest) -> None:
    first = await taken(runs, digest)
    assert await runs.renew(first)

    second = await taken(runs, digest)

    assert not await runs.renew(first)
    assert await runs.renew(second)


async def test_a_claim_on_what_is_paused_or_removed_is_not_renewed(
    store: SqlDigestStore, runs: SqlDigestRuns, digest: Digest
) -> None:
    claim = await taken(runs, digest)

    await store.pause(BY, digest.id, DUE, None)
    assert not await runs.renew(claim)
    await store.resume(BY, digest.id, DUE)
    assert not await runs.renew(claim)
    await store.remove(BY, digest.id, DUE)
    assert not await runs.renew(claim)


async def test_a_claim_that_surely_sent_nothing_leaves_the_run_as_it_was(
    runs: SqlDigestRuns, digest: Digest
) -> None:
    await runs.note_unsent(await taken(runs, digest))

    assert await claimed(runs, digest) is None  # for the lease, so that Slack is not asked every moment
    assert await taken(runs, digest) == Claim(digest, DUE, 1)


async def test_what_was_said_is_known_of_the_last_run_that_was_sent(
    store: SqlDigestStore, runs: SqlDigestRuns, digest: Digest
) -> None:
    gaps = frozenset({Cell("finance", None), Cell("itam", "payments")})
    assert await store.last_run(digest) is None

    assert await runs.finish(
        await taken(runs, digest), RunState.SENT, DUE, message_ts="1.2", score=87.5, gaps=gaps
    )
    await runs.note_due(digest, [DUE + HOUR])

    assert await store.last_run(digest) == LastRun(DUE, 87.5, gaps)
    assert await open_runs(runs) == []
    assert await claimed(runs, digest, NO_TIME) is None


async def test_a_claim_that_was_lost_notes_nothing(
    store: SqlDigestStore, runs: SqlDigestRuns, digest: Digest
) -> None:
    slow, quick = await taken(runs, digest), await taken(runs, digest)

    assert await runs.finish(quick, RunState.SENT, DUE, score=50.0)
    assert not await runs.finish(slow, RunState.SENT, DUE + HOUR, score=10.0)

    last = await store.last_run(digest)
    assert last is not None
    assert (last.sent_at, last.score) == (DUE, 50.0)


async def test_what_is_too_old_is_given_up_once_and_taken_on_after_all_if_the_clock_was_wrong(
    runs: SqlDigestRuns, digest: Digest
) -> None:
    assert list(await runs.note_missed(WORKSPACE, DUE - HOUR)) == []
    assert list(await runs.note_missed("T0OTHER", DUE)) == []
    assert list(await runs.note_missed(WORKSPACE, DUE)) == [(digest.id, DUE)]
    assert list(await runs.note_missed(WORKSPACE, DUE)) == []

    assert await open_runs(runs) == [digest.id]
    assert await claimed(runs, digest) == Claim(digest, DUE, 1)


async def test_a_refused_run_is_open_until_the_owner_of_its_digest_was_told(
    store: SqlDigestStore, runs: SqlDigestRuns, digest: Digest
) -> None:
    assert await runs.refuse(BY, await taken(runs, digest), DUE, "is_archived")
    paused = await store.digest(WORKSPACE, digest.id)
    assert paused == replace(digest, paused_at=DUE, pause_reason="is_archived")
    assert await open_runs(runs) == [digest.id]

    claim = await taken(runs, digest)
    assert claim == Claim(paused, DUE, 2, RunState.REFUSED)
    assert await runs.finish(claim, RunState.REFUSED, DUE)

    assert await open_runs(runs) == []
    assert await store.last_run(digest) is None


async def test_nobody_is_told_of_a_digest_that_was_resumed_or_paused_by_a_person(
    store: SqlDigestStore, runs: SqlDigestRuns, digest: Digest
) -> None:
    await runs.refuse(BY, await taken(runs, digest), DUE, "is_archived")
    await store.resume(BY, digest.id, DUE)
    assert await open_runs(runs) == []
    await store.pause(BY, digest.id, DUE, None)
    assert await open_runs(runs) == []


async def test_a_run_that_is_refused_after_somebody_paused_the_digest_pauses_nothing(
    store: SqlDigestStore, runs: SqlDigestRuns, digest: Digest
) -> None:
    claim = await taken(runs, digest)
    await store.pause(an_actor("U1ELSE"), digest.id, NOW, None)

    assert not await runs.refuse(BY, claim, DUE, "is_archived")

    assert await open_runs(runs) == []
