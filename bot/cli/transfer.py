"""``finops-bot import`` and ``export``: ownership as files."""

import asyncio
import json
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.cli.local import Desk, open_desk, ready_router, terminal_text
from bot.cli.plan_lines import change_lines, summary_lines
from bot.cli.progress import progress_bars
from bot.errors import ConfigurationError
from bot.logs import configure_logging
from bot.settings import read_settings
from bot.surface import Surface
from bot.teams.model import Actor
from bot.teams.transfer import say_nothing
from bot.teams.transfer_people import Report
from bot.teams.transfer_plan import Refusal, TransferPlan
from bot.teams.transfer_rows import BadRow, FileRow, ImportRules

MAX_SHOWN: Final = 50
"""Bad rows, or notes, that are shown; whoever has more has one cause for many."""

_STEP: Final = 500


class Source(StrEnum):
    """Where ownership may come from, if not from a file in our own form."""

    BACKSTAGE = "backstage"


class Form(StrEnum):
    """How ownership is written."""

    CSV = "csv"
    YAML = "yaml"


def import_ownership(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .csv or .yaml file; with --from, a folder, too.")
    ],
    source: Annotated[Source | None, typer.Option("--from", help="Read another program's files.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="End assignments and archive teams that the file does not have.")
    ] = False,
) -> None:
    """Take teams and assignments from a file: a plan first, then all of it at once, or nothing.

    Columns: team,parent,aliases,channels,persona,assignee,rank,valid_from,valid_until, and perhaps members,leads.
    An empty team means the whole organisation, an empty cell "as it is", and "-" nothing. Lists are written a|b.
    """
    settings = read_settings()
    configure_logging(settings)
    router = ready_router(settings)
    rules = ImportRules(prune=prune, teams_only=source is Source.BACKSTAGE)

    async def run() -> bool:
        async with open_desk(settings, router) as desk:
            return await _import(desk, path, rules, dry_run=dry_run)

    if not asyncio.run(run()):
        raise typer.Exit(1)


def export_ownership(
    path: Annotated[Path | None, typer.Argument(metavar="FILE", help="Standard output without it.")] = None,
    form: Annotated[Form | None, typer.Option("--format", help="By FILE's name, or CSV, without it.")] = None,
    mine: Annotated[
        str | None, typer.Option("--mine", metavar="USER", help="Everything kept about this person (U…), as JSON.")
    ] = None,
) -> None:
    """Write all teams and what holds for them now or later, so that importing it changes nothing."""
    settings = read_settings()
    configure_logging(settings)
    router = ready_router(settings)
    is_yaml = form is Form.YAML or (form is None and path is not None and path.suffix.lower() in {".yaml", ".yml"})

    async def lines() -> Iterable[str]:
        async with open_desk(settings, router) as desk:
            if mine is not None:
                return await _lines_about(desk, mine)
            return await _lines_of_all(desk, is_yaml=is_yaml)

    _write(asyncio.run(lines()), path)


async def _lines_about(desk: Desk, user_id: str) -> Iterable[str]:
    kept = await desk.services.privacy.kept(desk.workspace_id, user_id)
    return [json.dumps(kept, indent=2, ensure_ascii=False), "\n"]


async def _lines_of_all(desk: Desk, *, is_yaml: bool) -> Iterable[str]:
    from bot.storage.ownership_export import as_csv, as_yaml

    state = await desk.services.transfer.state(desk.workspace_id)
    return as_yaml(state) if is_yaml else as_csv(state)


def _write(written: Iterable[str], path: Path | None) -> None:
    if path is None:
        sys.stdout.writelines(written)
        return
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(written)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written: {error.strerror or error}") from error


async def _import(desk: Desk, path: Path, rules: ImportRules, *, dry_run: bool) -> bool:
    """Import what ``path`` holds; false if it holds rows that cannot be taken."""
    from bot.storage.backstage import read_backstage
    from bot.storage.ownership_files import read_ownership

    source = read_backstage(path) if rules.teams_only else read_ownership(path)
    _warn(source.notes)
    by = Actor(desk.workspace_id, "terminal", Surface.FILE)
    with progress_bars() as bars:
        report = bars or say_nothing
        rows = _watched(source.rows, source.lines, report)
        plan = await desk.services.transfer.plan(by, rows, rules, report)
        if isinstance(plan, TransferPlan) and not dry_run:
            await desk.services.transfer.apply(by, plan, report)
    if isinstance(plan, Refusal):
        _refuse(plan)
        return False
    _warn(plan.notes)
    await _show(desk, plan, dry_run=dry_run)
    return True


async def _show(desk: Desk, plan: TransferPlan, *, dry_run: bool) -> None:
    lines = list(summary_lines(plan))
    if dry_run:
        lines += change_lines(plan, desk.services.catalogue)
    done = "Nothing was changed: this was a dry run." if dry_run else "Imported."
    lines.append("There is nothing to change." if plan.is_empty else done)
    print(await terminal_text("\n".join(lines), desk.services.directory))


def _watched(rows: Iterator[FileRow | BadRow], lines: int, report: Report) -> Iterator[FileRow | BadRow]:
    for number, row in enumerate(rows):
        if number % _STEP == 0:
            report("Reading", min(row.place.line, lines), lines)
        yield row
    report("Reading", lines, lines)


def _refuse(refusal: Refusal) -> None:
    for row in refusal.rows[:MAX_SHOWN]:
        print(row, file=sys.stderr)
    count = len(refusal.rows)
    if count > MAX_SHOWN:
        print(f"… and {count - MAX_SHOWN} more", file=sys.stderr)
    print(f"finops-bot: {count} bad row{'s' * (count > 1)}, so nothing was imported", file=sys.stderr)


def _warn(notes: tuple[str, ...]) -> None:
    for note in notes[:MAX_SHOWN]:
        print(f"note: {note}", file=sys.stderr)
    if len(notes) > MAX_SHOWN:
        print(f"note: … and {len(notes) - MAX_SHOWN} more", file=sys.stderr)
