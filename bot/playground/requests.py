"""Signed requests to the bot's own endpoint, as Slack sends them for what people do."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp

from bot.errors import UnavailableError

PATIENCE_SECONDS: Final = 30
"""Slack waits three; here somebody may want to look at a slow machine's answer all the same."""

_FORM: Final = "application/x-www-form-urlencoded"
_OK: Final = 200


class BotLine:
    """Sends payloads to the bot and returns what it acknowledges with; ``UnavailableError`` if it does not."""

    def __init__(self, session: aiohttp.ClientSession, address: str, signing_secret: str) -> None:
        self._session = session
        self._address = f"{address}/slack/events"
        self._secret = signing_secret.encode()

    async def command(self, payload: Mapping[str, str]) -> Any:  # noqa: ANN401 (whatever the ack holds)
        """Send a slash command."""
        return await self._send(urlencode(payload), _FORM)

    async def event(self, payload: Mapping[str, Any]) -> None:
        """Send an event."""
        await self._send(json.dumps(payload), "application/json")

    async def interaction(self, payload: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Send a click, a shortcut, a submitted form, or a request for options."""
        return await self._send(urlencode({"payload": json.dumps(payload)}), _FORM)

    async def _send(self, body: str, content_type: str) -> Any:  # noqa: ANN401
        if self._session.closed:  # its workspace was replaced meanwhile
            raise UnavailableError("The playground is starting over: one moment.")
        timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
        headers = {"Content-Type": content_type, **self._signed(body)}
        try:
            async with self._session.post(self._address, data=body, headers=headers, timeout=timeout) as response:
                content = await response.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UnavailableError(f"The bot does not answer ({type(error).__name__}).") from error
        if response.status != _OK:
            raise UnavailableError(f"The bot answered with the status {response.status}.")
        return json.loads(content) if content else None

    def _signed(self, body: str) -> dict[str, str]:
        timestamp = str(int(time.time()))
        signature = hmac.new(self._secret, f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={signature}"}
