"""``finops-bot coverage``: how well each persona is covered for each team, as text, JSON or a picture."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.blocks.coverage import (
    SCORE_MEANS,
    coverage_lines,
    ordered,
    team_coverage_lines,
    unknown_team_lines,
)
from bot.blocks.gaps import burden_line, gap_count, gap_line, short
from bot.cli.local import LOCAL_WORKSPACE, Desk, open_desk, ready_router, terminal_text
from bot.errors import ConfigurationError
from bot.logs import configure_logging
from bot.settings import read_settings
from bot.teams.coverage import CellState, Coverage
from bot.teams.coverage_report import CoverageReport, Gap
from bot.teams.model import Team


def coverage(
    team: Annotated[
        str | None, typer.Option("--team", help="One team and those below it, by name or alias.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Draw a heat map into this file, too.")
    ] = None,
) -> None:
    """Show who is missing where: the score, each persona, and every gap, the worst first."""

    async def run(desk: Desk) -> str:
        services = desk.services
        about = await services.teams.called(desk.workspace_id, team) if team else None
        report = await services.coverage.report(desk.workspace_id)
        teams = _with_those_below(about, report.teams) if about else list(report.teams)
        if plot is not None:
            _draw(report, desk, teams, plot)
        if as_json:
            return json.dumps(_as_json(report, about, teams))
        return await terminal_text("\n".join(await _lines(desk, report, about, teams)), services.directory)

    print(at_desk(run))


def at_desk(run: Callable[[Desk], Awaitable[str]]) -> str:
    """Return what ``run`` says at the desk; at the sample organisation's nobody else looks who is still here."""
    settings = read_settings()
    configure_logging(settings)
    router = ready_router(settings)

    async def looked() -> str:
        async with open_desk(settings, router) as desk:
            if desk.workspace_id == LOCAL_WORKSPACE:
                await desk.services.watch.look(desk.workspace_id)
            return await run(desk)

    return asyncio.run(looked())


async def _lines(desk: Desk, report: CoverageReport, about: Team | None, teams: Sequence[Team]) -> list[str]:
    catalogue = desk.services.catalogue
    gaps = [gap_line(gap, catalogue) for gap in _gaps_of(report, about, teams)]
    title = f"*{gap_count(len(gaps))}, the worst first*" if gaps else "No gaps of its own" if about else "No gaps"
    if about is not None:
        return [*team_coverage_lines(about, report, catalogue), "", title, *gaps]
    history = await desk.services.coverage.history(desk.workspace_id)
    return [
        *coverage_lines(report, catalogue, history),
        *unknown_team_lines(report),
        "",
        title,
        *gaps,
        *_listed("Much rests on one person", map(burden_line, report.burdens)),
        *_listed("Teams with nobody of their own", (f"• {short(one.name)}" for one in report.orphans)),
        "",
        SCORE_MEANS,
    ]


def _listed(title: str, lines: Iterable[str]) -> list[str]:
    shown = list(lines)
    return ["", f"*{title}*", *shown] if shown else []


def _with_those_below(team: Team, teams: Sequence[Team]) -> list[Team]:
    """Return a team and all teams below it; a cycle ends where it began."""
    found = {team.id: team}
    is_growing = True
    while is_growing:
        more = {one.id: one for one in teams if one.parent_id in found and one.id not in found}
        found |= more
        is_growing = bool(more)
    return list(found.values())


def _gaps_of(report: CoverageReport, about: Team | None, teams: Sequence[Team]) -> list[Gap]:
    ids = {team.id for team in teams}
    return [gap for gap in report.gaps if about is None or gap.cell.team_id in ids]


def _draw(report: CoverageReport, desk: Desk, teams: Sequence[Team], path: Path) -> None:
    from bot.coverage_plots import draw_coverage

    try:
        draw_coverage(report, ordered(desk.services.catalogue), teams, path)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written: {error.strerror}") from error


def _as_json(report: CoverageReport, about: Team | None, teams: Sequence[Team]) -> dict[str, Any]:
    """Return the report; the names of fields are a contract with the programs that read it."""
    names = {team.id: team.name for team in report.teams}
    gaps = [_gap_as_json(gap) for gap in _gaps_of(report, about, teams)]
    if about is not None:
        ids = {team.id for team in teams}
        cells = [_cell_as_json(one, names, report) for one in report.cells.values() if one.cell.team_id in ids]
        return {"team": about.name, "at": report.at.isoformat(), "cells": cells, "gaps": gaps}
    return {
        "at": report.at.isoformat(),
        "score": report.score,
        "teams": len(report.teams),
        "required": len(report.required),
        "counts": {state.value: report.counts.get(state, 0) for state in CellState},
        "gaps": gaps,
        "burdens": [{"assignee": one.assignee.id, "cells": one.cells} for one in report.burdens],
        "orphans": [team.name for team in report.orphans],
        "unknown_teams": list(report.unknown_teams),
    }


def _gap_as_json(gap: Gap) -> dict[str, Any]:
    return {
        "persona": gap.cell.persona_key,
        "team": gap.team.name if gap.team else None,
        "state": gap.state.value,
        "days": gap.days,
        "asked": gap.asked,
        "reason": gap.reason,
        "holder": gap.holder.id if gap.holder else None,
    }


def _cell_as_json(found: Coverage, names: Mapping[str, str], report: CoverageReport) -> dict[str, Any]:
    return {
        "persona": found.cell.persona_key,
        "team": names.get(found.cell.team_id or ""),
        "state": found.state.value,
        "required": found.cell in report.required,
        "from": found.place.name if found.place else None,
        "holders": [one.assignee.id for one in found.holders],
    }
