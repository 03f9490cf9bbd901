"""Why Slack does not take something from the bot, in words, and what mends that: one table for all who say so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Refusal:
    """What one of Slack's error codes means; all of it is plain text without a full stop.

    ``why`` can go on in a sentence. ``remedy`` is what a digest's owner can do, ``for_question`` what there is to
    do after a question that got no answer, where that is something else.
    """

    why: str
    remedy: str
    for_question: str = ""

    @property
    def as_sentence(self) -> str:
        """Why, as the beginning of a sentence."""
        return f"{self.why[0].upper()}{self.why[1:]}"


_INVITE: Final = "Write /invite @finops there"
_ELSEWHERE: Final = "Choose another one, or ask a workspace admin to let me"
_TELL: Final = "Please tell whoever runs me"
_ASK_ELSEWHERE: Final = "Ask me in another channel, or ask a workspace admin to let me"
_REINSTALL: Final = (
    "Reinstall the app in this workspace and give the bot its new token, unless that is done already"
)

# https://docs.slack.dev/reference/methods/chat.postMessage#errors
ABOUT_CHANNEL: Final[Mapping[str, Refusal]] = {
    "not_in_channel": Refusal("I am not in that channel", _INVITE),
    "channel_not_found": Refusal(
        "I cannot see that channel: it was deleted, or it is private and I am not in it", _INVITE
    ),
    "is_archived": Refusal(
        "that channel is archived",
        "Choose another one, or ask somebody to unarchive it",
        "There is nothing to do, unless somebody unarchives it",
    ),
    "restricted_action": Refusal(
        "this workspace does not let me post in that channel", _ELSEWHERE, _ASK_ELSEWHERE
    ),
    "restricted_action_read_only_channel": Refusal("that channel is read-only for me", _ELSEWHERE, _ASK_ELSEWHERE),
    "restricted_action_thread_only_channel": Refusal(
        "that channel takes answers in threads only", "Choose another one", _ASK_ELSEWHERE
    ),
    "restricted_action_non_threadable_channel": Refusal(
        "that channel takes no answers in threads", "Choose another one", "Ask me in another channel"
    ),
    "restricted_action_thread_locked": Refusal(
        "that thread is locked", "Choose another channel", "Ask me in another thread"
    ),
}
"""Refusals of whatever is posted in that channel or thread."""

ABOUT_MESSAGE: Final[Mapping[str, Refusal]] = {
    "invalid_blocks": Refusal("Slack does not take the message as I write it", _TELL),
    "msg_blocks_too_long": Refusal("the message was too long for Slack", _TELL),
    "msg_too_long": Refusal("the message was too long for Slack", _TELL),
}
"""Refusals of one message, wherever it is posted."""

ABOUT_APP: Final[Mapping[str, Refusal]] = {
    "token_revoked": Refusal("the app's token was revoked", _REINSTALL),
    "token_expired": Refusal("the app's token has expired", _REINSTALL),
    "invalid_auth": Refusal("Slack does not accept the app's token", _REINSTALL),
    "not_authed": Refusal("Slack was shown no token of the app", _REINSTALL),
    "account_inactive": Refusal("the app was removed from this workspace", _REINSTALL),
    "missing_scope": Refusal(
        "the app lacks a permission", "Compare its scopes with config/manifest.yaml and reinstall it"
    ),
    "messages_tab_disabled": Refusal(
        "the app takes no direct messages", "Switch its Messages Tab on, under App Home in its settings"
    ),
}
"""Refusals of everything, until whoever runs the bot does something."""

_ALL: Final[Mapping[str, Refusal]] = {**ABOUT_CHANNEL, **ABOUT_MESSAGE, **ABOUT_APP}


def refusal_of(code: str) -> Refusal | None:
    """Return what one of Slack's error codes means; none for one that is not known."""
    return _ALL.get(code)
