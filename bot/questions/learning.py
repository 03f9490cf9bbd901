"""What people's corrections could teach: proposals, shown with their effect, taken only when approved. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.knowledge.evaluation import LabelledQuestion
from bot.knowledge.linear import UNRELATED
from bot.knowledge.routing import Router
from bot.knowledge.text import tokens


@dataclass(frozen=True, slots=True)
class Correction:
    """A past question and the persona that people settled on (``UNRELATED`` for nobody's)."""

    text: str
    persona_key: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """An example that a correction would add; ``title`` is empty for what is nobody's."""

    text: str
    persona_key: str
    title: str


def propose(corrections: Iterable[Correction], router: Router) -> tuple[Proposal, ...]:
    """Return what could be learnt: questions that the router still gets wrong, each once, sorted.

    A question that people corrected in two ways is left out: it is for them to agree on first.
    """
    known = {persona.key for persona in router.catalogue.personas} | {UNRELATED}
    said: dict[str, set[str]] = {}
    texts: dict[str, str] = {}
    for correction in corrections:
        key = " ".join(token.folded for token in tokens(correction.text))
        said.setdefault(key, set()).add(correction.persona_key)
        texts.setdefault(key, correction.text)
    agreed = {texts[key]: personas.pop() for key, personas in said.items() if key and len(personas) == 1}
    wrong = {text: key for text, key in agreed.items() if key in known and _first(router, text) != key}
    return tuple(
        Proposal(text, key, "" if key == UNRELATED else router.title_for(text, key))
        for text, key in sorted(wrong.items())
    )


def as_labelled(corrections: Iterable[Correction]) -> tuple[LabelledQuestion, ...]:
    """Return past questions with their settled owners, to measure before and after."""
    return tuple(
        LabelledQuestion(f"past {number}", one.text, one.persona_key, frozenset())
        for number, one in enumerate(corrections, 1)
    )


def _first(router: Router, text: str) -> str:
    matches = router.route(text).matches
    return matches[0].persona.key if matches else UNRELATED
