"""The database goes away and comes back while people ask; nothing is started anew."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import build_bot
from bot.bootstrap import build_services
from bot.http import build_http_app
from bot.knowledge.routing import Router
from bot.messenger import build_client
from bot.playground.slack import SlackStandIn
from bot.settings import Settings
from bot.slack_directory import SlackDirectory
from bot.storage.engine import TRUSTED_SECONDS, build_engine
from bot.storage.schema import upgrade
from tests.conftest import blank_database
from tests.fakes import FakeClock
from tests.scenarios.conftest import ADMIN, BUYING, CHANNEL, OWNER, SIGNING_SECRET, HttpLine, Stage

AWAY = "I cannot reach what I need to answer right now. Please try again in a minute."


@dataclass
class Cable:
    """Leads to the database, until it is cut; what flows through it then is lost."""

    host: str
    port: int
    _server: asyncio.Server | None = None
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _own_port: int = 0

    async def plug_in(self) -> int:
        """Let connections through, on the same port each time; return it."""
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self._own_port)
        self._own_port = self._server.sockets[0].getsockname()[1]
        return self._own_port

    async def cut(self) -> None:
        """Break every connection, and take no new one."""
        assert self._server
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        await asyncio.sleep(0)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(self.host, self.port)
        self._writers += [writer, there_writer]
        with contextlib.suppress(OSError):
            await asyncio.gather(_flow(reader, there_writer), _flow(there_reader, writer))


async def _flow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(65_536):
        writer.write(some)
        await writer.drain()
    writer.close()


@pytest.fixture(name="cable")
async def a_cable(tmp_path: Path) -> AsyncIterator[tuple[Cable, AsyncEngine]]:
    """A PostgreSQL behind a cable, and the engine of a bot that knows nothing of it."""
    async for direct in blank_database("postgresql", tmp_path):
        await upgrade(direct)
        cable = Cable(direct.url.host or "127.0.0.1", direct.url.port or 5432)
        port = await cable.plug_in()
        through = direct.url.set(host="127.0.0.1", port=port)
        engine = build_engine(through.render_as_string(hide_password=False))
        yield cable, engine
        await engine.dispose()
        await cable.cut()


@pytest.fixture(name="wired")
async def a_stage_on_a_cable(
    cable: tuple[Cable, AsyncEngine], slack: SlackStandIn, settings: Settings, router: Router
) -> AsyncIterator[Stage]:
    client = build_client(settings)
    clock = FakeClock()
    services = build_services(settings, cable[1], router, SlackDirectory(client), clock)
    bot = build_bot(services, client)
    http_app = build_http_app(bot.app, SIGNING_SECRET, services.check_ready)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(http_app), base_url="http://bot") as http:
        yield Stage(slack, services, bot.answering, HttpLine(http), clock)


async def status(stage: Stage, path: str) -> int:
    assert isinstance(stage.line, HttpLine)
    return (await stage.line.client.get(path)).status_code


def said(message: Mapping[str, Any]) -> str:
    return str(message["text"])


async def test_everybody_who_asks_is_told_and_all_recovers_without_a_restart(
    wired: Stage, cable: tuple[Cable, AsyncEngine]
) -> None:
    await wired.slash(f"assign <@{OWNER}> procurement", ADMIN)
    answer = await wired.slash(f"who-owns {BUYING}")
    assert f"ask <@{OWNER}>" in said(answer)

    await cable[0].cut()

    assert said(await wired.slash(f"who-owns {BUYING}")) == AWAY
    assert said(await wired.slash("team list")) == AWAY
    mentioned = await wired.mention(BUYING)
    assert (said(mentioned), mentioned["channel"]) == (AWAY, CHANNEL)
    await wired.click(answer, "Share in channel", ephemeral=True)
    assert said(wired.responses[-1]) == AWAY
    assert [await status(wired, path) for path in ("/health", "/ready")] == [200, 503]

    await cable[0].plug_in()

    assert await status(wired, "/ready") == 200
    assert said(await wired.slash(f"who-owns {BUYING}")) == said(answer)
    assert f"ask <@{OWNER}>" in said(await wired.mention(BUYING))


async def test_a_message_that_was_not_kept_is_kept_when_slack_sends_it_again(
    wired: Stage, cable: tuple[Cable, AsyncEngine]
) -> None:
    await cable[0].cut()
    ts = await wired.say(BUYING)
    await cable[0].plug_in()

    await wired.say(BUYING, ts=ts)
    await wired.say(BUYING, ts=ts)

    assert [said(one) == AWAY for one in wired.posted] == [True, False]


async def test_an_idle_connection_that_broke_is_replaced_before_anybody_notices(
    wired: Stage, cable: tuple[Cable, AsyncEngine]
) -> None:
    first = await wired.slash(f"who-owns {BUYING}")
    await cable[0].cut()
    await cable[0].plug_in()
    await asyncio.sleep(TRUSTED_SECONDS)

    again = await wired.slash(f"who-owns {BUYING}")

    assert said(again) == said(first)
