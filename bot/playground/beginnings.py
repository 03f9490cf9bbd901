"""What a fresh playground begins with: the ownership of a file, and for the sample a past to look back on."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.coverage_service import KEPT
from bot.digests.model import Snapshot
from bot.errors import ConfigurationError
from bot.playground.organisation import Organisation, organisation_of
from bot.playground.web_api import WORKSPACE_ID
from bot.services import Services
from bot.storage.coverage import SqlCoverageStore
from bot.storage.knowledge_paths import config_folder
from bot.storage.ownership_files import read_ownership
from bot.storage.sample import SampleOrganisation, read_sample
from bot.surface import Surface
from bot.teams.model import Actor
from bot.teams.transfer_plan import Refusal
from bot.teams.transfer_rows import ImportRules

SAMPLE_FILE: Final = "sample-teams.csv"
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Beginnings:
    """The sample organisation, or somebody's own file with the people that it names."""

    ownership: Path
    sample: SampleOrganisation
    organisation: Organisation
    is_own: bool

    @property
    def fingerprint(self) -> str:
        """What changes whenever the files do."""
        contents = [self.ownership.read_bytes(), self.sample.model_dump_json().encode()]
        return hashlib.sha256(b"\0".join(contents)).hexdigest()

    async def load(self, services: Services, engine: AsyncEngine) -> None:
        """Fill an empty database.

        Raises:
            ConfigurationError: the file has rows that cannot be taken.
        """
        by = Actor(WORKSPACE_ID, "terminal", Surface.FILE)
        plan = await services.transfer.plan(by, read_ownership(self.ownership).rows, ImportRules())
        if isinstance(plan, Refusal):
            count = len(plan.rows)
            more = f" (and {count - 1} more bad rows)" if count > 1 else ""
            raise ConfigurationError(f"{plan.rows[0]}{more}; see them all: finops-bot import --dry-run")
        await services.transfer.apply(by, plan)
        if not self.is_own:
            await _look_back(self.sample.coverage_before, services, SqlCoverageStore(engine))


def beginnings(own_file: Path | None) -> Beginnings:
    """Return what a playground begins with: the sample organisation, unless somebody has a file of their own.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    sample = read_sample(config_folder())
    ownership = own_file or config_folder() / SAMPLE_FILE
    return Beginnings(ownership, sample, organisation_of(sample, ownership), is_own=own_file is not None)


async def _look_back(scores: Sequence[float], services: Services, store: SqlCoverageStore) -> None:
    """Keep a score for each day of the weeks before today."""
    today = services.clock().date()
    keep_since = services.clock() - KEPT
    for number in range(len(scores) * _WEEK):
        day = today - timedelta(days=len(scores) * _WEEK - number)
        await store.keep_snapshot(WORKSPACE_ID, Snapshot(day, scores[number // _WEEK], {}), keep_since)
