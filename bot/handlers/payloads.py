"""Slack's payloads → frozen dataclasses; the only place that looks inside a payload. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Payload: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """``/finops <text>`` by a person in a channel."""

    workspace_id: str
    user_id: str
    channel_id: str
    text: str


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message to the bot: a mention in a channel, or a direct message.

    ``ts`` is its id in the channel; ``thread_ts`` that of the thread it stands in, if it does.
    """

    workspace_id: str
    user_id: str
    channel_id: str
    ts: str
    thread_ts: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Click:
    """A button clicked, or an option chosen; ``value`` is what that button or option carries.

    ``user_name`` is untrusted text. ``is_ephemeral`` tells whether only the person who clicked sees the message.
    """

    workspace_id: str
    user_id: str
    user_name: str
    channel_id: str
    value: str
    is_ephemeral: bool
    message_ts: str
    thread_ts: str | None


def slash_command(body: Payload) -> SlashCommand:
    """Parse the body of a slash command."""
    return SlashCommand(body["team_id"], body["user_id"], body["channel_id"], body.get("text") or "")


def incoming_message(body: Payload) -> IncomingMessage | None:
    """Parse an ``app_mention`` or ``message.im`` event; none if it is not a person's own, new message.

    Bots (this one, too), edits, deletions, joins and other subtypes are not answered: two bots that answer each
    other never stop.
    """
    event = body["event"]
    if event.get("bot_id") or event.get("subtype") not in {None, "file_share", "thread_broadcast"}:
        return None
    if event["type"] == "message" and event.get("channel_type") != "im":
        return None
    if not event.get("user"):
        return None
    return IncomingMessage(
        workspace_id=body["team_id"],
        user_id=event["user"],
        channel_id=event["channel"],
        ts=event["ts"],
        thread_ts=event.get("thread_ts"),
        text=event.get("text") or "",
    )


def click(body: Payload) -> Click:
    """Parse the ``block_actions`` of one button or select."""
    action = body["actions"][0]
    chosen = action.get("selected_option")
    container, user = body["container"], body["user"]
    return Click(
        workspace_id=(body.get("team") or user)["id" if body.get("team") else "team_id"],
        user_id=user["id"],
        user_name=user.get("name") or user.get("username") or "somebody",
        channel_id=container["channel_id"],
        value=chosen["value"] if chosen else action["value"],
        is_ephemeral=bool(container.get("is_ephemeral")),
        message_ts=container["message_ts"],
        thread_ts=container.get("thread_ts"),
    )
