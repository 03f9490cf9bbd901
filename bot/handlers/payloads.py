"""Slack's payloads → frozen dataclasses; the only place that looks inside a payload. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from bot.questions.inbox import Letter
from bot.surface import Surface
from bot.teams.model import Actor

Payload: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """``/finops <text>`` by a person in a channel."""

    workspace_id: str
    user_id: str
    channel_id: str
    text: str
    trigger_id: str

    @property
    def actor(self) -> Actor:
        """Who changes something by this command."""
        return Actor(self.workspace_id, self.user_id, Surface.SLASH)


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message that was deleted."""

    workspace_id: str
    channel_id: str
    ts: str


@dataclass(frozen=True, slots=True)
class Click:
    """A button clicked, or an option chosen; ``value`` is what that button or option carries.

    ``user_name`` is untrusted text. ``is_ephemeral`` tells whether only the person who clicked sees the message,
    ``thread_ts`` in which thread it stands, if it does.
    """

    workspace_id: str
    user_id: str
    user_name: str
    channel_id: str
    value: str
    is_ephemeral: bool
    message_ts: str
    thread_ts: str | None
    trigger_id: str

    @property
    def actor(self) -> Actor:
        """Who changes something by this click."""
        return Actor(self.workspace_id, self.user_id, Surface.MESSAGE)


@dataclass(frozen=True, slots=True)
class ViewClick:
    """A click inside a form or App Home; ``fields`` holds what is filled in, by block id."""

    workspace_id: str
    user_id: str
    value: str
    trigger_id: str
    view_id: str
    is_home: bool
    private_metadata: str
    fields: Mapping[str, tuple[str, ...]]

    @property
    def actor(self) -> Actor:
        """Who changes something by this click."""
        return Actor(self.workspace_id, self.user_id, Surface.HOME if self.is_home else Surface.MODAL)


@dataclass(frozen=True, slots=True)
class Submission:
    """A submitted form: what is filled in, by block id; an empty field has no values."""

    workspace_id: str
    user_id: str
    private_metadata: str
    fields: Mapping[str, tuple[str, ...]]

    @property
    def actor(self) -> Actor:
        """Who changes something by this form."""
        return Actor(self.workspace_id, self.user_id, Surface.MODAL)

    def first(self, block_id: str) -> str | None:
        """Return the first value of a field, none if it is empty."""
        return next(iter(self.fields.get(block_id, ())), None)


@dataclass(frozen=True, slots=True)
class OptionsRequest:
    """Somebody types into a select; ``typed`` is untrusted text."""

    workspace_id: str
    user_id: str
    typed: str


@dataclass(frozen=True, slots=True)
class MessageShortcut:
    """A shortcut on a message, by whoever it may be; ``text`` is the message's, and untrusted.

    ``thread_ts`` is the thread that the message stands in, if it does.
    """

    workspace_id: str
    user_id: str
    channel_id: str
    text: str
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """Somebody looks at App Home."""

    workspace_id: str
    user_id: str


def slash_command(body: Payload) -> SlashCommand:
    """Parse the body of a slash command."""
    return SlashCommand(
        workspace_id=body["team_id"],
        user_id=body["user_id"],
        channel_id=body["channel_id"],
        text=body.get("text") or "",
        trigger_id=body.get("trigger_id") or "",
    )


def new_letter(body: Payload) -> Letter | None:
    """Parse an ``app_mention`` or ``message.im`` event; none if it is not a person's own, new message.

    Bots (this one, too), joins and other subtypes are not answered: two bots that answer each other never stop.
    """
    event = body["event"]
    if event["type"] == "message" and event.get("channel_type") != "im":
        return None
    surface = Surface.DIRECT if event["type"] == "message" else Surface.MENTION
    return _letter(event, body["team_id"], event["channel"], surface)


def edited_letter(body: Payload, bot_user_id: str) -> Letter | None:
    """Parse a ``message_changed`` event; none unless a person changed the words of a message to the bot.

    Slack sends it for link previews, replies and languages that it detects, too: those change no words.
    """
    event = body["event"]
    if event.get("subtype") != "message_changed":
        return None
    message, before = event.get("message") or {}, event.get("previous_message") or {}
    is_direct = event.get("channel_type") == "im"
    if message.get("text") == before.get("text"):
        return None
    if not is_direct and f"<@{bot_user_id}>" not in (message.get("text") or ""):
        return None
    surface = Surface.DIRECT if is_direct else Surface.MENTION
    return _letter(message, body["team_id"], event["channel"], surface)


def deleted_letter(body: Payload) -> Deleted | None:
    """Parse a ``message_deleted`` event; none for any other."""
    event = body["event"]
    if event.get("subtype") != "message_deleted":
        return None
    return Deleted(body["team_id"], event["channel"], event["deleted_ts"])


