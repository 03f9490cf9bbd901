"""Questions on Slack: the slash command, mentions, direct messages, and the buttons of an answer."""

from bot.blocks.answer import Audience, answer_message, settled_message, shared_message
from bot.blocks.help import greeting_message
from bot.blocks.ids import AnswerRef
from bot.blocks.text import Message, plain_message
from bot.handlers.commands import WhoOwns
from bot.handlers.payloads import Click, IncomingMessage, SlashCommand
from bot.handlers.replies import ClickReply
from bot.knowledge.text import tokens
from bot.questions.model import Asked, PersonaAnswer, Surface
from bot.services import Services


class AskHandlers:
    """Payload in, message out; what is said is decided by the services."""

    def __init__(self, services: Services) -> None:
        self._asking = services.asking
        self._personas = services.catalogue.personas

    async def slash(self, command: SlashCommand, who_owns: WhoOwns) -> Message:
        """Answer ``/finops who-owns``, for the asker's eyes."""
        asked = Asked(command.workspace_id, Surface.SLASH, command.user_id, who_owns.text, command.channel_id)
        answer = await self._asking.ask(asked)
        if answer is None:  # a slash command has no message that could come twice
            raise AssertionError("a slash command was taken for a message")
        return answer_message(answer, self._personas, Audience.of_asker(command.user_id, can_share=True))

    async def mention(self, message: IncomingMessage) -> Message | None:
        """Answer a mention in a channel, in its thread; none if it was answered before."""
        return await self._reply(message, Surface.MENTION)

    async def direct(self, message: IncomingMessage) -> Message | None:
        """Answer a direct message; none if it was answered before."""
        return await self._reply(message, Surface.DIRECT)

    async def right(self, click: Click) -> ClickReply:
        """Note that an answer was right."""
        ref = AnswerRef.decode(click.value)
        await self._asking.confirm(click.workspace_id, ref.question_id, click.user_id)
        return ClickReply(note=plain_message("Thank you, noted."))

    async def share(self, click: Click) -> ClickReply:
        """Show everybody in the channel an answer that only the asker saw; once."""
        ref = AnswerRef.decode(click.value)
        answer = await self._asking.share(click.workspace_id, ref.question_id, ref.persona_key or "")
        if answer is None:
            return ClickReply(replacement=plain_message("This answer is already in the channel."))
        return ClickReply(
            announcement=shared_message(answer, click.user_name),
            replacement=plain_message("Shared in the channel."),
        )

    async def name_persona(self, click: Click) -> ClickReply:
        """Take somebody's word for who owns it (or that nobody does) and answer again."""
        ref = AnswerRef.decode(click.value)
        if ref.persona_key is None:
            await self._asking.dismiss(click.workspace_id, ref.question_id, click.user_id)
            return ClickReply(replacement=settled_message(None, click.user_name))
        chosen = await self._asking.choose(click.workspace_id, ref.question_id, ref.persona_key, click.user_id)
        answer = chosen.answer
        if click.is_ephemeral:
            audience = Audience.of_asker(click.user_id, can_share=True)
            return ClickReply(replacement=answer_message(answer, self._personas, audience))
        if not chosen.is_news:
            return ClickReply(note=plain_message("That is already settled, thank you."))
        return ClickReply(
            replacement=settled_message(answer.persona.name, click.user_name),
            follow_up=answer_message(answer, self._personas, _after_correction(answer, click)),
        )

    async def _reply(self, message: IncomingMessage, surface: Surface) -> Message | None:
        if not tokens(message.text):
            return greeting_message()
        asked = Asked(message.workspace_id, surface, message.user_id, message.text, message.channel_id, message.ts)
        answer = await self._asking.ask(asked)
        if answer is None:
            return None
        return answer_message(answer, self._personas, Audience.of_asker(message.user_id))


def _after_correction(answer: PersonaAnswer, click: Click) -> Audience:
    asker_id = answer.question.asked.asker_id
    return Audience({asker_id: "that is the person who asked", click.user_id: "that is the person who said so"})
