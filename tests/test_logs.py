"""How log events look, and what they leave out."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from bot.logs import configure_logging
from bot.settings import Settings

SECRET = "who pays for the wombat enclosure"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, config = list(root.handlers), root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**config)


def fail() -> None:
    """Fail for two reasons that both quote what somebody wrote."""
    try:
        dict[str, str]()[SECRET]
    except KeyError as error:
        raise ExceptionGroup(SECRET, [ValueError(SECRET)]) from error


def fail_and(tell: Callable[[BaseException], None]) -> None:
    try:
        fail()
    except ExceptionGroup as error:
        error.add_note(SECRET)
        tell(error)


def ours(_error: BaseException) -> None:
    structlog.get_logger("bot").exception("handler_failed", reference="1234abcd")


def anothers(error: BaseException) -> None:
    logging.getLogger("asyncio").error("Task exception was never retrieved", exc_info=error)


TELL = pytest.mark.parametrize("tell", [ours, anothers])


@TELL
@pytest.mark.parametrize("form", ["json", "console"])
def test_what_an_exception_says_is_left_out_and_its_type_and_place_are_told(
    capsys: pytest.CaptureFixture[str], form: str, tell: Callable[[BaseException], None]
) -> None:
    configure_logging(Settings.model_validate({"log_format": form}))

    fail_and(tell)

    logged = capsys.readouterr().err
    assert "wombat" not in logged
    assert all(kind in logged for kind in ("KeyError", "ExceptionGroup", "ValueError"))
    assert "test_logs.py" in logged


@TELL
@pytest.mark.parametrize("form", ["json", "console"])
def test_whoever_debugs_is_told_everything(
    capsys: pytest.CaptureFixture[str], form: str, tell: Callable[[BaseException], None]
) -> None:
    configure_logging(Settings.model_validate({"log_format": form, "log_level": "DEBUG"}))

    fail_and(tell)

    assert "wombat" in capsys.readouterr().err


def test_an_event_is_one_line_of_json_with_the_id_of_its_request(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings.model_validate({"log_format": "json"}))

    with structlog.contextvars.bound_contextvars(request_id="r1"):
        structlog.get_logger("bot.x").info("question_routed", persona="finance")
        logging.getLogger("other").warning("no %s", "luck")

    first, second = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert first.pop("timestamp").endswith("Z")
    assert first == {
        "event": "question_routed",
        "persona": "finance",
        "level": "info",
        "logger": "bot.x",
        "request_id": "r1",
    }
    assert (second["event"], second["level"], second["request_id"]) == ("no luck", "warning", "r1")


@pytest.mark.parametrize(
    "words",
    [
        "token xoxb-1234-5678-AbCd refused",
        "token xapp-1-A0-99-abcdef refused",
        "wss://wss-primary.slack.com/link/?ticket=5f1e-99&app_id=1 refused",
    ],
)
def test_what_looks_like_a_token_is_masked_whoever_logs_it(capsys: pytest.CaptureFixture[str], words: str) -> None:
    configure_logging(Settings.model_validate({"log_format": "json"}))

    logging.getLogger("slack_sdk").error(words)
    structlog.get_logger("bot").error("dependency_unavailable", error=words)

    logged = capsys.readouterr().err
    assert logged.count("refused") == 2
    assert not any(secret in logged for secret in ("1234", "5678", "xapp", "5f1e"))


def test_what_libraries_chat_about_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings.model_validate({}))

    for name in ("slack_bolt", "slack_sdk.web", "uvicorn.error", "sqlalchemy.engine"):
        logging.getLogger(name).info("chat")

    assert "chat" not in capsys.readouterr().err


def test_at_error_only_errors_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings.model_validate({"log_level": "ERROR"}))

    structlog.get_logger("bot").warning("not_ready")
    structlog.get_logger("bot").error("answer_refused")

    logged = capsys.readouterr().err
    assert "not_ready" not in logged
    assert "answer_refused" in logged
