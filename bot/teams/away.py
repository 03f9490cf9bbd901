"""Use cases of absences: somebody goes away, names who covers, and comes back."""

from datetime import date, datetime
from uuid import uuid4

from bot.clock import Clock
from bot.errors import UserFacingError
from bot.teams.assigning import AssigningService
from bot.teams.calendar import Calendar
from bot.teams.model import Absence, Actor, Assignee
from bot.teams.store import AbsenceStore


class AwayService:
    """Everybody says for themselves when they are away."""

    def __init__(
        self, *, absences: AbsenceStore, assigning: AssigningService, calendar: Calendar, clock: Clock
    ) -> None:
        self._absences = absences
        self._assigning = assigning
        self._calendar = calendar
        self._clock = clock

    async def go(self, by: Actor, until: str, cover_id: str | None) -> tuple[Absence, date]:
        """Note that somebody is away from now on; return that, and the day on which they are back.

        That day begins in their own time zone.

        Raises:
            UserFacingError: ``until`` is no day in the future, or the cover cannot be asked.
        """
        if cover_id == by.user_id:
            raise UserFacingError("You cannot cover for yourself: name somebody else, or nobody.")
        now = self._clock()
        back_on, back_at = await self._calendar.future_day(by.user_id, until)
        if cover_id is not None:
            await self._require_cover(by, cover_id, now)
        absence = Absence(uuid4().hex, by.user_id, now, back_at, cover_id)
        await self._absences.add_absence(by, absence)
        return absence, back_on

    async def back(self, by: Actor) -> bool:
        """Note that somebody is back; return whether they were away."""
        return await self._absences.end_absences(by, by.user_id, self._clock())

    async def of(self, workspace_id: str, user_id: str) -> Absence | None:
        """Return somebody's absence, if they are away now."""
        return (await self._absences.absences(workspace_id, [user_id], self._clock())).get(user_id)

    async def _require_cover(self, by: Actor, cover_id: str, now: datetime) -> None:
        await self._assigning.require_fit(Assignee.from_id(cover_id))
        if await self._absences.absences(by.workspace_id, [cover_id], now):
            raise UserFacingError("The person you named is away, too: name somebody else.")
