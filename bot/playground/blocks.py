"""Looking into blocks: ids where there are none, the element that somebody acts on, what fields hold. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Block = Mapping[str, Any]
Values = Mapping[str, Mapping[str, Any]]

_HOLDS: Final = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "overflow": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
}
"""What the value of an element is called in a payload, and in the element itself."""

_REQUIRED: Final = "Please complete this required field."


def identified(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Return blocks that all have an id, as Slack gives one to those that come without."""
    taken = {block.get("block_id") for block in blocks}
    free = (name for name in (f"block.{number}" for number in range(2 * len(blocks) + 1)) if name not in taken)
    return [{**block, "block_id": block.get("block_id") or next(free)} for block in blocks]


def element_at(blocks: Sequence[Block], block_id: str, action_id: str) -> Mapping[str, Any] | None:
    """Return the element that somebody acts on."""
    there = (one for block in blocks if block.get("block_id") == block_id for one in elements(block))
    return next((one for one in there if one.get("action_id") == action_id), None)


def elements(block: Block) -> Iterator[Mapping[str, Any]]:
    """Yield what can be acted on in a block."""
    yield from block.get("elements") or ()
    yield from (block[part] for part in ("accessory", "element") if block.get(part))


def offered(element: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the options that stand in an element."""
    groups = element.get("option_groups") or [element]
    return [option for group in groups for option in group.get("options") or ()]


def state_of(blocks: Sequence[Block], given: Values) -> dict[str, Any]:
    """Return what every field holds: what was given, else what stood there at first."""
    state: dict[str, Any] = {}
    for block in blocks:
        for element in elements(block):
            if element["type"] in _HOLDS and "action_id" in element:
                state.setdefault(block["block_id"], {})[element["action_id"]] = _held(block, element, given)
    return {"values": state}


def missing(blocks: Sequence[Block], state: Mapping[str, Any]) -> dict[str, str]:
    """Return what Slack itself says beside fields that may not be empty, or are too short or too long."""
    errors: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        held = state["values"][block["block_id"]][element["action_id"]][_HOLDS[element["type"]][0]]
        problem = _problem(held, block, element)
        if problem:
            errors[block["block_id"]] = problem
    return errors


def _held(block: Block, element: Mapping[str, Any], given: Values) -> dict[str, Any]:
    name, initial = _HOLDS[element["type"]]
    typed = given.get(block["block_id"], {}).get(element["action_id"])
    held = typed.get(name) if isinstance(typed, Mapping) else element.get(initial)
    return {"type": element["type"], name: held or ([] if name.endswith("s") else None)}


def _problem(held: Any, block: Block, element: Mapping[str, Any]) -> str | None:  # noqa: ANN401 (any value)
    if not held or (isinstance(held, str) and not held.strip()):
        return None if block.get("optional") else _REQUIRED
    if isinstance(held, str) and len(held) > element.get("max_length", len(held)):
        return f"Please use at most {element['max_length']} characters."
    if isinstance(held, str) and len(held) < element.get("min_length", 0):
        return f"Please use at least {element['min_length']} characters."
    return None
