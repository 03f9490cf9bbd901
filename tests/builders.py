"""Values with sensible defaults; a test names only what it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from bot.digests.model import Digest
from bot.digests.recurrence import parse_recurrence
from bot.knowledge.model import Catalogue, Confident, Example, Match, Persona, Responsibility, Source
from bot.questions.model import Asked, PersonaAnswer, StoredQuestion
from bot.surface import Surface
from bot.teams.model import Absence, Actor, Assignee, Assignment, Cell, Group, Owner, Ownership, Rank, Team
from bot.teams.transfer_rows import FileRow, Place

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


def an_actor(user_id: str = "U1ADMIN", surface: Surface = Surface.SLASH, workspace_id: str = WORKSPACE) -> Actor:
    return Actor(workspace_id, user_id, surface)


def a_team(
    name: str = "Payments", *, team_id: str | None = None, parent: Team | None = None, **given: tuple[str, ...]
) -> Team:
    """Build a team; ``given`` are its aliases, channels, members and leads."""
    return Team(
        id=team_id or uuid4().hex,
        name=name,
        parent_id=parent.id if parent else None,
        aliases=given.get("aliases", ()),
        channels=given.get("channels", ()),
        members=given.get("members", ()),
        leads=given.get("leads", ()),
    )


def an_assignment(
    persona_key: str = "finance",
    assignee: str = "U1OWNER",
    team: Team | None = None,
    rank: Rank = Rank.PRIMARY,
    since: datetime = NOW - timedelta(days=1),
    *,
    until: datetime | None = None,
    by: str = "U1ADMIN",
) -> Assignment:
    """Build an assignment that was made, and confirmed, at the moment since which it holds."""
    return Assignment(
        id=uuid4().hex,
        cell=Cell(persona_key, team.id if team else None),
        assignee=Assignee.from_id(assignee),
        rank=rank,
        valid_from=since,
        valid_until=until,
        assigned_by=by,
        assigned_at=since,
        confirmed_at=since,
    )


def an_absence(
    user_id: str = "U1OWNER",
    *,
    since: datetime = NOW - timedelta(days=1),
    until: datetime = NOW + timedelta(days=7),
    cover: str | None = None,
) -> Absence:
    return Absence(uuid4().hex, user_id, since, until, cover)


def a_group(group_id: str = "S1GROUP", *members: str, is_active: bool = True) -> Group:
    return Group(group_id, group_id.lower(), frozenset(members), is_active)


def an_owner(slack_id: str = "U1OWNER", *, rank: Rank = Rank.PRIMARY) -> Owner:
    return Owner(Assignee.from_id(slack_id), rank, "team", a_team(), confirmed_at=NOW)


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


def a_row(line: int = 2, team: str = "", persona: str = "", assignee: str = "", **given: Any) -> FileRow:  # noqa: ANN401 (any part of a row)
    """Build a row of the file ``teams.csv``."""
    return FileRow(Place("teams.csv", line), team, persona=persona, assignee=assignee, **given)


def a_digest(
    schedule: str = "every day at 9:00 UTC",
    channel_id: str = "C1CHANNEL",
    *,
    since: datetime = NOW,
    owner: str = "U1OWNER",
    workspace_id: str = WORKSPACE,
) -> Digest:
    """Build a digest that was added at the moment since which it is sent."""
    return Digest(
        workspace_id=workspace_id,
        id=uuid4().hex,
        channel_id=channel_id,
        recurrence=parse_recurrence(schedule, "UTC"),
        owner_id=owner,
        created_at=since,
        active_since=since,
    )
