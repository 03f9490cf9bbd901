"""The bot under load over HTTP, beside a Bolt app that only acknowledges, in one run on one machine.

    python benchmarks/bench_slack.py [--seconds N] [--postgres URL] [--soak MINUTES]

Each server is a process of its own; this process is Slack: it sends signed requests, takes the posts and answers
the look-ups. Questions are those of the own benchmark, for a company of fifty teams.

1. ``/finops who-owns`` over one and over 16 connections, in turns: answers a second, and how long each takes.
2. A burst: 200 mentions at once while Slack takes 800 ms for each post.
3. ``--soak``: commands and mentions at a steady pace, and what becomes of memory and open files.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Awaitable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from slack_servers import PEOPLE, Server, acknowledging, answering
from slack_traffic import Traffic, at_a_pace, connected, over_connections

from bot.playground.slack import SlackStandIn

CONNECTIONS = (1, 16)
TURNS = 5
BURST = 200
POST_SECONDS = 0.8
SOAK_PER_SECOND = 40
MENTIONED = 4
"""Every fourth question of the soak is a mention."""

LOOK_EVERY_SECONDS = 15


@dataclass
class Figures:
    """What one server did: how long each request took, in all how long it was asked, and its processor's time."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    processor_seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Requests a second."""
        return len(self.times) / self.seconds

    @property
    def processor(self) -> float:
        """Milliseconds of a processor for each request."""
        return self.processor_seconds / len(self.times) * 1e3

    def share(self, percent: int) -> float:
        """Return the milliseconds within which so many of the requests were answered."""
        return statistics.quantiles(self.times, n=100)[percent - 1] * 1e3


