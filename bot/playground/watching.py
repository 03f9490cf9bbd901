"""Watches what the bot sends: open pages are told what has changed, and whose form or home Slack refused."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from bot.playground.changes import Changes
from bot.playground.channels import place
from bot.playground.responses import Origin
from bot.playground.slack import Call
from bot.playground.views import Views
from bot.playground.workspace import Workspace

FRESH_SECONDS: Final = 2.0
"""So long the page may take to fetch a home that a click has changed, without opening it anew."""

_IN_A_CHANNEL: Final = frozenset({"chat.postMessage", "chat.update", "chat.delete"})


@dataclass(slots=True)
class Problems:
    """What was wrong with the last form and the last home that somebody was to be shown."""

    form: tuple[str, ...] = ()
    home: tuple[str, ...] = ()


@dataclass(slots=True)
class Watching:
    """The ``Watcher`` of a playground."""

    workspace: Workspace
    views: Views
    changes: Changes
    timer: Callable[[], float] = time.monotonic
    _problems: dict[str, Problems] = field(default_factory=dict)
    _opening: set[str] = field(default_factory=set)
    _published_at: dict[str, float] = field(default_factory=dict)

    def problems(self, person_id: str) -> Problems:
        """Return what is wrong with what somebody sees."""
        return self._problems.setdefault(person_id, Problems())

    @contextmanager
    def opening_home(self, person_id: str) -> Iterator[None]:
        """Tell nobody of the home that is published meanwhile: the page that opens it fetches it now."""
        self._opening.add(person_id)
        try:
            yield
        finally:
            self._opening.discard(person_id)

    def has_fresh_home(self, person_id: str) -> bool:
        """Tell whether somebody's home was changed just now by what they did, and is still to be fetched."""
        published_at = self._published_at.get(person_id)
        return published_at is not None and self.timer() - published_at < FRESH_SECONDS

    def called(self, call: Call, answer: Mapping[str, Any]) -> None:
        """See ``Watcher``."""
        given = call.arguments
        problems = tuple((answer.get("response_metadata") or {}).get("messages") or ())
        if call.method in _IN_A_CHANNEL:
            if problems:
                self.workspace.whisper(given["channel"], given, None, problems)
            self.tell_conversation(given["channel"])
        elif call.method == "files.completeUploadExternal" and given.get("channel_id"):
            self.tell_conversation(given["channel_id"])
        elif call.method in {"views.open", "views.update"}:
            self._form(given, answer, problems)
        elif call.method == "views.publish":
            self._home(given["user_id"], problems)

    def responded(self, origin: Origin, arguments: Mapping[str, Any], problems: tuple[str, ...]) -> None:
        """See ``Watcher``."""
        self.workspace.respond(origin, arguments, problems)
        self.tell_conversation(origin.channel_id)

    def tell_conversation(self, channel_id: str) -> None:
        """Tell every page that something in a conversation has changed."""
        channel_id = place(channel_id)
        self.changes.tell(f"conversation:{channel_id}", only=channel_id[1:] if channel_id[0] == "D" else None)

    def form_changed(self, person_id: str, problems: tuple[str, ...]) -> None:
        """Tell a person's pages that they see another form, and what was wrong with it."""
        self.problems(person_id).form = problems
        self.changes.tell("form", only=person_id)

    def _form(self, given: Mapping[str, Any], answer: Mapping[str, Any], problems: tuple[str, ...]) -> None:
        triggers = self.views.triggers
        opener = triggers.owner_of(given["trigger_id"]) if triggers and "trigger_id" in given else None
        person_id = opener or self.views.owner_of(given.get("view_id") or "")
        if person_id is None:
            return
        error = () if answer["ok"] or problems else (f"Slack answers {answer['error']}",)
        self.form_changed(person_id, (*problems, *error))

    def _home(self, person_id: str, problems: tuple[str, ...]) -> None:
        self.problems(person_id).home = problems
        if person_id not in self._opening:
            self._published_at[person_id] = self.timer()
            self.changes.tell("home", only=person_id)
