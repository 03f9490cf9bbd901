"""From a Slack message to words: markup, mentions, links, emoji and odd Unicode are taken out here."""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

MAX_CHARACTERS: Final = 4_000
"""A question is read up to here: longer than any real one, short enough for a bounded time."""

MAX_TOKENS: Final = 300
"""Words that count: more than a real question has, few enough for a bounded time."""

_SLACK_REFERENCE: Final = re.compile(r"<([@#!]?)([^<>|]{1,300})(?:\|([^<>]{0,300}))?>")
_LINK: Final = re.compile(r"\b(?:https?://|www\.)\S+|(?<!\S)[^\s@]{1,100}@[^\s@]{1,255}", re.IGNORECASE)
_EMOJI: Final = re.compile(r":[a-z][a-z0-9_+'-]{0,60}:", re.IGNORECASE)
_AT_NAME: Final = re.compile(r"(?<!\w)[@#][\w.-]+")
_WORD: Final = re.compile(
    # katakana, Chinese characters, hiragana, hangul (written without blanks), and words of all other scripts
    r"[\u30a0-\u30ff]+|[\u3005\u3400-\u9fff]+|[\u3041-\u309f]+|[\uac00-\ud7af]+"
    r"|(?:(?![\u3005\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af])[^\W_])+"
)
_WORD_WITH_BLANKS: Final = re.compile(r"[^\W_]+")  # the same, where ``_UNSPACED`` and katakana do not occur
_ACCENTS: Final = re.compile(r"[\u0300-\u036f]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_ASCII_WORDS: Final = "".join(one if one.isalnum() else " " for one in map(chr, range(0x80)))
"""For ``str.translate``, which is faster than any regular expression."""

_VARIATIONS: Final = frozenset(map(chr, range(0xFE00, 0xFE10)))  # "shown as emoji", "shown as text"
_UNSPACED: Final = re.compile(r"[\u3005\u3041-\u309f\u3400-\u9fff\uac00-\ud7af]")
_OF_THEIR_OWN: Final = re.compile(r"[\u3005\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Token(NamedTuple):
    """A word as it was written, and folded for comparison: lower case, no accents."""

    written: str
    folded: str


def clean(text: str) -> str:
    """Return what a reader would call the words of a Slack message, in its own case.

    Mentions, channels, bare links, e-mail addresses and emoji are dropped; link labels and code are kept.
    Never longer than ``MAX_CHARACTERS``; accepts any string, lone surrogates included.
    """
    return " ".join(_without_noise(text).split())


def _without_noise(text: str) -> str:
    """Return ``text`` with blanks in the place of what is no word; each search is for texts that may need it."""
    text = text[:MAX_CHARACTERS]
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "<" in text:
        text = _SLACK_REFERENCE.sub(_spoken, text)
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)[:MAX_CHARACTERS]
    if "://" in text or "@" in text or "www." in text.lower():
        text = _LINK.sub(" ", text)
    if ":" in text:
        text = _EMOJI.sub(" ", text)
    if "@" in text or "#" in text:
        text = _AT_NAME.sub(" ", text)
    if not text.isascii():
        return _translated(text, _printable)
    return text if text.isprintable() else _CONTROL.sub(" ", text)


def fold(text: str) -> str:
    """Return ``text`` for comparison: NFKC, lower case, without Latin accents."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii():
        return folded
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", folded)))


@lru_cache(maxsize=64)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the first ``MAX_TOKENS`` words of a raw Slack message.

    Runs of scripts without blanks give pairs of characters, but for katakana, which writes whole words. The last
    texts are remembered: several parts of an answer ask for the words of the same question.
    """
    text = _without_noise(text)
    if not text.isascii():
        return tuple(islice(_tokens(text), MAX_TOKENS))
    spaced = text.translate(_ASCII_WORDS)
    return tuple(map(Token._make, zip(spaced.split()[:MAX_TOKENS], spaced.lower().split(), strict=False)))


def _tokens(text: str) -> Iterator[Token]:
    for written in (_WORD if _OF_THEIR_OWN.search(text) else _WORD_WITH_BLANKS).findall(text):
        folded = fold(written)
        if _UNSPACED.match(folded):
            yield from (Token(pair, pair) for pair in _pairs(folded[: 2 * MAX_TOKENS]))
        else:
            yield Token(written, folded)


def _spoken(reference: re.Match[str]) -> str:
    """Return the words inside a ``<…>`` of Slack: a label's, or a date's; a mention has none."""
    kind, target, label = reference.groups()
    if kind in {"@", "#"} or (kind == "!" and not target.startswith("date^")):
        return " "
    return f" {label} " if label else " "


@lru_cache(maxsize=4_096)
def _printable(character: str) -> str:
    # Control, format (zero-width, direction) and private characters, symbols such as emoji; zero-width
    # joiners hide inside words, so they vanish instead of splitting one.
    category = unicodedata.category(character)
    if category == "Cf" or character in _VARIATIONS:
        return ""
    is_symbol = category == "So" or (category == "Sk" and character > "\uffff")  # the latter: skin tones
    return " " if category[0] == "C" or is_symbol else character


def _translated(text: str, shown: Callable[[str], str]) -> str:
    changed = {ord(one): new for one in set(text) if (new := shown(one)) != one}
    return text.translate(changed) if changed else text


def _pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(len(run) - 1)] or [run]


def presentable(text: str, limit: int) -> str:
    """Return ``text`` fit to be kept and shown: no control, direction or broken characters, ``limit`` at most.

    Line breaks become blanks; a cut is marked with an ellipsis. Slack markup is left as it is.
    """
    text = text[: 2 * limit]
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = " ".join((text if text.isprintable() else _translated(text, _visible)).split())
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf" and character != "\u200d":  # the joiner holds emoji families together
        return ""
    return " " if category in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} else character
