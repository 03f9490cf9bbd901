"""Absences as messages, for the person who is away."""

from datetime import date

from bot.blocks.text import Message, escape, mention, plain_message
from bot.teams.model import Absence, Assignee


def away_message(absence: Absence, back_on: date) -> Message:
    """Return the confirmation that somebody is away, with who is asked meanwhile and how to come back."""
    day = f"{back_on:%A}, {back_on.day} {back_on:%B %Y}"
    if absence.cover_id:
        meanwhile = f"Meanwhile I send people to {mention(Assignee.from_id(absence.cover_id))}."
    else:
        meanwhile = "Meanwhile I send people to your backups."
    return plain_message(f"You are away until {day}. {meanwhile} Back earlier? `/finops back`")


def back_message(*, was_away: bool) -> Message:
    """Return the confirmation that somebody is back."""
    if not was_away:
        how = escape("/finops away until <day> [cover @user]")
        return plain_message(f"You were not away. To go: `{how}`")
    return plain_message("Welcome back! People are sent to you again.")
