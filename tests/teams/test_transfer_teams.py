"""What an import makes of teams: added, changed, archived, or refused with line and reason."""

from typing import Any

import pytest

from bot.teams.transfer_rows import ImportRules
from tests.builders import a_row, a_team, an_assignment
from tests.teams.transfers import planned, refused

PRUNE = ImportRules(prune=True)
CATALOGUE_OF_SOFTWARE = ImportRules(teams_only=True)


async def test_a_team_is_put_together_from_all_its_rows() -> None:
    plan = await planned(
        [
            a_row(2, "Payments", "finance", "U01", aliases=("checkout",)),
            a_row(3, "PAYMENTS", "engineering", "U02", channels=("C1PAY",), aliases=("checkout",)),
            a_row(4, "payments", leads=("U03",), members=("U04", "U03")),
        ]
    )

    (team,) = plan.teams.added
    assert (team.name, team.aliases, team.channels) == ("Payments", ("checkout",), ("C1PAY",))
    assert (team.leads, set(team.members)) == (("U03",), {"U03", "U04"})
    assert [one.cell.team_id for one in plan.holdings.added] == [team.id, team.id]


async def test_a_parent_may_come_later_and_is_added_first() -> None:
    plan = await planned(
        [a_row(2, "Cards", parent="payments"), a_row(3, "Payments", parent="Commerce"), a_row(4, "Commerce")]
    )

    commerce, payments, cards = plan.teams.added
    assert [team.name for team in plan.teams.added] == ["Commerce", "Payments", "Cards"]
    assert (commerce.parent_id, payments.parent_id, cards.parent_id) == (None, commerce.id, payments.id)


async def test_a_parent_may_be_named_by_an_alias() -> None:
    shop = a_team("Commerce", aliases=("shop",))

    plan = await planned(
        [a_row(2, "Cards", parent="pay"), a_row(3, "Payments", aliases=("pay",), parent="Shop")], [shop]
    )

    payments, cards = plan.teams.added
    assert (payments.parent_id, cards.parent_id) == (shop.id, payments.id)


async def test_what_a_row_does_not_say_stays() -> None:
    parent = a_team("Commerce")
    team = a_team("Payments", parent=parent, aliases=("a",), channels=("C1PAY",), members=("U01",), leads=("U02",))

    plan = await planned([a_row(2, "payments")], [parent, team])

    assert plan.is_empty
    assert plan.teams.unchanged == 1


async def test_a_row_can_say_that_there_is_nothing() -> None:
    parent = a_team("Commerce")
    team = a_team("Payments", parent=parent, aliases=("a",), channels=("C1PAY",), members=("U01",))

    plan = await planned([a_row(2, "Payments", parent="", aliases=(), channels=(), members=())], [parent, team])

    ((before, after),) = plan.teams.changed
    assert before == team
    assert (after.parent_id, after.aliases, after.channels, after.members) == (None, (), (), ())
    assert plan.teams.unchanged == 0


async def test_order_and_spelling_of_the_same_are_no_change() -> None:
    team = a_team("Payments", aliases=("check out", "pay"), channels=("C01", "C02"), members=("U01", "U02"))
    row = a_row(2, "PAYMENTS!", aliases=("pay", "check out", "payments"), channels=("C02", "C01", "C02"))

    assert (await planned([row], [team])).is_empty


async def test_an_alias_may_move_from_one_team_to_another() -> None:
    teams = [a_team("Payments", aliases=("checkout",)), a_team("Cart")]

    plan = await planned([a_row(2, "Cart", aliases=("checkout",)), a_row(3, "Payments", aliases=())], teams)

    assert {after.name: after.aliases for _, after in plan.teams.changed} == {
        "Payments": (),
        "Cart": ("checkout",),
    }


async def test_people_who_are_listed_already_may_stay_whatever_became_of_them() -> None:
    team = a_team("Payments", members=("U01", "UGONE"))

    plan = await planned([a_row(2, "Payments", members=("UGONE", "nine@example.com"))], [team])

    assert plan.teams.changed[0][1].members == ("UGONE", "U09")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"parent": "Comerce"}, "“Comerce”, the parent of Payments, is no team: did you mean Commerce?"),
        ({"parent": "Zzz"}, "“Zzz”, the parent of Payments, is no team: add a row for it"),
        ({"parent": "payments"}, "Payments → Payments: teams cannot be each other's parents: change one of them"),
        ({"aliases": ("SHOP",)}, "Payments: “SHOP” already names the team Commerce: choose another"),
        ({"aliases": ("Commerce",)}, "Payments: “Commerce” already names the team Commerce: choose another"),
        ({"aliases": ("!!!",)}, "“!!!” has no letters or digits: give the team a name people can type."),
        ({"aliases": ("x" * 81,)}, f"“{'x' * 40}…” has 81 characters: a team name or alias has 80 at most."),
        ({"aliases": ("日" * 80,)}, f"“{'日' * 40}…” is too long for a team name or alias: shorten it."),
        ({"aliases": tuple(map(str, range(21)))}, "Payments would have 21 aliases: a team has 20 at most"),
        (
            {"channels": ("C1SHOP",)},
            "Payments: the channel C1SHOP already belongs to the team Commerce: choose another",
        ),
        ({"channels": ("#pay",)}, "“#pay” is no channel id: copy it from the channel's details (C…)"),
        (
            {"leads": ("UNOBODY",)},
            (
                "leads of Payments: there is nobody with the id UNOBODY in this workspace:"
                " copy it from their Slack profile"
            ),
        ),
        ({"members": ("Mara",)}, "members of Payments: “Mara” is no Slack id (U… or S…) and no e-mail address"),
    ],
)
async def test_what_cannot_be_of_a_team_is_refused_with_its_line(given: dict[str, Any], message: str) -> None:
    known = [a_team("Commerce", aliases=("shop",), channels=("C1SHOP",))]

    assert await refused([a_row(2, "Payments"), a_row(3, "Payments", **given)], known) == [
        f"teams.csv:3: {message}"
    ]


