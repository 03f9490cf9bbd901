"""What is read out of a question, and how it reaches another process that has the same knowledge."""

import json

import pytest

from bot.knowledge.model import Ambiguous, Confident, Routing, Unrelated
from bot.knowledge.reading import Reader
from bot.knowledge.routing import Router
from tests.builders import a_catalogue, a_confident_routing, a_match, a_persona

FINANCE, ITAM, ITFM = a_persona("finance"), a_persona("itam"), a_persona("itfm")
CATALOGUE = a_catalogue(FINANCE, ITAM, ITFM)


@pytest.mark.parametrize(
    "routing",
    [
        Confident(a_match(FINANCE, 0.9), (a_match(ITAM, 0.1), a_match(ITFM, 1e-17)), ("Orion", "ü"), "who?"),
        Confident(a_match(FINANCE, 1 / 3), (a_match(ITAM, 0.1), a_match(ITFM, 0.1)), ()),
        Ambiguous((a_match(ITAM, 0.4), a_match(FINANCE, 0.3)), (a_match(ITFM, 0.1),), ("licence",)),
        Ambiguous((a_match(ITAM, 0.4), a_match(FINANCE, 0.3), a_match(ITFM, 0.2)), (), ()),
        Unrelated(),
    ],
)
def test_a_decision_is_the_same_after_its_way_through_shorthand(routing: Routing) -> None:
    shorthand = Reader(lambda _: routing, CATALOGUE).shorthand

    assert shorthand.read(json.loads(json.dumps(shorthand.written(routing)))) == routing


async def test_whoever_owns_it_comes_with_the_example_that_says_nearly_the_same(router: Router) -> None:
    example = router.catalogue.persona("finance").responsibilities[0].examples[0].text
    reader = Reader(router.route, router.catalogue)

    read = await reader.read(example, f"{example} please")

    assert isinstance(read, Confident)
    assert read.example == example
    assert reader.read_now("who is bringing cake on friday?", "who is bringing cake on friday?") == Unrelated()


def test_an_example_that_says_something_else_is_none() -> None:
    reader = Reader(lambda _: a_confident_routing(a_match(FINANCE)), CATALOGUE)

    read = reader.read_now("zzz", "zzz")

    assert isinstance(read, Confident)
    assert read.example is None
