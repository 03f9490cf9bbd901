"""What tests of sending need: the real services on a database, a clock, and a messenger that keeps everything."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.bootstrap import build_services
from bot.digesting import Digesting, DigestMessenger
from bot.digests.content import DigestContent
from bot.digests.model import Digest
from bot.digests.store import DigestRuns
from bot.errors import UnavailableError
from bot.settings import Settings
from bot.storage.digests import SqlDigestStore
from bot.storage.teams import SqlTeamStore
from tests.builders import WORKSPACE, a_digest, a_team, an_actor
from tests.fakes import FakeClock, FakeDirectory, Posted, RecordingMessenger, blank_router

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""A Monday; in UTC, so that "at 9:00 UTC" is due."""

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AT_ONCE = timedelta()
"""A lease that is over at once: what was left undone is taken on in the next round."""

NO_ANSWER = UnavailableError("Slack does not answer")


def no_picture(_content: DigestContent) -> None:
    """Draw nothing."""


class Bench:
    """A workspace with digests, and a process that sends them."""

    def __init__(self, engine: AsyncEngine, messenger: RecordingMessenger | None = None) -> None:
        self.clock = FakeClock(NINE - HOUR)
        self.messenger = messenger or RecordingMessenger()
        self.store = SqlDigestStore(engine)
        self.services = build_services(
            Settings(_env_file=None), engine, blank_router(), FakeDirectory(), self.clock
        )
        self.digesting = Digesting(self.services, self.messenger, no_picture)
        self._teams = SqlTeamStore(engine)

    def restart(self, runs: DigestRuns | None = None, messenger: DigestMessenger | None = None) -> None:
        """Put another process in the place of this one, whose leases are over at once."""
        services = replace(self.services, digest_runs=runs) if runs else self.services
        self.digesting = Digesting(services, messenger or self.messenger, no_picture, lease=AT_ONCE)

    async def add(
        self,
        schedule: str = "every day at 9:00 UTC",
        channel_id: str = "C1CHANNEL",
        *,
        since: datetime | None = None,
    ) -> Digest:
        """Add a digest."""
        digest = a_digest(schedule, channel_id, since=since or self.clock())
        await self.store.add(an_actor(), digest)
        return digest

    async def add_teams(self, count: int) -> None:
        """Add teams with nobody."""
        for number in range(count):
            await self._teams.add_team(an_actor(), a_team(f"Team {number}"), self.clock())

    async def round(self, at: datetime | None = None) -> None:
        """Send what is due, as the ticker does: that something is away is no reason to stop."""
        self.clock.now = at or self.clock.now
        with suppress(UnavailableError):
            await self.digesting.send_due(WORKSPACE)

    async def rounds(self, since: datetime, until: datetime, step: timedelta) -> None:
        """Send what is due at each step of the clock."""
        at = since
        while at <= until:
            await self.round(at)
            at += step

    async def now(self, digest: Digest) -> Digest:
        """Return the digest as it is kept."""
        kept = await self.store.digest(WORKSPACE, digest.id)
        assert kept is not None
        return kept


def due(posted: Posted) -> datetime:
    """Return the moment that a digest was due."""
    return datetime.fromisoformat(posted.mark["due_at"])
