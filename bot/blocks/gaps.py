"""Gaps in coverage as lines and messages, with a button that closes each; and who holds too much."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from slack_sdk.models.blocks import Block, ButtonElement, PlainTextObject

from bot.blocks import ids
from bot.blocks.fields import MAX_LABEL, label, section_beside
from bot.blocks.text import Message, context, escape, listed, mention, plain_message, section
from bot.knowledge.model import Catalogue
from bot.teams.burdens import Burden
from bot.teams.coverage_report import CoverageReport, Gap
from bot.teams.model import Assignee, Cell

MAX_GAPS: Final = 15
"""Gaps shown with a button each, within Slack's limits."""

ONE_TEAM: Final = f"`{escape('/finops coverage <team>')}`"
_MAX_NAME: Final = 80
_MAX_PLACES: Final = 3
_REASONS: Final = {
    "deactivated": "whose account is deactivated",
    "unknown": "whom Slack does not know any more",
    "bot": "which is a bot",
    "guest": "who is a guest",
    "external": "who is of another organisation",
    "empty_group": "a group without members",
    "disabled_group": "a group that is disabled",
}


def gaps_message(report: CoverageReport, catalogue: Catalogue, editable: Collection[Cell] = ()) -> Message:
    """Return the gaps, the worst first, with a button for each of those that are ``editable``."""
    if not report.gaps:
        return plain_message("There are no gaps: somebody answers for everything that is required.")
    head = f"*{gap_count(len(report.gaps))}, the worst first*"
    shown = report.gaps[:MAX_GAPS]
    lines = [gap_line(gap, catalogue) for gap in shown]
    hidden = len(report.gaps) - len(shown)
    notes = [f"… and {hidden:,} more. Those of one team: {ONE_TEAM}"] if hidden else []
    if not editable:
        notes.append("A team's leads, FinOps admins and workspace admins can close them.")
    blocks = (section(head), *gaps_blocks(shown, lines, catalogue, editable), *context(notes))
    return Message("\n".join([head, *lines, *notes]), blocks)


def gaps_blocks(
    gaps: Sequence[Gap], lines: Sequence[str], catalogue: Catalogue, editable: Collection[Cell]
) -> Iterator[Block]:
    """Yield a block per gap with its line, and its Assign button where it is ``editable``."""
    for number, (gap, line) in enumerate(zip(gaps, lines, strict=True)):
        yield section_beside(line, _assign(gap, catalogue, number)) if gap.cell in editable else section(line)


def gap_line(
    gap: Gap, catalogue: Catalogue, who: Callable[[Assignee], str] = mention, *, is_new: bool = False
) -> str:
    """Return one gap in a line: which persona for which team, what is wrong, how often people asked about it.

    ``who`` names its holder: a mention only where nobody else reads it, since it notifies.
    """
    return stale_line([gap], catalogue, who, is_new=is_new)


def stale_line(
    gaps: Sequence[Gap], catalogue: Catalogue, who: Callable[[Assignee], str] = mention, *, is_new: bool = False
) -> str:
    """Return gaps of one persona behind which the same person stands in a line, like one gap for several teams."""
    first, asked = gaps[0], sum(gap.asked for gap in gaps)
    new = "new: " if is_new else ""
    often = f"; asked about {'once' if asked == 1 else f'{asked:,} times'}" if asked else ""
    persona = short(_persona(first, catalogue))
    return f"• {new}*{persona}* for {_places(gaps)}: {_what_is_wrong(first, who)}{often}"


def burden_line(burden: Burden, who: Callable[[Assignee], str] = mention) -> str:
    """Return who holds too much, and what would happen without them."""
    return f"• {who(burden.assignee)}: without them, {burden.cells:,} places would have nobody"


def gap_count(count: int) -> str:
    """Return "1 gap", "12 gaps"."""
    return "1 gap" if count == 1 else f"{count:,} gaps"


def day_count(days: int) -> str:
    """Return "1 day", "12 days"."""
    return "1 day" if days == 1 else f"{days:,} days"


def short(name: str) -> str:
    """Return an untrusted name escaped, no longer than names are, however much of it has to be escaped."""
    return str(label(name, _MAX_NAME).text)


def _places(gaps: Sequence[Gap]) -> str:
    names = [f"*{short(gap.team.name)}*" if gap.team else "the whole organisation" for gap in gaps[:_MAX_PLACES]]
    hidden = len(gaps) - len(names)
    return listed([*names, f"{hidden:,} more"] if hidden else names, last="and")


def _what_is_wrong(gap: Gap, who: Callable[[Assignee], str]) -> str:
    since = f" for {day_count(gap.days)}" if gap.days else ""
    if gap.holder is None:
        return f"nobody{since}"
    if gap.reason in _REASONS:
        return f"{who(gap.holder)}, {_REASONS[gap.reason]}"
    return f"{who(gap.holder)} has not confirmed it{since}"


def _assign(gap: Gap, catalogue: Catalogue, number: int) -> ButtonElement:
    place = gap.team.name if gap.team else "the whole organisation"
    return ButtonElement(
        text=PlainTextObject(text="Assign"),
        action_id=f"{ids.GAP_ASSIGN}.{number}",
        value=ids.CellRef(gap.cell.team_id or ids.ORGANISATION, gap.cell.persona_key).encode(),
        accessibility_label=f"Assign {_persona(gap, catalogue)} for {place}"[:MAX_LABEL],
    )


def _persona(gap: Gap, catalogue: Catalogue) -> str:
    key = gap.cell.persona_key
    return next((one.name for one in catalogue.personas if one.key == key), key)
