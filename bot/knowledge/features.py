"""From words to what a linear model sees: words, pairs of words and pieces of words, weighted by rarity."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from bot.knowledge.text import Token

Floats: TypeAlias = npt.NDArray[np.float32]
HalfFloats: TypeAlias = npt.NDArray[np.float16]
Integers: TypeAlias = npt.NDArray[np.int32]

PIECE_LENGTHS: Final = (3, 4, 5)
"""Lengths of the character pieces, the blank at either end of a word included."""

START: Final = "^"
"""Stands before the first word."""

_LONGEST_WORD: Final = 30
_NUMBER: Final = re.compile(r"\d+")


class Vocabulary:
    """The known features by number; ``rarity`` is one inverse document frequency per feature."""

    def __init__(self, names: Sequence[str], rarity: Floats) -> None:
        self.rarity = rarity
        self._numbers = {name: number for number, name in enumerate(names)}

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
        number = self._numbers.get(word_feature(word))
        return float(self.rarity[number]) if number is not None else float("inf")

    def number(self, feature: str) -> int | None:
        """Return the number of a feature, none of an unknown one."""
        return self._numbers.get(feature)

    def piece_numbers(self, word: str) -> tuple[int, ...]:
        """Return the numbers of a word's known pieces, as often as they occur."""
        numbers = self._numbers
        return tuple(numbers[piece] for piece in pieces_of(word) if piece in numbers)


def words_of(tokens: Sequence[Token]) -> list[str]:
    """Return the words as the model sees them: all numbers alike ("q3" and "q4", "14k" and "20k")."""
    folded = (token.folded for token in tokens)
    return [(word if word.isalpha() else _NUMBER.sub("0", word))[:_LONGEST_WORD] for word in folded]


def is_word(feature: str) -> bool:
    """Tell whether a feature is a word or a pair of words, not a piece of one."""
    return feature.startswith("=")


def word_features(words: Sequence[str]) -> list[str]:
    """Return every word, each followed by its pair with the word before it."""
    named = []
    for before, word in zip([START, *words], words, strict=False):
        named += [word_feature(word), pair_feature(before, word)]
    return named


def word_feature(word: str) -> str:
    """Return the feature of a whole word."""
    return f"={word}"


def pair_feature(before: str, word: str) -> str:
    """Return the feature of a word behind another one, or behind ``START``."""
    return f"={before} {word}"


def pieces_of(word: str) -> tuple[str, ...]:
    """Return the character pieces of a word: they survive typos and endings."""
    padded = f" {word} "
    return tuple(
        padded[start : start + length] for length in PIECE_LENGTHS for start in range(len(padded) - length + 1)
    )
