"""From words to what a linear model sees: words, pairs of words and pieces of words, weighted by rarity."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from bot.knowledge.text import Token

Floats: TypeAlias = npt.NDArray[np.float32]
HalfFloats: TypeAlias = npt.NDArray[np.float16]
Integers: TypeAlias = npt.NDArray[np.int32]

PIECE_LENGTHS: Final = (3, 4, 5)
"""Lengths of the character pieces, the blank at either end of a word included."""

_LONGEST_WORD: Final = 30
_MAX_REMEMBERED_WORDS: Final = 10_000
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Vector:
    """A text as a sparse vector: feature numbers, their weights, and the word each comes from.

    Words and pieces are two blocks, each of length one (Euclid), so that neither drowns the other.
    """

    features: Integers
    weights: Floats
    positions: Integers


class Vocabulary:
    """The known features by number; ``rarity`` is one inverse document frequency per feature."""

    def __init__(self, names: Sequence[str], rarity: Floats) -> None:
        self.rarity = rarity
        self._numbers = {name: number for number, name in enumerate(names)}
        self._pieces: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def names(self) -> tuple[str, ...]:
        """The features, in the order of their numbers."""
        return tuple(self._numbers)

    def words(self) -> Iterator[str]:
        """Yield every known whole word."""
        return (name[1:] for name in self._numbers if is_word(name) and " " not in name)

    def rarity_of(self, word: str) -> float:
        """Return the inverse document frequency of a whole word; an unknown word is as rare as can be."""
        number = self._numbers.get(f"={word}")
        return float(self.rarity[number]) if number is not None else float("inf")

    def vector(self, words: Sequence[str]) -> Vector:
        """Return the vector of ``words``: unknown features are left out, repeated ones count logarithmically."""
        named = word_features(words)
        numbers = [self._numbers.get(name, -1) for name in named]
        pieces: list[int] = []
        lengths = []
        for word in words:
            found = self._piece_numbers(word)
            pieces += found
            lengths.append(len(found))
        at = np.arange(len(words), dtype=np.int32)
        blocks = [
            self._block(np.array(numbers, np.int32), np.repeat(at, 2)),
            self._block(np.array(pieces, np.int32), np.repeat(at, lengths)),
        ]
        return Vector(
            np.concatenate([block.features for block in blocks]),
            np.concatenate([block.weights for block in blocks]),
            np.concatenate([block.positions for block in blocks]),
        )

    def _piece_numbers(self, word: str) -> tuple[int, ...]:
        known = self._pieces.get(word)
        if known is None:
            if len(self._pieces) >= _MAX_REMEMBERED_WORDS:
                self._pieces.clear()
            numbers = self._numbers
            known = tuple(numbers[piece] for piece in pieces_of(word) if piece in numbers)
            self._pieces[word] = known
        return known

    def _block(self, numbers: Integers, positions: Integers) -> Vector:
        features, first, counts = np.unique(numbers, return_index=True, return_counts=True)
        if len(features) and features[0] < 0:  # unknown ones
            features, first, counts = features[1:], first[1:], counts[1:]
        weights = self.rarity[features] * (1 + np.log(counts.astype(np.float32)))
        length = float(np.sqrt(weights @ weights))
        return Vector(features, weights / length if length else weights, positions[first])


def words_of(tokens: Sequence[Token]) -> list[str]:
    """Return the words as the model sees them: all numbers alike ("q3" and "q4", "14k" and "20k")."""
    return [_NUMBER.sub("0", token.folded)[:_LONGEST_WORD] for token in tokens]


def is_word(feature: str) -> bool:
    """Tell whether a feature is a word or a pair of words, not a piece of one."""
    return feature.startswith("=")


def word_features(words: Sequence[str]) -> list[str]:
    """Return every word, each followed by its pair with the word before it."""
    named = []
    previous = "^"
    for word in words:
        named += [f"={word}", f"={previous} {word}"]
        previous = word
    return named


def pieces_of(word: str) -> tuple[str, ...]:
    """Return the character pieces of a word: they survive typos and endings."""
    padded = f" {word} "
    return tuple(
        padded[start : start + length] for length in PIECE_LENGTHS for start in range(len(padded) - length + 1)
    )
