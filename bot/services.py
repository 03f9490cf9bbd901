"""What the entry points and handlers may call; types only, nothing is built here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.clock import Clock
from bot.digests.coverage_service import CoverageService
from bot.digests.service import DigestService
from bot.digests.store import DigestRuns
from bot.digests.watch import CoverageWatch
from bot.knowledge.model import Catalogue
from bot.questions.inbox import InboxStore
from bot.questions.learning_service import LearningService
from bot.questions.limit import AskLimit
from bot.questions.privacy import PrivacyService
from bot.questions.service import AskService
from bot.teams.access import Access
from bot.teams.assigning import AssigningService
from bot.teams.audit_service import AuditService
from bot.teams.away import AwayService
from bot.teams.calendar import Calendar
from bot.teams.directory import Directory
from bot.teams.matrix import MatrixService
from bot.teams.ownership import OwnerFinder
from bot.teams.policy import OwnershipPolicy
from bot.teams.reviews import ReviewService
from bot.teams.team_changes import TeamService
from bot.teams.transfer import TransferService


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases, built once by ``bot.bootstrap``.

    ``check_ready`` raises a ``BotError`` while the database is away or does not fit this version.
    """

    catalogue: Catalogue
    policy: OwnershipPolicy
    clock: Clock
    asking: AskService
    owners: OwnerFinder
    assigning: AssigningService
    teams: TeamService
    matrix: MatrixService
    away: AwayService
    calendar: Calendar
    reviews: ReviewService
    audit: AuditService
    transfer: TransferService
    coverage: CoverageService
    digests: DigestService
    digest_runs: DigestRuns
    watch: CoverageWatch
    inbox: InboxStore
    ask_limit: AskLimit
    privacy: PrivacyService
    learning: LearningService
    access: Access
    directory: Directory
    check_ready: Callable[[], Awaitable[None]]
