"""Going away and coming back, by command."""

from bot.blocks.away import away_message, back_message
from bot.blocks.text import Message
from bot.handlers.commands import Away, Back
from bot.handlers.payloads import SlashCommand
from bot.services import Services


class AwayHandlers:
    """Parsed command in, message out."""

    def __init__(self, services: Services) -> None:
        self._away = services.away

    async def go(self, command: SlashCommand, asked: Away) -> Message:
        """Note that somebody is away."""
        return away_message(*await self._away.go(command.actor, asked.until, asked.cover_id))

    async def back(self, command: SlashCommand, _asked: Back) -> Message:
        """Note that somebody is back."""
        return back_message(was_away=await self._away.back(command.actor))
