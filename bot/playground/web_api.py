"""Slack's Web API as far as the bot uses it: what a method answers, and what is refused. No connections here."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.playground.channels import BOT_ID, BOT_USER_ID, Channels
from bot.playground.files import Files
from bot.playground.limits import message_problems, view_problems
from bot.playground.people import found, group_members, listed_groups, some_users, user_by_email
from bot.playground.views import Views

WORKSPACE_ID: Final = "T0STANDIN"
_FIRST_MOMENT: Final = 1_800_000_000
Answer = dict[str, Any]
Arguments = Mapping[str, Any]


def counted_moments() -> Callable[[], str]:
    """Return a source of ``ts`` that counts seconds from a fixed moment on, so that tests know them."""
    numbers = itertools.count(_FIRST_MOMENT + 1)
    return lambda: f"{next(numbers)}.000100"


@dataclass(slots=True)
class WebApi:
    """What a workspace holds, and the methods that look at it and change it.

    Everything it knows of people, groups and channels is set from outside. ``violations`` are what the bot sent
    and Slack would have refused. ``next_ts`` gives each message its own ``ts``, later than the ones before.
    """

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    views: Views = field(default_factory=Views)
    channels: Channels = field(default_factory=Channels)
    files: Files = field(default_factory=Files)
    violations: list[str] = field(default_factory=list)
    next_ts: Callable[[], str] = field(default_factory=counted_moments)
    address: str = ""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def result(self, method: str, arguments: Arguments) -> Answer:
        """Return what a method answers."""
        answers: dict[str, Callable[[Arguments], Answer]] = {
            "auth.test": self._auth_test,
            "apps.connections.open": lambda _: {"url": f"{self.address.replace('http', 'ws', 1)}/socket"},
            "chat.postMessage": self._post,
            "chat.postEphemeral": self._whisper,
            "chat.update": self._update,
            "chat.delete": self.channels.delete,
            "conversations.history": self.channels.history,
            "conversations.replies": self.channels.replies,
            "files.getUploadURLExternal": lambda given: self.files.announce(given, self.address),
            "files.completeUploadExternal": lambda given: self.files.complete(given, self._keep),
            "users.info": lambda given: found("user", self.users.get(given["user"]), "user_not_found"),
            "users.list": lambda given: some_users(self.users, given),
            "users.lookupByEmail": lambda given: user_by_email(self.users, given),
            "usergroups.list": lambda given: listed_groups(self.groups, given),
            "usergroups.users.list": lambda given: group_members(self.groups, given),
            "views.open": lambda given: self._show(self.views.open, "views.open", given),
            "views.update": lambda given: self._show(self.views.update, "views.update", given),
            "views.publish": lambda given: self._show(self.views.publish, "views.publish", given),
        }
        answer = answers.get(method)
        return {"ok": True, **answer(arguments)} if answer else {"ok": False, "error": "unknown_method"}

    def validate(self, method: str, problems: tuple[str, ...]) -> tuple[str, ...]:
        """Note what is wrong with something the bot sent, and return it."""
        self.violations += [f"{method}: {problem}" for problem in problems]
        return problems

    def _auth_test(self, _arguments: Arguments) -> Answer:
        return {
            "url": f"{self.address}/",
            "team": "Stand-in",
            "user": "finops",
            "team_id": WORKSPACE_ID,
            "user_id": BOT_USER_ID,
            "bot_id": BOT_ID,
        }

    def _post(self, arguments: Arguments) -> Answer:
        if not self.channels.is_known(arguments["channel"]):
            return {"ok": False, "error": "channel_not_found"}
        problems = self.validate("chat.postMessage", message_problems(arguments))
        return _refusal("invalid_blocks", problems) if problems else self._keep(arguments)

    def _whisper(self, arguments: Arguments) -> Answer:
        if not self.channels.is_known(arguments["channel"]):
            return {"ok": False, "error": "channel_not_found"}
        problems = self.validate("chat.postEphemeral", message_problems(arguments))
        return _refusal("invalid_blocks", problems) if problems else {"message_ts": self.next_ts()}

    def _keep(self, arguments: Arguments) -> Answer:
        message = self.channels.keep(arguments, self.next_ts())
        return {"channel": arguments["channel"], "ts": message["ts"], "message": message}

    def _update(self, arguments: Arguments) -> Answer:
        problems = self.validate("chat.update", message_problems(arguments))
        return _refusal("invalid_blocks", problems) if problems else self.channels.update(arguments)

    def _show(self, show: Callable[[Arguments], Answer], method: str, arguments: Arguments) -> Answer:
        problems = self.validate(method, view_problems(arguments["view"]))
        return _refusal("invalid_arguments", problems) if problems else show(arguments)


def _refusal(error: str, problems: tuple[str, ...]) -> Answer:
    return {"ok": False, "error": error, "response_metadata": {"messages": list(problems)}}
