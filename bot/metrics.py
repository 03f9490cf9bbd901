"""What is counted and timed, for Prometheus; the one place that knows its library, in a registry of its own.

Labels are few and short: never a person, a channel or a question.
"""

from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.process_collector import ProcessCollector

from bot.errors import UnavailableError

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0)
"""Slack waits three seconds for a command; what is posted may take longer."""

_log = structlog.get_logger(__name__)


class Metrics:
    """The figures of one process, since it started."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._read_backlog: Callable[[], Awaitable[tuple[int, float]]] | None = None
        ProcessCollector(registry=self._registry)
        self._questions = self._counter("questions", "Questions answered", "decision", "surface")
        self._seconds = Histogram(
            "finops_answer_seconds",
            "Time from a question to its answer",
            ("surface",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._failures = self._counter("slack_errors", "Web API calls that Slack refused", "method", "code")
        self._limits = self._counter("slack_rate_limits", "Web API calls answered with 429", "method")
        self._digests = self._counter("digests", "Digests by what became of them", "state")
        self._depth = Gauge("finops_inbox_depth", "Messages that wait for an answer", registry=self._registry)
        self._age = Gauge(
            "finops_inbox_age_seconds", "Age of the oldest message that waits", registry=self._registry
        )

    def question_answered(self, decision: str, surface: str, seconds: float) -> None:
        """Count an answer (``decision`` as routed: confident, ambiguous or none) and the time it took."""
        self._questions.labels(decision, surface).inc()
        self._seconds.labels(surface).observe(seconds)

    def slack_failed(self, method: str, code: str) -> None:
        """Count a call that Slack refused with an error code."""
        self._failures.labels(method, code).inc()

    def slack_limited(self, method: str) -> None:
        """Count a call that Slack put off with 429."""
        self._limits.labels(method).inc()

    def digest_sent(self, state: str) -> None:
        """Count a digest that was sent, missed or refused."""
        self._digests.labels(state).inc()

    def inbox(self, depth: int, age_seconds: float) -> None:
        """Note how many messages wait, and for how long the oldest has."""
        self._depth.set(depth)
        self._age.set(age_seconds)

    def watch_inbox(self, read: Callable[[], Awaitable[tuple[int, float]]]) -> None:
        """Have depth and age read whenever somebody looks; where they cannot be told, they are not a number."""
        self._read_backlog = read

    async def exposition(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        if self._read_backlog is not None:
            try:
                self.inbox(*await self._read_backlog())
            except UnavailableError as error:
                _log.warning("inbox_not_measured", error=str(error))
                self._depth.set(float("nan"))
                self._age.set(float("nan"))
        return generate_latest(self._registry)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"finops_{name}", what, labels, registry=self._registry)
