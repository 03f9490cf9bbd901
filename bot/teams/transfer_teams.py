"""Which teams an import adds, changes and archives. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final
from uuid import uuid4

from bot.errors import UserFacingError
from bot.knowledge.text import presentable
from bot.teams.model import Team
from bot.teams.naming import key_of, similar_names
from bot.teams.team_changes import MAX_ALIASES, MAX_CHANNELS, MAX_MEMBERS
from bot.teams.transfer_claims import TeamClaim, checked_name
from bot.teams.transfer_people import Found
from bot.teams.transfer_rows import BadRow, ImportRules
from bot.teams.transfer_tree import parents_first, refuse_cycles, refuse_taken

MAX_COMPARED: Final = 2_000
"""Names that "did you mean" looks at; among more of them it would take too long for every wrong one."""

_CHANNEL: Final = re.compile(r"[CG][A-Z0-9]{2,20}")
_MAX_SHOWN: Final = 60
_LIMITS: Final = {
    "aliases": MAX_ALIASES,
    "channels": MAX_CHANNELS,
    "members": MAX_MEMBERS,
    "leads": MAX_MEMBERS,
}


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """What becomes of the teams: ``added`` with parents first, ``changed`` from what to what."""

    added: tuple[Team, ...]
    changed: tuple[tuple[Team, Team], ...]
    archived: tuple[Team, ...]
    unchanged: int
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to change."""
        return not (self.added or self.changed or self.archived)


def plan_teams(
    claims: Mapping[str, TeamClaim],
    found: Mapping[str, Found],
    known: Sequence[Team],
    rules: ImportRules,
    problems: list[BadRow],
) -> tuple[TeamPlan, Mapping[str, str]]:
    """Return what becomes of the teams, and the id of every team by its key; adds to ``problems``."""
    planner = _Planner(claims, found, known, rules, problems)
    plan = planner.plan()
    return plan, planner.ids


