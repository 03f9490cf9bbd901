r"""Cells of ownership files: lists in one cell, and cells that a spreadsheet would take for a formula.

What is written is read back as it was: of a name with a separator in it, a backslash says that it separates
nothing (``Sales\, EMEA``), and an apostrophe in front keeps ``=cmd|…`` from being run.
"""

import re
from collections.abc import Iterable
from typing import Final

COLUMNS: Final = (
    "team",
    "parent",
    "aliases",
    "channels",
    "persona",
    "assignee",
    "rank",
    "valid_from",
    "valid_until",
)
PEOPLE_COLUMNS: Final = ("members", "leads")
"""Columns that are written only where there is something in them."""

LISTS: Final = frozenset({"aliases", "channels", *PEOPLE_COLUMNS})
NOTHING: Final = "-"
"""Says that there is none of something, where an empty cell only does not say."""

MAX_CELL: Final = 32_767
"""Characters of a cell that is still read: as many as spreadsheets allow."""

_SEPARATORS: Final = "|;,"
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_PROTECTED: Final = re.compile(r"'+[=+\-@\t\r]")
_SPECIAL: Final = re.compile(r"[\\|;,]")
_ESCAPED: Final = re.compile(r"\\([\\|;,])")


def protect(cell: str) -> str:
    """Return a cell that no spreadsheet runs."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unprotect(cell: str) -> str:
    """Return what ``protect`` was given."""
    return cell[1:] if _PROTECTED.match(cell) else cell


def join(items: Iterable[str]) -> str:
    """Return a list as one cell, its items separated by ``|``."""
    return "|".join(_SPECIAL.sub(lambda found: f"\\{found.group()}", item) for item in items)


def split(cell: str) -> tuple[str, ...]:
    """Return the items of a cell: separated by ``|``, or if it has none by ``;``, or else by ``,``."""
    if cell.isalnum():
        return (cell,)
    separator = next((one for one in _SEPARATORS if re.search(rf"(?<!\\)(?:\\\\)*{re.escape(one)}", cell)), None)
    parts = re.findall(rf"(?:\\.|[^\\{separator}]|\\$)*", cell) if separator else [cell]
    return tuple(item for part in parts if (item := _ESCAPED.sub(r"\1", part.strip())))
