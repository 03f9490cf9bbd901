"""The decision about a question: one persona, a question back, or none of our business. Pure."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bot.knowledge.features import Vector, words_of
from bot.knowledge.linear import UNRELATED, RoutingModel, probabilities
from bot.knowledge.model import Ambiguous, Catalogue, Confident, Match, Persona, Routing, Unrelated
from bot.knowledge.text import Token, tokens

MAX_OPTIONS: Final = 3
_MIN_MATCHES: Final = 3
_MAX_WORDS: Final = 5


@dataclass(frozen=True, slots=True)
class Policy:
    """When an answer is given, and when a question is asked back.

    A wrong ping costs more than a question back, and the examples hold nine real questions for each message that
    is nobody's, so a message is refused long before "nobody's" is the likeliest.

    Attributes:
        temperature: Divides the model's scores; makes the confidence mean what it says.
        unrelated_share: Probability (0–1) of being nobody's from which a message is refused.
        min_confidence: Probability (0–1) from which one persona is named.
        min_margin: Distance (0–1) that it must keep from the runner-up.
        option_share: A persona is offered in a question back if it has this share of the best one's probability.
    """

    temperature: float = 1.0
    unrelated_share: float = 0.1
    min_confidence: float = 0.5
    min_margin: float = 0.2
    option_share: float = 0.2


def route_question(question: str, catalogue: Catalogue, model: RoutingModel, policy: Policy) -> Routing:
    """Decide who owns ``question``, any text as Slack sends it.

    Confidence is 0–1 and best comes first; equally probable personas are ordered by key, so the answer depends
    on nothing but the arguments' content. A text without words is ``Unrelated``.
    """
    read = tokens(question)
    words = words_of(read)
    vector = model.vector(words)
    head = model.persona_head
    if not len(vector.features):
        return Unrelated()
    shares = probabilities(head.scores(vector), policy.temperature)
    order = np.argsort(-shares, kind="stable")
    if shares[head.classes.index(UNRELATED)] >= policy.unrelated_share:
        return Unrelated()
    ranked = [int(number) for number in order if head.classes[number] != UNRELATED]
    matches = tuple(
        _match(catalogue.persona(head.classes[number]), float(shares[number]), model, vector)
        for number in ranked[: max(_MIN_MATCHES, MAX_OPTIONS)]
    )
    said = _deciding_words(read, head.shares(vector, ranked[0], len(words)))
    return _decide(matches, said, policy)


def _decide(matches: tuple[Match, ...], words: tuple[str, ...], policy: Policy) -> Routing:
    best = matches[0]
    runner_up = matches[1].confidence if len(matches) > 1 else 0.0
    if best.confidence >= policy.min_confidence and best.confidence - runner_up >= policy.min_margin:
        return Confident(best, matches[1:], words)
    options = [
        match
        for rank, match in enumerate(matches[:MAX_OPTIONS])
        if rank < 2 or match.confidence >= policy.option_share * best.confidence  # noqa: PLR2004 (a choice has two)
    ]
    return Ambiguous(tuple(options), matches[len(options) :], words)


def _match(persona: Persona, confidence: float, model: RoutingModel, vector: Vector) -> Match:
    head = model.responsibility_heads[persona.key]
    title = head.classes[int(np.argmax(head.scores(vector)))]
    responsibility = next(one for one in persona.responsibilities if one.title == title)
    return Match(persona, responsibility, confidence)


def _deciding_words(read: tuple[Token, ...], shares: np.ndarray) -> tuple[str, ...]:
    """Return the words that spoke most for the best persona, as they were written, the strongest first."""
    strongest = np.argsort(-shares, kind="stable")
    words = [read[int(position)].written for position in strongest if shares[position] > 0]
    return tuple(dict.fromkeys(word for word in words if len(word) > 2))[:_MAX_WORDS]  # noqa: PLR2004


class Router:
    """The knowledge, ready to route: ``route`` decides about one question."""

    def __init__(self, catalogue: Catalogue, model: RoutingModel, policy: Policy) -> None:
        self.catalogue = catalogue
        self.model = model
        self._policy = policy

    def route(self, question: str) -> Routing:
        """Decide who owns ``question``; see ``route_question``."""
        return route_question(question, self.catalogue, self.model, self._policy)