async def test_two_teams_of_a_file_cannot_share_a_name_or_channel() -> None:
    rows = [
        a_row(2, "Payments", aliases=("pay", "search"), channels=("C01",)),
        a_row(3, "Cards", aliases=("Pay",), channels=("C01",)),
        a_row(4, "Search"),
    ]

    assert await refused(rows) == [
        "teams.csv:3: Cards: “Pay” already names the team Payments (line 2): choose another",
        "teams.csv:3: Cards: the channel C01 already belongs to the team Payments (line 2): choose another",
        "teams.csv:4: Search: “Search” already names the team Payments (line 2): choose another",
    ]


async def test_a_round_of_parents_is_refused_once() -> None:
    a, b = a_team("A"), a_team("B")
    rows = [
        a_row(2, "A", parent="B"),
        a_row(3, "B", parent="C"),
        a_row(4, "C", parent="A"),
        a_row(5, "D", parent="C"),
    ]

    assert await refused(rows, [a, b]) == [
        "teams.csv:2: A → B → C → A: teams cannot be each other's parents: change one of them"
    ]


async def test_rows_that_contradict_each_other_are_refused() -> None:
    rows = [
        a_row(2, "Payments", parent="Commerce", aliases=("a", "b")),
        a_row(3, "Commerce"),
        a_row(4, "payments", parent="commerce", aliases=("b", "a")),
        a_row(5, "Payments", parent="Retail"),
        a_row(6, "Payments", aliases=()),
    ]

    fix = "make both the same, or leave one empty"
    assert await refused(rows) == [
        f"teams.csv:5: Payments has “Retail” as parent, but “Commerce” in line 2: {fix}",
        f"teams.csv:6: Payments has none as aliases, but “a, b” in line 2: {fix}",
    ]


async def test_pruning_archives_what_the_file_does_not_have_and_moves_its_children_up() -> None:
    root, middle, leaf, named = a_team("Root"), a_team("Middle"), a_team("Leaf"), a_team("Named")
    middle = a_team("Middle", parent=root)
    leaf = a_team("Leaf", parent=middle)
    held = an_assignment(team=middle)
    rows = [a_row(2, "Leaf"), a_row(3, "Root"), a_row(4, "New", parent="Named")]

    plan = await planned(rows, [root, middle, leaf, named], [held], PRUNE)

    assert plan.teams.archived == (middle,)
    assert [after.parent_id for _, after in plan.teams.changed] == [root.id]
    assert [ending.assignment for ending in plan.holdings.ended] == [held]


async def test_without_pruning_what_the_file_does_not_have_stays() -> None:
    plan = await planned([a_row(2, "Payments")], [a_team("Other")], [an_assignment()])

    assert [team.name for team in plan.teams.added] == ["Payments"]
    assert not (plan.teams.archived)
    assert not (plan.holdings.ended)


async def test_a_catalogue_of_software_adds_names_and_only_notes_people_it_lists_in_vain() -> None:
    team = a_team("Payments", aliases=("checkout",), members=("U01",))
    row = a_row(2, "Payments", aliases=("pay-team",), members=("gone@example.com",))

    plan = await planned([row], [team], rules=CATALOGUE_OF_SOFTWARE)

    assert plan.teams.changed[0][1].aliases == ("checkout", "pay-team")
    assert plan.teams.changed[0][1].members == ("U01",)
    assert plan.notes == (
        (
            "teams.csv:2: members of Payments: nobody in this workspace has the address “gone@example.com”:"
            " write their Slack id (U…)"
        ),
    )


async def test_pruning_by_a_catalogue_of_software_ends_only_what_archived_teams_hold() -> None:
    kept, dropped = a_team("Kept"), a_team("Dropped")
    assignments = [an_assignment(team=kept), an_assignment(team=dropped), an_assignment()]

    plan = await planned(
        [a_row(2, "Kept")], [kept, dropped], assignments, ImportRules(prune=True, teams_only=True)
    )

    assert plan.teams.archived == (dropped,)
    assert [ending.assignment for ending in plan.holdings.ended] == [assignments[1]]
