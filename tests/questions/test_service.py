"""What becomes of a question, on real stores and with a router that decides as told."""

from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import UserFacingError
from bot.knowledge.model import Ambiguous, Routing, Unrelated
from bot.questions.model import ChoiceAnswer, PersonaAnswer, UnrelatedAnswer, Verdict
from bot.questions.service import MAX_STORED_CHARACTERS, AskService
from bot.storage.ownership import SqlOwnershipStore
from bot.storage.questions import SqlQuestionStore
from bot.teams.access import Access
from bot.teams.finding import TeamFinder
from bot.teams.service import OwnershipService
from tests.builders import (
    NOW,
    WORKSPACE,
    a_catalogue,
    a_confident_routing,
    a_match,
    a_persona,
    a_question,
    a_team,
    an_assignment,
)
from tests.fakes import FakeClock, FakeDirectory

FINANCE, ITAM, PRACTITIONER = a_persona("finance"), a_persona("itam"), a_persona("practitioner")


class Bench:
    """An ``AskService`` with its stores at hand."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.ownership_store = SqlOwnershipStore(engine)
        self.questions = SqlQuestionStore(engine)
        self.routing: Routing = a_confident_routing(a_match(FINANCE))
        self.routed: list[str] = []
        clock, directory, finder = FakeClock(), FakeDirectory(), TeamFinder(self.ownership_store)
        self.service = AskService(
            route=self._route,
            catalogue=a_catalogue(FINANCE, ITAM, PRACTITIONER),
            finder=finder,
            ownership=OwnershipService(self.ownership_store, finder, directory, Access(directory, ()), clock),
            store=self.questions,
            clock=clock,
        )

    def _route(self, text: str) -> Routing:
        self.routed.append(text)
        return self.routing


@pytest.fixture(name="bench")
def a_bench(sqlite_engine: AsyncEngine) -> Bench:
    return Bench(sqlite_engine)


async def test_what_was_asked_and_answered_is_kept(bench: Bench) -> None:
    team = a_team("Payments", channels=("C1CHANNEL",))
    await bench.ownership_store.add_team(WORKSPACE, team, "U1ADMIN", NOW)
    await bench.ownership_store.assign(WORKSPACE, an_assignment(assignee="S1GROUP", team=team))
    asked = a_question("who signs\x00 it off?\n")

    answer = await bench.service.ask(asked)

    assert isinstance(answer, PersonaAnswer)
    kept = await bench.questions.find(WORKSPACE, answer.question.id)
    assert kept is not None
    assert kept.asked == replace(asked, text="who signs it off?")
    assert (kept.decision, kept.persona_key, kept.responsibility) == ("confident", "finance", "Budgeting")
    assert (kept.team_id, kept.owner_id, kept.asked_at) == (team.id, "S1GROUP", NOW)


async def test_the_team_asked_for_is_no_part_of_the_question_that_is_routed(bench: Bench) -> None:
    await bench.ownership_store.add_team(WORKSPACE, a_team("Data Platform"), "U1ADMIN", NOW)

    await bench.service.ask(a_question("who pays for bigquery for data platform"))

    assert bench.routed == ["who pays for bigquery"]


async def test_a_team_given_apart_counts_and_must_exist(bench: Bench) -> None:
    await bench.ownership_store.add_team(WORKSPACE, a_team("Search", aliases=("find",)), "U1ADMIN", NOW)

    answer = await bench.service.ask(replace(a_question(), team_name="FIND"))

    assert isinstance(answer, PersonaAnswer)
    assert answer.team is not None
    assert answer.team.team.name == "Search"
    assert answer.question.asked.team_name == "Search"
    with pytest.raises(UserFacingError, match="no team called “serch”. Did you mean Search"):
        await bench.service.ask(replace(a_question(), team_name="serch"))


async def test_a_gap_comes_with_the_practitioner_as_fallback(bench: Bench) -> None:
    await bench.ownership_store.assign(WORKSPACE, an_assignment("practitioner", "S1FINOPS"))

    answer = await bench.service.ask(a_question())

    assert isinstance(answer, PersonaAnswer)
    assert answer.is_gap
    assert answer.fallback is not None
    assert answer.fallback.owner is not None
    assert answer.fallback.owner.assignee.id == "S1FINOPS"


async def test_nobody_falls_back_on_the_practitioner_for_the_practitioner(bench: Bench) -> None:
    bench.routing = a_confident_routing(a_match(PRACTITIONER))

    answer = await bench.service.ask(a_question())

    assert isinstance(answer, PersonaAnswer)
    assert answer.fallback is None


async def test_doubt_and_refusal_are_answers_of_their_own(bench: Bench) -> None:
    bench.routing = Ambiguous((a_match(FINANCE, 0.4), a_match(ITAM, 0.4)), (), ())
    assert isinstance(await bench.service.ask(a_question()), ChoiceAnswer)

    bench.routing = Unrelated()
    answer = await bench.service.ask(a_question())
    assert isinstance(answer, UnrelatedAnswer)
    assert answer.question.persona_key is None


async def test_the_same_message_is_answered_once(bench: Bench) -> None:
    asked = a_question()

    assert await bench.service.ask(asked) is not None
    assert await bench.service.ask(asked) is None


@pytest.mark.parametrize("text", ["", "  ", ":wave:", "<@U1SAM>", "<https://example.com>", "\u202e\u200b", "🎉"])
async def test_a_question_without_words_is_asked_for_some(bench: Bench, text: str) -> None:
    with pytest.raises(UserFacingError, match="no words"):
        await bench.service.ask(a_question(text))


async def test_a_very_long_question_is_kept_up_to_a_limit(bench: Bench) -> None:
    answer = await bench.service.ask(a_question("budget " * 6_000))

    assert answer is not None
    assert len(answer.question.asked.text) <= MAX_STORED_CHARACTERS


async def test_what_people_say_of_an_answer_is_kept(bench: Bench) -> None:
    answer = await bench.service.ask(a_question())
    assert answer is not None
    question_id = answer.question.id

    await bench.service.confirm(WORKSPACE, question_id, "U1ONE")
    corrected = await bench.service.choose(WORKSPACE, question_id, "itam", "U1TWO")
    await bench.service.dismiss(WORKSPACE, question_id, "U1THREE")
    agreed = await bench.service.choose(WORKSPACE, question_id, "finance", "U1FOUR")

    assert corrected.is_news
    assert corrected.answer.persona == ITAM
    assert corrected.answer.reasons is None
    assert agreed.answer.reasons is not None
    said = {
        one.given_by: (one.verdict, one.persona_key)
        for one in await bench.questions.feedback(WORKSPACE, question_id)
    }
    assert said == {
        "U1ONE": (Verdict.RIGHT, "finance"),
        "U1TWO": (Verdict.SOMEONE_ELSE, "itam"),
        "U1THREE": (Verdict.SOMEONE_ELSE, None),
        "U1FOUR": (Verdict.RIGHT, "finance"),
    }


async def test_a_question_or_persona_that_is_gone_is_said(bench: Bench) -> None:
    answer = await bench.service.ask(a_question())
    assert answer is not None

    for attempt in (
        bench.service.confirm("T0OTHER", answer.question.id, "U1"),
        bench.service.dismiss(WORKSPACE, "unknown", "U1"),
        bench.service.share(WORKSPACE, "unknown", "finance"),
        bench.service.choose(WORKSPACE, answer.question.id, "magician", "U1"),
    ):
        with pytest.raises(UserFacingError, match="again"):
            await attempt
