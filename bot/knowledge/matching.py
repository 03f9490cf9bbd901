"""Fuzzy comparison of names and words; the only place that imports rapidfuzz."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process

from bot.knowledge.text import clean, fold

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


def nearest(text: str, candidates: Sequence[str], min_score: float) -> str | None:
    """Return the candidate that says most nearly the same as ``text``, none below ``min_score``.

    The score is rapidfuzz's ``token_sort_ratio``, 0–100: words in any order, and a text that is only a part of
    the other is not the same. Equally near ones are told apart by the alphabet.
    """
    found = process.extractOne(
        text,
        sorted(candidates),
        scorer=fuzz.token_sort_ratio,
        processor=_comparable,
        score_cutoff=min_score,
    )
    return found[0] if found else None


@lru_cache(maxsize=20_000)
def _comparable(text: str) -> str:
    return fold(clean(text))


def _similarity(left: str, right: str) -> float:
    return max(fuzz.ratio(left, right), fuzz.token_sort_ratio(left, right))
