"""Watches what is logged in the whole test run: no question's text and no secret may be told at INFO or above."""

from collections.abc import Generator

import pytest
import structlog

from bot.logs import rendering
from bot.settings import Settings

SECRETS = ("xoxb-stand-in", "xapp-stand-in", "s1gning-secret", "t0p-secret")
QUESTIONS = ("snowflake contract is up for renewal", "bringing cake on friday", "wombat enclosure")
"""Words of the questions that most tests ask."""


@pytest.fixture(autouse=True)
def logged_as_when_it_runs() -> None:
    """Render events as `finops-bot run` does, into what pytest captures."""
    settings = Settings.model_validate({"log_format": "json"})
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            *rendering(settings),
        ],
        logger_factory=structlog.PrintLoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        cache_logger_on_first_use=False,
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test whose log tells what no log may tell."""
    report = yield
    told = sorted(word for word in (*SECRETS, *QUESTIONS) if word in logged(report))
    if told and report.passed:
        report.outcome = "failed"
        report.longrepr = f"the log tells {', '.join(told)}:\n{logged(report)}"
    return report


def logged(report: pytest.TestReport) -> str:
    """Return what was logged at INFO and above, and whatever else was printed, in this phase of a test."""
    sections = [content for name, content in report.sections if name.endswith(report.when or "")]
    lines = [line for content in sections for line in content.splitlines()]
    return "\n".join(line for line in lines if not line.startswith("DEBUG "))
