"""Values with sensible defaults; a test names only what it is about."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bot.knowledge.model import Catalogue, Confident, Example, Match, Persona, Responsibility, Source
from bot.questions.model import Asked, PersonaAnswer, StoredQuestion, Surface
from bot.teams.model import Assignee, Assignment, Cell, Owner, Ownership, Rank, Team

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
WORKSPACE = "T0HERE"

A_SOURCE = Source(
    title="FinOps Personas",
    owner="FinOps Foundation",
    year=2024,
    url="https://www.finops.org/",
    licence="CC BY 4.0",
    changes="Summaries are our own.",
)


def a_responsibility(persona_key: str = "finance", title: str = "Budgeting", *examples: str) -> Responsibility:
    return Responsibility(persona_key, title, "A summary.", (), tuple(Example(text, "base") for text in examples))


def a_persona(key: str = "finance", name: str | None = None, *titles: str) -> Persona:
    responsibilities = tuple(a_responsibility(key, title) for title in titles or ("Budgeting",))
    return Persona(key, name or key.title(), "core", f"What {key} does.", A_SOURCE, responsibilities)


def a_catalogue(*personas: Persona) -> Catalogue:
    return Catalogue(tuple(sorted(personas or (a_persona(),), key=lambda one: one.key)), ())


def a_match(persona: Persona | None = None, confidence: float = 0.9) -> Match:
    persona = persona or a_persona()
    return Match(persona, persona.responsibilities[0], confidence)


def a_confident_routing(best: Match | None = None, *runners_up: Match, words: tuple[str, ...] = ()) -> Confident:
    others = runners_up or (a_match(a_persona("itfm"), 0.05), a_match(a_persona("product"), 0.01))
    return Confident(best or a_match(), others, words)


def a_team(
    name: str = "Payments", *, team_id: str | None = None, parent: Team | None = None, **given: tuple[str, ...]
) -> Team:
    return Team(
        team_id or uuid4().hex,
        name,
        parent.id if parent else None,
        given.get("aliases", ()),
        given.get("channels", ()),
    )


def an_assignment(
    persona_key: str = "finance",
    assignee: str = "U1OWNER",
    team: Team | None = None,
    rank: Rank = Rank.PRIMARY,
    since: datetime = NOW - timedelta(days=1),
) -> Assignment:
    return Assignment(
        id=uuid4().hex,
        cell=Cell(persona_key, team.id if team else None),
        assignee=Assignee.from_id(assignee),
        rank=rank,
        valid_from=since,
        valid_until=None,
        assigned_by="U1ADMIN",
        assigned_at=since,
    )


def an_owner(slack_id: str = "U1OWNER", *, rank: Rank = Rank.PRIMARY) -> Owner:
    return Owner(Assignee.from_id(slack_id), rank, "team", a_team())


def a_question(text: str = "who signs off the budget", asker: str = "U1ASKER") -> Asked:
    return Asked(WORKSPACE, Surface.MENTION, asker, text, "C1CHANNEL", f"{uuid4().int % 10**10}.000100")


def a_stored_question(asked: Asked | None = None, persona_key: str | None = "finance") -> StoredQuestion:
    return StoredQuestion(
        id=uuid4().hex,
        asked=asked or a_question(),
        asked_at=NOW,
        decision="confident" if persona_key else "none",
        persona_key=persona_key,
        responsibility="Budgeting" if persona_key else None,
        confidence=0.9 if persona_key else None,
        team_id=None,
        owner_id=None,
    )


def a_persona_answer(
    ownership: Ownership | None = None,
    *,
    fallback: Ownership | None = None,
    text: str = "who signs off the budget",
) -> PersonaAnswer:
    return PersonaAnswer(
        question=a_stored_question(a_question(text)),
        persona=a_persona(),
        reasons=a_confident_routing(words=("signs", "budget")),
        team=None,
        ownership=ownership or Ownership(an_owner()),
        fallback=fallback,
    )
