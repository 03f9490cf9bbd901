"""One set-up of logging, called by the entry point; events are constant strings with fields.

No event carries the text of a question above DEBUG, and none ever carries a token.
"""

import logging
import sys

import structlog

from bot.settings import Settings

# Chatty libraries: their INFO lines repeat ours, and Bolt's quote request bodies.
_QUIET_LOGGERS = ("matplotlib", "slack_bolt", "slack_sdk", "aiohttp", "uvicorn.error", "alembic", "sqlalchemy")


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
                *_rendering(settings),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name in _QUIET_LOGGERS:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _rendering(settings: Settings) -> list[structlog.typing.Processor]:
    # Tracebacks without local variables: those hold questions and tokens.
    if settings.log_format == "json":
        without_locals = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        return [structlog.processors.ExceptionRenderer(without_locals), structlog.processors.JSONRenderer()]
    return [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]
