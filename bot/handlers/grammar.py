"""The grammar of ``/finops``: text → what is asked for. Pure."""

import html
import re
from collections.abc import Callable, Mapping
from typing import Final

from bot.errors import UserFacingError
from bot.handlers.commands import (
    DIGEST_USAGE,
    TEAM_USAGE,
    USAGE,
    Assign,
    AssignForm,
    Audit,
    Away,
    Back,
    Command,
    CoverageShow,
    DigestAdd,
    DigestDo,
    DigestForm,
    DigestList,
    DigestPreview,
    Gaps,
    Help,
    Learn,
    Personas,
    TeamAdd,
    TeamArchive,
    TeamEdit,
    TeamList,
    TeamMerge,
    TeamShow,
    TeamWords,
    Unassign,
    WhoOwns,
)
from bot.knowledge.matching import closest
from bot.teams.model import Assignee, AssigneeType, Rank

_USER: Final = re.compile(r"<@([UW][A-Z0-9]{2,20})(?:\|[^>]*)?>")
_GROUP: Final = re.compile(r"<!subteam\^(S[A-Z0-9]{2,20})(?:\|[^>]*)?>")
_CHANNEL: Final = re.compile(r"<#([CG][A-Z0-9]{2,20})(?:\|[^>]*)?>")
_PEOPLE: Final = re.compile(rf"{_USER.pattern}|{_GROUP.pattern}")
_TEAM_PARTS: Final = re.compile(r"(?:^|\s)(name|under|alias(?:es)?|channels?|members?|leads?)\s+", re.IGNORECASE)
_AT: Final = re.compile(r"\s--at[ =](.+)$")
_PERIOD: Final = re.compile(r"\s(from|until)\s", re.IGNORECASE)
_COVER: Final = re.compile(r"^(.*?)(?:\s+cover(?:ed by)?\s+(.+))?$", re.IGNORECASE)
_NONE: Final = frozenset({"none", "nobody", "-"})


def parse_command(text: str) -> Command:
    """Return what ``text``, the words after ``/finops``, asks for.

    Raises:
        UserFacingError: an unknown verb, or arguments that do not fit; the message shows the usage.
    """
    verb, _, rest = text.strip().partition(" ")
    parse = _PARSERS.get(verb.lower())
    if parse is None:
        raise UserFacingError(_unknown(html.unescape(verb.lower()), html.unescape(text.strip())))
    words = " ".join(rest.split())
    # Slack escapes what people type; a question is read as Slack sends it, names are kept as they were typed.
    return parse(words if parse is _who_owns else html.unescape(words))


def _unknown(verb: str, text: str) -> str:
    similar = closest(verb, USAGE, limit=1)
    if similar:
        return f"“{verb}” is not a command. Did you mean {USAGE[similar[0]]}?"
    return f"“{verb}” is not a command. To ask a question, write: /finops who-owns {text}"


def _usage(usage: str, problem: str) -> UserFacingError:
    return UserFacingError(f"{problem} Write it like this: {usage}")


def _who_owns(text: str) -> Command:
    at = _AT.search(text)
    return WhoOwns(text[: at.start()], at.group(1).strip()) if at else WhoOwns(text)


def _assign(text: str) -> Command:
    if not text:
        return AssignForm()
    text, period = _without_period(text)
    holding, is_backup = _without_backup(text)
    rank = Rank.BACKUP if is_backup else Rank.PRIMARY
    return Assign(*_holding(holding, "assign"), rank, period.get("from"), period.get("until"))


def _without_period(text: str) -> tuple[str, Mapping[str, str]]:
    """Split ``… from <day> until <day>`` off, in either order; both are optional."""
    head, *parts = _PERIOD.split(text)
    return head, {word.lower(): day.strip() for word, day in zip(parts[::2], parts[1::2], strict=True)}


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
        raise _usage(USAGE[verb], f"“{who}” is not a person or user group I can see." if who else "Whom?")
    persona, separator, team = rest.partition(" for ")
    if not persona:
        raise _usage(USAGE[verb], "Which persona?")
    return assignee, persona.strip(), team.strip() if separator else None


def _team(text: str) -> Command:
    verb, _, rest = text.partition(" ")
    verb = verb.lower()
    if verb in {"", "list"}:
        return TeamList()
    if verb not in TEAM_USAGE:
        raise _usage(USAGE["team"], f"“{verb}” is not something to do with a team.")
    if not rest and verb != "add":
        raise _usage(TEAM_USAGE[verb], "Which team?")
    return _TEAM_PARSERS[verb](rest)


