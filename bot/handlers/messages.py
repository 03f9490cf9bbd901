"""Messages to the bot, in channels and directly: into the inbox, and out of it as answers."""

from collections.abc import Callable

from bot.blocks.answer import Audience, answer_message
from bot.blocks.help import greeting_message
from bot.blocks.text import Message
from bot.handlers.payloads import Deleted
from bot.knowledge.text import tokens
from bot.questions.inbox import Letter
from bot.questions.model import Asked
from bot.services import Services


class MessageHandlers:
    """Takes messages in; ``wake`` says in which workspace there is something to answer."""

    def __init__(self, services: Services, wake: Callable[[str], None]) -> None:
        self._inbox = services.inbox
        self._clock = services.clock
        self._wake = wake

    async def accept(self, letter: Letter) -> None:
        """Keep a new message until it is answered."""
        if await self._inbox.accept(letter, self._clock()):
            self._wake(letter.workspace_id)

    async def edit(self, letter: Letter) -> None:
        """Answer an edited message anew, in the place of its answer; one that turned to the bot only now, too."""
        if await self._inbox.edit(letter):
            self._wake(letter.workspace_id)
        else:
            await self.accept(letter)

    async def delete(self, deleted: Deleted) -> None:
        """Withdraw the answer to a deleted message."""
        if await self._inbox.withdraw(deleted.workspace_id, deleted.channel_id, deleted.ts):
            self._wake(deleted.workspace_id)


class LetterAnswerer:
    """Answers messages when their turn comes."""

    def __init__(self, services: Services) -> None:
        self._asking = services.asking
        self._limit = services.ask_limit
        self._personas = services.catalogue.personas
        self._clock = services.clock

    async def answer(self, letter: Letter) -> Message:
        """Return the answer to a message."""
        if not tokens(letter.text):
            return greeting_message()
        self._limit.take(letter.workspace_id, letter.user_id)
        asked = Asked(
            letter.workspace_id,
            letter.surface,
            letter.user_id,
            letter.text,
            letter.channel_id,
            letter.ts,
            is_external=letter.is_external,
        )
        answer = await self._asking.ask(asked)
        return answer_message(answer, self._personas, Audience.of_asker(letter.user_id, self._clock()))
