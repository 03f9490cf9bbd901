"""YAML with the line of everything in it, read event by event: one part after the other, however large the whole.

What is referred to several times (``*anchor``) is kept once, so no file can grow beyond its size.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import yaml

from bot.errors import ConfigurationError

MAX_DEPTH: Final = 60
"""Levels of lists and mappings; far more than any file of people needs."""

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
Value: TypeAlias = str | list["Lined"] | dict[str, "Lined"] | None


@dataclass(frozen=True, slots=True)
class Lined:
    """A value and its line; all scalars are text, but for null."""

    value: Value
    line: int


class YamlReader:
    """Reads the YAML documents of one file.

    Its methods raise ``ConfigurationError`` with the line where the text is not YAML, when they come there.
    """

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text
        self._line = 1
        self._anchors: dict[str, Lined] = {}

    def documents(self) -> Iterator[Lined]:
        """Yield the documents."""
        events = self._events()
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors.clear()
                yield self._built(next(events), events, 0)

    def entries(self) -> Iterator[tuple[str, Lined]]:
        """Yield what the mapping at the top holds, by key; of a list every item by itself."""
        events = self._events()
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                yield from self._of_mapping(next(events), events)

    def _of_mapping(self, event: yaml.Event, events: Iterator[yaml.Event]) -> Iterator[tuple[str, Lined]]:
        if not isinstance(event, yaml.MappingStartEvent):
            raise self._problem("the file is a mapping of names to lists")
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._key(event)
            event = next(events)
            if not isinstance(event, yaml.SequenceStartEvent):
                yield key, self._built(event, events, 1)
                continue
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                yield key, self._built(event, events, 2)

    def _events(self) -> Iterator[yaml.Event]:
        try:
            for event in yaml.parse(self._text, Loader=yaml.CSafeLoader):
                self._line = event.start_mark.line + 1 if event.start_mark else self._line
                yield event
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else self._line
            raise ConfigurationError(f"{self._name}:{line}: is no YAML: {error.problem}") from error
        except yaml.YAMLError as error:
            reason = str(error).splitlines()[0]
            raise ConfigurationError(f"{self._name}:{self._line}: is no YAML: {reason}") from error

    def _built(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Lined:
        """Return the value that begins with ``event``."""
        if depth > MAX_DEPTH:
            raise self._problem(f"is nested more than {MAX_DEPTH} levels deep")
        line = self._line
        value: Value
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise self._problem(f"*{event.anchor} refers to nothing above it")
            return self._anchors[event.anchor]
        if isinstance(event, yaml.SequenceStartEvent):
            value = list(self._items(events, depth))
        elif isinstance(event, yaml.MappingStartEvent):
            value = dict(self._pairs(events, depth))
        else:
            value = _scalar(event) if isinstance(event, yaml.ScalarEvent) else None
        built = Lined(value, line)
        anchor = event.anchor if isinstance(event, yaml.NodeEvent) else None
        if anchor:
            self._anchors[anchor] = built
        return built

    def _items(self, events: Iterator[yaml.Event], depth: int) -> Iterator[Lined]:
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            yield self._built(event, events, depth + 1)

    def _pairs(self, events: Iterator[yaml.Event], depth: int) -> Iterator[tuple[str, Lined]]:
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._key(event)
            yield key, self._built(next(events), events, depth + 1)

    def _key(self, event: yaml.Event) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise self._problem("a key is a word")
        return str(event.value)

    def _problem(self, message: str) -> ConfigurationError:
        return ConfigurationError(f"{self._name}:{self._line}: {message}")


def _scalar(event: yaml.ScalarEvent) -> str | None:
    is_null = not event.style and event.value in _NULLS
    return None if is_null else str(event.value)
