"""The database connection: pragmas and transactions of SQLite, errors of both databases."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import UnavailableError
from bot.storage.tables import Row
from bot.storage.threads import in_background, on_a_thread

BUSY_TIMEOUT_SECONDS: Final = 5
_WRITES: Final = "finops_writes"
_WRITER: Final = "finops_writer"
_BESIDE: Final = "finops_beside"
"""An engine on the same database, for threads."""

_STATEMENTS: Final = "finops_statements"
"""The same, for statements that are transactions of their own."""

_QUEUE: Final = "finops_queue_of_writers"
_BEGIN_WRITING: Final = "BEGIN IMMEDIATE"
_USED_AT: Final = "finops_used_at"
TRUSTED_SECONDS: Final = 0.25
"""So long after its use a connection is taken to stand: no server is stopped and started again in less."""

_BACKFILL: Final = "finops_backfill"
_LOG_PAGES: Final = 10_000
"""Pages (4 KB) in SQLite's log at which whoever commits waits until what is left of it is written back."""

_BACKFILL_SECONDS: Final = 0.1

# Parameters are questions and names: an error that quotes them would carry them into the log.
_OPTIONS: Final = {"hide_parameters": True}

T = TypeVar("T")
_POSTGRES: Final = {
    "connect_timeout": BUSY_TIMEOUT_SECONDS,
    # A server that vanished without a word is given up as well; the system would wait a quarter of an hour.
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}


def build_engine(database_url: str) -> AsyncEngine:
    """Return an engine for a SQLAlchemy URL with an async driver; nothing is connected yet.

    A SQLite file's folder is made where it is missing. Foreign keys are enforced, readers do not block
    the writer (WAL), and a writing transaction takes its lock when it begins, so it cannot fail half-way. The
    writers of one process queue for it, because SQLite lets whoever waits sleep and lose its place.

    A PostgreSQL that cannot be reached is given up after five seconds, one that vanished after twenty. How long a
    statement may take is left to the server (``statement_timeout``): only whoever runs it knows how long their
    imports and migrations take, and a pooler in between may refuse to pass such a setting on.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return _postgres(url)
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    return _sqlite(url)


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """Open a session for queries only."""
    async with _translated(engine), AsyncSession(engine) as session:
        yield session


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """Open a session whose one transaction is committed at the end, or rolled back by an exception."""
    writer = engine.get_execution_options()[_WRITER]
    async with _translated(engine), _turn(engine), AsyncSession(writer) as session, session.begin():
        yield session


async def in_one_go(engine: AsyncEngine, do: Callable[[Connection], T]) -> T:
    """Return what ``do`` returns in a transaction that writes: rolled back if it raises, else committed.

    For what happens all the time: all of it runs on a thread, so that the event loop waits once, and not for every
    step of every statement.
    """
    options = engine.get_execution_options()
    async with _translated(engine), _turn(engine):
        result = await on_a_thread(partial(_done, options[_BESIDE], do))
    if _BACKFILL in options:
        options[_BACKFILL].begin()
    return result


async def in_one_statement(engine: AsyncEngine, do: Callable[[Connection], T]) -> T:
    """Return what ``do`` returns, which executes one statement, on PostgreSQL.

    That is a transaction of its own, without the two trips to the server that begin and end one.
    """
    async with _translated(engine):
        return await on_a_thread(partial(_executed, engine.get_execution_options()[_STATEMENTS], do))


def insert_into(table: type[Row], engine: AsyncEngine) -> Any:  # noqa: ANN401 (either dialect's Insert)
    """Return an insert that can say what happens on a conflict; only the dialect in use is imported."""
    if engine.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite  # noqa: PLC0415

    return sqlite.insert(table)


def _postgres(url: URL) -> AsyncEngine:
    options: dict[str, Any] = {**_OPTIONS, "connect_args": _POSTGRES}
    beside = create_engine(url, **options)
    engine = _complete(create_async_engine(url, **options), beside)
    _ping_before_use(beside)
    _ping_before_use(engine.sync_engine)
    statements = beside.execution_options(isolation_level="AUTOCOMMIT")
    engine.sync_engine.update_execution_options(**{_STATEMENTS: statements})
    return engine


def _ping_before_use(engine: Engine) -> None:
    """Do what ``pool_pre_ping`` does, but not to a connection that was in use a moment ago.

    Where many ask, it always was, and to ask the server takes half as long as to keep their questions.
    """

    def note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[_USED_AT] = time.monotonic()

    def ping(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:  # noqa: ANN401 (any driver's)
        used_at = record.info.get(_USED_AT)
        if used_at is None or time.monotonic() - used_at < TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", note)
    event.listen(engine, "checkout", ping)


def _sqlite(url: URL) -> AsyncEngine:
    options: dict[str, Any] = {**_OPTIONS, "connect_args": {"timeout": BUSY_TIMEOUT_SECONDS}}
    engine = create_async_engine(url, execution_options={_QUEUE: asyncio.Lock()}, **options)
    beside = create_engine(url.set(drivername="sqlite"), **options)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    event.listen(beside, "connect", _prepare_sqlite)
    event.listen(beside, "begin", lambda connection: connection.exec_driver_sql(_BEGIN_WRITING))
    engine.sync_engine.update_execution_options(**{_BACKFILL: _Backfill(beside)})
    return _complete(engine, beside)


class _Backfill:
    """Writes SQLite's log back on a thread of its own, while others write on: little is left when it is full."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._begun = time.monotonic()

    def begin(self) -> None:
        """Begin, if that was not done a moment ago."""
        now = time.monotonic()
        if now - self._begun > _BACKFILL_SECONDS:
            self._begun = now
            in_background(self._write_back)

    def _write_back(self) -> None:
        """Write back what nobody reads any more; where that cannot be done now, the next ones to commit do it."""
        with suppress(DBAPIError, PoolTimeoutError, sqlite3.Error), closing(self._engine.raw_connection()) as raw:
            raw.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").close()  # past the transaction of an engine


