"""Sends what is due, each run once, however many processes there are and whenever they are killed.

A due moment is a row before anything is sent; a process takes it on for a while (a lease), posts, and notes that.
What a process leaves undone another one takes on when the lease is over, and looks for the message first: a post
whose answer was lost is found by what it carries, where the bot may read the channel, and is else sent again.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from bot.blocks.digest import digest_message, digest_thread, paused_message, trend_in_words
from bot.blocks.refusals import ABOUT_CHANNEL, ABOUT_MESSAGE
from bot.blocks.text import Message
from bot.digests.content import DigestContent
from bot.digests.model import Claim, Digest, RunState
from bot.errors import SlackRefusedError, UnavailableError
from bot.services import Services
from bot.surface import Surface
from bot.teams.model import Actor

_log = structlog.get_logger(__name__)
GRACE: Final = timedelta(hours=12)
"""A run that could not be sent in time is still sent within this time, and says that it is late."""

LATE_AFTER: Final = timedelta(minutes=15)
LEASE: Final = timedelta(seconds=90)
"""Longer than a marked post may take (40 seconds), and then Slack, to show what it took all the same (30)."""

_CLOCK_ERROR: Final = timedelta(days=2)
"""So far this machine's clock may have been from Slack's when a message was sent that is looked for."""

EVENT_TYPE: Final = "finops_digest"
PAUSED_EVENT_TYPE: Final = "finops_digest_paused"
BOT: Final = "finops-bot"
"""Who pauses a digest that cannot be sent, in the audit log."""

_GONE: Final = frozenset({*ABOUT_CHANNEL, *ABOUT_MESSAGE})
"""Refusals that trying again does not mend; those of the app itself pass, and concern all digests alike."""

_UNCERTAIN: Final = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Refusals after which Slack may have taken the message all the same."""


class DigestMessenger(Protocol):
    """Posts digests; ``UnavailableError`` if Slack does not take one."""

    async def post(self, channel_id: str, message: Message, thread_ts: str | None) -> None:
        """Post in a channel or thread, or, by a user's id, in the conversation with them."""

    async def post_marked(
        self, channel_id: str, message: Message, event_type: str, mark: Mapping[str, str]
    ) -> str:
        """Post a message that carries ``mark`` for programs, once and for ``LEASE`` at most; return its ``ts``."""

    async def find_marked(
        self, channel_id: str, event_type: str, mark: Mapping[str, str], since: datetime
    ) -> str | None:
        """Return the ``ts`` of the bot's message with ``mark``; none if there is none, or it may not look."""

    async def upload(self, channel_id: str, picture: bytes, title: str, alt_text: str, thread_ts: str) -> None:
        """Put a PNG into a thread."""


class Drawer(Protocol):
    """Draws the trend of a digest."""

    def __call__(self, content: DigestContent, /) -> bytes | None:
        """Return a PNG; none where there is not enough to draw."""


def unwatched(_state: str) -> None:
    """Let it pass."""


