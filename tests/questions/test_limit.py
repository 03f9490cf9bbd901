"""Thirty questions a minute, each person for themselves."""

from datetime import timedelta

import pytest

from bot.errors import UserFacingError
from bot.questions.limit import AskLimit
from tests.fakes import FakeClock


def ask(limit: AskLimit, times: int, *, workspace: str = "T1", user: str = "U1") -> None:
    for _ in range(times):
        limit.take(workspace, user)


def test_thirty_questions_a_minute_are_taken_and_one_more_is_refused_with_the_time_to_wait() -> None:
    clock = FakeClock()
    limit = AskLimit(clock)
    ask(limit, 30)
    clock.advance(timedelta(seconds=18))

    with pytest.raises(UserFacingError, match="30 questions within a minute.*ask again in 42 seconds"):
        limit.take("T1", "U1")


def test_a_minute_after_the_first_question_there_is_room_again() -> None:
    clock = FakeClock()
    limit = AskLimit(clock)
    ask(limit, 1)
    clock.advance(timedelta(seconds=30))
    ask(limit, 29)
    clock.advance(timedelta(seconds=30))

    limit.take("T1", "U1")

    with pytest.raises(UserFacingError, match="in 30 seconds"):
        limit.take("T1", "U1")


def test_what_is_refused_does_not_count() -> None:
    clock = FakeClock()
    limit = AskLimit(clock)
    ask(limit, 30)
    for _ in range(30):
        clock.advance(timedelta(seconds=2))
        try:
            limit.take("T1", "U1")
        except UserFacingError:
            continue

    limit.take("T1", "U1")


def test_each_person_in_each_workspace_is_counted_apart() -> None:
    limit = AskLimit(FakeClock())
    ask(limit, 30)

    ask(limit, 30, user="U2")
    ask(limit, 30, workspace="T2")

    with pytest.raises(UserFacingError):
        limit.take("T1", "U1")


def test_a_last_second_is_one_second() -> None:
    clock = FakeClock()
    limit = AskLimit(clock, most=1)
    ask(limit, 1)
    clock.advance(timedelta(seconds=59, milliseconds=900))

    with pytest.raises(UserFacingError, match="ask again in 1 second[.]"):
        limit.take("T1", "U1")


def test_of_very_many_people_the_ones_heard_of_least_recently_are_counted_anew() -> None:
    limit = AskLimit(FakeClock(), most=1)
    ask(limit, 1, user="U1")
    ask(limit, 1, user="U2")
    with pytest.raises(UserFacingError):
        limit.take("T1", "U1")
    for number in range(9_999):
        ask(limit, 1, user=f"U9{number}")

    limit.take("T1", "U2")

    with pytest.raises(UserFacingError):
        limit.take("T1", "U99998")
