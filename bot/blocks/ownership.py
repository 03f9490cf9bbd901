"""Assignments as messages. They are shown to the person who asked; nobody is notified."""

from datetime import datetime

from bot.blocks.text import Message, escape, mention, plain_message
from bot.blocks.when import ago
from bot.knowledge.model import Persona
from bot.teams.assigning import Assigned
from bot.teams.model import Assignee, Assignment, Rank, Team
from bot.teams.policy import OwnershipPolicy


def assigned_message(assigned: Assigned, persona: Persona) -> Message:
    """Return the confirmation of an assignment, with whom it replaced and for how long."""
    assignment = assigned.assignment
    begins_later = assignment.valid_from > assignment.assigned_at
    verb = "will hold" if begins_later else "now holds"
    text = f"{mention(assignment.assignee)} {verb} *{escape(persona.name)}*{place(assigned.team)}"
    text += " as backup" if assignment.rank is Rank.BACKUP else ""
    text += f" from {assignment.valid_from:%Y-%m-%d}" if begins_later else ""
    text += f" until {assignment.valid_until:%Y-%m-%d}" if assignment.valid_until else ""
    text += "."
    if assigned.replaced:
        until = "holds it until then" if begins_later else "held it until now"
        text += f" {mention(assigned.replaced)} {until}."
    return plain_message(text)


def unassigned_message(assignee: Assignee, persona: Persona, team: Team | None) -> Message:
    """Return the confirmation that an assignment ended."""
    return plain_message(f"{mention(assignee)} no longer holds *{escape(persona.name)}*{place(team)}.")


def place(team: Team | None) -> str:
    """Return " for *Payments*", or " for the whole organisation"."""
    return f" for *{escape(team.name)}*" if team else " for the whole organisation"


def holding(assignment: Assignment, policy: OwnershipPolicy, now: datetime) -> str:
    """Return who holds it, since when, and how long ago that was confirmed."""
    backup = ", backup" if assignment.rank is Rank.BACKUP else ""
    until = f", until {assignment.valid_until:%Y-%m-%d}" if assignment.valid_until else ""
    since = f"since {assignment.valid_from:%Y-%m-%d}"
    return f"{mention(assignment.assignee)}{backup}, {since}{until}, {confirmed(assignment, policy, now)}"


def confirmed(assignment: Assignment, policy: OwnershipPolicy, now: datetime) -> str:
    """Return "confirmed 12 days ago", with a warning where that is too long."""
    when = ago(assignment.confirmed_at, now)
    overdue = policy.is_overdue(assignment, now)
    return f":warning: last confirmed {when}" if overdue else f"confirmed {when}"
