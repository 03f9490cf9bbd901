"""Requests to confirm what somebody holds, as direct messages, and what was decided there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, PlainTextObject

from bot.blocks import ids
from bot.blocks.ids import Occasion, ReviewRef
from bot.blocks.text import MAX_MESSAGE_TEXT, Message, context, mention, quoted, section
from bot.blocks.when import ago
from bot.knowledge.model import Catalogue
from bot.teams.model import AssigneeType, Assignment, Ownership, Rank
from bot.teams.reviews import DueItem, ReviewRequest

_MAX_NAME: Final = 60
_ALL_DONE: Final = "That is all for now, thank you."
SETTLED: Final = "This was settled already, or has changed meanwhile, so I left it as it is."


def review_message(request: ReviewRequest, catalogue: Catalogue, decided: str = "") -> Message:
    """Return what somebody has to confirm, below what they ``decided`` just now.

    Where nothing is left, it says thank you.
    """
    lines = [decided] if decided else []
    lines.append(_why(request) if request.items else _ALL_DONE)
    blocks: list[Block] = [section(line) for line in lines]
    for item in request.items:
        facts = _facts(item, catalogue, request.at)
        lines.append(f"• {facts}")
        blocks += [section(facts), _choices(item, "due")]
    if request.more:
        lines.append(f"… and {request.more} more: they come up when some of these are decided")
        blocks += context(lines[-1:])
    if len(request.items) > 1:
        blocks.append(_all(request))
    return Message("\n".join(lines)[:MAX_MESSAGE_TEXT], tuple(blocks))


def new_owner_message(item: DueItem, giver_name: str, catalogue: Catalogue) -> Message:
    """Return what the new owner hears; ``giver_name`` is untrusted text, and nobody is mentioned."""
    whose = "your user group" if item.assignment.assignee.type is AssigneeType.GROUP else "you"
    text = (
        f"{quoted(giver_name, _MAX_NAME)} handed {what(item, catalogue)} to {whose}."
        " From now on people are sent to you for it."
    )
    return Message(text, (section(text), _choices(item, "new")))


def kept_text(items: Sequence[DueItem], catalogue: Catalogue) -> str:
    """Return that these stay theirs."""
    if len(items) == 1:
        return f"{what(items[0], catalogue)} stays {_yours(items[0])}. Thank you!"
    return f"These {len(items)} stay yours. Thank you!"


def dropped_text(item: DueItem, now_asked: Ownership, catalogue: Catalogue) -> str:
    """Return that this is theirs no longer, and whom people are sent to instead."""
    gone = f"{what(item, catalogue)} is no longer {_yours(item)}."
    if now_asked.owner:
        return f"{gone} People are sent to {mention(now_asked.owner.assignee)} now."
    place = f" for {quoted(item.team.name, _MAX_NAME)}" if item.team else ""
    key = item.assignment.cell.persona_key
    return f"{gone} Nobody is asked now; an admin closes this gap with `/finops assign @somebody {key}{place}`"


def handed_over_text(item: DueItem, catalogue: Catalogue) -> str:
    """Return whose this is now, for who handed it over."""
    return f"{mention(item.assignment.assignee)} has {what(item, catalogue)} now. Thank you!"


def what(item: DueItem, catalogue: Catalogue) -> str:
    """Return "*Finance* for *Payments*"."""
    key = item.assignment.cell.persona_key
    name = next((persona.name for persona in catalogue.personas if persona.key == key), key)
    place = f"*{quoted(item.team.name, _MAX_NAME)}*" if item.team else "the whole organisation"
    return f"*{quoted(name, _MAX_NAME)}* for {place}"


def _why(request: ReviewRequest) -> str:
    days = min((request.at - item.assignment.confirmed_at).days for item in request.items)
    if len(request.items) == 1:
        return f"Is this still yours? Nobody has confirmed it for {days} days, and people are sent to you for it."
    return (
        f"Are these still yours? Nobody has confirmed them for {days} days, and people are sent to you for them."
    )


def _facts(item: DueItem, catalogue: Catalogue, now: datetime) -> str:
    assignment = item.assignment
    backup = ", as backup" if assignment.rank is Rank.BACKUP else ""
    group = f", through @{quoted(item.group.handle, _MAX_NAME)}" if item.group else ""
    until = f" until {assignment.valid_until:%Y-%m-%d}" if assignment.valid_until else ""
    since = f"since {assignment.valid_from:%Y-%m-%d}{until}"
    confirmed = f"last confirmed {ago(assignment.confirmed_at, now)}"
    return f"{what(item, catalogue)}{backup}{group}, {since}, {confirmed}"


def _yours(item: DueItem) -> str:
    return "your group's" if _is_of_group(item.assignment) else "yours"


def _is_of_group(assignment: Assignment) -> bool:
    return assignment.assignee.type is AssigneeType.GROUP


def _choices(item: DueItem, occasion: Occasion) -> ActionsBlock:
    mine = "ours" if _is_of_group(item.assignment) else "mine"
    keep = "That's fine" if occasion == "new" else f"Still {mine}"
    ref = ReviewRef(occasion, (item.assignment.id,))
    return ActionsBlock(
        elements=[
            _button(keep, ids.REVIEW_KEEP, ref),
            _button("Hand over to…", ids.REVIEW_HAND_OVER, ref),
            _button(f"Not {mine}", ids.REVIEW_DROP, ref),
        ]
    )


def _all(request: ReviewRequest) -> ActionsBlock:
    """Return the button for all that is shown, and for nothing else."""
    ref = ReviewRef("due", tuple(item.assignment.id for item in request.items))
    return ActionsBlock(elements=[_button("All still mine", ids.REVIEW_KEEP_ALL, ref)])


def _button(label: str, action_id: str, ref: ReviewRef) -> ButtonElement:
    return ButtonElement(text=PlainTextObject(text=label), action_id=action_id, value=ref.encode())
