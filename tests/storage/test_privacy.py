"""What is deleted is gone, and what is kept about a person is told, on both databases."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import UserFacingError
from bot.questions.inbox import Letter
from bot.questions.model import Feedback, Verdict
from bot.questions.privacy import FORGOTTEN, Forgotten, PrivacyService
from bot.storage.absences import SqlAbsenceStore
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.audit import SqlAuditLog
from bot.storage.coverage import SqlCoverageStore
from bot.storage.digests import SqlDigestStore
from bot.storage.engine import reading
from bot.storage.inbox import SqlInboxStore
from bot.storage.privacy import NAMED_IN, WRITTEN_IN, SqlPrivacyStore
from bot.storage.questions import SqlQuestionStore
from bot.storage.reviews import SqlReviewStore
from bot.storage.tables import Row
from bot.storage.teams import SqlTeamStore
from bot.surface import Surface
from bot.teams.model import Actor
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

SAM, LONGER = "U1SAM", "U1SAMSON"
SECRET = "who pays for the wombat enclosure"
OPERATOR = Actor(WORKSPACE, "terminal", Surface.TERMINAL)
DAY = timedelta(days=1)
TEAM = a_team(members=(SAM, "U1PIA"), leads=(SAM,), team_id="team")


@pytest.fixture(name="privacy")
def a_privacy_service(engine: AsyncEngine) -> PrivacyService:
    return PrivacyService(SqlPrivacyStore(engine), 365 * DAY, FakeClock())


async def everything(engine: AsyncEngine) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables."""
    async with reading(engine) as session:
        return {
            name: [dict(row) for row in (await session.execute(select(table))).mappings()]
            for name, table in Row.metadata.tables.items()
        }


async def live_as(engine: AsyncEngine, user_id: str, said: str = SECRET) -> None:
    """Leave a trace in every table that can name a person, and let others name them, too."""
    questions, by = SqlQuestionStore(engine), an_actor(user_id)
    mine = a_stored_question(a_question(said, user_id))
    others = a_stored_question(a_question(f"does <@{user_id}> or <@{LONGER}> own this", "U1PIA"))
    for question in (mine, replace(others, owner_id=user_id)):
        await questions.add(question)
    for question, person in ((mine, "U1PIA"), (others, user_id)):
        await questions.give_feedback(
            WORKSPACE, Feedback(question.id, person, NOW, Verdict.SOMEONE_ELSE, "finance")
        )
    for author, words in ((user_id, said), ("U1PIA", f"and <@{user_id}|sam>?")):
        ts = mine.asked.message_ts if author == user_id else others.asked.message_ts
        letter = Letter(WORKSPACE, "C1CHANNEL", str(ts), None, author, words, Surface.MENTION)
        await SqlInboxStore(engine).accept(letter, NOW)
    await SqlTeamStore(engine).add_team(by, TEAM, NOW)
    held = an_assignment(assignee=user_id, team=TEAM, by=user_id)
    await SqlAssignmentStore(engine).assign(by, held)
    await SqlAssignmentStore(engine).assign(by, an_assignment("itfm", "U1PIA", by=user_id))
    await SqlAssignmentStore(engine).unassign(
        by, an_assignment("itfm").cell, an_assignment("itfm", "U1PIA").assignee, NOW
    )
    await SqlAbsenceStore(engine).add_absence(by, an_absence(user_id))
    await SqlAbsenceStore(engine).add_absence(an_actor("U1PIA"), an_absence("U1PIA", cover=user_id))
    await SqlReviewStore(engine).claim_request(WORKSPACE, user_id, NOW, NOW)
    await SqlCoverageStore(engine).keep_unfit(WORKSPACE, {user_id: "guest"}, NOW)
    await SqlDigestStore(engine).add(by, a_digest(owner=user_id))


async def test_a_person_is_forgotten_everywhere_but_in_the_ids_of_the_audit_log(
    engine: AsyncEngine, privacy: PrivacyService
) -> None:
    await live_as(engine, SAM)

    forgotten = await privacy.forget(OPERATOR, SAM)

    left = await everything(engine)
    audit = left.pop("audit")
    assert SECRET not in str(left) + str(audit)
    assert f"{SAM}'" not in str(left).replace("|", "'").replace(">", "'")
    assert LONGER in str(left)
    assert SAM in str(audit)
    assert forgotten == Forgotten(
        questions=1, messages=1, feedback=1, absences=1, memberships=2, assignments=1, requests=1, renamed=12
    )


async def test_what_a_forgotten_person_held_has_ended_and_that_is_in_the_audit_log(
    engine: AsyncEngine, privacy: PrivacyService
) -> None:
    await live_as(engine, SAM)

    await privacy.forget(OPERATOR, SAM)

    assert await SqlAssignmentStore(engine).all_assignments(WORKSPACE, NOW) == []
    (team,) = await SqlTeamStore(engine).teams(WORKSPACE)
    assert (team.members, team.leads, team.version) == (("U1PIA",), (), TEAM.version + 1)
    changed, ended = (await SqlAuditLog(engine).entries(WORKSPACE))[:2]
    assert (changed.actor_id, changed.action.value, changed.before["leads"]) == ("terminal", "team.changed", [SAM])
    assert (ended.action.value, ended.team_name, ended.before["assignee"]) == ("assignment.ended", "Payments", SAM)


