"""What an import makes of assignments: added, changed, ended, or refused with line and reason."""

from datetime import timedelta
from typing import Any

import pytest

from bot.teams.model import Rank
from bot.teams.transfer_rows import ImportRules
from tests.builders import NOW, a_row, a_team, an_assignment
from tests.teams.transfers import planned, refused

PRUNE = ImportRules(prune=True)
TEAM = a_team("Payments")
DAY = timedelta(days=1)


def day(days: int) -> str:
    """Return a moment so many days from now, as files have it."""
    return (NOW + days * DAY).isoformat()


async def test_a_new_assignment_begins_now_and_is_open() -> None:
    plan = await planned(
        [a_row(2, "Payments", "Finance", "U01"), a_row(3, "", "engineering", "S1BUYERS", rank="Backup")]
    )

    first, second = plan.holdings.added
    assert (first.cell.team_id, first.cell.persona_key) == (plan.teams.added[0].id, "finance")
    assert (first.assignee.id, first.rank) == ("U01", Rank.PRIMARY)
    assert (first.valid_from, first.valid_until, first.assigned_by, first.confirmed_at) == (
        NOW,
        None,
        "terminal",
        NOW,
    )
    assert (second.cell.team_id, second.assignee.id, second.rank) == (None, "S1BUYERS", Rank.BACKUP)


async def test_an_address_stands_for_the_person_who_has_it() -> None:
    plan = await planned([a_row(2, "", "finance", "nine@example.com")])

    assert plan.holdings.added[0].assignee.id == "U09"


async def test_a_period_may_begin_in_the_past_and_days_begin_in_utc() -> None:
    row = a_row(2, "", "finance", "U01", valid_from="2026-01-05", valid_until="2026-12-24T18:00:00+01:00")

    (added,) = (await planned([row])).holdings.added

    assert added.valid_from.isoformat() == "2026-01-05T00:00:00+00:00"
    assert added.valid_until is not None
    assert added.valid_until.isoformat() == "2026-12-24T17:00:00+00:00"


@pytest.mark.parametrize("valid_from", ["", day(-1), "2026-11-22T10:30:00+01:00", "2026-11-22T09:30:00"])
async def test_what_is_so_already_is_unchanged(valid_from: str) -> None:
    held = an_assignment("finance", "U01", TEAM)

    plan = await planned([a_row(2, "Payments", "finance", "U01", valid_from=valid_from)], [TEAM], [held])

    assert plan.is_empty
    assert plan.holdings.unchanged == 1


async def test_another_end_is_a_change_of_the_same_assignment() -> None:
    held = an_assignment("finance", "U01", until=NOW + 9 * DAY)

    for end, valid_until in ((day(5), NOW + 5 * DAY), ("", None)):
        plan = await planned([a_row(2, "", "finance", "U01", valid_until=end)], [], [held])

        (change,) = plan.holdings.changed
        assert change.before == held
        assert (change.after.id, change.after.valid_until) == (held.id, valid_until)


async def test_a_file_without_ends_leaves_them_as_they_are() -> None:
    held = an_assignment("finance", "U01", until=NOW + 9 * DAY)

    assert (await planned([a_row(2, "", "finance", "U01", valid_until=None)], [], [held])).is_empty


async def test_another_rank_of_the_same_person_takes_the_place_of_the_first() -> None:
    held = an_assignment("finance", "U01")

    plan = await planned([a_row(2, "", "finance", "U01", rank="backup")], [], [held])

    (change,) = plan.holdings.changed
    assert (change.before, change.after.rank, change.after.valid_from) == (held, Rank.BACKUP, NOW)
    assert change.after.id != held.id
    assert [(one.assignment, one.at) for one in plan.holdings.replaced] == [(held, NOW)]
    assert not (plan.holdings.added)
    assert not (plan.holdings.ended)


async def test_another_beginning_of_the_same_takes_its_place_from_then_on() -> None:
    held = an_assignment("finance", "U01")

    earlier = await planned([a_row(2, "", "finance", "U01", valid_from=day(-9))], [], [held])
    later = await planned([a_row(2, "", "finance", "U01", valid_from=day(9))], [], [held])

    assert [one.at for one in earlier.holdings.replaced] == [held.valid_from]
    assert [one.at for one in later.holdings.replaced] == [NOW + 9 * DAY]


