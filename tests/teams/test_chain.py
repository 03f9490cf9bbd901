"""Primary before backup, team before parent before organisation."""

import random
from datetime import timedelta

from bot.teams.chain import candidates
from bot.teams.model import Assignment, Owner, Rank, Team
from bot.teams.policy import OwnershipPolicy
from tests.builders import NOW, a_team, an_assignment


def chain_of(line: list[Team], *held: Assignment) -> list[Owner]:
    return list(candidates("finance", line, held, OwnershipPolicy(), NOW))


def test_owners_come_in_the_order_in_which_they_are_asked() -> None:
    commerce = a_team("Commerce")
    payments = a_team("Payments", parent=commerce)
    held = [
        an_assignment(assignee="U1ORG"),
        an_assignment(assignee="U1ORGBACKUP", rank=Rank.BACKUP),
        an_assignment(assignee="U1PARENTBACKUP", team=commerce, rank=Rank.BACKUP),
        an_assignment(assignee="U1PARENT", team=commerce),
        an_assignment(assignee="U1BACKUP", team=payments, rank=Rank.BACKUP),
        an_assignment(assignee="U1PRIMARY", team=payments),
        an_assignment("itam", assignee="U1OTHER", team=payments),
        an_assignment(assignee="U1ELSEWHERE", team=a_team("Search")),
    ]
    random.Random(3).shuffle(held)

    found = [(owner.assignee.id, owner.rank, owner.via) for owner in chain_of([payments, commerce], *held)]

    assert found == [
        ("U1PRIMARY", Rank.PRIMARY, "team"),
        ("U1BACKUP", Rank.BACKUP, "team"),
        ("U1PARENT", Rank.PRIMARY, "parent"),
        ("U1PARENTBACKUP", Rank.BACKUP, "parent"),
        ("U1ORG", Rank.PRIMARY, "organisation"),
        ("U1ORGBACKUP", Rank.BACKUP, "organisation"),
    ]


def test_every_owner_knows_whose_assignment_it_is() -> None:
    commerce = a_team("Commerce")
    payments = a_team("Payments", parent=commerce)
    held = [an_assignment(), an_assignment(team=commerce), an_assignment(team=payments)]

    assert [owner.team for owner in chain_of([payments, commerce], *held)] == [payments, commerce, None]


def test_of_several_backups_the_longest_standing_comes_first() -> None:
    older = an_assignment(assignee="U1OLDER", rank=Rank.BACKUP, since=NOW - timedelta(days=9))
    newer = an_assignment(assignee="U1NEWER", rank=Rank.BACKUP, since=NOW - timedelta(days=2))

    assert [owner.assignee.id for owner in chain_of([], newer, older)] == ["U1OLDER", "U1NEWER"]


def test_without_a_team_only_the_organisation_is_asked() -> None:
    held = [an_assignment(assignee="U1ORG"), an_assignment(assignee="U1TEAM", team=a_team())]

    assert [owner.assignee.id for owner in chain_of([], *held)] == ["U1ORG"]


def test_what_nobody_confirmed_for_too_long_is_stale() -> None:
    fresh = an_assignment(since=NOW - timedelta(days=89))
    stale = an_assignment(rank=Rank.BACKUP, since=NOW - timedelta(days=90))

    found = chain_of([], fresh, stale)

    assert [(owner.is_stale, owner.confirmed_at) for owner in found] == [
        (False, fresh.confirmed_at),
        (True, stale.confirmed_at),
    ]
