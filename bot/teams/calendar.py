"""Days in the time zone of the person who names them."""

from datetime import date, datetime, tzinfo

from bot.clock import Clock
from bot.errors import UnavailableError, UserFacingError
from bot.knowledge.text import presentable
from bot.teams.days import MAX_SHOWN, parse_day, parse_future_day, start_of, zone_called
from bot.teams.directory import Directory


class Calendar:
    """Turns what a person calls a day into the moment at which it begins for them."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock

    async def beginning(self, user_id: str, text: str) -> datetime:
        """Return when the day that ``text`` names begins, or now, if that is today.

        Raises:
            UserFacingError: it is no day, or past.
        """
        now, zone = self._clock(), await self._zone_of(user_id)
        today = now.astimezone(zone).date()
        day = parse_day(text, today)
        if day < today:
            raise UserFacingError(f"“{presentable(text, MAX_SHOWN)}” is {day.isoformat()}, which is past.")
        return now if day == today else start_of(day, zone)

    async def future_day(self, user_id: str, text: str) -> tuple[date, datetime]:
        """Return the day that ``text`` names, after today, and the moment at which it begins.

        Raises:
            UserFacingError: it is no day, or not in the future.
        """
        zone = await self._zone_of(user_id)
        day = parse_future_day(text, self._clock().astimezone(zone).date())
        return day, start_of(day, zone)

    async def zone_name(self, user_id: str) -> str:
        """Return the IANA name of a person's time zone, UTC where it is unknown."""
        return str(await self._zone_of(user_id))

    async def _zone_of(self, user_id: str) -> tzinfo:
        try:
            person = await self._directory.person(user_id)
        except UnavailableError:
            person = None
        return zone_called(person.time_zone if person else "UTC")
