"""What has changed, told to every open page; what a page has not read yet is told it once."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Reader:
    """One open page, and the person it is shown to."""

    person_id: str
    is_over: bool = False
    _unread: dict[str, None] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self, patience_seconds: float) -> tuple[str, ...]:
        """Return what has changed since the last time; nothing if that takes too long, or it is over."""
        try:
            async with asyncio.timeout(patience_seconds):
                await self._news.wait()
        except TimeoutError:
            return ()
        self._news.clear()
        read = tuple(self._unread)
        self._unread.clear()
        return read

    def tell(self, *what: str) -> None:
        """Note that something has changed."""
        self._unread |= dict.fromkeys(what)
        self._news.set()

    def end(self) -> None:
        """Let the page go; it comes back by itself if it can."""
        self.is_over = True
        self._news.set()


class Changes:
    """The open pages."""

    def __init__(self) -> None:
        self._readers: list[Reader] = []

    @contextmanager
    def reader(self, person_id: str) -> Iterator[Reader]:
        """Read along while the block runs."""
        reader = Reader(person_id)
        self._readers.append(reader)
        try:
            yield reader
        finally:
            self._readers.remove(reader)

    def tell(self, *what: str, only: str | None = None) -> None:
        """Tell every page, or those of one person, what has changed."""
        for reader in self._readers:
            if only is None or reader.person_id == only:
                reader.tell(*what)

    def end(self) -> None:
        """Let every page go: the server stops."""
        for reader in self._readers:
            reader.end()
