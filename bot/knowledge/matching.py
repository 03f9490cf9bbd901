"""Fuzzy comparison of names and words; the only place that imports rapidfuzz."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.knowledge.text import clean, fold

MIN_NAME_SCORE: Final = 60.0
"""Similarity (0–100, ``fuzz.ratio``) from which a name is worth a "did you mean"."""

_MIN_REPAIRED: Final = 5
_MIN_LONG: Final = 9
_MAX_REMEMBERED: Final = 20_000
_MAX_LISTS: Final = 100


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
    by_alphabet, words = _by_words(tuple(candidates))
    found = process.extractOne(_words_of(text), words, scorer=fuzz.ratio, score_cutoff=min_score)
    return by_alphabet[found[2]] if found else None


def is_one_slip_away(left: str, right: str) -> bool:
    """Tell whether two folded names differ by one slip: a letter too many, too few, wrong, or swapped."""
    return OSA.distance(left, right, score_cutoff=1) == 1


class Speller:
    """Repairs a word that is one slip away from a known one (two, if it is long); known words stay as they are.

    A slip is a letter too many, too few, wrong, or swapped with its neighbour, never the first one: that keeps
    the candidates few. Words shorter than ``_MIN_REPAIRED`` have too many neighbours to tell.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._known = frozenset(words)
        self._candidates: dict[tuple[str, int], list[str]] = {}
        for word in sorted(self._known):
            if len(word) >= _MIN_REPAIRED - 1 and word.isalpha():
                self._candidates.setdefault((word[0], len(word)), []).append(word)
        self._repaired: dict[str, str] = {}

    def knows(self, word: str) -> bool:
        """Tell whether ``word`` is a known one."""
        return word in self._known

    def repair(self, word: str) -> str:
        """Return the known word that ``word`` most likely is, or ``word`` itself."""
        if word in self._known or len(word) < _MIN_REPAIRED or not word.isalpha():
            return word
        if word not in self._repaired:
            if len(self._repaired) >= _MAX_REMEMBERED:
                self._repaired.clear()
            self._repaired[word] = self._closest(word) or word
        return self._repaired[word]

    def _closest(self, word: str) -> str | None:
        slips = 2 if len(word) >= _MIN_LONG else 1
        lengths = range(len(word) - slips, len(word) + slips + 1)
        candidates = [one for length in lengths for one in self._candidates.get((word[0], length), ())]
        found = process.extractOne(word, candidates, scorer=OSA.distance, score_cutoff=slips)
        return found[0] if found else None


@lru_cache(_MAX_LISTS)
def _by_words(candidates: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return candidates by the alphabet, and what is compared of each; done once for each list of examples."""
    by_alphabet = tuple(sorted(candidates))
    return by_alphabet, tuple(map(_words_of, by_alphabet))


def _words_of(text: str) -> str:
    """Return the folded words in order, as ``token_sort_ratio`` compares them."""
    return " ".join(sorted(fold(clean(text)).split()))


def _similarity(left: str, right: str) -> float:
    return max(fuzz.ratio(left, right), fuzz.token_sort_ratio(left, right))
