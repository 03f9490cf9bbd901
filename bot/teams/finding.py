"""Which team a question is about: the one asked for, one named in the text, the channel's, the asker's own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol, TypeAlias

from bot.errors import UnavailableError, UserFacingError
from bot.knowledge.text import presentable, tokens
from bot.teams.directory import Directory
from bot.teams.model import Team
from bot.teams.naming import (
    Run,
    TeamBasis,
    TeamChoice,
    TeamDoubt,
    all_everyday,
    channels_in,
    groups_in,
    is_marked,
    key_of,
    keys_in,
    mended,
    misspelt_runs,
    names_asked_for,
    plausible,
    possible_halves,
    similar_names,
    split_for,
)
from bot.teams.store import OwnershipLookup, TeamLookup

MAX_DOUBT: Final = 5
"""Of more equally plausible teams none is taken: a choice of twenty is no help."""

_MAX_WEIGHED: Final = 50
"""Of so many teams nobody looks which is above which."""

MAX_COMPARED: Final = 2_000
"""Names that "did you mean" looks at; among more, only those one slip away are found."""

_MAX_SHOWN: Final = 80

TeamFound: TypeAlias = TeamChoice | TeamDoubt | None


class Lexicon(Protocol):
    """What everybody's words are; a team's name is told from them."""

    def knows(self, word: str) -> bool:
        """Tell whether a folded word occurs in what people write."""

    def is_everyday(self, word: str) -> bool:
        """Tell whether a folded word occurs so often that it needs more to be a name."""


class TeamFinder:
    """Looks teams up by what people write."""

    def __init__(self, store: TeamLookup, directory: Directory, lexicon: Lexicon) -> None:
        self._store = store
        self._directory = directory
        self._lexicon = lexicon

    def on(self, lookup: OwnershipLookup) -> "TeamFinder":
        """Return a finder that looks there."""
        return TeamFinder(lookup.teams, self._directory, self._lexicon)

    async def called(self, workspace_id: str, name: str, at: datetime | None = None) -> Team:
        """Return the team called ``name``, at the moment ``at`` if that is in the past.

        Raises:
            UserFacingError: there is none; the message names similar ones.
        """
        key = key_of(name)
        if at is not None:
            archived = await self._store.archived_team(workspace_id, key, at)
            if archived is not None:
                return archived
        named = await self._store.teams_named(workspace_id, [key])
        if key in named:
            return named[key]
        near = await self._nearly(workspace_id, [Run(key, 0, 1)])
        similar = [one.team.name for one in near] or await self._similar(workspace_id, name)
        hint = f"Did you mean {' or '.join(similar)}?" if similar else "See /finops team list."
        raise UserFacingError(f"There is no team called “{presentable(name, _MAX_SHOWN)}”. {hint}")

    async def by_id(self, workspace_id: str, team_id: str) -> Team:
        """Return the team with this id; ``UserFacingError`` if there is none any more."""
        team = await self._store.team(workspace_id, team_id)
        key = key_of(team.name) if team else ""
        in_use = (await self._store.teams_named(workspace_id, [key])).get(key)
        if in_use is None or in_use.id != team_id:
            raise UserFacingError("This team is gone. Please ask again.")
        return in_use

    async def of_question(
        self, workspace_id: str, text: str, channel_id: str | None, asker_id: str | None
    ) -> tuple[str, TeamFound]:
        """Return the question without a closing ``for <team>``, and the team (or teams) it is about."""
        head, tail = split_for(text)
        names = names_asked_for(tail)
        keys = [*keys_in(tokens(text)), *names]
        named = await self._store.teams_named(workspace_id, keys) if keys else {}
        asked = await self._asked(workspace_id, tail, names, named) if tail else None
        if asked is not None:
            return head, asked
        in_text = list(await self._mentioned(workspace_id, text))
        if named:
            in_text += plausible(named, text, self._lexicon.is_everyday)
        if in_text:
            return text, await self._decided(workspace_id, in_text, "text")
        near = await self._misspelt(workspace_id, text)
        if near:
            return text, await self._mended(workspace_id, near, "text")
        return text, await self._unnamed(workspace_id, channel_id, asker_id)

    async def _asked(
        self, workspace_id: str, tail: str, names: Sequence[str], named: Mapping[str, Team]
    ) -> TeamFound:
        """Return the team that the words behind ``for`` name, however many others the question names."""
        for name in names:
            if name in named:
                return TeamChoice(named[name], "asked")
        if not names:
            mentioned = await self._mentioned(workspace_id, tail)
            return await self._decided(workspace_id, mentioned, "asked") if mentioned else None
        runs = [run for run in misspelt_runs(tokens(tail), self._lexicon.knows) if run.key in names]
        near = await self._nearly(workspace_id, runs) if runs else []
        return await self._mended(workspace_id, near, "asked") if near else None

    async def _mended(self, workspace_id: str, near: Sequence[TeamChoice], basis: TeamBasis) -> TeamFound:
        if len(near) == 1:
            return replace(near[0], basis=basis)
        return await self._decided(workspace_id, [one.team for one in near], basis)

    async def _mentioned(self, workspace_id: str, text: str) -> Sequence[Team]:
        if "<" not in text:
            return ()
        channels, groups = channels_in(text), groups_in(text)
        of_channels = await self._store.teams_of_channels(workspace_id, channels) if channels else ()
        of_groups = await self._store.teams_of_members(workspace_id, groups) if groups else ()
        return [*of_channels, *of_groups]

    async def _misspelt(self, workspace_id: str, text: str) -> list[TeamChoice]:
        runs = misspelt_runs(tokens(text), self._lexicon.knows)
        return await self._nearly(workspace_id, runs, lambda run: is_marked(run, text)) if runs else []

    async def _nearly(
        self, workspace_id: str, runs: Sequence[Run], is_named: Callable[[Run], bool] = lambda _run: True
    ) -> list[TeamChoice]:
        """Return the teams with a name one slip away from ``runs``; of everyday words only if ``is_named``."""
        halves = [possible_halves(run.key) for run in runs]
        heads = frozenset[str]().union(*(head for head, _ in halves))
        tails = frozenset[str]().union(*(tail for _, tail in halves))
        if not heads:
            return []
        meant = {
            key: run
            for key, run in mended(runs, await self._store.keys_half_like(workspace_id, heads, tails)).items()
            if not all_everyday(key, self._lexicon.is_everyday) or is_named(run)
        }
        named = await self._store.teams_named(workspace_id, meant) if meant else {}
        found = [TeamChoice(named[key], "text", run.key) for key, run in meant.items() if key in named]
        return list({choice.team.id: choice for choice in found}.values())

    async def _similar(self, workspace_id: str, name: str) -> tuple[str, ...]:
        some = await self._store.teams(workspace_id, limit=MAX_COMPARED)
        return similar_names(name, [known for team in some for known in team.names])

    async def _unnamed(self, workspace_id: str, channel_id: str | None, asker_id: str | None) -> TeamFound:
        if channel_id is not None:
            of_channel = await self._store.teams_of_channels(workspace_id, [channel_id])
            if of_channel:
                return TeamChoice(of_channel[0], "channel")
        if asker_id is None:
            return None
        own = await self._store.teams_of_members(workspace_id, [asker_id, *await self._groups_of(asker_id)])
        return await self._decided(workspace_id, own, "asker") if own else None

    async def _groups_of(self, asker_id: str) -> frozenset[str]:
        try:
            return await self._directory.groups_of(asker_id)
        except UnavailableError:
            return frozenset()

    async def _decided(self, workspace_id: str, teams: Sequence[Team], basis: TeamBasis) -> TeamFound:
        """Return the one team, or the doubt; of a team and its parent the more specific one is meant."""
        by_id: dict[str, Team] = {team.id: team for team in teams}
        if len(by_id) > _MAX_WEIGHED:
            return None
        if len(by_id) > 1:
            above: set[str] = set()
            for team in by_id.values():
                line = await self._store.lineage(workspace_id, team.id)
                above |= {ancestor.id for ancestor in line[1:]}
            by_id = {team_id: team for team_id, team in by_id.items() if team_id not in above}
        if len(by_id) == 1:
            return TeamChoice(next(iter(by_id.values())), basis)
        if len(by_id) <= MAX_DOUBT:
            return TeamDoubt(tuple(sorted(by_id.values(), key=lambda team: key_of(team.name))), basis)
        return None
