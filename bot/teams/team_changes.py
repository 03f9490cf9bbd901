"""Use cases of teams: add, change, merge, archive, look up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import uuid4

from bot.clock import Clock
from bot.errors import UserFacingError
from bot.knowledge.text import presentable
from bot.teams.access import Access
from bot.teams.finding import TeamFinder
from bot.teams.model import Actor, Assignment, Team
from bot.teams.naming import key_of
from bot.teams.store import AssignmentStore, TeamStore

MAX_NAME_LENGTH: Final = 80
MAX_KEY_LENGTH: Final = 100
"""Of a folded name; some scripts take more room when folded than when written."""

MAX_ALIASES: Final = 20
MAX_CHANNELS: Final = 50
MAX_MEMBERS: Final = 500


@dataclass(frozen=True, slots=True)
class TeamDraft:
    """What a team shall be, with its parent as somebody wrote it; a part that is none stays as it is."""

    name: str | None = None
    parent_name: str | None = None
    aliases: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    members: tuple[str, ...] | None = None
    leads: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class TeamPage:
    """A team with its ancestors and who holds what for it now, its own assignments only."""

    team: Team
    ancestors: tuple[Team, ...]
    assignments: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class TeamList:
    """Some teams by name, out of ``total``."""

    teams: tuple[Team, ...]
    total: int


class TeamService:
    """Keeps the teams; changes need a role, looking does not."""

    def __init__(
        self, *, teams: TeamStore, assignments: AssignmentStore, finder: TeamFinder, access: Access, clock: Clock
    ) -> None:
        self._teams = teams
        self._assignments = assignments
        self._finder = finder
        self._access = access
        self._clock = clock

    async def add(self, by: Actor, draft: TeamDraft) -> Team:
        """Add a team; a lead of the parent may, too.

        Raises:
            UserFacingError: a name is empty, too long or taken, the parent is unknown.
            NotAllowedError: ``by`` may not.
        """
        parent = await self._parent(by, draft)
        await self._access.require_editor(by, parent)
        blank = Team(uuid4().hex, draft.name or "", parent.id if parent else None)
        team = checked(_drafted(blank, draft))
        await self._teams.add_team(by, team, self._clock())
        return team

    async def change(self, by: Actor, team: Team, draft: TeamDraft) -> Team:
        """Change what ``draft`` says of ``team``, which is as somebody saw it.

        Raises:
            UserFacingError: as ``add``; or somebody else changed the team meanwhile.
            NotAllowedError: ``by`` may not.
        """
        await self._access.require_editor(by, team)
        if draft.parent_name is not None:
            parent = await self._parent(by, draft)
            await self._access.require_editor(by, parent)
            team = replace(team, parent_id=parent.id if parent else None)
        return await self._teams.change_team(by, checked(_drafted(team, draft)), self._clock())

    async def merge(self, by: Actor, source_name: str, target_name: str) -> tuple[Team, Team, int]:
        """Make one team a part of another; return both and how many assignments moved.

        Raises:
            UserFacingError: a team is unknown, or both are the same.
            NotAllowedError: ``by`` may not change both.
        """
        source = await self._finder.called(by.workspace_id, source_name)
        target = await self._finder.called(by.workspace_id, target_name)
        if source.id == target.id:
            raise UserFacingError(f"“{source_name}” and “{target_name}” are the same team.")
        for team in (source, target):
            await self._access.require_editor(by, team)
        return source, target, await self._teams.merge_teams(by, source, target, self._clock())

    async def archive(self, by: Actor, name: str) -> tuple[Team, int]:
        """Take a team out of use; return it and how many assignments ended.

        Raises:
            UserFacingError: the team is unknown.
            NotAllowedError: ``by`` may not.
        """
        team = await self._finder.called(by.workspace_id, name)
        await self._access.require_editor(by, team)
        return team, await self._teams.archive_team(by, team, self._clock())

    async def called(self, workspace_id: str, name: str, at: datetime | None = None) -> Team:
        """Return the team of this name, at a moment in the past if given; ``UserFacingError`` if there is none."""
        return await self._finder.called(workspace_id, name, at)

    async def by_id(self, workspace_id: str, team_id: str) -> Team | None:
        """Return the team of this id."""
        return await self._teams.team(workspace_id, team_id)

    async def all(self, workspace_id: str) -> Sequence[Team]:
        """Return all teams by name."""
        return await self._teams.teams(workspace_id)

    async def some(self, workspace_id: str, *, named_like: str = "", offset: int = 0, limit: int) -> TeamList:
        """Return a page of the teams whose name or alias contains ``named_like``."""
        like = key_of(named_like)
        if named_like.strip() and not like:
            return TeamList((), 0)
        found = await self._teams.teams(workspace_id, named_like=like, offset=offset, limit=limit)
        return TeamList(tuple(found), await self._teams.count_teams(workspace_id, named_like=like))

    async def lineage(self, workspace_id: str, team_id: str) -> Sequence[Team]:
        """Return a team and its ancestors, nearest first."""
        return await self._teams.lineage(workspace_id, team_id)

    async def page(self, workspace_id: str, name: str) -> TeamPage:
        """Return what is known of the team called ``name``; ``UserFacingError`` if there is none."""
        team = await self._finder.called(workspace_id, name)
        line = await self._teams.lineage(workspace_id, team.id)
        held = await self._assignments.assignments(workspace_id, self._clock(), team_ids=[team.id])
        return TeamPage(team, tuple(line[1:]), tuple(held))

    async def _parent(self, by: Actor, draft: TeamDraft) -> Team | None:
        return await self._finder.called(by.workspace_id, draft.parent_name) if draft.parent_name else None


def checked(team: Team) -> Team:
    """Return ``team`` with its names fit to be shown and nothing twice.

    Raises:
        UserFacingError: a name has no letters or is too long, or there is too much of something.
    """
    name = _shown(team.name)
    aliases: dict[str, str] = {}
    for alias in map(_shown, team.aliases):
        aliases.setdefault(key_of(alias), alias)
    aliases.pop(key_of(name), None)
    team = replace(
        team,
        name=name,
        aliases=tuple(aliases.values()),
        channels=tuple(sorted(set(team.channels))),
        members=tuple(sorted(set(team.members))),
        leads=tuple(sorted(set(team.leads))),
    )
    _check_name(name, "name")
    for alias in team.aliases:
        _check_name(alias, "aliases")
    limits = ((team.aliases, MAX_ALIASES, "aliases"), (team.channels, MAX_CHANNELS, "channels"))
    people = ((team.members, MAX_MEMBERS, "members"), (team.leads, MAX_MEMBERS, "leads"))
    for found, limit, what in (*limits, *people):
        if len(found) > limit:
            raise UserFacingError(
                f"{team.name} would have {len(found)} {what}: a team has {limit} at most.", about=what
            )
    return team


def _drafted(team: Team, draft: TeamDraft) -> Team:
    given = {
        "name": draft.name,
        "aliases": draft.aliases,
        "channels": draft.channels,
        "members": draft.members,
        "leads": draft.leads,
    }
    return replace(team, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


def _shown(name: str) -> str:
    return presentable(name, max(len(name), 1))


def _check_name(name: str, about: str) -> None:
    key = key_of(name)
    if not key:
        raise UserFacingError(
            f"“{name}” has no letters or digits: give the team a name people can type.", about=about
        )
    if len(name) > MAX_NAME_LENGTH:
        raise UserFacingError(
            f"“{name[:40]}…” has {len(name)} characters: a team name or alias has {MAX_NAME_LENGTH} at most.",
            about=about,
        )
    if len(key) > MAX_KEY_LENGTH:
        raise UserFacingError(f"“{name[:40]}…” is too long for a team name or alias: shorten it.", about=about)
