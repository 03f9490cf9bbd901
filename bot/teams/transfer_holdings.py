"""Which assignments an import adds, changes and ends. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from bot.teams.model import Actor, Assignment, Cell, Rank
from bot.teams.transfer_claims import HoldingClaim
from bot.teams.transfer_matching import Wish, match_wishes
from bot.teams.transfer_people import Found
from bot.teams.transfer_periods import Period, remaining
from bot.teams.transfer_rows import BadRow, ImportRules


@dataclass(frozen=True, slots=True)
class HoldingChange:
    """An assignment becomes ``after``: with its id only another end, else another one in its place."""

    before: Assignment
    after: Assignment


@dataclass(frozen=True, slots=True)
class Ending:
    """An assignment holds until ``at`` only; never, if that is when it begins."""

    assignment: Assignment
    at: datetime


@dataclass(frozen=True, slots=True)
class HoldingPlan:
    """What becomes of the assignments.

    ``replaced`` end because the same person holds the same in another way (``changed`` says how); ``resumed``
    go on after somebody who holds it only for a time.
    """

    added: tuple[Assignment, ...]
    changed: tuple[HoldingChange, ...]
    ended: tuple[Ending, ...]
    replaced: tuple[Ending, ...]
    resumed: tuple[Assignment, ...]
    unchanged: int
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to change."""
        return not (self.added or self.changed or self.ended)


@dataclass(frozen=True, slots=True)
class Ground:
    """What an import meets: what is ``known`` of assignments, the teams it archives, who imports, and when.

    ``known`` is what holds or will hold, and what ended at a moment that some row names.
    """

    known: Sequence[Assignment]
    gone: frozenset[str]
    by: Actor
    now: datetime


def plan_holdings(
    claims: Sequence[HoldingClaim],
    found: Mapping[str, Found],
    team_ids: Mapping[str, str],
    ground: Ground,
    rules: ImportRules,
    problems: list[BadRow],
) -> HoldingPlan:
    """Return what becomes of the assignments; adds to ``problems``."""
    wishes = match_wishes(claims, found, team_ids, ground.known, now=ground.now, problems=problems)
    return _Planner(wishes, ground, rules, problems).plan()


class _Planner:
    """One import's assignments."""

    def __init__(self, wishes: Sequence[Wish], ground: Ground, rules: ImportRules, problems: list[BadRow]) -> None:
        self._wishes = wishes
        self._ground = ground
        self._rules = rules
        self._problems = problems
        matched = {wish.held.id for wish in wishes if wish.held}
        self._left = [one for one in ground.known if one.id not in matched and _is_open(one, ground.now)]
        self._left_in: dict[Cell, list[Assignment]] = defaultdict(list)
        for one in self._left:
            self._left_in[one.cell].append(one)
        self._rivals: dict[str, list[Wish]] = defaultdict(list)

    def plan(self) -> HoldingPlan:
        added: list[Assignment] = []
        changed: list[HoldingChange] = []
        for wish in self._wishes:
            if wish.is_unchanged:
                continue
            former = self._former(wish)
            if wish.held is not None:
                changed.append(HoldingChange(wish.held, replace(wish.held, valid_until=wish.until)))
            elif former is not None:
                changed.append(HoldingChange(former, self._new(wish)))
            else:
                added.append(self._new(wish))
        endings = [ending for one in self._left for ending in self._ending(one)]
        return HoldingPlan(
            added=tuple(added),
            changed=tuple(changed),
            ended=tuple(one for one in endings if not self._is_replaced(one.assignment)),
            replaced=tuple(one for one in endings if self._is_replaced(one.assignment)),
            resumed=tuple(again for one in self._left for again in self._resumed(one)),
            unchanged=sum(wish.is_unchanged for wish in self._wishes),
            notes=tuple(
                f"{wish.claim.place}: {wish.doubt}; left as it is"
                for wish in self._wishes
                if wish.is_unchanged and wish.doubt
            ),
        )

    def _former(self, wish: Wish) -> Assignment | None:
        """Note what cannot hold beside ``wish``; return what the same person holds in another way."""
        former: Assignment | None = None
        for one in self._left_in.get(wish.cell, ()):
            if not _period(one).overlaps(wish.period):
                continue
            is_own = one.assignee == wish.assignee and wish.held is None
            if is_own or one.rank == wish.claim.rank == Rank.PRIMARY:
                self._rivals[one.id].append(wish)
                self._refuse_later(one, wish)
            if is_own and former is None:
                former = one
        return former

    def _refuse_later(self, one: Assignment, wish: Wish) -> None:
        """Refuse to put somebody in the place of somebody else who follows only later."""
        is_dropped = self._rules.prune and one.valid_from > self._ground.now
        if one.assignee == wish.assignee or one.valid_from <= wish.since or is_dropped:
            return
        advice = "end this row then"
        if wish.claim.valid_from is not None:
            advice += ", or leave valid_from empty if this row shall take over now"
        self._problems.append(
            BadRow(
                wish.claim.place,
                f"{one.assignee.id} holds {one.cell.persona_key} from {one.valid_from.isoformat()} on, after"
                f" {wish.assignee.id}: {advice}",
            )
        )

    def _ending(self, one: Assignment) -> Iterator[Ending]:
        """Yield when an assignment that no row speaks of ends, if it does."""
        now, rivals = self._ground.now, self._rivals.get(one.id)
        ends = [now] if self._is_dropped(one) else []
        if rivals:
            ends.append(min(wish.since for wish in rivals))
        if ends:
            yield Ending(one, max(min(ends), one.valid_from))

    def _resumed(self, one: Assignment) -> Iterator[Assignment]:
        """Yield what somebody holds again after those who hold it only for a time."""
        rivals = self._rivals.get(one.id)
        if not rivals or self._is_dropped(one) or self._is_replaced(one):
            return
        for part in remaining(_period(one), [wish.period for wish in rivals]):
            if part.since > one.valid_from:
                yield replace(one, id=uuid4().hex, valid_from=part.since, valid_until=part.until)

    def _is_dropped(self, one: Assignment) -> bool:
        is_gone = one.cell.team_id in self._ground.gone
        return is_gone or (self._rules.prune and not self._rules.teams_only)

    def _is_replaced(self, one: Assignment) -> bool:
        return any(wish.assignee == one.assignee for wish in self._rivals.get(one.id, ()))

    def _new(self, wish: Wish) -> Assignment:
        return Assignment(
            id=uuid4().hex,
            cell=wish.cell,
            assignee=wish.assignee,
            rank=wish.claim.rank,
            valid_from=wish.since,
            valid_until=wish.until,
            assigned_by=self._ground.by.user_id,
            assigned_at=self._ground.now,
            confirmed_at=self._ground.now,
        )


def _is_open(one: Assignment, now: datetime) -> bool:
    return one.valid_until is None or one.valid_until > now


def _period(one: Assignment) -> Period:
    return Period(one.valid_from, one.valid_until)