async def test_a_new_primary_ends_the_former_one_when_it_begins() -> None:
    held, backup = an_assignment("finance", "U01"), an_assignment("finance", "U03", rank=Rank.BACKUP)

    plan = await planned([a_row(2, "", "finance", "U02", valid_from=day(4))], [], [held, backup])

    assert [(one.assignment, one.at) for one in plan.holdings.ended] == [(held, NOW + 4 * DAY)]
    assert len(plan.holdings.added) == 1


async def test_what_does_not_hold_at_the_same_time_stays() -> None:
    follows = an_assignment("finance", "U02", since=NOW + 9 * DAY)
    row = a_row(2, "", "finance", "U01", valid_until=day(9))

    plan = await planned([row], [], [follows])

    assert len(plan.holdings.added) == 1
    assert not plan.holdings.ended


async def test_a_new_backup_ends_nobody() -> None:
    plan = await planned([a_row(2, "", "finance", "U02", rank="backup")], [], [an_assignment("finance", "U01")])

    assert not plan.holdings.ended


async def test_the_former_primary_goes_on_after_somebody_who_holds_it_for_a_time() -> None:
    held = an_assignment("finance", "U01")
    rows = [
        a_row(2, "", "finance", "U02", valid_from=day(1), valid_until=day(3)),
        a_row(3, "", "finance", "U03", valid_from=day(5), valid_until=day(7)),
    ]

    plan = await planned(rows, [], [held])

    assert [(one.assignment, one.at) for one in plan.holdings.ended] == [(held, NOW + DAY)]
    assert [(one.assignee.id, one.valid_from, one.valid_until) for one in plan.holdings.resumed] == [
        ("U01", NOW + 3 * DAY, NOW + 5 * DAY),
        ("U01", NOW + 7 * DAY, None),
    ]


async def test_pruning_ends_what_the_file_does_not_have_and_resumes_nobody() -> None:
    held, other = an_assignment("finance", "U01"), an_assignment("engineering", "U03")
    later = an_assignment("engineering", "U04", since=NOW + 9 * DAY)
    row = a_row(2, "", "finance", "U02", valid_from=day(1), valid_until=day(3))

    plan = await planned([row], [], [held, other, later], PRUNE)

    ends = {one.assignment.id: one.at for one in plan.holdings.ended}
    assert ends == {held.id: NOW, other.id: NOW, later.id: later.valid_from}
    assert not plan.holdings.resumed


async def test_what_ended_before_is_known_again_by_its_end() -> None:
    ended = an_assignment("finance", "U01", since=NOW - 9 * DAY, until=NOW - 2 * DAY)
    same = a_row(2, "", "finance", "U01", valid_from=day(-9), valid_until=day(-2))
    open_again = a_row(2, "", "finance", "U01", valid_from=day(-9))

    assert (await planned([same], [], [ended])).is_empty
    assert len((await planned([open_again], [], [ended])).holdings.added) == 1


async def test_an_owner_who_has_left_stays_named_with_a_note_and_may_be_ended() -> None:
    held = an_assignment("finance", "UGONE")

    plan = await planned([a_row(2, "", "finance", "UGONE")], [], [held])
    ending = await planned([a_row(2, "", "finance", "UGONE", valid_until=day(1))], [], [held])

    assert plan.is_empty
    assert plan.notes == (
        (
            "teams.csv:2: there is nobody with the id UGONE in this workspace: copy it from their Slack profile;"
            " left as it is"
        ),
    )
    assert len(ending.holdings.changed) == 1