def _letter(message: Payload, workspace_id: str, channel_id: str, surface: Surface) -> Letter | None:
    if message.get("bot_id") or message.get("subtype") not in {None, "file_share", "thread_broadcast"}:
        return None
    if not message.get("user"):
        return None
    return Letter(
        workspace_id=workspace_id,
        channel_id=channel_id,
        ts=message["ts"],
        thread_ts=message.get("thread_ts"),
        user_id=message["user"],
        text=message.get("text") or "",
        surface=surface,
        is_external=_is_external(message, workspace_id),
    )


def _is_external(event: Payload, workspace_id: str) -> bool:
    home: str = event.get("user_team") or event.get("team") or workspace_id
    # "E…" is the Enterprise organisation that the workspace belongs to.
    return home != workspace_id and not home.startswith("E")


def click(body: Payload) -> Click:
    """Parse the ``block_actions`` of one button or select."""
    action = body["actions"][0]
    chosen = action.get("selected_option")
    container, user = body["container"], body["user"]
    thread_ts = container.get("thread_ts") or (body.get("message") or {}).get("thread_ts")
    return Click(
        workspace_id=_workspace(body),
        user_id=user["id"],
        user_name=user.get("name") or user.get("username") or "somebody",
        channel_id=container["channel_id"],
        value=chosen["value"] if chosen else action["value"],
        is_ephemeral=bool(container.get("is_ephemeral")),
        message_ts=container["message_ts"],
        thread_ts=_thread(container["message_ts"], thread_ts),
        trigger_id=body.get("trigger_id") or "",
    )


def view_click(body: Payload) -> ViewClick:
    """Parse the ``block_actions`` of one element in a form or App Home."""
    action, view = body["actions"][0], body["view"]
    return ViewClick(
        workspace_id=_workspace(body),
        user_id=body["user"]["id"],
        value=next(iter(_values(action)), "") or action.get("value") or "",
        trigger_id=body.get("trigger_id") or "",
        view_id=view["id"],
        is_home=view["type"] == "home",
        private_metadata=view.get("private_metadata") or "",
        fields=_fields(view),
    )


def submission(body: Payload) -> Submission:
    """Parse the ``view_submission`` of a form."""
    view = body["view"]
    return Submission(_workspace(body), body["user"]["id"], view.get("private_metadata") or "", _fields(view))


def options_request(body: Payload) -> OptionsRequest:
    """Parse the ``block_suggestion`` of a select that asks for its options while somebody types."""
    return OptionsRequest(_workspace(body), body["user"]["id"], body.get("value") or "")


def message_shortcut(body: Payload) -> MessageShortcut:
    """Parse the ``message_action`` of a shortcut."""
    message = body["message"]
    return MessageShortcut(
        workspace_id=_workspace(body),
        user_id=body["user"]["id"],
        channel_id=body["channel"]["id"],
        text=message.get("text") or "",
        thread_ts=_thread(message["ts"], message.get("thread_ts")),
    )


def home_opened(body: Payload) -> HomeOpened | None:
    """Parse ``app_home_opened``; none if it was the messages tab."""
    event = body["event"]
    return HomeOpened(body["team_id"], event["user"]) if event.get("tab") == "home" else None


def changed_id(body: Payload) -> str:
    """Return the id of the person or user group that a ``user_change`` or ``subteam_*`` event is about."""
    event = body["event"]
    about = event.get("user") or event.get("subteam") or {"id": event.get("subteam_id", "")}
    return str(about["id"])


def _thread(ts: str, thread_ts: str | None) -> str | None:
    """Return the thread that a message stands in; none for one that begins a thread: it stands in the channel."""
    return None if thread_ts == ts else thread_ts


def _workspace(body: Payload) -> str:
    team: Payload | None = body.get("team")
    return str(team["id"] if team else body["user"]["team_id"])


def _fields(view: Payload) -> dict[str, tuple[str, ...]]:
    state = view.get("state") or {"values": {}}
    return {
        block_id: tuple(value for element in elements.values() for value in _values(element))
        for block_id, elements in state["values"].items()
    }


def _values(element: Payload) -> list[str]:
    """Return what is typed, chosen or picked in one element, whatever its kind; empty where nothing is."""
    one = element.get("selected_option")
    many = element.get("selected_options") or []
    names = ("selected_user", "selected_date", "selected_time", "selected_channel", "selected_conversation")
    single = [element.get(name) for name in names]
    lists = ("selected_users", "selected_channels", "selected_conversations")
    several = [one for name in lists for one in element.get(name) or []]
    chosen = [option["value"] for option in ([one] if one else many)]
    typed = element.get("value") if element.get("type") == "plain_text_input" else None
    return [value for value in [typed, *single, *several, *chosen] if value]
