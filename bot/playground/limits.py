"""What Slack refuses: the limits of messages and blocks, checked on what was really sent. Pure.

Numbers: https://docs.slack.dev/reference/block-kit and …/reference/methods/chat.postMessage.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

MAX_BLOCKS: Final = 50
MAX_TEXT: Final = 40_000
MAX_IN_ALL: Final = 13_200
"""Characters of all blocks together; found by others (slackapi/bolt-js#2509), not documented."""

_TEXT_LIMITS: Final = {"section": 3_000, "header": 150, "button": 75, "option": 75, "placeholder": 150}
_ELEMENT_LIMITS: Final = {"actions": 25, "context": 10}
_VALUE_LIMITS: Final = {"button": 2_000, "option": 150}
_MAX_OPTIONS: Final = 100
_MAX_ID: Final = 255


def message_problems(message: Mapping[str, Any]) -> tuple[str, ...]:
    """Return everything in a message's arguments that Slack would refuse, or that readers would miss."""
    return tuple(_message_problems(message))


def _message_problems(message: Mapping[str, Any]) -> Iterator[str]:
    text = message.get("text")
    if not isinstance(text, str) or not text.strip():
        yield "text is missing: notifications and screen readers would have nothing to say"
    elif len(text) > MAX_TEXT:
        yield f"text has {len(text)} characters, {MAX_TEXT} at most"
    blocks = message.get("blocks") or []
    if len(blocks) > MAX_BLOCKS:
        yield f"{len(blocks)} blocks, {MAX_BLOCKS} at most"
    yield from _repeated("block_id", [block["block_id"] for block in blocks if "block_id" in block])
    total = sum(len(shown) for block in blocks for shown in _texts(block))
    if total > MAX_IN_ALL:
        yield f"blocks have {total} characters in all, about {MAX_IN_ALL} at most"
    for block in blocks:
        yield from _block_problems(block)


def _block_problems(block: Mapping[str, Any]) -> Iterator[str]:
    kind = block["type"]
    if len(block.get("block_id", "")) > _MAX_ID:
        yield f"{kind}: block_id is longer than {_MAX_ID}"
    if kind in {"section", "header"}:
        yield from _length(kind, block.get("text", {}).get("text", ""), _TEXT_LIMITS[kind])
    elements = block.get("elements", [])
    if kind in _ELEMENT_LIMITS and not 1 <= len(elements) <= _ELEMENT_LIMITS[kind]:
        yield f"{kind}: {len(elements)} elements, 1 to {_ELEMENT_LIMITS[kind]} allowed"
    yield from _repeated("action_id", [element["action_id"] for element in elements if "action_id" in element])
    for element in elements:
        yield from _element_problems(element)


def _element_problems(element: Mapping[str, Any]) -> Iterator[str]:
    kind = element["type"]
    if len(element.get("action_id", "")) > _MAX_ID:
        yield f"{kind}: action_id is longer than {_MAX_ID}"
    if kind == "button":
        yield from _length(kind, element["text"]["text"], _TEXT_LIMITS[kind])
        yield from _length("button value", element.get("value", "-"), _VALUE_LIMITS[kind])
    if "placeholder" in element:
        yield from _length("placeholder", element["placeholder"]["text"], _TEXT_LIMITS["placeholder"])
    options = element.get("options", [])
    if kind == "static_select" and not 1 <= len(options) <= _MAX_OPTIONS:
        yield f"static_select: {len(options)} options, 1 to {_MAX_OPTIONS} allowed"
    for option in options:
        yield from _length("option", option["text"]["text"], _TEXT_LIMITS["option"])
        yield from _length("option value", option["value"], _VALUE_LIMITS["option"])


def _length(what: str, text: str, limit: int) -> Iterator[str]:
    if not 1 <= len(text) <= limit:
        yield f"{what} has {len(text)} characters, 1 to {limit} allowed"


def _repeated(what: str, values: Sequence[str]) -> Iterator[str]:
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield f"{what} {value!r} is there twice"


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 (any JSON)
    if isinstance(value, Mapping):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
