"""The use case the bot is for: a question in, the right persona and the right people out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Final, Protocol, TypeAlias

from bot.clock import Clock
from bot.errors import UnavailableError, UserFacingError
from bot.knowledge.model import (
    FALLBACK_PERSONA,
    Ambiguous,
    Catalogue,
    Confident,
    Routing,
    Unrelated,
    decision_of,
)
from bot.knowledge.reading import Read
from bot.knowledge.text import presentable, tokens
from bot.questions.model import (
    Answer,
    Asked,
    ChoiceAnswer,
    Feedback,
    Kept,
    News,
    OwnedAnswer,
    PersonaAnswer,
    StoredQuestion,
    TeamQuestionAnswer,
    UnrelatedAnswer,
    Verdict,
)
from bot.surface import Surface
from bot.teams.directory import Directory
from bot.teams.finders import Finders
from bot.teams.finding import TeamFinder, TeamFound
from bot.teams.model import Ownership, Team
from bot.teams.naming import TeamChoice, TeamDoubt

MAX_STORED_CHARACTERS: Final = 4_000
"""Of a longer question the beginning is kept; the router reads no further either."""

_MAX_ROUNDS: Final = 3
"""So often one answer is put right while somebody changes ownership all the time, as an import by hand would."""


class QuestionStore(Protocol):
    """What is kept of questions; every call is about one workspace."""

    async def add(self, question: StoredQuestion) -> Kept:
        """Keep a question, in the place of what was kept of the same message."""

    async def put_right(self, question: StoredQuestion) -> Kept:
        """Keep another answer to a question that is kept."""

    async def find(self, workspace_id: str, question_id: str) -> StoredQuestion | None:
        """Return a question by its id."""

    async def settle(self, workspace_id: str, question_id: str, persona_key: str, at: datetime) -> bool:
        """Note which persona it is after all; false, and nothing changes, if that was known and told."""

    async def set_team(self, workspace_id: str, question_id: str, team: Team, at: datetime) -> bool:
        """Note which team it is about; false, and nothing changes, if that was known and told."""

    async def mark_shared(self, workspace_id: str, question_id: str, at: datetime) -> bool:
        """Note that the answer is shown to a channel; false if it already was."""

    async def note_told(self, workspace_id: str, question_id: str, news: News) -> None:
        """Note that what was decided is told; until then it is news to who clicks ``TELLING_LEASE`` later."""

    async def note_untold(self, workspace_id: str, question_id: str, news: News, at: datetime) -> None:
        """Note that it could not be told: it is news again to whoever clicks next."""

    async def give_feedback(self, workspace_id: str, feedback: Feedback) -> None:
        """Keep what somebody said of an answer, in the place of what they said of it before."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The answer with the persona or team somebody chose; ``is_news`` is false if that was settled, and told."""

    answer: OwnedAnswer
    is_news: bool


Watch: TypeAlias = Callable[[Answer, timedelta], None]
"""Told of each answer, and how long it took."""


def _unwatched(_answer: Answer, _took: timedelta) -> None:
    """Let it pass."""


class FinderSource(Protocol):
    """Where what finds teams and owners comes from."""

    async def latest(self, workspace_id: str) -> Finders:
        """Return what costs nothing; it may be out of date."""

    async def current(self, workspace_id: str) -> Finders:
        """Return what knows every change that was made before."""


