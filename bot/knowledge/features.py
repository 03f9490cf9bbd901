"""From words to what a linear model sees: words, pairs of words and pieces of words, weighted by rarity."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from bot.knowledge.text import Token

Floats: TypeAlias = npt.NDArray[np.float32]
Integers: TypeAlias = npt.NDArray[np.int32]

MAX_TOKENS: Final = 250
"""Words that count: far more than a question has, few enough for a bounded time."""

PIECE_LENGTHS: Final = (3, 4, 5)
"""Lengths of the character pieces, the blank at either end of a word included."""

_LONGEST_WORD: Final = 30
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Vector:
    """A text as a sparse vector: feature numbers, their weights, and the word each comes from.

    Words and pieces are two blocks, each of length one (Euclid), so that neither drowns the other.
    """

    features: Integers
    weights: Floats
    positions: Integers


def words_of(tokens: Sequence[Token]) -> list[str]:
    """Return the words as the model sees them: all numbers alike ("q3" and "q4", "14k" and "20k")."""
    return [_NUMBER.sub("0", token.folded)[:_LONGEST_WORD] for token in tokens[:MAX_TOKENS]]


def word_features(words: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield every word and every pair of neighbours, with the word's position."""
    previous = "^"
    for position, word in enumerate(words):
        yield f"={word}", position
        yield f"={previous} {word}", position
        previous = word


def piece_features(words: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield the character pieces of every word, with its position: they survive typos and endings."""
    for position, word in enumerate(words):
        padded = f" {word} "
        for length in PIECE_LENGTHS:
            for start in range(len(padded) - length + 1):
                yield padded[start : start + length], position


def vectorise(words: Sequence[str], vocabulary: Mapping[str, int], rarity: Floats) -> Vector:
    """Return the vector of ``words``: unknown features are left out, repeated ones count logarithmically."""
    blocks = [_block(word_features(words), vocabulary, rarity), _block(piece_features(words), vocabulary, rarity)]
    return Vector(
        np.concatenate([block.features for block in blocks]),
        np.concatenate([block.weights for block in blocks]),
        np.concatenate([block.positions for block in blocks]),
    )


def _block(found: Iterator[tuple[str, int]], vocabulary: Mapping[str, int], rarity: Floats) -> Vector:
    counts: Counter[int] = Counter()
    position_of: dict[int, int] = {}
    for name, position in found:
        feature = vocabulary.get(name)
        if feature is not None:
            counts[feature] += 1
            position_of.setdefault(feature, position)
    features = np.fromiter(counts, np.int32, len(counts))
    weights = rarity[features] * (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts))))
    length = float(np.sqrt(weights @ weights))
    if length:
        weights = weights / length
    return Vector(features, weights.astype(np.float32), np.fromiter(position_of.values(), np.int32, len(counts)))
