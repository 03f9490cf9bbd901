"""The nouns of routing: personas with their responsibilities, and the decision about a question."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

FALLBACK_PERSONA: Final = "practitioner"
"""Key of the persona that is named where nobody holds the right one."""

PersonaGroup: TypeAlias = Literal["core", "allied"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a persona's name and titles come from; its attribution must stay visible."""

    title: str
    owner: str
    year: int
    url: str
    licence: str
    changes: str

    @property
    def attribution(self) -> str:
        """One line of plain text that satisfies the licence."""
        return f"{self.title}, © {self.year} {self.owner}, {self.licence}, {self.url}. {self.changes}"


@dataclass(frozen=True, slots=True)
class Example:
    """A message of the kind people send, and the author pass that wrote it (for honest hold-outs).

    ``is_own`` marks a company's own examples, which count for more than the built-in ones.
    """

    text: str
    author_pass: str
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Responsibility:
    """One thing a persona is responsible for, identified by persona *and* title."""

    persona_key: str
    title: str
    summary: str
    phrases: tuple[str, ...]
    examples: tuple[Example, ...]

    @property
    def identity(self) -> tuple[str, str]:
        """Persona key and title: seven titles are shared by several personas."""
        return self.persona_key, self.title


@dataclass(frozen=True, slots=True)
class Persona:
    """A stakeholder group of the FinOps Framework, core or allied, or one of a company's own (without ``source``).

    ``aliases`` are a company's other names for it ("deal desk").
    """

    key: str
    name: str
    group: PersonaGroup
    summary: str
    source: Source | None
    responsibilities: tuple[Responsibility, ...]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """A company's word (``Orion``) and what it stands for in words everybody knows (``data warehouse``)."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All personas, sorted by key so that the order of files never matters, and what is none of their business."""

    personas: tuple[Persona, ...]
    unrelated: tuple[Example, ...]
    products: tuple[Product, ...] = ()

    def persona(self, key: str) -> Persona:
        """Return the persona with this key; ``KeyError`` if there is none."""
        for persona in self.personas:
            if persona.key == key:
                return persona
        raise KeyError(key)

    def attributions(self) -> tuple[str, ...]:
        """Return the attribution of every source, each once; they must be shown wherever the personas are."""
        return tuple(dict.fromkeys(one.source.attribution for one in self.personas if one.source))

    def responsibilities(self) -> Iterator[Responsibility]:
        """Yield every responsibility, persona by persona."""
        for persona in self.personas:
            yield from persona.responsibilities


@dataclass(frozen=True, slots=True)
class Match:
    """A persona that may own the question.

    ``confidence`` is 0–1, the calibrated probability that this persona owns it; over all personas and
    "unrelated" it sums to one. ``responsibility`` is the persona's likeliest one.
    """

    persona: Persona
    responsibility: Responsibility
    confidence: float


@dataclass(frozen=True, slots=True)
class Confident:
    """One persona owns it.

    ``runners_up`` are the next ones, best first, at least two. ``example`` says nearly the same as the question;
    none where no example of the best one's responsibility does, or nobody looked for it.
    """

    best: Match
    runners_up: tuple[Match, ...]
    words: tuple[str, ...]
    example: str | None = None

    @property
    def matches(self) -> tuple[Match, ...]:
        """All that are known, best first."""
        return (self.best, *self.runners_up)


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Two or three personas may own it (``options``, best first): ask, mention nobody."""

    options: tuple[Match, ...]
    runners_up: tuple[Match, ...]
    words: tuple[str, ...]

    @property
    def matches(self) -> tuple[Match, ...]:
        """All that are known, best first."""
        return (*self.options, *self.runners_up)


@dataclass(frozen=True, slots=True)
class Unrelated:
    """Not a question about who owns a cloud-cost matter."""

    @property
    def matches(self) -> tuple[Match, ...]:
        """Nobody."""
        return ()


Routing: TypeAlias = Confident | Ambiguous | Unrelated
Decision: TypeAlias = Literal["confident", "ambiguous", "none"]


def decision_of(routing: Routing) -> Decision:
    """Return the name of the outcome as commands, JSON and stored questions write it."""
    match routing:
        case Confident():
            return "confident"
        case Ambiguous():
            return "ambiguous"
        case Unrelated():
            return "none"
