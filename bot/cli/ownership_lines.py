"""Teams, owners and changes in lines of our own markup, and as JSON; field names are a contract."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.blocks.ownership import place
from bot.blocks.standing import standing
from bot.blocks.text import escape, mention
from bot.knowledge.model import Persona
from bot.teams.audit import AuditEntry
from bot.teams.model import Ownership, Team


def team_lines(teams: Iterable[Team], names: Mapping[str, str]) -> Iterator[str]:
    """Yield one line per team; ``names`` are those of all teams by id."""
    for team in teams:
        parent = f", part of {escape(names.get(team.parent_id, ''))}" if team.parent_id else ""
        aliases = f", also called {escape(', '.join(team.aliases))}" if team.aliases else ""
        channels = f", {' '.join(f'<#{channel}>' for channel in team.channels)}" if team.channels else ""
        yield f"{escape(team.name)}{parent}{aliases}{channels}"


def team_as_json(team: Team, names: Mapping[str, str]) -> dict[str, Any]:
    """Return one team, its parent by name."""
    return {
        "id": team.id,
        "name": team.name,
        "parent": names.get(team.parent_id) if team.parent_id else None,
        "aliases": list(team.aliases),
        "channels": list(team.channels),
        "members": list(team.members),
        "leads": list(team.leads),
    }


def who_lines(
    persona: Persona, team: Team | None, ownership: Ownership, fallback: Ownership | None, now: datetime
) -> Iterator[str]:
    """Yield who is asked, and what is worth knowing of the way to them; ``fallback`` helps where nobody is."""
    on = f"On {ownership.at:%Y-%m-%d}: " if ownership.at else ""
    what = f"{on}*{escape(persona.name)}*{place(team)}"
    if ownership.owner:
        yield f"{what} is {mention(ownership.owner.assignee)}"
    elif fallback and fallback.owner:
        yield f"{what} is nobody; the FinOps Practitioner helps: {mention(fallback.owner.assignee)}"
    else:
        yield f"{what} is nobody"
    yield from standing(ownership, now)


def entry_as_json(entry: AuditEntry) -> dict[str, Any]:
    """Return one change of the audit log."""
    return {
        "at": entry.at.isoformat(),
        "actor": entry.actor_id,
        "surface": entry.surface.value,
        "action": entry.action.value,
        "team": entry.team_name,
        "persona": entry.persona_key,
        "before": dict(entry.before),
        "after": dict(entry.after),
    }
