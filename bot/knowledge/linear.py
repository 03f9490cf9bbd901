"""The linear models of routing: one weight per feature and class, evaluated with numpy alone."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bot.knowledge.features import Floats, HalfFloats, Vector, Vocabulary

UNRELATED = "none"
"""The class of messages that are nobody's, beside the persona keys."""

RELATED = "some"
"""The class of everything else, where only that is asked."""


@dataclass(frozen=True, slots=True)
class LinearHead:
    """One decision between ``classes``: ``weights`` is features × classes, ``intercept`` one number per class.

    Weights are kept in half precision, which halves the memory and changes no decision.
    """

    classes: tuple[str, ...]
    weights: HalfFloats
    intercept: Floats

    def scores(self, vector: Vector) -> Floats:
        """Return the logarithmic score of every class, in their order; only differences mean something."""
        return np.asarray(vector.weights @ self.weights[vector.features].astype(np.float32) + self.intercept)

    def shares(self, vector: Vector, best: int, words: int) -> Floats:
        """Return what each of ``words`` words adds to the class ``best``, over what it adds to the average one."""
        rows = self.weights[vector.features].astype(np.float32)
        gain = vector.weights * (rows[:, best] - rows.mean(axis=1))
        return np.bincount(vector.positions, gain, minlength=words).astype(np.float32)


@dataclass(frozen=True, slots=True)
class RoutingModel:
    """What was learnt from the examples.

    ``persona_head`` decides between the personas and ``UNRELATED``, ``relation_head`` between ``RELATED`` and
    ``UNRELATED``, ``responsibility_heads`` between a persona's titles. ``own_words`` are words that only one
    persona's own examples (a company's) have, with its key: ten examples cannot outweigh thousands in the heads,
    but such a word can.
    """

    vocabulary: Vocabulary
    persona_head: LinearHead
    relation_head: LinearHead
    responsibility_heads: Mapping[str, LinearHead]
    own_words: Mapping[str, str]


def probabilities(scores: Floats, temperature: float) -> Floats:
    """Return scores as probabilities that sum to one; a higher temperature is less sure of itself."""
    raised = np.exp((scores - scores.max()) / temperature)
    return np.asarray(raised / raised.sum(), np.float32)
