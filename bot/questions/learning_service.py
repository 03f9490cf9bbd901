"""The use case of learning from use: look at what corrections could teach, and take it when somebody approves."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.errors import UserFacingError
from bot.knowledge.evaluation import LabelledQuestion, Report, evaluate
from bot.knowledge.routing import Router
from bot.questions.learning import Correction, Proposal, as_labelled, propose


@dataclass(frozen=True, slots=True)
class Effect:
    """What learning the proposals does to one set of questions."""

    name: str
    before: Report
    after: Report


@dataclass(frozen=True, slots=True)
class Review:
    """What ``judged`` questions could teach, with its effects; no effects where there is nothing to learn."""

    judged: int
    proposals: tuple[Proposal, ...]
    effects: tuple[Effect, ...]

    @property
    def fingerprint(self) -> str:
        """Return what tells this list of proposals from any other: only what was shown is taken."""
        return hashlib.sha256(repr(self.proposals).encode()).hexdigest()[:32]


class LearningService:
    """Nothing is learnt unless somebody has seen the proposals and approves them."""

    def __init__(
        self,
        *,
        router: Router,
        corrections: Callable[[str], Awaitable[Sequence[Correction]]],
        benchmark: Callable[[], Sequence[LabelledQuestion]],
        retrained: Callable[[Sequence[Proposal]], Router],
        write: Callable[[Sequence[Proposal]], None] | None,
    ) -> None:
        """``retrained`` takes seconds and runs in a thread; without ``write`` nothing can be approved."""
        self._router = router
        self._corrections = corrections
        self._benchmark = benchmark
        self._retrained = retrained
        self._write = write

    @property
    def can_learn(self) -> bool:
        """Whether there is a folder that what is learnt can be written to."""
        return self._write is not None

    async def review(self, workspace_id: str) -> Review:
        """Return what could be learnt and what it would do; takes up to half a minute where there is something."""
        corrections = await self._corrections(workspace_id)
        proposals = propose(corrections, self._router)
        if not proposals:
            return Review(len(corrections), (), ())
        after = await asyncio.to_thread(self._retrained, proposals)
        questions = {"past questions": as_labelled(corrections), "benchmark": self._benchmark()}
        effects = tuple(
            Effect(name, evaluate(some, self._router.route), evaluate(some, after.route))
            for name, some in questions.items()
        )
        return Review(len(corrections), proposals, effects)

    async def approve(self, workspace_id: str, fingerprint: str) -> int:
        """Take the proposals that were shown, and return how many.

        Raises:
            UserFacingError: there are others by now, or there is no folder for them.
        """
        if self._write is None:
            raise UserFacingError(
                "FINOPS_KNOWLEDGE is not set: there is no folder that what is learnt is written to."
            )
        corrections = await self._corrections(workspace_id)
        proposals = propose(corrections, self._router)
        if Review(len(corrections), proposals, ()).fingerprint != fingerprint:
            raise UserFacingError("The proposals have changed since they were shown. Look again: /finops learn")
        self._write(proposals)
        return len(proposals)
