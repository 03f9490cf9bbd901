"""What a company's own examples do to the others: near-duplicates under two owners. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.knowledge.linear import UNRELATED
from bot.knowledge.matching import nearest
from bot.knowledge.model import Catalogue

NEAR_DUPLICATE_SCORE: Final = 90.0
"""Similarity (0–100, see ``nearest``) from which two examples say the same."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """An own example, and one that says the same for another owner (persona keys, or ``UNRELATED``)."""

    own_owner: str
    own_text: str
    other_owner: str
    other_text: str


def find_conflicts(catalogue: Catalogue) -> Iterator[Conflict]:
    """Yield every own example that nearly repeats an example of another owner, in the catalogue's order."""
    owned = [(one.persona_key, example) for one in catalogue.responsibilities() for example in one.examples]
    owned += [(UNRELATED, example) for example in catalogue.unrelated]
    others = {
        owner: {other.text: other_owner for other_owner, other in owned if other_owner != owner}
        for owner in {owner for owner, example in owned if example.is_own}
    }
    for owner, example in owned:
        if not example.is_own:
            continue
        found = nearest(example.text, tuple(others[owner]), NEAR_DUPLICATE_SCORE)
        if found is not None:
            yield Conflict(owner, example.text, others[owner][found], found)
