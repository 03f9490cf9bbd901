"""What a handler may answer beside a message."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.blocks.text import Message
from bot.handlers.payloads import SlashCommand


@dataclass(frozen=True, slots=True)
class ClickReply:
    """What happens after a click; each part is optional.

    ``replacement`` takes the place of the clicked message, ``note`` is seen by the person who clicked,
    ``announcement`` by everybody in the channel, ``follow_up`` by everybody in the clicked message's thread.
    """

    replacement: Message | None = None
    note: Message | None = None
    announcement: Message | None = None
    follow_up: Message | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """An answer to a command that takes longer than Slack waits: ``now`` at once, ``then`` when it is ready."""

    now: Message
    then: Callable[[SlashCommand], Awaitable[Message]]
