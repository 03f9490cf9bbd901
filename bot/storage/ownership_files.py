"""Ownership files, in: CSV or YAML by their name, as rows that nobody has believed yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ConfigurationError
from bot.storage.ownership_csv import csv_rows
from bot.storage.ownership_text import read_text
from bot.storage.ownership_yaml import yaml_rows
from bot.teams.transfer_rows import BadRow, FileRow

_READERS = {".csv": csv_rows, ".tsv": csv_rows, ".txt": csv_rows, ".yaml": yaml_rows, ".yml": yaml_rows}


@dataclass(frozen=True, slots=True)
class OwnershipRows:
    """The rows of a source, to be gone through once; ``lines`` is how many lines they come from.

    ``notes`` tell what had to be guessed or was left out.
    """

    rows: Iterator[FileRow | BadRow]
    lines: int
    notes: tuple[str, ...] = ()


def read_ownership(path: Path) -> OwnershipRows:
    """Return the rows of a CSV or YAML file.

    Raises:
        ConfigurationError: it cannot be read, or its name does not say what it is. Going through the rows raises
            it, too, where the file as a whole is not what its name says.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise ConfigurationError(f"{path.name}: is neither .csv nor .yaml: name it so that it tells what it holds")
    if path.is_dir():
        raise ConfigurationError(f"{path}: is a folder: name a file in it")
    file = read_text(path)
    return OwnershipRows(reader(file), file.text.count("\n") + 1, file.notes)
