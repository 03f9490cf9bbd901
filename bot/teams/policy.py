"""What a company may decide about ownership: how often it is confirmed, and whether guests may own anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.teams.model import Assignment

DEFAULT_REVIEW: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class OwnershipPolicy:
    """The rules of ``config/ownership.yaml``.

    Attributes:
        review_after: How long a confirmation lasts.
        review_after_by_persona: The same for single personas, by key.
        guests_may_own: Whether guest accounts are asked like everybody else.
    """

    review_after: timedelta = DEFAULT_REVIEW
    review_after_by_persona: Mapping[str, timedelta] = field(default_factory=dict)
    guests_may_own: bool = False

    def review_period(self, persona_key: str) -> timedelta:
        """Return how long a confirmation lasts for this persona."""
        return self.review_after_by_persona.get(persona_key, self.review_after)

    def shortest_review_period(self) -> timedelta:
        """Return the shortest of all review periods."""
        return min([self.review_after, *self.review_after_by_persona.values()])

    def is_overdue(self, assignment: Assignment, moment: datetime) -> bool:
        """Tell whether nobody has confirmed ``assignment`` within its review period before ``moment``."""
        return moment - assignment.confirmed_at >= self.review_period(assignment.cell.persona_key)
