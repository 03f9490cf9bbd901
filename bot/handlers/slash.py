"""Slash commands: the answer travels in the acknowledgement, for the asker's eyes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import orjson
import structlog
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest, AsyncRespond

from bot.blocks.text import Message
from bot.handlers.commands import Command
from bot.handlers.grammar import parse_command
from bot.handlers.guard import guarded
from bot.handlers.listeners import Messenger, responded
from bot.handlers.payloads import Payload, SlashCommand, slash_command
from bot.handlers.replies import Later, OpenForm
from bot.request_id import bind_request_id

_log = structlog.get_logger(__name__)
CommandHandler: TypeAlias = Callable[[SlashCommand, Any], Awaitable[Message | Later | OpenForm]]


class SlashCommands:
    """Answers one slash command, whatever is typed after it."""

    def __init__(self, name: str, handlers: Mapping[type[Command], CommandHandler], messenger: Messenger) -> None:
        self.name = name
        self._handlers = handlers
        self._messenger = messenger
        self._waiting: set[asyncio.Task[None]] = set()  # a task nobody holds may be collected before it ends

    async def answer(self, body: Payload, respond: AsyncRespond) -> Message | None:
        """Return the answer, none where a form opens instead; what takes longer follows through ``respond``."""
        command = slash_command(body)
        reply = await guarded(self._answer, command)
        if not isinstance(reply, Later):
            return reply
        task = asyncio.create_task(self._finish(reply, command, respond))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return reply.now

    async def _answer(self, command: SlashCommand) -> Message | Later | None:
        parsed = parse_command(command.text)
        reply = await self._handlers[type(parsed)](command, parsed)
        if not isinstance(reply, OpenForm):
            return reply
        await self._messenger.open_form(command.trigger_id, reply.view)
        return None

    @staticmethod
    async def _finish(later: Later, command: SlashCommand, respond: AsyncRespond) -> None:
        await responded(respond, await guarded(later.then, command), replace_original=True)


class SlackApp(AsyncApp):
    """A Bolt app in which a slash command takes no way through middleware and listeners.

    Commands are most of what comes in, and the way costs as much as finding the owner: a Web API client for each
    request, an authorization, and every argument that a listener could ask for, twice.
    """

    _commands: SlashCommands | None = None

    def answer_commands(self, commands: SlashCommands) -> None:
        """Have this slash command answered."""
        self._commands = commands

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Answer a slash command; everything else is Bolt's."""
        commands = self._commands
        if commands is None or req.body.get("command") != commands.name or "ssl_check" in req.body:
            return await super().async_dispatch(req)
        bind_request_id()
        try:
            return await self._answered(commands, req.body)
        except Exception as error:  # noqa: BLE001 (a payload that is none of Slack's, or a block it would not take)
            _log.error("listener_failed", error=type(error).__name__, exc_info=error)
            return BoltResponse(status=500)

    async def _answered(self, commands: SlashCommands, body: Payload) -> BoltResponse:
        respond = AsyncRespond(response_url=body.get("response_url"), proxy=self.client.proxy, ssl=self.client.ssl)
        message = await commands.answer(body, respond)
        if message is None:
            return BoltResponse(status=200)
        answer = {"response_type": "ephemeral", **message.payload()}
        return BoltResponse(status=200, body=orjson.dumps(answer).decode())
