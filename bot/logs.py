"""One set-up of logging, called by the entry point; events are constant strings with fields.

No event carries the text of a question above DEBUG, and none ever carries a token. What an exception says may
quote somebody's words (a database quotes the row that it refuses): above DEBUG only its type and place are told.
"""

import logging
import re
import sys
from typing import Any, Final, TextIO

import structlog

from bot.settings import Settings

# Chatty libraries: their INFO lines repeat ours, and Bolt's quote request bodies.
_QUIET_LOGGERS: Final = (
    "matplotlib",
    "slack_bolt",
    "slack_sdk",
    "aiohttp",
    "uvicorn.error",
    "alembic",
    "sqlalchemy",
    "apscheduler",
)
_TOKEN: Final = re.compile(r"xox[a-z]-[\w-]+|xapp-[\w-]+|(?<=ticket=)[\w-]+")


def configure_logging(settings: Settings) -> None:
    """Send every log event, ours and the libraries', to stderr as ``settings`` ask for."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *rendering(settings),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name in _QUIET_LOGGERS:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def rendering(settings: Settings) -> list[structlog.typing.Processor]:
    """Return what turns an event into a line, for people or as JSON."""
    tells_words = settings.log_level == "DEBUG"
    in_frames = _Frames() if tells_words else _SilentFrames()
    if settings.log_format == "json":
        as_dicts = structlog.processors.ExceptionRenderer(in_frames)
        return [_without_tokens, as_dicts, structlog.processors.JSONRenderer()]

    def as_lines(stream: TextIO, exc_info: structlog.typing.ExcInfo) -> None:
        stream.writelines(f"\n{line}" for line in _lines(in_frames(exc_info)))

    formatter = structlog.dev.plain_traceback if tells_words else as_lines
    in_columns = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=formatter)
    return [_without_tokens, in_columns]


class _Frames(structlog.tracebacks.ExceptionDictTransformer):
    """Tells where an exception came from, without local variables: those hold questions and tokens."""

    def __init__(self) -> None:
        super().__init__(show_locals=False)


class _SilentFrames(_Frames):
    """Leaves out what an exception says, too."""

    def __call__(self, exc_info: structlog.typing.ExcInfo) -> list[dict[str, Any]]:
        return _silenced(super().__call__(exc_info))


def _silenced(stacks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "exc_type": stack["exc_type"],
            "is_cause": stack["is_cause"],
            "frames": stack["frames"],
            "exceptions": [_silenced(one) for one in stack["exceptions"]],
        }
        for stack in stacks
    ]


def _lines(stacks: list[dict[str, Any]], margin: str = "") -> list[str]:
    """Return the lines of a traceback, the cause first."""
    lines = []
    for stack in reversed(stacks):
        lines += [f"{margin}  {one['filename']}:{one['lineno']} in {one['name']}" for one in stack["frames"]]
        lines.append(f"{margin}{stack['exc_type']}")
        for one in stack["exceptions"]:
            lines += _lines(one, f"{margin}    ")
    return lines


def _without_tokens(
    _logger: structlog.typing.WrappedLogger, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Mask what looks like a token of Slack, whoever logs it: an address or a library's own words may hold one."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _TOKEN.sub("…", value)
    return event
