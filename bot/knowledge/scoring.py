"""What the linear models make of a question, by the words they have seen before.

Most words of a question were in another one. What all pieces of a word add to each class is summed up once, so
that of a question only its words, their pairs, and what recurs in it are left to be looked up.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from bot.knowledge.features import Floats, Integers, word_features
from bot.knowledge.linear import LinearHead, RoutingModel

_MAX_REMEMBERED: Final = 5_000
"""Words whose sums are kept, at 350 bytes each; more than a question has."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Logarithmic scores of a question, for the classes of all heads: differences within a head mean something.

    Attributes:
        of_classes: A score per class.
        is_known: Whether any feature of the question was learnt.
    """

    of_classes: list[float]
    is_known: bool
    _names: "_Names"
    _pieces: Floats

    def gains(self, head: LinearHead, best: int) -> list[float]:
        """Return what each word adds to the class ``best`` of ``head``, over what it adds to the average one."""
        by_pieces = _over_average(self._pieces[:, head.columns], best)
        by_names = self._names.weights * _over_average(self._names.learnt[:, head.columns], best)
        gained: list[float] = (
            by_pieces + np.bincount(self._names.at, by_names, minlength=len(by_pieces))
        ).tolist()
        return gained


class _Names(NamedTuple):
    """The words and pairs of words that were learnt: weights, names × classes, where in the text each stands."""

    weights: Floats
    learnt: Floats
    at: Integers


class Scorer:
    """Scores words as ``Vocabulary.vector`` times the weights would, and the intercept."""

    def __init__(self, model: RoutingModel) -> None:
        self._model = model
        classes = model.weights.shape[1]
        self._rows: dict[str, int] = {}
        self._pieces: list[Integers] = []
        self._sums = np.zeros((_MAX_REMEMBERED, classes), np.float32)
        self._squares = np.zeros(_MAX_REMEMBERED, np.float32)

    def scores(self, words: Sequence[str]) -> Scores:
        """Return the scores of ``words``: at least one, and ``MAX_TOKENS`` at most."""
        rows = self._rows_of(words)
        names = self._names(words)
        pieces = self._sums[rows]
        total, square = pieces.sum(axis=0), float(self._squares[rows].sum())
        again = _repeated([self._pieces[row] for row in rows])
        if again:
            more, more_square = self._correction(again)
            total += more
            square += more_square
        share = np.float32(1 / math.sqrt(square) if square > 0 else 0)
        scores = self._model.intercept + total * share + names.weights @ names.learnt
        return Scores(scores.tolist(), square > 0 or len(names.at) > 0, names, pieces * share)

    def _rows_of(self, words: Sequence[str]) -> list[int]:
        if len(self._rows) + len(words) > _MAX_REMEMBERED:
            self._rows.clear()
            self._pieces.clear()
        return [self._rows[word] if word in self._rows else self._summed(word) for word in words]

    def _summed(self, word: str) -> int:
        """Sum up the pieces of a word; return its row."""
        vocabulary, row = self._model.vocabulary, len(self._rows)
        pieces = np.array(vocabulary.piece_numbers(word), np.int32)
        rarity = vocabulary.rarity[pieces]
        self._sums[row] = rarity @ self._model.weights[pieces].astype(np.float32)
        self._squares[row] = rarity @ rarity
        self._pieces.append(pieces)
        self._rows[word] = row
        return row

    def _correction(self, again: Mapping[int, int]) -> tuple[Floats, float]:
        """Return what is too much in the sums, and in the squares, where each time a piece occurs counts the same.

        ``again`` are the pieces that occur more often than once, and how often.
        """
        pieces = np.fromiter(again, np.int32, len(again))
        times = np.fromiter(again.values(), np.float32, len(again))
        rarity, counted = self._model.vocabulary.rarity[pieces], 1 + np.log(times)
        sums = (rarity * (counted - times)) @ self._model.weights[pieces].astype(np.float32)
        return np.asarray(sums, np.float32), float((rarity * rarity) @ (counted * counted - times))

    def _names(self, words: Sequence[str]) -> _Names:
        numbers = self._model.vocabulary.numbers(word_features(words))
        places = dict(zip(reversed(numbers), reversed(range(len(numbers))), strict=True))  # the first one stays
        places.pop(None, None)
        features = np.fromiter(places, np.int32, len(places))
        weights = self._model.vocabulary.rarity[features]
        if len(places) + numbers.count(None) < len(numbers):
            times = Counter(numbers)
            weights *= np.array([1 + math.log(times[number]) for number in places], np.float32)
        weights /= np.float32(math.sqrt(weights @ weights) or 1)
        at = np.fromiter(places.values(), np.int32, len(places)) // 2  # of each word it is two: itself, its pair
        return _Names(weights, self._model.weights[features].astype(np.float32), at)


def _over_average(learnt: Floats, best: int) -> Floats:
    return np.asarray(learnt[:, best] - learnt.mean(axis=1))


def _repeated(pieces: Sequence[Integers]) -> dict[int, int]:
    """Return which numbers occur more often than once in all of ``pieces``, and how often."""
    numbers = np.sort(np.concatenate(pieces))
    again = numbers[1:][numbers[1:] == numbers[:-1]]
    return {number: 1 + more for number, more in Counter(again.tolist()).items()}
