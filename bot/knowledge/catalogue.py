"""From plain values to a validated, frozen catalogue; every problem is reported, with file and line. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.knowledge.model import FALLBACK_PERSONA, Catalogue, Example, Persona, Responsibility, Source
from bot.knowledge.text import tokens

BASE_AUTHOR: Final = "base"
"""The author pass of the examples in the persona files themselves."""

_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
_Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,29}$")]


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its name, what it holds, and the line on which each path of keys and indexes starts."""

    name: str
    content: Any
    lines: Mapping[tuple[str | int, ...], int]

    def problem(self, path: Sequence[str | int], message: str) -> str:
        """Return ``file:line: message`` for the innermost known part of ``path``."""
        place = tuple(path)
        while place not in self.lines and place:
            place = place[:-1]
        return f"{self.name}:{self.lines.get(place, 1)}: {message}"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _SourceModel(_Model):
    title: _Line
    owner: _Line
    year: int
    url: _Line
    licence: _Line
    changes: _Line


class _ResponsibilityModel(_Model):
    title: Annotated[_Line, Field(max_length=75)]
    summary: _Line
    phrases: tuple[_Line, ...] = ()
    examples: tuple[_Line, ...] = ()


class _PersonaModel(_Model):
    key: _Key
    name: Annotated[_Line, Field(max_length=60)]
    group: Literal["core", "allied"]
    summary: _Line
    source: _SourceModel
    responsibilities: Annotated[tuple[_ResponsibilityModel, ...], Field(min_length=1)]


class _ExamplesModel(_Model):
    persona: _Key
    examples: Mapping[str, tuple[_Line, ...]]


class _UnrelatedModel(_Model):
    summary: _Line
    examples: tuple[_Line, ...]


_Identity: TypeAlias = tuple[str, str] | None
"""Persona key and title, none for what is nobody's."""
_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class _Written:
    """An example with the place where it stands."""

    identity: _Identity
    example: Example
    document: Document
    path: tuple[str | int, ...]


class _Draft:
    """What has been read so far, and every problem on the way."""

    def __init__(self) -> None:
        self.personas: dict[str, tuple[Document, _PersonaModel]] = {}
        self.written: list[_Written] = []
        self.problems: list[str] = []

    def add(self, document: Document) -> None:
        """Take in one file, by the kind its name says."""
        folder, _, name = document.name.rpartition("/")
        author_pass = folder.rpartition("/")[2] if folder.startswith("examples/") else BASE_AUTHOR
        if name == "unrelated.yaml":
            unrelated = self._parse(_UnrelatedModel, document)
            if unrelated:
                self._write(None, unrelated.examples, author_pass, document, ("examples",))
        elif folder == "personas":
            self._add_persona(document, author_pass)
        else:
            added = self._parse(_ExamplesModel, document)
            if added:
                for title, examples in added.examples.items():
                    self._write((added.persona, title), examples, author_pass, document, ("examples", title))

    def check(self) -> None:
        """Report what only all files together can show."""
        all_parsed = not self.problems
        known = {
            (key, one.title) for key, (_, persona) in self.personas.items() for one in persona.responsibilities
        }
        first_place: dict[str, _Written] = {}
        for one in self.written:
            if all_parsed and one.identity is not None and one.identity not in known:
                self._problem(one, f"persona {one.identity[0]!r} has no responsibility {one.identity[1]!r}")
            key = " ".join(token.folded for token in tokens(one.example.text))
            if not key:
                self._problem(one, f"the example {one.example.text!r} has no words")
            other = first_place.setdefault(key, one)
            if other is not one:
                place = other.document.problem(other.path, "").rstrip(": ")
                self._problem(one, f"the example {one.example.text!r} is already in {place}")
        if all_parsed and FALLBACK_PERSONA not in self.personas:
            self.problems.append(f"personas: {FALLBACK_PERSONA!r}, the fallback of every gap, is missing")
        if all_parsed and all(one.identity is not None for one in self.written):
            self.problems.append("unrelated.yaml:1: there must be examples of what is nobody's")

    def catalogue(self) -> Catalogue:
        """Return what was read; call it only where there is no problem."""
        examples: dict[_Identity, list[Example]] = defaultdict(list)
        for one in self.written:
            examples[one.identity].append(one.example)
        ordered = {identity: tuple(sorted(some, key=_by_text)) for identity, some in examples.items()}
        personas = tuple(_persona(model, ordered) for _, (_, model) in sorted(self.personas.items()))
        return Catalogue(personas, ordered.get(None, ()))

    def _add_persona(self, document: Document, author_pass: str) -> None:
        persona = self._parse(_PersonaModel, document)
        if persona is None:
            return
        if persona.key in self.personas:
            other = self.personas[persona.key][0].name
            self.problems.append(document.problem(["key"], f"persona {persona.key!r} is already in {other}"))
            return
        self.personas[persona.key] = (document, persona)
        titles: set[str] = set()
        for index, one in enumerate(persona.responsibilities):
            path = ("responsibilities", index)
            if one.title in titles:
                self.problems.append(document.problem(path, f"the title {one.title!r} is there twice"))
            titles.add(one.title)
            self._write((persona.key, one.title), one.examples, author_pass, document, (*path, "examples"))

    def _write(
        self,
        identity: _Identity,
        texts: Iterable[str],
        author_pass: str,
        document: Document,
        path: tuple[str | int, ...],
    ) -> None:
        for index, text in enumerate(texts):
            self.written.append(_Written(identity, Example(text, author_pass), document, (*path, index)))

    def _parse(self, model: type[_M], document: Document) -> _M | None:
        try:
            return model.model_validate(document.content)
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_input=False):
                where = ".".join(map(str, problem["loc"]))
                message = f"{where}: {problem['msg']}" if where else problem["msg"]
                self.problems.append(document.problem(problem["loc"], message))
            return None

    def _problem(self, written: _Written, message: str) -> None:
        self.problems.append(written.document.problem(written.path, message))


def build_catalogue(documents: Iterable[Document]) -> tuple[Catalogue | None, tuple[str, ...]]:
    """Return the catalogue of these documents, or none and every problem found.

    ``personas/<key>.yaml`` describes a persona, ``examples/<author pass>/<persona>.yaml`` adds examples to one,
    ``unrelated.yaml`` (in a pass, too) holds messages that are nobody's. The order of documents, personas and
    examples never matters.
    """
    draft = _Draft()
    for document in sorted(documents, key=lambda one: one.name):
        draft.add(document)
    draft.check()
    return (None, tuple(draft.problems)) if draft.problems else (draft.catalogue(), ())


def _by_text(example: Example) -> tuple[str, str]:
    return example.text, example.author_pass


def _persona(model: _PersonaModel, examples: Mapping[_Identity, tuple[Example, ...]]) -> Persona:
    return Persona(
        key=model.key,
        name=model.name,
        group=model.group,
        summary=model.summary,
        source=Source(**model.source.model_dump()),
        responsibilities=tuple(
            Responsibility(
                persona_key=model.key,
                title=one.title,
                summary=one.summary,
                phrases=one.phrases,
                examples=examples.get((model.key, one.title), ()),
            )
            for one in model.responsibilities
        ),
    )
