"""What people do with forms and App Home: fill in, type, choose, click, submit; by what they read there."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bot.playground.limits import option_problems, view_problems
from bot.playground.slack import WORKSPACE_ID, SlackStandIn

Deliver: TypeAlias = Callable[[str, Mapping[str, Any]], Awaitable[Any]]
View: TypeAlias = dict[str, Any]

_CHOSEN = {
    "plain_text_input": ("value", "initial_value"),
    "users_select": ("selected_user", "initial_user"),
    "external_select": ("selected_option", "initial_option"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_external_select": ("selected_options", "initial_options"),
}


def said(view: Any) -> str:  # noqa: ANN401 (any JSON)
    """Return all text in a view, in its order."""
    return "\n".join(_texts(view))


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def labels(view: View) -> list[str]:
    """Return what can be clicked."""
    return [one["text"]["text"] for one in _buttons(view)]


def _buttons(view: View) -> Iterator[dict[str, Any]]:
    for block in view["blocks"]:
        elements = [*block.get("elements", []), *filter(None, [block.get("accessory")])]
        yield from (one for one in elements if one["type"] == "button")


@dataclass
class Home:
    """App Home as one person has it open."""

    deliver: Deliver
    slack: SlackStandIn
    user: str

    @property
    def view(self) -> View:
        return self.slack.views.homes[self.user]

    @property
    def text(self) -> str:
        return said(self.view)

    async def click(self, label: str) -> None:
        """Click the button with this label, of which there is one."""
        await self.deliver("interactive", _clicked(self.view, label, self.user, {}))

    async def opening(self, label: str) -> "Form":
        """Click a button that opens a form."""
        return await opened(self.deliver, self.slack, self.user, self.click(label))

    async def choosing(self, entry: str) -> "Form":
        """Choose the entry of a menu with this text, of which there is one, and return the form that it opens."""
        action = _chosen(self.view, entry)
        payload = _acted(self.view, action, self.user, {})
        return await opened(self.deliver, self.slack, self.user, self.deliver("interactive", payload))


@dataclass
class Form:
    """A form that one person has open; ``errors`` are by label."""

    deliver: Deliver
    slack: SlackStandIn
    user: str
    view_id: str
    errors: dict[str, str] = field(default_factory=dict)
    is_open: bool = True
    _filled: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def view(self) -> View:
        return self.slack.views.forms[self.view_id]

    @property
    def text(self) -> str:
        return said(self.view)

    def value(self, label: str) -> Any:  # noqa: ANN401 (a text, an id, an option …)
        """Return what a field holds."""
        block = self._block(label)
        return self._state()[block["block_id"]][block["element"]["action_id"]][
            _CHOSEN[block["element"]["type"]][0]
        ]

    def fill(self, label: str, value: Any) -> None:  # noqa: ANN401
        """Type, or pick people, channels or a day."""
        block = self._block(label)
        key = _CHOSEN[block["element"]["type"]][0]
        self._filled[block["block_id"]] = {key: value}

    def pick(self, label: str, option: str) -> None:
        """Choose one of the options that are there."""
        element = self._block(label)["element"]
        groups = element.get("option_groups") or [element]
        found = [one for group in groups for one in group["options"] if one["text"]["text"] == option]
        assert found, f"{label} does not offer {option!r}"
        self.fill(label, found[0])

    def offers(self, label: str) -> list[dict[str, Any]]:
        """Return the options that are there."""
        options: list[dict[str, Any]] = self._block(label)["element"]["options"]
        return options

    async def offered(self, label: str, typed: str) -> list[dict[str, Any]]:
        """Type into a select and return what it offers."""
        block = self._block(label)
        answer = await self.deliver(
            "interactive",
            {
                "type": "block_suggestion",
                "team": {"id": WORKSPACE_ID},
                "user": {"id": self.user, "team_id": WORKSPACE_ID},
                "block_id": block["block_id"],
                "action_id": block["element"]["action_id"],
                "value": typed,
                "view": self.view,
            },
        )
        options: list[dict[str, Any]] = answer["options"]
        assert list(option_problems(options)) == []
        assert len(options) <= 100
        return options

    async def choose(self, label: str, option: str, typed: str | None = None) -> None:
        """Type into a select and choose the option of this text."""
        offered = await self.offered(label, option if typed is None else typed)
        found = [one for one in offered if one["text"]["text"] == option]
        assert found, f"{label} offers {[one['text']['text'] for one in offered]}"
        is_multiple = self._block(label)["element"]["type"].startswith("multi_")
        self.fill(label, found[:1] if is_multiple else found[0])

    async def submit(self) -> None:
        """Submit; errors, or what takes the form's place, are there afterwards."""
        payload = {
            "type": "view_submission",
            "team": {"id": WORKSPACE_ID},
            "user": {"id": self.user, "team_id": WORKSPACE_ID},
            "view": {**self.view, "state": {"values": self._state()}},
        }
        answer = await self.deliver("interactive", payload)
        self.errors = {}
        match answer:
            case {"response_action": "errors", "errors": errors}:
                fields = {one["block_id"]: one["label"]["text"] for one in self._fields()}
                self.errors = {fields[block_id]: message for block_id, message in errors.items()}
            case {"response_action": "update", "view": view}:
                assert view_problems(view) == ()
                self.slack.views.update({"view_id": self.view_id, "view": view})
            case _:
                assert not answer
                self.is_open = False

    async def click(self, label: str) -> None:
        """Click the button with this label; what takes the form's place is there afterwards."""
        await self.deliver("interactive", _clicked(self.view, label, self.user, self._state()))

    def _fields(self) -> list[dict[str, Any]]:
        return [block for block in self.view["blocks"] if block["type"] == "input"]

    def _block(self, label: str) -> dict[str, Any]:
        (found,) = [block for block in self._fields() if block["label"]["text"] == label]
        return found

    def _state(self) -> dict[str, Any]:
        """Return every field's value as Slack tells it: what was filled in last, else what was there at first."""
        values = {}
        for block in self._fields():
            element = block["element"]
            key, initial = _CHOSEN[element["type"]]
            filled = self._filled.get(block["block_id"], {key: element.get(initial)})
            values[block["block_id"]] = {element["action_id"]: {"type": element["type"], **filled}}
        return values


