"""What becomes of a question, on real stores and with a router that decides as told."""

from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import UserFacingError
from bot.knowledge.model import Ambiguous, Routing, Unrelated
from bot.knowledge.reading import Reader
from bot.questions.model import ChoiceAnswer, PersonaAnswer, TeamQuestionAnswer, UnrelatedAnswer, Verdict
from bot.questions.service import MAX_STORED_CHARACTERS, AskService
from bot.storage.absences import SqlAbsenceStore
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.ownership_memory import build_ownership_memory
from bot.storage.questions import SqlQuestionStore
from bot.storage.teams import SqlTeamStore
from bot.surface import Surface
from bot.teams.finders import FindersInMemory
from bot.teams.finding import TeamFinder
from bot.teams.model import Actor, Assignment, Person, Team
from bot.teams.ownership import OwnerFinder
from bot.teams.policy import OwnershipPolicy
from bot.teams.store import OwnershipLookup
from tests.builders import (
    NOW,
    WORKSPACE,
    a_catalogue,
    a_confident_routing,
    a_group,
    a_match,
    a_persona,
    a_question,
    a_team,
    an_assignment,
)
from tests.fakes import FakeClock, FakeDirectory

BY = Actor(WORKSPACE, "U1ADMIN", Surface.FILE)
FINANCE, ITAM, PRACTITIONER = a_persona("finance"), a_persona("itam"), a_persona("practitioner")


class EverydayLexicon:
    """Knows every word, and none of them as an everyday one."""

    def knows(self, word: str) -> bool:
        return bool(word)

    def is_everyday(self, word: str) -> bool:
        return not word


