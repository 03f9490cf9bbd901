"""Learning from corrections on Slack, for admins: look first, then approve."""

from bot.blocks.learning import comparing_message, learnt_message, review_message
from bot.blocks.text import Message
from bot.handlers.commands import Learn
from bot.handlers.payloads import Click, SlashCommand
from bot.handlers.replies import ClickReply, Later
from bot.services import Services


class LearnHandlers:
    """Payload in, message out."""

    def __init__(self, services: Services) -> None:
        self._learning = services.learning
        self._access = services.access

    async def review(self, command: SlashCommand, _learn: Learn) -> Later:
        """Say at once that it takes a while, then show what could be learnt."""
        await self._access.require_editor(command.actor)
        return Later(comparing_message(), self._compared)

    async def approve(self, click: Click) -> ClickReply:
        """Take what was shown."""
        await self._access.require_editor(click.actor)
        count = await self._learning.approve(click.workspace_id, click.value)
        return ClickReply(replacement=learnt_message(count))

    async def _compared(self, command: SlashCommand) -> Message:
        review = await self._learning.review(command.workspace_id)
        return review_message(review, can_learn=self._learning.can_learn)
