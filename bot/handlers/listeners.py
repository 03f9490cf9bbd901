"""Between Bolt and the handlers: acknowledge, parse, call one handler inside the guard, reply."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeAlias

import structlog
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.blocks.text import Message
from bot.errors import UnavailableError
from bot.handlers.commands import Command, parse_command
from bot.handlers.guard import guarded
from bot.handlers.payloads import (
    Click,
    IncomingMessage,
    Payload,
    SlashCommand,
    click,
    incoming_message,
    slash_command,
)
from bot.handlers.replies import ClickReply, Later

_log = structlog.get_logger(__name__)
Listener: TypeAlias = Callable[..., Awaitable[None]]
CommandHandler: TypeAlias = Callable[[SlashCommand, Any], Awaitable[Message | Later]]


class Messenger(Protocol):
    """Posts messages; ``UnavailableError`` if Slack does not take one."""

    async def post(self, channel_id: str, message: Message, thread_ts: str | None) -> None:
        """Post in a channel, or in one of its threads."""


def on_command(handlers: Mapping[type[Command], CommandHandler]) -> Listener:
    """Return a listener for a slash command: the answer travels in the acknowledgement, for the asker's eyes."""
    waiting: set[asyncio.Task[None]] = set()  # a task nobody holds may be collected before it ends

    async def answer(command: SlashCommand) -> Message | Later:
        parsed = parse_command(command.text)
        return await handlers[type(parsed)](command, parsed)

    async def finish(later: Later, command: SlashCommand, respond: AsyncRespond) -> None:
        await _respond(respond, await guarded(later.then, command), replace_original=True)

    async def listener(ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        command = slash_command(body)
        reply = await guarded(answer, command)
        if isinstance(reply, Later):
            task = asyncio.create_task(finish(reply, command, respond))
            waiting.add(task)
            task.add_done_callback(waiting.discard)
            reply = reply.now
        await ack(response_type="ephemeral", text=reply.text, blocks=reply.blocks)

    return listener


def on_message(handler: Callable[[IncomingMessage], Awaitable[Message | None]], messenger: Messenger) -> Listener:
    """Return a listener for messages to the bot: the answer is posted in the message's thread."""

    async def listener(ack: AsyncAck, body: Payload) -> None:
        await ack()
        incoming = incoming_message(body)
        if incoming is None:
            return
        message = await guarded(handler, incoming)
        if message is not None:
            await _post(messenger, incoming.channel_id, message, incoming.thread_ts or incoming.ts)

    return listener


def on_click(handler: Callable[[Click], Awaitable[ClickReply]], messenger: Messenger) -> Listener:
    """Return a listener for a button or select: what happens is what the handler's ``ClickReply`` says."""

    async def listener(ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        await ack()
        clicked = click(body)
        reply = await guarded(handler, clicked)
        if isinstance(reply, Message):
            reply = ClickReply(note=reply)
        if reply.announcement:
            await _respond(respond, reply.announcement, response_type="in_channel", replace_original=False)
        if reply.replacement:
            await _respond(respond, reply.replacement, replace_original=True)
        if reply.note:
            await _respond(respond, reply.note, response_type="ephemeral", replace_original=False)
        if reply.follow_up:
            thread_ts = clicked.thread_ts or clicked.message_ts
            await _post(messenger, clicked.channel_id, reply.follow_up, thread_ts)

    return listener


async def _post(messenger: Messenger, channel_id: str, message: Message, thread_ts: str) -> None:
    try:
        await messenger.post(channel_id, message, thread_ts)
    except UnavailableError as error:
        _log.warning("answer_not_posted", channel=channel_id, error=str(error))


async def _respond(respond: AsyncRespond, message: Message, **options: str | bool) -> None:
    response = await respond(text=message.text, blocks=message.blocks, **options)  # type: ignore[arg-type]
    if response.status_code != 200:  # noqa: PLR2004 (HTTP OK)
        _log.warning("reply_not_taken", status=response.status_code, error=response.body[:200])
