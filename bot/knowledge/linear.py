"""The linear models of routing: one weight per feature and class, evaluated with numpy alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.knowledge.features import Floats, HalfFloats, Vocabulary

UNRELATED = "none"
"""The class of messages that are nobody's, beside the persona keys."""

RELATED = "some"
"""The class of everything else, where only that is asked."""

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class LinearHead:
    """One decision between ``classes``: as many columns of the model's weights, from ``start`` on."""

    classes: tuple[str, ...]
    start: int

    @property
    def columns(self) -> slice:
        """The columns of this head's classes, in their order."""
        return slice(self.start, self.start + len(self.classes))

    def of(self, scores: Sequence[S]) -> Sequence[S]:
        """Return the scores of this head's classes, in their order, out of those of all."""
        return scores[self.columns]


@dataclass(frozen=True, slots=True)
class RoutingModel:
    """What was learnt from the examples.

    ``weights`` is features × the classes of all heads, ``intercept`` one number per class. The weights are kept in
    half precision, which halves the memory and changes no decision, and side by side, because a question asks
    for most of a feature's.

    ``persona_head`` decides between the personas and ``UNRELATED``, ``relation_head`` between ``RELATED`` and
    ``UNRELATED``, ``responsibility_heads`` between a persona's titles. ``own_words`` are words that only one
    persona's own examples (a company's) have, with its key: ten examples cannot outweigh thousands in the heads,
    but such a word can.
    """

    vocabulary: Vocabulary
    weights: HalfFloats
    intercept: Floats
    persona_head: LinearHead
    relation_head: LinearHead
    responsibility_heads: Mapping[str, LinearHead]
    own_words: Mapping[str, str]
