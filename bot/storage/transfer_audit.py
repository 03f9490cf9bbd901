"""What the audit log says of an import: one entry a change, as if each had been made by itself."""

from collections.abc import Iterator
from typing import TypedDict

from bot.storage.audit import assignment_facts, changed_facts, team_facts
from bot.teams.audit import Action, Facts
from bot.teams.model import Assignment, Team
from bot.teams.transfer_holdings import Ending
from bot.teams.transfer_plan import TransferPlan


class Note(TypedDict):
    """The arguments of ``AuditTrail.add``."""

    action: Action
    team: tuple[str, str] | None
    persona_key: str | None
    before: Facts
    after: Facts


def audit_teams(plan: TransferPlan) -> Iterator[Note]:
    """Yield what became of the teams."""
    for team in plan.teams.added:
        yield _note(Action.TEAM_ADDED, (team.id, team.name), after=_facts(plan, team))
    for old, new in plan.teams.changed:
        before, after = changed_facts(_facts(plan, old), _facts(plan, new))
        yield _note(Action.TEAM_CHANGED, (new.id, new.name), before=before, after=after)
    for team in plan.teams.archived:
        yield _note(Action.TEAM_ARCHIVED, (team.id, team.name), before=_facts(plan, team))


def audit_holdings(plan: TransferPlan) -> Iterator[Note]:
    """Yield what became of the assignments."""
    for ending in plan.holdings.ended:
        yield _ended(plan, ending)
    for change in plan.holdings.changed:
        yield _note(
            Action.ASSIGNMENT_CHANGED,
            _team_of(plan, change.after),
            change.after.cell.persona_key,
            assignment_facts(change.before),
            assignment_facts(change.after),
        )
    for one in (*plan.holdings.added, *plan.holdings.resumed):
        yield _note(Action.ASSIGNED, _team_of(plan, one), one.cell.persona_key, after=assignment_facts(one))


def _facts(plan: TransferPlan, team: Team) -> Facts:
    return team_facts(team, plan.names.get(team.parent_id) if team.parent_id else None)


def _ended(plan: TransferPlan, ending: Ending) -> Note:
    one = ending.assignment
    return _note(
        Action.ASSIGNMENT_ENDED,
        _team_of(plan, one),
        one.cell.persona_key,
        assignment_facts(one),
        {"valid_until": ending.at.isoformat()},
    )


def _team_of(plan: TransferPlan, one: Assignment) -> tuple[str, str] | None:
    team_id = one.cell.team_id
    return (team_id, plan.names[team_id]) if team_id else None


def _note(
    action: Action,
    team: tuple[str, str] | None,
    persona_key: str | None = None,
    before: Facts | None = None,
    after: Facts | None = None,
) -> Note:
    return {
        "action": action,
        "team": team,
        "persona_key": persona_key,
        "before": before or {},
        "after": after or {},
    }
