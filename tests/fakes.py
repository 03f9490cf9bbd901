"""Hand-written fakes of the protocols in ``bot``."""

from datetime import datetime, timedelta

from bot.errors import UnavailableError
from bot.teams.model import Person
from tests.builders import NOW


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


class FakeDirectory:
    """People and groups in memory; ``is_away`` makes every look-up fail."""

    def __init__(self, *people: Person, groups: dict[str, frozenset[str]] | None = None) -> None:
        self.people = {person.id: person for person in people}
        self.groups = groups or {}
        self.is_away = False

    async def person(self, user_id: str) -> Person | None:
        self._answer_or_fail()
        return self.people.get(user_id)

    async def group_members(self, group_id: str) -> frozenset[str]:
        self._answer_or_fail()
        return self.groups.get(group_id, frozenset())

    async def group_name(self, group_id: str) -> str | None:
        self._answer_or_fail()
        return group_id.lower() if group_id in self.groups else None

    def _answer_or_fail(self) -> None:
        if self.is_away:
            raise UnavailableError("Slack does not answer")
