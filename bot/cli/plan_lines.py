"""An import's plan in lines of our own markup: how much changes, and what."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Final

from bot.blocks.text import escape, mention
from bot.knowledge.model import Catalogue
from bot.teams.model import Assignment, Rank, Team
from bot.teams.transfer_holdings import HoldingChange
from bot.teams.transfer_plan import TransferPlan

MAX_LINES: Final = 100
_PARTS: Final = ("aliases", "channels", "members", "leads")


def summary_lines(plan: TransferPlan) -> Iterator[str]:
    """Yield one line about teams and one about assignments."""
    teams, holdings = plan.teams, plan.holdings
    yield (
        f"Teams: {len(teams.added)} added, {len(teams.changed)} changed, {len(teams.archived)} archived,"
        f" {teams.unchanged} unchanged"
    )
    yield (
        f"Assignments: {len(holdings.added)} added, {len(holdings.changed)} changed, {len(holdings.ended)} ended,"
        f" {holdings.unchanged} unchanged"
    )


def change_lines(plan: TransferPlan, catalogue: Catalogue) -> Iterator[str]:
    """Yield one line per change, ``MAX_LINES`` at most, and how many more there are."""
    teams, holdings = plan.teams, plan.holdings
    lines = _Lines(plan, catalogue)
    yield from islice(
        chain(
            map(lines.team_added, teams.added),
            map(lines.team_changed, teams.changed),
            map(lines.team_archived, teams.archived),
            map(lines.added, holdings.added),
            map(lines.changed, holdings.changed),
            (lines.ended(ending.assignment, f"{ending.at:%Y-%m-%d}") for ending in holdings.ended),
        ),
        MAX_LINES,
    )
    sizes: Sequence[Sequence[object]] = (teams.added, teams.changed, teams.archived, holdings.added)
    count = sum(map(len, sizes)) + len(holdings.changed) + len(holdings.ended)
    if count > MAX_LINES:
        yield f"… and {count - MAX_LINES} more changes"


class _Lines:
    """Words for single changes."""

    def __init__(self, plan: TransferPlan, catalogue: Catalogue) -> None:
        self._team_names = plan.names
        self._persona_names = {persona.key: persona.name for persona in catalogue.personas}

    def team_added(self, team: Team) -> str:
        parent = f", part of {self._name(team.parent_id)}" if team.parent_id else ""
        parts = "".join(f", {part} {_listed(team, part)}" for part in _PARTS if getattr(team, part))
        return f"+ team {escape(team.name)}{parent}{parts}"

    def team_changed(self, change: tuple[Team, Team]) -> str:
        before, after = change
        changes = [
            f"{part} {_listed(before, part)} → {_listed(after, part)}"
            for part in _PARTS
            if set(getattr(before, part)) != set(getattr(after, part))
        ]
        if before.parent_id != after.parent_id:
            changes.insert(0, f"parent {self._name(before.parent_id)} → {self._name(after.parent_id)}")
        return f"~ team {escape(after.name)}: {'; '.join(changes)}"

    def team_archived(self, team: Team) -> str:
        return f"- team {escape(team.name)} is archived"

    def added(self, one: Assignment) -> str:
        return f"+ {self._held(one)}{_period(one)}"

    def changed(self, change: HoldingChange) -> str:
        return (
            f"~ {self._held(change.before)}{_period(change.before)} → {change.after.rank}{_period(change.after)}"
        )

    def ended(self, one: Assignment, day: str) -> str:
        return f"- {self._held(one)} ends on {day}"

    def _held(self, one: Assignment) -> str:
        persona = escape(self._persona_names.get(one.cell.persona_key, one.cell.persona_key))
        place = self._name(one.cell.team_id) if one.cell.team_id else "the whole organisation"
        backup = ", backup" if one.rank is Rank.BACKUP else ""
        return f"{mention(one.assignee)}: {persona} for {place}{backup}"

    def _name(self, team_id: str | None) -> str:
        return escape(self._team_names[team_id]) if team_id else "none"


def _listed(team: Team, part: str) -> str:
    return escape(", ".join(getattr(team, part))) or "none"


def _period(one: Assignment) -> str:
    until = f" until {one.valid_until:%Y-%m-%d}" if one.valid_until else ""
    return f" from {one.valid_from:%Y-%m-%d}{until}"
