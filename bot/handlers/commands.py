"""The grammar of ``/finops``: text → what is asked for. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from bot.errors import UserFacingError
from bot.knowledge.matching import closest
from bot.teams.model import Assignee, AssigneeType, Rank


@dataclass(frozen=True, slots=True)
class Help:
    """``help``, or nothing at all."""


@dataclass(frozen=True, slots=True)
class WhoOwns:
    """``who-owns <question> [for <team>]``; which part is the team, only the teams can tell."""

    text: str


@dataclass(frozen=True, slots=True)
class Personas:
    """``personas [persona]``."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Assign:
    """``assign @user|@group <persona> [for <team>] [backup]``; no team: the whole organisation."""

    assignee: Assignee
    persona: str
    team: str | None
    rank: Rank


@dataclass(frozen=True, slots=True)
class Unassign:
    """``unassign @user|@group <persona> [for <team>]``."""

    assignee: Assignee
    persona: str
    team: str | None


@dataclass(frozen=True, slots=True)
class TeamAdd:
    """``team add <name> [under <parent>] [alias <a>, <b>] [channels #a #b]``."""

    name: str
    parent: str | None
    aliases: tuple[str, ...]
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamList:
    """``team list``."""


@dataclass(frozen=True, slots=True)
class TeamShow:
    """``team show <name>``."""

    name: str


@dataclass(frozen=True, slots=True)
class Learn:
    """``learn``."""


Command: TypeAlias = Help | Learn | WhoOwns | Personas | Assign | Unassign | TeamAdd | TeamList | TeamShow

USAGE: Final = {
    "who-owns": "/finops who-owns <question> [for <team>]",
    "personas": "/finops personas [persona]",
    "assign": "/finops assign @user|@group <persona> [for <team>] [backup]",
    "unassign": "/finops unassign @user|@group <persona> [for <team>]",
    "team": "/finops team add <name> [under <parent>] [alias <a>, <b>] [channels #a #b] · list · show <name>",
    "learn": "/finops learn",
    "help": "/finops help",
}

_USER: Final = re.compile(r"<@([UW][A-Z0-9]{2,20})(?:\|[^>]*)?>")
_GROUP: Final = re.compile(r"<!subteam\^(S[A-Z0-9]{2,20})(?:\|[^>]*)?>")
_CHANNEL: Final = re.compile(r"<#([CG][A-Z0-9]{2,20})(?:\|[^>]*)?>")
_TEAM_PARTS: Final = re.compile(r"(?:^|\s)(under|alias(?:es)?|channels?)\s+", re.IGNORECASE)


def parse_command(text: str) -> Command:
    """Return what ``text``, the words after ``/finops``, asks for.

    Raises:
        UserFacingError: an unknown verb, or arguments that do not fit; the message shows the usage.
    """
    verb, _, rest = text.strip().partition(" ")
    parse = _PARSERS.get(verb.lower())
    if parse is None:
        raise UserFacingError(_unknown(verb.lower(), text.strip()))
    return parse(" ".join(rest.split()))


def _assign(text: str) -> Command:
    holding, is_backup = _without_backup(text)
    return Assign(*_holding(holding, "assign"), Rank.BACKUP if is_backup else Rank.PRIMARY)


def _unknown(verb: str, text: str) -> str:
    similar = closest(verb, USAGE, limit=1)
    if similar:
        return f"“{verb}” is not a command. Did you mean {USAGE[similar[0]]}?"
    return f"“{verb}” is not a command. To ask a question, write: /finops who-owns {text}"


def _usage(verb: str, problem: str) -> UserFacingError:
    return UserFacingError(f"{problem} Write it like this: {USAGE[verb]}")


def _without_backup(text: str) -> tuple[str, bool]:
    head, separator, last = text.rpartition(" ")
    # “… for backup” names a team called Backup
    is_backup = bool(separator) and last.lower() == "backup" and not head.lower().endswith(" for")
    return (head, True) if is_backup else (text, False)


def _holding(text: str, verb: str) -> tuple[Assignee, str, str | None]:
    who, _, rest = text.partition(" ")
    user, group = _USER.fullmatch(who), _GROUP.fullmatch(who)
    if user:
        assignee = Assignee(AssigneeType.USER, user.group(1))
    elif group:
        assignee = Assignee(AssigneeType.GROUP, group.group(1))
    else:
        raise _usage(verb, f"“{who}” is not a person or user group I can see." if who else "Whom?")
    persona, separator, team = rest.partition(" for ")
    if not persona:
        raise _usage(verb, "Which persona?")
    return assignee, persona.strip(), team.strip() if separator else None


def _team(text: str) -> Command:
    verb, _, rest = text.partition(" ")
    match verb.lower():
        case "list" | "":
            return TeamList()
        case "show" if rest:
            return TeamShow(rest)
        case "add" if rest:
            return _team_add(rest)
        case "show" | "add":
            raise _usage("team", "Which team?")
        case _:
            raise _usage("team", f"“{verb}” is not something to do with a team.")


def _team_add(text: str) -> TeamAdd:
    name, *parts = _TEAM_PARTS.split(text)
    given = {word.lower()[:5]: value.strip() for word, value in zip(parts[::2], parts[1::2], strict=True)}
    if not name.strip():
        raise _usage("team", "What is the team called?")
    channels = given.get("chann", "")
    if _CHANNEL.sub("", channels).strip(" ,"):
        raise _usage("team", f"“{_CHANNEL.sub('', channels).strip(' ,')}” is not a channel I can see.")
    return TeamAdd(
        name=name.strip(),
        parent=given.get("under") or None,
        aliases=tuple(alias.strip() for alias in given.get("alias", "").split(",") if alias.strip()),
        channels=tuple(_CHANNEL.findall(channels)),
    )


_PARSERS: Final[dict[str, Callable[[str], Command]]] = {
    "": lambda _: Help(),
    "help": lambda _: Help(),
    "who-owns": WhoOwns,
    "personas": lambda text: Personas(text or None),
    "assign": _assign,
    "unassign": lambda text: Unassign(*_holding(text, "unassign")),
    "team": _team,
    "learn": lambda _: Learn(),
}
