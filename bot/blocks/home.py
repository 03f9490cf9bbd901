"""App Home: what somebody holds, the teams and who holds what, gaps, and the latest changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    HeaderBlock,
    PlainTextInputElement,
    PlainTextObject,
)
from slack_sdk.models.views import View

from bot.blocks import ids
from bot.blocks.audit import audit_line
from bot.blocks.digest_overview import DigestOverview, overview_blocks
from bot.blocks.failures import failure_blocks
from bot.blocks.fields import MAX_LABEL, button, field, fitting, section_beside
from bot.blocks.matrix import Reading, row_text
from bot.blocks.ownership import confirmed, place
from bot.blocks.text import context, escape, mention, quoted, section
from bot.questions.inbox import Failure
from bot.teams.audit import AuditEntry
from bot.teams.matrix import TEAMS_PER_PAGE, MatrixPage, MatrixRow
from bot.teams.model import AssigneeType, Assignment, Cell, Rank, Team
from bot.teams.team_changes import MAX_NAME_LENGTH

# Slack takes 100 blocks. Of their text it takes about 13,000 characters in all, so that each part has its share:
# eight teams and the organisation 800 each (``bot.blocks.matrix.MAX_TEXT``), questions without an answer 900
# (``bot.blocks.failures.MAX_TEXT``), and these.
_MAX_HOLDINGS: Final = 1_000
_MAX_GAPS: Final = 1_400
_MAX_GAP_BLOCKS: Final = 20
_MAX_CHANGES: Final = 900
_MAX_NAME: Final = 40
_MAX_FILTER: Final = 80
_ASKING: Final = escape("/finops who-owns <question>")


@dataclass(frozen=True, slots=True)
class HomeContent:
    """What App Home shows to one person.

    ``held`` is what they hold, ``teams`` its teams by id, ``back_on`` the day on which they come back, if they are
    away. ``changes`` are the latest ones, and ``failures`` the questions without an answer, both the newest first
    and empty for those who may not see them. ``overview`` is what there is to say of coverage and digests, if
    there is.
    """

    held: Sequence[Assignment]
    teams: Mapping[str, Team]
    back_on: datetime | None
    page: MatrixPage
    changes: Sequence[AuditEntry]
    overview: DigestOverview | None = None
    failures: Sequence[Failure] = ()


def home_view(content: HomeContent, reading: Reading) -> View:
    """Return App Home, within Slack's limits whatever people and teams are called."""
    page = content.page
    return View(
        type="home",
        private_metadata=ids.HomeRef(page.number, page.named_like).encode(),
        blocks=[
            _header("Your personas"),
            *_mine(content, reading),
            *failure_blocks(content.failures, reading.now),
            _header("Teams and personas"),
            *_matrix(page, reading),
            *_gaps(page, reading),
            *(overview_blocks(content.overview) if content.overview else ()),
            *_changes(content.changes, reading),
            *context([f"Ask who owns a cloud cost: `{_ASKING}`. More: `/finops help`"]),
        ],
    )


def filter_form(ref: ids.HomeRef) -> View:
    """Return the form that asks which teams to show."""
    typed = PlainTextInputElement(
        action_id=ids.FILTER_NAME, initial_value=ref.named_like or None, max_length=MAX_NAME_LENGTH
    )
    hint = "A part of a team's name or alias. Leave it empty to show all teams."
    return View(
        type="modal",
        callback_id=ids.FILTER_FORM,
        title=PlainTextObject(text="Filter teams"),
        submit=PlainTextObject(text="Show"),
        close=PlainTextObject(text="Cancel"),
        blocks=[field("Team", ids.FILTER_NAME, typed, hint=hint, optional=True)],
    )


def _mine(content: HomeContent, reading: Reading) -> Iterator[Block]:
    if content.back_on:
        day = f"{content.back_on:%A}, {content.back_on.day} {content.back_on:%B %Y}"
        yield section(f"You are away until {day}. Back earlier? `/finops back`")
    lines = [_holding(one, content.teams, reading) for one in content.held]
    yield section(fitting(lines, _MAX_HOLDINGS) or "You hold no persona now, so nobody is sent to you.")


def _holding(one: Assignment, teams: Mapping[str, Team], reading: Reading) -> str:
    where = place(teams.get(one.cell.team_id or ""))
    rank = ", as backup" if one.rank is Rank.BACKUP else ""
    through = f", through {mention(one.assignee)}" if one.assignee.type is AssigneeType.GROUP else ""
    until = f" until {one.valid_until:%Y-%m-%d}" if one.valid_until else ""
    return (
        f"• {reading.name_of(one.cell.persona_key)}{where}{rank}{through}, since {one.valid_from:%Y-%m-%d}{until},"
        f" {confirmed(one, reading.policy, reading.now)}"
    )


