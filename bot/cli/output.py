"""Routings and answers as JSON; the names of fields are a contract with the programs that read them."""

from typing import Any

from bot.knowledge.model import Ambiguous, Confident, Match, Routing, decision_of
from bot.questions.model import Answer, ChoiceAnswer, PersonaAnswer
from bot.teams.model import Ownership


def routing_as_json(question: str, routing: Routing) -> dict[str, Any]:
    """Return one line of ``finops-bot route``."""
    return {
        "question": question,
        "decision": decision_of(routing),
        "personas": [_match(match) for match in routing.matches],
        "team": None,
    }


def answer_as_json(answer: Answer) -> dict[str, Any]:
    """Return what ``finops-bot ask --json`` prints: a line of ``route``, why, the team and its owners."""
    routing: Confident | Ambiguous | None = None
    if isinstance(answer, PersonaAnswer):
        routing = answer.reasons
    elif isinstance(answer, ChoiceAnswer):
        routing = answer.routing
    return {
        "question": answer.question.asked.text,
        "decision": answer.question.decision,
        "personas": [_match(match) for match in routing.matches] if routing else [],
        "words": list(routing.words) if routing else [],
        **_ownership(answer),
    }


def _ownership(answer: Answer) -> dict[str, Any]:
    team = None if not isinstance(answer, PersonaAnswer | ChoiceAnswer) else answer.team
    name = team.team.name if team else None
    if not isinstance(answer, PersonaAnswer):
        return {"team": name, "owners": [], "skipped": [], "gap": False}
    return {"team": name, **ownership_as_json(answer.ownership)}


def ownership_as_json(ownership: Ownership) -> dict[str, Any]:
    """Return who is asked, who was passed over and why, and whether that leaves nobody."""
    owner = ownership.owner
    owners = (
        []
        if owner is None
        else [
            {
                "id": owner.assignee.id,
                "type": owner.assignee.type.value,
                "rank": owner.rank.value,
                "via": owner.via,
                "confirmed_at": owner.confirmed_at.isoformat(),
            }
        ]
    )
    skipped = [{"id": one.assignee.id, "reason": one.reason} for one in ownership.skipped]
    return {"owners": owners, "skipped": skipped, "gap": owner is None}


def _match(match: Match) -> dict[str, Any]:
    return {
        "key": match.persona.key,
        "name": match.persona.name,
        "confidence": round(match.confidence, 4),
        "responsibility": match.responsibility.title,
    }
