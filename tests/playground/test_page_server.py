"""Who may speak with the page's server, what it refuses, and how it tells pages of changes."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import httpx
import pytest

from bot.errors import ConfigurationError, UnavailableError
from bot.playground.page_server import build_page_app
from bot.playground.playground import Playground
from bot.playground.requests import BotLine
from bot.playground.serving import address_of, listening, serving
from tests.playground.conftest import ADMIN, ASKER, BUYING, FINOPS, GENERAL, Page


@pytest.mark.parametrize("host", ["127.0.0.1:3000", "localhost:3000", "LOCALHOST", "127.0.0.1"])
async def test_it_answers_to_its_own_names(page: Page, host: str) -> None:
    response = await page.http.get("/api/state", headers={"Host": host})

    assert response.status_code == 200
    assert "default-src 'self'; img-src 'self' data:" in response.headers["content-security-policy"]
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:3000"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:4000"},
        {"Origin": "https://127.0.0.1:3000"},
        {"Origin": "null"},
    ],
)
async def test_foreign_hosts_and_origins_are_kept_out(page: Page, headers: dict[str, str]) -> None:
    said = {"as": ASKER, "channel": GENERAL, "thread_ts": None, "text": "hello"}

    response = await page.http.post("/api/say", json=said, headers=headers)

    assert response.status_code == 403
    assert response.json()["error"]
    assert await page.messages(ASKER) == []


async def test_its_own_pages_come_in(page: Page) -> None:
    said = {"as": ASKER, "channel": GENERAL, "thread_ts": None, "text": "hello"}

    response = await page.http.post("/api/say", json=said, headers={"Origin": "http://127.0.0.1:3000"})

    assert response.status_code == 200
    assert (await page.last(ASKER))["text"] == "hello"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (f"/api/conversation?id=C9&as={ADMIN}", "Mara Lindqvist is in no conversation with the id “C9”."),
        (f"/api/conversation?id={GENERAL}&as=U9", "There is nobody with the id “U9” here."),
        (f"/api/conversation?id={GENERAL}&as=U13HUGO", "There is nobody with the id “U13HUGO” here."),
        (f"/api/thread?channel={GENERAL}&ts=1.0&as={ADMIN}", "This message is not there any more."),
        ("/api/events?as=U9", "There is nobody with the id “U9” here."),
        ("/api/nothing", "Nothing matches the given URI"),
        ("/page/../slack.py", "Nothing matches the given URI"),
    ],
)
async def test_what_is_not_there_is_said_in_words(page: Page, path: str, words: str) -> None:
    response = await page.http.get(path)

    assert (response.status_code, response.json()) == (404, {"error": words})


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"as=U01MARA", "application/x-www-form-urlencoded", "Send JSON"),
        (b"{", "application/json", "This is no JSON."),
        (b"\xff", "application/json", "This is no JSON."),
        (b"[" * 100_000, "application/json", "This is no JSON."),
        (b"[]", "application/json", "This is no JSON object."),
        (b"{}", "application/json", "“as” is missing."),
        (b'{"as": 7}', "application/json", "“as” is missing."),
        (f'{{"as": "{ADMIN}", "channel": "{GENERAL}"}}'.encode(), "application/json", "“text” is missing."),
    ],
)
async def test_what_cannot_be_read_is_refused_in_words(page: Page, body: bytes, kind: str, words: str) -> None:
    response = await page.http.post("/api/say", content=body, headers={"Content-Type": kind})

    assert response.status_code == 400
    assert words in response.json()["error"]


async def test_parts_of_the_wrong_kind_are_refused_in_words(page: Page) -> None:
    where = {"view_id": "V1", "block_id": "b"}

    assert "“action” has no parts" in await page.refused("form/click", ADMIN, 400, action="x", **where)
    assert "by block and element" in await page.refused("form/submit", ADMIN, 400, view_id="V1", values={"b": 1})


async def test_a_body_that_is_too_long_is_not_read(page: Page) -> None:
    words = await page.refused("say", ASKER, 413, channel=GENERAL, thread_ts=None, text="x" * 1_000_001)

    assert words


async def test_the_page_and_its_files_are_served_and_nothing_beside_them(
    playground: Playground, tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "index.html").write_text("<title>Playground</title>")
    (folder / "page.js").write_text("export {};" * 1_000)
    transport = httpx.ASGITransport(build_page_app(playground, folder))

    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:3000") as http:
        page, script = await http.get("/"), await http.get("/page/page.js")
        beside = await http.get("/page/..%2Fsecret.txt")

    assert "Playground" in page.text
    assert script.headers["content-encoding"] == "gzip"
    assert script.headers["content-type"].startswith("text/javascript")
    assert beside.status_code == 404


@asynccontextmanager
async def open_tab(http: httpx.AsyncClient, person: str) -> AsyncIterator[AsyncIterator[list[str]]]:
    """Follow the changes as a page does."""
    async with http.stream("GET", "/api/events", params={"as": person}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.aiter_lines()
        assert await anext(lines) == "retry: 1000"
        yield changes(lines)


async def changes(lines: AsyncIterator[str]) -> AsyncIterator[list[str]]:
    async for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))["what"]


async def test_ten_tabs_hear_of_a_message_and_end_when_the_server_does(playground: Playground) -> None:
    said = {"as": ASKER, "channel": GENERAL, "thread_ts": None, "text": "hello"}
    async with AsyncExitStack() as opened:
        listener = opened.enter_context(listening(0))
        http = await opened.enter_async_context(httpx.AsyncClient(base_url=address_of(listener), timeout=10))
        await opened.enter_async_context(serving(build_page_app(playground), listener))
        tabs = [await opened.enter_async_context(open_tab(http, ADMIN)) for _ in range(10)]

        await http.post("/api/say", json=said)
        heard = [await anext(tab) for tab in tabs]
        playground.changes.end()
        over = [[what async for what in tab] for tab in tabs]

    assert all(f"conversation:{GENERAL}" in what for what in heard)
    assert len(over) == 10


async def test_a_page_hears_of_its_own_person_only_and_of_a_change_once(playground: Playground) -> None:
    with playground.changes.reader(ADMIN) as mine, playground.changes.reader(ASKER) as other:
        playground.changes.tell("home", only=ADMIN)
        playground.changes.tell("home", "state", only=ADMIN)

        assert await mine.read(1) == ("home", "state")
        assert await other.read(0.01) == ()


async def test_who_comes_back_after_the_server_was_away_finds_everything(
    playground: Playground, page: Page
) -> None:
    await page.say(ASKER, "before")
    again = httpx.ASGITransport(build_page_app(playground))

    async with httpx.AsyncClient(transport=again, base_url="http://127.0.0.1:3000") as http:
        shown = (await http.get("/api/conversation", params={"id": GENERAL, "as": ADMIN})).json()

    assert [one["text"] for one in shown["messages"]] == ["before"]


def test_the_next_free_port_is_taken_and_only_loopback() -> None:
    with listening(0) as first:
        host, port = first.getsockname()
        with listening(port) as second:
            assert second.getsockname()[1] > port
            assert address_of(second).startswith("http://127.0.0.1:")

    assert host == "127.0.0.1"


def test_where_no_port_is_free_the_line_says_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 65_535))
        taken.listen()
        with pytest.raises(ConfigurationError, match="none of 65535 to 65535 is free"), listening(65_535):
            raise AssertionError("it was free")


async def test_a_bot_that_does_not_answer_or_fails_is_told_in_words() -> None:
    async def fail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(fail, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with aiohttp.ClientSession() as session, server:
        with pytest.raises(UnavailableError, match="answered with the status 500"):
            await BotLine(session, f"http://127.0.0.1:{port}", "s").event({})
        with pytest.raises(UnavailableError, match="does not answer"):
            await BotLine(session, "http://127.0.0.1:1", "s").command({"text": BUYING, "channel_id": FINOPS})
