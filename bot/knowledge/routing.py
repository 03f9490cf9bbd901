"""The decision about a question: one persona, a question back, or none of our business. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.knowledge.courtesy import without_courtesy
from bot.knowledge.features import words_of
from bot.knowledge.glossary import Glossary
from bot.knowledge.linear import RELATED, UNRELATED, RoutingModel
from bot.knowledge.matching import Speller
from bot.knowledge.model import Ambiguous, Catalogue, Confident, Match, Persona, Routing, Unrelated
from bot.knowledge.scoring import Scorer, Scores
from bot.knowledge.text import MAX_TOKENS, Token, tokens

MAX_OPTIONS: Final = 3
_MIN_MATCHES: Final = 3
_MAX_WORDS: Final = 5
_MIN_RARITY: Final = 4.0
"""Inverse document frequency of a word that stands in one example of twenty."""

_EVERYDAY_RARITY: Final = 6.7
"""Inverse document frequency of a word that stands in one example of three hundred."""

_TINY: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Policy:
    """When an answer is given, and when a question is asked back.

    A wrong ping costs more than a question back, and the examples hold nine real questions for each message that
    is nobody's, so a message is refused long before "nobody's" is the likeliest.

    Attributes:
        temperature: Divides the model's scores; makes the confidence mean what it says.
        unrelated_share: Probability (0–1) of being nobody's, as the persona and the relation head agree on it
            (mean of their log-odds), from which a message is refused.
        min_confidence: Probability (0–1) from which one persona is named.
        min_margin: Distance (0–1) that it must keep from the runner-up.
        own_word_bonus: Added to the score of a persona that a company's own word points to: an alias, or a word
            that only this persona's own examples have.
        option_share: A persona is offered in a question back if it has this share of the best one's probability.
    """

    temperature: float = 0.7
    unrelated_share: float = 0.185
    min_confidence: float = 0.6
    min_margin: float = 0.2
    own_word_bonus: float = 4.0
    option_share: float = 0.2


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What routing decides on."""

    catalogue: Catalogue
    model: RoutingModel
    scorer: Scorer
    glossary: Glossary
    speller: Speller

    def read(self, question: str) -> tuple[Token, ...]:
        """Return the words of a question, products explained, greetings and thanks left out."""
        return self.glossary.explained(without_courtesy(tokens(question)))[:MAX_TOKENS]

    def words(self, read: Sequence[Token]) -> list[str]:
        """Return ``read`` as the model sees it, spelling repaired."""
        return [self.speller.repair(word) for word in words_of(read)]


def route_question(question: str, knowledge: Knowledge, policy: Policy) -> Routing:
    """Decide who owns ``question``, any text as Slack sends it.

    Confidence is 0–1 and best comes first; equally probable personas are ordered by key, so the answer depends
    on nothing but the arguments' content. A text without words is ``Unrelated``.
    """
    read = knowledge.read(question)
    words = knowledge.words(read)
    scores = knowledge.scorer.scores(words) if words else None
    if scores is None or not scores.is_known:
        return Unrelated()
    head = knowledge.model.persona_head
    shares = _shares(knowledge, scores, read, words, policy)
    if shares is None:
        return Unrelated()
    ranked = sorted(
        (number for number, name in enumerate(head.classes) if name != UNRELATED),
        key=shares.__getitem__,
        reverse=True,
    )
    matches = tuple(
        _match(knowledge, knowledge.catalogue.persona(head.classes[number]), shares[number], scores)
        for number in ranked[: max(_MIN_MATCHES, MAX_OPTIONS)]
    )
    said = _deciding_words(read, words, scores.gains(head, ranked[0]), knowledge.model)
    return _decide(matches, said, policy)


def _shares(
    knowledge: Knowledge, scores: Scores, read: Sequence[Token], words: Sequence[str], policy: Policy
) -> list[float] | None:
    """Return the probability of every class of the persona head; none if the question is nobody's."""
    model = knowledge.model
    head, other = model.persona_head, model.relation_head
    own = {model.own_words[word] for word in words if word in model.own_words}
    own |= knowledge.glossary.named_personas(read)
    of_personas, relation = list(head.of(scores.of_classes)), list(other.of(scores.of_classes))
    for key in own:
        of_personas[head.classes.index(key)] += policy.own_word_bonus
    if own:
        relation[other.classes.index(RELATED)] += policy.own_word_bonus
    shares = _probabilities(of_personas, policy.temperature)
    by_persona = _log_odds(shares[head.classes.index(UNRELATED)])
    by_relation = relation[other.classes.index(UNRELATED)] * 2 - sum(relation)
    if (by_persona + by_relation) / 2 >= _log_odds(policy.unrelated_share):
        return None
    return shares


def _probabilities(scores: Sequence[float], temperature: float) -> list[float]:
    """Return scores as probabilities that sum to one; a higher temperature is less sure of itself."""
    highest = max(scores)
    raised = [math.exp((score - highest) / temperature) for score in scores]
    total = sum(raised)
    return [one / total for one in raised]


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, _TINY), 1 - _TINY)
    return math.log(bounded / (1 - bounded))


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


def _match(knowledge: Knowledge, persona: Persona, confidence: float, scores: Scores) -> Match:
    head = knowledge.model.responsibility_heads[persona.key]
    of_titles = head.of(scores.of_classes)
    title = head.classes[of_titles.index(max(of_titles))]
    responsibility = next(one for one in persona.responsibilities if one.title == title)
    return Match(persona, responsibility, confidence)


def _deciding_words(
    read: Sequence[Token], words: Sequence[str], gains: Sequence[float], model: RoutingModel
) -> tuple[str, ...]:
    """Return the words that spoke most for the best persona, as they were written, the strongest first.

    Words that stand in very many examples ("who", "the") explain nothing and are left out.
    """
    strongest = sorted((at for at, gain in enumerate(gains) if gain > 0), key=gains.__getitem__, reverse=True)
    telling = (at for at in strongest if model.vocabulary.rarity_of(words[at]) >= _MIN_RARITY)
    return _first_written(read, telling) or _first_written(read, strongest)


def _first_written(read: Sequence[Token], places: Iterable[int]) -> tuple[str, ...]:
    said: dict[str, None] = {}
    for at in places:
        said[read[at].written] = None
        if len(said) == _MAX_WORDS:
            break
    return tuple(said)


class Router:
    """The knowledge, ready to route: ``route`` decides about one question."""

    def __init__(self, catalogue: Catalogue, model: RoutingModel, policy: Policy) -> None:
        self.catalogue = catalogue
        self.model = model
        speller = Speller(model.vocabulary.words())
        self._knowledge = Knowledge(catalogue, model, Scorer(model), Glossary.of(catalogue), speller)
        self._policy = policy

    def route(self, question: str) -> Routing:
        """Decide who owns ``question``; see ``route_question``."""
        return route_question(question, self._knowledge, self._policy)

    def title_for(self, question: str, persona_key: str) -> str:
        """Return the title of the persona's responsibility that ``question`` is likeliest about."""
        knowledge = self._knowledge
        scores = knowledge.scorer.scores(knowledge.words(knowledge.read(question)))
        return _match(knowledge, self.catalogue.persona(persona_key), 0.0, scores).responsibility.title

    def knows(self, word: str) -> bool:
        """Tell whether a folded word occurs in what people write."""
        return self._knowledge.speller.knows(word)

    def is_everyday(self, word: str) -> bool:
        """Tell whether a folded word occurs so often that by itself it names nothing."""
        return self.model.vocabulary.rarity_of(word) <= _EVERYDAY_RARITY
