"""The nouns of digests: the digest itself, its runs, and what was known at earlier ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.digests.recurrence import Recurrence
from bot.teams.coverage import CellState
from bot.teams.model import Cell


@dataclass(frozen=True, slots=True)
class Digest:
    """Where a digest goes, when, and whose it is.

    Nothing that was due before ``active_since`` is sent. ``pause_reason`` says why it was paused, where no person
    did.
    """

    workspace_id: str
    id: str
    channel_id: str
    recurrence: Recurrence
    owner_id: str
    created_at: datetime
    active_since: datetime
    mentions_owner: bool = False
    paused_at: datetime | None = None
    pause_reason: str | None = None


class RunState(StrEnum):
    """What became of a due moment.

    ``MISSED`` is what is too old to be sent; if it was only a clock that was wrong, it is taken on after all.
    """

    DUE = "due"
    SENT = "sent"
    MISSED = "missed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that this process has taken on, and the digest as it was then.

    ``number`` counts how often the run was taken on; it tells this claim from the others. ``state`` says what to
    do: send what is ``DUE``, or tell the owner of a digest that was paused because Slack ``REFUSED`` the run.
    """

    digest: Digest
    due_at: datetime
    number: int
    state: RunState = RunState.DUE


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The coverage of a day: the score (0–100, none where nothing is required), and required cells by state."""

    day: date
    score: float | None
    counts: Mapping[CellState, int]


@dataclass(frozen=True, slots=True)
class LastRun:
    """What the digest said the last time: when, the score, and the gaps."""

    sent_at: datetime
    score: float | None
    gaps: frozenset[Cell]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Questions that found nobody: how many about a responsibility, a persona and a team (none: no team)."""

    persona_key: str
    responsibility: str
    team_id: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Reroute:
    """Questions that were answered with one persona, and sent on to another one by people: how many."""

    persona_key: str
    settled_key: str
    count: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What people asked of late: questions that found nobody, that were sent elsewhere, and that nobody placed.

    ``reroutes`` are the most frequent of those that were sent elsewhere.
    """

    asked: Mapping[Cell, int]
    unanswered: tuple[Unanswered, ...]
    rerouted: int
    undecided: int
    total: int
    reroutes: tuple[Reroute, ...] = ()
