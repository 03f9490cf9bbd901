"""What a page asks for, read with care: every part is there and of its kind, or the answer says which is not."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from bot.errors import UserFacingError
from bot.http import limited_body


class Given:
    """The parts of a request; a part that is not there, or of another kind, is a ``UserFacingError``."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        self._parts = parts

    def text(self, name: str) -> str:
        """Return a part that is text."""
        value = self._parts.get(name)
        if not isinstance(value, str):
            raise UserFacingError(f"“{name}” is missing.")
        return value

    def text_or_none(self, name: str) -> str | None:
        """Return a part that is text, if it is there at all."""
        return None if self._parts.get(name) is None else self.text(name)

    def mapping(self, name: str) -> Mapping[str, Any]:
        """Return a part that has parts of its own; an empty one if it is not there."""
        value = self._parts.get(name) or {}
        if not isinstance(value, Mapping):
            raise UserFacingError(f"“{name}” has no parts.")
        return value

    def values(self) -> Mapping[str, Mapping[str, Any]]:
        """Return what fields hold, by block and element."""
        values = self.mapping("values")
        if not all(isinstance(block, Mapping) for block in values.values()):
            raise UserFacingError("“values” are not by block and element.")
        return values


def asked_in_address(request: Request) -> Given:
    """Return the parts of a request's address."""
    return Given(request.query_params)


async def sent_as_json(request: Request) -> Given:
    """Return the parts of a request's body.

    Raises:
        UserFacingError: it is no JSON object.
        HTTPException: 413, it is too long.
    """
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise UserFacingError("Send JSON, as application/json.")
    try:
        parts = json.loads(await limited_body(request.headers, request.receive))
    except (ValueError, RecursionError) as error:
        raise UserFacingError("This is no JSON.") from error
    if not isinstance(parts, dict):
        raise UserFacingError("This is no JSON object.")
    return Given(parts)
