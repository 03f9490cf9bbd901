"""The linear models of routing: one weight per feature and class, evaluated with numpy alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.knowledge.features import Floats, Vector, vectorise

UNRELATED = "none"
"""The class of messages that are nobody's, beside the persona keys."""


@dataclass(frozen=True, slots=True)
class LinearHead:
    """One decision between ``classes``: ``weights`` is features × classes, ``intercept`` one number per class."""

    classes: tuple[str, ...]
    weights: Floats
    intercept: Floats

    def scores(self, vector: Vector) -> Floats:
        """Return the logarithmic score of every class, in their order; only differences mean something."""
        return np.asarray(vector.weights @ self.weights[vector.features] + self.intercept, np.float32)

    def shares(self, vector: Vector, best: int, words: int) -> Floats:
        """Return what each of ``words`` words adds to the class ``best``, over what it adds to the average one."""
        rows = self.weights[vector.features]
        gain = vector.weights * (rows[:, best] - rows.mean(axis=1))
        return np.bincount(vector.positions, gain, minlength=words).astype(np.float32)


@dataclass(frozen=True, slots=True)
class RoutingModel:
    """What was learnt from the examples.

    ``rarity`` is one inverse document frequency per feature of ``vocabulary``. ``persona_head`` decides between
    the personas and ``UNRELATED``, ``responsibility_heads`` between one persona's titles.
    """

    vocabulary: Mapping[str, int]
    rarity: Floats
    persona_head: LinearHead
    responsibility_heads: Mapping[str, LinearHead]

    def vector(self, words: Sequence[str]) -> Vector:
        """Return ``words`` as the model sees them."""
        return vectorise(words, self.vocabulary, self.rarity)


def probabilities(scores: Floats, temperature: float) -> Floats:
    """Return scores as probabilities that sum to one; a higher temperature is less sure of itself."""
    raised = np.exp((scores - scores.max()) / temperature)
    return np.asarray(raised / raised.sum(), np.float32)
