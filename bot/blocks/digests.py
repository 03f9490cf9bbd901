"""Digests as things: the list of them, and what was done with one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.blocks.fields import sections
from bot.blocks.refusals import ABOUT_CHANNEL, refusal_of
from bot.blocks.text import Message, escape, mention, plain_message, section
from bot.digests.model import Digest
from bot.teams.model import Assignee

NextDue = Callable[[Digest], datetime]


def channel_problem(code: str) -> str | None:
    """Return why a channel cannot be posted in and what mends it; none if ``code`` is about something else.

    It is plain text, for an error.
    """
    problem = ABOUT_CHANNEL.get(code)
    return f"{problem.as_sentence}. {problem.remedy}, then try again." if problem else None


def added_message(digest: Digest, next_due: datetime) -> Message:
    """Return the confirmation of a new digest, with when it comes first."""
    return plain_message(
        f"<#{digest.channel_id}> gets a digest {digest.recurrence.in_words()}, first on"
        f" {_local(next_due, digest)}.\n\nI have to stay in that channel. See one now: `/finops digest preview`"
    )


def reached_message(digest: Digest) -> Message:
    """Return what only the person who adds a digest sees in its channel; that it can be posted is the point."""
    return plain_message(f"This channel gets a digest of FinOps coverage {digest.recurrence.in_words()}.")


def list_message(digests: Sequence[Digest], next_due: NextDue) -> Message:
    """Return the digests with their numbers, when they come next, and how to change them."""
    if not digests:
        return plain_message(
            "There are no digests yet. Add one with `/finops digest`, or in one line:"
            " `/finops digest add #channel every monday at 9:00`"
        )
    lines = [
        f"{number}. {digest_line(one, next_due)}, added by {mention(Assignee.from_id(one.owner_id))}"
        for number, one in enumerate(digests, 1)
    ]
    how = f"`{escape('/finops digest now|pause|resume|remove <number>')}`"
    return Message("\n".join([*lines, how]), (*sections(lines), section(how)))


def digest_line(digest: Digest, next_due: NextDue) -> str:
    """Return where a digest goes, when, and when next, or why it is paused."""
    where = f"<#{digest.channel_id}> {digest.recurrence.in_words()}"
    if digest.paused_at is None:
        return f"{where}, next on {_local(next_due(digest), digest)}"
    problem = refusal_of(digest.pause_reason or "")
    why = f". {problem.as_sentence}. {problem.remedy}, then resume it" if problem else ""
    return f"{where}, paused{why}"


def paused_by_person_message(digest: Digest, number: int | None = None) -> Message:
    """Return the confirmation that a digest is paused."""
    how = f"/finops digest resume {number or '<number>'}"
    return plain_message(f"{_what(digest)} is paused. Go on with `{escape(how)}`")


def resumed_message(digest: Digest, next_due: datetime) -> Message:
    """Return the confirmation that a digest goes on."""
    return plain_message(f"{_what(digest)} goes on, next on {_local(next_due, digest)}.")


def removed_message(digest: Digest) -> Message:
    """Return the confirmation that a digest is gone, with how to have it back."""
    again = f"/finops digest add #channel {digest.recurrence.in_words()}"
    return plain_message(f"{_what(digest)} is removed. To have it again: `{again}`")


def sending_message(digest: Digest) -> Message:
    """Return what is said at once, while a digest is sent."""
    return plain_message(f"Sending it to <#{digest.channel_id}> …")


def sent_message(digest: Digest) -> Message:
    """Return the confirmation that a digest was sent beside its schedule."""
    return plain_message(f"Sent to <#{digest.channel_id}>. Its schedule stays as it is.")


def _what(digest: Digest) -> str:
    return f"The digest for <#{digest.channel_id}> {digest.recurrence.in_words()}"


def _local(moment: datetime, digest: Digest) -> str:
    there = moment.astimezone(ZoneInfo(digest.recurrence.zone))
    return f"{there:%A}, {there.day} {there:%B %Y} at {there.hour}:{there:%M}"
