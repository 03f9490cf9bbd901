"""Coverage as messages: the score with what it means, and how each persona is covered."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from slack_sdk.models.blocks import Block

from bot.blocks.fields import sections
from bot.blocks.gaps import MAX_GAPS, ONE_TEAM, gap_line, gaps_blocks, short
from bot.blocks.text import MAX_MESSAGE_TEXT, Message, context, mention, plain_message, section
from bot.blocks.trend import before_words
from bot.digests.model import Snapshot
from bot.knowledge.model import Catalogue, Persona
from bot.teams.coverage import CellState, Coverage
from bot.teams.coverage_report import CoverageReport
from bot.teams.model import Cell, Team

SCORE_MEANS: Final = (
    "100 % means: for everything that is required somebody is named for the team itself, and has confirmed it."
    " Inherited, organisation-wide, backup only and stale count for less, missing for nothing."
)
NOTHING_REQUIRED: Final = "Nothing is required of anybody."
FIRST_TEAM: Final = "There are no teams yet. Add the first: `/finops team add`"


def coverage_message(report: CoverageReport, catalogue: Catalogue, history: Sequence[Snapshot] = ()) -> Message:
    """Return the coverage of all teams: the score now and before, and the required cells by state and persona."""
    if report.score is None:
        return plain_message(f"{NOTHING_REQUIRED} {FIRST_TEAM if not report.teams else ''}".rstrip())
    head, *lines = coverage_lines(report, catalogue, history)
    notes = [
        *([] if report.teams else [FIRST_TEAM]),
        *unknown_team_lines(report),
        SCORE_MEANS,
        f"Where nobody answers: `/finops gaps`. One team: {ONE_TEAM}",
    ]
    text = "\n".join([head, *lines, *notes])
    return Message(text[:MAX_MESSAGE_TEXT], (section(head), *sections(lines), *context(notes)))


def coverage_lines(report: CoverageReport, catalogue: Catalogue, history: Sequence[Snapshot] = ()) -> list[str]:
    """Return the score with what it was before, then a line per persona that is required somewhere."""
    score = NOTHING_REQUIRED if report.score is None else f"*Coverage: {report.score:g} %*"
    before = before_words(history, report.at.date())
    head = f"{score}{f' (before: {before})' if before else ''}\n{counts_line(report.counts)}"
    return [head, *(_of_persona(one, report) for one in ordered(catalogue) if _is_needed(one, report))]


def team_coverage_message(
    team: Team, report: CoverageReport, catalogue: Catalogue, editable: Collection[Cell] = ()
) -> Message:
    """Return how each persona is covered for one team; its gaps have buttons where they are ``editable``."""
    head, *lines = team_coverage_lines(team, report, catalogue)
    blocks: list[Block] = [section(head), *sections(lines)]
    gaps = [gap for gap in report.gaps if gap.cell.team_id == team.id and gap.cell in editable][:MAX_GAPS]
    if gaps:
        closing = [gap_line(gap, catalogue) for gap in gaps]
        blocks += [section("*To close*"), *gaps_blocks(gaps, closing, catalogue, editable)]
    return Message("\n".join([head, *lines])[:MAX_MESSAGE_TEXT], tuple(blocks))


def team_coverage_lines(team: Team, report: CoverageReport, catalogue: Catalogue) -> list[str]:
    """Return a headline, and a line per persona: who answers for it in this team."""
    return [f"*Coverage of {short(team.name)}*", *(_of_team(one, team, report) for one in ordered(catalogue))]


def ordered(catalogue: Catalogue) -> list[Persona]:
    """Return the personas in the order in which people know them: core before allied, by name."""
    return sorted(catalogue.personas, key=lambda one: (one.group != "core", one.name))


def counts_line(counts: Mapping[CellState, int]) -> str:
    """Return how many of the required cells are in which state."""
    told = ", ".join(f"{counts[state]:,} {state.value}" for state in CellState if counts.get(state))
    return f"Of {sum(counts.values()):,} required: {told}" if told else "Nothing is required"


def unknown_team_lines(report: CoverageReport) -> list[str]:
    """Return, in one line, the rules that are not used because no team has their name."""
    if not report.unknown_teams:
        return []
    names = ", ".join(f"“{short(name)}”" for name in report.unknown_teams[:MAX_GAPS])
    return [f":warning: coverage.yaml has rules for teams that do not exist: {names}. Please correct them there."]


def _is_needed(persona: Persona, report: CoverageReport) -> bool:
    return any(cell.persona_key == persona.key for cell in report.required)


def _of_persona(persona: Persona, report: CoverageReport) -> str:
    states = Counter(report.cells[cell].state for cell in report.required if cell.persona_key == persona.key)
    told = ", ".join(f"{states[state]:,} {state.value}" for state in CellState if states[state])
    return f"• *{short(persona.name)}*: {told}"


def _of_team(persona: Persona, team: Team, report: CoverageReport) -> str:
    found = report.cells[Cell(persona.key, team.id)]
    return f"• *{short(persona.name)}*: {_state(found, report)}"


def _state(found: Coverage, report: CoverageReport) -> str:
    if not found.holders:
        if found.cell in report.required:
            return "nobody"
        is_lacked = Cell(found.cell.persona_key, None) in report.required
        return "nobody; the whole organisation lacks it" if is_lacked else "nobody, which is fine"
    who = mention(found.holders[0].assignee)
    match found.state:
        case CellState.INHERITED if found.place is not None:
            return f"{who}, inherited from {short(found.place.name)}"
        case CellState.COVERED:
            return who
        case state:
            return f"{who}, {state.value}"
