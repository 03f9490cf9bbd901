"""Looks whether everything the bot needs is there and right, and says how to mend what is not."""

import ipaddress
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.bootstrap import CACHE_FOLDER
from bot.clock import Clock, system_clock
from bot.errors import BotError, ConfigurationError, KnowledgeError, UnavailableError
from bot.knowledge.model import Catalogue
from bot.settings import DEFAULT_DATABASE_URL, Settings
from bot.storage.compiled import content_key, load_compiled
from bot.storage.coverage_policy import read_coverage_policy
from bot.storage.engine import build_engine
from bot.storage.health import try_writing
from bot.storage.knowledge_files import read_catalogue
from bot.storage.knowledge_paths import config_folder, knowledge_files, own_knowledge_files
from bot.storage.ownership_policy import read_ownership_policy
from bot.storage.schema import SCHEMA_REVISION, current_revision, require_current_schema

_DEFAULT_FILE: Final = Path(DEFAULT_DATABASE_URL.partition(":///")[2])
_LAST_OF_DATABASE: Final = "database write"


class State(StrEnum):
    """How a check went; only a problem keeps the bot, or a part of it, from working."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it is, and what to do about it; each is one line."""

    name: str
    state: State
    said: str
    fix: str = ""


async def examine(settings: Settings, clock: Clock = system_clock) -> AsyncIterator[Check]:
    """Yield a check after the other: what is here, then the database, then Slack where there are tokens."""
    for check in (*_of_settings(settings), *_of_files(settings)):
        yield check
    engine = build_engine(settings.database_url)
    is_whole = False
    try:
        async for check in examine_database(settings, engine, clock):
            is_whole = check.name == _LAST_OF_DATABASE and check.state is State.OK
            yield check
        if settings.on_slack:
            from bot.doctor_slack import examine_slack  # noqa: PLC0415 (slow to import, and not needed without)

            async for check in examine_slack(settings, engine if is_whole else None, clock):
                yield check
    finally:
        await engine.dispose()


def _of_settings(settings: Settings) -> Iterator[Check]:
    on_slack = "on Slack, by Socket Mode" if settings.slack_app_token else "on Slack, over HTTP"
    where = on_slack if settings.on_slack else "in the playground, without Slack"
    yield Check("settings", State.OK, f"complete; the bot runs {where}")
    if settings.log_level == "DEBUG":
        yield Check(
            "LOG_LEVEL", State.WARNING, "at DEBUG the log holds questions", "set INFO once the fault is found"
        )
    address = urlsplit(settings.slack_api_url)
    if address.scheme != "https" and not _is_here(address.hostname or ""):
        yield Check("SLACK_API_URL", State.WARNING, "tokens travel in the clear", "use an address with https://")


def _of_files(settings: Settings) -> Iterator[Check]:
    own = settings.finops_knowledge
    yield _of_folder("var", CACHE_FOLDER)
    keys: list[str] = []
    for check, catalogue in _of_knowledge(own):
        yield check
        keys = [persona.key for persona in catalogue.personas] if catalogue else keys
    if keys:
        yield _of_rules("ownership.yaml", lambda: read_ownership_policy(config_folder(), own))
        yield _of_rules("coverage.yaml", lambda: read_coverage_policy(config_folder(), own, keys))


def _of_knowledge(own: Path | None) -> Iterator[tuple[Check, Catalogue | None]]:
    """Yield how the built-in knowledge is, and a company's own; with the catalogue, where it can be read."""
    try:
        catalogue = _catalogue(None)
        yield Check("knowledge", State.OK, f"{len(catalogue.personas)} personas"), catalogue
    except KnowledgeError as error:
        for problem in error.problems:
            yield Check("knowledge", State.PROBLEM, problem, "install the package anew"), None
        return
    if own is None:
        return
    try:
        yield Check("FINOPS_KNOWLEDGE", State.OK, f"{own} can be read"), _catalogue(own)
    except KnowledgeError as error:
        fix = "mend the file; until then the bot goes on without this folder"
        for problem in error.problems:
            yield Check("FINOPS_KNOWLEDGE", State.WARNING, problem, fix), None


def _catalogue(own: Path | None) -> Catalogue:
    """Return what the knowledge files say; what was learnt from the very same ones is not read again."""
    files = [*knowledge_files(config_folder()), *(own_knowledge_files(own) if own else ())]
    compiled = load_compiled(CACHE_FOLDER / f"knowledge-{content_key(files)}.npz")
    return compiled.catalogue if compiled else read_catalogue(config_folder(), own)


def _of_rules(name: str, read: Callable[[], object]) -> Check:
    try:
        read()
    except ConfigurationError as error:
        return Check(name, State.PROBLEM, str(error), "mend the file; the bot does not start like this")
    return Check(name, State.OK, "can be read")


def _of_folder(name: str, folder: Path) -> Check:
    there = next(path for path in (folder, *folder.parents, Path.cwd()) if path.is_dir())
    if os.access(there, os.W_OK | os.X_OK):
        return Check(name, State.OK, f"{folder} can be written to")
    fix = f"let the user of this process write to {there.resolve()}"
    return Check(name, State.WARNING, f"{folder} cannot be written to: each start learns anew", fix)


async def examine_database(settings: Settings, engine: AsyncEngine, clock: Clock) -> AsyncIterator[Check]:
    """Yield how the database is, and whether it can be written to where it fits."""
    if settings.uses_default_database and not _DEFAULT_FILE.exists():
        yield Check("database", State.OK, "there is none yet; the first start makes it")
        return
    try:
        if settings.uses_default_database and await current_revision(engine) != SCHEMA_REVISION:
            yield Check("database", State.OK, f"the next start brings it to revision {SCHEMA_REVISION}")
            return
        await require_current_schema(engine)
    except ConfigurationError as error:
        what, _, fix = str(error).partition(": ")
        yield Check("database", State.PROBLEM, what, fix)
        return
    except UnavailableError as error:
        what, _, fix = str(error).rpartition("; ")
        yield Check("database", State.PROBLEM, what, fix)
        return
    yield Check("database", State.OK, f"at revision {SCHEMA_REVISION}")
    yield await _of_writing(try_writing(engine, clock()))


async def _of_writing(attempt: Awaitable[None]) -> Check:
    try:
        await attempt
    except BotError as error:
        fix = "see that the disk is not full and that the user of DATABASE_URL may write"
        return Check(_LAST_OF_DATABASE, State.PROBLEM, str(error), fix)
    return Check(_LAST_OF_DATABASE, State.OK, "a row was written, and taken back")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
