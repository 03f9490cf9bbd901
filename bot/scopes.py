"""The scopes of the Slack app, and what is worse without each; the manifest asks for the needed ones."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope; ``without`` completes “without it, …”."""

    name: str
    without: str
    is_needed: bool = False


SCOPES: Final = (
    Scope("app_mentions:read", "nobody can mention the bot in a channel", is_needed=True),
    Scope("chat:write", "no answer can be posted", is_needed=True),
    Scope("commands", "there is no /finops", is_needed=True),
    Scope("im:history", "direct messages are not heard", is_needed=True),
    Scope("usergroups:read", "user groups cannot be owners or FinOps admins", is_needed=True),
    Scope("users:read", "owners who left are still asked, and workspace admins may not assign", is_needed=True),
    Scope("channels:history", "edited questions in channels keep their answer, and some posts are made twice"),
    Scope("groups:history", "the same is so in private channels"),
    Scope("channels:read", "nobody is told beforehand that a channel of a team or digest cannot be reached"),
    Scope("groups:read", "the same is so with private channels"),
    Scope("files:write", "a digest's trend comes in words, without the picture"),
    Scope("users:read.email", "files cannot name people by their e-mail addresses"),
)