class AskService:
    """Answers questions and takes what people say about the answers."""

    def __init__(
        self,
        *,
        read: Read,
        catalogue: Catalogue,
        finders: FinderSource,
        directory: Directory,
        store: QuestionStore,
        clock: Clock,
    ) -> None:
        self._read = read
        self._finders = finders
        self._catalogue = catalogue
        self._directory = directory
        self._store = store
        self._clock = clock
        self._watch: Watch = _unwatched

    def watch(self, watch: Watch) -> None:
        """Have ``watch`` called with every answer from now on."""
        self._watch = watch

    async def ask(self, asked: Asked) -> Answer:
        """Answer a question and keep both; a message that comes again, edited perhaps, is one question.

        Raises:
            UserFacingError: there is nothing to answer, or the team asked for is unknown.
        """
        begun = self._clock()
        answer = await self._ask(asked)
        self._watch(answer, self._clock() - begun)
        return answer

    async def _ask(self, asked: Asked) -> Answer:
        """Answer by what is known, and again if it turns out, as the answer is kept, that this was out of date."""
        asked = replace(asked, text=presentable(asked.text, MAX_STORED_CHARACTERS))
        finders = await self._finders.latest(asked.workspace_id)
        try:
            answer = await self._answered(asked, finders, _id_at(self._clock()))
        except UserFacingError:
            known, finders = finders, await self._finders.current(asked.workspace_id)
            if finders.revision == known.revision:
                raise
            answer = await self._answered(asked, finders, _id_at(self._clock()))
        kept = await self._store.add(answer.question)
        for _ in range(_MAX_ROUNDS):
            if kept.revision <= finders.revision:
                break
            finders = await self._finders.current(asked.workspace_id)
            answer = await self._answered(asked, finders, kept.id)
            kept = await self._store.put_right(answer.question)
        if kept.id == answer.question.id:
            return answer
        return replace(answer, question=replace(answer.question, id=kept.id))

    async def _answered(self, asked: Asked, finders: Finders, question_id: str) -> Answer:
        (text, team), is_discreet = await self._about(asked, finders)
        if not tokens(text):
            raise UserFacingError(
                "I found no words to go by. Ask in a sentence, like: who signs off the savings plan?"
            )
        routing = await self._read(text, asked.text)
        best = routing.matches[0] if routing.matches else None
        chosen = team.team if isinstance(team, TeamChoice) else None
        question = StoredQuestion(
            id=question_id,
            asked=replace(asked, team_name=chosen.name) if chosen and asked.team_name else asked,
            asked_at=self._clock(),
            decision=decision_of(routing),
            persona_key=best.persona.key if best else None,
            responsibility=best.responsibility.title if best else None,
            confidence=best.confidence if best else None,
            team_id=chosen.id if chosen else None,
            owner_id=None,
        )
        answer = await self._answer(question, routing, team, finders, is_discreet=is_discreet)
        if isinstance(answer, PersonaAnswer) and answer.ownership.owner:
            question = replace(question, owner_id=answer.ownership.owner.assignee.id)
        return replace(answer, question=question)

    async def share(self, workspace_id: str, question_id: str, persona_key: str) -> PersonaAnswer | None:
        """Return the answer to show to a channel, with who holds the persona now; none if it was shared before.

        Raises:
            UserFacingError: the question or the persona is gone, or it is open again which team it is about.
        """
        answer = await self._answer_as(workspace_id, question_id, persona_key)
        if isinstance(answer, TeamQuestionAnswer):
            raise UserFacingError("It is not clear any more which team this is about. Please ask again.")
        return answer if await self._store.mark_shared(workspace_id, question_id, self._clock()) else None

    async def choose(self, workspace_id: str, question_id: str, persona_key: str, by: str) -> Chosen:
        """Take a person's word that this persona owns it, keep that, and answer again.

        Raises:
            UserFacingError: the question or the persona is gone.
        """
        answer = await self._answer_as(workspace_id, question_id, persona_key)
        verdict = Verdict.RIGHT if answer.reasons else Verdict.SOMEONE_ELSE
        feedback = Feedback(question_id, by, self._clock(), verdict, persona_key)
        await self._store.give_feedback(workspace_id, feedback)
        return Chosen(answer, await self._store.settle(workspace_id, question_id, persona_key, self._clock()))

    async def choose_team(self, workspace_id: str, question_id: str, persona_key: str, team_id: str) -> Chosen:
        """Take a person's word which team it is about, keep that, and answer again.

        Raises:
            UserFacingError: the question, the persona or the team is gone.
        """
        await self._find(workspace_id, question_id)
        team = await (await self._finders.current(workspace_id)).teams.by_id(workspace_id, team_id)
        is_news = await self._store.set_team(workspace_id, question_id, team, self._clock())
        return Chosen(await self._answer_as(workspace_id, question_id, persona_key), is_news)

    async def told(self, workspace_id: str, question_id: str, news: News, *, is_told: bool) -> None:
        """Note whether what somebody chose, or shared, reached the others; what did not is news again."""
        if is_told:
            await self._store.note_told(workspace_id, question_id, news)
        else:
            await self._store.note_untold(workspace_id, question_id, news, self._clock())

    async def dismiss(self, workspace_id: str, question_id: str, by: str) -> None:
        """Take a person's word that this is nobody's; ``UserFacingError`` if the question is gone."""
        await self._find(workspace_id, question_id)
        await self._store.give_feedback(
            workspace_id, Feedback(question_id, by, self._clock(), Verdict.SOMEONE_ELSE, None)
        )

    async def confirm(self, workspace_id: str, question_id: str, by: str) -> None:
        """Take a person's word that the answer was right; ``UserFacingError`` if the question is gone."""
        question = await self._find(workspace_id, question_id)
        await self._store.give_feedback(
            workspace_id, Feedback(question_id, by, self._clock(), Verdict.RIGHT, question.persona_key)
        )

    async def _answer_as(self, workspace_id: str, question_id: str, persona_key: str) -> OwnedAnswer:
        question = await self._find(workspace_id, question_id)
        if all(persona.key != persona_key for persona in self._catalogue.personas):
            raise UserFacingError(f"There is no persona “{persona_key}” any more. Please ask the question again.")
        finders = await self._finders.current(workspace_id)
        (text, team), is_discreet = await self._about(question.asked, finders)
        routing = await self._read(text, question.asked.text)
        reasons = routing if isinstance(routing, Confident) and routing.best.persona.key == persona_key else None
        return await self._owned(question, persona_key, reasons, team, finders, is_discreet=is_discreet)

    async def _about(self, asked: Asked, finders: Finders) -> tuple[tuple[str, TeamFound], bool]:
        """Return the question without its team, that team, and whether the asker is an outsider."""
        if self._depends_on_asker(asked):
            self._directory.expect(asked.asker_id)  # so that both look-ups of Slack go on at once
        return await self._team_of(asked, finders.teams), await self._is_outsider(asked)

    async def _team_of(self, asked: Asked, finder: TeamFinder) -> tuple[str, TeamFound]:
        if asked.team_name is not None:
            team = await finder.called(asked.workspace_id, asked.team_name, asked.at)
            return asked.text, TeamChoice(team, "asked")
        return await finder.of_question(
            asked.workspace_id, asked.text, asked.channel_id, None if asked.is_external else asked.asker_id
        )

    @staticmethod
    def _depends_on_asker(asked: Asked) -> bool:
        return not asked.is_external and asked.surface is not Surface.TERMINAL

    async def _is_outsider(self, asked: Asked) -> bool:
        """Tell whether the names of owners are none of the asker's business; they are where Slack does not say."""
        if not self._depends_on_asker(asked):
            return asked.is_external
        try:
            person = await self._directory.person(asked.asker_id)
        except UnavailableError:
            return False
        return person is not None and person.is_outsider

    async def _find(self, workspace_id: str, question_id: str) -> StoredQuestion:
        question = await self._store.find(workspace_id, question_id)
        if question is None:
            raise UserFacingError("I no longer have this question. Please ask it again.")
        return question

    async def _answer(
        self, question: StoredQuestion, routing: Routing, team: TeamFound, finders: Finders, *, is_discreet: bool
    ) -> Answer:
        match routing:
            case Confident():
                key = routing.best.persona.key
                return await self._owned(question, key, routing, team, finders, is_discreet=is_discreet)
            case Ambiguous():
                return ChoiceAnswer(question, routing, team if isinstance(team, TeamChoice) else None)
            case Unrelated():
                return UnrelatedAnswer(question)

    async def _owned(
        self,
        question: StoredQuestion,
        persona_key: str,
        reasons: Confident | None,
        team: TeamFound,
        finders: Finders,
        *,
        is_discreet: bool,
    ) -> OwnedAnswer:
        persona = self._catalogue.persona(persona_key)
        if is_discreet:
            return PersonaAnswer(question, persona, reasons, None, Ownership(None), None, is_discreet=True)
        either_way: tuple[Team, ...] = ()
        if isinstance(team, TeamDoubt):
            owners = [await _who(question, persona_key, one, finders) for one in team.teams]
            if len({one.owner.assignee if one.owner else None for one in owners}) > 1:
                return TeamQuestionAnswer(question, persona, reasons, team)
            either_way, ownership = team.teams, owners[0]
        else:
            ownership = await _who(question, persona_key, team.team if team else None, finders)
        choice = team if isinstance(team, TeamChoice) else None
        fallback = None
        if ownership.owner is None and persona_key != FALLBACK_PERSONA:
            fallback = await _who(question, FALLBACK_PERSONA, choice.team if choice else None, finders)
        return PersonaAnswer(
            question=question,
            persona=persona,
            reasons=reasons,
            team=choice,
            ownership=ownership,
            fallback=fallback,
            example=reasons.example if reasons else None,
            either_way=either_way,
        )


async def _who(question: StoredQuestion, persona_key: str, team: Team | None, finders: Finders) -> Ownership:
    asked = question.asked
    return await finders.owners.who(asked.workspace_id, persona_key, team, asked.at)


def _id_at(now: datetime) -> str:
    """Return an id like no other, behind those of before: a database's index of them grows at its end alone."""
    return f"{int(now.timestamp() * 1e6):016x}{token_hex(8)}"
