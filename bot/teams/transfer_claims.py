"""From rows as written to what they claim: teams row by row put together, and who shall hold what. Pure."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot.errors import UserFacingError
from bot.knowledge.lookup import persona_called
from bot.knowledge.model import Catalogue
from bot.knowledge.text import presentable
from bot.teams.model import Rank, Team
from bot.teams.naming import key_of
from bot.teams.team_changes import checked
from bot.teams.transfer_rows import BadRow, FileRow, Place

PARTS: Final = ("parent", "aliases", "channels", "members", "leads")
"""What a row may say of its team."""

_MAX_SHOWN: Final = 60
_RANKS: Final = {"": Rank.PRIMARY, **{rank.value: rank for rank in Rank}}


@dataclass(slots=True)
class TeamClaim:
    """What a file says of a team, from all its rows; ``elsewhere`` tells of parts that were not said first."""

    key: str
    name: str
    place: Place
    parent: str | None = None
    aliases: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    members: tuple[str, ...] | None = None
    leads: tuple[str, ...] | None = None
    elsewhere: dict[str, Place] | None = None

    def said_at(self, part: str | None) -> Place:
        """Return where a part was said (none: where the team is named first)."""
        return (self.elsewhere or {}).get(part or "", self.place)


@dataclass(frozen=True, slots=True)
class HoldingClaim:
    """Somebody shall hold a persona, for the team of ``team_key`` (empty: the whole organisation).

    ``who`` is an id or address. Without ``valid_from`` it is from now on, unless they hold it already.
    ``keeps_end`` tells that the file does not say until when. ``doubt`` is what is wrong with the persona.
    """

    place: Place
    team_key: str
    persona_key: str
    who: str
    rank: Rank
    valid_from: datetime | None
    valid_until: datetime | None
    keeps_end: bool = False
    doubt: str | None = None


class Claims:
    """All that a file claims, and the rows that cannot be taken."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.teams: dict[str, TeamClaim] = {}
        self.holdings: list[HoldingClaim] = []
        self.problems: list[BadRow] = []
        self.rows = 0
        self._catalogue = catalogue
        self._keys: dict[str, str] = {}
        self._personas: dict[str, tuple[str, str | None]] = {}

    @property
    def people(self) -> list[str]:
        """Everybody the file names, each once, in its order."""
        of_teams = [(*(claim.members or ()), *(claim.leads or ())) for claim in self.teams.values()]
        return list(
            dict.fromkeys([*(claim.who for claim in self.holdings), *(one for some in of_teams for one in some)])
        )

    @property
    def earliest_end(self) -> datetime | None:
        """The earliest moment at which something ends."""
        return min((claim.valid_until for claim in self.holdings if claim.valid_until), default=None)

    def add(self, row: FileRow | BadRow) -> None:
        """Take a row, or note what is wrong with it."""
        self.rows += 1
        if isinstance(row, BadRow):
            self.problems.append(row)
            return
        try:
            self._add(row)
        except UserFacingError as error:
            self.problems.append(BadRow(row.place, str(error)))

    def _add(self, row: FileRow) -> None:
        key = self._add_team(row)
        if not row.persona and not row.assignee:
            if not key:
                raise UserFacingError("names neither a team nor a persona")
            return
        if not row.assignee:
            raise UserFacingError(f"“{_short(row.persona)}” has no assignee: write a Slack id or an address")
        if not row.persona:
            raise UserFacingError(f"“{_short(row.assignee)}” has no persona: write which one they hold")
        persona_key, doubt = self._persona(row.persona)
        self.holdings.append(
            HoldingClaim(
                place=row.place,
                team_key=key,
                persona_key=persona_key,
                who=sys.intern(row.assignee),
                rank=_rank(row.rank),
                valid_from=_moment("valid_from", row.valid_from),
                valid_until=_moment("valid_until", row.valid_until or ""),
                keeps_end=row.valid_until is None,
                doubt=doubt,
            )
        )

    def _add_team(self, row: FileRow) -> str:
        """Note what a row says of its team; return the team's key, empty for the whole organisation."""
        said = [part for part in PARTS if getattr(row, part) is not None]
        if not row.team:
            if said:
                raise UserFacingError(f"has {said[0]} but no team: write the team's name")
            return ""
        claim = self._claim(row)
        for part in said:
            self._say(claim, part, row)
        return claim.key

    def _claim(self, row: FileRow) -> TeamClaim:
        """Return what is said of the row's team so far."""
        key = self._keys.get(row.team)
        if key is None:
            key, name = checked_name(row.team)
            if key not in self.teams:
                self.teams[key] = TeamClaim(key, name, row.place)
            self._keys[row.team] = key = self.teams[key].key
        return self.teams[key]

    def _say(self, claim: TeamClaim, part: str, row: FileRow) -> None:
        new, old = getattr(row, part), getattr(claim, part)
        new = sys.intern(new) if isinstance(new, str) else new  # a parent has many children
        if old is None:
            setattr(claim, part, new)
            if row.place != claim.place:
                claim.elsewhere = {**(claim.elsewhere or {}), part: row.place}
        elif _comparable(new) != _comparable(old):
            raise UserFacingError(
                f"{claim.name} has {_as_text(new)} as {part}, but {_as_text(old)} in line"
                f" {claim.said_at(part).line}: make both the same, or leave one empty"
            )

    def _persona(self, written: str) -> tuple[str, str | None]:
        """Return the key of a persona; of an unknown one what was written, and what to say of it."""
        if written not in self._personas:
            try:
                self._personas[written] = persona_called(written, self._catalogue).key, None
            except UserFacingError as error:
                self._personas[written] = written, str(error).replace(written, _short(written))
        return self._personas[written]


def checked_name(written: str) -> tuple[str, str]:
    """Return the key and the presentable form of a name or alias.

    Raises:
        UserFacingError: it has no letters, or is too long.
    """
    name = checked(Team("", written)).name
    name = written if name == written else name  # one string instead of two: there may be very many
    return key_of(name), name


def _rank(written: str) -> Rank:
    rank = _RANKS.get(written.lower())
    if rank is None:
        raise UserFacingError(f"“{_short(written)}” is no rank: write primary or backup")
    return rank


def _moment(column: str, written: str) -> datetime | None:
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UserFacingError(f"{column}: “{_short(written)}” is not a day: write it like 2026-12-24") from None


def _comparable(said: str | tuple[str, ...]) -> str | frozenset[str]:
    return key_of(said) if isinstance(said, str) else frozenset(said)


def _as_text(said: str | tuple[str, ...]) -> str:
    text = said if isinstance(said, str) else ", ".join(said)
    return f"“{_short(text)}”" if text else "none"


def _short(text: str) -> str:
    return presentable(text, _MAX_SHOWN)
