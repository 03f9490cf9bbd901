"""Routing decides on what is written, and on nothing else."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.linear import UNRELATED
from bot.knowledge.model import Ambiguous, Confident, Product, Routing, Unrelated, decision_of
from bot.knowledge.routing import Policy, Router
from bot.knowledge.text import MAX_CHARACTERS
from bot.knowledge.training import OWN_WEIGHT, Lesson, train
from tests.builders import a_catalogue, a_persona

FINANCE = a_persona("finance", "Finance", "Budgeting", "Reporting")
ITAM = a_persona("itam", "ITAM", "Licences")
PRACTITIONER = a_persona("practitioner", "FinOps Practitioner", "Tagging")
SMALL = a_catalogue(FINANCE, ITAM, PRACTITIONER)
_TEXTS = [
    ("finance", "Budgeting", "who signs the budget of the quarter"),
    ("finance", "Budgeting", "our forecast for the quarter is off"),
    ("finance", "Reporting", "book the accrual before the close"),
    ("finance", "Reporting", "the close needs the invoice booked"),
    ("itam", "Licences", "how many windows licences do we own"),
    ("itam", "Licences", "unused licences should be reclaimed"),
    ("practitioner", "Tagging", "the dashboard shows untagged spend"),
    ("practitioner", "Tagging", "untagged resources on the showback dashboard"),
    (UNRELATED, "", "who brings cake on friday"),
    (UNRELATED, "", "my laptop does not start"),
]
LESSONS = [Lesson(*one, weight=OWN_WEIGHT) for one in _TEXTS]  # so few that every word must count


@pytest.fixture(scope="module", name="small")
def a_small_router() -> Router:
    return Router(SMALL, train(LESSONS), Policy(min_confidence=0.4, min_margin=0.1, unrelated_share=0.4))


def test_a_question_goes_to_the_persona_and_responsibility_of_its_like(small: Router) -> None:
    routing = small.route("is the accrual booked before the close?")

    assert isinstance(routing, Confident)
    assert routing.best.persona == FINANCE
    assert routing.best.responsibility.title == "Reporting"
    assert {"accrual", "close"} & set(routing.words)
    assert [match.confidence for match in routing.matches] == sorted(
        (match.confidence for match in routing.matches), reverse=True
    )


def test_deciding_words_are_as_the_asker_wrote_them(small: Router) -> None:
    routing = small.route("How many WINDOWS Licences?!")

    assert isinstance(routing, Confident)
    assert set(routing.words) & {"WINDOWS", "Licences"}


def test_a_question_between_two_personas_is_asked_back() -> None:
    cautious = Policy(min_margin=0.99, unrelated_share=0.4)

    routing = Router(SMALL, train(LESSONS), cautious).route("licences budget")

    assert isinstance(routing, Ambiguous)
    assert {match.persona.key for match in routing.options[:2]} == {"finance", "itam"}
    assert len(routing.options) <= 3


@pytest.mark.parametrize("text", ["who brings the cake?", "", "🎉", "<@U1SAM>", "<!channel>", "zzzz qqqq"])
def test_what_is_nobodys_or_has_no_known_word_is_refused(small: Router, text: str) -> None:
    assert small.route(text) == Unrelated()


def test_the_order_of_personas_and_examples_changes_nothing() -> None:
    turned = a_catalogue(PRACTITIONER, ITAM, FINANCE)
    one = Router(SMALL, train(LESSONS), Policy())
    other = Router(turned, train(LESSONS[::-1]), Policy())

    for lesson in LESSONS:
        assert one.route(lesson.text) == other.route(lesson.text)


def test_a_product_is_read_as_what_it_stands_for() -> None:
    catalogue = replace(SMALL, products=(Product("Orion Desk", "windows licences"),))
    told, untold = (
        Router(one, train(LESSONS), Policy(min_confidence=0.4, unrelated_share=0.4)) for one in (catalogue, SMALL)
    )

    routing = told.route("how is it with ORION desk")

    assert isinstance(routing, Confident)
    assert routing.best.persona == ITAM
    assert routing.best.confidence > max(
        (match.confidence for match in untold.route("how is it with ORION desk").matches), default=0
    )


@given(st.text(st.characters(), max_size=400))
@settings(deadline=None)
def test_any_text_has_a_routing_that_can_be_shown(router: Router, text: str) -> None:
    routing = router.route(text)

    assert all(0 <= match.confidence <= 1 for match in routing.matches)
    assert len({match.persona.key for match in routing.matches}) == len(routing.matches)
    assert isinstance(routing, Unrelated) or len(routing.matches) >= 3
    json.dumps([match.responsibility.title for match in routing.matches])


@pytest.mark.parametrize(
    "disguise",
    [
        str.upper,
        lambda text: f"<@U123> hi team, {text}",
        lambda text: f"{text} :pray: 🙏",
        lambda text: text.replace(" ", "  ").replace("?", "???"),
        lambda text: text.rstrip("?"),
    ],
)
def test_case_greetings_mentions_and_emoji_do_not_change_the_persona(router: Router, disguise: object) -> None:
    assert callable(disguise)
    questions = [
        "the snowflake contract is up for renewal in march, who talks to their account exec?",
        "someone is mining crypto in the sandbox account",
        "which aws region has the lowest carbon intensity for our batch jobs?",
    ]

    assert [first_of(router.route(disguise(one))) for one in questions] == [
        first_of(router.route(one)) for one in questions
    ]


def first_of(routing: Routing) -> str:
    return routing.matches[0].persona.key if routing.matches else decision_of(routing)


def test_of_forty_thousand_characters_only_the_beginning_counts(router: Router) -> None:
    text = "who signs the savings plan for our kubernetes nodes " * 800

    assert router.route(text) == router.route(text[:MAX_CHARACTERS])
