"""The real bot, over HTTP and over a socket, against the stand-in Slack; nothing of ``bot`` is replaced."""

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx
import pytest
from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.answering import Answering
from bot.app import build_bot
from bot.bootstrap import build_services
from bot.http import build_http_app
from bot.knowledge.routing import Router
from bot.messenger import build_client
from bot.playground.limits import message_problems
from bot.playground.slack import APP_TOKEN, BOT_TOKEN, BOT_USER_ID, WORKSPACE_ID, SlackStandIn
from bot.services import Services
from bot.settings import Settings
from bot.slack_directory import SlackDirectory
from tests.fakes import FakeClock
from tests.markup import misread
from tests.scenarios.forms import Form, Home, opened

SIGNING_SECRET = "s1gning-secret"
ADMIN, ASKER, OWNER, LEFT = "U1ADMIN", "U1ASKER", "U1OWNER", "U1LEFT"
CHANNEL = "C1CHANNEL"

BUYING = "the snowflake contract is up for renewal in march, who talks to their account exec?"
CAKE = "who is bringing cake on friday?"


def a_user(user_id: str, name: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 (any field of a user)
    return {"id": user_id, "name": name.lower(), "profile": {"display_name": name}, "deleted": False, **changes}


class Line(Protocol):
    """How payloads reach the bot; returns what the bot acknowledged with."""

    async def send(self, kind: str, payload: Mapping[str, Any]) -> Any:  # noqa: ANN401 (whatever the ack holds)
        """Deliver a ``slash_commands``, ``events_api`` or ``interactive`` payload."""


@dataclass
class HttpLine:
    """Signed requests to the HTTP endpoint."""

    client: httpx.AsyncClient

    async def send(self, kind: str, payload: Mapping[str, Any]) -> Any:  # noqa: ANN401
        if kind == "events_api":
            body, content_type = json.dumps(payload), "application/json"
        else:
            form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            body, content_type = urlencode(form), "application/x-www-form-urlencoded"
        response = await self.post(body.encode(), content_type)
        assert response.status_code == 200, response.text
        return response.json() if response.content else None

    async def post(self, body: bytes, content_type: str = "application/json", **headers: str) -> httpx.Response:
        timestamp = str(int(time.time()))
        base = b"v0:" + timestamp.encode() + b":" + body
        signed = {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": "v0=" + hmac.new(SIGNING_SECRET.encode(), base, hashlib.sha256).hexdigest(),
            "Content-Type": content_type,
        }
        encoded = {name.encode(): value.encode("latin-1") for name, value in (signed | headers).items()}
        return await self.client.post("/slack/events", content=body, headers=encoded)


@dataclass
class SocketLine:
    """Envelopes through Socket Mode."""

    slack: SlackStandIn

    async def send(self, kind: str, payload: Mapping[str, Any]) -> Any:  # noqa: ANN401
        return await self.slack.deliver(kind, payload)


@dataclass
class Stage:
    """A workspace with the bot in it, and ways to act as its people."""

    slack: SlackStandIn
    services: Services
    answering: Answering
    line: Line
    clock: FakeClock
    _ts: Any = field(default_factory=lambda: itertools.count(1))

    async def slash(self, text: str, user: str = ASKER) -> dict[str, Any]:
        """Type ``/finops <text>`` and return the answer, which Slack must be able to show."""
        answer: dict[str, Any] = await self._typed(text, user)
        assert answer["response_type"] == "ephemeral"
        assert message_problems(answer) == ()
        assert misread(answer) == []
        return answer

    async def form(self, text: str, user: str = ASKER) -> Form:
        """Type ``/finops <text>`` and return the form that it opens."""
        return await opened(self.line.send, self.slack, user, self._typed(text, user))

    async def home(self, user: str = ASKER) -> Home:
        """Open App Home."""
        event = {"type": "app_home_opened", "user": user, "channel": "D1", "tab": "home"}
        await self.line.send("events_api", {"type": "event_callback", "team_id": WORKSPACE_ID, "event": event})
        return Home(self.line.send, self.slack, user)

    async def say(self, text: str, user: str = ASKER, *, ts: str | None = None, **changes: Any) -> str:  # noqa: ANN401
        """Write a message that the bot hears, and return its ``ts``; a mention unless changed."""
        ts = ts or f"1700000000.{next(self._ts):06}"
        event = {"type": "app_mention", "user": user, "text": text, "channel": CHANNEL, "ts": ts, **changes}
        await self.event(event)
        return ts

    async def event(self, event: Mapping[str, Any]) -> None:
        """Deliver an event, and wait until the bot has done what it makes it do."""
        authorizations = [{"team_id": WORKSPACE_ID, "user_id": BOT_USER_ID, "is_bot": True}]
        await self.line.send(
            "events_api",
            {
                "type": "event_callback",
                "team_id": WORKSPACE_ID,
                "authorizations": authorizations,
                "event": event,
            },
        )
        await self.answering.settle()

    async def mention(self, text: str, user: str = ASKER) -> Mapping[str, Any]:
        """Mention the bot and return the one message it posted."""
        before = len(self.posted)
        await self.say(f"<@{BOT_USER_ID}> {text}", user)
        (message,) = self.posted[before:]
        return message

    async def click(
        self,
        message: Mapping[str, Any],
        label: str,
        user: str = ASKER,
        *,
        ephemeral: bool = False,
        channel: str = CHANNEL,
    ) -> None:
        """Click the button, or choose the option, with this label."""
        element, action = _clickable(message, label)
        container = {
            "type": "message",
            "channel_id": channel,
            "message_ts": message.get("ts", "1700000001.000001"),
            "is_ephemeral": ephemeral,
        } | ({"thread_ts": message["thread_ts"]} if message.get("thread_ts") else {})
        payload = {
            "type": "block_actions",
            "team": {"id": WORKSPACE_ID},
            "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": WORKSPACE_ID},
            "container": container,
            "channel": {"id": channel},
            "trigger_id": "1.2",
            "response_url": self.slack.response_url(),
            "actions": [
                {
                    "block_id": "answer.actions",
                    "action_id": element["action_id"],
                    "type": element["type"],
                    **action,
                }
            ],
        }
        await self.line.send("interactive", payload)

    async def _typed(self, text: str, user: str) -> Any:  # noqa: ANN401 (whatever the ack holds)
        form = {
            "command": "/finops",
            "text": text,
            "team_id": WORKSPACE_ID,
            "user_id": user,
            "channel_id": CHANNEL,
            "response_url": self.slack.response_url(),
            "trigger_id": "1.2",
        }
        return await self.line.send("slash_commands", form)

    @property
    def posted(self) -> list[Mapping[str, Any]]:
        """Everything the bot posted."""
        return self.slack.sent("chat.postMessage")

    @property
    def responses(self) -> list[Mapping[str, Any]]:
        """Everything the bot sent to response addresses."""
        return self.slack.sent("response")


