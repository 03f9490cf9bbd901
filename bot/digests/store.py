"""What has to be kept of digests and of the coverage of the past; ``bot.storage`` keeps it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.digests.model import Claim, Demand, Digest, LastRun, RunState, Snapshot
from bot.teams.coverage_report import CoverageFacts
from bot.teams.model import Actor, Cell


class DigestStore(Protocol):
    """Digests and their runs; every call is one transaction."""

    async def add(self, by: Actor, digest: Digest) -> None:
        """Keep a new digest."""

    async def digests(self, workspace_id: str) -> Sequence[Digest]:
        """Return all digests, the oldest first."""

    async def digest(self, workspace_id: str, digest_id: str) -> Digest | None:
        """Return one digest."""

    async def remove(self, by: Actor, digest_id: str, at: datetime) -> bool:
        """Delete a digest with its runs; return whether there was one."""

    async def pause(self, by: Actor, digest_id: str, at: datetime, reason: str | None) -> bool:
        """Stop sending a digest; false if it was paused already."""

    async def resume(self, by: Actor, digest_id: str, at: datetime) -> bool:
        """Send it again from now on; false if it was not paused."""

    async def last_run(self, digest: Digest) -> LastRun | None:
        """Return what the digest said the last time."""


class DigestRuns(Protocol):
    """The due moments of digests, each of which is sent once; every call is one transaction."""

    async def note_due(self, digest: Digest, dues: Collection[datetime]) -> None:
        """Keep due moments that are not known yet."""

    async def note_missed(self, workspace_id: str, until: datetime) -> Sequence[tuple[str, datetime]]:
        """Give up what was due until then and not sent; return it (digest id, due moment)."""

    async def open_runs(
        self, workspace_id: str, after: datetime, until: datetime
    ) -> Sequence[tuple[str, datetime]]:
        """Return what there is to do for moments after ``after`` and not after ``until``, the oldest first.

        It is (digest id, due moment) of what was not sent, as far as its digest goes on; and of what Slack
        refused, as long as the digest's owner was not told.
        """

    async def claim(self, workspace_id: str, digest_id: str, due_at: datetime, lease: timedelta) -> Claim | None:
        """Take a run on for ``lease``, and for twice as long each time it comes to nothing.

        None if another process has taken it on, or there is nothing to do.
        """

    async def renew(self, claim: Claim) -> bool:
        """Begin the lease anew; false if another process has the run now, or it is not to be sent any more."""

    async def note_unsent(self, claim: Claim) -> None:
        """Note that nothing was sent by this claim, for certain; the run is free when the lease is over."""

    async def finish(
        self,
        claim: Claim,
        state: RunState,
        at: datetime,
        *,
        message_ts: str | None = None,
        score: float | None = None,
        gaps: Collection[Cell] = (),
    ) -> bool:
        """Note that the run was sent, or its owner told; false if another process has the run now."""

    async def refuse(self, by: Actor, claim: Claim, at: datetime, reason: str) -> bool:
        """Note that Slack refused the run, and pause the digest; false if it was paused already."""


class CoverageStore(Protocol):
    """What coverage is made of, and what it was; every call is one transaction."""

    async def facts(self, workspace_id: str, at: datetime, asked_since: datetime) -> CoverageFacts:
        """Return what is known of a workspace at a moment."""

    async def demand(self, workspace_id: str, since: datetime) -> Demand:
        """Return what people asked since a moment."""

    async def holders(self, workspace_id: str, at: datetime) -> Collection[str]:
        """Return the ids of everybody who holds something at a moment."""

    async def keep_unfit(self, workspace_id: str, unfit: dict[str, str], at: datetime) -> None:
        """Put these (assignee id → reason) in the place of all that were known as unfit."""

    async def keep_snapshot(self, workspace_id: str, snapshot: Snapshot, keep_since: datetime) -> None:
        """Keep the coverage of a day in the place of what was kept of it; drop those before ``keep_since``."""

    async def snapshots(self, workspace_id: str, since: datetime) -> Sequence[Snapshot]:
        """Return the daily coverage, the oldest first."""
