"""What Slack refuses: the limits of messages, views and blocks, checked on what was really sent. Pure.

Numbers: https://docs.slack.dev/reference/block-kit, …/reference/views and …/reference/methods/chat.postMessage.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

MAX_BLOCKS: Final = 50
MAX_VIEW_BLOCKS: Final = 100
MAX_TEXT: Final = 40_000
MAX_IN_ALL: Final = 13_200
"""Characters of all blocks together; found by others (slackapi/bolt-js#2509), not documented."""

_TEXT_LIMITS: Final = {"section": 3_000, "header": 150, "button": 75, "option": 75, "placeholder": 150}
_VIEW_TEXT_LIMITS: Final = {"title": 24, "submit": 24, "close": 24}
_VIEW_ID_LIMITS: Final = {"private_metadata": 3_000, "callback_id": 255, "external_id": 255}
_MAX_FIELD_TEXT: Final = 2_000
_ELEMENT_LIMITS: Final = {"actions": 25, "context": 10}
_VALUE_LIMITS: Final = {"button": 2_000, "option": 150}
_MAX_OPTIONS: Final = {"static_select": 100, "multi_static_select": 100, "radio_buttons": 10, "checkboxes": 10}
_MAX_INPUT: Final = 3_000
_MAX_ID: Final = 255
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def message_problems(message: Mapping[str, Any]) -> tuple[str, ...]:
    """Return everything in a message's arguments that Slack would refuse, or that readers would miss."""
    return tuple(_message_problems(message))


def view_problems(view: Mapping[str, Any]) -> tuple[str, ...]:
    """Return everything in a form or App Home that Slack would refuse, or that readers would miss."""
    return tuple(_view_problems(view))


def _message_problems(message: Mapping[str, Any]) -> Iterator[str]:
    text = message.get("text")
    if not isinstance(text, str) or not text.strip():
        yield "text is missing: notifications and screen readers would have nothing to say"
    elif len(text) > MAX_TEXT:
        yield f"text has {len(text)} characters, {MAX_TEXT} at most"
    blocks = message.get("blocks") or []
    if len(blocks) > MAX_BLOCKS:
        yield f"{len(blocks)} blocks, {MAX_BLOCKS} at most"
    yield from _blocks_problems(blocks)


def _view_problems(view: Mapping[str, Any]) -> Iterator[str]:
    blocks = view.get("blocks") or []
    yield from _surface_problems(view, has_fields=any(block["type"] == "input" for block in blocks))
    for part, limit in _VIEW_TEXT_LIMITS.items():
        if part in view:
            yield from _length(part, view[part]["text"], limit)
    for part, limit in _VIEW_ID_LIMITS.items():
        if len(view.get(part) or "") > limit:
            yield f"{part} has {len(view[part])} characters, {limit} at most"
    if not 1 <= len(blocks) <= MAX_VIEW_BLOCKS:
        yield f"{len(blocks)} blocks, 1 to {MAX_VIEW_BLOCKS} allowed"
    yield from _blocks_problems(blocks)


def _surface_problems(view: Mapping[str, Any], *, has_fields: bool) -> Iterator[str]:
    match view.get("type"):
        case "modal":
            if "title" not in view:
                yield "modal: title is missing"
            if has_fields and "submit" not in view:
                yield "modal: submit is missing, so that nothing filled in could be sent"
        case "home":
            yield from (f"home: {part} is not allowed" for part in _VIEW_TEXT_LIMITS if part in view)
            if has_fields:
                yield "home: an input block has nothing that submits it"
        case kind:
            yield f"{kind!r} is not a type of view"


def _blocks_problems(blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
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
    if kind == "input":
        yield from _length("label", block.get("label", {}).get("text", ""), _MAX_FIELD_TEXT)
        if "hint" in block:
            yield from _length("hint", block["hint"]["text"], _MAX_FIELD_TEXT)
    elements = block.get("elements", [])
    if kind in _ELEMENT_LIMITS and not 1 <= len(elements) <= _ELEMENT_LIMITS[kind]:
        yield f"{kind}: {len(elements)} elements, 1 to {_ELEMENT_LIMITS[kind]} allowed"
    yield from _repeated("action_id", [element["action_id"] for element in elements if "action_id" in element])
    for element in [*elements, *(block[part] for part in ("accessory", "element") if part in block)]:
        yield from _element_problems(element)


def _element_problems(element: Mapping[str, Any]) -> Iterator[str]:
    kind = element["type"]
    if len(element.get("action_id", "")) > _MAX_ID:
        yield f"{kind}: action_id is longer than {_MAX_ID}"
    if kind == "button":
        yield from _length("button", element["text"]["text"], _TEXT_LIMITS["button"])
        yield from _length("button value", element.get("value", "-"), _VALUE_LIMITS["button"])
    if "placeholder" in element:
        yield from _length("placeholder", element["placeholder"]["text"], _TEXT_LIMITS["placeholder"])
    if kind == "datepicker" and not _DAY.fullmatch(element.get("initial_date", "2026-01-01")):
        yield f"datepicker: {element['initial_date']!r} is not a day"
    if kind == "plain_text_input":
        yield from _input_problems(element)
    yield from _options_problems(element)


def _input_problems(element: Mapping[str, Any]) -> Iterator[str]:
    limit = element.get("max_length", _MAX_INPUT)
    if not 1 <= limit <= _MAX_INPUT:
        yield f"plain_text_input: max_length is {limit}, 1 to {_MAX_INPUT} allowed"
    if len(element.get("initial_value", "")) > limit:
        yield f"plain_text_input: initial_value has {len(element['initial_value'])} characters, {limit} at most"


def _options_problems(element: Mapping[str, Any]) -> Iterator[str]:
    kind, groups = element["type"], element.get("option_groups", [])
    for group in groups:
        yield from _length("option group", group["label"]["text"], _TEXT_LIMITS["option"])
    for options in [group["options"] for group in groups] or [element.get("options", [])]:
        if kind in _MAX_OPTIONS and not 1 <= len(options) <= _MAX_OPTIONS[kind]:
            yield f"{kind}: {len(options)} options, 1 to {_MAX_OPTIONS[kind]} allowed"
    offered = [*chain(element.get("options", []), *(group["options"] for group in groups))]
    chosen = [*element.get("initial_options", []), *filter(None, [element.get("initial_option")])]
    yield from option_problems([*offered, *chosen])
    if kind in _MAX_OPTIONS and any(one not in offered for one in chosen):
        yield f"{kind}: what is chosen at first is not among the options"


def option_problems(options: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what Slack would refuse in options."""
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
