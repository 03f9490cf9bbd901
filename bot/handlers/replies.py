"""What a handler may answer beside a message."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from slack_sdk.models.views import View

from bot.blocks.text import Message
from bot.handlers.payloads import SlashCommand

Told: TypeAlias = Callable[[bool], Awaitable[None]]
"""Is told whether what was said reached the others."""


@dataclass(frozen=True, slots=True)
class ClickReply:
    """What happens after a click; each part is optional.

    ``replacement`` takes the place of the clicked message, ``note`` is seen by the person who clicked,
    ``announcement`` by everybody in the channel, ``follow_up`` by everybody in the clicked message's thread.
    ``form`` opens for the person who clicked. ``told`` is called with whether announcement and follow-up were
    taken; if they were not, the clicked message stays as it is, so that somebody can click again.
    """

    replacement: Message | None = None
    note: Message | None = None
    announcement: Message | None = None
    follow_up: Message | None = None
    form: View | None = None
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class ViewReply:
    """What happens after a click inside a form or App Home; each part is optional.

    ``home`` is shown as App Home, ``form`` opens on top, ``update`` takes the place of the clicked form.
    """

    home: View | None = None
    form: View | None = None
    update: View | None = None


@dataclass(frozen=True, slots=True)
class Replacement:
    """Another message in the place of one of the bot's."""

    channel_id: str
    ts: str
    message: Message


@dataclass(frozen=True, slots=True)
class SubmissionReply:
    """What happens after a form was submitted.

    ``errors`` are shown beside their fields, by block id, and keep the form open; otherwise ``next_form`` takes
    its place (none: it closes), ``home`` is shown as App Home, and the message that the form was opened from has
    its ``replacement``.
    """

    errors: Mapping[str, str] = field(default_factory=dict)
    next_form: View | None = None
    home: View | None = None
    replacement: Replacement | None = None


@dataclass(frozen=True, slots=True)
class OpenForm:
    """An answer to a command that is a form."""

    view: View


@dataclass(frozen=True, slots=True)
class Later:
    """An answer to a command that takes longer than Slack waits: ``now`` at once, ``then`` when it is ready."""

    now: Message
    then: Callable[[SlashCommand], Awaitable[Message]]
