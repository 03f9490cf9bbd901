"""What ``/finops`` can be asked for, one dataclass per command; ``bot.handlers.grammar`` reads them from text."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from bot.teams.model import Assignee, Rank


@dataclass(frozen=True, slots=True)
class Help:
    """``help``, or nothing at all."""


@dataclass(frozen=True, slots=True)
class WhoOwns:
    """``who-owns <question> [for <team>] [--at <day>]``; which part is the team, only the teams can tell."""

    text: str
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Personas:
    """``personas [persona]``."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Assign:
    """``assign @user|@group <persona> [for <team>] [backup] [from <day>] [until <day>]``.

    No team: the whole organisation. Days are as somebody wrote them.
    """

    assignee: Assignee
    persona: str
    team: str | None
    rank: Rank = Rank.PRIMARY
    valid_from: str | None = None
    valid_until: str | None = None


@dataclass(frozen=True, slots=True)
class AssignForm:
    """``assign`` alone: a form."""


@dataclass(frozen=True, slots=True)
class Unassign:
    """``unassign @user|@group <persona> [for <team>]``."""

    assignee: Assignee
    persona: str
    team: str | None


@dataclass(frozen=True, slots=True)
class TeamWords:
    """What somebody said of a team; a part that is none was not mentioned, an empty one is to be empty."""

    name: str | None = None
    parent: str | None = None
    aliases: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    members: tuple[str, ...] | None = None
    leads: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class TeamAdd:
    """``team add <name> [under <parent>] [alias …] [channels …] [members …] [leads …]``; alone: a form."""

    words: TeamWords


@dataclass(frozen=True, slots=True)
class TeamEdit:
    """``team edit <team> [name <new name>] [under …] …``; without changes: a form."""

    team: str
    words: TeamWords


@dataclass(frozen=True, slots=True)
class TeamMerge:
    """``team merge <team> into <team>``."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class TeamArchive:
    """``team archive <team>``."""

    team: str


@dataclass(frozen=True, slots=True)
class TeamList:
    """``team list``."""


@dataclass(frozen=True, slots=True)
class TeamShow:
    """``team show <name>``."""

    name: str


@dataclass(frozen=True, slots=True)
class Away:
    """``away until <day> [cover @user]``."""

    until: str
    cover_id: str | None


@dataclass(frozen=True, slots=True)
class Back:
    """``back``."""


@dataclass(frozen=True, slots=True)
class Audit:
    """``audit [team]``."""

    team: str | None


@dataclass(frozen=True, slots=True)
class CoverageShow:
    """``coverage [team]``."""

    team: str | None


@dataclass(frozen=True, slots=True)
class Gaps:
    """``gaps``."""


@dataclass(frozen=True, slots=True)
class DigestForm:
    """``digest`` alone: a form."""


@dataclass(frozen=True, slots=True)
class DigestAdd:
    """``digest add #channel every monday at 9:00 [Europe/Berlin]``; the schedule is as somebody wrote it."""

    channel_id: str
    schedule: str


@dataclass(frozen=True, slots=True)
class DigestList:
    """``digest list``."""


@dataclass(frozen=True, slots=True)
class DigestPreview:
    """``digest preview``."""


@dataclass(frozen=True, slots=True)
class DigestDo:
    """``digest now|pause|resume|remove <number>``; digests are numbered as ``digest list`` shows them."""

    verb: Literal["now", "pause", "resume", "remove"]
    number: int


@dataclass(frozen=True, slots=True)
class Learn:
    """``learn``."""


Command: TypeAlias = (
    Help
    | WhoOwns
    | Personas
    | Assign
    | AssignForm
    | Unassign
    | TeamAdd
    | TeamEdit
    | TeamMerge
    | TeamArchive
    | TeamList
    | TeamShow
    | Away
    | Back
    | Audit
    | CoverageShow
    | Gaps
    | DigestForm
    | DigestAdd
    | DigestList
    | DigestPreview
    | DigestDo
    | Learn
)

USAGE: Final = {
    "who-owns": "/finops who-owns <question> [for <team>] [--at <day>]",
    "personas": "/finops personas [persona]",
    "assign": "/finops assign @user|@group <persona> [for <team>] [backup] [from <day>] [until <day>]",
    "unassign": "/finops unassign @user|@group <persona> [for <team>]",
    "team": "/finops team list · show <name> · add · edit · merge · archive",
    "away": "/finops away until <day> [cover @user]",
    "back": "/finops back",
    "audit": "/finops audit [team]",
    "coverage": "/finops coverage [team]",
    "gaps": "/finops gaps",
    "digest": "/finops digest · list · add · preview · now · pause · resume · remove",
    "learn": "/finops learn",
    "help": "/finops help",
}

DIGEST_USAGE: Final = {
    "list": "/finops digest list",
    "add": "/finops digest add #channel every monday at 9:00 [Europe/Berlin]",
    "preview": "/finops digest preview",
    "now": "/finops digest now <number>",
    "pause": "/finops digest pause <number>",
    "resume": "/finops digest resume <number>",
    "remove": "/finops digest remove <number>",
}

TEAM_USAGE: Final = {
    "list": "/finops team list",
    "show": "/finops team show <name>",
    "add": (
        "/finops team add <name> [under <parent>] [alias <a>, <b>] [channels #a #b]"
        " [members @user @group] [leads @user]"
    ),
    "edit": (
        "/finops team edit <name> [name <new name>] [under <parent>] [alias <a>, <b>] [channels #a #b]"
        " [members @user @group] [leads @user]"
    ),
    "merge": "/finops team merge <name> into <name>",
    "archive": "/finops team archive <name>",
}
