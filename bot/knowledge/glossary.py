"""A company's own words: products are read as what they stand for, aliases name their persona. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.knowledge.model import Catalogue
from bot.knowledge.text import Token, tokens


@dataclass(frozen=True, slots=True)
class Glossary:
    """What names stand for, by their folded words; ``longest`` is the number of words of the longest product.

    ``meanings`` are products, ``aliases`` persona keys.
    """

    meanings: Mapping[tuple[str, ...], tuple[str, ...]]
    aliases: Mapping[tuple[str, ...], str]
    longest: int

    @classmethod
    def of(cls, catalogue: Catalogue) -> "Glossary":
        """Return the glossary of a catalogue; a name without words is left out."""
        meanings = {_words(one.name): _words(one.meaning) for one in catalogue.products if _words(one.name)}
        aliases = {_words(alias): one.key for one in catalogue.personas for alias in one.aliases if _words(alias)}
        return cls(meanings, aliases, max(map(len, meanings), default=0))

    def named_personas(self, read: Sequence[Token]) -> frozenset[str]:
        """Return the keys of the personas that ``read`` calls by an alias."""
        words = tuple(token.folded for token in read)
        return frozenset(
            key
            for alias, key in self.aliases.items()
            if any(words[start : start + len(alias)] == alias for start in range(len(words) - len(alias) + 1))
        )

    def explained(self, read: Sequence[Token]) -> tuple[Token, ...]:
        """Return ``read`` with every product's meaning behind its name; the longest name wins.

        The added tokens are "written" as the name was, because that is what the asker wrote.
        """
        if not self.meanings:
            return tuple(read)
        explained: list[Token] = []
        start = 0
        while start < len(read):
            length = self._length_at(read, start)
            name = read[start : start + max(length, 1)]
            explained += name
            if length:
                written = " ".join(token.written for token in name)
                meaning = self.meanings[tuple(token.folded for token in name)]
                explained += [Token(written, word) for word in meaning]
            start += len(name)
        return tuple(explained)

    def _length_at(self, read: Sequence[Token], start: int) -> int:
        for length in range(min(self.longest, len(read) - start), 0, -1):
            if tuple(token.folded for token in read[start : start + length]) in self.meanings:
                return length
        return 0


def _words(text: str) -> tuple[str, ...]:
    return tuple(token.folded for token in tokens(text))
