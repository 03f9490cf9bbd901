"""The sample organisation, read from ``config/``: something to ask about before the bot is on Slack."""

from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import ConfigurationError
from bot.teams.model import Person, Rank


class SampleTeam(BaseModel):
    """A team; ``channels`` are names by id."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    channels: Mapping[str, str] = {}


class SampleAssignment(BaseModel):
    """Who holds a persona, for a team or (none) for the whole organisation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    persona: str
    assignee: str
    team: str | None = None
    rank: Rank = Rank.PRIMARY


class SampleOrganisation(BaseModel):
    """People and groups by id, teams with parents first, assignments."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    people: Mapping[str, str]
    deactivated: tuple[str, ...]
    groups: Mapping[str, str]
    admins: tuple[str, ...]
    teams: tuple[SampleTeam, ...]
    assignments: tuple[SampleAssignment, ...]


class SampleDirectory:
    """The ``Directory`` of a made-up workspace; everybody is there until ``departed`` says otherwise."""

    def __init__(self, sample: SampleOrganisation) -> None:
        self._sample = sample
        self.departed: frozenset[str] = frozenset()

    async def person(self, user_id: str) -> Person | None:
        """See ``Directory``."""
        name = self._sample.people.get(user_id)
        if name is None:
            return None
        return Person(
            user_id,
            name,
            is_active=user_id not in self.departed,
            is_admin=user_id in self._sample.admins,
        )

    async def group_members(self, group_id: str) -> frozenset[str]:  # noqa: ARG002 (the sample's groups have none)
        """See ``Directory``."""
        return frozenset()

    async def group_name(self, group_id: str) -> str | None:
        """See ``Directory``."""
        return self._sample.groups.get(group_id)


def read_sample(folder: Path) -> SampleOrganisation:
    """Return the sample organisation of a configuration folder.

    Raises:
        ConfigurationError: the file is missing or broken.
    """
    path = folder / "sample-organisation.yaml"
    try:
        return SampleOrganisation.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise ConfigurationError(f"{path.name} cannot be used: {error}") from error
