"""The workspace as its people see it: conversations, what is for one person's eyes, and what Slack refused."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.errors import UserFacingError
from bot.playground.channels import BOT_USER_ID, Channels, Message, content_of, place
from bot.playground.organisation import Member, Organisation
from bot.playground.responses import Origin
from bot.playground.writing import escaped

NAME: Final = "Made-up company"
BOT_NAME: Final = "finops"
_MAX_WHISPERS: Final = 2_000
Shown = dict[str, Any]


class NotThereError(UserFacingError):
    """Somebody or something that a page asks for is not there, or not for this person."""


@dataclass(frozen=True, slots=True)
class Whisper:
    """What stands in a conversation beside Slack's own record of it.

    Either only one person sees it, or (``only_for`` is none) it was refused, for the reasons in ``violations``.
    """

    channel_id: str
    message: Message
    only_for: str | None
    violations: tuple[str, ...] = ()

    def is_for(self, person_id: str) -> bool:
        """Tell whether somebody sees it."""
        return self.only_for in {None, person_id}


class Workspace:
    """Reads conversations for people, and does to them what the bot answers through response addresses."""

    def __init__(self, organisation: Organisation, channels: Channels, next_ts: Callable[[], str]) -> None:
        self.organisation = organisation
        self._channels = channels
        self._next_ts = next_ts
        self._whispers: dict[str, Whisper] = {}

    def person(self, person_id: str) -> Member:
        """Return somebody who is there; ``NotThereError`` otherwise."""
        member = self.organisation.people.get(person_id)
        if member is None or member not in self.organisation.actors:
            raise NotThereError(f"There is nobody with the id “{person_id}” here.")
        return member

    def channel_name(self, channel_id: str, person: Member) -> str:
        """Return what a conversation is called; ``NotThereError`` if this person has none with this id."""
        if channel_id == f"D{person.id}":
            return BOT_NAME
        if channel_id not in self.organisation.channels:
            raise NotThereError(f"{person.name} is in no conversation with the id “{channel_id}”.")
        return self.organisation.channels[channel_id]

    def conversation(self, person: Member, channel_id: str) -> dict[str, Any]:
        """Return a conversation without what stands in its threads; ``NotThereError`` as in ``channel_name``."""
        name = self.channel_name(channel_id, person)
        shown = [one for one in self._seen(person, channel_id) if one["thread_ts"] in {None, one["ts"]}]
        kind = "direct" if channel_id.startswith("D") else "channel"
        return {"id": channel_id, "name": name, "kind": kind, "messages": shown}

    def thread(self, person: Member, channel_id: str, ts: str) -> list[dict[str, Any]]:
        """Return a message and its answers; ``NotThereError`` if there is no such message."""
        self.channel_name(channel_id, person)
        shown = [one for one in self._seen(person, channel_id) if ts in {one["ts"], one["thread_ts"]}]
        if not shown:
            raise NotThereError("This message is not there any more.")
        return shown

    def message(self, person: Member, channel_id: str, ts: str) -> tuple[Message, bool]:
        """Return a message and whether only this person sees it; ``NotThereError`` if there is none."""
        self.channel_name(channel_id, person)
        whisper = self._whispers.get(ts)
        if whisper and whisper.only_for == person.id:
            return whisper.message, True
        message = self._channels.find(channel_id, ts)
        if message is None:
            raise NotThereError("This message is not there any more.")
        return message, False

    def whisper(
        self,
        channel_id: str,
        content: Mapping[str, Any],
        only_for: str | None,
        violations: tuple[str, ...] = (),
        ts: str | None = None,
    ) -> None:
        """Show something to one person, or to everybody that the bot tried to post it; in the place of ``ts``."""
        ts = ts or self._next_ts()
        kept = {**content_of(content, ("text", "blocks", "thread_ts")), "ts": ts, "user": BOT_USER_ID}
        self._whispers[ts] = Whisper(place(channel_id), {"text": "", **kept}, only_for, violations)
        for old in list(self._whispers)[:-_MAX_WHISPERS]:
            del self._whispers[old]

    def respond(self, origin: Origin, arguments: Mapping[str, Any], problems: tuple[str, ...]) -> None:
        """Do what was sent to a response address: replace or delete the original, or say something new."""
        original = origin.message_ts
        if arguments.get("delete_original") and original:
            self._remove(origin)
        elif arguments.get("replace_original") and original and not problems:
            self._replace(origin, original, arguments)
        elif arguments.get("response_type") == "in_channel" and not problems:
            self._channels.keep({**arguments, "channel": origin.channel_id}, self._next_ts())
        else:
            self.whisper(origin.channel_id, arguments, origin.person_id, problems)

    def _replace(self, origin: Origin, ts: str, arguments: Mapping[str, Any]) -> None:
        whisper = self._whispers.get(ts)
        if whisper is None:
            self._channels.update({**arguments, "channel": origin.channel_id, "ts": ts})
            return
        content = {**arguments, "thread_ts": whisper.message.get("thread_ts")}
        self.whisper(origin.channel_id, content, whisper.only_for, ts=ts)

    def _remove(self, origin: Origin) -> None:
        if self._whispers.pop(origin.message_ts or "", None) is None:
            self._channels.delete({"channel": origin.channel_id, "ts": origin.message_ts})

    def _seen(self, person: Member, channel_id: str) -> list[dict[str, Any]]:
        """Return everything in a conversation that somebody sees, the oldest first."""
        messages = self._channels.messages.get(channel_id, [])
        counts = _reply_counts(messages)
        shown = [self._shown(one, reply_count=counts.get(one["ts"], 0)) for one in messages]
        shown += [
            self._shown(one.message, is_ephemeral=one.only_for is not None, violations=one.violations)
            for one in self._whispers.values()
            if one.channel_id == channel_id and one.is_for(person.id)
        ]
        return sorted(shown, key=lambda one: float(one["ts"]))

    def _shown(
        self, message: Message, *, reply_count: int = 0, is_ephemeral: bool = False, violations: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Return a message as the page is told of it."""
        shown = {
            "ts": message["ts"],
            "thread_ts": message.get("thread_ts"),
            "author": self._author(message["user"]),
            "text": message.get("text") or "",
            "blocks": message.get("blocks"),
            "is_ephemeral": is_ephemeral,
            "edited": "edited" in message,
            "files": list(_files(message)),
            "violations": list(violations),
            "reply_count": reply_count,
        }
        return self.spoken(shown)

    def spoken(self, shown: Shown) -> Shown:
        """Return something to be shown with the names of those who have left: pages know only who is there."""
        text = json.dumps(shown)
        for person_id in self.organisation.departed:
            name = escaped(self.organisation.people[person_id].name)
            text = text.replace(f"<@{person_id}>", json.dumps(f"@{name}")[1:-1])
        spoken: Shown = json.loads(text)
        return spoken

    def _author(self, user_id: str) -> dict[str, Any]:
        if user_id == BOT_USER_ID:
            return {"id": user_id, "name": BOT_NAME, "is_bot": True}
        return {"id": user_id, "name": self.organisation.people[user_id].name, "is_bot": False}


def clock_moments(clock: Callable[[], float] = time.time) -> Callable[[], str]:
    """Return a source of ``ts`` that tells the time, each later than the one before."""
    last = 0

    def next_ts() -> str:
        nonlocal last
        last = max(last + 1, int(clock() * 1_000_000))
        return f"{last // 1_000_000}.{last % 1_000_000:06}"

    return next_ts


def _reply_counts(messages: Sequence[Message]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in messages:
        thread_ts = one.get("thread_ts")
        if thread_ts and thread_ts != one["ts"]:
            counts[thread_ts] = counts.get(thread_ts, 0) + 1
    return counts


def _files(message: Message) -> Iterator[dict[str, str]]:
    for file in message.get("files") or ():
        yield {"title": file["title"], "alt": file["alt_txt"] or file["title"], "url": f"/api/files/{file['id']}"}