async def opened(deliver: Deliver, slack: SlackStandIn, user: str, doing: Awaitable[Any]) -> Form:
    """Return the form that ``doing`` something opens, of which there must be one."""
    before = set(slack.views.forms)
    await doing
    (view_id,) = set(slack.views.forms) - before
    return Form(deliver, slack, user, view_id)


def _clicked(view: View, label: str, user: str, state: Mapping[str, Any]) -> dict[str, Any]:
    found = [one for one in _buttons(view) if one["text"]["text"] == label]
    assert len(found) == 1, f"{label!r} is there {len(found)} times among {labels(view)}"
    action = {"action_id": found[0]["action_id"], "type": "button", "value": found[0]["value"]}
    return _acted(view, action, user, state)


def _chosen(view: View, entry: str) -> dict[str, Any]:
    menus = [
        block["accessory"] for block in view["blocks"] if block.get("accessory", {}).get("type") == "overflow"
    ]
    found = [(menu, option) for menu in menus for option in menu["options"] if option["text"]["text"] == entry]
    assert len(found) == 1, f"{entry!r} is there {len(found)} times"
    menu, option = found[0]
    return {"action_id": menu["action_id"], "type": "overflow", "selected_option": option}


def _acted(view: View, action: Mapping[str, Any], user: str, state: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "team": {"id": WORKSPACE_ID},
        "user": {"id": user, "username": user.lower(), "team_id": WORKSPACE_ID},
        "container": {"type": "view", "view_id": view["id"]},
        "view": {**view, "state": {"values": dict(state)}},
        "trigger_id": "1.2",
        "actions": [{"block_id": "some.block", **action}],
    }
