"""Questions without an answer are told by place and reason, with what to do, and fit into App Home."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.blocks.failures import MAX_COUNTED, MAX_TEXT, failure_blocks
from bot.blocks.refusals import ABOUT_APP, ABOUT_CHANNEL, ABOUT_MESSAGE, refusal_of
from bot.playground.limits import view_problems
from bot.questions.inbox import Failure
from tests.builders import NOW
from tests.markup import misread
from tests.scenarios.forms import said

DAY = timedelta(days=1)
CODES = sorted([*ABOUT_CHANNEL, *ABOUT_MESSAGE, *ABOUT_APP])


def a_failure(error: str = "is_archived", channel_id: str = "C1PAY", days_ago: int = 0) -> Failure:
    return Failure(channel_id, NOW - days_ago * DAY, error)


def shown(failures: Sequence[Failure]) -> list[dict[str, Any]]:
    return [block.to_dict() for block in failure_blocks(failures, NOW)]


def lines(*failures: Failure) -> list[str]:
    """Return the lines below the header."""
    _, *rest = said(shown(failures)).splitlines()
    return rest


def test_without_failures_there_is_nothing() -> None:
    assert shown([]) == []


def test_a_question_without_an_answer_says_where_when_why_and_what_to_do() -> None:
    text = said(shown([a_failure("not_in_channel", days_ago=1)]))

    assert text.splitlines() == [
        "Questions I could not answer (last 7 days)",
        "• <#C1PAY>: 1 question, yesterday. I am not in that channel. Write /invite @finops there.",
    ]


def test_one_place_and_reason_is_one_line_with_the_newest_first() -> None:
    told = lines(
        a_failure("is_archived", "C1PAY", 1),
        a_failure("not_in_channel", "C2SEARCH", 2),
        a_failure("is_archived", "C1PAY", 3),
        a_failure("not_in_channel", "C1PAY", 4),
    )

    assert [one.partition(".")[0] for one in told] == [
        "• <#C1PAY>: 2 questions, the last yesterday",
        "• <#C2SEARCH>: 1 question, 2 days ago",
        "• <#C1PAY>: 1 question, 4 days ago",
    ]


def test_more_lines_than_five_are_counted() -> None:
    told = lines(*(a_failure(channel_id=f"C{number}PAY") for number in range(8)))

    assert len(told) == 6
    assert told[-1] == "… and 3 more"


def test_of_very_many_it_says_that_they_are_not_all() -> None:
    assert lines(*[a_failure()] * (MAX_COUNTED - 1))[-1].startswith("• <#C1PAY>: 499 questions")
    assert lines(*[a_failure()] * MAX_COUNTED)[-1] == "Only the latest 500 are counted."


@pytest.mark.parametrize("channel_id", ["D1ASKER", "U1ASKER", "C1|<!channel>", "!here", "", "C1PAY><!here"])
def test_only_a_channel_is_named(channel_id: str) -> None:
    (line,) = lines(a_failure(channel_id=channel_id))

    assert line.startswith("• Direct messages: 1 question, today.")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("is_archived", "That channel is archived. There is nothing to do, unless somebody unarchives it."),
        ("token_revoked", "The app's token was revoked. Reinstall the app in this workspace"),
        ("restricted_action", "This workspace does not let me post in that channel. Ask me in another channel"),
        ("failed, reference ab12cd34", "Tell whoever runs me the reference `ab12cd34`"),
        ("some_new_code", "Slack answers `some_new_code`. Tell whoever runs me"),
        ("the <!here> database is away", "I tried for a day: “the &lt;!here&gt; database is away”."),
    ],
)
def test_every_reason_says_what_to_do_next(error: str, words: str) -> None:
    (line,) = lines(a_failure(error))

    assert words in line


def test_errors_of_ours_are_one_line_with_the_newest_reference() -> None:
    (line,) = lines(a_failure("failed, reference ab12cd34"), a_failure("failed, reference 00000000"))

    assert line.startswith("• <#C1PAY>: 2 questions, the last today.")
    assert "`ab12cd34`" in line


@pytest.mark.parametrize("error", ["<!channel>" * 10, "&" * 100, "`*_~" * 25, *CODES])
def test_whatever_the_reason_it_fits_and_is_read_as_it_is_meant(error: str) -> None:
    blocks = shown([a_failure(error, f"C{number}{'X' * 18}") for number in range(9)] * 60)

    assert view_problems({"type": "home", "blocks": blocks}) == ()
    assert len(blocks[1]["text"]["text"]) <= MAX_TEXT + len("\n… and 9 more")
    assert misread(blocks) == []


@pytest.mark.parametrize("code", CODES)
def test_words_for_refusals_are_plain_and_go_into_any_sentence(code: str) -> None:
    refusal = refusal_of(code)

    assert refusal is not None
    for words in (refusal.why, refusal.remedy, refusal.for_question):
        assert not re.search(r"[<>&`*]|\.$", words)


def test_a_code_that_nobody_knows_has_no_words() -> None:
    assert refusal_of("some_new_code") is None