async def test_what_others_keep_stays_as_it_was_but_for_the_name(
    engine: AsyncEngine, privacy: PrivacyService
) -> None:
    await live_as(engine, SAM)

    await privacy.forget(OPERATOR, SAM)

    left = await everything(engine)
    (question,) = left["question"]
    assert (question["text"], question["owner_id"]) == (f"does <@{FORGOTTEN}> or <@{LONGER}> own this", FORGOTTEN)
    assert [(one["user_id"], one["cover_id"]) for one in left["absence"]] == [("U1PIA", None)]
    assert [(one["owner_id"], one["mentions_owner"]) for one in left["digest"]] == [(FORGOTTEN, False)]
    assert {one["assignee_id"] for one in left["assignment"]} == {FORGOTTEN, "U1PIA"}


async def test_what_is_deleted_is_not_in_the_file_any_more(sqlite_engine: AsyncEngine, tmp_path: Path) -> None:
    privacy = PrivacyService(SqlPrivacyStore(sqlite_engine), DAY, FakeClock(NOW + 3 * DAY))
    await live_as(sqlite_engine, SAM)
    assert SECRET.encode() in bytes_in(tmp_path)
    # The same question by somebody else, so that age alone removes it.
    await SqlQuestionStore(sqlite_engine).add(a_stored_question(a_question(SECRET, "U1PIA")))

    await privacy.forget(OPERATOR, SAM)
    await privacy.delete_old(WORKSPACE)

    assert b"wombat" not in bytes_in(tmp_path)


def bytes_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def test_nobody_else_and_no_other_workspace_is_forgotten(
    engine: AsyncEngine, privacy: PrivacyService
) -> None:
    await live_as(engine, SAM)
    before = await everything(engine)

    nobody = await privacy.forget(OPERATOR, "U1STRANGER")
    elsewhere = await privacy.forget(Actor("T0OTHER", "terminal", Surface.TERMINAL), SAM)

    after = await everything(engine)
    assert nobody.is_nothing
    assert elsewhere.is_nothing
    assert {**after, "workspace": before["workspace"]} == before


@pytest.mark.parametrize("user_id", ["", "sam", "S1GROUP", "U1' OR 1=1", "%"])
async def test_what_is_not_a_person_is_refused(privacy: PrivacyService, user_id: str) -> None:
    for forget_or_tell in (privacy.forget(OPERATOR, user_id), privacy.kept(WORKSPACE, user_id)):
        with pytest.raises(UserFacingError, match="is not the id of a person"):
            await forget_or_tell


async def test_everything_kept_about_a_person_is_told_and_nothing_of_others(
    engine: AsyncEngine, privacy: PrivacyService
) -> None:
    await live_as(engine, SAM)
    await SqlQuestionStore(engine).add(a_stored_question(a_question("none of their business", LONGER)))

    kept = await privacy.kept(WORKSPACE, SAM)

    assert set(kept) == {table.__tablename__ for table in NAMED_IN}
    assert SECRET in {row["text"] for row in kept["question"]}
    assert json.loads(json.dumps(kept)) == kept
    assert "none of their business" not in str(kept)
    assert all(SAM in str(row) for rows in kept.values() for row in rows)
    assert await privacy.kept("T0OTHER", SAM) == {}


async def test_after_forgetting_only_the_audit_log_is_left_to_tell(
    engine: AsyncEngine, privacy: PrivacyService
) -> None:
    await live_as(engine, SAM)

    await privacy.forget(OPERATOR, SAM)

    assert set(await privacy.kept(WORKSPACE, SAM)) == {"audit"}


NO_PEOPLE = {
    ("workspace", "id"),
    *((table, "workspace_id") for table in Row.metadata.tables),
    *((table, "id") for table in ("team", "assignment", "absence", "audit", "question", "digest")),
    *(
        (table, "team_id")
        for table in ("team_name", "team_channel", "team_member", "assignment", "audit", "question")
    ),
    *((table, "channel_id") for table in ("team_channel", "question", "digest", "inbox")),
    *((table, "message_ts") for table in ("question", "digest_run", "inbox")),
    *(("inbox", name) for name in ("thread_ts", "thread", "answer_ts")),
    ("team", "parent_id"),
    ("feedback", "question_id"),
    ("digest_run", "digest_id"),
    ("unfit_holder", "reason"),
}
"""Columns as long as an id that hold no person's."""


def test_every_column_that_could_name_a_person_is_known() -> None:
    people = {(table.__tablename__, name) for table, names in NAMED_IN.items() for name in names}

    as_long_as_ids = {
        (table.name, column.name)
        for table in Row.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, String) and column.type.length == 32 and column.name != "action"
    }

    assert as_long_as_ids - NO_PEOPLE == people


def test_every_column_of_many_words_is_known() -> None:
    words = {(table.__tablename__, name) for table, names in WRITTEN_IN.items() for name in names}

    long = {
        (table.name, column.name)
        for table in Row.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, String) and column.type.length is None
    }

    assert long - {("coverage_snapshot", "counts"), ("digest_run", "gaps")} == words
