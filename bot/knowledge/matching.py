"""Fuzzy comparison of names and words; the only place that imports rapidfuzz."""

from collections.abc import Iterable
from typing import Final

from rapidfuzz import fuzz

from bot.knowledge.text import fold

MIN_NAME_SCORE: Final = 60.0
"""Similarity (0–100, ``fuzz.ratio``) from which a name is worth a "did you mean"."""


def closest(name: str, choices: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Return up to ``limit`` of ``choices`` that look like ``name``, most similar first.

    Similarity is the better of the whole string and of its words in any order, 0–100 after folding; ties are
    broken by the alphabet, so the order of ``choices`` does not matter.
    """
    folded = fold(name)
    scored = [(-_similarity(folded, fold(choice)), choice) for choice in set(choices)]
    return tuple(choice for score, choice in sorted(scored)[:limit] if -score >= MIN_NAME_SCORE)


def _similarity(left: str, right: str) -> float:
    return max(fuzz.ratio(left, right), fuzz.token_sort_ratio(left, right))
