"""The teams an import leads to, as a whole: what would belong to two of them, and who is above whom. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final

from bot.knowledge.text import presentable
from bot.teams.model import Team
from bot.teams.naming import key_of
from bot.teams.transfer_claims import TeamClaim
from bot.teams.transfer_rows import BadRow

_MAX_WAY: Final = 200


def refuse_taken(teams: Mapping[str, Team], claims: Mapping[str, TeamClaim], problems: list[BadRow]) -> None:
    """Note every name and channel that two of ``teams`` would have; both mappings are by team id."""
    claimed_last = sorted(teams.values(), key=lambda team: team.id in claims)
    owners: dict[str, Team] = {}
    for team in claimed_last:
        for name in team.names:
            other = owners.setdefault(key_of(name), team)
            if other.id != team.id:
                problems.append(_taken(team, other, "aliases", f"“{name}” already names", claims))
    owners.clear()
    for team in claimed_last:
        for channel in team.channels:
            other = owners.setdefault(channel, team)
            if other.id != team.id:
                what = f"the channel {channel} already belongs to"
                problems.append(_taken(team, other, "channels", what, claims))


def _taken(team: Team, other: Team, part: str, what: str, claims: Mapping[str, TeamClaim]) -> BadRow:
    claim = claims[team.id]  # of two teams that were there before, none has what is the other's
    where = f" (line {claims[other.id].place.line})" if other.id in claims else ""
    return BadRow(claim.said_at(part), f"{team.name}: {what} the team {other.name}{where}: choose another")


def refuse_cycles(teams: Mapping[str, Team], claims: Mapping[str, TeamClaim], problems: list[BadRow]) -> None:
    """Note every round of teams that would be each other's ancestors; both mappings are by team id."""
    for cycle in _cycles(teams):
        way = presentable(" → ".join(team.name for team in (*cycle, cycle[0])), _MAX_WAY)
        said = (claims[team.id] for team in cycle if team.id in claims)
        # Some row closes the round: there was none before.
        place = min(claim.said_at("parent") for claim in said if claim.parent)
        problems.append(BadRow(place, f"{way}: teams cannot be each other's parents: change one of them"))


def _cycles(teams: Mapping[str, Team]) -> Iterator[list[Team]]:
    """Yield every round, from child to parent."""
    settled: set[str] = set()
    for start in teams:
        way: dict[str, Team] = {}
        step: str | None = start
        while step is not None and step in teams and step not in settled and step not in way:
            way[step] = teams[step]
            step = teams[step].parent_id
        if step is not None and step in way:
            ids = list(way)
            yield [way[one] for one in ids[ids.index(step) :]]
        settled.update(way)


def parents_first(teams: Mapping[str, Team]) -> Iterator[Team]:
    """Yield ``teams`` so that each comes after its parent; of a round of parents each comes once."""
    done: set[str] = set()
    for start in teams:
        line: list[str] = []
        step: str | None = start
        while step is not None and step in teams and step not in done:
            done.add(step)
            line.append(step)
            step = teams[step].parent_id
        yield from (teams[one] for one in reversed(line))
