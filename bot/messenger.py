"""The Web API client: base address, retries, and Slack's errors as ours."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.blocks.text import Message
from bot.errors import ConfigurationError, SlackLimitedError, SlackRefusedError, UnavailableError
from bot.settings import Settings
from bot.slack_gate import SlackGate

_log = structlog.get_logger(__name__)
_MAX_RETRIES: Final = 3
_ONCE_SECONDS: Final = 40
"""So long a marked post, or the search for one, may take in all; Slack is given up to 30 seconds for a message."""

_TURN_SECONDS: Final = 2
"""So long what is tried again later anyway waits for its turn in a channel that Slack has limited."""

_POST: Final = "chat.postMessage"
_TOO_MANY: Final = 429
_LONGEST_WAIT: Final = 3_600
"""No longer than this (seconds) is waited for at once, whatever Slack asks for."""

_REPEATING: Final = (AsyncConnectionErrorRetryHandler, AsyncServerErrorRetryHandler)
_PAGE: Final = 200
_MAX_PAGES: Final = 10
_PASSING: Final = ("fatal_error", "internal_error", "ratelimited", "request_timeout", "service_unavailable")
"""Refusals of a search that pass; after any other one Slack does not let us look."""


def build_client(settings: Settings) -> AsyncWebClient:
    """Return a client for Slack, or for what ``SLACK_API_URL`` points to; it retries what may pass."""
    token = settings.slack_bot_token
    return AsyncWebClient(
        token=token.get_secret_value() if token else None,
        base_url=settings.slack_api_url,
        timeout=10,
        retry_handlers=[
            AsyncConnectionErrorRetryHandler(max_retry_count=1),
            AsyncServerErrorRetryHandler(max_retry_count=_MAX_RETRIES),
            AsyncRateLimitErrorRetryHandler(max_retry_count=_MAX_RETRIES),
        ],
    )


async def called(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """Await a Web API call.

    Raises:
        SlackLimitedError: Slack asks to wait.
        SlackRefusedError: Slack refused it, with its own error code.
        UnavailableError: Slack did not answer, or something before it did in its place.
    """
    try:
        return await call
    except SlackApiError as error:
        raise _refusal(error) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise UnavailableError(f"Slack does not answer ({type(error).__name__})") from error


def _refusal(error: SlackApiError) -> UnavailableError:
    """Return Slack's refusal as ours; a gateway's page of an error is none."""
    response = error.response if isinstance(error.response, AsyncSlackResponse) else None
    if response is not None and response.status_code == _TOO_MANY:
        return SlackLimitedError(_seconds_to_wait(response))
    answer = response.data if response is not None else None
    code = answer.get("error") if isinstance(answer, dict) else None
    return SlackRefusedError(code) if code else UnavailableError("Slack answered with something unreadable")


def _seconds_to_wait(response: AsyncSlackResponse) -> float:
    asked = str(response.headers.get("Retry-After", ""))
    return float(min(int(asked), _LONGEST_WAIT)) if asked.isdecimal() else 1.0


async def workspace_of(client: AsyncWebClient) -> str:
    """Return the id of the workspace the client's token belongs to.

    Raises:
        ConfigurationError: Slack does not accept the token; the message names the variable.
        UnavailableError: Slack does not answer.
    """
    try:
        who = await called(client.auth_test())
    except SlackRefusedError as error:
        raise ConfigurationError(
            f"SLACK_BOT_TOKEN: Slack answers {error.code}; copy the Bot User OAuth Token again"
        ) from error
    except UnavailableError as error:
        raise UnavailableError(f"SLACK_API_URL {client.base_url}: {error}") from error
    return str(who["team_id"])


class SlackMessenger:
    """Posts messages and opens views; every method raises ``UnavailableError`` if Slack does not take one.

    Where Slack asks to wait in a channel, what is sent there waits its turn, and what goes elsewhere does not.
    """

    def __init__(
        self, client: AsyncWebClient, patience: float = _ONCE_SECONDS, gate: SlackGate | None = None
    ) -> None:
        self._client = client
        self._prompt = _without(client, (AsyncRateLimitErrorRetryHandler,))
        self._once = _without(client, (AsyncRateLimitErrorRetryHandler, *_REPEATING), timeout=_ONCE_SECONDS)
        self._patience = patience
        self._gate = SlackGate() if gate is None else gate

    async def post(self, channel_id: str, message: Message, thread_ts: str | None) -> None:
        """Post in a channel, or in one of its threads; a user id posts in the bot's conversation with them."""
        await self._in_turn(
            _POST,
            channel_id,
            lambda: self._prompt.chat_postMessage(
                channel=channel_id,
                thread_ts=thread_ts,
                text=message.text,
                blocks=message.blocks,
                unfurl_links=False,
                unfurl_media=False,
            ),
            _ONCE_SECONDS,
        )

    async def turn_to_post(self, channel_id: str) -> None:
        """Wait until it is somebody's turn to post a marked message in a channel.

        Raises:
            SlackLimitedError: that takes longer than a moment; it says when to come back.
        """
        await self._gate.turn(_POST, channel_id, _TURN_SECONDS)

    async def post_marked(
        self,
        channel_id: str,
        message: Message,
        event_type: str,
        mark: Mapping[str, str],
        thread_ts: str | None = None,
        *,
        in_turn: bool = False,
    ) -> str:
        """Post a message that carries ``mark`` for programs, once; return its ``ts``.

        It takes 40 seconds at most, and is not tried again where Slack may have taken it. ``in_turn`` is for
        whoever was let through by ``turn_to_post``.
        """
        async with _in_time(self._patience):
            response = await self._in_turn(
                _POST,
                channel_id,
                lambda: self._once.chat_postMessage(
                    channel=channel_id,
                    thread_ts=thread_ts,
                    text=message.text,
                    blocks=message.blocks,
                    metadata={"event_type": event_type, "event_payload": dict(mark)},
                    unfurl_links=False,
                    unfurl_media=False,
                ),
                has_turn=in_turn,
            )
        return str(response["ts"])

    async def find_marked(
        self, channel_id: str, event_type: str, mark: Mapping[str, str], since: datetime
    ) -> str | None:
        """Return the ``ts`` of the message with ``mark``; none if there is none, or Slack does not let us look.

        The latest 2,000 messages since then are looked at, in 40 seconds at most.
        """
        try:
            async with _in_time(self._patience):
                return await self._find_marked(channel_id, event_type, mark, since)
        except SlackRefusedError as error:
            if error.code in _PASSING:
                raise
            return None

    async def find_reply(
        self, channel_id: str, thread_ts: str, event_type: str, mark: Mapping[str, str]
    ) -> str | None:
        """Return the ``ts`` of the reply with ``mark``; none if there is none, or Slack does not let us look."""
        try:
            async with _in_time(self._patience):
                response = await self._in_turn(
                    "conversations.replies",
                    channel_id,
                    lambda: self._prompt.conversations_replies(
                        channel=channel_id, ts=thread_ts, include_all_metadata=True, limit=_PAGE
                    ),
                )
        except SlackRefusedError as error:
            if error.code in _PASSING:
                raise
            return None
        return _marked(response["messages"], event_type, mark)

    async def change(self, channel_id: str, ts: str, message: Message) -> None:
        """Put another message in the place of one of the bot's."""
        await self._in_turn(
            "chat.update",
            channel_id,
            lambda: self._prompt.chat_update(channel=channel_id, ts=ts, text=message.text, blocks=message.blocks),
        )

    async def delete(self, channel_id: str, ts: str) -> None:
        """Delete one of the bot's messages."""
        await self._in_turn("chat.delete", channel_id, lambda: self._prompt.chat_delete(channel=channel_id, ts=ts))

    async def upload(self, channel_id: str, picture: bytes, title: str, alt_text: str, thread_ts: str) -> None:
        """Put a PNG into a thread (``files:write``)."""
        await called(
            self._client.files_upload_v2(
                channel=channel_id,
                thread_ts=thread_ts,
                file=picture,
                filename="coverage.png",
                title=title,
                alt_txt=alt_text,
            )
        )

    async def whisper(self, channel_id: str, user_id: str, message: Message) -> None:
        """Post in a channel what only this person sees."""
        await self._in_turn(
            "chat.postEphemeral",
            channel_id,
            lambda: self._prompt.chat_postEphemeral(
                channel=channel_id, user=user_id, text=message.text, blocks=message.blocks
            ),
            _ONCE_SECONDS,
        )

    async def open_form(self, trigger_id: str, view: View) -> None:
        """Open a form for the person whose click or command has this trigger, now: it lives for three seconds."""
        await called(self._prompt.views_open(trigger_id=trigger_id, view=view))

    async def update_form(self, view_id: str, view: View) -> None:
        """Put another form in the place of an open one."""
        await called(self._client.views_update(view_id=view_id, view=view))

    async def publish_home(self, user_id: str, view: View) -> None:
        """Show a person their App Home."""
        await called(self._client.views_publish(user_id=user_id, view=view))

    async def _in_turn(
        self,
        method: str,
        channel_id: str,
        call: Callable[[], Awaitable[AsyncSlackResponse]],
        patience: float = _TURN_SECONDS,
        *,
        has_turn: bool = False,
    ) -> AsyncSlackResponse:
        """Make a call in its turn, and a few times more where Slack puts it off for ``patience`` or less."""
        tries = 0
        while True:
            if not has_turn:
                await self._gate.turn(method, channel_id, patience)
            try:
                return await called(call())
            except SlackLimitedError as error:
                self._gate.close(method, channel_id, error.retry_after)
                tries, has_turn = tries + 1, False
                if tries > _MAX_RETRIES:
                    raise

    async def _find_marked(
        self, channel_id: str, event_type: str, mark: Mapping[str, str], since: datetime
    ) -> str | None:
        cursor: str | None = None
        for _ in range(_MAX_PAGES):
            page = await called(
                self._client.conversations_history(
                    channel=channel_id,
                    oldest=f"{since.timestamp():.6f}",
                    include_all_metadata=True,
                    limit=_PAGE,
                    cursor=cursor,
                )
            )
            found = _marked(page["messages"], event_type, mark)
            if found is not None:
                return found
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        return None


def _marked(messages: Iterable[Mapping[str, Any]], event_type: str, mark: Mapping[str, str]) -> str | None:
    """Return the ``ts`` of the first message that carries ``mark``."""
    for message in messages:
        metadata = message.get("metadata") or {}
        if metadata.get("event_type") == event_type and metadata.get("event_payload") == dict(mark):
            return str(message["ts"])
    return None


def _without(
    client: AsyncWebClient, kinds: tuple[type[AsyncRetryHandler], ...], timeout: int | None = None
) -> AsyncWebClient:
    """Return a client like this one, but for these kinds of retry handlers; whoever only counts stays."""
    return AsyncWebClient(
        token=client.token,
        base_url=client.base_url,
        timeout=timeout or client.timeout,
        retry_handlers=[one for one in client.retry_handlers if not isinstance(one, kinds)],
    )


@asynccontextmanager
async def _in_time(seconds: float) -> AsyncIterator[None]:
    """Give up after a while, whatever is waited for; ``UnavailableError`` then."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise UnavailableError(f"Slack did not answer in {seconds:g} seconds") from error
