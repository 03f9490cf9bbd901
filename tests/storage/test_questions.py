"""The question store keeps its promises on every database."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.questions.model import TELLING_LEASE, Feedback, Kept, News, Verdict
from bot.storage.questions import SqlQuestionStore
from bot.storage.teams import SqlTeamStore
from tests.builders import NOW, WORKSPACE, a_question, a_stored_question, a_team, an_actor


@pytest.fixture(name="store")
def a_store(engine: AsyncEngine) -> SqlQuestionStore:
    return SqlQuestionStore(engine)


async def test_a_question_comes_back_as_it_was_kept(store: SqlQuestionStore) -> None:
    question = a_stored_question(a_question("wer zahlt das? 予算 🎉"))

    assert await store.add(question) == Kept(question.id, 0)

    assert await store.find(WORKSPACE, question.id) == question
    assert await store.find("T0OTHER", question.id) is None
    assert await store.find(WORKSPACE, "unknown") is None


async def test_the_same_message_is_kept_once(store: SqlQuestionStore) -> None:
    asked = a_question()

    first = a_stored_question(asked)
    again, elsewhere = a_stored_question(asked), a_stored_question(replace(asked, workspace_id="T0OTHER"))

    assert (await store.add(first)).id == first.id
    assert (await store.add(again)).id == first.id
    assert (await store.add(elsewhere)).id == elsewhere.id


async def test_questions_without_a_message_are_all_kept(store: SqlQuestionStore) -> None:
    asked = replace(a_question(), message_ts=None)

    questions = [a_stored_question(asked), a_stored_question(asked)]

    kept = [await store.add(question) for question in questions]

    assert [one.id for one in kept] == [question.id for question in questions]


async def test_questions_of_several_workspaces_are_kept_together(
    store: SqlQuestionStore, engine: AsyncEngine
) -> None:
    """As they were asked, whether their workspaces were known before or not; with a message among them, too."""
    command = replace(a_question('wer zahlt das? 予算 \\ " 🎉'), message_ts=None, channel_id=None)
    await SqlTeamStore(engine).add_team(an_actor(), a_team(), NOW)
    ours, again = a_stored_question(command), a_stored_question(command)
    theirs = [a_stored_question(replace(command, workspace_id="T0OTHER")) for _ in range(3)]

    first = await asyncio.gather(*(store.add(one) for one in (ours, *theirs[:2])))
    second = await asyncio.gather(store.add(again), store.add(theirs[2]), store.add(a_stored_question()))

    assert first == [Kept(ours.id, 1), Kept(theirs[0].id, 0), Kept(theirs[1].id, 0)]
    assert [one.revision for one in second] == [1, 0, 1]
    for one in (ours, again, *theirs):
        assert await store.find(one.asked.workspace_id, one.id) == one


async def test_what_is_kept_tells_how_often_ownership_was_changed(
    store: SqlQuestionStore, engine: AsyncEngine
) -> None:
    question = a_stored_question()
    before = await store.add(question)

    await SqlTeamStore(engine).add_team(an_actor(), a_team(), NOW)

    assert (await store.add(a_stored_question(replace(a_question(), message_ts="2.2")))).revision == 1
    assert await store.put_right(replace(question, owner_id="U1NEW")) == Kept(question.id, 1)
    assert before.revision == 0
    assert await store.find(WORKSPACE, question.id) == replace(question, owner_id="U1NEW")


async def test_a_persons_last_word_on_an_answer_counts(store: SqlQuestionStore) -> None:
    question = a_stored_question()
    await store.add(question)
    first = Feedback(question.id, "U1SAM", NOW, Verdict.RIGHT, "finance")
    second = Feedback(question.id, "U1SAM", NOW + timedelta(minutes=1), Verdict.SOMEONE_ELSE, None)
    another = Feedback(question.id, "U1ALEX", NOW + timedelta(minutes=2), Verdict.SOMEONE_ELSE, "itfm")

    for feedback in (first, second, another):
        await store.give_feedback(WORKSPACE, feedback)

    assert await store.feedback(WORKSPACE, question.id) == (second, another)
    assert await store.feedback("T0OTHER", question.id) == ()


async def test_settling_on_a_persona_is_news_once(store: SqlQuestionStore) -> None:
    confident, open_one = a_stored_question(), a_stored_question(persona_key=None)
    await store.add(confident)
    await store.add(open_one)

    assert not await store.settle(WORKSPACE, confident.id, "finance", NOW)
    assert await store.settle(WORKSPACE, confident.id, "itfm", NOW)
    assert not await store.settle(WORKSPACE, confident.id, "itfm", NOW)
    assert await store.settle(WORKSPACE, open_one.id, "itfm", NOW)
    assert not await store.settle("T0OTHER", open_one.id, "finance", NOW)


TEAM = a_team()
Decide = Callable[[SqlQuestionStore, str, datetime], Awaitable[bool]]
DECISIONS: dict[News, Decide] = {
    News.SHARE: lambda store, question_id, at: store.mark_shared(WORKSPACE, question_id, at),
    News.PERSONA: lambda store, question_id, at: store.settle(WORKSPACE, question_id, "itfm", at),
    News.TEAM: lambda store, question_id, at: store.set_team(WORKSPACE, question_id, TEAM, at),
}


@pytest.mark.parametrize("news", News)
async def test_what_was_decided_and_never_told_is_news_again_after_a_while(
    store: SqlQuestionStore, news: News
) -> None:
    question, decide, later = a_stored_question(), DECISIONS[news], NOW + TELLING_LEASE
    await store.add(question)

    assert await decide(store, question.id, NOW)
    assert not await decide(store, question.id, later - timedelta(seconds=1))
    assert await decide(store, question.id, later)
    await store.note_told(WORKSPACE, question.id, news)
    assert not await decide(store, question.id, later + TELLING_LEASE)


@pytest.mark.parametrize("news", News)
async def test_what_could_not_be_told_is_news_at_once(store: SqlQuestionStore, news: News) -> None:
    question, decide = a_stored_question(), DECISIONS[news]
    await store.add(question)
    await decide(store, question.id, NOW)

    await store.note_untold("T0OTHER", question.id, news, NOW)
    assert not await decide(store, question.id, NOW)
    await store.note_untold(WORKSPACE, question.id, news, NOW)

    assert await decide(store, question.id, NOW)


async def test_an_answer_is_shared_once(store: SqlQuestionStore) -> None:
    question = a_stored_question()
    await store.add(question)

    assert not await store.mark_shared("T0OTHER", question.id, NOW)
    assert await store.mark_shared(WORKSPACE, question.id, NOW)
    assert not await store.mark_shared(WORKSPACE, question.id, NOW)
