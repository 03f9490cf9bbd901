"""The Web API client: base address, retries, and Slack's errors as ours."""

from collections.abc import Awaitable
from typing import Final

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.blocks.text import Message
from bot.errors import ConfigurationError, SlackRefusedError, UnavailableError
from bot.settings import Settings

_log = structlog.get_logger(__name__)
_MAX_RETRIES: Final = 3


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
        SlackRefusedError: Slack refused it, with its own error code.
        UnavailableError: Slack did not answer.
    """
    try:
        return await call
    except SlackApiError as error:
        raise SlackRefusedError(error.response["error"]) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise UnavailableError(f"Slack does not answer ({type(error).__name__})") from error


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
    """Posts messages."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def post(self, channel_id: str, message: Message, thread_ts: str | None) -> None:
        """Post in a channel, or in one of its threads; ``UnavailableError`` if Slack does not take it."""
        await called(
            self._client.chat_postMessage(
                channel=channel_id,
                thread_ts=thread_ts,
                text=message.text,
                blocks=message.blocks,
                unfurl_links=False,
                unfurl_media=False,
            )
        )
