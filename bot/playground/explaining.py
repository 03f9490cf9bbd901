"""Why the last question was answered as it was: it is answered once more, and nothing of that is kept."""

import html
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cli.output import answer_as_json
from bot.errors import UserFacingError
from bot.knowledge.reading import Reader
from bot.knowledge.routing import Router
from bot.playground.web_api import WORKSPACE_ID
from bot.questions.model import Answer, Asked, Kept, PersonaAnswer, StoredQuestion
from bot.questions.service import AskService
from bot.services import Services
from bot.storage.engine import reading
from bot.storage.ownership_memory import build_ownership_memory
from bot.storage.questions import SqlQuestionStore
from bot.storage.tables import QuestionRow
from bot.storage.teams import SqlTeamStore
from bot.teams.directory import Directory
from bot.teams.finders import Finders, FindersInMemory
from bot.teams.finding import TeamFinder
from bot.teams.model import Assignee, AssigneeType


class NothingKept(SqlQuestionStore):
    """A ``QuestionStore`` that knows the questions of before, and forgets new ones at once."""

    async def add(self, question: StoredQuestion) -> Kept:
        """See ``QuestionStore``."""
        return Kept(question.id, 0)


class UpToDate(FindersInMemory):
    """Finders that never go by what may be out of date: nothing is kept here by which that would be noticed."""

    async def latest(self, workspace_id: str) -> Finders:
        """See ``FinderSource``."""
        return await self.current(workspace_id)


class Explaining:
    """Explains the question that was asked last, as it would be answered now."""

    def __init__(self, services: Services, engine: AsyncEngine, router: Router) -> None:
        self._engine = engine
        self._questions = NothingKept(engine)
        self._directory = services.directory
        self._asking = AskService(
            read=Reader(router.route, services.catalogue).read,
            catalogue=services.catalogue,
            finders=UpToDate(
                build_ownership_memory(engine, services.clock),
                TeamFinder(SqlTeamStore(engine), services.directory, router),
                services.owners,
            ),
            directory=services.directory,
            store=self._questions,
            clock=services.clock,
        )

    async def last(self) -> dict[str, Any]:
        """Return the routing of the last question; empty if there is none, or it cannot be answered any more."""
        asked = await self._last_asked()
        if asked is None:
            return {}
        try:
            answer = await self._asking.ask(asked)
        except UserFacingError:
            return {}
        return {
            **answer_as_json(answer),
            "question": html.unescape(asked.text),
            "example": _example(answer),
            **await _ownership(answer, self._directory),
        }

    async def _last_asked(self) -> Asked | None:
        latest = (
            select(QuestionRow.id)
            .where(QuestionRow.workspace_id == WORKSPACE_ID)
            .order_by(QuestionRow.asked_at.desc())
            .limit(1)
        )
        async with reading(self._engine) as session:
            question_id = await session.scalar(latest)
        question = await self._questions.find(WORKSPACE_ID, question_id) if question_id else None
        return question.asked if question else None


def _example(answer: Answer) -> str | None:
    return answer.example if isinstance(answer, PersonaAnswer) else None


async def _ownership(answer: Answer, directory: Directory) -> Mapping[str, Any]:
    """Return who is asked and who was passed over, by name, with how that was found."""
    if not isinstance(answer, PersonaAnswer):
        return {"owners": [], "skipped": [], "gap": False}
    owner = answer.ownership.owner
    owners = [owner] if owner else []
    return {
        "owners": [
            {"id": one.assignee.id, "name": await _name(one.assignee, directory), "rank": one.rank, "via": one.via}
            for one in owners
        ],
        "skipped": [
            {"id": one.assignee.id, "name": one.name, "reason": one.reason} for one in answer.ownership.skipped
        ],
        "gap": answer.is_gap,
    }


async def _name(assignee: Assignee, directory: Directory) -> str:
    if assignee.type is AssigneeType.GROUP:
        group = await directory.group(assignee.id)
        return f"@{group.handle}" if group else assignee.id
    person = await directory.person(assignee.id)
    return person.name if person else assignee.id
