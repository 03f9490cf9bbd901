"""How good routing is, on a benchmark it never learns from. The floors may only rise."""

from dataclasses import replace

import pytest

from bot.knowledge.evaluation import Report, evaluate
from bot.knowledge.model import Catalogue
from bot.knowledge.routing import Router
from bot.knowledge.text import tokens
from bot.storage.knowledge_paths import config_folder
from bot.storage.labelled_questions import read_labelled_questions

BENCHMARK = config_folder() / "benchmark.csv"


@pytest.fixture(scope="module", name="report")
def the_report(router: Router) -> Report:
    return evaluate(read_labelled_questions(BENCHMARK, router.catalogue), router.route)


def test_routing_stays_as_good_as_it_was(report: Report) -> None:
    misses = "\n".join(f"{one.question.id} {one.question.persona} → {one.given}" for one in report.misses)

    assert report.accepted >= 0.945, misses
    assert report.in_first_three >= 0.97, misses
    assert report.missed <= 0.025, misses
    assert report.refused >= 0.97, misses
    assert report.confident_accepted >= 0.98, misses
    assert report.confident >= 0.92
    assert report.calibration_error <= 0.05


def test_no_persona_is_left_behind(report: Report) -> None:
    assert min(report.by_persona.values()) >= 0.8, report.by_persona


def test_the_benchmark_is_not_in_the_knowledge(catalogue: Catalogue) -> None:
    def key(text: str) -> str:
        return " ".join(token.folded for token in tokens(text))

    known = {key(example.text) for one in catalogue.responsibilities() for example in one.examples}
    known |= {key(example.text) for example in catalogue.unrelated}

    assert not [one.id for one in read_labelled_questions(BENCHMARK, catalogue) if key(one.text) in known]


@pytest.mark.parametrize(
    ("disguise", "cost"),
    [
        (str.upper, 0.01),
        (lambda text: f"<@U123> hello everyone! {text} thanks a lot :pray: 🙏", 0.01),
        (lambda text: text.replace(" ", "  ").replace("?", ""), 0.01),
        (lambda text: " ".join(with_a_slip(word, at) for at, word in enumerate(text.split(" "))), 0.03),
    ],
    ids=["case", "courtesy", "punctuation", "typos"],
)
def test_how_it_is_written_hardly_matters(router: Router, report: Report, disguise: object, cost: float) -> None:
    assert callable(disguise)
    questions = read_labelled_questions(BENCHMARK, router.catalogue)

    disguised = evaluate([replace(one, text=disguise(one.text)) for one in questions], router.route)

    assert disguised.accepted >= report.accepted - cost


def with_a_slip(word: str, at: int) -> str:
    """Swap two letters inside every fourth word, if it is long enough."""
    if at % 4 or len(word) < 5 or not word.isalpha():
        return word
    middle = len(word) // 2
    return word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]
