"""Between Bolt and the handlers: acknowledge, parse, call one handler inside the guard, reply."""

import html
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol, TypeAlias

import structlog
from slack_bolt.async_app import AsyncAck, AsyncBoltContext, AsyncRespond
from slack_sdk.models.blocks import Option
from slack_sdk.models.views import View

from bot.blocks.notice import home_notice_view, notice_view
from bot.blocks.text import Message, plain_message
from bot.errors import UnavailableError
from bot.handlers.guard import guarded
from bot.handlers.messages import MessageHandlers
from bot.handlers.payloads import (
    Click,
    HomeOpened,
    MessageShortcut,
    OptionsRequest,
    Payload,
    Submission,
    ViewClick,
    changed_id,
    click,
    deleted_letter,
    edited_letter,
    home_opened,
    message_shortcut,
    new_letter,
    options_request,
    submission,
    view_click,
)
from bot.handlers.replies import ClickReply, Replacement, SubmissionReply, ViewReply

_log = structlog.get_logger(__name__)
_NOT_TAKEN: Final = plain_message("Slack did not take what I had to say there. Please click again.")
Listener: TypeAlias = Callable[..., Awaitable[None]]


class Messenger(Protocol):
    """Posts messages and opens views; ``UnavailableError`` if Slack does not take one."""

    async def open_form(self, trigger_id: str, view: View) -> None:
        """Open a form for the person whose click or command has this trigger."""

    async def update_form(self, view_id: str, view: View) -> None:
        """Put another form in the place of an open one."""

    async def publish_home(self, user_id: str, view: View) -> None:
        """Show a person their App Home."""

    async def post(self, channel_id: str, message: Message, thread_ts: str | None) -> None:
        """Post in a channel, or in one of its threads."""

    async def change(self, channel_id: str, ts: str, message: Message) -> None:
        """Put another message in the place of one of the bot's."""

    async def whisper(self, channel_id: str, user_id: str, message: Message) -> None:
        """Post in a channel what only this person sees."""


def on_message(handlers: MessageHandlers, messenger: Messenger) -> Listener:
    """Return a listener for messages: what Slack is told is accepted is kept first, and answered later.

    Where it cannot be kept, the person is told at once.
    """

    async def listener(ack: AsyncAck, body: Payload, context: AsyncBoltContext) -> None:
        problem: Message | None = None
        letter = new_letter(body)
        if letter is not None:
            problem = await guarded(handlers.accept, letter)
        elif deleted := deleted_letter(body):
            await guarded(handlers.delete, deleted)
        elif letter := edited_letter(body, context.bot_user_id or ""):
            await guarded(handlers.edit, letter)
        await ack()
        if problem is not None and letter is not None:
            await _post(messenger, letter.channel_id, problem, letter.thread)

    return listener


