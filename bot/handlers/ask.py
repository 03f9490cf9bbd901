"""Questions on Slack: the slash command, and the buttons of an answer."""

from bot.blocks.answer import Audience, answer_message, settled_message, shared_message, team_settled_message
from bot.blocks.ids import AnswerRef
from bot.blocks.text import Message, plain_message
from bot.handlers.commands import WhoOwns
from bot.handlers.payloads import Click, MessageShortcut, SlashCommand
from bot.handlers.replies import ClickReply, Told
from bot.questions.model import Asked, News, OwnedAnswer, PersonaAnswer
from bot.questions.service import Chosen
from bot.services import Services
from bot.surface import Surface
from bot.teams.days import parse_moment


class AskHandlers:
    """Payload in, message out; what is said is decided by the services."""

    def __init__(self, services: Services) -> None:
        self._asking = services.asking
        self._limit = services.ask_limit
        self._clock = services.clock
        self._personas = services.catalogue.personas

    async def slash(self, command: SlashCommand, who_owns: WhoOwns) -> Message:
        """Answer ``/finops who-owns``, for the asker's eyes."""
        self._limit.take(command.workspace_id, command.user_id)
        at = parse_moment(who_owns.at, self._clock()) if who_owns.at else None
        asked = Asked(
            command.workspace_id, Surface.SLASH, command.user_id, who_owns.text, command.channel_id, at=at
        )
        answer = await self._asking.ask(asked)
        return answer_message(answer, self._personas, self._audience(command.user_id, can_share=at is None))

    async def shortcut(self, shortcut: MessageShortcut) -> Message:
        """Answer "Who owns this?" about somebody's message, for the eyes of whoever wants to know."""
        self._limit.take(shortcut.workspace_id, shortcut.user_id)
        asked = Asked(
            shortcut.workspace_id, Surface.SHORTCUT, shortcut.user_id, shortcut.text, shortcut.channel_id
        )
        answer = await self._asking.ask(asked)
        return answer_message(answer, self._personas, self._audience(shortcut.user_id, can_share=True))

    async def right(self, click: Click) -> ClickReply:
        """Note that an answer was right."""
        ref = AnswerRef.decode(click.value)
        await self._asking.confirm(click.workspace_id, ref.question_id, click.user_id)
        return ClickReply(note=plain_message("Thank you, noted."))

    async def share(self, click: Click) -> ClickReply:
        """Show everybody in the channel or thread an answer that only the asker saw; once."""
        ref = AnswerRef.decode(click.value)
        where = "thread" if click.thread_ts else "channel"
        answer = await self._asking.share(click.workspace_id, ref.question_id, ref.persona_key or "")
        if answer is None:
            return ClickReply(replacement=plain_message(f"This answer is already in the {where}."))
        return ClickReply(
            announcement=shared_message(answer, click.user_name, self._clock()),
            replacement=plain_message(f"Shared in the {where}."),
            told=self._told(click, ref, News.SHARE),
        )

    async def name_persona(self, click: Click) -> ClickReply:
        """Take somebody's word for who owns it (or that nobody does) and answer again."""
        ref = AnswerRef.decode(click.value)
        if ref.persona_key is None:
            await self._asking.dismiss(click.workspace_id, ref.question_id, click.user_id)
            return ClickReply(replacement=settled_message(None, click.user_name))
        chosen = await self._asking.choose(click.workspace_id, ref.question_id, ref.persona_key, click.user_id)
        settled = settled_message(chosen.answer.persona.name, click.user_name)
        return self._settled(chosen, click, settled, self._told(click, ref, News.PERSONA))

    async def name_team(self, click: Click) -> ClickReply:
        """Take somebody's word for which team it is about and answer again."""
        ref = AnswerRef.decode(click.value)
        chosen = await self._asking.choose_team(
            click.workspace_id, ref.question_id, ref.persona_key or "", ref.team_id or ""
        )
        name = (
            chosen.answer.team.team.name if isinstance(chosen.answer, PersonaAnswer) and chosen.answer.team else ""
        )
        settled = team_settled_message(name, click.user_name)
        return self._settled(chosen, click, settled, self._told(click, ref, News.TEAM))

    def _told(self, click: Click, ref: AnswerRef, news: News) -> Told:
        async def told(is_told: bool) -> None:  # noqa: FBT001 (what a reply calls back with)
            await self._asking.told(click.workspace_id, ref.question_id, news, is_told=is_told)

        return told

    def _settled(self, chosen: Chosen, click: Click, settled: Message, told: Told) -> ClickReply:
        """Return the new answer: in place where only the asker sees it, else below what was decided."""
        if click.is_ephemeral:
            audience = self._audience(click.user_id, can_share=True)
            return ClickReply(replacement=answer_message(chosen.answer, self._personas, audience), told=told)
        if not chosen.is_news:
            return ClickReply(note=plain_message("That is already settled, thank you."))
        audience = Audience(_after_click(chosen.answer, click), self._clock())
        follow_up = answer_message(chosen.answer, self._personas, audience)
        return ClickReply(replacement=settled, follow_up=follow_up, told=told)

    def _audience(self, user_id: str, *, can_share: bool = False) -> Audience:
        return Audience.of_asker(user_id, self._clock(), can_share=can_share)


def _after_click(answer: OwnedAnswer, click: Click) -> dict[str, str]:
    asker_id = answer.question.asked.asker_id
    return {asker_id: "that is the person who asked", click.user_id: "that is the person who said so"}
