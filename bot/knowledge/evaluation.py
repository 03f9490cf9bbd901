"""How good routing is, on questions with known owners. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.knowledge.linear import UNRELATED
from bot.knowledge.model import Confident, Routing, Unrelated


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question, its owner (a persona key, or ``UNRELATED``), and other personas that are acceptable."""

    id: str
    text: str
    persona: str
    also: frozenset[str]

    @property
    def accepted(self) -> frozenset[str]:
        """Every persona that counts as right."""
        return self.also | {self.persona}


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled question with what the router made of it."""

    question: LabelledQuestion
    routing: Routing

    @property
    def given(self) -> str:
        """The first persona, or ``UNRELATED``."""
        return self.routing.matches[0].persona.key if self.routing.matches else UNRELATED

    @property
    def words(self) -> tuple[str, ...]:
        """What decided, as it was written."""
        return () if isinstance(self.routing, Unrelated) else self.routing.words

    @property
    def is_accepted(self) -> bool:
        """Whether the first persona is the owner or acceptable."""
        return self.given in self.question.accepted


@dataclass(frozen=True, slots=True)
class Report:
    """Shares are 0–1. ``owned`` are the questions that have an owner, the others are nobody's.

    Attributes:
        exact: Share of owned ones whose first persona is the owner.
        accepted: The same, acceptable ones included.
        in_first_three: Share of owned ones with an accepted persona among the first three.
        missed: Share of owned ones that were taken for nobody's.
        refused: Share of nobody's that were taken for nobody's.
        confident: Share of owned ones that were answered with one persona.
        confident_accepted: Share of all confident answers that are accepted.
        calibration_error: Mean distance between confidence and truth over ten bins, weighted by their size.
        by_persona: Accepted share per owner.
        confusion: How often an owner's questions went first to whom, acceptable ones counted as the owner's.
        misses: What was not accepted, in the order of the questions.
    """

    questions: int
    exact: float
    accepted: float
    in_first_three: float
    missed: float
    refused: float
    confident: float
    confident_accepted: float
    calibration_error: float
    by_persona: dict[str, float]
    confusion: dict[tuple[str, str], int]
    misses: tuple[Judged, ...]


def evaluate(questions: Iterable[LabelledQuestion], route: Callable[[str], Routing]) -> Report:
    """Route every question and report; shares of nothing are 0."""
    judged = [Judged(question, route(question.text)) for question in questions]
    owned = [one for one in judged if one.question.persona != UNRELATED]
    nobodys = [one for one in judged if one.question.persona == UNRELATED]
    confident = [one for one in judged if isinstance(one.routing, Confident)]
    asked = Counter(one.question.persona for one in owned)
    right = Counter(one.question.persona for one in owned if one.is_accepted)
    return Report(
        questions=len(judged),
        exact=_share(owned, lambda one: one.given == one.question.persona),
        accepted=_share(owned, lambda one: one.is_accepted),
        in_first_three=_share(owned, _is_in_first_three),
        missed=_share(owned, lambda one: isinstance(one.routing, Unrelated)),
        refused=_share(nobodys, lambda one: isinstance(one.routing, Unrelated)),
        confident=_share(owned, lambda one: isinstance(one.routing, Confident)),
        confident_accepted=_share(confident, lambda one: one.is_accepted),
        calibration_error=_calibration_error(judged),
        by_persona={persona: right[persona] / asked[persona] for persona in sorted(asked)},
        confusion=dict(
            Counter(
                (one.question.persona, one.question.persona if one.is_accepted else one.given) for one in judged
            )
        ),
        misses=tuple(one for one in judged if not one.is_accepted),
    )


def _share(judged: Sequence[Judged], holds: Callable[[Judged], bool]) -> float:
    return sum(map(holds, judged)) / len(judged) if judged else 0.0


def _is_in_first_three(one: Judged) -> bool:
    return any(match.persona.key in one.question.accepted for match in one.routing.matches[:3])


def _calibration_error(judged: Sequence[Judged]) -> float:
    bins: dict[int, list[tuple[float, bool]]] = {}
    shown = [(one.routing.matches[0].confidence, one.is_accepted) for one in judged if one.routing.matches]
    for confidence, is_right in shown:
        bins.setdefault(min(int(confidence * 10), 9), []).append((confidence, is_right))
    distances = (abs(sum(confidence - is_right for confidence, is_right in one)) for one in bins.values())
    return sum(distances) / len(shown) if shown else 0.0