def on_click(handler: Callable[[Click], Awaitable[ClickReply]], messenger: Messenger) -> Listener:
    """Return a listener for a button or select: what happens is what the handler's ``ClickReply`` says.

    What is new stands where the click was: Slack puts it into the channel unless it names the thread.
    """

    async def listener(ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        await ack()
        clicked = click(body)
        reply = await guarded(handler, clicked)
        if isinstance(reply, Message):
            reply = ClickReply(note=reply)
        if reply.form:
            await _shown(messenger.open_form(clicked.trigger_id, reply.form))
        is_told = True
        if reply.announcement:
            is_told = await _add(respond, reply.announcement, "in_channel", clicked.thread_ts)
        if reply.follow_up:
            thread_ts = clicked.thread_ts or clicked.message_ts
            is_told = await _post(messenger, clicked.channel_id, reply.follow_up, thread_ts) and is_told
        if reply.told:
            await guarded(reply.told, is_told)
        if not is_told:
            reply = ClickReply(note=_NOT_TAKEN)
        if reply.replacement:
            await responded(respond, reply.replacement, replace_original=True)
        if reply.note:
            await _add(respond, reply.note, "ephemeral", clicked.thread_ts)

    return listener


def on_view_click(handler: Callable[[ViewClick], Awaitable[ViewReply]], messenger: Messenger) -> Listener:
    """Return a listener for a click inside a form or App Home; an error opens as a form of its own."""

    async def listener(ack: AsyncAck, body: Payload) -> None:
        await ack()
        clicked = view_click(body)
        reply = await guarded(handler, clicked)
        if isinstance(reply, Message):
            reply = ViewReply(form=notice_view(reply))
        if reply.home:
            await _shown(messenger.publish_home(clicked.user_id, reply.home))
        if reply.update:
            await _shown(messenger.update_form(clicked.view_id, reply.update))
        if reply.form:
            await _shown(messenger.open_form(clicked.trigger_id, reply.form))

    return listener


def on_submission(
    handler: Callable[[Submission], Awaitable[SubmissionReply]], messenger: Messenger, error_field: str
) -> Listener:
    """Return a listener for a form: its errors, or what comes next, travel in the acknowledgement.

    What the guard says stands beside ``error_field`` (a block id), so that nothing that was filled in is lost.
    """

    async def listener(ack: AsyncAck, body: Payload) -> None:
        submitted = submission(body)
        reply = await guarded(handler, submitted)
        if isinstance(reply, Message):
            reply = SubmissionReply(errors={error_field: html.unescape(reply.text)})
        if reply.errors:
            await ack(response_action="errors", errors=dict(reply.errors))
        elif reply.next_form:
            await ack(response_action="update", view=reply.next_form)
        else:
            await ack()
        if reply.home:
            await _shown(messenger.publish_home(submitted.user_id, reply.home))
        if reply.replacement:
            await _replaced(messenger, reply.replacement)

    return listener


def on_options(handler: Callable[[OptionsRequest], Awaitable[Sequence[Option]]]) -> Listener:
    """Return a listener for a select that asks for its options; where they cannot be told, there are none."""

    async def listener(ack: AsyncAck, body: Payload) -> None:
        found = await guarded(handler, options_request(body))
        await ack(options=[] if isinstance(found, Message) else list(found))

    return listener


def on_shortcut(handler: Callable[[MessageShortcut], Awaitable[Message]]) -> Listener:
    """Return a listener for a message shortcut: the answer is for the eyes of whoever used it."""

    async def listener(ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        await ack()
        used = message_shortcut(body)
        await _add(respond, await guarded(handler, used), "ephemeral", used.thread_ts)

    return listener


def on_home(handler: Callable[[HomeOpened], Awaitable[View]], messenger: Messenger) -> Listener:
    """Return a listener for App Home."""

    async def listener(ack: AsyncAck, body: Payload) -> None:
        await ack()
        opened = home_opened(body)
        if opened is None:
            return
        view = await guarded(handler, opened)
        shown = home_notice_view(view) if isinstance(view, Message) else view
        await _shown(messenger.publish_home(opened.user_id, shown))

    return listener


def on_change(forget: Callable[[str], None]) -> Listener:
    """Return a listener for events that tell that a person or user group has changed."""

    async def listener(ack: AsyncAck, body: Payload) -> None:
        await ack()
        forget(changed_id(body))

    return listener


async def _shown(showing: Awaitable[None]) -> None:
    """Await what shows a view; an error now would take back the acknowledgement of what is done already."""
    try:
        await showing
    except UnavailableError as error:
        _log.warning("view_not_shown", error=str(error))


async def _post(messenger: Messenger, channel_id: str, message: Message, thread_ts: str) -> bool:
    """Return whether Slack took it."""
    try:
        await messenger.post(channel_id, message, thread_ts)
    except UnavailableError as error:
        _log.warning("answer_not_posted", channel=channel_id, error=str(error))
        return False
    return True


async def _replaced(messenger: Messenger, change: Replacement) -> None:
    try:
        await messenger.change(change.channel_id, change.ts, change.message)
    except UnavailableError as error:
        _log.warning("reply_not_taken", channel=change.channel_id, error=str(error))


async def _add(respond: AsyncRespond, message: Message, response_type: str, thread_ts: str | None) -> bool:
    """Say something new in the channel or, if there is one, in the thread; return whether Slack took it."""
    where = {"thread_ts": thread_ts} if thread_ts else {}
    return await responded(respond, message, response_type=response_type, replace_original=False, **where)


async def responded(respond: AsyncRespond, message: Message, **options: str | bool) -> bool:
    """Return whether Slack took it; an error now would take back the acknowledgement of what is done already."""
    try:
        response = await respond(text=message.text, blocks=message.blocks, **options)  # type: ignore[arg-type]
    except Exception as error:  # noqa: BLE001 (whatever the connection ends with)
        _log.warning("reply_not_taken", error=type(error).__name__)
        return False
    if response.status_code != 200:  # noqa: PLR2004 (HTTP OK)
        _log.warning("reply_not_taken", status=response.status_code, error=response.body[:200])
    return response.status_code == 200  # noqa: PLR2004
