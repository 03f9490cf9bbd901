"""Who works in the made-up workspace: whoever an ownership file names, and an admin and a guest beside them."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.playground.slack import WORKSPACE_ID
from bot.storage.ownership_files import read_ownership
from bot.storage.sample import SampleOrganisation
from bot.teams.transfer_rows import FileRow

_USER: Final = re.compile(r"[UW][A-Z0-9]{2,20}")
_GROUP: Final = re.compile(r"S[A-Z0-9]{2,20}")
_CHANNEL: Final = re.compile(r"[CG][A-Z0-9]{2,20}")
_EMAIL: Final = re.compile(r"([^@\s|]{1,64})@[^@\s|]{1,255}")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the workspace."""

    id: str
    name: str
    email: str
    is_admin: bool = False
    is_guest: bool = False
    time_zone: str = "UTC"

    @property
    def user_name(self) -> str:
        """What Slack calls them in a payload."""
        return self.email.partition("@")[0]

    def as_user(self, *, is_deactivated: bool = False) -> dict[str, Any]:
        """Return them as Slack's ``users.info`` tells it."""
        return {
            "id": self.id,
            "team_id": WORKSPACE_ID,
            "name": self.user_name,
            "deleted": is_deactivated,
            "is_admin": self.is_admin,
            "is_restricted": self.is_guest,
            "tz": self.time_zone,
            "profile": {"display_name": self.name, "real_name": self.name, "email": self.email},
        }


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A user group with the ids of its members."""

    id: str
    handle: str
    members: tuple[str, ...]

    def as_usergroup(self) -> dict[str, Any]:
        """Return it as Slack's ``usergroups.list`` tells it."""
        return {"id": self.id, "handle": self.handle, "name": self.handle, "users": list(self.members)}


@dataclass(frozen=True, slots=True)
class Organisation:
    """People and groups by id, names of channels by id; ``departed`` leave after everything is assigned."""

    people: Mapping[str, Member]
    groups: Mapping[str, UserGroup]
    channels: Mapping[str, str]
    departed: tuple[str, ...]

    @property
    def actors(self) -> tuple[Member, ...]:
        """Return whoever is still there."""
        return tuple(member for member in self.people.values() if member.id not in self.departed)


def organisation_of(sample: SampleOrganisation, ownership: Path) -> Organisation:
    """Return the workspace in which every id and address of an ownership file means somebody.

    Whom the sample organisation knows is who they are there; everybody else is made up from what the file says.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    rows = [row for row in read_ownership(ownership).rows if isinstance(row, FileRow)]
    named = [name for row in rows for name in (row.assignee, *(row.members or ()), *(row.leads or ())) if name]
    groups = {one: _group(sample, one) for one in named if _GROUP.fullmatch(one)}
    of_groups = [user_id for group in groups.values() for user_id in group.members]
    people = _people(sample, [*sample.admins, *named, *of_groups, *sample.guests])
    return Organisation(
        people=people,
        groups=groups,
        channels=_channels(sample, rows),
        departed=tuple(one for one in sample.deactivated if one in people),
    )


def _people(sample: SampleOrganisation, named: Iterable[str]) -> dict[str, Member]:
    known = {_email(name): user_id for user_id, name in sample.people.items()}
    people: dict[str, Member] = {}
    for one in dict.fromkeys(named):
        address = _EMAIL.fullmatch(one)
        if address:
            user_id = (
                known.get(one.casefold()) or f"U{hashlib.sha256(one.casefold().encode()).hexdigest()[:9].upper()}"
            )
            name, email = _spoken(address.group(1)), one.casefold()
        elif _USER.fullmatch(one):
            user_id, name, email = one, one, f"{one.lower()}@example.com"
        else:
            continue
        people[user_id] = _sample_member(sample, user_id) or Member(user_id, name, email)
    return people


def _sample_member(sample: SampleOrganisation, user_id: str) -> Member | None:
    name = sample.people.get(user_id)
    if name is None:
        return None
    return Member(
        user_id,
        name,
        _email(name),
        is_admin=user_id in sample.admins,
        is_guest=user_id in sample.guests,
        time_zone=sample.time_zones.get(user_id, "UTC"),
    )


def _group(sample: SampleOrganisation, group_id: str) -> UserGroup:
    """Return a user group; of one that nobody knows the admins are members, so that it is not empty."""
    known = sample.groups.get(group_id)
    if known is None:
        return UserGroup(group_id, group_id.lower(), sample.admins)
    return UserGroup(group_id, known.handle, known.members)


def _channels(sample: SampleOrganisation, rows: Iterable[FileRow]) -> dict[str, str]:
    names = {channel: name for team in sample.teams for channel, name in team.channels.items()}
    used = [channel for row in rows for channel in row.channels or () if _CHANNEL.fullmatch(channel)]
    return {**sample.channels, **{channel: names.get(channel, channel.lower()) for channel in used}}


def _email(name: str) -> str:
    return f"{name.casefold().replace(' ', '.')}@example.com"


def _spoken(local_part: str) -> str:
    """Return the name that the first part of an address spells."""
    return " ".join(word.capitalize() for word in re.split(r"[._\-+]+", local_part) if word) or local_part
