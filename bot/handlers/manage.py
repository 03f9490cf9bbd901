"""The other verbs of ``/finops``: personas, assignments, teams, help."""

from bot.blocks.help import help_message
from bot.blocks.ownership import (
    assigned_message,
    team_added_message,
    team_list_message,
    team_message,
    unassigned_message,
)
from bot.blocks.personas import catalogue_message, persona_message
from bot.blocks.text import Message
from bot.handlers.commands import Assign, Help, Personas, TeamAdd, TeamList, TeamShow, Unassign
from bot.handlers.payloads import SlashCommand
from bot.knowledge.lookup import persona_called
from bot.services import Services
from bot.teams.service import Change, NewTeam


class ManageHandlers:
    """Parsed command in, message out."""

    def __init__(self, services: Services) -> None:
        self._ownership = services.ownership
        self._catalogue = services.catalogue

    async def help(self, _command: SlashCommand, _help: Help) -> Message:
        """Say what the bot can do."""
        return help_message()

    async def personas(self, _command: SlashCommand, asked: Personas) -> Message:
        """Show all personas, or one with its responsibilities."""
        if asked.name is None:
            return catalogue_message(self._catalogue)
        return persona_message(persona_called(asked.name, self._catalogue))

    async def assign(self, command: SlashCommand, asked: Assign) -> Message:
        """Let somebody hold a persona."""
        persona = persona_called(asked.persona, self._catalogue)
        assigned = await self._ownership.assign(
            Change(command.workspace_id, command.user_id, asked.assignee, persona, asked.team, asked.rank)
        )
        return assigned_message(assigned, persona)

    async def unassign(self, command: SlashCommand, asked: Unassign) -> Message:
        """End an assignment."""
        persona = persona_called(asked.persona, self._catalogue)
        team = await self._ownership.unassign(
            Change(command.workspace_id, command.user_id, asked.assignee, persona, asked.team)
        )
        return unassigned_message(asked.assignee, persona, team)

    async def team_add(self, command: SlashCommand, asked: TeamAdd) -> Message:
        """Add a team."""
        team = await self._ownership.add_team(
            NewTeam(command.workspace_id, command.user_id, asked.name, asked.parent, asked.aliases, asked.channels)
        )
        return team_added_message(team)

    async def team_list(self, command: SlashCommand, _asked: TeamList) -> Message:
        """List the teams."""
        return team_list_message(await self._ownership.teams(command.workspace_id))

    async def team_show(self, command: SlashCommand, asked: TeamShow) -> Message:
        """Show one team and who holds what for it."""
        return team_message(await self._ownership.page(command.workspace_id, asked.name), self._catalogue)
