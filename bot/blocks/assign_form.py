"""The form that says who holds a persona."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from slack_sdk.models.blocks import (
    Block,
    DatePickerElement,
    Option,
    OptionGroup,
    PlainTextObject,
    RadioButtonsElement,
    StaticSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.blocks import ids
from bot.blocks.fields import (
    MAX_OPTIONS,
    field,
    group_option,
    label,
    organisation_option,
    searching,
    team_option,
)
from bot.blocks.ownership import holding
from bot.blocks.text import context, section
from bot.knowledge.model import Persona
from bot.teams.model import Assignment, Group, Rank, Team
from bot.teams.policy import OwnershipPolicy

_RANKS: Final = {
    Rank.PRIMARY: "Primary: asked first",
    Rank.BACKUP: "Backup: asked while the primary cannot be",
}
_GROUPS: Final = {"core": "Core personas", "allied": "Allied personas"}


@dataclass(frozen=True, slots=True)
class AssignEntry:
    """What is filled in; days are ISO dates."""

    team: Team | None = None
    is_organisation: bool = False
    persona: Persona | None = None
    person_id: str | None = None
    group: Group | None = None
    rank: Rank = Rank.PRIMARY
    valid_from: str | None = None
    valid_until: str | None = None


def assign_form(
    personas: Sequence[Persona],
    entry: AssignEntry,
    state: ids.FormState,
    *,
    advice: str | None = None,
    held: str | None = None,
) -> View:
    """Return the form with ``entry`` filled in.

    ``advice`` stands above everything; ``held``, who holds it now, above the person: both are our own markup.
    """
    blocks: list[Block] = [
        *(context([advice]) if advice else []),
        *_what(personas, entry),
        *([section(held)] if held else []),
        *_who(entry),
        *_when(entry),
    ]
    return View(
        type="modal",
        callback_id=ids.ASSIGN_FORM,
        private_metadata=state.encode(),
        title=PlainTextObject(text="Assign a persona"),
        submit=PlainTextObject(text="Assign"),
        close=PlainTextObject(text="Cancel"),
        blocks=blocks,
    )


def held_text(held: Sequence[Assignment], policy: OwnershipPolicy, now: datetime) -> str:
    """Return who holds it at ``now``."""
    if not held:
        return "Nobody is named for this now."
    return "\n".join(["Held now by:", *(f"• {holding(one, policy, now)}" for one in held)])


def conflict_text(held: Sequence[Assignment], policy: OwnershipPolicy, now: datetime) -> str:
    """Return that somebody else was faster, who holds it now, and what to do."""
    return "\n".join(
        [
            ":warning: *Somebody else changed this meanwhile, so nothing was saved.*",
            held_text(held, policy, now),
            "What you filled in is still here: assign again if it is still right.",
        ]
    )


def _what(personas: Sequence[Persona], entry: AssignEntry) -> Iterator[Block]:
    place = organisation_option() if entry.is_organisation else None
    chosen = team_option(entry.team) if entry.team else place
    yield field("Team", ids.ASSIGN_TEAM, searching(ids.TEAM_OPTIONS, "Type a part of its name", chosen))
    yield field(
        "Persona",
        ids.ASSIGN_PERSONA,
        StaticSelectElement(
            action_id=ids.ASSIGN_PERSONA,
            placeholder=PlainTextObject(text="Choose a persona"),
            option_groups=_grouped(personas),
            initial_option=_persona_option(entry.persona) if entry.persona else None,
        ),
    )


def _who(entry: AssignEntry) -> Iterator[Block]:
    yield field(
        "Person",
        ids.ASSIGN_PERSON,
        UserSelectElement(
            action_id=ids.ASSIGN_PERSON,
            placeholder=PlainTextObject(text="Choose a person"),
            initial_user=entry.person_id,
        ),
        hint="Choose a person here, or a user group below.",
        optional=True,
    )
    chosen = group_option(entry.group) if entry.group else None
    yield field(
        "User group",
        ids.ASSIGN_GROUP,
        searching(ids.GROUP_OPTIONS, "Type a part of its handle", chosen),
        optional=True,
    )
    yield field(
        "Rank",
        ids.ASSIGN_RANK,
        RadioButtonsElement(
            action_id=ids.ASSIGN_RANK,
            options=[_rank_option(rank) for rank in _RANKS],
            initial_option=_rank_option(entry.rank),
        ),
    )


def _when(entry: AssignEntry) -> Iterator[Block]:
    days = (
        ("From day", ids.ASSIGN_FROM, entry.valid_from, "Leave it empty for: from now on."),
        (
            "Until day",
            ids.ASSIGN_UNTIL,
            entry.valid_until,
            "It ends when this day begins. Leave it empty for: no end.",
        ),
    )
    for name, block_id, day, hint in days:
        picker = DatePickerElement(
            action_id=block_id, placeholder=PlainTextObject(text="Choose a day"), initial_date=day
        )
        yield field(name, block_id, picker, hint=hint, optional=True)


def _grouped(personas: Sequence[Persona]) -> list[OptionGroup]:
    ordered = sorted(personas, key=lambda one: (one.group != "core", one.name))
    return [
        OptionGroup(
            label=PlainTextObject(text=_GROUPS[group]),
            options=[_persona_option(persona) for persona in members][:MAX_OPTIONS],
        )
        for group, members in groupby(ordered, key=lambda one: one.group)
    ]


def _persona_option(persona: Persona) -> Option:
    return Option(text=label(persona.name), value=persona.key)


def _rank_option(rank: Rank) -> Option:
    return Option(text=PlainTextObject(text=_RANKS[rank]), value=rank.value)
