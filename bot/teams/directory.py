"""What has to be known of people and user groups; Slack knows it, or a sample organisation."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.teams.model import Group, Person


class Directory(Protocol):
    """Looks up people and groups of the workspace the bot is installed in.

    Every method raises ``UnavailableError`` where it cannot be told now.
    """

    def expect(self, user_id: str) -> None:
        """Begin to look up a person who will be asked about, where that takes time; nobody waits for it yet."""

    async def person(self, user_id: str) -> Person | None:
        """Return the person, none if there is nobody with this id."""

    async def group(self, group_id: str) -> Group | None:
        """Return the user group, none if there is none with this id."""

    async def groups_of(self, user_id: str) -> frozenset[str]:
        """Return the ids of the active user groups that a person is in."""

    async def active_groups(self) -> Sequence[Group]:
        """Return the user groups that are not disabled, by handle; whether members are told depends on Slack."""

    async def person_by_email(self, email: str) -> Person | None:
        """Return the person with this address, none if there is nobody (needs ``users:read.email``)."""

    async def everybody(self) -> Mapping[str, Person]:
        """Return all people by id; slow, for imports."""

    def forget(self, slack_id: str) -> None:
        """Ask again for this person or user group the next time: something about them has changed."""