def _clickable(message: Mapping[str, Any], label: str) -> tuple[dict[str, Any], dict[str, Any]]:
    elements = [one for block in message["blocks"] for one in block.get("elements", []) if "action_id" in one]
    for element in elements:
        if element["type"] == "button" and element["text"]["text"] == label:
            return element, {"value": element["value"]}
        for option in element.get("options", []):
            if option["text"]["text"] == label:
                return element, {"selected_option": option}
    raise AssertionError(f"nothing labelled {label!r} to click")


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    """A stand-in workspace; at the end, nothing it was sent may break Slack's limits or be misread."""
    async with SlackStandIn() as stand_in:
        stand_in.users = {
            ADMIN: a_user(ADMIN, "Ada", is_admin=True),
            ASKER: a_user(ASKER, "Sam"),
            OWNER: a_user(OWNER, "Owen"),
            LEFT: a_user(LEFT, "Lee", deleted=True),
            "U1INGROUP": a_user("U1INGROUP", "Ines"),
        }
        stand_in.groups = {
            "S1ADMINS": {"id": "S1ADMINS", "handle": "finops-admins", "users": ["U1INGROUP"]},
            "S1BUYERS": {"id": "S1BUYERS", "handle": "buyers", "users": ["U1INGROUP"]},
        }
        yield stand_in
        assert stand_in.violations == []
        assert misread([call.arguments for call in stand_in.calls]) == []


@pytest.fixture
def settings(slack: SlackStandIn) -> Settings:
    return Settings(
        _env_file=None,
        slack_bot_token=SecretStr(BOT_TOKEN),
        slack_app_token=SecretStr(APP_TOKEN),
        slack_signing_secret=SecretStr(SIGNING_SECRET),
        slack_api_url=slack.api_url,
        finops_admins=("S1ADMINS",),
    )


@pytest.fixture(params=["http", "socket"])
async def stage(
    request: pytest.FixtureRequest,
    slack: SlackStandIn,
    settings: Settings,
    sqlite_engine: AsyncEngine,
    router: Router,
) -> AsyncIterator[Stage]:
    """The bot, reached over HTTP and, in a second run of each test, over Socket Mode."""
    client = build_client(settings)
    clock = FakeClock()
    services = build_services(settings, sqlite_engine, router, SlackDirectory(client), clock)
    bot = build_bot(services, client)
    app = bot.app
    if request.param == "http":
        http_app = build_http_app(app, SIGNING_SECRET, services.check_ready)
        transport = httpx.ASGITransport(http_app)
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as http:
            yield Stage(slack, services, bot.answering, HttpLine(http), clock)
        return
    handler = AsyncSocketModeHandler(app, APP_TOKEN)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.connected()
    yield Stage(slack, services, bot.answering, SocketLine(slack), clock)
    await handler.close_async()  # type: ignore[no-untyped-call]
