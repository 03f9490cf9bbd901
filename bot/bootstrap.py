"""The composition root: builds every object once, from the settings, by hand."""

import multiprocessing
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock, system_clock
from bot.digests.coverage_service import CoverageService
from bot.digests.service import DigestService
from bot.digests.watch import CoverageWatch
from bot.errors import KnowledgeError
from bot.knowledge.reading import Read, Reader
from bot.knowledge.routing import Policy, Router
from bot.questions.learning import Proposal
from bot.questions.learning_service import LearningService
from bot.questions.limit import AskLimit
from bot.questions.privacy import PrivacyService
from bot.questions.service import AskService
from bot.services import Services
from bot.settings import Settings
from bot.storage.absences import SqlAbsenceStore
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.audit import SqlAuditLog
from bot.storage.compiled import Compiled, content_key, load_compiled, save_compiled
from bot.storage.coverage import SqlCoverageStore
from bot.storage.coverage_policy import read_coverage_policy
from bot.storage.digest_runs import SqlDigestRuns
from bot.storage.digests import SqlDigestStore
from bot.storage.engine import build_engine
from bot.storage.inbox import SqlInboxStore
from bot.storage.knowledge_paths import config_folder, knowledge_files, own_knowledge_files
from bot.storage.labelled_questions import read_labelled_questions
from bot.storage.learnt_files import add_learnt
from bot.storage.matrix import SqlMatrixReader
from bot.storage.ownership_memory import build_ownership_memory
from bot.storage.ownership_policy import read_ownership_policy
from bot.storage.privacy import SqlPrivacyStore
from bot.storage.questions import SqlQuestionStore
from bot.storage.reviews import SqlReviewStore
from bot.storage.schema import require_current_schema, upgrade
from bot.storage.teams import SqlTeamStore
from bot.storage.transfer import SqlTransferStore
from bot.teams.access import Access
from bot.teams.assigning import AssigningService
from bot.teams.audit_service import AuditService
from bot.teams.away import AwayService
from bot.teams.calendar import Calendar
from bot.teams.directory import Directory
from bot.teams.finders import FindersInMemory
from bot.teams.finding import TeamFinder
from bot.teams.matrix import MatrixService, Needs
from bot.teams.ownership import OwnerFinder
from bot.teams.reviews import ReviewService
from bot.teams.store import OwnershipLookup
from bot.teams.team_changes import TeamService
from bot.teams.transfer import TransferService

_log = structlog.get_logger(__name__)
CACHE_FOLDER: Final = Path("var/cache")


@asynccontextmanager
async def open_services(
    settings: Settings,
    router: Router,
    directory: Directory,
    clock: Clock = system_clock,
    read: Read | None = None,
) -> AsyncIterator[Services]:
    """Open the database and build the services; everything is closed at the end.

    ``read`` reads questions; they are read here by default.

    The embedded default database is created and migrated; any other one must be up to date.

    Raises:
        ConfigurationError: the database's schema does not fit this version.
        UnavailableError: the database does not answer.
    """
    engine = build_engine(settings.database_url)
    try:
        await _prepare(engine, settings)
        yield build_services(settings, engine, router, directory, clock, read)
    finally:
        await engine.dispose()


def build_services(
    settings: Settings,
    engine: AsyncEngine,
    router: Router,
    directory: Directory,
    clock: Clock,
    read: Read | None = None,
) -> Services:
    """Return the services on an open database; ``ConfigurationError`` if the rules of ownership are broken."""
    teams, assignments, absences = SqlTeamStore(engine), SqlAssignmentStore(engine), SqlAbsenceStore(engine)
    policy = read_ownership_policy(config_folder(), settings.finops_knowledge)
    persona_keys = [persona.key for persona in router.catalogue.personas]
    coverage_policy = read_coverage_policy(config_folder(), settings.finops_knowledge, persona_keys)
    finder = TeamFinder(teams, directory, router)
    access = Access(directory, teams, settings.finops_admins)
    owners = OwnerFinder(
        lookup=OwnershipLookup(teams, assignments, absences), directory=directory, policy=policy, clock=clock
    )
    assigning = AssigningService(
        teams=teams,
        assignments=assignments,
        finder=finder,
        directory=directory,
        access=access,
        policy=policy,
        clock=clock,
    )
    questions, calendar = SqlQuestionStore(engine), Calendar(directory, clock)
    coverage_store, digest_store = SqlCoverageStore(engine), SqlDigestStore(engine)
    coverage = CoverageService(
        store=coverage_store,
        catalogue=router.catalogue,
        coverage_policy=coverage_policy,
        ownership_policy=policy,
        clock=clock,
    )
    return Services(
        catalogue=router.catalogue,
        policy=policy,
        clock=clock,
        asking=AskService(
            read=read or Reader(router.route, router.catalogue).read,
            catalogue=router.catalogue,
            finders=FindersInMemory(build_ownership_memory(engine, clock), finder, owners),
            directory=directory,
            store=questions,
            clock=clock,
        ),
        owners=owners,
        assigning=assigning,
        teams=TeamService(teams=teams, assignments=assignments, finder=finder, access=access, clock=clock),
        matrix=MatrixService(
            teams=teams,
            assignments=assignments,
            reader=SqlMatrixReader(engine),
            access=access,
            needs=Needs(router.catalogue.personas, coverage_policy.required),
            policy=policy,
            clock=clock,
        ),
        away=AwayService(absences=absences, assigning=assigning, calendar=calendar, clock=clock),
        calendar=calendar,
        reviews=ReviewService(
            teams=teams,
            assignments=assignments,
            requests=SqlReviewStore(engine),
            absences=absences,
            directory=directory,
            policy=policy,
            clock=clock,
        ),
        audit=AuditService(SqlAuditLog(engine), finder, access),
        transfer=TransferService(
            store=SqlTransferStore(engine),
            directory=directory,
            catalogue=router.catalogue,
            policy=policy,
            clock=clock,
        ),
        coverage=coverage,
        digests=DigestService(
            digests=digest_store,
            coverage=coverage_store,
            report=coverage,
            access=access,
            directory=directory,
            clock=clock,
        ),
        digest_runs=SqlDigestRuns(engine, clock),
        watch=CoverageWatch(
            store=coverage_store, report=coverage, directory=directory, policy=policy, clock=clock
        ),
        inbox=SqlInboxStore(engine),
        ask_limit=AskLimit(clock),
        privacy=PrivacyService(SqlPrivacyStore(engine), timedelta(days=settings.retention_days), clock),
        learning=_build_learning(settings, router, questions),
        access=access,
        directory=directory,
        check_ready=partial(require_current_schema, engine),
    )


