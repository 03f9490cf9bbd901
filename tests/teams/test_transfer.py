"""The use case of files: people are looked up once, and nothing is applied that is not planned."""

import pytest

from bot.errors import SlackRefusedError, UnavailableError, UserFacingError
from bot.teams.model import Person
from bot.teams.transfer_plan import Refusal, TransferPlan
from bot.teams.transfer_rows import BadRow, FileRow, ImportRules, Place
from tests.builders import NOW, a_row, a_team, an_assignment
from tests.fakes import FakeDirectory
from tests.teams.transfers import TERMINAL, StoreInMemory, a_service, planned, refused


async def test_everybody_is_looked_up_once() -> None:
    directory = FakeDirectory(Person("U01", "One"))
    rows = [a_row(2, "A", "finance", "U01", members=("U01",)), a_row(3, "B", "finance", "U01")]

    await a_service(StoreInMemory(), directory).plan(TERMINAL, rows, ImportRules())

    assert directory.asked == ["U01"]


async def test_many_people_are_asked_for_at_once() -> None:
    directory = FakeDirectory(*(Person(f"U{number:03}", "Somebody") for number in range(101)))
    rows = [a_row(number, f"Team {number}", "finance", f"U{number:03}") for number in range(101)]

    plan = await a_service(StoreInMemory(), directory).plan(TERMINAL, rows, ImportRules())

    assert isinstance(plan, TransferPlan)
    assert directory.asked == ["everybody"]


async def test_a_look_up_that_comes_too_late_is_asked_for_again() -> None:
    directory = FakeDirectory(Person("U01", "One"))
    directory.failing.add("U01")

    with pytest.raises(UnavailableError):
        await a_service(StoreInMemory(), directory).plan(TERMINAL, [a_row(2, "", "finance", "U01")], ImportRules())

    assert directory.asked == ["U01", "U01", "U01"]


async def test_without_slack_nothing_is_planned() -> None:
    directory = FakeDirectory()
    directory.is_away = True
    store = StoreInMemory()

    with pytest.raises(UnavailableError):
        await a_service(store, directory).plan(TERMINAL, [a_row(2, "", "finance", "U01")], ImportRules())

    assert store.since is None


class DirectoryWithoutScope(FakeDirectory):
    """Slack refuses to look up addresses."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self._code = code

    async def person_by_email(self, email: str) -> Person | None:
        self.asked.append(email)
        raise SlackRefusedError(self._code)


async def test_a_missing_scope_is_said_beside_every_address_and_asked_for_once() -> None:
    directory = DirectoryWithoutScope("missing_scope")
    rows = [a_row(2, "", "finance", "a@example.com"), a_row(3, "", "engineering", "b@example.com")]

    refusal = await a_service(StoreInMemory(), directory).plan(TERMINAL, rows, ImportRules())

    assert isinstance(refusal, Refusal)
    assert [str(row) for row in refusal.rows] == [
        f"teams.csv:{line}: “{address}” cannot be looked up: add the scope users:read.email, or write the Slack id"
        for line, address in ((2, "a@example.com"), (3, "b@example.com"))
    ]
    assert directory.asked == ["a@example.com"]


async def test_any_other_refusal_of_slack_ends_the_import() -> None:
    with pytest.raises(SlackRefusedError):
        await a_service(StoreInMemory(), DirectoryWithoutScope("ratelimited")).plan(
            TERMINAL, [a_row(2, "", "finance", "a@example.com")], ImportRules()
        )


@pytest.mark.parametrize(
    ("person", "message"),
    [
        (Person("U01", "Ann", is_active=False), "U01 (Ann) is deactivated: name somebody who is there"),
        (
            Person("U01", "Ann", is_external=True),
            "U01 (Ann) is of another organisation: name somebody of this one",
        ),
        (Person("U01", "Ann", is_bot=True), "U01 (Ann) is a bot: name a person or a user group"),
        (Person("U01", "Ann", is_guest=True), "U01 (Ann) is a guest, and guests cannot own anything here"),
    ],
)
async def test_nobody_is_named_who_cannot_be_asked(person: Person, message: str) -> None:
    service = a_service(StoreInMemory(), FakeDirectory(person))

    refusal = await service.plan(TERMINAL, [a_row(2, "", "finance", "U01")], ImportRules())

    assert isinstance(refusal, Refusal)
    assert [row.message for row in refusal.rows] == [message]


async def test_all_bad_rows_are_listed_by_line() -> None:
    rows: list[FileRow | BadRow] = [
        BadRow(Place("teams.csv", 9), "has a line break in a cell"),
        a_row(3, "", "finance", "UNOBODY"),
        a_row(2, "", "finance", "U01", rank="first"),
        a_row(4, "A", parent="B"),
    ]

    assert [line.split(": ")[0] for line in await refused(rows)] == [
        "teams.csv:2",
        "teams.csv:3",
        "teams.csv:4",
        "teams.csv:9",
    ]


async def test_pruning_with_no_rows_is_refused_but_importing_them_is_not() -> None:
    with pytest.raises(UserFacingError, match="--prune would end everything"):
        await planned([], [a_team()], rules=ImportRules(prune=True))

    assert (await planned([], [a_team()])).is_empty


async def test_what_ended_is_read_only_as_far_back_as_the_file_goes() -> None:
    store = StoreInMemory()
    row = a_row(2, "", "finance", "U01", valid_from="2025-01-01", valid_until="2026-01-01")

    await a_service(store).plan(TERMINAL, [a_row(3, "", "engineering", "U01")], ImportRules())
    assert store.since == NOW

    await a_service(store).plan(TERMINAL, [row], ImportRules())
    assert store.since.isoformat() == "2026-01-01T00:00:00+00:00"


async def test_an_empty_plan_is_not_applied() -> None:
    store = StoreInMemory(assignments=[an_assignment("finance", "U01")])
    service = a_service(store)
    for row in (a_row(2, "", "finance", "U01"), a_row(2, "", "finance", "U02")):
        plan = await service.plan(TERMINAL, [row], ImportRules())
        assert isinstance(plan, TransferPlan)
        await service.apply(TERMINAL, plan)

    assert [len(plan.holdings.added) for plan in store.applied] == [1]
    assert store.applied[0].based_on == 7
