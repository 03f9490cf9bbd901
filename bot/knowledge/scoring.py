"""What the linear models make of a question, by the words they have seen before.

Most words of a question, and many of its pairs, were in another one. What a word, a pair, or all pieces of a word
add to each class is summed up once, so that of a question only what recurs in it is left to be looked up.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bot.knowledge.features import START, Floats, Integers, pair_feature, word_feature
from bot.knowledge.linear import LinearHead, RoutingModel

_MAX_REMEMBERED: Final = 12_000
"""Sums that are kept, at 350 bytes each: two of a word, one of a pair."""

_MAX_PAIRS: Final = 30_000
"""Pairs of words that are remembered; most were not learnt, and have no sum."""

_NOTHING: Final = 0
"""The row of what was not learnt."""

_TINY: Final = 1e-6
"""A square that is only what rounding leaves; the rarity of a feature is one at least."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Logarithmic scores of a question, for the classes of all heads: differences within a head mean something.

    Attributes:
        of_classes: A score per class.
        is_known: Whether any feature of the question was learnt.
    """

    of_classes: list[float]
    is_known: bool
    _by_names: Floats
    _by_pieces: Floats

    def gains(self, head: LinearHead, best: int) -> list[float]:
        """Return what each word adds to the class ``best`` of ``head``, over what it adds to the average one."""
        added = self._by_names[:, head.columns] + self._by_pieces[:, head.columns]
        gained: list[float] = (added[:, best] - added.mean(axis=1)).tolist()
        return gained


class Scorer:
    """Scores words as ``Vocabulary.vector`` times the weights would, and the intercept; for one thread."""

    def __init__(self, model: RoutingModel) -> None:
        self._model = model
        # A row per sum: a column per class, and the square of the length.
        self._sums = np.zeros((_MAX_REMEMBERED, model.weights.shape[1] + 1), np.float32)
        self._used = _NOTHING + 1
        self._words: dict[str, int] = {}
        self._pairs: dict[int, int] = {}
        self._pieces: dict[int, Integers] = {}

    def scores(self, words: Sequence[str]) -> Scores:
        """Return the scores of ``words``: at least one, and ``MAX_TOKENS`` at most."""
        if self._used + 3 * len(words) > _MAX_REMEMBERED or len(self._pairs) > _MAX_PAIRS:
            self._forget()
        rows = [self._words.get(word) or self._word(word) for word in words]
        pairs = self._pairs_of(words, rows)
        sums = self._sums[[*rows, *pairs, *(row + 1 for row in rows)]].reshape(3, len(words), -1)
        by_names, by_pieces = sums[0] + sums[1], sums[2]
        names, pieces = by_names.sum(axis=0), by_pieces.sum(axis=0)
        if len(set(rows)) < len(rows):
            names += self._names_again(rows + pairs)
        again = _repeated([self._pieces[row] for row in rows])
        if again:
            pieces += self._pieces_again(again)
        of_names, of_pieces = _scale(names), _scale(pieces)
        scores = (self._model.intercept + (names * of_names + pieces * of_pieces)[:-1]).tolist()
        return Scores(scores, bool(of_names or of_pieces), by_names * of_names, by_pieces * of_pieces)

    def _forget(self) -> None:
        self._used = _NOTHING + 1
        for known in (self._words, self._pairs, self._pieces):
            known.clear()

    def _word(self, word: str) -> int:
        """Sum up a word, and in the next row its pieces."""
        vocabulary, row = self._model.vocabulary, self._used
        self._used += 2
        self._sum(row, [vocabulary.number(word_feature(word))])
        self._pieces[row] = self._sum(row + 1, vocabulary.piece_numbers(word))
        self._words[word] = row
        return row

    def _pairs_of(self, words: Sequence[str], rows: Sequence[int]) -> list[int]:
        """Return the row of each word's pair with the word before it."""
        pairs, before = [], _NOTHING
        for at, row in enumerate(rows):
            key = before * _MAX_REMEMBERED + row
            pair = self._pairs.get(key)
            if pair is None:
                pair = self._pairs[key] = self._pair(pair_feature(words[at - 1] if at else START, words[at]))
            pairs.append(pair)
            before = row
        return pairs

    def _pair(self, name: str) -> int:
        number = self._model.vocabulary.number(name)
        if number is None:
            return _NOTHING
        self._sum(self._used, [number])
        self._used += 1
        return self._used - 1

    def _sum(self, row: int, numbers: Iterable[int | None]) -> Integers:
        """Write down what features add to each class, each as if it occurred once; return those that are known."""
        features = np.array([number for number in numbers if number is not None], np.int32)
        rarity = self._model.vocabulary.rarity[features]
        self._sums[row, :-1] = rarity @ self._model.weights[features].astype(np.float32)
        self._sums[row, -1] = rarity @ rarity
        return features

    def _names_again(self, rows: Sequence[int]) -> Floats:
        """Return what is too much in the sums of words and pairs, as ``_pieces_again``."""
        again = {row: times for row, times in Counter(rows).items() if times > 1 and row != _NOTHING}
        times = np.array(list(again.values()), np.float32)[:, None]
        sums, counted = self._sums[list(again)], 1 + np.log(times)
        more: Floats = (sums * (counted - times)).sum(axis=0)
        more[-1] = (sums[:, -1:] * (counted * counted - times)).sum()
        return more

    def _pieces_again(self, again: Mapping[int, int]) -> Floats:
        """Return what is too much where each time a piece occurs counts the same; ``again`` is how often."""
        pieces = np.fromiter(again, np.int32, len(again))
        times = np.fromiter(again.values(), np.float32, len(again))
        rarity = self._model.vocabulary.rarity[pieces]
        counted = 1 + np.log(times)
        more = (rarity * (counted - times)) @ self._model.weights[pieces].astype(np.float32)
        return np.append(more, (rarity * rarity) @ (counted * counted - times)).astype(np.float32)


def _scale(sums: Floats) -> np.float32:
    """Return what makes the length one; nothing where there is none."""
    square = float(sums[-1])
    return np.float32(1 / math.sqrt(square) if square > _TINY else 0)


def _repeated(pieces: Sequence[Integers]) -> dict[int, int]:
    """Return which numbers occur more often than once in all of ``pieces``, and how often."""
    numbers = np.concatenate(pieces)
    numbers.sort()
    again = numbers[1:][numbers[1:] == numbers[:-1]]
    return {number: 1 + more for number, more in Counter(again.tolist()).items()}
