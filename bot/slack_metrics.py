"""Counts what Slack refuses or puts off: stands first among a client's retry handlers, and never retries."""

import re
from typing import Final

from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

from bot.metrics import Metrics

_METHOD: Final = re.compile(r"/([a-z]+(?:\.[a-zA-Z]+)+)$")
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500


class SlackMeter(AsyncRetryHandler):
    """Sees every answer to a Web API call before it is decided whether to try again."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics

    async def can_retry_async(
        self,
        *,
        state: RetryState,  # noqa: ARG002 (the interface of the SDK)
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        """Count, and leave the decision to the next handler."""
        named = _METHOD.search(request.url)
        method = named[1] if named else "other"  # the address of an upload is new each time
        if response is not None and response.status_code == _TOO_MANY:
            self._metrics.slack_limited(method)
        elif (code := _failure(response, error)) is not None:
            self._metrics.slack_failed(method, code)
        return False


def _failure(response: HttpResponse | None, error: Exception | None) -> str | None:
    if response is None:
        return type(error).__name__ if error else None
    if response.status_code >= _SERVER_ERROR:
        return f"http_{response.status_code}"
    body = response.body if isinstance(response.body, dict) else {}
    return None if body.get("ok", True) else str(body.get("error", "unknown"))
