"""Who holds what, by command."""

from datetime import datetime

from bot.blocks.ownership import assigned_message, unassigned_message
from bot.blocks.text import Message
from bot.handlers.commands import Assign, Unassign
from bot.handlers.payloads import SlashCommand
from bot.knowledge.lookup import persona_called
from bot.services import Services
from bot.teams.assigning import Change


class AssignHandlers:
    """Parsed command in, message out."""

    def __init__(self, services: Services) -> None:
        self._assigning = services.assigning
        self._calendar = services.calendar
        self._catalogue = services.catalogue

    async def assign(self, command: SlashCommand, asked: Assign) -> Message:
        """Let somebody hold a persona."""
        persona = persona_called(asked.persona, self._catalogue)
        assigned = await self._assigning.assign(
            Change(
                command.actor,
                asked.assignee,
                persona,
                asked.team,
                asked.rank,
                await self._day(command, asked.valid_from),
                await self._day(command, asked.valid_until),
            )
        )
        return assigned_message(assigned, persona)

    async def unassign(self, command: SlashCommand, asked: Unassign) -> Message:
        """End an assignment."""
        persona = persona_called(asked.persona, self._catalogue)
        team = await self._assigning.unassign(Change(command.actor, asked.assignee, persona, asked.team))
        return unassigned_message(asked.assignee, persona, team)

    async def _day(self, command: SlashCommand, text: str | None) -> datetime | None:
        return await self._calendar.beginning(command.user_id, text) if text else None
