"""Which team somebody means: by name or alias, in a command or inside a question. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice
from operator import add
from typing import Final, Literal, NamedTuple, TypeAlias

from bot.knowledge.matching import closest, is_one_slip_away
from bot.knowledge.text import Token, fold, tokens
from bot.teams.model import Team

TeamBasis: TypeAlias = Literal["asked", "text", "channel", "asker"]
"""Why a team was taken: asked for explicitly, named in the question, the channel's team, the asker's own."""

LONGEST_NAME_IN_WORDS: Final = 6
MIN_MENDED: Final = 5
"""Letters that a name must have before a misspelt word is taken for it; shorter ones have too many neighbours."""

_MAX_MENDED_WORDS: Final = 3
_MAX_UNKNOWN_RUNS: Final = 40
_FOR: Final = re.compile(r"(?<=\s)for(?=\s)", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+|\n")
_CHANNEL: Final = re.compile(r"<#([CG][A-Z0-9]{2,20})(?:\|[^>]*)?>")
_GROUP: Final = re.compile(r"<!subteam\^(S[A-Z0-9]{2,20})(?:\|[^>]*)?>")
_BEFORE: Final = frozenset(
    fold(word)
    for word in (
        *("for", "in", "of", "at", "by", "from", "team", "squad", "tribe"),
        *("für", "von", "im", "para", "de", "do", "da", "pour", "équipe", "equipo", "equipe"),
    )
)
"""Words before a name."""

_AFTER: Final = frozenset(
    fold(word) for word in ("team", "squad", "tribe", "group", "guys", "folks", "people", "crew", "チーム")
)
"""Words behind a name."""


@dataclass(frozen=True, slots=True)
class TeamChoice:
    """The team a question is about, and why it was taken; ``written`` is what was read as a misspelt name."""

    team: Team
    basis: TeamBasis
    written: str | None = None


@dataclass(frozen=True, slots=True)
class TeamDoubt:
    """Several teams are equally plausible, for the same reason."""

    teams: tuple[Team, ...]
    basis: TeamBasis


def key_of(name: str) -> str:
    """Return the form in which two names are the same: folded words, single spaces."""
    return " ".join(token.folded for token in tokens(name))


def halves_of(key: str) -> tuple[str, str] | None:
    """Return the two halves of a folded name: one slip leaves one of them as it was.

    None for names that are too short to be mended, or hold anything but letters ("team 12" is not a misspelt
    "team 13").
    """
    if len(key) < MIN_MENDED or not key.replace(" ", "").isalpha():
        return None
    middle = len(key) // 2
    return key[:middle], key[middle:]


def possible_halves(run: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the first and second halves that a name one slip away from ``run`` may have."""
    lengths = [length for length in range(len(run) - 1, len(run) + 2) if length >= MIN_MENDED]
    heads = {run[: length // 2] for length in lengths}
    tails = {run[len(run) - (length - length // 2) :] for length in lengths}
    if len(run) >= MIN_MENDED:  # only two letters swapped where the halves meet change both of them
        middle = len(run) // 2
        heads.add(run[: middle - 1] + run[middle])
    return frozenset(heads), frozenset(tails)


def similar_names(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return up to three of ``names`` close to ``name``, best first, for "did you mean"."""
    return closest(name, names)


def split_for(text: str) -> tuple[str, str]:
    """Split ``<question> for <team>`` at its last ``for``; the second part is empty where there is none.

    Whether those words are a team's, or part of the question ("who pays for bigquery"), only the teams can tell.
    """
    found = list(_FOR.finditer(text)) if "for" in text.lower() else []
    if not found:
        return text.strip(), ""
    return text[: found[-1].start()].strip(), text[found[-1].end() :].strip(" \t\r\n?!.")


def names_asked_for(tail: str) -> tuple[str, ...]:
    """Return the folded names that the words behind ``for`` may be: as they are, and without "the … team"."""
    words = [token.folded for token in tokens(tail)] if tail else []
    bare = words[words[:1] == ["the"] :]
    if bare[-1:] and bare[-1] in _AFTER:
        bare = bare[:-1]
    elif bare[:1] and bare[0] in _AFTER:
        bare = bare[1:]
    else:
        bare = words
    return tuple(dict.fromkeys(name for name in (" ".join(words), " ".join(bare)) if name))


def channels_in(text: str) -> tuple[str, ...]:
    """Return the ids of the channels mentioned in ``text``."""
    return tuple(dict.fromkeys(_CHANNEL.findall(text)))


def groups_in(text: str) -> tuple[str, ...]:
    """Return the ids of the user groups mentioned in ``text``."""
    return tuple(dict.fromkeys(_GROUP.findall(text)))


class Run(NamedTuple):
    """Some words of a question that stand together, folded in ``key``; every question has many."""

    key: str
    start: int
    length: int


def runs_in(read: Sequence[Token], longest: int = LONGEST_NAME_IN_WORDS) -> Iterator[Run]:
    """Yield every run of up to ``longest`` words, of those that could be a team's name; short ones first."""
    for length, keys in enumerate(_keys_by_length(read, longest), 1):
        for start, key in enumerate(keys):
            yield Run(key, start, length)


def keys_in(read: Sequence[Token]) -> list[str]:
    """Return what every run of words that could be a team's name reads; what is said twice stands there twice."""
    return list(chain.from_iterable(_keys_by_length(read)))


def _keys_by_length(read: Sequence[Token], longest: int = LONGEST_NAME_IN_WORDS) -> Iterator[list[str]]:
    """Yield what the runs of one word read, then those of two …; each stands at the place where its run begins."""
    keys = [token.folded for token in read]
    following = [f" {key}" for key in keys]
    for length in range(1, longest + 1):
        yield keys
        keys = list(map(add, keys, following[length:]))


def misspelt_runs(read: Sequence[Token], is_known: Callable[[str], bool]) -> tuple[Run, ...]:
    """Return the runs that could be a misspelt name: short ones with a word that nobody knows."""
    words = [token.folded for token in read]
    unknown = {
        position
        for position, word in enumerate(words)
        if len(word) >= MIN_MENDED - 1 and word.isalpha() and not is_known(word)
    }
    if not unknown:
        return ()
    found = (
        Run(" ".join(words[start : start + length]), start, length)
        for length in range(1, _MAX_MENDED_WORDS + 1)
        for start in range(len(words) - length + 1)
        if not unknown.isdisjoint(range(start, start + length))
    )
    return tuple(islice((run for run in found if len(run.key) >= MIN_MENDED), _MAX_UNKNOWN_RUNS))


def mended(runs: Iterable[Run], keys: Iterable[str]) -> dict[str, Run]:
    """Return which of ``keys`` are one slip away from one of ``runs``."""
    known = sorted(keys)
    return {key: run for run in runs for key in known if is_one_slip_away(run.key, key)}


def openings_in(text: str) -> frozenset[int]:
    """Return which words of ``text`` begin a sentence or a line: there, a capital letter says nothing."""
    lengths = [len(tokens(sentence)) for sentence in _SENTENCE_END.split(text)]
    return frozenset(accumulate(lengths, initial=0))


def plausible(named: Mapping[str, Team], text: str, is_everyday: Callable[[str], bool]) -> tuple[Team, ...]:
    """Return the teams that ``text`` really names; of names within each other the longest ("payments platform").

    ``named`` are teams by a folded name that stands in the text. A name made of everyday words ("search") counts
    only where it is marked as one.
    """
    runs = [
        Run(key, start, length)
        for length, keys in enumerate(_keys_by_length(tokens(text)), 1)
        for start, key in enumerate(keys)
        if key in named
    ]
    found: dict[str, Team] = {}
    taken: set[int] = set()
    for run in sorted(runs, key=lambda one: (-len(one.key), one.start)):
        places = range(run.start, run.start + run.length)
        if taken.isdisjoint(places) and (not all_everyday(run.key, is_everyday) or is_marked(run, text)):
            taken.update(places)
            found.setdefault(named[run.key].id, named[run.key])
    return tuple(found.values())


def all_everyday(key: str, is_everyday: Callable[[str], bool]) -> bool:
    """Tell whether a folded name has only words that occur in every other question."""
    return all(map(is_everyday, key.split()))


def is_marked(run: Run, text: str) -> bool:
    """Tell whether something in ``text`` says that a run of everyday words is a name.

    That is a word like "for" or "team" beside it, or capital letters inside a sentence that is not all capitals.
    """
    read = tokens(text)
    end = run.start + run.length
    before = read[run.start - 1].folded if run.start else ""
    after = read[end].folded if end < len(read) else ""
    if before in _BEFORE or after in _AFTER:
        return True
    if not all(token.written[:1].isupper() for token in read[run.start : end]):
        return False
    is_shouted = all(token.written == token.written.upper() for token in read)
    return not is_shouted and run.start not in openings_in(text)
