"""The folder that keeps what the bot of a playground knows: a database of its own, and what it was made from."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bot.errors import ConfigurationError

FOLDER: Final = Path("var/playground")
_DATABASE: Final = "playground.sqlite3"
_MADE_FROM: Final = "made-from"
_LOCK: Final = "lock"


class StateFolder:
    """One folder, for one process at a time."""

    def __init__(self, path: Path = FOLDER) -> None:
        self._path = path

    @property
    def database_url(self) -> str:
        """The database's address."""
        return f"sqlite+aiosqlite:///{self._path / _DATABASE}"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes out while the block runs; ``ConfigurationError`` if one has it already."""
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            lock = (self._path / _LOCK).open("w")
        except OSError as error:
            raise ConfigurationError(f"{self._path}: cannot be written: {error.strerror or error}") from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise ConfigurationError(
                    f"{self._path}: a playground runs here already; end it first, with Ctrl+C where it runs"
                ) from error
            yield

    def is_made_from(self, fingerprint: str) -> bool:
        """Tell whether the database is complete, and was made from the same files."""
        try:
            return (self._path / _MADE_FROM).read_text("utf-8") == fingerprint
        except (OSError, UnicodeDecodeError):
            return False

    def note_made_from(self, fingerprint: str) -> None:
        """Note that the database is complete."""
        (self._path / _MADE_FROM).write_text(fingerprint, "utf-8")

    def clear(self) -> None:
        """Remove the database; nobody may have it open."""
        for path in (self._path / _MADE_FROM, *self._path.glob(f"{_DATABASE}*")):
            path.unlink(missing_ok=True)