async def test_a_persona_that_no_longer_exists_stays_held_but_is_not_given_to_anybody() -> None:
    held = an_assignment("finanse", "U01")

    assert (await planned([a_row(2, "", "finanse", "U01")], [], [held])).is_empty
    assert await refused([a_row(2, "", "finanse", "U02")], [], [held]) == [
        "teams.csv:2: There is no persona called “finanse”. Did you mean finance?"
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"persona": "magician"}, "There is no persona called “magician”. Did you mean engineering, finance?"),
        ({"persona": ""}, "“U01” has no persona: write which one they hold"),
        ({"assignee": ""}, "“finance” has no assignee: write a Slack id or an address"),
        ({"assignee": "Mara"}, "“Mara” is no Slack id (U… or S…) and no e-mail address"),
        (
            {"assignee": "UNOBODY"},
            "there is nobody with the id UNOBODY in this workspace: copy it from their Slack profile",
        ),
        ({"assignee": "SNONE"}, "there is no user group with the id SNONE in this workspace"),
        ({"assignee": "S2OFF"}, "the user group S2OFF (@off) is disabled"),
        (
            {"assignee": "x@example.com"},
            "nobody in this workspace has the address “x@example.com”: write their Slack id (U…)",
        ),
        ({"rank": "first"}, "“first” is no rank: write primary or backup"),
        ({"valid_from": "32 May"}, "valid_from: “32 May” is not a day: write it like 2026-12-24"),
        (
            {"valid_until": "0001-01-01T00:00:00+14:00"},
            "valid_until: “0001-01-01T00:00:00+14:00” is not a day: write it like 2026-12-24",
        ),
        (
            {"valid_from": "2026-12-24", "valid_until": "2026-12-24"},
            (
                "valid_until 2026-12-24T00:00:00+00:00 is not after valid_from 2026-12-24T00:00:00+00:00:"
                " change one of them"
            ),
        ),
        ({"team": "", "parent": "Commerce"}, "has parent but no team: write the team's name"),
        ({"team": "", "persona": "", "assignee": ""}, "names neither a team nor a persona"),
    ],
)
async def test_what_nobody_can_hold_is_refused_with_its_line(given: dict[str, Any], message: str) -> None:
    row = a_row(3, **({"team": "Payments", "persona": "finance", "assignee": "U01"} | given))

    assert await refused([row]) == [f"teams.csv:3: {message}"]


async def test_two_primaries_for_one_time_are_refused_with_both_lines() -> None:
    rows = [
        a_row(2, "", "finance", "U01", valid_from=day(-9)),
        a_row(3, "", "finance", "U02", valid_from=day(1), valid_until=day(2)),
        a_row(4, "", "finance", "U03", valid_from=day(3)),
        a_row(5, "", "finance", "U04", rank="backup"),
    ]

    assert await refused(rows) == [
        (
            "teams.csv:3: names U02 as primary finance while line 2 names U01:"
            " let one end before the other begins, or make it a backup"
        ),
        (
            "teams.csv:4: names U03 as primary finance while line 2 names U01:"
            " let one end before the other begins, or make it a backup"
        ),
    ]


async def test_the_same_twice_is_refused() -> None:
    rows = [a_row(2, "", "finance", "U01", rank="backup"), a_row(3, "", "finance", "U01", rank="backup")]

    assert await refused(rows) == [
        (
            "teams.csv:3: names U01 as backup finance while line 2 names U01: remove one of the two,"
            " or give it another period"
        )
    ]


async def test_primaries_one_after_the_other_are_fine() -> None:
    rows = [
        a_row(2, "", "finance", "U02", valid_from=day(5)),
        a_row(3, "", "finance", "U01", valid_from=day(-9), valid_until=day(5)),
    ]

    assert len((await planned(rows)).holdings.added) == 2


async def test_an_old_file_does_not_undo_who_took_over_since() -> None:
    current = an_assignment("finance", "U02")
    row = a_row(2, "", "finance", "U01", valid_from=day(-99))

    for rules in (ImportRules(), PRUNE):
        assert await refused([row], [], [current], rules) == [
            (
                f"teams.csv:2: U02 holds finance from {day(-1)} on, after U01: end this row then,"
                " or leave valid_from empty if this row shall take over now"
            )
        ]


async def test_somebody_who_is_to_follow_is_only_dropped_by_pruning() -> None:
    follows = an_assignment("finance", "U02", since=NOW + DAY)
    row = a_row(2, "", "finance", "U01")

    assert await refused([row], [], [follows]) == [
        f"teams.csv:2: U02 holds finance from {day(1)} on, after U01: end this row then"
    ]
    assert [one.at for one in (await planned([row], [], [follows], PRUNE)).holdings.ended] == [NOW + DAY]
