"""One workspace with something of everything in it, and every call of a store that could reach into it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.model import Claim, RunState, Snapshot
from bot.questions.inbox import InboxItem, Letter
from bot.questions.model import Asked, Feedback, News, Verdict
from bot.storage.absences import SqlAbsenceStore
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.coverage import SqlCoverageStore
from bot.storage.digest_runs import SqlDigestRuns
from bot.storage.digests import SqlDigestStore
from bot.storage.inbox import SqlInboxStore
from bot.storage.matrix import SqlMatrixReader
from bot.storage.ownership_memory import SqlOwnershipReader
from bot.storage.privacy import SqlPrivacyStore
from bot.storage.questions import SqlQuestionStore
from bot.storage.reviews import SqlReviewStore
from bot.storage.teams import SqlTeamStore
from bot.storage.transfer import SqlTransferStore
from bot.surface import Surface
from bot.teams.coverage import CellState
from bot.teams.transfer import say_nothing
from bot.teams.transfer_holdings import Ending, HoldingPlan
from bot.teams.transfer_plan import TransferPlan
from bot.teams.transfer_teams import TeamPlan
from tests.builders import (
    NOW,
    WORKSPACE,
    a_digest,
    a_question,
    a_stored_question,
    a_team,
    an_absence,
    an_actor,
    an_assignment,
)
from tests.fakes import FakeClock

OWNER, ASKER = "U1OWNER", "U1ASKER"
DAY, LEASE = timedelta(days=1), timedelta(minutes=1)
LATER = NOW + DAY
PARENT = a_team("Commerce", team_id="parent")
TEAM = a_team(parent=PARENT, members=(OWNER,), team_id="team")
HELD = an_assignment(assignee=OWNER, team=TEAM)
QUESTION = replace(a_stored_question(a_question(asker=ASKER)), owner_id=OWNER, team_id=TEAM.id)
LETTER = Letter(WORKSPACE, "C1", "1.1", None, ASKER, "who pays", Surface.MENTION)
FAILED = Letter(WORKSPACE, "C1", "2.2", None, ASKER, "who pays twice", Surface.MENTION)
SNAPSHOT = Snapshot(NOW.date(), 50.0, {CellState.MISSING: 1})
DIGEST, PAUSED, REFUSED = a_digest(), a_digest(), a_digest()
DUE = NOW + timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Stores:
    """All stores but those of ``tests/storage/test_isolation.py``, on one database."""

    questions: SqlQuestionStore
    inbox: SqlInboxStore
    reviews: SqlReviewStore
    matrix: SqlMatrixReader
    transfer: SqlTransferStore
    ownership: SqlOwnershipReader
    coverage: SqlCoverageStore
    digests: SqlDigestStore
    digest_runs: SqlDigestRuns
    privacy: SqlPrivacyStore

    @classmethod
    def on(cls, engine: AsyncEngine) -> "Stores":
        """Build them."""
        return cls(
            SqlQuestionStore(engine),
            SqlInboxStore(engine),
            SqlReviewStore(engine),
            SqlMatrixReader(engine),
            SqlTransferStore(engine),
            SqlOwnershipReader(engine),
            SqlCoverageStore(engine),
            SqlDigestStore(engine),
            SqlDigestRuns(engine, FakeClock()),
            SqlPrivacyStore(engine),
        )


async def fill(engine: AsyncEngine) -> None:
    """Put something of everything into the first workspace."""
    here, stores = an_actor(), Stores.on(engine)
    for team in (PARENT, TEAM):
        await SqlTeamStore(engine).add_team(here, team, NOW)
    await SqlAssignmentStore(engine).assign(here, HELD)
    await SqlAbsenceStore(engine).add_absence(here, an_absence(OWNER))
    await stores.questions.add(QUESTION)
    await stores.questions.give_feedback(WORKSPACE, a_word())
    await stores.questions.mark_shared(WORKSPACE, QUESTION.id, NOW - DAY)
    for letter in (LETTER, FAILED):
        await stores.inbox.accept(letter, NOW)
    await stores.inbox.give_up(an_item(WORKSPACE, FAILED), "is_archived")
    await stores.reviews.claim_request(WORKSPACE, OWNER, NOW, NOW)
    await stores.coverage.keep_unfit(WORKSPACE, {OWNER: "guest"}, NOW)
    await stores.coverage.keep_snapshot(WORKSPACE, SNAPSHOT, NOW)
    for digest in (DIGEST, PAUSED, REFUSED):
        await stores.digests.add(here, digest)
        await stores.digest_runs.note_due(digest, [DUE])
    await stores.digests.pause(here, PAUSED.id, NOW, None)
    claimed = await stores.digest_runs.claim(WORKSPACE, REFUSED.id, DUE, LEASE)
    assert claimed


def a_word(verdict: Verdict = Verdict.RIGHT) -> Feedback:
    return Feedback(QUESTION.id, ASKER, NOW, verdict, "finance")


def an_item(workspace_id: str, letter: Letter = LETTER) -> InboxItem:
    return InboxItem(replace(letter, workspace_id=workspace_id), NOW, 0, 0, None, is_withdrawn=False)


def a_claim(workspace_id: str) -> Claim:
    return Claim(replace(REFUSED, workspace_id=workspace_id), DUE, 1)


def asked_elsewhere(workspace_id: str) -> Asked:
    return replace(QUESTION.asked, workspace_id=workspace_id, text="something else")


async def import_away(stores: Stores, workspace_id: str) -> None:
    """Import what archives the team and ends what is held for it."""
    plan = TransferPlan(
        TeamPlan((), (), (TEAM,), 0),
        HoldingPlan((), (), (Ending(HELD, LATER),), (), (), 0),
        {TEAM.id: TEAM.name},
        (await stores.transfer.state(workspace_id, NOW)).changes,
    )
    await stores.transfer.apply(an_actor(workspace_id=workspace_id), plan, LATER, say_nothing)


async def last_run(stores: Stores, workspace_id: str) -> object:
    """Return what the digest said the last time, in the first workspace something."""
    await stores.digest_runs.finish(a_claim(workspace_id), RunState.SENT, NOW, message_ts="1.1")
    return await stores.digests.last_run(replace(REFUSED, workspace_id=workspace_id))


async def revision_of(stores: Stores, workspace_id: str) -> list[int]:
    return list((await stores.ownership.revisions([workspace_id])).values())


async def read_ownership(stores: Stores, workspace_id: str) -> object:
    found = await stores.ownership.read(workspace_id, NOW, 99)
    return found and (found.teams, found.assignments, found.absences)


def letter_of(workspace_id: str, text: str) -> Letter:
    return replace(LETTER, workspace_id=workspace_id, text=text)


def digest_of(workspace_id: str) -> Any:  # noqa: ANN401 (a digest, by its workspace)
    return replace(DIGEST, workspace_id=workspace_id)


Probe = Callable[[Stores, str], Awaitable[Any]]
PROBES: dict[str, Probe] = {
    "questions.add": lambda s, w: s.questions.add(replace(QUESTION, id="new", asked=asked_elsewhere(w))),
    "questions.put_right": lambda s, w: s.questions.put_right(replace(QUESTION, asked=asked_elsewhere(w))),
    "questions.find": lambda s, w: s.questions.find(w, QUESTION.id),
    "questions.give_feedback": lambda s, w: s.questions.give_feedback(w, a_word(Verdict.SOMEONE_ELSE)),
    "questions.settle": lambda s, w: s.questions.settle(w, QUESTION.id, "itfm", NOW),
    "questions.set_team": lambda s, w: s.questions.set_team(w, QUESTION.id, PARENT, NOW),
    "questions.note_untold": lambda s, w: s.questions.note_untold(w, QUESTION.id, News.SHARE, NOW),
    "questions.note_told": lambda s, w: s.questions.note_told(w, QUESTION.id, News.SHARE),
    "questions.mark_shared": lambda s, w: s.questions.mark_shared(w, QUESTION.id, NOW),
    "questions.corrections": lambda s, w: s.questions.corrections(w),
    "questions.feedback": lambda s, w: s.questions.feedback(w, QUESTION.id),
    "inbox.accept": lambda s, w: s.inbox.accept(letter_of(w, "other"), NOW),
    "inbox.edit": lambda s, w: s.inbox.edit(letter_of(w, "edited")),
    "inbox.withdraw": lambda s, w: s.inbox.withdraw(w, LETTER.channel_id, LETTER.ts),
    "inbox.claim": lambda s, w: s.inbox.claim([w], LATER, LEASE, 9),
    "inbox.backlog": lambda s, w: s.inbox.backlog(w),
    "inbox.finish": lambda s, w: s.inbox.finish(an_item(w), "3.3"),
    "inbox.put_off": lambda s, w: s.inbox.put_off(an_item(w), LATER, "away"),
    "inbox.give_up": lambda s, w: s.inbox.give_up(an_item(w), "is_archived"),
    "inbox.failures": lambda s, w: s.inbox.failures(w, NOW, 9),
    "reviews.unconfirmed": lambda s, w: s.reviews.unconfirmed(w, LATER, LATER, not_asked_since=LATER, limit=9),
    "reviews.claim_request": lambda s, w: s.reviews.claim_request(w, OWNER, NOW, NOW - DAY),
    "reviews.release_request": lambda s, w: s.reviews.release_request(w, OWNER, NOW),
    "matrix.with_ancestors": lambda s, w: s.matrix.with_ancestors(w, [TEAM.id]),
    "matrix.held_for": lambda s, w: s.matrix.held_for(w, [TEAM.id], NOW),
    "matrix.held_somewhere": lambda s, w: s.matrix.held_somewhere(w, ["finance"], NOW),
    "transfer.state": lambda s, w: s.transfer.state(w, NOW),
    "transfer.apply": import_away,
    "coverage.facts": lambda s, w: s.coverage.facts(w, NOW, NOW),
    "coverage.demand": lambda s, w: s.coverage.demand(w, NOW),
    "coverage.holders": lambda s, w: s.coverage.holders(w, NOW),
    "coverage.keep_unfit": lambda s, w: s.coverage.keep_unfit(w, {}, NOW),
    "coverage.keep_snapshot": lambda s, w: s.coverage.keep_snapshot(w, replace(SNAPSHOT, score=1.0), LATER),
    "coverage.snapshots": lambda s, w: s.coverage.snapshots(w, NOW),
    "digests.add": lambda s, w: s.digests.add(an_actor(workspace_id=w), replace(digest_of(w), owner_id="U2")),
    "digests.digests": lambda s, w: s.digests.digests(w),
    "digests.digest": lambda s, w: s.digests.digest(w, DIGEST.id),
    "digests.remove": lambda s, w: s.digests.remove(an_actor(workspace_id=w), DIGEST.id, NOW),
    "digests.pause": lambda s, w: s.digests.pause(an_actor(workspace_id=w), DIGEST.id, NOW, None),
    "digests.resume": lambda s, w: s.digests.resume(an_actor(workspace_id=w), PAUSED.id, NOW),
    "digests.last_run": last_run,
    "digest_runs.note_due": lambda s, w: s.digest_runs.note_due(digest_of(w), [DUE + DAY]),
    "digest_runs.note_missed": lambda s, w: s.digest_runs.note_missed(w, DUE),
    "digest_runs.open_runs": lambda s, w: s.digest_runs.open_runs(w, NOW, DUE),
    "digest_runs.claim": lambda s, w: s.digest_runs.claim(w, DIGEST.id, DUE, LEASE),
    "digest_runs.renew": lambda s, w: s.digest_runs.renew(a_claim(w)),
    "digest_runs.note_unsent": lambda s, w: s.digest_runs.note_unsent(a_claim(w)),
    "digest_runs.finish": lambda s, w: s.digest_runs.finish(a_claim(w), RunState.SENT, NOW),
    "digest_runs.refuse": lambda s, w: s.digest_runs.refuse(
        an_actor(workspace_id=w), a_claim(w), NOW, "is_archived"
    ),
    "ownership.revisions": revision_of,
    "ownership.read": read_ownership,
    "privacy.kept": lambda s, w: s.privacy.kept(w, OWNER),
    "privacy.forget": lambda s, w: s.privacy.forget(an_actor("terminal", workspace_id=w), OWNER, NOW),
    "privacy.delete_before": lambda s, w: s.privacy.delete_before(w, LATER, 9),
}
"""What each public method does in a workspace, with the ids of what is in the first one."""


async def outcome(probe: Probe, stores: Stores, workspace_id: str) -> object:
    """Return what a probe returns, or the kind of error it ends with."""
    try:
        return await probe(stores, workspace_id)
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 (to compare any with any other)
        return type(error)
