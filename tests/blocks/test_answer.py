"""An answer says the same in blocks and text, mentions one owner at most, and never what a user wrote."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.answer import Audience, answer_message, settled_message, shared_message
from bot.blocks.ids import AnswerRef
from bot.blocks.standing import standing
from bot.blocks.text import Message
from bot.knowledge.model import Ambiguous
from bot.playground.limits import message_problems
from bot.questions.model import Answer, ChoiceAnswer, TeamQuestionAnswer, UnrelatedAnswer
from bot.teams.model import Assignee, Owner, Ownership, Rank, Skipped, SkipReason
from bot.teams.naming import TeamChoice, TeamDoubt
from tests.builders import (
    NOW,
    a_match,
    a_persona,
    a_persona_answer,
    a_question,
    a_stored_question,
    a_team,
    an_owner,
)

PERSONAS = (a_persona("finance", "Finance"), a_persona("itam", "ITAM"))
ASKER = Audience.of_asker("U1ASKER", NOW)
MENTION = re.compile(r"<[@!][^>]*>")


def shown(message: Message) -> str:
    """Return all text of the blocks."""

    def texts(value: Any) -> list[str]:  # noqa: ANN401 (any JSON)
        if isinstance(value, dict):
            own = [value["text"]] if isinstance(value.get("text"), str) else []
            return own + [text for inner in value.values() for text in texts(inner)]
        return [text for inner in value for text in texts(inner)] if isinstance(value, list) else []

    return "\n".join(texts(message.payload()["blocks"]))


def a_choice(text: str = "who signs") -> ChoiceAnswer:
    options = (a_match(PERSONAS[0], 0.4), a_match(PERSONAS[1], 0.35))
    return ChoiceAnswer(a_stored_question(a_question(text)), Ambiguous(options, (), ()), None)


def test_a_confident_answer_names_persona_owner_reason_and_runner_up() -> None:
    message = answer_message(a_persona_answer(), PERSONAS, ASKER)

    assert message.text.splitlines() == [
        "*Finance* owns this: ask <@U1OWNER>.",
        "Why: Budgeting, because of “signs” and “budget” (90 % sure)",
        "Runner-up: Itfm (Budgeting), 5 %",
        "Confirmed today",
    ]
    assert all(line in shown(message) for line in message.text.splitlines())
    assert "Right" in shown(message)
    assert "Share in channel" not in shown(message)


def test_only_the_asker_own_view_can_be_shared() -> None:
    message = answer_message(a_persona_answer(), PERSONAS, Audience.of_asker("U1ASKER", NOW, can_share=True))

    assert "Share in channel" in shown(message)


def test_a_question_back_and_a_refusal_mention_nobody() -> None:
    for answer in (a_choice(), UnrelatedAnswer(a_stored_question(persona_key=None))):
        message = answer_message(answer, PERSONAS, ASKER)

        assert not MENTION.findall(message.text + shown(message))
    assert "*Finance* or *ITAM*. Which one fits?" in answer_message(a_choice(), PERSONAS, ASKER).text


@pytest.mark.parametrize(
    ("audience", "words"),
    [
        (Audience.of_asker("U1OWNER", NOW), "that is you"),
        (Audience({"U1OWNER": "that is the person who said so"}, NOW), "that is the person who said so"),
    ],
)
def test_people_who_asked_or_clicked_are_never_mentioned(audience: Audience, words: str) -> None:
    message = answer_message(a_persona_answer(), PERSONAS, audience)

    assert words in message.text
    assert not MENTION.findall(message.text + shown(message))


def test_a_shared_answer_quotes_the_question_and_spares_the_asker() -> None:
    answer = a_persona_answer(Ownership(an_owner("U1ASKER")), text="<!channel> <@U666EVIL> who *pays*?")

    message = shared_message(answer, "Sam <!here>", NOW)

    assert "that is the person who asked" in message.text
    assert not MENTION.findall(message.text + shown(message))
    assert "&lt;!channel&gt;" in message.text


def test_a_gap_says_so_names_the_fallback_and_the_next_step() -> None:
    team = TeamChoice(a_team("R&D"), "text")
    answer = a_persona_answer(Ownership(None), fallback=Ownership(an_owner("U1PRACT")))
    gap = answer_message(replace(answer, team=team, reasons=None), PERSONAS, ASKER)

    assert "for *R&amp;D*, but nobody holds that role yet" in gap.text
    assert "the FinOps Practitioner helps: ask <@U1PRACT>" in gap.text
    assert "`/finops assign @somebody finance for R&amp;D`" in gap.text


def test_a_gap_without_a_fallback_mentions_nobody() -> None:
    message = answer_message(a_persona_answer(Ownership(None), fallback=Ownership(None)), PERSONAS, ASKER)

    assert "nobody holds that role yet" in message.text
    assert not MENTION.findall(message.text)


def test_the_way_to_the_owner_is_told() -> None:
    backup = Owner(Assignee.from_id("S1BUYERS"), Rank.BACKUP, "parent", a_team("Commerce"), NOW)
    skipped = Skipped(Assignee.from_id("U1LEFT"), "Lee <@U1X>", "deactivated")

    text = answer_message(a_persona_answer(Ownership(backup, (skipped,), is_checked=False)), PERSONAS, ASKER).text

    assert "ask <!subteam^S1BUYERS>" in text
    assert "Held for Commerce, the parent team" in text
    assert "They are the backup" in text
    assert "Slack did not say in time" in text
    assert "Skipped: Lee &lt;@U1X&gt;, their account is deactivated" in text


@pytest.mark.parametrize("reason", get_args(SkipReason))
def test_every_reason_to_pass_somebody_over_has_words(reason: SkipReason) -> None:
    skipped = Skipped(Assignee.from_id("U1LEFT"), "Lee", reason)

    (line,) = standing(Ownership(None, (skipped,)), NOW)

    assert line.startswith("Skipped: Lee, ")
    assert "_" not in line


def test_an_owner_for_the_whole_organisation_is_told() -> None:
    owner = Owner(Assignee.from_id("U1OWNER"), Rank.PRIMARY, "organisation", None, NOW)

    assert (
        "Held for the whole organisation"
        in answer_message(a_persona_answer(Ownership(owner)), PERSONAS, ASKER).text
    )


def test_an_unconfirmed_owner_is_still_asked_but_shown_as_perhaps_out_of_date() -> None:
    owner = replace(an_owner(), confirmed_at=NOW - timedelta(days=104), is_stale=True)

    message = answer_message(a_persona_answer(Ownership(owner)), PERSONAS, ASKER)

    assert "ask <@U1OWNER>" in message.text
    assert "Last confirmed 104 days ago: this may be out of date" in message.text


def test_somebody_away_is_told_with_the_day_they_are_back() -> None:
    cover = replace(an_owner("U1COVER"), covers=Assignee.from_id("U1OWNER"))
    skipped = Skipped(Assignee.from_id("U1OWNER"), "Owen", "away", NOW + timedelta(days=3))

    text = answer_message(a_persona_answer(Ownership(cover, (skipped,))), PERSONAS, ASKER).text

    assert "ask <@U1COVER>" in text
    assert "They cover while the owner is away" in text
    assert "Skipped: Owen, away until 2026-11-26" in text


def test_the_past_is_told_as_past_and_closes_no_gap() -> None:
    then = NOW - timedelta(days=240)
    owned = answer_message(a_persona_answer(Ownership(an_owner(), at=then)), PERSONAS, ASKER).text
    gap = answer_message(a_persona_answer(Ownership(None, at=then)), PERSONAS, ASKER).text

    assert owned.startswith("On 2026-03-28, *Finance* for this was <@U1OWNER>.")
    assert "nobody held that role on 2026-03-28" in gap
    assert "/finops assign" not in gap


def test_several_plausible_teams_are_asked_back_with_a_button_each() -> None:
    payments, search = a_team("Payments"), a_team("<!here> Search")
    answer = TeamQuestionAnswer(a_stored_question(), PERSONAS[0], None, TeamDoubt((payments, search), "asker"))

    message = answer_message(answer, PERSONAS, ASKER)

    assert "You are in several teams: is it about *Payments* or *&lt;!here&gt; Search*?" in message.text
    assert not MENTION.findall(message.text + shown(message))
    buttons = [
        element.get("value")
        for element in message.payload()["blocks"][-1]["elements"]  # type: ignore[index]
    ]
    assert AnswerRef.decode(buttons[1]).team_id == search.id


def test_teams_with_the_same_owner_need_no_question_back() -> None:
    answer = replace(a_persona_answer(), either_way=(a_team("Payments"), a_team("Search")))

    assert "Team: Payments or Search, the same either way" in answer_message(answer, PERSONAS, ASKER).text


def test_guests_and_strangers_get_no_names_and_no_buttons() -> None:
    answer = replace(a_persona_answer(Ownership(None)), is_discreet=True)

    message = answer_message(answer, PERSONAS, ASKER)

    assert "*Finance* owns this here. Please ask your contact" in message.text
    assert not MENTION.findall(message.text)
    assert "Someone else" not in shown(message)


def test_a_misspelt_team_is_told_as_it_was_read() -> None:
    answer = replace(a_persona_answer(), team=TeamChoice(a_team("Payments"), "text", "paymnets"))

    text = answer_message(answer, PERSONAS, ASKER).text

    assert "Team: Payments, named in the question (read from “paymnets”)" in text


def test_a_settled_answer_mentions_nobody() -> None:
    assert settled_message("Finance", "Sam").text == "Sam says *Finance* owns this. Thank you, I noted it."
    assert "nobody's" in settled_message(None, "<@U1X>").text
    assert not MENTION.findall(settled_message(None, "<@U1X>").text)


@given(st.text(st.characters(), max_size=500), st.text(st.characters(), max_size=80))
def test_whatever_people_write_slack_takes_the_message_and_nobody_else_is_mentioned(text: str, name: str) -> None:
    choice, answer = a_choice(text), a_persona_answer(text=text)
    answers: list[Answer] = [choice, answer, UnrelatedAnswer(choice.question)]
    messages = [answer_message(one, PERSONAS, ASKER) for one in answers] + [shared_message(answer, name, NOW)]

    for message in messages:
        assert message_problems(message.payload()) == ()
        assert set(MENTION.findall(message.text + shown(message))) <= {"<@U1OWNER>"}
        message.text.encode()


@given(
    st.uuids(), st.one_of(st.none(), st.from_regex(r"\A[a-z][a-z0-9-]{1,29}\Z").filter(lambda key: key != "none"))
)
def test_button_values_come_back_as_they_were(question_id: object, persona_key: str | None) -> None:
    for team_id in (None, "a" * 32):
        ref = AnswerRef(str(question_id), persona_key, team_id)

        assert AnswerRef.decode(ref.encode()) == ref
        assert len(ref.encode()) <= 150


@pytest.mark.parametrize("value", ["", "x", ":", "x:", ":finance", "x::team"])
def test_a_strange_button_value_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a button value"):
        AnswerRef.decode(value)
