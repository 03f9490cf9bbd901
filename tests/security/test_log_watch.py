"""The watch over the logs of the whole test run sees what it is there for."""

import pytest

from tests.log_watch import pytest_runtest_makereport


def watched(*sections: tuple[str, str]) -> pytest.TestReport:
    """Return what becomes of the report of a test that passed, with this output."""
    report = pytest.TestReport("a_test", ("", 1, ""), {}, "passed", None, "call", sections)
    hook = pytest_runtest_makereport()
    next(hook)
    with pytest.raises(StopIteration) as ended:
        hook.send(report)
    watched_report: pytest.TestReport = ended.value.value
    return watched_report


@pytest.mark.parametrize(
    ("section", "content"),
    [
        ("Captured stdout call", '{"event": "asked", "text": "who is ' + 'bringing cake on friday?"}'),
        ("Captured stderr call", "token xoxb" + "-stand-in"),
        ("Captured log call", "WARNING  bot:x.py:1 the secret is s1gning" + "-secret"),
    ],
)
def test_a_test_that_logs_a_question_or_a_secret_fails(section: str, content: str) -> None:
    report = watched((section, content))

    assert report.failed
    assert str(report.longrepr).startswith("the log tells ")


def test_what_is_harmless_of_another_phase_or_for_debugging_passes() -> None:
    secret = "xoxb" + "-stand-in"

    assert watched(("Captured stdout call", '{"event": "asked"}')).passed
    assert watched(("Captured stdout setup", secret)).passed
    assert watched(("Captured log call", f"DEBUG    slack:x.py:1 {secret}")).passed
