"""The figures say what they say they say."""

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.knowledge.evaluation import LabelledQuestion, evaluate
from bot.knowledge.model import Ambiguous, Routing, Unrelated
from bot.storage.labelled_questions import read_labelled_questions
from tests.builders import a_catalogue, a_confident_routing, a_match, a_persona

FINANCE, ITAM = a_persona("finance"), a_persona("itam")


def test_a_report_counts_right_acceptable_missed_and_refused() -> None:
    routings: dict[str, Routing] = {
        "right": a_confident_routing(a_match(FINANCE, 0.9)),
        "acceptable": a_confident_routing(a_match(ITAM, 0.9)),
        "second": Ambiguous((a_match(ITAM, 0.4), a_match(FINANCE, 0.3)), (), ()),
        "missed": Unrelated(),
        "cake": Unrelated(),
        "lunch": a_confident_routing(a_match(ITAM, 0.9)),
    }
    also = {"acceptable": frozenset({"itam"})}
    questions = [
        LabelledQuestion(
            text, text, "none" if text in {"cake", "lunch"} else "finance", also.get(text, frozenset())
        )
        for text in routings
    ]

    report = evaluate(questions, routings.__getitem__)

    assert (report.questions, report.exact, report.accepted, report.in_first_three) == (6, 0.25, 0.5, 0.75)
    assert (report.missed, report.refused) == (0.25, 0.5)
    assert report.confident == 0.5
    assert report.confident_accepted == pytest.approx(2 / 3)
    assert report.by_persona == {"finance": 0.5}
    assert [miss.question.id for miss in report.misses] == ["second", "missed", "lunch"]
    assert report.calibration_error == pytest.approx((abs(3 * 0.9 - 2) + 0.4) / 4)


def test_nothing_to_evaluate_is_all_zero() -> None:
    assert evaluate([], lambda _: Unrelated()).accepted == 0


def test_labelled_questions_are_read_from_csv(tmp_path: Path) -> None:
    path = tmp_path / "questions.csv"
    path.write_text('\ufeffid,question,persona,also\nA1,"who, then?",finance,itam|none\n,cake?,none,\n', "utf-8")

    first, second = read_labelled_questions(path, a_catalogue(FINANCE, ITAM))

    assert (first.id, first.text, first.accepted) == ("A1", "who, then?", frozenset({"finance", "itam", "none"}))
    assert second.id == "questions.csv:3"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("question,owner\na,finance\n", "questions.csv:1: the column 'persona' is missing"),
        (
            "question,persona\na,magician\n",
            "questions.csv:2: 'magician' is not a persona; known are finance, itam, none",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_line(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "questions.csv"
    path.write_text(content)

    with pytest.raises(ConfigurationError, match=problem):
        read_labelled_questions(path, a_catalogue(FINANCE, ITAM))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nothing\.csv: cannot be read"):
        read_labelled_questions(tmp_path / "nothing.csv", a_catalogue())
