"""Ownership as CSV, in: any separator, any order of columns, and a line number for everything that is wrong."""

import csv
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from bot.errors import ConfigurationError
from bot.storage.ownership_cells import COLUMNS, LISTS, MAX_CELL, NOTHING, PEOPLE_COLUMNS, split, unprotect
from bot.storage.ownership_text import FileText
from bot.teams.transfer_rows import BadRow, FileRow, Place

_ALL: Final = (*COLUMNS, *PEOPLE_COLUMNS)
_SEPARATORS: Final = ",;\t"


def csv_rows(file: FileText) -> Iterator[FileRow | BadRow]:
    """Yield the rows of a CSV file, but empty ones.

    Raises:
        ConfigurationError: it is empty, has no header, or one with unknown columns; when the first row is asked
            for.
    """
    lines = _lines(file.text)
    with _any_length():
        for number, line in enumerate(lines, start=1):
            if line.strip():
                separator, columns = _header(file.name, number, line)
                yield from _Reader(file.name, columns, number).rows(lines, separator)
                return
        raise ConfigurationError(f"{file.name}: is empty: its first line names the columns {','.join(COLUMNS)}")


class _Reader:
    """Turns the cells below a header into rows."""

    def __init__(self, name: str, columns: Sequence[str], header_line: int) -> None:
        self._name = name
        self._columns = columns
        self._before = header_line
        self._lacks_end = "valid_until" not in columns

    def rows(self, lines: Iterator[str], separator: str) -> Iterator[FileRow | BadRow]:
        """Yield the rows of ``lines``, each with the line it begins on."""
        cells = csv.reader(lines, delimiter=separator)
        header, last = self._before, 0
        for row in cells:
            place = Place(self._name, header + last + 1)
            is_one_line, last = cells.line_num == last + 1, cells.line_num
            if not any(cell.strip() for cell in row):
                continue
            problem = self._problem(row, is_one_line=is_one_line)
            yield BadRow(place, problem) if problem else self._row(place, row)

    def _problem(self, row: Sequence[str], *, is_one_line: bool) -> str | None:
        """Return what is wrong with the cells of a row, whatever they say."""
        longest = max(row, key=len)
        if len(longest) > MAX_CELL:
            return (
                f"“{longest[:20]}…” is too long: a cell has {MAX_CELL} characters at most; is a quote not closed?"
            )
        if not is_one_line and any("\n" in cell for cell in row):
            return "has a line break in a cell: is a quote not closed?"
        if any("\0" in cell for cell in row):
            return "has a NUL character in a cell: save the file as text again"
        surplus = [cell for cell in row[len(self._columns) :] if cell.strip()]
        nameless = [cell for name, cell in zip(self._columns, row, strict=False) if not name and cell.strip()]
        if surplus or nameless:
            return (
                f"has “{[*surplus, *nameless][0][:40]}” in a column without a name:"
                " is a cell with a separator in it not in quotes?"
            )
        return None

    def _row(self, place: Place, row: Sequence[str]) -> FileRow:
        cells = {name: unprotect(cell.strip()) for name, cell in zip(self._columns, row, strict=False) if cell}
        lists = {name: _list(cells.get(name, "")) for name in LISTS}
        parent = cells.get("parent") or None
        return FileRow(
            place=place,
            team=cells.get("team", ""),
            parent="" if parent == NOTHING else parent,
            aliases=lists["aliases"],
            channels=lists["channels"],
            members=lists["members"],
            leads=lists["leads"],
            persona=cells.get("persona", ""),
            assignee=cells.get("assignee", ""),
            rank=cells.get("rank", ""),
            valid_from=cells.get("valid_from", ""),
            valid_until=None if self._lacks_end else cells.get("valid_until", ""),
        )


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of ``text`` with their ends, one at a time."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _header(name: str, number: int, line: str) -> tuple[str, Sequence[str]]:
    """Return the separator with which most columns are known, and the columns."""
    readings = {separator: _columns(line, separator) for separator in _SEPARATORS}
    separator = max(readings, key=lambda one: len(set(readings[one]) & set(_ALL)))
    columns = readings[separator]
    place = f"{name}:{number}"
    if not set(columns) & set(_ALL):
        raise ConfigurationError(f"{place}: has no header: the first line names the columns {','.join(COLUMNS)}")
    unknown = [column for column in columns if column and column not in _ALL]
    if unknown:
        raise ConfigurationError(
            f"{place}: unknown column {', '.join(map(repr, unknown))}; known are {', '.join(_ALL)}"
        )
    twice = {column for column in columns if column and columns.count(column) > 1}
    if twice:
        raise ConfigurationError(f"{place}: the column {min(twice)!r} is there twice")
    needed = ["team", *(("persona", "assignee") if {"persona", "assignee"} & set(columns) else ())]
    for column in needed:
        if column not in columns:
            raise ConfigurationError(f"{place}: the column {column!r} is missing")
    return separator, columns


def _columns(line: str, separator: str) -> list[str]:
    return [cell.strip().lower().replace(" ", "_") for cell in next(csv.reader([line], delimiter=separator), [])]


def _list(cell: str) -> tuple[str, ...] | None:
    if not cell:
        return None
    return () if cell == NOTHING else split(cell)


@contextmanager
def _any_length() -> Iterator[None]:
    """Let the ``csv`` module read cells of any length; its limit is the whole process's."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)
