"""From parsed files to a validated, frozen catalogue; every problem is reported, with file and line. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from bot.knowledge.documents import (
    Document,
    ExamplesShape,
    OwnPersonaShape,
    PersonaShape,
    ProductsShape,
    ResponsibilityShape,
    UnrelatedShape,
)
from bot.knowledge.model import FALLBACK_PERSONA, Catalogue, Example, Persona, Product, Responsibility, Source
from bot.knowledge.text import tokens

BASE_AUTHOR: Final = "base"
"""The author pass of the examples in the persona files themselves."""

_OWN_SOURCE: Final = Source(
    "Own persona", "this organisation", 2026, "-", "no licence needed", "All of it is its own."
)
_Identity: TypeAlias = tuple[str, str] | None
"""Persona key and title, none for what is nobody's."""
_Path: TypeAlias = tuple[str | int, ...]
_Shape = TypeVar("_Shape", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class _Written:
    """An example with the place where it stands."""

    identity: _Identity
    example: Example
    document: Document
    path: _Path


def build_catalogue(documents: Iterable[Document]) -> tuple[Catalogue | None, tuple[str, ...]]:
    """Return the catalogue of these documents, or none and every problem found.

    ``personas/<key>.yaml`` describes a persona, ``examples/<author pass>/<persona>.yaml`` adds examples to one,
    ``unrelated.yaml`` (in a pass, too) holds messages that are nobody's, ``products.yaml`` a company's words. A
    company's own documents change or add to the built-in ones. The order of documents, personas and examples
    never matters.
    """
    draft = _Draft()
    for document in sorted(documents, key=lambda one: (one.is_own, one.name)):
        draft.add(document)
    draft.check()
    return (None, tuple(draft.problems)) if draft.problems else (draft.catalogue(), ())


class _Draft:
    """What has been read so far, and every problem on the way."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._personas: dict[str, Persona] = {}
        self._placed: dict[str, Document] = {}
        self._switched_off: set[str] = set()
        self._written: list[_Written] = []
        self._products: dict[str, Product] = {}

    def add(self, document: Document) -> None:
        """Take in one file, by the kind its name says."""
        folder, _, name = document.name.rpartition("/")
        author_pass = folder.rpartition("/")[2] if folder.startswith("examples/") else BASE_AUTHOR
        if name == "unrelated.yaml":
            unrelated = self._parse(UnrelatedShape, document)
            if unrelated:
                self._write(None, unrelated.examples, author_pass, document, ("examples",))
        elif name == "products.yaml":
            for word, meaning in (
                self._parse(ProductsShape, document) or ProductsShape(products={})
            ).products.items():
                self._products[word] = Product(word, meaning)
        elif folder == "personas":
            self._add_own_persona(document) if document.is_own else self._add_persona(document)
        else:
            added = self._parse(ExamplesShape, document)
            if added:
                for title, examples in added.examples.items():
                    self._write((added.persona, title), examples, author_pass, document, ("examples", title))

    def check(self) -> None:
        """Report what only all files together can show."""
        all_parsed = not self.problems
        known = {one.identity for persona in self._personas.values() for one in persona.responsibilities}
        first_place: dict[str, _Written] = {}
        for one in self._written:
            if all_parsed and one.identity is not None and one.identity not in known:
                self._problem(one, f"persona {one.identity[0]!r} has no responsibility {one.identity[1]!r}")
            key = " ".join(token.folded for token in tokens(one.example.text))
            if not key:
                self._problem(one, f"the example {one.example.text!r} has no words")
            other = first_place.setdefault(key, one)
            if other is not one:
                place = other.document.problem(other.path, "").rstrip(": ")
                self._problem(one, f"the example {one.example.text!r} is already in {place}")
        if all_parsed and FALLBACK_PERSONA not in self._personas.keys() - self._switched_off:
            self.problems.append(f"personas: {FALLBACK_PERSONA!r}, the fallback of every gap, is missing")
        if all_parsed and all(one.identity is not None for one in self._written):
            self.problems.append("unrelated.yaml:1: there must be examples of what is nobody's")

    def catalogue(self) -> Catalogue:
        """Return what was read; call it only where there is no problem."""
        examples: dict[_Identity, list[Example]] = defaultdict(list)
        for one in self._written:
            examples[one.identity].append(one.example)
        ordered = {identity: tuple(sorted(some, key=_by_text)) for identity, some in examples.items()}
        personas = tuple(
            replace(
                persona,
                responsibilities=tuple(
                    replace(one, examples=ordered.get(one.identity, ())) for one in persona.responsibilities
                ),
            )
            for key, persona in sorted(self._personas.items())
            if key not in self._switched_off
        )
        products = tuple(product for _, product in sorted(self._products.items()))
        return Catalogue(personas, ordered.get(None, ()), products)

    def _add_persona(self, document: Document) -> None:
        shape = self._parse(PersonaShape, document)
        if shape is None:
            return
        if shape.key in self._personas:
            other = self._placed[shape.key].name
            self.problems.append(document.problem(["key"], f"persona {shape.key!r} is already in {other}"))
            return
        self._placed[shape.key] = document
        self._personas[shape.key] = Persona(
            key=shape.key,
            name=shape.name,
            group=shape.group,
            summary=shape.summary,
            source=Source(**shape.source.model_dump()),
            responsibilities=tuple(self._responsibilities(shape.key, shape.responsibilities, document)),
        )

    def _add_own_persona(self, document: Document) -> None:
        shape = self._parse(OwnPersonaShape, document)
        if shape is None:
            return
        built_in = self._personas.get(shape.key)
        if not shape.enabled:
            self._switch_off(shape.key, built_in, document)
            return
        added = tuple(self._responsibilities(shape.key, shape.responsibilities, document, built_in))
        if built_in is None and not (shape.name and shape.summary and added):
            message = (
                f"{shape.key!r} is not a built-in persona; a new one needs name, summary and responsibilities"
            )
            self.problems.append(document.problem(["key"], message))
            return
        base = built_in or Persona(shape.key, "", "allied", "", None, ())
        self._personas[shape.key] = replace(
            base,
            name=shape.name or base.name,
            group=shape.group or base.group,
            summary=shape.summary or base.summary,
            aliases=shape.aliases,
            responsibilities=_merged(base.responsibilities, added),
        )

    def _switch_off(self, key: str, built_in: Persona | None, document: Document) -> None:
        if built_in is None:
            self.problems.append(document.problem(["key"], f"there is no persona {key!r} to switch off"))
        elif built_in.group == "core":
            self.problems.append(
                document.problem(["enabled"], f"{key!r} is a core persona and cannot be switched off")
            )
        else:
            self._switched_off.add(key)

    def _responsibilities(
        self,
        key: str,
        shapes: Iterable[ResponsibilityShape],
        document: Document,
        built_in: Persona | None = None,
    ) -> Iterator[Responsibility]:
        summaries = {one.title: one.summary for one in (built_in.responsibilities if built_in else ())}
        titles: set[str] = set()
        for index, one in enumerate(shapes):
            path = ("responsibilities", index)
            if one.title in titles:
                self.problems.append(document.problem(path, f"the title {one.title!r} is there twice"))
            titles.add(one.title)
            summary = one.summary or summaries.get(one.title)
            if summary is None:
                self.problems.append(document.problem(path, f"the responsibility {one.title!r} has no summary"))
            self._write((key, one.title), one.examples, BASE_AUTHOR, document, (*path, "examples"))
            yield Responsibility(key, one.title, summary or "", one.phrases, ())

    def _write(
        self, identity: _Identity, texts: Iterable[str], author_pass: str, document: Document, path: _Path
    ) -> None:
        for index, text in enumerate(texts):
            example = Example(text, author_pass, document.is_own)
            self._written.append(_Written(identity, example, document, (*path, index)))

    def _parse(self, shape: type[_Shape], document: Document) -> _Shape | None:
        try:
            return shape.model_validate(document.content)
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_input=False):
                where = ".".join(map(str, problem["loc"]))
                message = f"{where}: {problem['msg']}" if where else problem["msg"]
                self.problems.append(document.problem(problem["loc"], message))
            return None

    def _problem(self, written: _Written, message: str) -> None:
        self.problems.append(written.document.problem(written.path, message))


def _by_text(example: Example) -> tuple[str, str]:
    return example.text, example.author_pass


def _merged(base: Iterable[Responsibility], added: Iterable[Responsibility]) -> tuple[Responsibility, ...]:
    """Return ``base`` with what ``added`` says of the same titles, then the new titles."""
    merged = {one.title: one for one in base}
    for one in added:
        known = merged.get(one.title)
        phrases = (*known.phrases, *one.phrases) if known else one.phrases
        merged[one.title] = replace(one, phrases=phrases)
    return tuple(merged.values())
