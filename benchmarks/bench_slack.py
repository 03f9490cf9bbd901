"""``/finops who-owns`` over HTTP, beside a Bolt app that only acknowledges, in one run on one machine.

    python benchmarks/bench_slack.py [--seconds N] [--postgres URL]

Each server is a process of its own; this process asks, with signed requests, over one and over 16 connections in
turn, and answers the bot's look-ups as the stand-in Slack.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import multiprocessing
import os
import resource
import socket
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import uvicorn
from pydantic import SecretStr
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import build_bot
from bot.bootstrap import build_router, build_services
from bot.clock import system_clock
from bot.http import build_http_app
from bot.messenger import build_client
from bot.playground.slack import APP_TOKEN, BOT_TOKEN, WORKSPACE_ID, SlackStandIn
from bot.settings import Settings
from bot.slack_directory import SlackDirectory
from bot.storage.engine import build_engine
from bot.storage.schema import upgrade

SECRET = "benchmark"  # noqa: S105 (made up)
CONNECTIONS = (1, 16)
PEOPLE = 300
QUESTIONS = (
    "who signs off the savings plan",
    "the snowflake contract is up for renewal in march, who talks to their account exec?",
    "our r5 nodes idle at 10 percent cpu, can someone rightsize them",
    "book the accrual for the march aws invoice before month end close",
)


@dataclass(frozen=True)
class Figures:
    """What one server did: requests a second, and the slowest of a hundred answers, in milliseconds."""

    per_second: float
    p50: float
    p99: float


def main() -> None:
    """Print a table: each server over each number of connections, and its ratio to the first one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--postgres", help="an empty database, or one of this schema")
    given = parser.parse_args()
    asyncio.run(compare(given.seconds, given.postgres))


async def compare(seconds: float, postgres: str | None) -> None:
    """Run every server in turn and compare it with the first."""
    print(f"{os.cpu_count()} cores")
    print(
        "| Server | connections | requests/s | p50 ms | p99 ms | throughput × | p99 × | MB |\n" + "|---" * 8 + "|"
    )
    with tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": f"sqlite+aiosqlite:///{Path(folder) / 'bench.sqlite3'}"}
        urls |= {"PostgreSQL": postgres} if postgres else {}
        async with SlackStandIn() as slack:
            slack.users = {"U1ASKER": {"id": "U1ASKER", "name": "sam", "profile": {"display_name": "Sam"}}}
            base = await measured(acknowledging, (slack.api_url,), seconds)
            show("acknowledges only", base, base)
            for name, url in urls.items():
                show(f"who-owns, {name}", await measured(answering, (url, slack.api_url), seconds), base)


def show(name: str, found: tuple[dict[int, Figures], float], base: tuple[dict[int, Figures], float]) -> None:
    """Print a line per number of connections."""
    for connections, one in found[0].items():
        other = base[0][connections]
        print(
            f"| {name} | {connections} | {one.per_second:,.0f} | {one.p50:.1f} | {one.p99:.1f}"
            f" | {one.per_second / other.per_second:.2f} | {one.p99 / other.p99:.1f} | {found[1]:.0f} |",
            flush=True,
        )


async def measured(
    serve: Callable[..., None], arguments: tuple[str, ...], seconds: float
) -> tuple[dict[int, Figures], float]:
    """Start a server, ask it, end it; return the figures by number of connections, and its memory in MB."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen(128)
        port = bound.getsockname()[1]
        process = multiprocessing.get_context("fork").Process(target=serve, args=(bound, *arguments), daemon=True)
        process.start()
    try:
        address = f"http://127.0.0.1:{port}"
        await until_healthy(address)
        await load(address, 1, 1)
        figures = {connections: await load(address, connections, seconds) for connections in CONNECTIONS}
        return figures, memory_of(process.pid or 0)
    finally:
        process.kill()
        process.join(10)


async def load(address: str, connections: int, seconds: float) -> Figures:
    """Ask over so many connections for so long."""
    times: list[float] = []
    ends = time.perf_counter() + seconds
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(ask_until(session, address, ends, times, number) for number in range(connections)))
    ordered = sorted(times)
    return Figures(len(times) / seconds, statistics.median(ordered) * 1e3, ordered[int(len(ordered) * 0.99)] * 1e3)


async def ask_until(
    session: aiohttp.ClientSession, address: str, ends: float, times: list[float], number: int
) -> None:
    """Ask one question after the other, by many people in turn, so that nobody asks too much."""
    asked = number * 1_000_000
    while time.perf_counter() < ends:
        asked += 1
        form = {
            "command": "/finops",
            "text": f"who-owns {QUESTIONS[asked % len(QUESTIONS)]}",
            "team_id": WORKSPACE_ID,
            "user_id": f"U{asked % PEOPLE:09}",
            "channel_id": "C1CHANNEL",
            "response_url": f"{address}/nowhere",
            "trigger_id": "1.2",
        }
        body = urlencode(form).encode()
        started = time.perf_counter()
        async with session.post(f"{address}/slack/events", data=body, headers=signed(body)) as response:
            answer = await response.read()
            if response.status != 200:  # noqa: PLR2004 (HTTP OK)
                raise RuntimeError(f"{response.status}: {answer[:200]!r}")
        times.append(time.perf_counter() - started)


def signed(body: bytes) -> dict[str, str]:
    """Return the headers of a request of Slack's."""
    timestamp = str(int(time.time()))
    base = b"v0:" + timestamp.encode() + b":" + body
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": "v0=" + hmac.new(SECRET.encode(), base, hashlib.sha256).hexdigest(),
        "Content-Type": "application/x-www-form-urlencoded",
    }


async def until_healthy(address: str) -> None:
    """Return when the server answers; a minute at most."""
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            with suppress(aiohttp.ClientError):
                async with session.get(f"{address}/health") as response:
                    if json.loads(await response.read()) == {"status": "ok"}:
                        return
            await asyncio.sleep(0.1)


def acknowledging(bound: socket.socket, slack_url: str) -> None:
    """Serve a Bolt app that acknowledges the command and does nothing."""

    async def build() -> AsyncApp:
        client = AsyncWebClient(token=BOT_TOKEN, base_url=slack_url)
        app = AsyncApp(client=client, signing_secret="", request_verification_enabled=False)

        async def acknowledge(ack: AsyncAck) -> None:
            await ack(response_type="ephemeral", text="ok")

        app.command("/finops")(acknowledge)
        return app

    asyncio.run(serve_app(bound, build))


def answering(bound: socket.socket, database_url: str, slack_url: str) -> None:
    """Serve the whole bot."""
    settings = Settings(
        _env_file=None,
        slack_bot_token=SecretStr(BOT_TOKEN),
        slack_app_token=SecretStr(APP_TOKEN),
        slack_api_url=slack_url,
        database_url=database_url,
    )

    async def build() -> AsyncApp:
        engine = build_engine(settings.database_url)
        await upgrade(engine)
        client = build_client(settings)
        services = build_services(settings, engine, build_router(), SlackDirectory(client), system_clock)
        return build_bot(services, client).app

    asyncio.run(serve_app(bound, build))


async def serve_app(bound: socket.socket, build: Callable[[], Awaitable[AsyncApp]]) -> None:
    """Serve an app on a socket until the process is killed."""

    async def is_ready() -> None:
        """Be ready."""

    http_app = build_http_app(await build(), SECRET, is_ready)
    server = uvicorn.Server(uvicorn.Config(http_app, log_config=None, access_log=False))
    await server.serve(sockets=[bound])


def memory_of(pid: int) -> float:
    """Return the resident memory of a process, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1])
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()
