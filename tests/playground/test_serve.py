"""The one process of a playground: it says where it is, answers there, and ends when it is told to."""

import asyncio
import os
import signal
from pathlib import Path

import httpx
import pytest

from bot.knowledge.routing import Router
from bot.playground.beginnings import beginnings
from bot.playground.serve import serve_playground
from bot.settings import Settings


async def test_it_announces_where_it_answers_and_stops_with_pages_open(
    playground_settings: Settings, router: Router, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    announced: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(
        serve_playground(playground_settings, router, beginnings(None), announced.set_result)
    )
    address = await asyncio.wait_for(announced, 30)

    async with httpx.AsyncClient(base_url=address, timeout=10) as http:
        state = await http.get("/api/state")
        async with http.stream("GET", "/api/events", params={"as": "U01MARA"}) as events:
            lines = events.aiter_lines()
            assert await anext(lines) == "retry: 1000"
            os.kill(os.getpid(), signal.SIGTERM)
            rest = [line async for line in lines]
    await asyncio.wait_for(running, 10)

    assert state.json()["workspace"] == "Made-up company"
    assert all(not line.startswith("event") for line in rest)
