"""The rules of ownership, read from ``ownership.yaml``: a company's own file, else the built-in one."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from bot.storage.rules_files import read_rules
from bot.teams.policy import OwnershipPolicy

_NAME: Final = "ownership.yaml"
_Days = Annotated[int, Field(ge=1, le=3650)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    review_after_days: _Days = 90
    review_after_days_by_persona: dict[str, _Days] = {}
    guests_may_own: bool = False


def read_ownership_policy(folder: Path, own_folder: Path | None) -> OwnershipPolicy:
    """Return the rules of a company's own folder, or of ``folder`` where it has none.

    Raises:
        ConfigurationError: the file is broken; with every problem.
    """
    shape = read_rules(_NAME, folder, own_folder, _Shape)
    return OwnershipPolicy(
        review_after=timedelta(days=shape.review_after_days),
        review_after_by_persona={
            key: timedelta(days=days) for key, days in shape.review_after_days_by_persona.items()
        },
        guests_may_own=shape.guests_may_own,
    )