class Bench:
    """An ``AskService`` with its stores at hand."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.teams = SqlTeamStore(engine)
        self.assignments = SqlAssignmentStore(engine)
        self.questions = SqlQuestionStore(engine)
        self.directory = FakeDirectory(
            *(a_group(group_id, "U1MEMBER") for group_id in ("S1GROUP", "S1FINOPS", "S1PAY", "S1SEE", "S1ALL"))
        )
        self.routing: Routing = a_confident_routing(a_match(FINANCE))
        self.routed: list[str] = []
        clock, catalogue = FakeClock(), a_catalogue(FINANCE, ITAM, PRACTITIONER)
        self.service = AskService(
            read=Reader(self._route, catalogue).read,
            catalogue=catalogue,
            finders=FindersInMemory(
                build_ownership_memory(engine, clock),
                TeamFinder(self.teams, self.directory, EverydayLexicon()),
                OwnerFinder(
                    lookup=OwnershipLookup(self.teams, self.assignments, SqlAbsenceStore(engine)),
                    directory=self.directory,
                    policy=OwnershipPolicy(),
                    clock=clock,
                ),
            ),
            directory=self.directory,
            store=self.questions,
            clock=clock,
        )

    async def given(self, *things: Team | Assignment) -> None:
        """Keep teams and assignments."""
        for thing in things:
            if isinstance(thing, Team):
                await self.teams.add_team(BY, thing, NOW)
            else:
                await self.assignments.assign(BY, thing)

    def _route(self, text: str) -> Routing:
        self.routed.append(text)
        return self.routing


@pytest.fixture(name="bench")
def a_bench(sqlite_engine: AsyncEngine) -> Bench:
    return Bench(sqlite_engine)


async def test_what_was_changed_elsewhere_since_the_last_answer_is_in_the_next_one_and_in_what_is_kept(
    bench: Bench,
) -> None:
    await bench.given(an_assignment(assignee="S1GROUP"))
    await bench.service.ask(a_question())

    await bench.given(an_assignment(assignee="S1FINOPS"))
    answer = await bench.service.ask(replace(a_question("who signs it off now?"), message_ts="2.2"))

    assert isinstance(answer, PersonaAnswer)
    assert answer.ownership.owner
    assert answer.ownership.owner.assignee.id == "S1FINOPS"
    kept = await bench.questions.find(WORKSPACE, answer.question.id)
    assert kept
    assert kept.owner_id == "S1FINOPS"


async def test_a_team_that_was_added_elsewhere_since_the_last_answer_is_found(bench: Bench) -> None:
    await bench.service.ask(a_question())
    await bench.given(team := a_team("Payments"))

    answer = await bench.service.ask(replace(a_question(), team_name="Payments", message_ts="2.2"))

    assert answer.question.team_id == team.id
    with pytest.raises(UserFacingError, match="no team called “Search”"):
        await bench.service.ask(replace(a_question(), team_name="Search"))


async def test_what_was_asked_and_answered_is_kept(bench: Bench) -> None:
    team = a_team("Payments", channels=("C1CHANNEL",))
    await bench.given(team)
    await bench.given(an_assignment(assignee="S1GROUP", team=team))
    asked = a_question("who signs\x00 it off?\n")

    answer = await bench.service.ask(asked)

    assert isinstance(answer, PersonaAnswer)
    kept = await bench.questions.find(WORKSPACE, answer.question.id)
    assert kept is not None
    assert kept.asked == replace(asked, text="who signs it off?")
    assert (kept.decision, kept.persona_key, kept.responsibility) == ("confident", "finance", "Budgeting")
    assert (kept.team_id, kept.owner_id, kept.asked_at) == (team.id, "S1GROUP", NOW)


async def test_the_team_asked_for_is_no_part_of_the_question_that_is_routed(bench: Bench) -> None:
    await bench.given(a_team("Data Platform"))

    await bench.service.ask(a_question("who pays for bigquery for data platform"))

    assert bench.routed == ["who pays for bigquery"]


async def test_a_team_given_apart_counts_and_must_exist(bench: Bench) -> None:
    await bench.given(a_team("Search", aliases=("find",)))

    answer = await bench.service.ask(replace(a_question(), team_name="FIND"))

    assert isinstance(answer, PersonaAnswer)
    assert answer.team is not None
    assert answer.team.team.name == "Search"
    assert answer.question.asked.team_name == "Search"
    with pytest.raises(UserFacingError, match="no team called “serch”. Did you mean Search"):
        await bench.service.ask(replace(a_question(), team_name="serch"))


async def test_a_gap_comes_with_the_practitioner_as_fallback(bench: Bench) -> None:
    await bench.given(an_assignment("practitioner", "S1FINOPS"))

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


async def test_the_same_message_is_one_question_however_often_it_comes(bench: Bench) -> None:
    asked = a_question()

    first = await bench.service.ask(asked)
    edited = await bench.service.ask(replace(asked, text="who pays the budget"))

    assert first.question.id == edited.question.id
    kept = await bench.questions.find(WORKSPACE, first.question.id)
    assert kept is not None
    assert kept.asked.text == "who pays the budget"


@pytest.mark.parametrize("text", ["", "  ", ":wave:", "<@U1SAM>", "<https://example.com>", "\u202e\u200b", "🎉"])
async def test_a_question_without_words_is_asked_for_some(bench: Bench, text: str) -> None:
    with pytest.raises(UserFacingError, match="no words"):
        await bench.service.ask(a_question(text))


async def test_a_very_long_question_is_kept_up_to_a_limit(bench: Bench) -> None:
    answer = await bench.service.ask(a_question("budget " * 6_000))

    assert len(answer.question.asked.text) <= MAX_STORED_CHARACTERS


async def test_what_people_say_of_an_answer_is_kept(bench: Bench) -> None:
    answer = await bench.service.ask(a_question())
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

    for attempt in (
        bench.service.confirm("T0OTHER", answer.question.id, "U1"),
        bench.service.dismiss(WORKSPACE, "unknown", "U1"),
        bench.service.share(WORKSPACE, "unknown", "finance"),
        bench.service.choose(WORKSPACE, answer.question.id, "magician", "U1"),
    ):
        with pytest.raises(UserFacingError, match="again"):
            await attempt


async def test_two_plausible_teams_are_asked_back_and_the_choice_is_kept(bench: Bench) -> None:
    payments, search = a_team("Payments"), a_team("Search")
    await bench.given(
        payments,
        search,
        an_assignment(assignee="S1PAY", team=payments),
        an_assignment(assignee="S1SEE", team=search),
    )

    asked = await bench.service.ask(a_question("who signs the budget of payments and search"))
    assert isinstance(asked, TeamQuestionAnswer)
    chosen = await bench.service.choose_team(WORKSPACE, asked.question.id, "finance", search.id)
    again = await bench.service.choose_team(WORKSPACE, asked.question.id, "finance", search.id)

    assert [team.name for team in asked.doubt.teams] == ["Payments", "Search"]
    assert (chosen.is_news, again.is_news) == (True, False)
    assert isinstance(chosen.answer, PersonaAnswer)
    assert chosen.answer.ownership.owner is not None
    assert chosen.answer.ownership.owner.assignee.id == "S1SEE"


async def test_plausible_teams_with_one_owner_need_no_question_back(bench: Bench) -> None:
    await bench.given(a_team("Payments"), a_team("Search"), an_assignment(assignee="S1ALL"))

    answer = await bench.service.ask(a_question("who signs the budget of payments and search"))

    assert isinstance(answer, PersonaAnswer)
    assert [team.name for team in answer.either_way] == ["Payments", "Search"]
    assert answer.ownership.owner is not None


@pytest.mark.parametrize(
    "asker", [Person("U1ASKER", "Sam", is_guest=True), Person("U1ASKER", "Sam", is_external=True)]
)
async def test_guests_and_strangers_learn_the_persona_but_no_names(bench: Bench, asker: Person) -> None:
    await bench.given(an_assignment())
    bench.directory.put(asker)

    answer = await bench.service.ask(a_question())

    assert isinstance(answer, PersonaAnswer)
    assert answer.is_discreet
    assert answer.ownership.owner is None
    assert not answer.is_gap


async def test_somebody_of_another_organisation_is_told_by_the_event_alone(bench: Bench) -> None:
    bench.directory.is_away = True

    answer = await bench.service.ask(replace(a_question(), is_external=True))

    assert isinstance(answer, PersonaAnswer)
    assert answer.is_discreet
