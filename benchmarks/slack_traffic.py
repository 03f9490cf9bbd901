"""What Slack sends in bench_slack.py: signed commands and mentions, and how long each waits for its answer."""

import asyncio
import csv
import gc
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
from slack_servers import PEOPLE, SECRET, TEAMS

from bot.playground.slack import BOT_USER_ID, WORKSPACE_ID

REFUSALS = (b"questions within a minute", b"Something went wrong", b"Please try again")
CHANNELS = tuple(f"C{number:09}" for number in range(40))


def questions() -> tuple[str, ...]:
    """Return the questions of the own benchmark, from which nothing was learnt; every third names a team."""
    path = Path(__file__).parents[1] / "config" / "benchmark.csv"
    with path.open(encoding="utf-8") as file:
        texts = [row["question"] for row in csv.DictReader(file)]
    return tuple(
        f"{text} for {TEAMS[number % len(TEAMS)]}" if number % 3 == 0 else text
        for number, text in enumerate(texts)
    )


class Traffic:
    """Sends to one server; nobody asks so often that they are told to wait."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self._address = f"{address}/slack/events"
        self._session = session
        self._texts = questions()
        self._numbers = itertools.count()

    async def command(self) -> float:
        """Ask by ``/finops who-owns``; return the seconds until the answer."""
        number = next(self._numbers)
        form = {
            "command": "/finops",
            "text": f"who-owns {self._texts[number % len(self._texts)]}",
            "team_id": WORKSPACE_ID,
            "user_id": PEOPLE[number % len(PEOPLE)],
            "channel_id": CHANNELS[number % len(CHANNELS)],
            "response_url": f"{self._address}/nowhere",
            "trigger_id": "1.2",
        }
        return await self._sent(urlencode(form).encode(), "application/x-www-form-urlencoded")

    async def mention(self) -> float:
        """Ask by a mention in a channel; return the seconds until it is acknowledged."""
        number = next(self._numbers)
        event = {
            "type": "app_mention",
            "user": PEOPLE[number % len(PEOPLE)],
            "text": f"<@{BOT_USER_ID}> {self._texts[number % len(self._texts)]}",
            "channel": CHANNELS[number % len(CHANNELS)],
            "ts": f"{time.time():.6f}",
            "event_ts": f"{time.time():.6f}",
        }
        body = {"type": "event_callback", "team_id": WORKSPACE_ID, "event_id": f"E{number}", "event": event}
        return await self._sent(json.dumps(body).encode(), "application/json")

    async def _sent(self, body: bytes, content_type: str) -> float:
        headers = {**_signed(body), "Content-Type": content_type}
        started = time.perf_counter()
        async with self._session.post(self._address, data=body, headers=headers) as response:
            answer = await response.read()
            if response.status != HTTPStatus.OK or any(words in answer for words in REFUSALS):
                raise RuntimeError(f"{response.status}: {answer[:200]!r}")
        return time.perf_counter() - started


async def over_connections(address: str, connections: int, seconds: float) -> list[float]:
    """Ask by command, one after the other over each connection; return how long each took, in seconds.

    This process does not pause for its own garbage meanwhile: it would count as the server's.
    """
    gc.collect()
    gc.disable()
    ends, times = time.perf_counter() + seconds, list[float]()
    async with connected(connections) as session:
        traffic = Traffic(address, session)

        async def ask() -> None:
            while time.perf_counter() < ends:
                times.append(await traffic.command())

        await asyncio.gather(*(ask() for _ in range(connections)))
    gc.enable()
    return times


def connected(connections: int) -> aiohttp.ClientSession:
    """Return a session with so many connections at most."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections))


async def at_a_pace(asking: Callable[[], Awaitable[float]], per_second: float, seconds: float) -> None:
    """Ask so often, however long each takes; ends when all are answered."""
    started, asked = time.perf_counter(), list[asyncio.Task[float]]()
    for number in range(int(per_second * seconds)):
        await asyncio.sleep(started + number / per_second - time.perf_counter())
        asked.append(asyncio.ensure_future(asking()))
    await asyncio.gather(*asked)


def _signed(body: bytes) -> dict[str, str]:
    timestamp = str(int(time.time()))
    base = b"v0:" + timestamp.encode() + b":" + body
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": "v0=" + hmac.new(SECRET.encode(), base, hashlib.sha256).hexdigest(),
    }
