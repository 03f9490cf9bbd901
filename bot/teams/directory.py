"""What has to be known of people and user groups; Slack knows it, or a sample organisation."""

from typing import Protocol

from bot.teams.model import Person


class Directory(Protocol):
    """Looks up people and groups of the workspace the bot is installed in.

    Every method raises ``UnavailableError`` where it cannot be told now.
    """

    async def person(self, user_id: str) -> Person | None:
        """Return the person, none if there is nobody with this id."""

    async def group_members(self, group_id: str) -> frozenset[str]:
        """Return the ids of a user group's members, empty for an unknown group."""

    async def group_name(self, group_id: str) -> str | None:
        """Return the handle of a user group without ``@``, none if there is no such group."""
