"""Parts of forms and of App Home: labels that fit, buttons, fields, and the options of selects."""

from collections.abc import Iterator, Sequence
from typing import Final

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ExternalDataSelectElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextObject,
    SectionBlock,
)

from bot.blocks import ids
from bot.blocks.text import MAX_SECTION, quoted, section
from bot.teams.model import Group, Team

MAX_LABEL: Final = 75
"""Characters of a button or option."""

MAX_OPTIONS: Final = 100
WHOLE_ORGANISATION: Final = "The whole organisation"
NO_PARENT_TEAM: Final = "No parent team"


def label(text: str, limit: int = MAX_LABEL) -> PlainTextObject:
    """Return untrusted text as a label of ``limit`` characters at most, counted as Slack does: escaped."""
    length = limit
    while len(shown := quoted(text, length)) > limit:
        length -= 1
    return PlainTextObject(text=shown or "…")


def button(text: str, action_id: str, value: str, style: str | None = None) -> ButtonElement:
    """Return a button; ``text`` makes sense without what stands beside it."""
    return ButtonElement(text=label(text), action_id=action_id, value=value, style=style)


def section_beside(text: str, accessory: ButtonElement) -> SectionBlock:
    """Return a section of our own markup with a button beside it."""
    return SectionBlock(text=section(text).text, accessory=accessory)


def field(
    name: str,
    block_id: str,
    element: InputInteractiveElement,
    *,
    hint: str | None = None,
    optional: bool = False,
) -> InputBlock:
    """Return a field of a form."""
    return InputBlock(
        block_id=block_id,
        label=PlainTextObject(text=name),
        element=element,
        hint=PlainTextObject(text=hint) if hint else None,
        optional=optional,
    )


def searching(action_id: str, placeholder: str, chosen: Option | None) -> ExternalDataSelectElement:
    """Return a select that looks for its options while somebody types; it opens with the first of them."""
    return ExternalDataSelectElement(
        action_id=action_id,
        placeholder=PlainTextObject(text=placeholder),
        initial_option=chosen,
        min_query_length=0,
    )


def team_option(team: Team) -> Option:
    """Return a team to choose."""
    return Option(text=label(team.name), value=team.id)


def organisation_option() -> Option:
    """Return the choice of the whole organisation in the place of a team."""
    return Option(text=PlainTextObject(text=WHOLE_ORGANISATION), value=ids.ORGANISATION)


def no_parent_option() -> Option:
    """Return the choice of no team above."""
    return Option(text=PlainTextObject(text=NO_PARENT_TEAM), value=ids.NO_PARENT)


def group_option(group: Group) -> Option:
    """Return a user group to choose."""
    return Option(text=label(f"@{group.handle}"), value=group.id)


def sections(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the lines as sections, as few as Slack's limit allows."""
    text = ""
    for line in lines:
        if text and len(text) + 1 + len(line) > MAX_SECTION:
            yield section(text)
            text = ""
        text = f"{text}\n{line}" if text else line
    if text:
        yield section(text)


def fitting(lines: Sequence[str], max_length: int, max_lines: int | None = None) -> str:
    """Return as many of the lines as fit, and how many do not."""
    text = ""
    for number, line in enumerate(lines):
        if number == max_lines or len(text) + 1 + len(line) > max_length:
            return f"{text}\n… and {len(lines) - number} more".lstrip()
        text = f"{text}\n{line}".lstrip()
    return text
