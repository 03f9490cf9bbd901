"""The people and user groups that a file names, each looked up once."""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from bot.errors import SlackRefusedError, UnavailableError, UserFacingError
from bot.knowledge.text import presentable
from bot.teams.directory import Directory
from bot.teams.model import Assignee, AssigneeType, Person
from bot.teams.ownership import unfit_because
from bot.teams.policy import OwnershipPolicy

MAX_ONE_BY_ONE: Final = 100
"""People that are asked for one by one; for more of them everybody is asked for at once."""

TRIES: Final = 3
"""Slack's answer may come too late for one look-up; it is remembered for the next."""

Report: TypeAlias = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""

_EMAIL: Final = re.compile(r"[^@\s|]{1,64}@[^@\s|]{1,255}")
_MAX_SHOWN: Final = 60
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """Whom an id or address means, and what speaks against them as an owner (none: nothing).

    ``assignee`` is none where it means nobody at all.
    """

    assignee: Assignee | None
    doubt: str | None = None


async def look_up(
    written: Collection[str], directory: Directory, policy: OwnershipPolicy, report: Report
) -> Mapping[str, Found]:
    """Return whom each of ``written`` means.

    Raises:
        UnavailableError: Slack cannot be asked.
    """
    people = _LookUp(directory, policy)
    await people.prepare(written)
    found: dict[str, Found] = {}
    for number, one in enumerate(written, start=1):
        found[one] = await people.find(one)
        report("Looking people up", number, len(written))
    return found


async def assignee_called(written: str, directory: Directory) -> Assignee:
    """Return whom an id or e-mail address means.

    Raises:
        UserFacingError: it means nobody.
        UnavailableError: Slack cannot be asked.
    """
    found = await _LookUp(directory, OwnershipPolicy()).identify(written)
    if found.assignee is None:
        raise UserFacingError(found.doubt or written)
    return found.assignee


class _LookUp:
    """Asks the directory, and says in words what it does not find."""

    def __init__(self, directory: Directory, policy: OwnershipPolicy) -> None:
        self._directory = directory
        self._policy = policy
        self._everybody: Mapping[str, Person] | None = None
        self._lacks_scope = False

    async def prepare(self, written: Collection[str]) -> None:
        """Ask for everybody at once, if there are many to look up."""
        people = [one for one in written if (known := _assignee(one)) and known.type is AssigneeType.USER]
        if len(people) > MAX_ONE_BY_ONE:
            self._everybody = await _patiently(self._directory.everybody)

    async def find(self, written: str) -> Found:
        """Return whom ``written`` means, and whether they can own something."""
        found = await self.identify(written)
        if found.assignee is None:
            return found
        slack_id = found.assignee.id
        if found.assignee.type is AssigneeType.GROUP:
            return Found(found.assignee, await self._group_doubt(slack_id))
        return Found(found.assignee, await self._person_doubt(slack_id))

    async def identify(self, written: str) -> Found:
        """Return whom an id or address means; whether they are there is not asked for an id."""
        known = _assignee(written)
        if known is not None:
            return Found(known)
        shown = presentable(written, _MAX_SHOWN)
        if not _EMAIL.fullmatch(written):
            return Found(None, f"“{shown}” is no Slack id (U… or S…) and no e-mail address")
        return await self._by_email(written, shown)

    async def _by_email(self, written: str, shown: str) -> Found:
        lacking = f"“{shown}” cannot be looked up: add the scope users:read.email, or write the Slack id"
        if self._lacks_scope:
            return Found(None, lacking)
        try:
            person = await _patiently(lambda: self._directory.person_by_email(written))
        except SlackRefusedError as error:
            if error.code != "missing_scope":
                raise
            self._lacks_scope = True
            return Found(None, lacking)
        if person is None:
            return Found(None, f"nobody in this workspace has the address “{shown}”: write their Slack id (U…)")
        return Found(Assignee(AssigneeType.USER, person.id))

    async def _person_doubt(self, user_id: str) -> str | None:
        if self._everybody is not None:
            person = self._everybody.get(user_id)
        else:
            person = await _patiently(lambda: self._directory.person(user_id))
        if person is None:
            return f"there is nobody with the id {user_id} in this workspace: copy it from their Slack profile"
        name = presentable(person.name, _MAX_SHOWN)
        match unfit_because(person, self._policy):
            case "deactivated":
                return f"{user_id} ({name}) is deactivated: name somebody who is there"
            case "bot":
                return f"{user_id} ({name}) is a bot: name a person or a user group"
            case "external":
                return f"{user_id} ({name}) is of another organisation: name somebody of this one"
            case "guest":
                return f"{user_id} ({name}) is a guest, and guests cannot own anything here"
            case _:
                return None

    async def _group_doubt(self, group_id: str) -> str | None:
        group = await _patiently(lambda: self._directory.group(group_id))
        if group is None:
            return f"there is no user group with the id {group_id} in this workspace"
        return None if group.is_active else f"the user group {group_id} (@{group.handle}) is disabled"


def _assignee(written: str) -> Assignee | None:
    try:
        return Assignee.from_id(written)
    except ValueError:
        return None


async def _patiently(look_up: Callable[[], Awaitable[T]]) -> T:
    """Await a look-up that may have come too late the first time."""
    for _ in range(TRIES - 1):
        try:
            return await look_up()
        except SlackRefusedError:
            raise
        except UnavailableError:
            continue
    return await look_up()
