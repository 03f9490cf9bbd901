"""Which team somebody means: by name or alias, in a command or inside a question."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from bot.knowledge.matching import closest
from bot.knowledge.text import tokens
from bot.teams.model import Team

TeamBasis: TypeAlias = Literal["asked", "text", "channel"]
"""Why a team was taken: written after ``for``, named in the question, or the channel's team."""

_LONGEST_NAME_IN_WORDS: Final = 6


@dataclass(frozen=True, slots=True)
class TeamChoice:
    """The team a question is about, and why it was taken."""

    team: Team
    basis: TeamBasis


def key_of(name: str) -> str:
    """Return the form in which two names are the same: folded words, single spaces."""
    return " ".join(token.folded for token in tokens(name))


def similar_names(name: str, teams: Iterable[Team]) -> tuple[str, ...]:
    """Return up to three names close to ``name``, best first, for "did you mean"."""
    return closest(name, [known for team in teams for known in team.names])


def split_for(text: str) -> tuple[str, str]:
    """Split ``<question> for <team>`` at its last ``for``; the second part is empty where there is none.

    Whether those words are a team's, or part of the question ("who pays for bigquery"), only the teams can tell.
    """
    head, separator, tail = text.rpartition(" for ")
    return (head.strip(), tail.strip(" ?!.")) if separator else (text.strip(), "")


def keys_in(text: str) -> frozenset[str]:
    """Return every run of words in ``text`` that could be a team's name, folded."""
    words = [token.folded for token in tokens(text)]
    return frozenset(
        " ".join(words[start : start + length])
        for length in range(1, _LONGEST_NAME_IN_WORDS + 1)
        for start in range(len(words) - length + 1)
    )


def longest_named(named: Mapping[str, Team]) -> Team | None:
    """Return the team with the longest of these keys ("payments platform" over "payments").

    None if there is none, or if two teams are named equally well.
    """
    longest = max(map(len, named), default=0)
    best = {team.id: team for key, team in named.items() if len(key) == longest}
    return next(iter(best.values())) if len(best) == 1 else None
