"""The audit log as a message: one line a change."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.text import Message, escape, plain_message, quoted
from bot.knowledge.model import Catalogue
from bot.teams.audit import Action, AuditEntry, Facts

_VERBS: Final = {
    Action.TEAM_ADDED: "added the team",
    Action.TEAM_CHANGED: "changed the team",
    Action.TEAM_MERGED: "merged the team",
    Action.TEAM_ARCHIVED: "archived the team",
    Action.ASSIGNED: "assigned",
    Action.ASSIGNMENT_CHANGED: "reassigned",
    Action.ASSIGNMENT_ENDED: "unassigned",
    Action.ASSIGNMENT_CONFIRMED: "confirmed",
    Action.AWAY: "went away",
    Action.BACK: "came back",
    Action.DIGEST_ADDED: "added a digest",
    Action.DIGEST_PAUSED: "paused a digest",
    Action.DIGEST_RESUMED: "resumed a digest",
    Action.DIGEST_REMOVED: "removed a digest",
}
_MAX_VALUE: Final = 60
_MAX_LINE: Final = 280


def audit_message(entries: Sequence[AuditEntry], catalogue: Catalogue) -> Message:
    """Return the changes, newest first; ids are shown as they are, so that nobody is notified."""
    if not entries:
        return plain_message("Nothing was changed yet.")
    return plain_message(
        "\n\n".join(["*Latest changes*", "\n".join(audit_line(one, catalogue) for one in entries)])
    )


def audit_line(entry: AuditEntry, catalogue: Catalogue) -> str:
    """Return one change in a line: when, who, what, from what to what, where."""
    names = {persona.key: persona.name for persona in catalogue.personas}
    about = []
    if entry.persona_key:
        about.append(f"*{escape(names.get(entry.persona_key, entry.persona_key))}*")
    if entry.team_name:
        about.append(f"{'for ' if entry.persona_key else ''}*{quoted(entry.team_name, _MAX_VALUE)}*")
    elif entry.persona_key:
        about.append("for the whole organisation")
    change = _in_words(entry.before, entry.after)
    when = f"{entry.at:%Y-%m-%d %H:%M} UTC"
    words = " ".join([_VERBS[entry.action], *about])
    return f"• {when} {person(entry.actor_id)} {words}{f': {change}' if change else ''} ({entry.surface.value})"


def person(slack_id: str) -> str:
    """Return an id as code: a mention would notify whoever is read about."""
    return f"`{escape(slack_id)}`"


def _in_words(before: Facts, after: Facts) -> str:
    parts = []
    for name in dict.fromkeys([*before, *after]):
        old, new = _value(before.get(name)), _value(after.get(name))
        if old and new and old != new:
            parts.append(f"{name} {old} → {new}")
        elif new:
            parts.append(f"{name} {new}")
        elif old:
            parts.append(f"{name} was {old}")
    return quoted(", ".join(parts), _MAX_LINE)


def _value(value: str | list[str] | None) -> str:
    text = ", ".join(value) if isinstance(value, list) else value or ""
    return text[:10] if len(text) >= 19 and text[4:5] == "-" and text[10:11] == "T" else text  # noqa: PLR2004 (a day)
