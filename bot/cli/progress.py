"""How far something long has come: bars on stderr, where that is a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bot.teams.transfer_people import Report


@contextmanager
def progress_bars() -> Iterator[Report | None]:
    """Show a bar for each thing that is reported, while in the block; none where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, TaskID

    tasks: dict[str, TaskID] = {}
    with Progress(console=Console(stderr=True), transient=True) as bars:

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield report