def _complete(engine: AsyncEngine, beside: Engine) -> AsyncEngine:
    """Have the engine carry one on the same database for threads, and one whose transactions write.

    To derive the latter for each transaction would take as long as to begin it.
    """
    event.listen(engine.sync_engine, "engine_disposed", lambda _engine: beside.dispose())
    writer = engine.execution_options(**{_WRITES: True})
    engine.sync_engine.update_execution_options(**{_BESIDE: beside, _WRITER: writer})
    return engine


def _done(engine: Engine, do: Callable[[Connection], T]) -> T:
    with engine.begin() as connection:
        return do(connection)


def _executed(engine: Engine, do: Callable[[Connection], T]) -> T:
    with engine.connect() as connection:
        return do(connection)


def _turn(engine: AsyncEngine) -> AbstractAsyncContextManager[None]:
    return engine.get_execution_options().get(_QUEUE) or nullcontext()


@asynccontextmanager
async def _translated(engine: AsyncEngine) -> AsyncIterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError, sqlite3.OperationalError, OSError) as error:
        raise unavailable(engine, error) from error


def unavailable(engine: AsyncEngine, error: Exception) -> UnavailableError:
    """Return the error that says which database is away, without its password, and why."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    reason = str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
    return UnavailableError(
        f"the database {engine.url.render_as_string(hide_password=True)} does not answer ({reason});"
        " check DATABASE_URL and that the server runs"
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 (a driver's own connection)
    connection.isolation_level = None  # the driver opens no transactions of its own: _begin_sqlite does
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    begin = _BEGIN_WRITING if connection.get_execution_options().get(_WRITES) else "BEGIN"
    # Past SQLAlchemy's cursor, which goes to the driver's thread three times, and past its errors.
    adapted: Any = connection.connection.dbapi_connection
    adapted.run_async(lambda driver: driver.execute(begin))
