"""Ownership as YAML, in: teams with their assignments, and those of the whole organisation."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.storage.ownership_cells import MAX_CELL, NOTHING
from bot.storage.ownership_text import FileText
from bot.storage.yaml_lines import Lined, YamlReader
from bot.teams.transfer_rows import BadRow, FileRow, Place

_TOP: Final = ("teams", "organisation")
_OF_TEAM: Final = ("name", "parent", "aliases", "channels", "members", "leads", "assignments")
_OF_ASSIGNMENT: Final = ("persona", "assignee", "rank", "valid_from", "valid_until")
_MAX_SHOWN: Final = 60


class _WrongError(Exception):
    """Something is not of the right kind; on which line, and why."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        super().__init__(message)


def yaml_rows(file: FileText) -> Iterator[FileRow | BadRow]:
    """Yield the rows of a YAML file: for each team one that describes it, then its assignments.

    Raises:
        ConfigurationError: it is no YAML, with the line; when the row there is asked for.
    """
    for key, entry in YamlReader(file.name, file.text).entries():
        if key not in _TOP:
            known = " and ".join(_TOP)
            yield BadRow(Place(file.name, entry.line), f"“{key[:_MAX_SHOWN]}” is unknown here; known are {known}")
        elif entry.value is not None:
            yield from _team(file.name, entry) if key == "teams" else [_held(file.name, "", entry)]


def _team(file_name: str, entry: Lined) -> Iterator[FileRow | BadRow]:
    try:
        fields = _fields(entry, _OF_TEAM, "a team")
        name = _name(fields, entry.line)
        held = _items(fields, "assignments")
        yield FileRow(
            Place(file_name, entry.line),
            name,
            _parent(fields),
            _texts(fields, "aliases"),
            _texts(fields, "channels"),
            _texts(fields, "members"),
            _texts(fields, "leads"),
        )
    except _WrongError as wrong:
        yield BadRow(Place(file_name, wrong.line), str(wrong))
        return
    yield from (_held(file_name, name, one) for one in held or ())


def _held(file_name: str, team: str, entry: Lined) -> FileRow | BadRow:
    try:
        fields = _fields(entry, _OF_ASSIGNMENT, "an assignment")
        given = {key: _text(fields, key) for key in _OF_ASSIGNMENT}
    except _WrongError as wrong:
        return BadRow(Place(file_name, wrong.line), str(wrong))
    if not given["persona"] and not given["assignee"]:
        return BadRow(Place(file_name, entry.line), "an assignment needs a persona and an assignee")
    return FileRow(
        Place(file_name, entry.line),
        team,
        persona=given["persona"],
        assignee=given["assignee"],
        rank=given["rank"],
        valid_from=given["valid_from"],
        valid_until=given["valid_until"],
    )


def _fields(entry: Lined, known: Sequence[str], what: str) -> Mapping[str, Lined]:
    if not isinstance(entry.value, dict):
        raise _WrongError(entry.line, f"{what} is a mapping with {', '.join(known)}")
    for key, field in entry.value.items():
        if key not in known:
            raise _WrongError(
                field.line, f"“{key[:_MAX_SHOWN]}” is unknown for {what}; known are {', '.join(known)}"
            )
    return entry.value


def _name(fields: Mapping[str, Lined], line: int) -> str:
    name = _text(fields, "name")
    if not name:
        raise _WrongError(line, "a team needs a name")
    return name


def _parent(fields: Mapping[str, Lined]) -> str | None:
    if "parent" not in fields:
        return None
    parent = _text(fields, "parent")
    return "" if parent == NOTHING else parent


def _text(fields: Mapping[str, Lined], key: str) -> str:
    field = fields.get(key)
    return "" if field is None or field.value is None else _as_text(field, key)


def _texts(fields: Mapping[str, Lined], key: str) -> tuple[str, ...] | None:
    items = _items(fields, key)
    return None if items is None else tuple(text for item in items if (text := _as_text(item, key)) != NOTHING)


def _items(fields: Mapping[str, Lined], key: str) -> Sequence[Lined] | None:
    """Return a list; a single value is a list of one, and null an empty one. None where nothing is said."""
    field = fields.get(key)
    if field is None:
        return None
    if field.value is None:
        return ()
    return field.value if isinstance(field.value, list) else (field,)


def _as_text(field: Lined, key: str) -> str:
    if not isinstance(field.value, str):
        raise _WrongError(field.line, f"{key} is text, not a list, a mapping or nothing")
    if len(field.value) > MAX_CELL:
        raise _WrongError(field.line, f"“{field.value[:20]}…” is too long: at most {MAX_CELL} characters")
    return field.value.strip()
