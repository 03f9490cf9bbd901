"""The stand-in: Slack's Web API, response addresses and Socket Mode, as far as the bot uses them.

It records every call, refuses what Slack would refuse, and can be told to fail, to be slow, or to ask for
patience. Everything it knows (people, groups) is set from outside.
"""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, Self

from aiohttp import WSMsgType, web

from bot.playground.channels import BOT_ID, BOT_USER_ID
from bot.playground.files import MAX_BYTES
from bot.playground.limits import message_problems
from bot.playground.refusal import Refused
from bot.playground.responses import Origin, Responses
from bot.playground.web_api import WORKSPACE_ID, WebApi

__all__ = ["APP_TOKEN", "BOT_ID", "BOT_TOKEN", "BOT_USER_ID", "WORKSPACE_ID", "Call", "SlackStandIn", "Trouble"]

BOT_TOKEN: Final = "xoxb-stand-in"  # noqa: S105 (made up, for the stand-in alone)
APP_TOKEN: Final = "xapp-stand-in"  # noqa: S105
_JSON_PARTS: Final = frozenset({"blocks", "metadata", "files", "view"})


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it arrived: a Web API method, or ``response`` for a response address."""

    method: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happens instead of an answer, or before it."""

    error: str | None = None
    retry_after: int | None = None
    delay: float = 0.0


class Watcher(Protocol):
    """Told what the bot did, after it was answered."""

    def called(self, call: Call, answer: Mapping[str, Any]) -> None:
        """Take note of a call of the Web API."""

    def responded(self, origin: Origin, arguments: Mapping[str, Any], problems: tuple[str, ...]) -> None:
        """Take note of what was sent to the response address of somebody's act; refused if it has ``problems``."""


@dataclass(slots=True)
class SlackStandIn(WebApi):
    """A Slack workspace on loopback; ``async with`` starts it on a free port."""

    calls: list[Call] = field(default_factory=list)
    responses: Responses = field(default_factory=Responses)
    watcher: Watcher | None = None
    _trouble: dict[str, deque[Trouble]] = field(default_factory=lambda: defaultdict(deque))
    _runner: web.AppRunner | None = None
    _connection: asyncio.Event = field(default_factory=asyncio.Event)
    _sockets: list[web.WebSocketResponse] = field(default_factory=list)
    _acknowledged: dict[str, asyncio.Future[Any]] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        """Start listening."""
        app = web.Application(client_max_size=MAX_BYTES + 100_000)
        app.router.add_route("*", "/api/{method}", self._answer)
        app.router.add_post("/response/{key}", self._take_response)
        app.router.add_post("/upload/{file_id}", self._take_file)
        app.router.add_get("/socket", self._hold_socket)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        for socket in self._sockets:
            await socket.close()
        if self._runner:
            await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        """What ``SLACK_API_URL`` has to be."""
        return f"{self.address}/api/"

    def response_url(self, origin: Origin | None = None) -> str:
        """Return a new response address, as commands and clicks carry one; without ``origin`` it stays good."""
        key = self.responses.issue(origin) if origin else str(next(self._numbers))
        return f"{self.address}/response/{key}"

    def fail(self, method: str, error: str) -> None:
        """Answer the next call of ``method``, or of a response address (``response``), with an error code."""
        self._trouble[method].append(Trouble(error=error))

    def limit_rate(self, method: str, retry_after: int) -> None:
        """Answer the next call of ``method`` with 429."""
        self._trouble[method].append(Trouble(retry_after=retry_after))

    def slow_down(self, method: str, delay: float) -> None:
        """Answer the next call of ``method`` after ``delay`` seconds."""
        self._trouble[method].append(Trouble(delay=delay))

    def sent(self, method: str) -> list[Mapping[str, Any]]:
        """Return the arguments of every call of ``method``, oldest first."""
        return [call.arguments for call in self.calls if call.method == method]

    async def deliver(self, kind: str, payload: Mapping[str, Any]) -> Any:  # noqa: ANN401 (whatever the ack holds)
        """Send ``payload`` through the socket and return the payload of its acknowledgement."""
        envelope_id = f"E{next(self._numbers)}"
        acknowledged = self._acknowledged[envelope_id] = asyncio.get_running_loop().create_future()
        await self._sockets[-1].send_json(
            {"envelope_id": envelope_id, "type": kind, "payload": payload, "accepts_response_payload": True}
        )
        return await asyncio.wait_for(acknowledged, 5)

    async def connected(self) -> None:
        """Return when the bot holds a socket; waits five seconds at most."""
        await asyncio.wait_for(self._connection.wait(), 5)

    async def _answer(self, request: web.Request) -> web.Response:
        call = Call(request.match_info["method"], await _arguments(request))
        self.calls.append(call)
        trouble = self._trouble[call.method].popleft() if self._trouble[call.method] else Trouble()
        await asyncio.sleep(trouble.delay)
        if trouble.retry_after is not None:
            return web.json_response(
                {"ok": False, "error": "ratelimited"},
                status=429,
                headers={"Retry-After": str(trouble.retry_after)},
            )
        if trouble.error:
            return web.json_response({"ok": False, "error": trouble.error})
        if request.headers.get("Authorization") not in {f"Bearer {BOT_TOKEN}", f"Bearer {APP_TOKEN}"}:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        answer = self.result(call.method, call.arguments)
        if self.watcher:
            self.watcher.called(call, answer)
        return web.json_response(answer)

    async def _take_response(self, request: web.Request) -> web.Response:
        key, arguments = request.match_info["key"], await _arguments(request)
        self.calls.append(Call("response", arguments))
        if self._trouble["response"]:
            return web.Response(status=500, text=self._trouble["response"].popleft().error or "")
        origin = None if key.isdigit() else self.responses.use(key)
        if isinstance(origin, Refused):
            self.validate("response", (origin.error,))
            return web.Response(status=404, text=origin.error)
        is_message = not arguments.get("delete_original")
        problems = self.validate("response", message_problems(arguments)) if is_message else ()
        if self.watcher and origin:
            self.watcher.responded(origin, arguments, problems)
        return web.Response(status=400, text="invalid_blocks") if problems else web.Response(text="ok")

    async def _take_file(self, request: web.Request) -> web.Response:
        is_taken = self.files.take(request.match_info["file_id"], await request.read())
        return web.Response(text="OK") if is_taken else web.Response(status=404, text="file_not_found")

    async def _hold_socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self._sockets.append(socket)
        self._connection.set()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                reply = message.json()
                self._acknowledged.pop(reply["envelope_id"]).set_result(reply.get("payload"))
        return socket


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Return what was sent, however: as JSON, as a form, or in the address."""
    if request.content_type == "application/json":
        return {**request.query, **await request.json()}
    form = await request.post() if request.method == "POST" else {}
    sent = {**request.query, **{key: value for key, value in form.items() if isinstance(value, str)}}
    return {key: json.loads(value) if key in _JSON_PARTS else value for key, value in sent.items()}
