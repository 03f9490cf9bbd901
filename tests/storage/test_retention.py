"""Questions are deleted when they have been kept as long as is set, on both databases."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.questions.inbox import Letter
from bot.questions.model import Asked, Feedback, Verdict
from bot.questions.privacy import BATCH, PrivacyService
from bot.storage.engine import reading, writing
from bot.storage.inbox import SqlInboxStore
from bot.storage.privacy import SqlPrivacyStore
from bot.storage.questions import SqlQuestionStore
from bot.storage.tables import FeedbackRow, InboxRow, QuestionRow, Row
from bot.surface import Surface
from tests.builders import NOW, WORKSPACE, a_question, a_stored_question
from tests.fakes import FakeClock

SAM = "U1SAM"
DAY = timedelta(days=1)


@pytest.fixture(name="privacy")
def a_privacy_service(engine: AsyncEngine) -> PrivacyService:
    return PrivacyService(SqlPrivacyStore(engine), 365 * DAY, FakeClock())


async def rows(engine: AsyncEngine, table: type[Row]) -> list[Any]:
    async with reading(engine) as session:
        return list(await session.scalars(select(table)))


async def test_questions_and_what_was_said_of_them_are_kept_as_long_as_is_set_and_no_longer(
    engine: AsyncEngine, privacy: PrivacyService
) -> None:
    questions = SqlQuestionStore(engine)
    for age in (364, 365, 366, 5000):
        question = a_stored_question(a_question(f"asked {age} days ago"))
        await questions.add(replace(question, asked_at=NOW - age * DAY))
        await questions.give_feedback(WORKSPACE, Feedback(question.id, SAM, NOW, Verdict.RIGHT, "finance"))
        letter = Letter(WORKSPACE, "C1", f"{age}.1", None, SAM, f"asked {age} days ago", Surface.MENTION)
        await SqlInboxStore(engine).accept(letter, NOW - age * DAY)

    deleted = await privacy.delete_old(WORKSPACE)

    assert deleted == 4
    for table in (QuestionRow, InboxRow):
        assert sorted(one.text for one in await rows(engine, table)) == [
            "asked 364 days ago",
            "asked 365 days ago",
        ]
    assert len(await rows(engine, FeedbackRow)) == 2


async def test_more_than_one_batch_of_old_questions_is_deleted(
    engine: AsyncEngine, privacy: PrivacyService
) -> None:
    await SqlQuestionStore(engine).add(a_stored_question())
    old, too_many = NOW - 400 * DAY, 2 * BATCH + 1
    async with writing(engine) as session:
        await session.execute(insert(QuestionRow), [an_old_question(number, old) for number in range(too_many)])

    deleted = await privacy.delete_old(WORKSPACE)

    assert deleted == too_many
    assert len(await rows(engine, QuestionRow)) == 1


def an_old_question(number: int, asked_at: object) -> Mapping[str, object]:
    row = {"workspace_id": WORKSPACE, "id": str(number), "surface": "slash", "asker_id": SAM}
    return {**row, "text": "old", "asked_at": asked_at, "decision": "none"}


async def test_old_questions_of_another_workspace_are_its_own_business(
    engine: AsyncEngine, privacy: PrivacyService
) -> None:
    asked = Asked("T0OTHER", Surface.MENTION, SAM, "old", "C1", "1.1")
    await SqlQuestionStore(engine).add(replace(a_stored_question(asked), asked_at=NOW - 999 * DAY))

    assert await privacy.delete_old(WORKSPACE) == 0

    assert [one.text for one in await rows(engine, QuestionRow)] == ["old"]
