"""Asking owners, by direct message, whether what they hold is still theirs; and telling new ones that it is."""

import asyncio
from typing import Final, Protocol

import structlog

from bot.blocks.review import new_owner_message, review_message
from bot.blocks.text import Message
from bot.errors import SlackRefusedError, UnavailableError
from bot.services import Services
from bot.teams.assigning import Assigned
from bot.teams.model import Actor
from bot.teams.reviews import ReviewRequest

_log = structlog.get_logger(__name__)
MAX_PER_ROUND: Final = 200
"""So many are asked in one go: Slack's limits are for answers, too. The others are asked in the next rounds."""

_PASSING: Final = frozenset(
    {"fatal_error", "internal_error", "ratelimited", "request_timeout", "service_unavailable"}
)
"""Refusals that say nothing about the message or its recipient."""


class Messenger(Protocol):
    """Posts messages; ``UnavailableError`` if Slack does not take one."""

    async def post(self, channel_id: str, message: Message, thread_ts: str | None) -> None:
        """Post in a channel, or, by a user's id, in the conversation with them."""


class Reviewing:
    """Sends what ``ReviewService`` finds; each request is claimed before it is sent, by one process only."""

    def __init__(self, services: Services, messenger: Messenger, max_per_round: int = MAX_PER_ROUND) -> None:
        self._max_per_round = max_per_round
        self._reviews = services.reviews
        self._catalogue = services.catalogue
        self._directory = services.directory
        self._messenger = messenger

    async def ask_everybody(self, workspace_id: str) -> None:
        """Ask everybody who has something to confirm and was not asked lately.

        Raises:
            UnavailableError: Slack or the database is away; whoever was not reached is asked the next time.
        """
        asked = 0
        async for request in self._reviews.due(workspace_id):
            if await self._reviews.claim(request):
                asked += await self._ask(request)
            if asked >= self._max_per_round:
                break
        if asked:
            _log.info("confirmations_asked", workspace=workspace_id, people=asked)

    async def tell_new_owner(self, by: Actor, assigned: Assigned) -> None:
        """Tell whoever something was handed over to; somebody who did so themselves knows."""
        try:
            user_id = await self._reviews.whom_to_ask(by.workspace_id, assigned.assignment)
            item = await self._reviews.item(by.workspace_id, assigned.assignment.id)
            if user_id is None or user_id == by.user_id or item is None:
                return
            message = new_owner_message(item, await self._name_of(by), self._catalogue)
            await self._messenger.post(user_id, message, None)
        except UnavailableError as error:
            _log.warning("new_owner_not_told", assignee=assigned.assignment.assignee.id, error=str(error))

    async def _ask(self, request: ReviewRequest) -> bool:
        """Send a request; return whether Slack took it. Where it may do so later, the claim is given back."""
        try:
            await self._messenger.post(request.user_id, review_message(request, self._catalogue), None)
        except (UnavailableError, asyncio.CancelledError) as error:
            if isinstance(error, SlackRefusedError) and error.code not in _PASSING:
                _log.warning("confirmation_not_sent", user=request.user_id, error=error.code)
                return False
            await self._reviews.release(request)
            raise
        return True

    async def _name_of(self, by: Actor) -> str:
        try:
            person = await self._directory.person(by.user_id)
        except UnavailableError:
            person = None
        return person.name if person else "A colleague"
