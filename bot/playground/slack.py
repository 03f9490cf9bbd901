"""The stand-in: Slack's Web API, response addresses and Socket Mode, as far as the bot uses them.

It records every call, refuses what Slack would refuse, and can be told to fail, to be slow, or to ask for
patience. Everything it knows (people, groups) is set from outside.
"""

import asyncio
import itertools
import json
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from aiohttp import WSMsgType, web

from bot.playground.limits import message_problems

WORKSPACE_ID: Final = "T0STANDIN"
BOT_USER_ID: Final = "U0FINOPS"
BOT_ID: Final = "B0FINOPS"
BOT_TOKEN: Final = "xoxb-stand-in"  # noqa: S105 (made up, for the stand-in alone)
APP_TOKEN: Final = "xapp-stand-in"  # noqa: S105


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


@dataclass(slots=True)
class SlackStandIn:
    """A Slack workspace on loopback; ``async with`` starts it on a free port."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    address: str = ""
    _trouble: dict[str, deque[Trouble]] = field(default_factory=lambda: defaultdict(deque))
    _runner: web.AppRunner | None = None
    _connection: asyncio.Event = field(default_factory=asyncio.Event)
    _sockets: list[web.WebSocketResponse] = field(default_factory=list)
    _acknowledged: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def __aenter__(self) -> Self:
        """Start listening."""
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._answer)
        app.router.add_post("/response/{number}", self._take_response)
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

    def response_url(self) -> str:
        """Return a new response address, as commands and clicks carry one."""
        return f"{self.address}/response/{next(self._numbers)}"

    def fail(self, method: str, error: str) -> None:
        """Answer the next call of ``method`` with one of Slack's error codes."""
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
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls.append(Call(method, arguments))
        trouble = self._trouble[method].popleft() if self._trouble[method] else Trouble()
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
        return web.json_response(self._result(method, arguments))

    def _result(self, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        answers: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "auth.test": self._auth_test,
            "apps.connections.open": lambda _: {"url": f"{self.address.replace('http', 'ws', 1)}/socket"},
            "chat.postMessage": self._post_message,
            "users.info": lambda given: _found("user", self.users.get(given["user"]), "user_not_found"),
            "usergroups.list": lambda _: {"usergroups": list(self.groups.values())},
            "usergroups.users.list": self._group_members,
        }
        answer = answers.get(method)
        return {"ok": True, **answer(arguments)} if answer else {"ok": False, "error": "unknown_method"}

    def _auth_test(self, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "url": f"{self.address}/",
            "team": "Stand-in",
            "user": "finops",
            "team_id": WORKSPACE_ID,
            "user_id": BOT_USER_ID,
            "bot_id": BOT_ID,
        }

    def _post_message(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        problems = self._validate("chat.postMessage", arguments)
        if problems:
            return {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": list(problems)}}
        return {"channel": arguments["channel"], "ts": f"{1_800_000_000 + next(self._numbers)}.000100"}

    def _group_members(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        group = self.groups.get(arguments["usergroup"])
        return {"users": group["users"]} if group else {"ok": False, "error": "no_such_subteam"}

    async def _take_response(self, request: web.Request) -> web.Response:
        arguments = await _arguments(request)
        self.calls.append(Call("response", arguments))
        if self._validate("response", arguments):
            return web.Response(status=400, text="invalid_blocks")
        return web.Response(text="ok")

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

    def _validate(self, method: str, arguments: Mapping[str, Any]) -> tuple[str, ...]:
        problems = message_problems(arguments)
        self.violations += [f"{method}: {problem}" for problem in problems]
        return problems


def _found(name: str, value: object, error: str) -> dict[str, Any]:
    return {name: value} if value is not None else {"ok": False, "error": error}


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    if request.method == "GET":
        return dict(request.query)
    form = {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    return {key: json.loads(value) if key in {"blocks", "metadata"} else value for key, value in form.items()}
