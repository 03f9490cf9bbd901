"""What knowledge files look like once parsed, and the shapes they must have. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,29}$")]
Name = Annotated[Line, Field(max_length=60)]
Title = Annotated[Line, Field(max_length=75)]


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its name, what it holds, and the line on which each path of keys and indexes starts.

    ``is_own`` marks a file of a company's own folder.
    """

    name: str
    content: Any
    lines: Mapping[tuple[str | int, ...], int]
    is_own: bool = False

    def problem(self, path: Sequence[str | int], message: str) -> str:
        """Return ``file:line: message`` for the innermost known part of ``path``."""
        place = tuple(path)
        while place not in self.lines and place:
            place = place[:-1]
        return f"{self.name}:{self.lines.get(place, 1)}: {message}"


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceShape(_Shape):
    """Where names and titles come from, with the licence."""

    title: Line
    owner: Line
    year: int
    url: Line
    licence: Line
    changes: Line


class ResponsibilityShape(_Shape):
    """A responsibility; a company may add phrases and examples to a built-in one without repeating its summary."""

    title: Title
    summary: Line | None = None
    phrases: tuple[Line, ...] = ()
    examples: tuple[Line, ...] = ()


class PersonaShape(_Shape):
    """``personas/<key>.yaml``: a whole persona."""

    key: Key
    name: Name
    group: Literal["core", "allied"]
    summary: Line
    source: SourceShape
    responsibilities: Annotated[tuple[ResponsibilityShape, ...], Field(min_length=1)]


class OwnPersonaShape(_Shape):
    """``personas/<key>.yaml`` of a company: changes to a built-in persona, or a new one.

    ``enabled: false`` switches a persona off.
    """

    key: Key
    name: Name | None = None
    enabled: bool = True
    group: Literal["core", "allied"] | None = None
    summary: Line | None = None
    aliases: tuple[Name, ...] = ()
    responsibilities: tuple[ResponsibilityShape, ...] = ()


class ExamplesShape(_Shape):
    """``examples/<pass>/<key>.yaml``: more examples for a persona, by title."""

    persona: Key
    examples: Mapping[str, tuple[Line, ...]]


class UnrelatedShape(_Shape):
    """``unrelated.yaml``: messages that are nobody's."""

    summary: Line = "Messages that are nobody's."
    examples: tuple[Line, ...]


class ProductsShape(_Shape):
    """``products.yaml``: a company's words, and what each stands for."""

    products: Mapping[Name, Line]
