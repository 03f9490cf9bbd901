"""The nouns of asking: a question as it came in, the answer, and what people said about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from bot.knowledge.model import Ambiguous, Confident, Decision, Persona
from bot.surface import Surface
from bot.teams.model import Ownership, Team
from bot.teams.naming import TeamChoice, TeamDoubt


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it arrived. ``text`` is untrusted; ``message_ts`` is Slack's id of the message, if it has one.

    ``team_name`` is what was asked for explicitly (``--team``); a team in the text is found by the service.
    ``is_external`` marks somebody of another organisation, in a shared channel. ``at`` asks for another moment.
    """

    workspace_id: str
    surface: Surface
    asker_id: str
    text: str
    channel_id: str | None = None
    message_ts: str | None = None
    team_name: str | None = None
    is_external: bool = False
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """A question with its answer, as it is kept."""

    id: str
    asked: Asked
    asked_at: datetime
    decision: Decision
    persona_key: str | None
    responsibility: str | None
    confidence: float | None
    team_id: str | None
    owner_id: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """The id that a question was kept by, and the revision of its workspace's ownership at that moment."""

    id: str
    revision: int


@dataclass(frozen=True, slots=True)
class PersonaAnswer:
    """One persona owns it: who that is for the team, and whom to ask where nobody holds it.

    ``reasons`` is the routing that named the persona, none where a person did, and ``example`` the known example
    that says most nearly the same. ``fallback`` is the FinOps Practitioner's ownership, given only where
    ``ownership`` has no owner. ``either_way`` are several plausible teams that all lead to this owner.
    ``is_discreet`` tells that the asker is a guest or of another organisation: no names for them.
    """

    question: StoredQuestion
    persona: Persona
    reasons: Confident | None
    team: TeamChoice | None
    ownership: Ownership
    fallback: Ownership | None
    example: str | None = None
    either_way: tuple[Team, ...] = ()
    is_discreet: bool = False

    @property
    def is_gap(self) -> bool:
        """Whether nobody holds the persona for this team."""
        return self.ownership.owner is None and not self.is_discreet


@dataclass(frozen=True, slots=True)
class ChoiceAnswer:
    """Two or three personas may own it: a question back, nobody is mentioned."""

    question: StoredQuestion
    routing: Ambiguous
    team: TeamChoice | None


@dataclass(frozen=True, slots=True)
class TeamQuestionAnswer:
    """The persona is known, but several teams are plausible: a question back, nobody is mentioned."""

    question: StoredQuestion
    persona: Persona
    reasons: Confident | None
    doubt: TeamDoubt


@dataclass(frozen=True, slots=True)
class UnrelatedAnswer:
    """Not an ownership question about cloud cost: said kindly, nobody is mentioned."""

    question: StoredQuestion


OwnedAnswer: TypeAlias = PersonaAnswer | TeamQuestionAnswer
"""The persona is known."""

Answer: TypeAlias = OwnedAnswer | ChoiceAnswer | UnrelatedAnswer


class News(StrEnum):
    """What a click decides that others are told of."""

    SHARE = "share"
    PERSONA = "persona"
    TEAM = "team"


TELLING_LEASE: Final = timedelta(minutes=10)
"""Telling takes no longer, however often Slack asks to wait; what is untold then was lost with its process."""


class Verdict(StrEnum):
    """What somebody said about an answer."""

    RIGHT = "right"
    SOMEONE_ELSE = "someone_else"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One person's word on one answer; ``persona_key`` is the better persona, none for "nobody's"."""

    question_id: str
    given_by: str
    given_at: datetime
    verdict: Verdict
    persona_key: str | None
