"""Messages of the stand-in as its channels keep them, with what they carry for programs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.playground.blocks import identified

BOT_USER_ID: Final = "U0FINOPS"
BOT_ID: Final = "B0FINOPS"
_PAGE: Final = 100
_KEPT: Final = ("text", "blocks", "metadata", "thread_ts", "files")
Message = dict[str, Any]


@dataclass(slots=True)
class Channels:
    """Keeps what was posted.

    The bot may read its conversations with people, and channels if it ``may_read`` (the scope
    ``channels:history``). ``names`` are the channels there are, by id; while there are none, any is known.
    """

    may_read: bool = False
    names: dict[str, str] = field(default_factory=dict)
    messages: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))

    def is_known(self, channel_id: str) -> bool:
        """Tell whether there is such a channel, or a conversation of the bot with somebody."""
        return not self.names or channel_id in self.names or channel_id[:1] in {"D", "U", "W"}

    def keep(self, arguments: Mapping[str, Any], ts: str) -> Message:
        """Keep a message that the bot posted, where it said so."""
        kept = content_of(arguments, _KEPT)
        message = {"type": "message", "user": BOT_USER_ID, "bot_id": BOT_ID, "ts": ts, **kept}
        self.messages[place(arguments["channel"])].append(message)
        return message

    def say(self, channel_id: str, user_id: str, text: str, ts: str, thread_ts: str | None) -> Message:
        """Keep a message that a person wrote."""
        message: Message = {"type": "message", "user": user_id, "text": text, "ts": ts}
        if thread_ts:
            message["thread_ts"] = thread_ts
        self.messages[channel_id].append(message)
        return message

    def find(self, channel_id: str, ts: str) -> Message | None:
        """Return a message by its ``ts``."""
        return next((one for one in self.messages.get(place(channel_id), ()) if one["ts"] == ts), None)

    def thread(self, channel_id: str, ts: str) -> list[Message]:
        """Return a message and what was answered to it."""
        return [one for one in self.messages.get(place(channel_id), ()) if ts in {one["ts"], one.get("thread_ts")}]

    def history(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Answer ``conversations.history``: the latest first, without what stands in threads."""
        channel_id = arguments["channel"]
        if not self._is_readable(channel_id):
            return {"ok": False, "error": "missing_scope", "needed": "channels:history"}
        oldest = float(arguments.get("oldest") or 0)
        kept = [one for one in self.messages[channel_id] if float(one["ts"]) > oldest]
        return _page([one for one in reversed(kept) if "thread_ts" not in one], arguments)

    def replies(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Answer ``conversations.replies``: a message and what was answered to it, the oldest first."""
        if not self._is_readable(arguments["channel"]):
            return {"ok": False, "error": "missing_scope", "needed": "channels:history"}
        found = self.thread(arguments["channel"], arguments["ts"])
        return _page(found, arguments) if found else {"ok": False, "error": "thread_not_found"}

    def update(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Answer ``chat.update``."""
        message = self._own(arguments)
        if message is None:
            return {"ok": False, "error": "message_not_found"}
        message |= content_of(arguments, ("text", "blocks", "metadata"))
        message["edited"] = {"user": BOT_USER_ID, "ts": message["ts"]}
        return {"channel": arguments["channel"], "ts": message["ts"], "text": message["text"]}

    def delete(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Answer ``chat.delete``."""
        message = self._own(arguments)
        if message is None:
            return {"ok": False, "error": "message_not_found"}
        self.messages[place(arguments["channel"])].remove(message)
        return {"channel": arguments["channel"], "ts": message["ts"]}

    def _own(self, arguments: Mapping[str, Any]) -> Message | None:
        found = self.find(arguments["channel"], arguments["ts"])
        return found if found and found["user"] == BOT_USER_ID else None

    def _is_readable(self, channel_id: str) -> bool:
        return self.may_read or channel_id.startswith("D")


def place(channel_id: str) -> str:
    """Return where a message goes: what is posted to somebody's own id goes to the conversation with them."""
    return f"D{channel_id}" if channel_id[:1] in {"U", "W"} else channel_id


def content_of(arguments: Mapping[str, Any], names: Iterable[str]) -> Message:
    """Return those parts of a message that were sent; every block has an id then."""
    kept = {name: arguments[name] for name in names if arguments.get(name) is not None}
    return {**kept, "blocks": identified(kept["blocks"])} if kept.get("blocks") else kept


def _page(found: list[Message], arguments: Mapping[str, Any]) -> dict[str, Any]:
    start, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit") or _PAGE)
    left_out = set() if arguments.get("include_all_metadata") else {"metadata"}
    page = [dict(_without(one, left_out)) for one in found[start : start + limit]]
    cursor = str(start + limit) if start + limit < len(found) else ""
    return {"messages": page, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}


def _without(message: Message, names: set[str]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in message.items() if name not in names)
