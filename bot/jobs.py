"""What the bot does by itself, and how often."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

import structlog

from bot.coverage_plots import draw_trend
from bot.digesting import Digesting, unwatched
from bot.messenger import SlackMessenger
from bot.reviewing import Reviewing
from bot.schedule import Job
from bot.services import Services

_log = structlog.get_logger(__name__)
_REVIEW_EVERY: Final = timedelta(hours=1)
_DIGEST_EVERY: Final = timedelta(seconds=30)
_WATCH_EVERY: Final = timedelta(hours=6)
_DELETE_EVERY: Final = timedelta(days=1)


def jobs(
    services: Services,
    messenger: SlackMessenger,
    workspace_id: str,
    *,
    watch_digests: Callable[[str], None] = unwatched,
) -> list[Job]:
    """Return what the bot does by itself, for the workspace its token belongs to.

    ``watch_digests`` is told what became of each digest.
    """
    reviewing, digesting = Reviewing(services, messenger), build_digesting(services, messenger, watch_digests)
    return [
        Job("ask_to_confirm", _REVIEW_EVERY, partial(reviewing.ask_everybody, workspace_id)),
        Job("send_digests", _DIGEST_EVERY, partial(digesting.send_due, workspace_id)),
        Job("watch_coverage", _WATCH_EVERY, partial(services.watch.look, workspace_id)),
        Job("delete_old_questions", _DELETE_EVERY, partial(_delete_old, services, workspace_id)),
    ]


def build_digesting(
    services: Services, messenger: SlackMessenger, watch: Callable[[str], None] = unwatched
) -> Digesting:
    """Return what sends digests, each with its picture; ``watch`` is told what became of them."""
    return Digesting(services, messenger, lambda content: draw_trend(content.trend), watch=watch)


async def _delete_old(services: Services, workspace_id: str) -> None:
    deleted = await services.privacy.delete_old(workspace_id)
    if deleted:
        _log.info("old_questions_deleted", workspace=workspace_id, rows=deleted)
