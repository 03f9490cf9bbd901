"""An import into teams and assignments that are in memory."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.surface import Surface
from bot.teams.model import Actor, Assignment, Group, Person, Team
from bot.teams.policy import OwnershipPolicy
from bot.teams.transfer import TransferService
from bot.teams.transfer_people import Report
from bot.teams.transfer_plan import OwnershipState, Refusal, TransferPlan
from bot.teams.transfer_rows import BadRow, FileRow, ImportRules
from tests.builders import a_catalogue, a_persona, an_actor
from tests.fakes import FakeClock, FakeDirectory

TERMINAL = an_actor("terminal", Surface.FILE)
PEOPLE = [Person(f"U0{number}", f"Person {number}") for number in range(1, 10)]
GROUPS = [Group("S1BUYERS", "buyers", frozenset({"U01"})), Group("S2OFF", "off", frozenset(), is_active=False)]


class StoreInMemory:
    """A ``TransferStore`` that holds what it was given, and remembers which plans it was to apply."""

    def __init__(self, teams: Sequence[Team] = (), assignments: Sequence[Assignment] = ()) -> None:
        self.teams = tuple(teams)
        self.assignments = tuple(assignments)
        self.since: datetime | None = None
        self.applied: list[TransferPlan] = []

    async def state(self, _workspace_id: str, since: datetime) -> OwnershipState:
        self.since = since
        return OwnershipState(self.teams, self.assignments, 7)

    async def apply(self, _by: Actor, plan: TransferPlan, _at: datetime, _report: Report) -> None:
        self.applied.append(plan)


def a_service(store: StoreInMemory, directory: FakeDirectory | None = None) -> TransferService:
    return TransferService(
        store=store,
        directory=directory or FakeDirectory(*PEOPLE, *GROUPS, emails={"nine@example.com": "U09"}),
        catalogue=a_catalogue(a_persona("finance"), a_persona("engineering")),
        policy=OwnershipPolicy(),
        clock=FakeClock(),
    )


async def planned(
    rows: Iterable[FileRow | BadRow],
    teams: Sequence[Team] = (),
    assignments: Sequence[Assignment] = (),
    rules: ImportRules | None = None,
) -> TransferPlan:
    """Return the plan for ``rows``, which must all be good."""
    plan = await a_service(StoreInMemory(teams, assignments)).plan(TERMINAL, rows, rules or ImportRules())
    assert isinstance(plan, TransferPlan), plan
    return plan


async def refused(
    rows: Iterable[FileRow | BadRow],
    teams: Sequence[Team] = (),
    assignments: Sequence[Assignment] = (),
    rules: ImportRules | None = None,
) -> list[str]:
    """Return what is said about ``rows``, of which some must be bad."""
    refusal = await a_service(StoreInMemory(teams, assignments)).plan(TERMINAL, rows, rules or ImportRules())
    assert isinstance(refusal, Refusal), refusal
    return [str(row) for row in refusal.rows]
