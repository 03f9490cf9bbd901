"""The sample organisation, read from ``config/``: something to ask about before the bot is on Slack."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import ConfigurationError
from bot.teams.model import Group, Person, Rank


class SampleTeam(BaseModel):
    """A team; ``channels`` are names by id."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    channels: Mapping[str, str] = {}
    members: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()


class SampleGroup(BaseModel):
    """A user group with the ids of its members."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    handle: str
    members: tuple[str, ...]


class SampleAssignment(BaseModel):
    """Who holds a persona, for a team or (none) for the whole organisation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    persona: str
    assignee: str
    team: str | None = None
    rank: Rank = Rank.PRIMARY


class SampleOrganisation(BaseModel):
    """People and groups by id, teams with parents first, assignments.

    ``time_zones`` are of people whose zone is not UTC, ``channels`` those that belong to no team, and
    ``coverage_before`` is the score of the weeks before, for a trend to show.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    people: Mapping[str, str]
    deactivated: tuple[str, ...]
    guests: tuple[str, ...] = ()
    time_zones: Mapping[str, str] = {}
    groups: Mapping[str, SampleGroup]
    admins: tuple[str, ...]
    channels: Mapping[str, str] = {}
    teams: tuple[SampleTeam, ...]
    assignments: tuple[SampleAssignment, ...]
    coverage_before: tuple[float, ...] = ()


class SampleDirectory:
    """The ``Directory`` of a made-up workspace; everybody is there until ``departed`` says otherwise."""

    def __init__(self, sample: SampleOrganisation) -> None:
        self._sample = sample
        self.departed: frozenset[str] = frozenset()

    def expect(self, user_id: str) -> None:
        """See ``Directory``; everybody is known at once."""

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
            is_guest=user_id in self._sample.guests,
            time_zone=self._sample.time_zones.get(user_id, "UTC"),
        )

    async def group(self, group_id: str) -> Group | None:
        """See ``Directory``."""
        group = self._sample.groups.get(group_id)
        return Group(group_id, group.handle, frozenset(group.members)) if group else None

    async def groups_of(self, user_id: str) -> frozenset[str]:
        """See ``Directory``."""
        return frozenset(key for key, group in self._sample.groups.items() if user_id in group.members)

    async def active_groups(self) -> Sequence[Group]:
        """See ``Directory``."""
        groups = (Group(key, one.handle, frozenset(one.members)) for key, one in self._sample.groups.items())
        return sorted(groups, key=lambda group: group.handle)

    async def person_by_email(self, email: str) -> Person | None:
        """See ``Directory``."""
        local = email.partition("@")[0].replace(".", " ").casefold()
        return next((one for one in (await self.everybody()).values() if one.name.casefold() == local), None)

    async def everybody(self) -> Mapping[str, Person]:
        """See ``Directory``."""
        found = [await self.person(user_id) for user_id in self._sample.people]
        return {person.id: person for person in found if person}

    def forget(self, slack_id: str) -> None:
        """See ``Directory``; nothing is remembered here."""


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
