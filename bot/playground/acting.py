"""What people do in conversations: write, click, use a shortcut; each becomes a signed request to the bot."""

import re
from collections.abc import Mapping
from typing import Any, Final

from bot.blocks.ids import QUESTION_ASK
from bot.errors import UserFacingError
from bot.playground import payloads
from bot.playground.blocks import element_at, offered
from bot.playground.channels import BOT_USER_ID, Channels
from bot.playground.limits import MAX_TEXT, message_problems
from bot.playground.organisation import Member
from bot.playground.requests import BotLine
from bot.playground.responses import Origin
from bot.playground.slack import SlackStandIn
from bot.playground.triggers import Triggers
from bot.playground.watching import Watching
from bot.playground.workspace import NotThereError, Workspace
from bot.playground.writing import Composer

COMMAND: Final = "/finops"
_COMMAND: Final = re.compile(r"(/\w[\w-]*)(?:\s+(.*))?", re.DOTALL)


class Acting:
    """Does what a person does on Slack; ``UnavailableError`` if the bot does not answer."""

    def __init__(
        self,
        *,
        slack: SlackStandIn,
        workspace: Workspace,
        watching: Watching,
        triggers: Triggers,
        composer: Composer,
        line: BotLine,
    ) -> None:
        self._slack = slack
        self._channels: Channels = slack.channels
        self._workspace = workspace
        self._watching = watching
        self._triggers = triggers
        self._composer = composer
        self._line = line

    async def say(self, person: Member, channel_id: str, thread_ts: str | None, typed: str) -> None:
        """Write a message, or type a command.

        Raises:
            UserFacingError: there is nothing to send, or Slack would not take it.
            NotThereError: there is no such conversation or thread.
        """
        name = self._workspace.channel_name(channel_id, person)
        if not typed.strip():
            raise UserFacingError("There is nothing to send: write something first.")
        if len(typed) > MAX_TEXT:
            raise UserFacingError(f"Slack takes {MAX_TEXT:,} characters at most; this has {len(typed):,}.")
        command = _COMMAND.fullmatch(typed.strip())
        if command:
            await self._command(person, (channel_id, name), thread_ts, command.group(1), command.group(2) or "")
        else:
            await self._message(person, channel_id, thread_ts, self._composer.slack_text(typed))

    async def click(
        self, person: Member, channel_id: str, message_ts: str, block_id: str, action: Mapping[str, Any]
    ) -> None:
        """Click a button, or choose from a select, in a message; ``NotThereError`` if it is not there any more."""
        channel = channel_id, self._workspace.channel_name(channel_id, person)
        message, is_ephemeral = self._workspace.message(person, channel_id, message_ts)
        done = acted_on(message.get("blocks") or [], block_id, action)
        origin = Origin(person.id, channel_id, message_ts, message.get("thread_ts"))
        payload = payloads.click_in_message(person, channel, message, done, is_ephemeral=is_ephemeral)
        await self._line.interaction({**payload, **self._answerable(origin)})

    async def shortcut(self, person: Member, channel_id: str, message_ts: str) -> None:
        """Ask "Who owns this?" about a message."""
        channel = channel_id, self._workspace.channel_name(channel_id, person)
        message, is_ephemeral = self._workspace.message(person, channel_id, message_ts)
        if is_ephemeral:
            raise UserFacingError("Slack has no shortcuts on messages that only you see.")
        payload = payloads.shortcut_on_message(person, channel, message, QUESTION_ASK)
        await self._line.interaction({**payload, **self._answerable(Origin(person.id, channel_id))})

    async def command(self, person: Member, channel_id: str, text: str) -> None:
        """Type ``/finops text`` in a channel; ``text`` is as Slack sends it."""
        channel = channel_id, self._workspace.channel_name(channel_id, person)
        payload = payloads.slash_command(person, channel, COMMAND, text)
        answer = await self._line.command({**payload, **self._answerable(Origin(person.id, channel_id))})
        if answer:
            problems = self._slack.validate(COMMAND, message_problems(answer))
            self._workspace.respond(Origin(person.id, channel_id), answer, problems)
            self._watching.tell_conversation(channel_id)

    async def _command(
        self, person: Member, channel: tuple[str, str], thread_ts: str | None, name: str, text: str
    ) -> None:
        if name != COMMAND:
            raise UserFacingError(f"{name} is not a command here. Try {COMMAND} help")
        if thread_ts:
            raise UserFacingError(f"Slack has no commands in threads: type {COMMAND} in the channel itself.")
        await self.command(person, channel[0], self._composer.slack_text(text).strip())

    async def _message(self, person: Member, channel_id: str, thread_ts: str | None, text: str) -> None:
        if thread_ts:
            self._workspace.thread(person, channel_id, thread_ts)
        message = self._channels.say(channel_id, person.id, text, self._slack.next_ts(), thread_ts)
        self._watching.tell_conversation(channel_id)
        if channel_id.startswith("D"):
            await self._line.event(payloads.direct_message(person, channel_id, message))
        elif f"<@{BOT_USER_ID}>" in text:
            await self._line.event(payloads.mention(person, channel_id, message))

    def _answerable(self, origin: Origin) -> dict[str, str]:
        """Return what the bot may answer an act with: a trigger, and an address."""
        return {
            "trigger_id": self._triggers.issue(origin.person_id),
            "response_url": self._slack.response_url(origin),
        }


def acted_on(blocks: list[Mapping[str, Any]], block_id: str, action: Mapping[str, Any]) -> dict[str, Any]:
    """Return an action as Slack sends it: what an element carries is what stands in it, whatever a page says.

    Raises:
        NotThereError: there is no such element.
        UserFacingError: what was chosen is not among what it offers.
    """
    action_id = str(action.get("action_id"))
    element = element_at(blocks, block_id, action_id)
    if element is None or element["type"] != action.get("type"):
        raise NotThereError("What you clicked is not there any more: the message has changed.")
    done = {**action, "block_id": block_id}
    if element["type"] == "button":
        return {**done, "text": element["text"], **({"value": element["value"]} if "value" in element else {})}
    options = offered(element)
    chosen = action.get("selected_option")
    if options and chosen is not None and chosen not in options:
        raise UserFacingError("What you chose is not among what is offered.")
    return done