def _build_learning(settings: Settings, router: Router, questions: SqlQuestionStore) -> LearningService:
    own_folder = settings.finops_knowledge
    return LearningService(
        router=router,
        corrections=questions.corrections,
        benchmark=partial(read_labelled_questions, config_folder() / "benchmark.csv", router.catalogue),
        retrained=partial(retrained, router),
        write=partial(add_learnt, own_folder=own_folder) if own_folder else None,
    )


def retrained(router: Router, proposals: Sequence[Proposal]) -> Router:
    """Return a router that has also learnt ``proposals``; takes seconds, keeps nothing."""
    from bot.knowledge.training import OWN_WEIGHT, Lesson, lessons_of, train  # noqa: PLC0415 (slow to import)

    added = [Lesson(one.persona_key, one.title, one.text, OWN_WEIGHT) for one in proposals]
    return Router(router.catalogue, train([*lessons_of(router.catalogue), *added]), Policy())


def build_router(
    own_folder: Path | None = None,
    cache_folder: Path = CACHE_FOLDER,
    on_training: Callable[[], None] = lambda: None,
    *,
    learn_apart: bool = False,
) -> Router:
    """Read the knowledge and return the router; trains it if the knowledge is new, which takes seconds.

    ``own_folder`` is a company's own knowledge: if it is broken, that is logged as an error with every problem,
    and the bot goes on with the built-in knowledge. What was learnt is kept in ``cache_folder``. ``on_training``
    is called before training, so that somebody who waits can be told. ``learn_apart`` is for processes that live
    long: what training takes of memory, as much as all the rest, goes with a process of its own.

    Raises:
        KnowledgeError: every problem in the built-in knowledge files.
    """
    folder = config_folder()
    if own_folder is not None and not own_knowledge_files(own_folder):
        _log.warning("own_knowledge_empty", folder=str(own_folder))
        own_folder = None
    files = [*knowledge_files(folder), *(own_knowledge_files(own_folder) if own_folder else ())]
    path = cache_folder / f"knowledge-{content_key(files)}.npz"
    compiled = load_compiled(path)
    if compiled is None:
        on_training()
        if learn_apart:
            learning = multiprocessing.get_context("spawn").Process(target=_learn, args=(folder, own_folder, path))
            learning.start()
            learning.join()
            compiled = load_compiled(path)
    if compiled is None:
        try:
            compiled = compile_knowledge(folder, own_folder)
        except KnowledgeError as error:
            if own_folder is None:
                raise
            _log.error("own_knowledge_ignored", folder=str(own_folder), problems=list(error.problems))
            return build_router(None, cache_folder, learn_apart=learn_apart)
        save_compiled(compiled, path)
    return Router(compiled.catalogue, compiled.model, Policy())


def _learn(folder: Path, own_folder: Path | None, path: Path) -> None:
    """Keep what was learnt in ``path``; whatever is wrong is found, and told, by whoever looks for it there."""
    with suppress(KnowledgeError):
        save_compiled(compile_knowledge(folder, own_folder), path)


def compile_knowledge(folder: Path, own_folder: Path | None = None) -> Compiled:
    """Read the knowledge files and learn from them; ``KnowledgeError`` with every problem in them."""
    # Parser and trainer are slow to import, and needed only when the knowledge has changed.
    from bot.knowledge.training import lessons_of, train  # noqa: PLC0415
    from bot.storage.knowledge_files import read_catalogue  # noqa: PLC0415

    catalogue = read_catalogue(folder, own_folder)
    return Compiled(catalogue, train(lessons_of(catalogue)))


async def _prepare(engine: AsyncEngine, settings: Settings) -> None:
    if settings.uses_default_database:
        await upgrade(engine)
    else:
        await require_current_schema(engine)
