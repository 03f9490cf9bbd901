"""A PostgreSQL server of a test's own: it is stopped, or crashes, without harm to any other on the machine."""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final, Literal, Self, TypeAlias

StopMode: TypeAlias = Literal["fast", "immediate"]
"""``fast`` ends all connections and shuts down in order; ``immediate`` drops everything, as a crash does."""

_DEBIANS_FOLDER: Final = Path("/usr/lib/postgresql")
_ACCOUNT: Final = "postgres"
"""Who the server runs as where the tests run as root: it refuses to be root itself."""

# It listens on a socket in its own folder alone. So nobody else can take its port while it is away, and nobody but
# who runs the tests gets in, which is why it asks for no password. All else is as PostgreSQL comes.
_CONFIGURATION: Final = """
listen_addresses = ''
port = 5432
unix_socket_directories = '{folder}'
"""


def why_not() -> str | None:
    """Return why there can be no server of our own on this machine; none if there can."""
    if _programs() is None:
        return "needs PostgreSQL's initdb and pg_ctl, in /usr/lib/postgresql or where pg_config says"
    if os.geteuid() == 0 and _account() is None:
        return f"needs the user {_ACCOUNT!r}: root cannot run a PostgreSQL server as itself"
    return None


class PostgresCluster:
    """A server with an empty database; ``async with`` makes it, starts it and takes it away again.

    What was committed survives both ways of stopping it: the operating system, which has it by then, goes on.
    """

    def __init__(self) -> None:
        """``restarts`` counts how often it was restarted."""
        self.restarts = 0
        self._folder = Path()

    async def __aenter__(self) -> Self:
        # Not in pytest's folder, which is closed to whoever the server runs as.
        self._folder = Path(tempfile.mkdtemp(prefix="finops-postgres-", dir="/tmp"))
        try:
            await self._make()
            await self._start()
        except BaseException:
            await self._remove()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._remove()

    @property
    def url(self) -> str:
        """The database's address."""
        return f"postgresql+psycopg://finops@/postgres?host={self._folder}"

    def url_through(self, port: int) -> str:
        """Return the database's address through a port on 127.0.0.1 that leads to ``socket``."""
        return f"postgresql+psycopg://finops@127.0.0.1:{port}/postgres"

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._folder / ".s.PGSQL.5432"

    @property
    def recoveries(self) -> int:
        """How often it found, when it started, that it had not been shut down."""
        return self._log.read_text().count("automatic recovery in progress")

    async def restart(self, mode: StopMode, seconds: float = 0) -> None:
        """Stop the server and, so many seconds later, start it; return when it takes connections again."""
        await self._stop(mode)
        await asyncio.sleep(seconds)
        await self._start()
        self.restarts += 1

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    async def _make(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self._folder, _ACCOUNT, _ACCOUNT)
        await self._run(
            "initdb", "--auth=trust", "--username=finops", "--encoding=UTF8", "--locale=C", "--no-sync"
        )
        with (self._data / "postgresql.conf").open("a") as configuration:
            configuration.write(_CONFIGURATION.format(folder=self._folder))

    async def _remove(self) -> None:
        try:
            if (self._data / "postmaster.pid").exists():
                await self._stop("immediate")
        finally:
            shutil.rmtree(self._folder)

    async def _start(self) -> None:
        await self._run("pg_ctl", "start", "--wait", f"--log={self._log}")

    async def _stop(self, mode: StopMode) -> None:
        await self._run("pg_ctl", "stop", "--wait", f"--mode={mode}")

    async def _run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs on this cluster; no variable of ours leads it to another."""
        folder = _programs()
        assert folder is not None
        process = await asyncio.create_subprocess_exec(
            folder / program,
            *arguments,
            env={"PATH": os.defpath, "LC_ALL": "C", "PGDATA": str(self._data)},
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **_as_account(),
        )
        said, _ = await process.communicate()
        logged = self._log.read_text() if self._log.exists() else ""
        assert process.returncode == 0, f"{program} {' '.join(arguments)}\n{said.decode()}\n{logged}"


def _programs() -> Path | None:
    """Return the folder of the newest server's programs; Debian keeps them out of the PATH."""
    versions = [folder for folder in _DEBIANS_FOLDER.glob("*/bin") if folder.parent.name.isdigit()]
    folders = sorted(versions, key=lambda folder: int(folder.parent.name), reverse=True)
    if pg_config := shutil.which("pg_config"):
        said = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False).stdout
        folders.append(Path(said.strip()))
    return next((one for one in folders if (one / "initdb").exists() and (one / "pg_ctl").exists()), None)


def _account() -> pwd.struct_passwd | None:
    return next((one for one in pwd.getpwall() if one.pw_name == _ACCOUNT), None)


def _as_account() -> dict[str, Any]:
    """Return what has a process run as the server's account, where we are root."""
    account = _account() if os.geteuid() == 0 else None
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