class Digesting:
    """Turns due moments into messages; ``send_due`` may run in any number of processes at once."""

    def __init__(
        self,
        services: Services,
        messenger: DigestMessenger,
        draw: Drawer,
        *,
        watch: Callable[[str], None] = unwatched,
        lease: timedelta = LEASE,
    ) -> None:
        """``watch`` is told of each due moment that this process brought to an end: sent, missed or refused."""
        self._digests = services.digests
        self._runs = services.digest_runs
        self._catalogue = services.catalogue
        self._clock = services.clock
        self._messenger = messenger
        self._draw = draw
        self._watch = watch
        self._lease = lease
        self._unnoted: dict[tuple[str, datetime], str] = {}
        """Messages that this process posted, and could not note because the database was away."""

    async def send_due(self, workspace_id: str) -> None:
        """Send every digest that is due.

        Raises:
            UnavailableError: Slack or the database is away; what was not sent is sent in a later round.
        """
        now = self._clock()
        await self._note_due(workspace_id, now)
        for digest_id, due_at in await self._runs.open_runs(workspace_id, now - GRACE, now):
            claim = await self._runs.claim(workspace_id, digest_id, due_at, self._lease)
            if claim is not None:
                await self._guarded(claim)

    async def send_now(self, digest: Digest) -> None:
        """Send a digest beside its schedule; ``UnavailableError`` if Slack does not take it."""
        content = await self._digests.content(digest)
        mark = {"digest": digest.id, "due_at": f"now {self._clock().isoformat()}"}
        message = digest_message(content, digest, self._catalogue, late_by=None)
        ts = await self._messenger.post_marked(digest.channel_id, message, EVENT_TYPE, mark)
        await self._fill_thread(digest, content, ts)

    async def _note_due(self, workspace_id: str, now: datetime) -> None:
        for digest in await self._digests.all(workspace_id):
            if digest.paused_at is None:
                after = max(digest.active_since, now - GRACE)
                await self._runs.note_due(digest, digest.recurrence.due_between(after, now))
        for digest_id, due_at in await self._runs.note_missed(workspace_id, now - GRACE):
            _log.warning("digest_missed", digest=digest_id, due_at=due_at.isoformat())
            self._watch(RunState.MISSED.value)

    async def _guarded(self, claim: Claim) -> None:
        """Do what a claim is for; a digest that cannot be made holds up no other one."""
        try:
            if claim.state is RunState.REFUSED:
                await self._tell_owner(claim)
            else:
                await self._send(claim)
        except UnavailableError as error:
            # The others would fare no better; whether Slack took it the next claim looks up.
            _log.warning("digest_put_off", digest=claim.digest.id, error=str(error))
            raise
        except Exception as error:  # noqa: BLE001 (a boundary: one bad digest must not stop the others)
            _log.exception("digest_failed", digest=claim.digest.id, error=type(error).__name__)

    async def _send(self, claim: Claim) -> None:
        content = await self._digests.content(claim.digest)
        ts = await self._found(claim) or await self._posted(claim, content)
        if ts is None:
            return
        self._unnoted[claim.digest.id, claim.due_at] = ts
        gaps = [gap.cell for gap in content.report.gaps]
        is_noted = await self._runs.finish(
            claim, RunState.SENT, self._clock(), message_ts=ts, score=content.report.score, gaps=gaps
        )
        del self._unnoted[claim.digest.id, claim.due_at]
        if is_noted:  # and so no other process has filled the thread, or will
            self._watch(RunState.SENT.value)
            await self._fill_thread(claim.digest, content, ts)

    async def _found(self, claim: Claim) -> str | None:
        """Return the ``ts`` of the run's message if it was sent before; none if not, or nobody can know."""
        due_at, digest = claim.due_at, claim.digest
        ts = self._unnoted.get((digest.id, due_at))
        # A late run is looked for even at first: what noted it may be lost, with a disk or to an old backup.
        is_fresh = claim.number == 1 and self._clock() - due_at < LEASE
        if ts is None and not is_fresh:
            try:
                ts = await self._messenger.find_marked(
                    digest.channel_id, EVENT_TYPE, _mark(claim), due_at - _CLOCK_ERROR
                )
            except UnavailableError:
                await self._runs.note_unsent(claim)
                raise
        if ts is not None:
            _log.info("digest_found", digest=digest.id, due_at=due_at.isoformat())
        return ts

    async def _posted(self, claim: Claim, content: DigestContent) -> str | None:
        """Return the ``ts`` of the run's message, posted now; none if it is not to be, or Slack refused it."""
        digest, delay = claim.digest, self._clock() - claim.due_at
        message = digest_message(content, digest, self._catalogue, late_by=delay if delay > LATE_AFTER else None)
        if not await self._runs.renew(claim):
            _log.info("digest_left", digest=digest.id, due_at=claim.due_at.isoformat())
            return None
        try:
            ts = await self._messenger.post_marked(digest.channel_id, message, EVENT_TYPE, _mark(claim))
        except SlackRefusedError as error:
            if error.code in _UNCERTAIN:
                raise
            await self._refused(claim, error.code)
            return None
        _log.info("digest_sent", digest=digest.id, due_at=claim.due_at.isoformat(), again=claim.number > 1)
        return ts

    async def _refused(self, claim: Claim, code: str) -> None:
        """Pause a digest that cannot be sent and tell its owner; try another one again later."""
        digest = claim.digest
        if code not in _GONE:
            _log.warning("digest_put_off", digest=digest.id, error=code)
            await self._runs.note_unsent(claim)
            return
        by = Actor(digest.workspace_id, BOT, Surface.SCHEDULE)
        if await self._runs.refuse(by, claim, self._clock(), code):
            _log.warning("digest_paused", digest=digest.id, error=code)
            self._watch(RunState.REFUSED.value)
            await self._tell_owner(replace(claim, digest=replace(digest, pause_reason=code)))

    async def _tell_owner(self, claim: Claim) -> None:
        """Tell a digest's owner why it is paused; one who cannot be told is not tried again."""
        digest, code = claim.digest, claim.digest.pause_reason or ""
        message = paused_message(digest, code)
        try:
            await self._messenger.post_marked(digest.owner_id, message, PAUSED_EVENT_TYPE, _mark(claim))
        except SlackRefusedError as error:
            if error.code in _UNCERTAIN or error.code == "ratelimited":
                raise
            _log.warning("digest_owner_not_told", digest=digest.id, error=error.code)
        await self._runs.finish(claim, RunState.REFUSED, self._clock())

    async def _fill_thread(self, digest: Digest, content: DigestContent, ts: str) -> None:
        """Put what did not fit, and the picture, into the thread; the digest itself is sent already."""
        try:
            for message in digest_thread(content, self._catalogue):
                await self._messenger.post(digest.channel_id, message, ts)
            picture = await asyncio.to_thread(self._draw, content)
            if picture is not None:
                await self._messenger.upload(digest.channel_id, picture, "Coverage", trend_in_words(content), ts)
        except UnavailableError as error:
            _log.warning("digest_thread_incomplete", digest=digest.id, error=str(error))


def _mark(claim: Claim) -> Mapping[str, str]:
    """Return what a run's message is found again by."""
    return {"digest": claim.digest.id, "due_at": claim.due_at.isoformat()}
