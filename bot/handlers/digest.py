"""Digests, by command, by form, and from App Home."""

from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from bot.blocks import ids
from bot.blocks.digest import digest_message
from bot.blocks.digest_form import digest_form_view
from bot.blocks.digests import (
    added_message,
    channel_problem,
    list_message,
    paused_by_person_message,
    reached_message,
    removed_message,
    resumed_message,
    sending_message,
    sent_message,
)
from bot.blocks.ids import DigestRef, DigestVerb, HomeRef
from bot.blocks.notice import notice_view
from bot.blocks.text import Message
from bot.digests.model import Digest
from bot.digests.recurrence import zone_named
from bot.digests.service import NewDigest, Reach
from bot.errors import SlackRefusedError, UnavailableError, UserFacingError
from bot.handlers.commands import DigestAdd, DigestDo, DigestForm, DigestList, DigestPreview
from bot.handlers.home import HomeHandlers
from bot.handlers.listeners import Messenger
from bot.handlers.payloads import SlashCommand, Submission, ViewClick
from bot.handlers.replies import Later, OpenForm, SubmissionReply, ViewReply
from bot.services import Services

SendNow = Callable[[Digest], Awaitable[None]]

_log = structlog.get_logger(__name__)
_FIELDS: Final = {"zone": ids.DIGEST_ZONE, "schedule": ids.DIGEST_DAYS}
"""Where an error stands, by what it is about; beside the channel otherwise."""


class DigestHandlers:
    """Parsed command, form or click in, message or view out."""

    def __init__(self, services: Services, messenger: Messenger, home: HomeHandlers, send_now: SendNow) -> None:
        self._digests = services.digests
        self._calendar = services.calendar
        self._access = services.access
        self._catalogue = services.catalogue
        self._messenger = messenger
        self._home = home
        self._send_now = send_now

    async def form(self, command: SlashCommand, _asked: DigestForm) -> OpenForm:
        """Open the form, with the channel it was asked for in."""
        await self._access.require_editor(command.actor)
        channel_id = command.channel_id if command.channel_id.startswith("C") else None
        return OpenForm(digest_form_view(channel_id, await self._calendar.zone_name(command.user_id)))

    async def form_at_home(self, click: ViewClick) -> ViewReply:
        """Open the form on top of App Home."""
        await self._access.require_editor(click.actor)
        zone = await self._calendar.zone_name(click.user_id)
        return ViewReply(form=digest_form_view(None, zone, HomeRef.decode(click.private_metadata)))

    async def submit(self, submitted: Submission) -> SubmissionReply:
        """Add what was filled in; an error stands beside its field."""
        try:
            digest = await self._digests.add(_filled_in(submitted), self._reach(submitted.user_id))
        except UserFacingError as error:
            return SubmissionReply(errors={_FIELDS.get(error.about or "", ids.DIGEST_CHANNEL): str(error)})
        added = notice_view(added_message(digest, self._digests.next_due(digest)), "Digest of coverage")
        ref = HomeRef.decode(submitted.private_metadata) if submitted.private_metadata else None
        return SubmissionReply(next_form=added, home=await self._home.refreshed(submitted.actor, ref))

    async def add(self, command: SlashCommand, asked: DigestAdd) -> Message:
        """Add a digest in one line."""
        zone = await self._calendar.zone_name(command.user_id)
        new = NewDigest(command.actor, asked.channel_id, asked.schedule, zone)
        digest = await self._digests.add(new, self._reach(command.user_id))
        return added_message(digest, self._digests.next_due(digest))

    async def list(self, command: SlashCommand, _asked: DigestList) -> Message:
        """List the digests."""
        await self._access.require_insider(command.user_id)
        return list_message(await self._digests.all(command.workspace_id), self._digests.next_due)

    async def preview(self, command: SlashCommand, _asked: DigestPreview) -> Message:
        """Show, to this person alone, what a digest would say now."""
        content = await self._digests.preview(command.actor, None)
        return digest_message(content, None, self._catalogue, late_by=None)

    async def do(self, command: SlashCommand, asked: DigestDo) -> Message | Later:
        """Send, pause, resume or remove one."""
        await self._access.require_insider(command.user_id)
        digest = await self._digests.numbered(command.workspace_id, asked.number)
        await self._digests.require_owner(command.actor, digest)
        if asked.verb == "now":
            return Later(sending_message(digest), self._sent_later(digest))
        return await self._changed(command, digest, asked.verb, asked.number)

    async def do_at_home(self, click: ViewClick) -> ViewReply:
        """Do what was chosen in the menu of a digest in App Home."""
        ref = DigestRef.decode(click.value)
        digest = await self._digests.find(click.workspace_id, ref.digest_id)
        await self._digests.require_owner(click.actor, digest)
        match ref.verb:
            case "preview":
                content = await self._digests.content(digest)
                # The buttons of a message have no place in a form.
                told = digest_message(content, None, self._catalogue, late_by=None, may_edit=False)
            case "now":
                told = await self._sent(digest)
            case verb:
                told = await self._changed(click, digest, verb)
        home = await self._home.refreshed(click.actor, HomeRef.decode(click.private_metadata))
        return ViewReply(home=home, form=notice_view(told, "Digest of coverage"))

    async def _changed(
        self, by: SlashCommand | ViewClick, digest: Digest, verb: DigestVerb, number: int | None = None
    ) -> Message:
        if verb == "pause":
            return paused_by_person_message(await self._digests.pause(by.actor, digest.id), number)
        if verb == "resume":
            resumed = await self._digests.resume(by.actor, digest.id)
            return resumed_message(resumed, self._digests.next_due(resumed))
        return removed_message(await self._digests.remove(by.actor, digest.id))

    def _sent_later(self, digest: Digest) -> Callable[[SlashCommand], Awaitable[Message]]:
        async def send(_command: SlashCommand) -> Message:
            return await self._sent(digest)

        return send

    async def _sent(self, digest: Digest) -> Message:
        try:
            await self._send_now(digest)
        except SlackRefusedError as error:
            problem = channel_problem(error.code)
            if problem is None:
                raise
            raise UserFacingError(problem) from error
        return sent_message(digest)

    def _reach(self, user_id: str) -> Reach:
        """Return what tells this person alone of it in a digest's channel, which works only where the bot is."""

        async def reach(digest: Digest) -> None:
            try:
                await self._messenger.whisper(digest.channel_id, user_id, reached_message(digest))
            except UnavailableError as error:
                problem = channel_problem(error.code) if isinstance(error, SlackRefusedError) else None
                if problem:
                    raise UserFacingError(problem, about="channel") from error
                # Whether it can be posted there the first run finds out.
                _log.info("digest_channel_unchecked", channel=digest.channel_id, error=str(error))

        return reach


def _filled_in(submitted: Submission) -> NewDigest:
    """Return what was filled in; ``UserFacingError`` if the zone does not exist, or something is missing."""
    channel_id = submitted.first(ids.DIGEST_CHANNEL)
    if channel_id is None:
        raise UserFacingError("Choose a channel that I am in.", about="channel")
    days, at = submitted.first(ids.DIGEST_DAYS) or "", submitted.first(ids.DIGEST_TIME) or ""
    return NewDigest(
        submitted.actor,
        channel_id,
        f"every {days} at {at}",
        zone_named(submitted.first(ids.DIGEST_ZONE) or ""),
        mentions_owner=bool(submitted.fields.get(ids.DIGEST_MENTIONS)),
    )
