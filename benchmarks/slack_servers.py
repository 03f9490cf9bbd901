"""The servers that bench_slack.py asks, each a process of its own: the bot, and a Bolt app that only acks."""

import asyncio
import multiprocessing
import os
import resource
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.clock import system_clock
from bot.playground.slack import BOT_TOKEN, WORKSPACE_ID
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.engine import build_engine
from bot.storage.schema import upgrade
from bot.storage.teams import SqlTeamStore
from bot.surface import Surface
from bot.teams.model import Actor, Assignee, Assignment, Cell, Rank, Team

SECRET = "benchmark"  # noqa: S105 (made up)
PEOPLE = tuple(f"U{number:09}" for number in range(3_000))
AREAS = ("Checkout", "Search", "Billing", "Fraud", "Mobile", "Media", "Maps", "Ads", "Ledger", "Identity")
TEAMS = tuple(f"{area} {kind}" for area in AREAS for kind in ("Platform", "Web", "Pipelines", "Services", "Tools"))
HELD_BY_TEAMS = ("engineering", "finance", "product")
HELD_FOR_ALL = (
    *("practitioner", "leadership", "procurement", "finance", "itsm", "itam", "itfm", "security"),
    "sustainability",
)
UNTIL_UP_SECONDS = 120


@dataclass(frozen=True)
class Server:
    """A server that runs, and what it takes of the machine."""

    address: str
    pid: int

    @property
    def megabytes(self) -> float:
        """Resident memory of the largest of its processes, in MB."""
        pages = max(int(Path(f"/proc/{one}/statm").read_text("utf-8").split()[1]) for one in self._processes())
        return pages * resource.getpagesize() / 1e6

    @property
    def processor_seconds(self) -> float:
        """Time on a processor since it started, of all its processes and threads, in seconds."""
        return sum(_processor_seconds(one) for one in self._processes())

    @property
    def open_files(self) -> int:
        """How many files and connections it holds, in all its processes."""
        return sum(1 for one in self._processes() for _ in Path(f"/proc/{one}/fd").iterdir())

    def _processes(self) -> tuple[int, ...]:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("utf-8").split()
        return self.pid, *map(int, children)


@asynccontextmanager
async def acknowledging(slack_url: str) -> AsyncIterator[Server]:
    """Run a Bolt app that acknowledges the command and does nothing."""
    port = _free_port()
    process = multiprocessing.get_context("spawn").Process(
        target=_acknowledge, args=(port, slack_url), daemon=True
    )
    process.start()
    try:
        yield await _up(port, process.pid or 0)
    finally:
        process.kill()
        process.join(10)


@asynccontextmanager
async def answering(slack_url: str, database_url: str) -> AsyncIterator[Server]:
    """Run the bot, as it is installed, for a company of fifty teams."""
    engine = build_engine(database_url)
    await upgrade(engine)
    await _fill(engine)
    await engine.dispose()
    port = _free_port()
    environment = {
        **os.environ,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": slack_url,
        "DATABASE_URL": database_url,
        "PORT": str(port),
        "LOG_LEVEL": "ERROR",
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", env=environment)
    try:
        yield await _up(port, process.pid)
    finally:
        process.terminate()
        await process.wait()


def _acknowledge(port: int, slack_url: str) -> None:
    """Serve a Bolt app as Bolt's documentation builds one: with its own adapter, and nothing of the bot's."""
    app = AsyncApp(client=AsyncWebClient(token=BOT_TOKEN, base_url=slack_url), signing_secret=SECRET)
    handler = AsyncSlackRequestHandler(app)

    async def acknowledge(ack: AsyncAck) -> None:
        await ack(response_type="ephemeral", text="ok")

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    app.command("/finops")(acknowledge)
    routes = [Route("/slack/events", events, methods=["POST"]), Route("/health", health)]
    # The bot's own event loop: uvicorn would take another one, if it happens to be installed.
    uvicorn.run(
        Starlette(routes=routes), host="127.0.0.1", port=port, loop="asyncio", log_config=None, access_log=False
    )


async def _fill(engine: AsyncEngine) -> None:
    """Enter the company's teams, who holds what for each, and for all."""
    teams, assignments = SqlTeamStore(engine), SqlAssignmentStore(engine)
    by, now, people = Actor(WORKSPACE_ID, PEOPLE[0], Surface.FILE), system_clock(), iter(PEOPLE)
    if await teams.count_teams(WORKSPACE_ID):
        return
    cells = [Cell(persona, None) for persona in HELD_FOR_ALL]
    for number, name in enumerate(TEAMS):
        await teams.add_team(by, Team(f"team{number}", name, members=(PEOPLE[-number - 1],)), now)
        cells += [Cell(persona, f"team{number}") for persona in HELD_BY_TEAMS]
    for number, cell in enumerate(cells):
        assignee = Assignee.from_id(next(people))
        held = Assignment(f"held{number}", cell, assignee, Rank.PRIMARY, now, None, PEOPLE[0], now, now)
        await assignments.assign(by, held)


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # in user mode, and in the kernel


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


async def _up(port: int, pid: int) -> Server:
    """Return the server when it answers."""
    server = Server(f"http://127.0.0.1:{port}", pid)
    async with asyncio.timeout(UNTIL_UP_SECONDS), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{server.address}/health") as response:
                    if await response.json() == {"status": "ok"}:
                        return server
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
