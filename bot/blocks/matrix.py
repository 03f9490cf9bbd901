"""Teams and personas: who holds what for a team, in a few lines or on a page of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from slack_sdk.models.blocks import ActionsBlock, Block, PlainTextObject
from slack_sdk.models.views import View

from bot.blocks import ids
from bot.blocks.fields import button, sections
from bot.blocks.ownership import holding
from bot.blocks.text import escape, mention, quoted
from bot.blocks.when import ago
from bot.knowledge.model import Catalogue
from bot.teams.coverage import CellState, Coverage
from bot.teams.matrix import MatrixRow
from bot.teams.model import Assignee, Assignment, Rank, Team
from bot.teams.policy import OwnershipPolicy

MAX_TEXT: Final = 800
"""Characters that a team has in the matrix; its page shows everything."""

_MAX_ITEMS: Final = 400
_MAX_NAME: Final = 40
_MAX_PEOPLE: Final = 20
_MORE: Final = "… more on the team's page"


@dataclass(frozen=True, slots=True)
class Reading:
    """What has to be known to read a matrix: the personas' names, the rules, and what time it is."""

    catalogue: Catalogue
    policy: OwnershipPolicy
    now: datetime

    def name_of(self, persona_key: str) -> str:
        """Return a persona's name as markup."""
        return f"*{quoted(self.plain_name_of(persona_key), _MAX_NAME)}*"

    def plain_name_of(self, persona_key: str) -> str:
        """Return a persona's name, or its key where the persona is gone."""
        return next((one.name for one in self.catalogue.personas if one.key == persona_key), persona_key)

    def ordered(self, cells: Sequence[Coverage]) -> list[Coverage]:
        """Return the cells in the order in which people know the personas: core before allied, by name."""
        ranks = {one.key: (one.group != "core", one.name) for one in self.catalogue.personas}
        return sorted(cells, key=lambda one: ranks[one.cell.persona_key])


def row_text(head: str, cells: Sequence[Coverage], reading: Reading) -> str:
    """Return who holds what for a team, personas in the same state together; ``head`` is our own markup."""
    by_line: dict[tuple[int, str], list[str]] = {}
    for one in reading.ordered(cells):
        by_line.setdefault(_line_of(one), []).append(_item(one, reading))
    return _fitted([head, *(f"{title}: {_joined(by_line[order, title])}" for order, title in sorted(by_line))])


def team_view(row: MatrixRow, reading: Reading, state: ids.FormState) -> View:
    """Return a team's page, with what editors may do."""
    lines = [f"*{escape(row.team.name)}*", *team_facts(row.team, row.ancestors)]
    held = [_in_full(one, reading) for one in reading.ordered(row.cells)]
    name = row.team.name
    buttons = [
        button(f"Assign a persona for {name}", ids.HOME_ASSIGN, ids.CellRef(row.team.id).encode(), "primary"),
        button(f"Edit {name}", ids.HOME_EDIT_TEAM, row.team.id),
    ]
    blocks: list[Block] = [*sections(lines), *sections(["*Who holds what*", *held])]
    return View(
        type="modal",
        private_metadata=state.encode(),
        title=PlainTextObject(text="Team"),
        close=PlainTextObject(text="Close"),
        blocks=[*blocks, ActionsBlock(elements=buttons)] if row.may_edit else blocks,
    )


def team_facts(team: Team, ancestors: Sequence[Team]) -> list[str]:
    """Return what is known of a team beside its name, a line each."""
    facts = {
        "Part of": ", part of ".join(escape(one.name) for one in ancestors),
        "Also called": ", ".join(map(escape, team.aliases)),
        "Channels": " ".join(f"<#{channel}>" for channel in team.channels),
        "Led by": _people(team.leads),
        "Members": _people(team.members),
    }
    return [f"{name}: {value}" for name, value in facts.items() if value] or ["No parent, aliases or channels"]


def _people(slack_ids: Sequence[str]) -> str:
    shown = " ".join(mention(Assignee.from_id(one)) for one in slack_ids[:_MAX_PEOPLE])
    hidden = len(slack_ids) - _MAX_PEOPLE
    return f"{shown} and {hidden} more" if hidden > 0 else shown


def _line_of(one: Coverage) -> tuple[int, str]:
    """Return in which line of a team a persona stands, and the line's title."""
    match one.state:
        case CellState.COVERED | CellState.BACKUP_ONLY:
            return 0, "Held here"
        case CellState.INHERITED:
            return 1, f"Inherited ↑ {_name_of(one.place)}"
        case CellState.ORGANISATION:
            return 2, "Organisation-wide"
        case CellState.STALE:
            return 3, ":warning: Not confirmed for too long"
        case CellState.MISSING:
            return 4, "Nobody"


def _item(one: Coverage, reading: Reading) -> str:
    name = reading.name_of(one.cell.persona_key)
    if not one.holders:
        return name
    text = f"{name} {_who(one.holders)}"
    if one.state is CellState.STALE:
        text += f"{_whence(one)}, last confirmed {ago(one.holders[0].confirmed_at, reading.now)}"
    return text


def _who(holders: Sequence[Assignment]) -> str:
    first, *others = holders
    text = mention(first.assignee) if first.rank is Rank.PRIMARY else f"backup only, {mention(first.assignee)}"
    if others:
        text += f", backup {mention(others[0].assignee)}"
    return f"{text} and {len(others) - 1} more" if len(others) > 1 else text


def _in_full(one: Coverage, reading: Reading) -> str:
    name = reading.name_of(one.cell.persona_key)
    if not one.holders:
        return f"• {name}: nobody"
    held = "; ".join(holding(holder, reading.policy, reading.now) for holder in one.holders)
    return f"• {name}{_whence(one)}: {held}"


def _whence(one: Coverage) -> str:
    """Return where a persona is held, if that is not the team itself."""
    if one.place is None:
        return " (organisation-wide)"
    return f" (inherited ↑ {_name_of(one.place)})" if one.place.id != one.cell.team_id else ""


def _name_of(team: Team | None) -> str:
    return quoted(team.name, _MAX_NAME) if team else ""


def _joined(items: Sequence[str]) -> str:
    text = items[0]
    for number, item in enumerate(items[1:], 1):
        if len(text) + len(item) > _MAX_ITEMS:
            return f"{text}; and {len(items) - number} more"
        text = f"{text}; {item}"
    return text


def _fitted(lines: Sequence[str]) -> str:
    """Return as many of the lines as a team has room for."""
    text = lines[0]
    for line in lines[1:]:
        if len(text) + len(line) + len(_MORE) + 2 > MAX_TEXT:
            return f"{text}\n{_MORE}"
        text = f"{text}\n{line}"
    return text