def _matrix(page: MatrixPage, reading: Reading) -> Iterator[Block]:
    if not page.total and not page.named_like:
        yield from _without_teams(page)
    else:
        yield from _editing(page)
    if page.number == 0 and not page.named_like:
        yield section(row_text("*The whole organisation*", page.organisation, reading))
    for row in page.rows:
        yield _row(row, reading)
    if page.total or page.named_like:
        yield from context([_where(page)])
        yield _turning(page)


def _without_teams(page: MatrixPage) -> Iterator[Block]:
    if page.is_admin:
        yield section("There are no teams yet. Add the first, then say who holds which persona for it.")
        add = button("Add your first team", ids.HOME_ADD_TEAM, "new", "primary")
        yield ActionsBlock(elements=[add, _assign_button()])
    else:
        yield section("There are no teams yet. A FinOps admin or a workspace admin can add them: please ask one.")


def _editing(page: MatrixPage) -> Iterator[Block]:
    if page.is_admin:
        yield ActionsBlock(elements=[_assign_button(), button("Add a team", ids.HOME_ADD_TEAM, "new")])
    elif any(row.may_edit for row in page.rows):
        yield ActionsBlock(elements=[_assign_button()])


def _assign_button() -> ButtonElement:
    return button("Assign a persona", ids.HOME_ASSIGN, ids.CellRef().encode())


def _row(row: MatrixRow, reading: Reading) -> Block:
    above = f", part of {quoted(row.ancestors[0].name, _MAX_NAME)}" if row.ancestors else ""
    text = row_text(f"*{escape(row.team.name)}*{above}", row.cells, reading)
    opening = button(f"Open {row.team.name}", ids.HOME_OPEN_TEAM, row.team.id)
    return section_beside(text, opening)


def _where(page: MatrixPage) -> str:
    like = f" whose name contains “{quoted(page.named_like, _MAX_FILTER)}”" if page.named_like else ""
    if not page.total:
        return f"There is no team{like}."
    first = page.number * TEAMS_PER_PAGE + 1
    return f"Teams {first} to {first + len(page.rows) - 1} of {page.total:,}{like}"


def _turning(page: MatrixPage) -> Block:
    buttons = []
    if page.number > 0:
        before = ids.HomeRef(page.number - 1, page.named_like)
        buttons.append(button("Previous teams", ids.HOME_PREVIOUS, before.encode()))
    if page.has_next:
        after = ids.HomeRef(page.number + 1, page.named_like)
        buttons.append(button("Next teams", ids.HOME_NEXT, after.encode()))
    buttons.append(button("Filter teams…", ids.HOME_FILTER, "filter"))
    if page.named_like:
        buttons.append(button("Show all teams", ids.HOME_ALL, ids.HomeRef().encode()))
    return ActionsBlock(elements=buttons)


def _gaps(page: MatrixPage, reading: Reading) -> Iterator[Block]:
    gaps = [_gap(cell, None, reading, may_edit=page.is_admin) for cell in page.gaps]
    gaps += [_gap(cell, row.team, reading, may_edit=row.may_edit) for row in page.rows for cell in row.gaps]
    if not gaps:
        yield from context(
            ["No gaps here: somebody answers for every persona these teams need."] if page.rows else []
        )
        return
    yield _header("Gaps: nobody is asked for these")
    left = _MAX_GAPS
    for number, (block, length) in enumerate(gaps):
        left -= length
        if left < 0 or number == _MAX_GAP_BLOCKS:
            yield from context([f"… and {len(gaps) - number} more. A team's page shows all that it lacks."])
            return
        yield block


def _gap(cell: Cell, team: Team | None, reading: Reading, *, may_edit: bool) -> tuple[Block, int]:
    """Return a gap and its length in characters."""
    where = f"*{quoted(team.name, _MAX_NAME)}*" if team else "the whole organisation"
    text = f"{reading.name_of(cell.persona_key)} for {where}"
    if not may_edit:
        return section(text), len(text)
    name = reading.plain_name_of(cell.persona_key)
    filling = button(
        f"Assign {name} for {team.name if team else 'the whole organisation'}",
        ids.HOME_ASSIGN,
        ids.CellRef(team.id if team else ids.ORGANISATION, cell.persona_key).encode(),
    )
    return section_beside(text, filling), len(text) + MAX_LABEL


def _changes(entries: Sequence[AuditEntry], reading: Reading) -> Iterator[Block]:
    if entries:
        yield _header("Latest changes")
        yield section(fitting([audit_line(one, reading.catalogue) for one in entries], _MAX_CHANGES))


def _header(text: str) -> HeaderBlock:
    return HeaderBlock(text=PlainTextObject(text=text))
