"""The form that adds or changes a team."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from slack_sdk.models.blocks import (
    Block,
    ConversationFilter,
    ConversationMultiSelectElement,
    ExternalDataMultiSelectElement,
    PlainTextInputElement,
    PlainTextObject,
    UserMultiSelectElement,
)
from slack_sdk.models.views import View

from bot.blocks import ids
from bot.blocks.fields import MAX_OPTIONS, field, group_option, no_parent_option, searching, team_option
from bot.blocks.matrix import team_facts
from bot.blocks.text import context, escape, section
from bot.teams.model import Group, Team
from bot.teams.team_changes import MAX_ALIASES, MAX_NAME_LENGTH

MAX_ALIASES_LENGTH: Final = MAX_ALIASES * (MAX_NAME_LENGTH + 2)


@dataclass(frozen=True, slots=True)
class TeamEntry:
    """What is filled in; ``aliases`` are one text, with commas between them."""

    name: str = ""
    parent: Team | None = None
    aliases: str = ""
    channels: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    member_groups: tuple[Group, ...] = ()
    leads: tuple[str, ...] = ()
    lead_groups: tuple[Group, ...] = ()


def team_form(
    entry: TeamEntry, state: ids.FormState, *, advice: str | None = None, conflict: str | None = None
) -> View:
    """Return the form with ``entry`` filled in; ``advice`` and ``conflict`` stand above it, our own markup."""
    is_new = state.team_id is None
    blocks: list[Block] = [
        *(context([advice]) if advice else []),
        *([section(conflict)] if conflict else []),
        *_names(entry),
        _channels(entry.channels),
        *_people("Members", (ids.TEAM_MEMBERS, entry.members), (ids.TEAM_MEMBER_GROUPS, entry.member_groups)),
        *_people("Leads", (ids.TEAM_LEADS, entry.leads), (ids.TEAM_LEAD_GROUPS, entry.lead_groups)),
    ]
    return View(
        type="modal",
        callback_id=ids.TEAM_FORM,
        private_metadata=state.encode(),
        title=PlainTextObject(text="Add a team" if is_new else "Edit a team"),
        submit=PlainTextObject(text="Add" if is_new else "Save"),
        close=PlainTextObject(text="Cancel"),
        blocks=blocks,
    )


def team_conflict_text(now: Team, ancestors: Sequence[Team]) -> str:
    """Return that somebody else was faster, what the team is now, and what to do."""
    return "\n".join(
        [
            ":warning: *Somebody else changed this team meanwhile, so nothing was saved.* It is now:",
            f"Name: {escape(now.name)}",
            *team_facts(now, ancestors),
            "What you filled in is still here: save again if it shall take the place of that.",
        ]
    )


def _names(entry: TeamEntry) -> Iterator[Block]:
    yield field("Name", ids.TEAM_NAME, _text(ids.TEAM_NAME, entry.name, MAX_NAME_LENGTH))
    yield field(
        "Parent team",
        ids.TEAM_PARENT,
        searching(
            ids.PARENT_OPTIONS,
            "Type a part of its name",
            team_option(entry.parent) if entry.parent else no_parent_option(),
        ),
        hint="It answers where nobody is named for this team. Its leads may change this team, too.",
        optional=True,
    )
    yield field(
        "Aliases",
        ids.TEAM_ALIASES,
        _text(ids.TEAM_ALIASES, entry.aliases, MAX_ALIASES_LENGTH),
        hint="What else people call it, with commas between: checkout, billing squad",
        optional=True,
    )


def _text(action_id: str, value: str, limit: int) -> PlainTextInputElement:
    return PlainTextInputElement(action_id=action_id, initial_value=value or None, max_length=limit)


def _channels(chosen: Sequence[str]) -> Block:
    picker = ConversationMultiSelectElement(
        action_id=ids.TEAM_CHANNELS,
        placeholder=PlainTextObject(text="Choose channels"),
        initial_conversations=list(chosen) or None,
        filter=ConversationFilter(include=["public", "private"]),
    )
    hint = "A question asked there is about this team, unless it names another one."
    return field("Channels", ids.TEAM_CHANNELS, picker, hint=hint, optional=True)


def _people(name: str, people: tuple[str, Sequence[str]], groups: tuple[str, Sequence[Group]]) -> Iterator[Block]:
    """Yield the two fields of a role; each part is its block id and who is chosen."""
    users = UserMultiSelectElement(
        action_id=people[0],
        placeholder=PlainTextObject(text="Choose people"),
        initial_users=list(people[1]) or None,
    )
    yield field(name, people[0], users, optional=True)
    handles = ExternalDataMultiSelectElement(
        action_id=ids.GROUP_OPTIONS,
        placeholder=PlainTextObject(text="Type a part of a handle"),
        initial_options=[group_option(group) for group in groups[1][:MAX_OPTIONS]] or None,
        min_query_length=0,
    )
    yield field(f"{name}: user groups", groups[0], handles, optional=True)