def main() -> None:
    """Print a table for each part."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--postgres", help="an empty database, or one of this schema")
    parser.add_argument("--soak", type=float, default=0, help="minutes")
    given = parser.parse_args()
    asyncio.run(run(given.seconds, given.postgres, given.soak))


async def run(seconds: float, postgres: str | None, soak_minutes: float) -> None:
    """Run every part on every database."""
    print(f"{os.cpu_count()} cores; a million additions in Python take {additions_ms():.0f} ms on one of them")
    with tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": f"sqlite+aiosqlite:///{Path(folder) / 'bench.sqlite3'}"}
        urls |= {"PostgreSQL": postgres} if postgres else {}
        async with SlackStandIn() as slack:
            slack.users = {one: {"id": one, "name": one.lower()} for one in PEOPLE}
            await compare(slack, urls, seconds)
            await bursts(slack, urls)
            if soak_minutes:
                await soaks(slack, urls, soak_minutes)


def additions_ms() -> float:
    """Return what tells how fast a processor is right now, the best of five, in milliseconds."""
    times = []
    for _ in range(5):
        started, total = time.thread_time(), 0
        for number in range(1_000_000):
            total += number
        times.append(time.thread_time() - started)
    return min(times) * 1e3


async def compare(slack: SlackStandIn, urls: dict[str, str], seconds: float) -> None:
    """Ask each server over each number of connections, and compare it with the first one.

    They take turns, so that what else goes on at this machine is nobody's in particular.
    """
    async with AsyncExitStack() as running:
        servers = {"acknowledges only": await running.enter_async_context(acknowledging(slack.api_url))}
        for name, url in urls.items():
            servers[f"who-owns, {name}"] = await running.enter_async_context(answering(slack.api_url, url))
        for server in servers.values():
            await warm(server)
        found = {name: {connections: Figures() for connections in CONNECTIONS} for name in servers}
        for _ in range(TURNS):
            for connections in CONNECTIONS:
                for name, server in servers.items():
                    await load(server, connections, seconds / TURNS, found[name][connections])
        show_load(found, servers)


async def warm(server: Server) -> None:
    """Have everybody ask once, so that Slack has been asked about everybody."""
    async with connected(max(CONNECTIONS)) as session:
        traffic = Traffic(server.address, session)
        await asyncio.gather(*(traffic.command() for _ in PEOPLE))


async def load(server: Server, connections: int, seconds: float, figures: Figures) -> None:
    """Ask over so many connections for so long."""
    before = server.processor_seconds
    figures.times += await over_connections(server.address, connections, seconds)
    figures.processor_seconds += server.processor_seconds - before
    figures.seconds += seconds


def show_load(found: dict[str, dict[int, Figures]], servers: dict[str, Server]) -> None:
    """Print a line per server and number of connections."""
    columns = ("Server", "connections", "requests/s", "p50 ms", "p99 ms", "throughput ×", "p99 ×", "CPU ms", "MB")
    print(heading(*columns))
    base = next(iter(found.values()))
    for name, by_connections in found.items():
        for connections, one in by_connections.items():
            other = base[connections]
            ratios = f"{one.per_second / other.per_second:.2f} | {one.share(99) / other.share(99):.1f}"
            figures = f"{one.per_second:,.0f} | {one.share(50):.1f} | {one.share(99):.1f} | {ratios}"
            taken = f"{one.processor:.2f} | {servers[name].megabytes:.0f}"
            print(f"| {name} | {connections} | {figures} | {taken} |", flush=True)


async def bursts(slack: SlackStandIn, urls: dict[str, str]) -> None:
    """Mention the bot many times at once; print how long acknowledgements took, and all answers."""
    print(heading(f"{BURST} mentions at once", "slowest ack, ms", "answered", "all after, s"))
    for name, url in urls.items():
        async with answering(slack.api_url, url) as server, connected(BURST) as session:
            traffic = Traffic(server.address, session)
            await warm(server)
            await asyncio.gather(*(traffic.command() for _ in range(BURST)))  # opens the connections
            for _ in range(BURST):
                slack.slow_down("chat.postMessage", POST_SECONDS)
            slack.calls.clear()
            slack.channels.messages.clear()
            started = time.perf_counter()
            times = await asyncio.gather(*(traffic.mention() for _ in range(BURST)))
            answered = await answers(slack, BURST, 60)
            took = time.perf_counter() - started
            print(f"| {name} | {max(times) * 1e3:.0f} | {answered} | {took:.1f} |", flush=True)


async def answers(slack: SlackStandIn, wanted: int, most_seconds: float) -> int:
    """Return how many threads were answered, when it is as many as wanted, or the time is over."""
    ends, found = time.perf_counter() + most_seconds, 0
    while found < wanted and time.perf_counter() < ends:
        await asyncio.sleep(0.05)
        messages = [one for some in slack.channels.messages.values() for one in some]
        found = len({one["thread_ts"] for one in messages if one.get("thread_ts")})
    return found


async def soaks(slack: SlackStandIn, urls: dict[str, str], minutes: float) -> None:
    """Ask at a steady pace; print what becomes of memory and open files."""
    print(heading(f"{minutes:.0f} minutes, {SOAK_PER_SECOND}/s", "minute", "MB", "open files"))
    for name, url in urls.items():
        async with answering(slack.api_url, url) as server, connected(16) as session:
            traffic = Traffic(server.address, session)
            turns = iter(range(10**9))

            def ask(traffic: Traffic = traffic, turns: Iterator[int] = turns) -> Awaitable[float]:
                return traffic.mention() if next(turns) % MENTIONED == 0 else traffic.command()

            looking = asyncio.create_task(look_on(name, server, slack))
            await at_a_pace(ask, SOAK_PER_SECOND, minutes * 60)
            looking.cancel()


async def look_on(name: str, server: Server, slack: SlackStandIn) -> None:
    """Print a line a minute, the largest of what is seen in it; this process forgets what it was told."""
    for minute in range(1_000):
        seen: deque[tuple[float, int]] = deque()
        for _ in range(int(60 / LOOK_EVERY_SECONDS)):
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            seen.append((server.megabytes, server.open_files))
            slack.calls.clear()
            slack.channels.messages.clear()
        megabytes, files = max(one for one, _ in seen), max(one for _, one in seen)
        print(f"| {name} | {minute + 1} | {megabytes:.1f} | {files} |", flush=True)


def heading(*columns: str) -> str:
    """Return the first lines of a table."""
    return f"\n| {' | '.join(columns)} |\n{'|---' * len(columns)}|"


if __name__ == "__main__":
    main()
