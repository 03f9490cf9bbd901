"""The inbox keeps its promises on every database."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.questions.inbox import InboxItem, Letter
from bot.storage.inbox import SqlInboxStore
from bot.surface import Surface
from tests.builders import NOW, WORKSPACE

LEASE = timedelta(seconds=90)


@pytest.fixture(name="inbox")
def an_inbox(engine: AsyncEngine) -> SqlInboxStore:
    return SqlInboxStore(engine)


def a_letter(ts: str = "1.1", text: str = "who pays", thread_ts: str | None = None) -> Letter:
    return Letter(WORKSPACE, "C1", ts, thread_ts, "U1ASKER", text, Surface.MENTION)


async def claimed(inbox: SqlInboxStore, seconds: float = 0) -> list[InboxItem]:
    return list(await inbox.claim([WORKSPACE], NOW + timedelta(seconds=seconds), LEASE, 10))


async def test_a_letter_is_kept_once_and_taken_on_once(inbox: SqlInboxStore) -> None:
    assert await inbox.accept(a_letter(), NOW)
    assert not await inbox.accept(a_letter(), NOW)

    (item,) = await claimed(inbox)

    assert (item.letter, item.claims, item.is_withdrawn) == (a_letter(), 1, False)
    assert await claimed(inbox) == []


async def test_who_took_on_a_letter_too_long_ago_does_not_take_it_from_the_next(inbox: SqlInboxStore) -> None:
    await inbox.accept(a_letter(), NOW)
    (late,) = await claimed(inbox)
    await claimed(inbox, 90)

    await inbox.put_off(late, NOW + timedelta(seconds=91), "timeout")
    await inbox.give_up(late, "timeout")

    assert await claimed(inbox, 100) == []
    (item,) = await claimed(inbox, 180)
    assert item.claims == 3


async def test_letters_that_come_at_once_are_each_kept_once(inbox: SqlInboxStore) -> None:
    letters = [a_letter("1.1"), a_letter("2.2"), a_letter("1.1"), a_letter("3.3"), a_letter("2.2")]

    kept = await asyncio.gather(*(inbox.accept(letter, NOW) for letter in letters))

    assert kept == [True, True, False, True, False]
    assert [item.letter.ts for item in await claimed(inbox)] == ["1.1", "2.2", "3.3"]


async def test_what_waits_in_another_workspace_is_left_there(inbox: SqlInboxStore) -> None:
    elsewhere = replace(a_letter(), workspace_id="T0OTHER")
    await inbox.accept(elsewhere, NOW)

    assert await claimed(inbox) == []
    assert [item.letter for item in await inbox.claim(["T0OTHER"], NOW, LEASE, 10)] == [elsewhere]


async def test_what_a_process_left_undone_is_taken_on_when_the_lease_is_over(inbox: SqlInboxStore) -> None:
    await inbox.accept(a_letter(), NOW)
    await claimed(inbox)

    assert await claimed(inbox, 89) == []
    (item,) = await claimed(inbox, 90)

    assert item.claims == 2


async def test_of_a_thread_one_is_taken_on_at_a_time(inbox: SqlInboxStore) -> None:
    await inbox.accept(a_letter("1.1"), NOW)
    await inbox.accept(a_letter("1.2", thread_ts="1.1"), NOW + timedelta(seconds=1))
    await inbox.accept(a_letter("1.3"), NOW + timedelta(seconds=2))

    first = await claimed(inbox)
    await inbox.finish(first[0], "9.1")
    second = await claimed(inbox)

    assert [item.letter.ts for item in first] == ["1.1", "1.3"]
    assert [item.letter.ts for item in second] == ["1.2"]


async def test_an_edit_while_it_is_answered_is_answered_anew(inbox: SqlInboxStore) -> None:
    await inbox.accept(a_letter(), NOW)
    (item,) = await claimed(inbox)

    assert await inbox.edit(a_letter(text="who pays the invoice"))
    await inbox.finish(item, "9.1")
    (again,) = await claimed(inbox)

    assert (again.letter.text, again.answer_ts, again.revision) == ("who pays the invoice", "9.1", 1)
    assert not await inbox.edit(a_letter(text="who pays the invoice"))


async def test_a_deleted_letter_is_withdrawn_once_and_for_all(inbox: SqlInboxStore) -> None:
    await inbox.accept(a_letter(), NOW)
    await inbox.finish((await claimed(inbox))[0], "9.1")

    assert await inbox.withdraw(WORKSPACE, "C1", "1.1")
    (item,) = await claimed(inbox)
    await inbox.finish(item, None)

    assert item.is_withdrawn
    assert item.answer_ts == "9.1"
    assert not await inbox.withdraw(WORKSPACE, "C1", "1.1")
    assert not await inbox.edit(a_letter(text="something else"))
    assert await claimed(inbox) == []


async def test_what_was_put_off_waits_and_what_was_given_up_is_told(inbox: SqlInboxStore) -> None:
    await inbox.accept(a_letter(), NOW)
    (item,) = await claimed(inbox)
    await inbox.put_off(item, NOW + timedelta(seconds=30), "ratelimited")

    assert await claimed(inbox, 29) == []
    (again,) = await claimed(inbox, 30)
    await inbox.give_up(again, "is_archived")

    (failure,) = await inbox.failures(WORKSPACE, NOW, 10)
    assert (failure.channel_id, failure.error) == ("C1", "is_archived")
    assert (await inbox.backlog(WORKSPACE)).waiting == 0


async def test_the_backlog_tells_how_much_waits_and_since_when(inbox: SqlInboxStore) -> None:
    await inbox.accept(a_letter("1.1"), NOW)
    await inbox.accept(a_letter("1.2"), NOW + timedelta(minutes=1))

    backlog = await inbox.backlog(WORKSPACE)

    assert (backlog.waiting, backlog.oldest) == (2, NOW)


async def test_letters_of_one_workspace_are_not_touched_from_another(inbox: SqlInboxStore) -> None:
    await inbox.accept(a_letter(), NOW)

    assert await inbox.accept(replace(a_letter(), workspace_id="T0OTHER"), NOW)
    assert not await inbox.withdraw("T0THIRD", "C1", "1.1")
    assert not await inbox.edit(replace(a_letter(text="x"), workspace_id="T0THIRD"))
    assert list(await inbox.failures("T0OTHER", NOW, 10)) == []
