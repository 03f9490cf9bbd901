"""Teams as messages. They are shown to the person who asked; nobody is notified."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.blocks.ownership import holding
from bot.blocks.text import Message, escape, mention, plain_message
from bot.knowledge.model import Catalogue
from bot.teams.model import Assignee, Team
from bot.teams.policy import OwnershipPolicy
from bot.teams.team_changes import TeamPage

_MAX_TEAMS_SHOWN: Final = 60
_MAX_PEOPLE_SHOWN: Final = 20


def team_added_message(team: Team) -> Message:
    """Return the confirmation of a new team, with the next step."""
    return plain_message(f"Added {_in_one_line(team)}. Now say who holds what: {_how_to_assign(team)}")


def team_list_message(teams: Sequence[Team]) -> Message:
    """Return the teams as a tree, parents first."""
    if not teams:
        return plain_message(f"There are no teams yet. Add the first: `{escape('/finops team add <name>')}`")
    lines = [f"{'    ' * depth}• {_in_one_line(team)}" for team, depth in _tree(teams)]
    hidden = len(lines) - _MAX_TEAMS_SHOWN
    more = [f"… and {hidden} more; see one with `{escape('/finops team show <name>')}`"] if hidden > 0 else []
    return plain_message("\n".join([*lines[:_MAX_TEAMS_SHOWN], *more]))


def team_changed_message(team: Team) -> Message:
    """Return the confirmation that a team was changed."""
    return plain_message(f"Saved: {_in_one_line(team)}.")


def team_merged_message(source: Team, target: Team, moved: int) -> Message:
    """Return the confirmation that a team became part of another."""
    return plain_message(
        f"*{escape(source.name)}* is now part of *{escape(target.name)}*: its names, channels and members moved,"
        f" and {_assignments(moved)} with them. Who held what before is kept."
    )


def team_archived_message(team: Team, ended: int) -> Message:
    """Return the confirmation that a team is out of use."""
    return plain_message(
        f"*{escape(team.name)}* is archived, and {_assignments(ended)} ended. Who held what before is kept."
    )


def team_message(page: TeamPage, catalogue: Catalogue, policy: OwnershipPolicy, now: datetime) -> Message:
    """Return one team, and persona by persona who holds it for this team itself."""
    head = _in_one_line(page.team)
    for role, people in (("Led by", page.team.leads), ("Members", page.team.members)):
        if people:
            shown = " ".join(mention(Assignee.from_id(one)) for one in people[:_MAX_PEOPLE_SHOWN])
            more = f" and {len(people) - _MAX_PEOPLE_SHOWN} more" if len(people) > _MAX_PEOPLE_SHOWN else ""
            head += f"\n{role}: {shown}{more}"
    if page.ancestors:
        head += f"\nPart of {escape(page.ancestors[0].name)}, which answers where nobody is named here"
    names = {persona.key: persona.name for persona in catalogue.personas}
    held = [
        f"• *{escape(names.get(one.cell.persona_key, one.cell.persona_key))}*: {holding(one, policy, now)}"
        for one in page.assignments
    ]
    nobody = f"Nobody is named yet: {_how_to_assign(page.team)}"
    return plain_message(f"{head}\n\n" + ("\n".join(held) or nobody))


def _how_to_assign(team: Team) -> str:
    return f"`{escape(f'/finops assign @somebody <persona> for {team.name}')}`"


def _assignments(count: int) -> str:
    return "1 assignment" if count == 1 else f"{count} assignments"


def _in_one_line(team: Team) -> str:
    aliases = f", also called {escape(', '.join(team.aliases))}" if team.aliases else ""
    channels = f", {' '.join(f'<#{channel}>' for channel in team.channels)}" if team.channels else ""
    return f"*{escape(team.name)}*{aliases}{channels}"


def _tree(teams: Sequence[Team]) -> list[tuple[Team, int]]:
    known = {team.id for team in teams}
    children: dict[str | None, list[Team]] = {}
    for team in teams:
        children.setdefault(team.parent_id if team.parent_id in known else None, []).append(team)
    ordered: list[tuple[Team, int]] = []
    waiting = [(team, 0) for team in reversed(children.get(None, []))]
    while waiting:
        team, depth = waiting.pop()
        ordered.append((team, depth))
        waiting += [(child, depth + 1) for child in reversed(children.get(team.id, []))]
    return ordered
