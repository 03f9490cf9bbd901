"""Primary before backup, team before parent before organisation."""

import random

from bot.teams.chain import candidates
from bot.teams.model import Rank
from tests.builders import a_team, an_assignment


def test_owners_come_in_the_order_in_which_they_are_asked() -> None:
    commerce = a_team("Commerce")
    payments = a_team("Payments", parent=commerce)
    held = [
        an_assignment(assignee="U1ORG"),
        an_assignment(assignee="U1PARENTBACKUP", team=commerce, rank=Rank.BACKUP),
        an_assignment(assignee="U1PARENT", team=commerce),
        an_assignment(assignee="U1BACKUP", team=payments, rank=Rank.BACKUP),
        an_assignment(assignee="U1PRIMARY", team=payments),
        an_assignment("itam", assignee="U1OTHER", team=payments),
        an_assignment(assignee="U1ELSEWHERE", team=a_team("Search")),
    ]
    random.Random(3).shuffle(held)

    found = [(owner.assignee.id, owner.via) for owner in candidates("finance", [payments, commerce], held)]

    assert found == [
        ("U1PRIMARY", "team"),
        ("U1BACKUP", "team"),
        ("U1PARENT", "parent"),
        ("U1PARENTBACKUP", "parent"),
        ("U1ORG", "organisation"),
    ]


def test_without_a_team_only_the_organisation_is_asked() -> None:
    held = [an_assignment(assignee="U1ORG"), an_assignment(assignee="U1TEAM", team=a_team())]

    assert [owner.assignee.id for owner in candidates("finance", [], held)] == ["U1ORG"]
