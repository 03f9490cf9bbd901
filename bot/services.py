"""What the entry points and handlers may call; types only, nothing is built here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.knowledge.model import Catalogue
from bot.questions.learning_service import LearningService
from bot.questions.service import AskService
from bot.teams.access import Access
from bot.teams.directory import Directory
from bot.teams.service import OwnershipService


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases, built once by ``bot.bootstrap``.

    ``check_ready`` raises a ``BotError`` while the database is away or does not fit this version.
    """

    catalogue: Catalogue
    asking: AskService
    ownership: OwnershipService
    learning: LearningService
    access: Access
    directory: Directory
    check_ready: Callable[[], Awaitable[None]]
