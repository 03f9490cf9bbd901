"""The verbs of ``/finops`` that look things up: help, personas, the audit log."""

from bot.blocks.audit import audit_message
from bot.blocks.help import help_message
from bot.blocks.personas import catalogue_message, persona_message
from bot.blocks.text import Message
from bot.handlers.commands import Audit, Help, Personas
from bot.handlers.payloads import SlashCommand
from bot.knowledge.lookup import persona_called
from bot.services import Services


class ManageHandlers:
    """Parsed command in, message out."""

    def __init__(self, services: Services) -> None:
        self._audit = services.audit
        self._catalogue = services.catalogue

    async def help(self, _command: SlashCommand, _help: Help) -> Message:
        """Say what the bot can do."""
        return help_message()

    async def personas(self, _command: SlashCommand, asked: Personas) -> Message:
        """Show all personas, or one with its responsibilities."""
        if asked.name is None:
            return catalogue_message(self._catalogue)
        return persona_message(persona_called(asked.name, self._catalogue))

    async def audit(self, command: SlashCommand, asked: Audit) -> Message:
        """Show what was changed lately."""
        return audit_message(await self._audit.entries(command.actor, asked.team), self._catalogue)
