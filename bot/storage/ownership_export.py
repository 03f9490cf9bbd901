"""Ownership files, out: what is written here is read by ``bot.storage.ownership_files`` as it was."""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from bot.storage.ownership_cells import COLUMNS, PEOPLE_COLUMNS, join, protect
from bot.teams.model import Assignment
from bot.teams.transfer_plan import OwnershipState

_Held = Mapping[str | None, Sequence[Assignment]]
_LISTS: Final = ("aliases", "channels", "members", "leads")


def as_csv(state: OwnershipState) -> Iterator[str]:
    """Yield the lines of a CSV file, with their ends: the organisation's assignments, then team by team."""
    has_people = any(team.members or team.leads for team in state.teams)
    columns = (*COLUMNS, *PEOPLE_COLUMNS) if has_people else COLUMNS
    yield _line(columns)
    for row in _rows(state):
        yield _line([protect(row.get(column, "")) for column in columns])


def as_yaml(state: OwnershipState) -> Iterator[str]:
    """Yield the lines of a YAML file, with their ends."""
    held, names = _held(state), _names(state)
    yield "organisation:\n" if held.get(None) else "organisation: []\n"
    for one in held.get(None, ()):
        yield f"  - {_flow(_assignment(one))}\n"
    yield "teams:\n" if state.teams else "teams: []\n"
    for team in state.teams:
        yield f"  - name: {_quoted(team.name)}\n"
        if team.parent_id:
            yield f"    parent: {_quoted(names[team.parent_id])}\n"
        for part in _LISTS:
            if items := getattr(team, part):
                yield f"    {part}: [{', '.join(map(_quoted, items))}]\n"
        if held.get(team.id):
            yield "    assignments:\n"
        for one in held.get(team.id, ()):
            yield f"      - {_flow(_assignment(one))}\n"


def _rows(state: OwnershipState) -> Iterator[Mapping[str, str]]:
    """Yield the cells of each row by column; a team's first row describes it."""
    held, names = _held(state), _names(state)
    yield from map(_assignment, held.get(None, ()))
    for team in state.teams:
        about = {
            "parent": names[team.parent_id] if team.parent_id else "",
            **{part: join(getattr(team, part)) for part in _LISTS},
        }
        for cells in [_assignment(one) for one in held.get(team.id, ())] or [{}]:
            yield {"team": team.name, **about, **cells}
            about = {}


def _assignment(one: Assignment) -> dict[str, str]:
    until = {"valid_until": one.valid_until.isoformat()} if one.valid_until else {}
    return {
        "persona": one.cell.persona_key,
        "assignee": one.assignee.id,
        "rank": one.rank.value,
        "valid_from": one.valid_from.isoformat(),
        **until,
    }


def _held(state: OwnershipState) -> _Held:
    held: dict[str | None, list[Assignment]] = defaultdict(list)
    for one in state.assignments:
        held[one.cell.team_id].append(one)
    return held


def _names(state: OwnershipState) -> Mapping[str, str]:
    return {team.id: team.name for team in state.teams}


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(cells)
    return written.getvalue()


def _flow(fields: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {_quoted(value)}" for name, value in fields.items()) + "}"


def _quoted(text: str) -> str:
    # JSON strings are YAML strings, on one line each, whatever they hold.
    return json.dumps(text, ensure_ascii=False)
