"""Confirming what one holds: the buttons of a request, and the form to hand something over."""

from collections.abc import Sequence

from bot.blocks import ids
from bot.blocks.hand_over_form import hand_over_form
from bot.blocks.ids import HandOverRef, ReviewRef
from bot.blocks.notice import notice_view
from bot.blocks.review import SETTLED, dropped_text, handed_over_text, kept_text, review_message
from bot.blocks.text import Message, plain_message
from bot.errors import UserFacingError
from bot.handlers.payloads import Click, Submission
from bot.handlers.replies import ClickReply, Replacement, SubmissionReply
from bot.reviewing import Messenger, Reviewing
from bot.services import Services
from bot.teams.model import Assignee
from bot.teams.reviews import DueItem


class ReviewHandlers:
    """Payload in; out comes what takes the place of the request, or the form."""

    def __init__(self, services: Services, messenger: Messenger) -> None:
        self._reviews = services.reviews
        self._assigning = services.assigning
        self._owners = services.owners
        self._catalogue = services.catalogue
        self._reviewing = Reviewing(services, messenger)

    async def keep(self, click: Click) -> ClickReply:
        """Take somebody's word that what the button is about is still theirs."""
        ref = ReviewRef.decode(click.value)
        items = await self._open_items(click.workspace_id, ref)
        if not items:
            return await self._after(click, ref, SETTLED)
        await self._assigning.confirm(click.actor, [item.assignment.id for item in items])
        return await self._after(click, ref, kept_text(items, self._catalogue))

    async def drop(self, click: Click) -> ClickReply:
        """Take somebody's word that this is not theirs, and say who is asked instead."""
        ref = ReviewRef.decode(click.value)
        items = await self._open_items(click.workspace_id, ref)
        if not items:
            return await self._after(click, ref, SETTLED)
        cell, team = items[0].assignment.cell, items[0].team
        await self._assigning.give_up(click.actor, items[0].assignment.id)
        now_asked = await self._owners.who(click.workspace_id, cell.persona_key, team)
        return await self._after(click, ref, dropped_text(items[0], now_asked, self._catalogue))

    async def open_form(self, click: Click) -> ClickReply:
        """Ask whom to hand it over to."""
        ref = ReviewRef.decode(click.value)
        items = await self._open_items(click.workspace_id, ref)
        if not items:
            return await self._after(click, ref, SETTLED)
        opened_from = HandOverRef(ref, click.channel_id, click.message_ts)
        return ClickReply(form=hand_over_form(items[0], opened_from, self._catalogue))

    async def hand_over(self, submitted: Submission) -> SubmissionReply:
        """Hand it over, tell the new owner, and say so, in the request, too.

        What is wrong is said beside the field.
        """
        ref = HandOverRef.decode(submitted.private_metadata)
        person, group = submitted.first(ids.HAND_OVER_PERSON), submitted.first(ids.HAND_OVER_GROUP)
        if person and group:
            return SubmissionReply(errors={ids.HAND_OVER_GROUP: "Choose a person or a user group, not both."})
        chosen = person or group
        if chosen is None:
            return SubmissionReply(errors={ids.HAND_OVER_PERSON: "Choose who takes over."})
        to = Assignee.from_id(chosen)
        try:
            assigned = await self._assigning.hand_over(submitted.actor, ref.review.assignment_ids[0], to)
        except UserFacingError as error:
            return SubmissionReply(errors={ids.HAND_OVER_GROUP if group else ids.HAND_OVER_PERSON: str(error)})
        await self._reviewing.tell_new_owner(submitted.actor, assigned)
        decided = handed_over_text(DueItem(assigned.assignment, assigned.team), self._catalogue)
        instead = await self._instead(submitted.workspace_id, submitted.user_id, ref.review, decided)
        return SubmissionReply(
            next_form=notice_view(plain_message(decided), "Hand over"),
            replacement=Replacement(ref.channel_id, ref.message_ts, instead),
        )

    async def _open_items(self, workspace_id: str, ref: ReviewRef) -> Sequence[DueItem]:
        found = [await self._reviews.item(workspace_id, one) for one in ref.assignment_ids]
        return [item for item in found if item and self._reviews.is_open(item.assignment)]

    async def _after(self, click: Click, ref: ReviewRef, decided: str) -> ClickReply:
        return ClickReply(replacement=await self._instead(click.workspace_id, click.user_id, ref, decided))

    async def _instead(self, workspace_id: str, user_id: str, ref: ReviewRef, decided: str) -> Message:
        """Return what takes the place of the message: what was decided, and below it what is left of a request."""
        if ref.occasion == "new":
            return plain_message(decided)
        left = await self._reviews.due_for(workspace_id, user_id)
        return review_message(left, self._catalogue, decided)
