"""Payloads as Slack writes them, for what people do. Pure."""

import time
from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from bot.playground.channels import BOT_ID, BOT_USER_ID, Message
from bot.playground.organisation import Member
from bot.playground.slack import WORKSPACE_ID

Payload = dict[str, Any]
_APP_ID: Final = "A0FINOPS"
_DOMAIN: Final = "playground"
_TOKEN: Final = {"token": "verified-by-signature", "api_app_id": _APP_ID}


def slash_command(person: Member, channel: tuple[str, str], command: str, text: str) -> dict[str, str]:
    """Return the form of ``/command text``, without the addresses to answer to."""
    channel_id, name = channel
    return {
        **_TOKEN,
        "team_id": WORKSPACE_ID,
        "team_domain": _DOMAIN,
        "channel_id": channel_id,
        "channel_name": "directmessage" if channel_id.startswith("D") else name,
        "user_id": person.id,
        "user_name": person.user_name,
        "command": command,
        "text": text,
    }


def event(content: Mapping[str, Any]) -> Payload:
    """Return the envelope of an event."""
    return {
        **_TOKEN,
        "type": "event_callback",
        "team_id": WORKSPACE_ID,
        "event_id": f"Ev{uuid4().hex[:10].upper()}",
        "event_time": int(time.time()),
        "authorizations": [{"team_id": WORKSPACE_ID, "user_id": BOT_USER_ID, "is_bot": True}],
        "event": dict(content),
    }


def mention(person: Member, channel_id: str, message: Message) -> Payload:
    """Return the event of a message in a channel that mentions the bot."""
    return event({**_message_event(person, channel_id, message), "type": "app_mention"})


def direct_message(person: Member, channel_id: str, message: Message) -> Payload:
    """Return the event of a message to the bot itself."""
    return event({**_message_event(person, channel_id, message), "type": "message", "channel_type": "im"})


def home_opened(person: Member, view: Mapping[str, Any] | None) -> Payload:
    """Return the event of somebody looking at App Home; ``view`` is what they saw there the last time."""
    moment = f"{time.time():.6f}"
    content: Payload = {"type": "app_home_opened", "user": person.id, "channel": f"D{person.id}", "tab": "home"}
    return event({**content, "event_ts": moment, **({"view": dict(view)} if view else {})})


def click_in_message(
    person: Member, channel: tuple[str, str], message: Message, action: Mapping[str, Any], *, is_ephemeral: bool
) -> Payload:
    """Return a click on a message; Slack does not repeat what stands in one that only this person sees."""
    thread_ts = message.get("thread_ts")
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel[0],
        "is_ephemeral": is_ephemeral,
        **({"thread_ts": thread_ts} if thread_ts else {}),
    }
    told = {} if is_ephemeral else {"message": _message(message)}
    return {**_act("block_actions", person), "container": container, **_place(channel), **told, **_actions(action)}


def shortcut_on_message(person: Member, channel: tuple[str, str], message: Message, callback_id: str) -> Payload:
    """Return a message shortcut."""
    told = {"callback_id": callback_id, "message_ts": message["ts"], "message": _message(message)}
    return {**_act("message_action", person), "action_ts": f"{time.time():.6f}", **_place(channel), **told}


def click_in_view(
    person: Member, view: Mapping[str, Any], state: Mapping[str, Any], action: Mapping[str, Any]
) -> Payload:
    """Return a click inside a form or App Home."""
    container = {"type": "view", "view_id": view["id"]}
    return {
        **_act("block_actions", person),
        "container": container,
        "view": _view(view, state),
        **_actions(action),
    }


def submission(person: Member, view: Mapping[str, Any], state: Mapping[str, Any]) -> Payload:
    """Return a submitted form."""
    return {**_act("view_submission", person), "view": _view(view, state), "response_urls": []}


def options_wanted(person: Member, view: Mapping[str, Any], block_id: str, action_id: str, typed: str) -> Payload:
    """Return the request for the options of a select, for what somebody has typed into it."""
    return {
        **_act("block_suggestion", person),
        "container": {"type": "view", "view_id": view["id"]},
        "block_id": block_id,
        "action_id": action_id,
        "value": typed,
        "view": _view(view, view.get("state") or {"values": {}}),
    }


def _act(kind: str, person: Member) -> Payload:
    user = {"id": person.id, "username": person.user_name, "name": person.user_name, "team_id": WORKSPACE_ID}
    team = {"id": WORKSPACE_ID, "domain": _DOMAIN}
    return {**_TOKEN, "type": kind, "user": user, "team": team, "is_enterprise_install": False, "enterprise": None}


def _place(channel: tuple[str, str]) -> Payload:
    return {"channel": {"id": channel[0], "name": channel[1]}}


def _actions(action: Mapping[str, Any]) -> Payload:
    return {"actions": [{**action, "action_ts": f"{time.time():.6f}"}]}


def _message(message: Message) -> Payload:
    return {**message, "team": WORKSPACE_ID}


def _message_event(person: Member, channel_id: str, message: Message) -> Payload:
    return {
        **message,
        "user": person.id,
        "channel": channel_id,
        "team": WORKSPACE_ID,
        "event_ts": message["ts"],
        "client_msg_id": str(uuid4()),
    }


def _view(view: Mapping[str, Any], state: Mapping[str, Any]) -> Payload:
    return {"team_id": WORKSPACE_ID, "app_id": _APP_ID, "bot_id": BOT_ID, **view, "state": dict(state)}
