"""Learn the linear models from a catalogue's examples; the only place that imports scikit-learn. Pure.

Over all examples a head is fitted that tells the personas apart, and one that only tells what is nobody's: the
two together refuse better than either. One small head per persona is fitted over its own examples.
Everything is sorted before it is fitted, so the order of files and examples changes nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.knowledge.courtesy import without_courtesy
from bot.knowledge.features import Floats, HalfFloats, Vocabulary, is_word, pieces_of, word_features, words_of
from bot.knowledge.linear import RELATED, UNRELATED, LinearHead, RoutingModel
from bot.knowledge.model import Catalogue, Example
from bot.knowledge.text import tokens

STRENGTH: Final = 10.0
"""Inverse regularisation (scikit-learn's ``C``): of 3, 5, 10, 30 and 100 the best on author passes held out."""

OWN_WEIGHT: Final = 4.0
"""How much an example of a company's own counts: ten of them must be enough for a matter of its own."""

_MIN_WORD_DOCUMENTS: Final = 2
_MIN_PIECE_DOCUMENTS: Final = 3
"""What stands in fewer examples teaches nothing about the next one, and costs memory."""

_SOLVER: Final = "newton-cg"
"""Converges in a second where the default (lbfgs) takes ten, and an early stop costs two points of accuracy."""


class Lesson(NamedTuple):
    """A text that teaches, what it belongs to (persona ``UNRELATED`` has no titles), and how much it counts."""

    persona: str
    title: str
    text: str
    weight: float = 1.0


def lessons_of(catalogue: Catalogue) -> list[Lesson]:
    """Return every example, phrase and title of the catalogue."""
    return list(_lessons(catalogue))


def train(lessons: Sequence[Lesson]) -> RoutingModel:
    """Fit the models; takes seconds. ``lessons`` must hold two personas at least, in any order."""
    lessons = sorted(lessons)
    texts = [words_of(without_courtesy(tokens(lesson.text))) for lesson in lessons]
    vocabulary = _vocabulary(texts, [lesson.weight > 1 for lesson in lessons])
    matrix = matrix_of(vocabulary, texts)
    personas = np.array([lesson.persona for lesson in lessons])
    titles = np.array([lesson.title for lesson in lessons])
    weights = np.array([lesson.weight for lesson in lessons], np.float32)
    relation = np.where(personas == UNRELATED, UNRELATED, RELATED)
    fits = [_fit(matrix, personas, weights), _fit(matrix, relation, weights)]
    keys = sorted(set(personas.tolist()) - {UNRELATED})
    for key in keys:
        own = personas == key
        fits.append(_fit(matrix[own], titles[own], weights[own]))
    starts = np.cumsum([0, *(len(fit.classes) for fit in fits)]).tolist()
    heads = [LinearHead(fit.classes, start) for fit, start in zip(fits, starts, strict=False)]
    return RoutingModel(
        vocabulary,
        weights=np.hstack([fit.weights for fit in fits]),
        intercept=np.concatenate([fit.intercept for fit in fits]),
        persona_head=heads[0],
        relation_head=heads[1],
        responsibility_heads=dict(zip(keys, heads[2:], strict=True)),
        own_words=_own_words(lessons, texts),
    )


def matrix_of(vocabulary: Vocabulary, texts: Sequence[Sequence[str]]) -> csr_matrix:
    """Return texts, lists of words, as vectors: a row for each, a column for each feature of the vocabulary.

    Unknown features are left out, repeated ones count logarithmically. Words and pieces are two blocks, each of
    length one (Euclid), so that neither drowns the other.
    """
    numbers, piece_numbers = vocabulary.number, cache(vocabulary.piece_numbers)  # words recur
    named = [[one for name in word_features(words) if (one := numbers(name)) is not None] for words in texts]
    pieces = [list(chain.from_iterable(map(piece_numbers, words))) for words in texts]
    return _block(vocabulary, named) + _block(vocabulary, pieces)


def _lessons(catalogue: Catalogue) -> Iterator[Lesson]:
    for persona in catalogue.personas:
        for one in persona.responsibilities:
            yield from (Lesson(persona.key, one.title, text) for text in (one.title, *one.phrases))
            yield from (Lesson(persona.key, one.title, example.text, _weight(example)) for example in one.examples)
    yield from (Lesson(UNRELATED, "", example.text, _weight(example)) for example in catalogue.unrelated)


def _weight(example: Example) -> float:
    return OWN_WEIGHT if example.is_own else 1.0


def _block(vocabulary: Vocabulary, numbers: Sequence[Sequence[int]]) -> csr_matrix:
    """Return a row of length one for the features of each text, given as often as they occur."""
    starts = np.cumsum([0, *map(len, numbers)])
    features = np.fromiter(chain.from_iterable(numbers), np.int32, starts[-1])
    block = csr_matrix((np.ones(len(features), np.float32), features, starts), (len(numbers), len(vocabulary)))
    block.sum_duplicates()
    weights = vocabulary.rarity[block.indices] * (1 + np.log(block.data))
    rows = np.repeat(np.arange(len(numbers)), np.diff(block.indptr))
    lengths = np.sqrt(np.bincount(rows, weights * weights, len(numbers)))
    block.data = weights / lengths[rows].astype(np.float32)
    return block


def _own_words(lessons: Sequence[Lesson], texts: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return the words that stand in one persona's own examples and nowhere else."""
    owners: dict[str, set[str]] = defaultdict(set)
    for lesson, words in zip(lessons, texts, strict=True):
        for word in words:
            owners[word].add(lesson.persona if lesson.weight > 1 else "")
    return {word: next(iter(keys)) for word, keys in sorted(owners.items()) if len(keys) == 1 and "" not in keys}


def _vocabulary(texts: Sequence[Sequence[str]], are_own: Sequence[bool]) -> Vocabulary:
    counts: Counter[str] = Counter()
    kept: set[str] = set()
    pieces = cache(pieces_of)
    for words, is_own in zip(texts, are_own, strict=True):
        found = set(word_features(words)).union(*map(pieces, words))
        counts.update(found)
        if is_own:  # a company's own words count from their first example on
            kept |= found
    for name, count in counts.items():
        if count >= (_MIN_WORD_DOCUMENTS if is_word(name) else _MIN_PIECE_DOCUMENTS):
            kept.add(name)
    names = sorted(kept)
    documents = np.array([counts[name] for name in names], np.float32)
    return Vocabulary(names, (np.log((1 + len(texts)) / (1 + documents)) + 1).astype(np.float32))


class _Fit(NamedTuple):
    """One head: its classes, features × classes, and a number per class."""

    classes: tuple[str, ...]
    weights: HalfFloats
    intercept: Floats


def _fit(matrix: csr_matrix, classes: np.ndarray, weights: Floats) -> _Fit:
    """Fit one head; features that none of these texts has keep a weight of zero and are left out of the work."""
    names = sorted(set(classes.tolist()))
    full = np.zeros((matrix.shape[1], len(names)), np.float16)
    if len(names) == 1:
        return _Fit((names[0],), full, np.zeros(1, np.float32))
    used = np.unique(matrix.indices)
    model = LogisticRegression(C=STRENGTH, solver=_SOLVER, tol=1e-3)
    model.fit(matrix[:, used], classes, sample_weight=weights)
    learnt, intercept = model.coef_, model.intercept_
    if len(names) == 2:  # noqa: PLR2004 (scikit-learn keeps one row for two classes)
        learnt, intercept = np.vstack([-learnt, learnt]) / 2, np.concatenate([-intercept, intercept]) / 2
    full[used] = learnt.T
    return _Fit(tuple(names), full, intercept.astype(np.float32))
