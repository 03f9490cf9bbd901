"""What is read out of a question: who owns it, and which of their examples says nearly the same. Pure."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from bot.knowledge.matching import nearest
from bot.knowledge.model import Ambiguous, Catalogue, Confident, Match, Routing, Unrelated

MIN_EXAMPLE_SCORE: Final = 55.0
"""Similarity (0–100, see ``nearest``) from which an example is worth showing."""

Read: TypeAlias = Callable[[str, str], Coroutine[Any, Any, Routing]]
"""Reads a question, given without its team and as it was asked; see ``Reader``."""

Short: TypeAlias = Sequence[Any]
"""A decision in numbers and strings; see ``Shorthand``."""


class Reader:
    """Reads questions with what a router knows."""

    def __init__(self, route: Callable[[str], Routing], catalogue: Catalogue) -> None:
        self.shorthand = Shorthand(catalogue)
        self._route = route
        self._examples = {
            one.identity: tuple(example.text for example in one.examples) for one in catalogue.responsibilities()
        }

    async def read(self, question: str, as_asked: str) -> Routing:
        """Decide about ``question``, whose team was taken out; examples are compared with it ``as_asked``."""
        return self.read_now(question, as_asked)

    def read_now(self, question: str, as_asked: str) -> Routing:
        """Do what ``read`` does, for whoever cannot wait."""
        routing = self._route(question)
        if not isinstance(routing, Confident):
            return routing
        examples = self._examples[routing.best.responsibility.identity]
        return replace(routing, example=nearest(as_asked, examples, MIN_EXAMPLE_SCORE))


class Shorthand:
    """Writes a decision in a few bytes, fit for JSON, for another process that has the same catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._known = [(persona, one) for persona in catalogue.personas for one in persona.responsibilities]
        self._numbers = {one.identity: number for number, (_, one) in enumerate(self._known)}

    def written(self, routing: Routing) -> Short:
        """Return ``routing`` as numbers and strings."""
        match routing:
            case Confident():
                return self._numbered(routing.matches), routing.words, routing.example
            case Ambiguous():
                return self._numbered(routing.matches), routing.words, len(routing.options), None
            case Unrelated():
                return ()

    def read(self, short: Short) -> Routing:
        """Return what ``written`` was given."""
        match short:
            case (numbered, words, example):
                best, *others = self._matches(numbered)
                return Confident(best, tuple(others), tuple(words), example)
            case (numbered, words, options, None):
                matches = self._matches(numbered)
                return Ambiguous(matches[:options], matches[options:], tuple(words))
            case _:
                return Unrelated()

    def _numbered(self, matches: tuple[Match, ...]) -> tuple[tuple[int, float], ...]:
        return tuple((self._numbers[one.responsibility.identity], one.confidence) for one in matches)

    def _matches(self, numbered: Sequence[tuple[int, float]]) -> tuple[Match, ...]:
        return tuple(Match(*self._known[number], confidence) for number, confidence in numbered)