def _team_add(text: str) -> Command:
    name, words = _team_words(text, "add")
    if text and not name:
        raise _usage(TEAM_USAGE["add"], "What is the team called?")
    return TeamAdd(
        TeamWords(name or None, words.parent, words.aliases, words.channels, words.members, words.leads)
    )


def _team_edit(text: str) -> Command:
    name, words = _team_words(text, "edit")
    if not name:
        raise _usage(TEAM_USAGE["edit"], "Which team?")
    return TeamEdit(name, words)


def _team_merge(text: str) -> Command:
    source, separator, target = text.partition(" into ")
    if not separator:
        raise _usage(TEAM_USAGE["merge"], "Into which team?")
    return TeamMerge(source.strip(), target.strip())


def _team_words(text: str, verb: str) -> tuple[str, TeamWords]:
    name, *parts = _TEAM_PARTS.split(text)
    given = {word.lower()[:4]: value.strip() for word, value in zip(parts[::2], parts[1::2], strict=True)}
    aliases, parent = given.get("alia"), given.get("unde")
    return name.strip(), TeamWords(
        name=given.get("name") or None,
        parent=None if parent is None else "" if parent.lower() in _NONE else parent,
        aliases=None if aliases is None else tuple(part.strip() for part in _listed(aliases)),
        channels=_references(given.get("chan"), _CHANNEL, verb, "a channel"),
        members=_references(given.get("memb"), _PEOPLE, verb, "a person or user group"),
        leads=_references(given.get("lead"), _PEOPLE, verb, "a person or user group"),
    )


def _listed(text: str) -> list[str]:
    return [] if text.lower() in _NONE else [part for part in text.split(",") if part.strip()]


def _references(text: str | None, pattern: re.Pattern[str], verb: str, what: str) -> tuple[str, ...] | None:
    if text is None:
        return None
    rest = pattern.sub("", text).strip(" ,")
    if rest and rest.lower() not in _NONE:
        raise _usage(TEAM_USAGE[verb], f"“{rest}” is not {what} I can see.")
    return tuple(next(filter(None, match.groups())) for match in pattern.finditer(text))


def _away(text: str) -> Command:
    found = _COVER.match(text.removeprefix("until ").strip())
    until, cover = found.groups() if found else ("", None)
    if not until:
        raise _usage(USAGE["away"], "Until when?")
    user = _USER.fullmatch(cover.strip()) if cover else None
    if cover and not user:
        raise _usage(USAGE["away"], f"“{cover}” is not a person I can see.")
    return Away(until, user.group(1) if user else None)


def _digest(text: str) -> Command:
    verb, _, rest = text.partition(" ")
    match verb.lower():
        case "":
            return DigestForm()
        case "list":
            return DigestList()
        case "preview":
            return DigestPreview()
        case "add":
            return _digest_add(rest)
        case ("now" | "pause" | "resume" | "remove") as known:
            if not rest.isdecimal():
                raise _usage(DIGEST_USAGE[known], f"“{rest}” is not a digest's number." if rest else "Which one?")
            return DigestDo(known, int(rest[:9]))
        case _:
            raise _usage(USAGE["digest"], f"“{verb}” is not something to do with a digest.")


def _digest_add(text: str) -> Command:
    channel, _, schedule = text.partition(" ")
    found = _CHANNEL.fullmatch(channel)
    if found is None:
        raise _usage(DIGEST_USAGE["add"], f"“{channel}” is not a channel I can see." if channel else "Where to?")
    if not schedule:
        raise _usage(DIGEST_USAGE["add"], "When?")
    return DigestAdd(found.group(1), schedule)


_TEAM_PARSERS: Final[dict[str, Callable[[str], Command]]] = {
    "show": TeamShow,
    "add": _team_add,
    "edit": _team_edit,
    "merge": _team_merge,
    "archive": TeamArchive,
}
_PARSERS: Final[dict[str, Callable[[str], Command]]] = {
    "": lambda _: Help(),
    "help": lambda _: Help(),
    "who-owns": _who_owns,
    "personas": lambda text: Personas(text or None),
    "assign": _assign,
    "unassign": lambda text: Unassign(*_holding(text, "unassign")),
    "team": _team,
    "away": _away,
    "back": lambda _: Back(),
    "audit": lambda text: Audit(text or None),
    "coverage": lambda text: CoverageShow(text or None),
    "gaps": lambda _: Gaps(),
    "digest": _digest,
    "learn": lambda _: Learn(),
}
