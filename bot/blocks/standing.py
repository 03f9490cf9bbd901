"""What is worth knowing of the way to an owner: rank, place, confirmation, who was passed over."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from bot.blocks.text import escape, quoted
from bot.blocks.when import ago
from bot.teams.model import Owner, Ownership, Rank, Skipped, SkipReason

_SKIP_REASON: Final[dict[SkipReason, str]] = {
    "deactivated": "their account is deactivated",
    "unknown": "Slack does not know them any more",
    "bot": "it is a bot",
    "guest": "they are a guest",
    "external": "they are of another organisation",
    "away": "away",
    "empty_group": "the group has no members",
    "disabled_group": "the group is disabled",
}
_MAX_NAME: Final = 80


def standing(ownership: Ownership, now: datetime) -> Iterator[str]:
    """Yield one line per fact."""
    if ownership.owner:
        yield from _of_owner(ownership.owner, ownership.at or now)
    if not ownership.is_checked:
        yield "Slack did not say in time whether they are still here"
    for skipped in ownership.skipped:
        yield f"Skipped: {quoted(skipped.name, _MAX_NAME)}, {_reason(skipped)}"


def _of_owner(owner: Owner, now: datetime) -> Iterator[str]:
    if owner.via == "parent" and owner.team:
        yield f"Held for {escape(owner.team.name)}, the parent team"
    if owner.via == "organisation":
        yield "Held for the whole organisation"
    if owner.covers:
        yield "They cover while the owner is away"
    elif owner.rank is Rank.BACKUP:
        yield "They are the backup"
    when = ago(owner.confirmed_at, now)
    yield f":warning: Last confirmed {when}: this may be out of date" if owner.is_stale else f"Confirmed {when}"


def _reason(skipped: Skipped) -> str:
    until = f" until {skipped.until:%Y-%m-%d}" if skipped.until else ""
    return f"{_SKIP_REASON[skipped.reason]}{until}"
