"""Questions with known owners: CSV with ``question`` and ``persona``, and perhaps ``id`` and ``also``."""

import csv
from pathlib import Path

from bot.errors import ConfigurationError
from bot.knowledge.evaluation import LabelledQuestion
from bot.knowledge.linear import UNRELATED
from bot.knowledge.model import Catalogue


def read_labelled_questions(path: Path, catalogue: Catalogue) -> tuple[LabelledQuestion, ...]:
    """Return the questions of a CSV file.

    Raises:
        ConfigurationError: the file cannot be read, lacks a column or names an unknown persona; with the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = {"question", "persona"} - set(rows.fieldnames or ())
            if missing:
                raise ConfigurationError(f"{path.name}:1: the column {min(missing)!r} is missing")
            known = {persona.key for persona in catalogue.personas} | {UNRELATED}
            return tuple(_labelled(row, f"{path.name}:{rows.line_num}", known) for row in rows)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from error


def _labelled(row: dict[str, str | None], place: str, known: set[str]) -> LabelledQuestion:
    persona = (row["persona"] or "").strip()
    also = frozenset(key for key in (row.get("also") or "").split("|") if key)
    for key in (persona, *also):
        if key not in known:
            raise ConfigurationError(f"{place}: {key!r} is not a persona; known are {', '.join(sorted(known))}")
    return LabelledQuestion(row.get("id") or place, row["question"] or "", persona, also)
