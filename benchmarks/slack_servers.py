"""The servers that bench_slack.py asks, each a process of its own: the bot, and a Bolt app that only acks."""

import asyncio
import multiprocessing
import resource
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import uvicorn
from pydantic import SecretStr
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import serve
from bot.bootstrap import build_router, build_services
from bot.clock import system_clock
from bot.http import build_http_app
from bot.logs import configure_logging
from bot.messenger import build_client
from bot.playground.slack import BOT_TOKEN, WORKSPACE_ID
from bot.settings import Settings
from bot.slack_directory import SlackDirectory
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
        """Resident memory, in MB."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text("utf-8").split()[1])
        return pages * resource.getpagesize() / 1e6

    @property
    def open_files(self) -> int:
        """How many files and connections it holds."""
        return sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())


@asynccontextmanager
async def running(work: Callable[..., None], *arguments: str) -> AsyncIterator[Server]:
    """Run ``work(port, *arguments)`` in a process until the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=work, args=(port, *arguments), daemon=True)
    process.start()
    try:
        server = Server(f"http://127.0.0.1:{port}", process.pid or 0)
        await _until_healthy(server.address)
        yield server
    finally:
        process.kill()
        process.join(10)


def acknowledging(port: int, slack_url: str) -> None:
    """Serve a Bolt app that acknowledges the command and does nothing."""
    client = AsyncWebClient(token=BOT_TOKEN, base_url=slack_url)
    app = AsyncApp(client=client, signing_secret="", request_verification_enabled=False)

    async def acknowledge(ack: AsyncAck) -> None:
        await ack(response_type="ephemeral", text="ok")

    async def is_ready() -> None:
        """Be ready."""

    app.command("/finops")(acknowledge)
    http_app = build_http_app(app, SECRET, is_ready)
    uvicorn.run(http_app, host="127.0.0.1", port=port, log_config=None, access_log=False)


def answering(port: int, slack_url: str, database_url: str) -> None:
    """Serve the whole bot, as ``finops-bot run`` does, for a company of fifty teams."""
    settings = Settings(
        _env_file=None,
        slack_bot_token=SecretStr(BOT_TOKEN),
        slack_signing_secret=SecretStr(SECRET),
        slack_api_url=slack_url,
        database_url=database_url,
        port=port,
        log_level="ERROR",
    )
    configure_logging(settings)
    asyncio.run(_answer(settings))


async def _answer(settings: Settings) -> None:
    engine = build_engine(settings.database_url)
    await upgrade(engine)
    await _fill(engine)
    client = build_client(settings)
    services = build_services(settings, engine, build_router(), SlackDirectory(client), system_clock)
    await serve(settings, services, client)


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


async def _until_healthy(address: str) -> None:
    async with asyncio.timeout(UNTIL_UP_SECONDS), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{address}/health") as response:
                    if await response.json() == {"status": "ok"}:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
