"""Use case of files: ownership in, with a plan before anything is written, and ownership out."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.clock import Clock
from bot.errors import UserFacingError
from bot.knowledge.model import Catalogue
from bot.teams.directory import Directory
from bot.teams.model import Actor
from bot.teams.policy import OwnershipPolicy
from bot.teams.transfer_claims import Claims
from bot.teams.transfer_people import Report, look_up
from bot.teams.transfer_plan import OwnershipState, Refusal, TransferPlan, plan_transfer
from bot.teams.transfer_rows import BadRow, FileRow, ImportRules


def say_nothing(_what: str, _done: int, _total: int) -> None:
    """Be told about the progress, and keep it to oneself."""


class TransferStore(Protocol):
    """Reads and writes all of a workspace's ownership at once."""

    async def state(self, workspace_id: str, since: datetime) -> OwnershipState:
        """Return the teams in use, and every assignment that does not end before ``since``."""

    async def apply(self, by: Actor, plan: TransferPlan, at: datetime, report: Report) -> None:
        """Do all that is planned in one transaction, with its entries in the audit log.

        Raises:
            ChangedMeanwhileError: something was changed since the plan was made; nothing is.
        """


class TransferService:
    """Imports and exports; whoever can run it may, as it works on files where the bot runs."""

    def __init__(
        self,
        *,
        store: TransferStore,
        directory: Directory,
        catalogue: Catalogue,
        policy: OwnershipPolicy,
        clock: Clock,
    ) -> None:
        self._store = store
        self._directory = directory
        self._catalogue = catalogue
        self._policy = policy
        self._clock = clock

    async def plan(
        self, by: Actor, rows: Iterable[FileRow | BadRow], rules: ImportRules, report: Report = say_nothing
    ) -> TransferPlan | Refusal:
        """Return what importing ``rows`` would change, or all the rows that cannot be taken.

        Raises:
            UserFacingError: there are no rows, and pruning would end everything.
            UnavailableError: Slack cannot be asked about the people in them, or the database does not answer.
        """
        claims = Claims(self._catalogue)
        for row in rows:
            claims.add(row)
        if rules.prune and not claims.rows:
            raise UserFacingError("There are no rows, so --prune would end everything: nothing was changed.")
        found = await look_up(claims.people, self._directory, self._policy, report)
        now = self._clock()
        state = await self._store.state(by.workspace_id, min(now, claims.earliest_end or now))
        return plan_transfer(claims, found, state, by, rules, now=now)

    async def apply(self, by: Actor, plan: TransferPlan, report: Report = say_nothing) -> None:
        """Do what is planned, all of it or nothing; ``ChangedMeanwhileError`` as in ``TransferStore``."""
        if not plan.is_empty:
            await self._store.apply(by, plan, self._clock(), report)

    async def state(self, workspace_id: str) -> OwnershipState:
        """Return the teams and what holds for them now or later."""
        now = self._clock()
        state = await self._store.state(workspace_id, now)
        still = tuple(one for one in state.assignments if one.valid_until is None or one.valid_until > now)
        return replace(state, assignments=still)
