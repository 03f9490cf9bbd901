"""Learn the linear models from a catalogue's examples; the only place that imports scikit-learn. Pure.

A persona head of logistic regressions is fitted over all examples, and one small head per persona over its own.
Everything is sorted before it is fitted, so the order of files and examples changes nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.knowledge.features import Floats, piece_features, vectorise, word_features, words_of
from bot.knowledge.linear import UNRELATED, LinearHead, RoutingModel
from bot.knowledge.model import Catalogue
from bot.knowledge.text import tokens

PERSONA_STRENGTH: Final = 30.0
RESPONSIBILITY_STRENGTH: Final = 10.0
"""Inverse regularisation (scikit-learn's ``C``), chosen by cross-validation over the examples."""

_MIN_DOCUMENTS: Final = 2
"""Pairs of words and pieces that stand in one example only teach nothing about the next one."""

_MAX_ITERATIONS: Final = 300
_TOLERANCE: Final = 1e-3
"""Where the solver stops: ten times scikit-learn's default takes half the time and changes no figure."""


class Lesson(NamedTuple):
    """A text that teaches, and what it belongs to (persona ``UNRELATED`` has no titles)."""

    persona: str
    title: str
    text: str


def lessons_of(catalogue: Catalogue) -> list[Lesson]:
    """Return every example, phrase and title of the catalogue."""
    return list(_lessons(catalogue))


def train(lessons: Sequence[Lesson]) -> RoutingModel:
    """Fit the models; takes seconds. ``lessons`` must hold two personas at least, in any order."""
    lessons = sorted(lessons)
    texts = [words_of(tokens(lesson.text)) for lesson in lessons]
    vocabulary, rarity = _vocabulary(texts)
    vectors = [vectorise(words, vocabulary, rarity) for words in texts]
    matrix = csr_matrix(
        (
            np.concatenate([vector.weights for vector in vectors]),
            np.concatenate([vector.features for vector in vectors]),
            np.cumsum([0, *(len(vector.features) for vector in vectors)]),
        ),
        shape=(len(texts), len(vocabulary)),
    )
    personas = np.array([lesson.persona for lesson in lessons])
    titles = np.array([lesson.title for lesson in lessons])
    heads = {
        key: _fit(matrix[personas == key], titles[personas == key], RESPONSIBILITY_STRENGTH)
        for key in sorted(set(personas.tolist()) - {UNRELATED})
    }
    return RoutingModel(vocabulary, rarity, _fit(matrix, personas, PERSONA_STRENGTH), heads)


def _lessons(catalogue: Catalogue) -> Iterator[Lesson]:
    for one in catalogue.responsibilities():
        texts = [one.title, *one.phrases, *(example.text for example in one.examples)]
        yield from (Lesson(one.persona_key, one.title, text) for text in texts)
    yield from (Lesson(UNRELATED, "", example.text) for example in catalogue.unrelated)


def _vocabulary(texts: Sequence[Sequence[str]]) -> tuple[dict[str, int], Floats]:
    counts: Counter[str] = Counter()
    for words in texts:
        counts.update({name for name, _ in word_features(words)} | {name for name, _ in piece_features(words)})
    kept = sorted(name for name, count in counts.items() if count >= _MIN_DOCUMENTS or _is_word(name))
    documents = np.array([counts[name] for name in kept], np.float32)
    rarity = np.log((1 + len(texts)) / (1 + documents)) + 1
    return {name: number for number, name in enumerate(kept)}, rarity.astype(np.float32)


def _is_word(name: str) -> bool:
    return name.startswith("=") and " " not in name


def _fit(matrix: csr_matrix, classes: np.ndarray, strength: float) -> LinearHead:
    names = sorted(set(classes.tolist()))
    if len(names) == 1:
        return LinearHead((names[0],), np.zeros((matrix.shape[1], 1), np.float32), np.zeros(1, np.float32))
    model = LogisticRegression(C=strength, max_iter=_MAX_ITERATIONS, tol=_TOLERANCE).fit(matrix, classes)
    weights, intercept = model.coef_, model.intercept_
    if len(names) == 2:  # noqa: PLR2004 (scikit-learn keeps one row for two classes)
        weights, intercept = np.vstack([-weights, weights]), np.concatenate([-intercept, intercept])
    return LinearHead(tuple(names), weights.T.astype(np.float32).copy(), intercept.astype(np.float32))
