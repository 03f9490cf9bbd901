"""Which assignment there is already, for each row that wants one. Pure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from bot.teams.model import Assignee, Assignment, Cell, Rank
from bot.teams.transfer_claims import HoldingClaim
from bot.teams.transfer_people import Found
from bot.teams.transfer_periods import Period
from bot.teams.transfer_rows import BadRow

_Preference: TypeAlias = tuple[bool, bool, datetime]


@dataclass(slots=True)
class Wish:
    """A row that wants somebody to hold something, and what they hold already (``held``).

    ``doubt`` is what speaks against it, unless it is so already.
    """

    claim: HoldingClaim
    cell: Cell
    assignee: Assignee
    doubt: str | None
    since: datetime
    until: datetime | None
    held: Assignment | None = None

    @property
    def period(self) -> Period:
        """When it shall hold."""
        return Period(self.since, self.until)

    @property
    def is_unchanged(self) -> bool:
        """Whether it is so already."""
        return self.held is not None and self.held.valid_until == self.until

    @property
    def only_ends_earlier(self) -> bool:
        """Whether all it wants is that something ends, or ends earlier."""
        if self.held is None or self.until is None:
            return False
        return self.held.valid_until is None or self.until < self.held.valid_until


def match_wishes(
    claims: Sequence[HoldingClaim],
    found: Mapping[str, Found],
    team_ids: Mapping[str, str],
    known: Iterable[Assignment],
    *,
    now: datetime,
    problems: list[BadRow],
) -> list[Wish]:
    """Return what each claim wants; adds the claims that cannot be met to ``problems``."""
    wishes: list[Wish] = []
    for claim in claims:
        who = found[claim.who]
        if who.assignee is None:
            problems.append(BadRow(claim.place, who.doubt or claim.who))
            continue
        cell = Cell(claim.persona_key, team_ids[claim.team_key] if claim.team_key else None)
        since = claim.valid_from or now
        wishes.append(Wish(claim, cell, who.assignee, claim.doubt or who.doubt, since, claim.valid_until))
    _match(wishes, known, now)
    possible = [wish for wish in wishes if _is_possible(wish, problems)]
    _refuse_overlaps(possible, problems)
    return possible


def _match(wishes: Sequence[Wish], known: Iterable[Assignment], now: datetime) -> None:
    """Give each wish the assignment it speaks of, those that say from when first."""
    held: dict[tuple[Cell, Assignee, Rank], list[Assignment]] = defaultdict(list)
    for one in known:
        held[one.cell, one.assignee, one.rank].append(one)
    for wish in sorted(wishes, key=lambda wish: wish.claim.valid_from is None):
        candidates = held.get((wish.cell, wish.assignee, wish.claim.rank), [])
        fitting = [one for one in candidates if _speaks_of(wish.claim, one, now)]
        if fitting:
            _take(wish, min(fitting, key=_preference(wish.claim, now)))
            candidates.remove(wish.held or fitting[0])


def _speaks_of(claim: HoldingClaim, one: Assignment, now: datetime) -> bool:
    is_over = one.valid_until is not None and one.valid_until <= now
    if is_over and one.valid_until != claim.valid_until:
        return False
    return claim.valid_from is None or one.valid_from == claim.valid_from


def _preference(claim: HoldingClaim, now: datetime) -> Callable[[Assignment], _Preference]:
    """Return the order of what a claim may speak of: with the same end, holding now, the earliest."""
    return lambda one: (one.valid_until != claim.valid_until, not one.is_valid_at(now), one.valid_from)


def _take(wish: Wish, held: Assignment) -> None:
    wish.held, wish.since = held, held.valid_from
    if wish.claim.keeps_end:
        wish.until = held.valid_until


def _is_possible(wish: Wish, problems: list[BadRow]) -> bool:
    """Tell whether a wish makes sense, and is about somebody who can hold it."""
    if wish.until is not None and wish.until <= wish.since:
        ends, begins = wish.until.isoformat(), wish.since.isoformat()
        problems.append(
            BadRow(wish.claim.place, f"valid_until {ends} is not after valid_from {begins}: change one of them")
        )
        return False
    if wish.doubt is not None and not wish.is_unchanged and not wish.only_ends_earlier:
        problems.append(BadRow(wish.claim.place, wish.doubt))
        return False
    return True


def _refuse_overlaps(wishes: Sequence[Wish], problems: list[BadRow]) -> None:
    """Note rows that name two primaries, or the same backup twice, for one time."""
    rivals: dict[Hashable, list[Wish]] = defaultdict(list)
    for wish in wishes:
        is_primary = wish.claim.rank is Rank.PRIMARY
        rivals[wish.cell if is_primary else (wish.cell, wish.assignee)].append(wish)
    for some in rivals.values():
        some.sort(key=lambda wish: (wish.since, wish.claim.place))
        last = some[0]
        for wish in some[1:]:
            if wish.period.overlaps(last.period):
                _note_overlap(last, wish, problems)
            if last.until is not None and (wish.until is None or wish.until > last.until):
                last = wish


def _note_overlap(one: Wish, other: Wish, problems: list[BadRow]) -> None:
    first, second = sorted((one, other), key=lambda wish: wish.claim.place)
    what = f"names {second.assignee.id} as {second.claim.rank} {second.cell.persona_key}"
    if first.assignee == second.assignee:
        fix = "remove one of the two, or give it another period"
    else:
        fix = "let one end before the other begins, or make it a backup"
    problems.append(
        BadRow(
            second.claim.place,
            f"{what} while line {first.claim.place.line} names {first.assignee.id}: {fix}",
        )
    )
