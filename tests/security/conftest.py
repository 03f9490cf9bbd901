"""The stage of the scenarios, for tests of what must never happen on it."""

from tests.scenarios.conftest import settings, slack, stage

__all__ = ("settings", "slack", "stage")
