"""Teams and assignments as messages. They are shown to the person who asked; nobody is notified."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.text import Message, escape, mention, plain_message
from bot.knowledge.model import Catalogue, Persona
from bot.teams.model import Assignee, Assignment, Rank, Team
from bot.teams.service import Assigned, TeamPage

_MAX_TEAMS_SHOWN: Final = 60


def assigned_message(assigned: Assigned, persona: Persona) -> Message:
    """Return the confirmation of an assignment, with whom it replaced."""
    who, rank = mention(assigned.assignment.assignee), assigned.assignment.rank
    role = f"*{escape(persona.name)}*{_place(assigned.team)}"
    text = f"{who} now holds {role}" + (" as backup." if rank is Rank.BACKUP else ".")
    if assigned.replaced:
        text += f" {mention(assigned.replaced)} held it until now."
    return plain_message(text)


def unassigned_message(assignee: Assignee, persona: Persona, team: Team | None) -> Message:
    """Return the confirmation that an assignment ended."""
    return plain_message(f"{mention(assignee)} no longer holds *{escape(persona.name)}*{_place(team)}.")


def team_added_message(team: Team) -> Message:
    """Return the confirmation of a new team, with the next step."""
    next_step = f"`/finops assign @somebody <persona> for {escape(team.name)}`"
    return plain_message(f"Added {_in_one_line(team)}. Now say who holds what: {next_step}")


def team_list_message(teams: Sequence[Team]) -> Message:
    """Return the teams as a tree, parents first."""
    if not teams:
        return plain_message("There are no teams yet. Add the first: `/finops team add <name>`")
    lines = [f"{'    ' * depth}• {_in_one_line(team)}" for team, depth in _tree(teams)]
    hidden = len(lines) - _MAX_TEAMS_SHOWN
    more = [f"… and {hidden} more; see one with `/finops team show <name>`"] if hidden > 0 else []
    return plain_message("\n".join([*lines[:_MAX_TEAMS_SHOWN], *more]))


def team_message(page: TeamPage, catalogue: Catalogue) -> Message:
    """Return one team, and persona by persona who holds it for this team itself."""
    head = _in_one_line(page.team)
    if page.ancestors:
        head += f"\nPart of {escape(page.ancestors[0].name)}, which answers where nobody is named here"
    names = {persona.key: persona.name for persona in catalogue.personas}
    held = [f"• {_held(assignment, names)}" for assignment in page.assignments]
    nobody = f"Nobody is named yet: `/finops assign @somebody <persona> for {escape(page.team.name)}`"
    return plain_message(f"{head}\n\n" + ("\n".join(held) or nobody))


def _held(assignment: Assignment, names: dict[str, str]) -> str:
    persona = names.get(assignment.cell.persona_key, assignment.cell.persona_key)
    backup = ", backup" if assignment.rank is Rank.BACKUP else ""
    return f"*{escape(persona)}*: {mention(assignment.assignee)}{backup}, since {assignment.valid_from:%Y-%m-%d}"


def _place(team: Team | None) -> str:
    return f" for *{escape(team.name)}*" if team else " for the whole organisation"


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