class _Planner:
    """One import's teams."""

    def __init__(
        self,
        claims: Mapping[str, TeamClaim],
        found: Mapping[str, Found],
        known: Sequence[Team],
        rules: ImportRules,
        problems: list[BadRow],
    ) -> None:
        self._claims = claims
        self._found = found
        self._known = {team.id: team for team in known}
        self._rules = rules
        self._problems = problems
        self._notes: list[str] = []
        self.ids = {key_of(team.name): team.id for team in known}
        self._archived: dict[str, Team] = {}
        self.ids |= {key: uuid4().hex for key in claims if key not in self.ids}
        self._claimed = {self.ids[key]: claim for key, claim in claims.items()}
        if rules.prune:
            self._archived = self._to_archive()

    def _to_archive(self) -> dict[str, Team]:
        """Return the teams that the file neither has a row for nor names as a parent."""
        named = {claim.parent for claim in self._claims.values() if claim.parent}
        parents = {self._team_called(name) for name in named}
        return {
            team_id: team
            for team_id, team in self._known.items()
            if team_id not in self._claimed and team_id not in parents
        }

    def _team_called(self, name: str) -> str | None:
        """Return the id of the team with this name or alias."""
        key = key_of(name)
        return self.ids.get(key) or self._ids_by_alias.get(key)

    @cached_property
    def _ids_by_alias(self) -> Mapping[str, str]:
        """The ids of teams by alias; made only where a parent is named by one."""
        known = {key_of(alias): team.id for team in self._known.values() for alias in team.aliases}
        claimed = {
            key_of(alias): self.ids[key] for key, claim in self._claims.items() for alias in claim.aliases or ()
        }
        return known | claimed

    def plan(self) -> TeamPlan:
        after = {team.id: team for claim in self._claims.values() for team in self._claimed_team(claim)}
        for team in self._known.values():
            if team.id not in after and team.id not in self._archived:
                after[team.id] = replace(team, parent_id=self._heir(team.parent_id))
        refuse_taken(after, self._claimed, self._problems)
        refuse_cycles(after, self._claimed, self._problems)
        changed = [
            (before, after[team_id])
            for team_id, before in self._known.items()
            if team_id in after and not _is_same(before, after[team_id])
        ]
        added = {team_id: team for team_id, team in after.items() if team_id not in self._known}
        return TeamPlan(
            added=tuple(parents_first(added)),
            changed=tuple(changed),
            archived=tuple(self._archived.values()),
            unchanged=len(self._claims.keys() - {key_of(before.name) for before, _ in changed}) - len(added),
            notes=tuple(self._notes),
        )

    def _claimed_team(self, claim: TeamClaim) -> Iterator[Team]:
        """Yield what a claimed team shall be; nothing where that cannot be."""
        team_id = self.ids[claim.key]
        before = self._known.get(team_id) or Team(team_id, claim.name)
        try:
            after = replace(
                before,
                parent_id=self._parent_id(claim, before),
                aliases=self._aliases(claim, before),
                channels=_channels(claim, before),
                members=self._people(claim, "members", before.members),
                leads=self._people(claim, "leads", before.leads),
            )
            yield before if _is_same(before, after) else _limited(after)
        except UserFacingError as error:
            place = claim.said_at(error.about)
            self._problems.append(BadRow(place, str(error)))

    def _parent_id(self, claim: TeamClaim, before: Team) -> str | None:
        if claim.parent is None:
            return self._heir(before.parent_id)
        if not claim.parent:
            return None
        parent_id = self._team_called(claim.parent)
        if parent_id is None:
            raise UserFacingError(
                f"“{_short(claim.parent)}”, the parent of {claim.name}, is no team: {self._hint(claim.parent)}",
                about="parent",
            )
        return parent_id

    def _heir(self, team_id: str | None) -> str | None:
        """Return the nearest of a team and its ancestors that stays in use."""
        while team_id in self._archived:
            team_id = self._archived[team_id].parent_id
        return team_id

    def _hint(self, name: str) -> str:
        names = [*(team.name for team in self._known.values()), *(claim.name for claim in self._claims.values())]
        similar = similar_names(name, names) if len(names) <= MAX_COMPARED else ()
        return f"did you mean {' or '.join(similar)}?" if similar else "add a row for it"

    def _aliases(self, claim: TeamClaim, before: Team) -> tuple[str, ...]:
        """Return the aliases without those that fold to the same as another name of the team."""
        if claim.aliases is None:
            return before.aliases
        wanted = (*before.aliases, *claim.aliases) if self._rules.teams_only else claim.aliases
        by_key: dict[str, str] = {claim.key: before.name}
        try:
            for alias in wanted:
                key, name = checked_name(alias)
                by_key.setdefault(key, name)
        except UserFacingError as error:
            raise UserFacingError(str(error), about="aliases") from error
        return tuple(by_key.values())[1:]

    def _people(self, claim: TeamClaim, part: str, before: tuple[str, ...]) -> tuple[str, ...]:
        """Return the ids of those who are listed; whoever is listed already may stay, whatever became of them."""
        listed: tuple[str, ...] | None = getattr(claim, part)
        if listed is None:
            return before
        ids: dict[str, None] = {}
        for written in listed:
            found = self._found[written]
            slack_id = found.assignee.id if found.assignee else None
            if slack_id is not None and (found.doubt is None or slack_id in before):
                ids[slack_id] = None
            else:
                self._miss(claim, part, found.doubt or written)
        return before if self._rules.teams_only and not ids else tuple(ids)

    def _miss(self, claim: TeamClaim, part: str, doubt: str) -> None:
        row = BadRow(claim.said_at(part), f"{part} of {claim.name}: {doubt}")
        if self._rules.teams_only:
            self._notes.append(str(row))
        else:
            self._problems.append(row)


def _limited(team: Team) -> Team:
    """Return ``team``, whose names were checked before; ``UserFacingError`` if there is too much of something."""
    for part, limit in _LIMITS.items():
        count = len(getattr(team, part))
        if count > limit:
            raise UserFacingError(f"{team.name} would have {count} {part}: a team has {limit} at most", about=part)
    return team


def _channels(claim: TeamClaim, before: Team) -> tuple[str, ...]:
    for channel in claim.channels or ():
        if not _CHANNEL.fullmatch(channel):
            raise UserFacingError(
                f"“{_short(channel)}” is no channel id: copy it from the channel's details (C…)", about="channels"
            )
    return before.channels if claim.channels is None else tuple(dict.fromkeys(claim.channels))


def _is_same(one: Team, other: Team) -> bool:
    lists = ("aliases", "channels", "members", "leads")
    return one.parent_id == other.parent_id and all(
        set(getattr(one, part)) == set(getattr(other, part)) for part in lists
    )


def _short(text: str) -> str:
    return presentable(text, _MAX_SHOWN)
