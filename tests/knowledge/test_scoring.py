"""The quick way to score a question comes to what the definition of its features says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.features import words_of
from bot.knowledge.linear import UNRELATED, RoutingModel
from bot.knowledge.scoring import Scorer
from bot.knowledge.text import tokens
from bot.knowledge.training import OWN_WEIGHT, Lesson, matrix_of, train

_TEXTS = [
    ("finance", "Budgeting", "who signs the budget of the quarter"),
    ("finance", "Reporting", "book the accrual before the close of the quarter"),
    ("itam", "Licences", "how many windows licences do we own"),
    ("itam", "Renewals", "renew the windows licences before they end"),
    (UNRELATED, "", "who brings banana cake on friday"),
]
MODEL = train([Lesson(*one, weight=OWN_WEIGHT) for one in _TEXTS])
KNOWN = sorted({word for *_, text in _TEXTS for word in words_of(tokens(text))})
WORDS = st.one_of(st.sampled_from(KNOWN), st.text("abnq", max_size=12))


def defined_scores(model: RoutingModel, words: list[str]) -> list[float]:
    scores: list[float] = (
        matrix_of(model.vocabulary, [words]) @ model.weights.astype(np.float32) + model.intercept
    ).tolist()[0]
    return scores


@given(st.lists(WORDS, min_size=1, max_size=30))
def test_scores_are_those_of_the_features_however_often_a_word_or_piece_recurs(words: list[str]) -> None:
    scores = Scorer(MODEL).scores(words)

    assert scores.of_classes == pytest.approx(defined_scores(MODEL, words), abs=1e-4)
    assert scores.is_known == bool(matrix_of(MODEL.vocabulary, [words]).nnz)


def test_scores_stay_right_when_more_words_were_seen_than_are_remembered() -> None:
    scorer = Scorer(MODEL)
    for number in range(6_000):
        scorer.scores([f"word{number}", "budget"])

    words = ["the", "budget", "of", "windows"]
    assert scorer.scores(words).of_classes == pytest.approx(defined_scores(MODEL, words), abs=1e-4)


def test_what_a_word_gains_a_class_is_over_the_average_one() -> None:
    words = ["the", "accrual", "and", "cake", "qqqq"]
    scores, head = Scorer(MODEL).scores(words), MODEL.persona_head

    gains = dict(zip(words, scores.gains(head, head.classes.index("finance")), strict=True))

    assert gains["accrual"] > gains["the"]
    assert gains["cake"] < 0
    assert gains["qqqq"] == 0
