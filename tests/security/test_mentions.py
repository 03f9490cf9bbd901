"""Whatever people write or call themselves, the bot mentions owners and channels it knows, and nobody else."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.blocks.text import escape, quoted
from bot.digesting import Digesting
from bot.errors import UserFacingError
from bot.messenger import SlackMessenger, build_client
from bot.playground.slack import BOT_USER_ID, WORKSPACE_ID
from bot.reviewing import Reviewing
from bot.settings import Settings
from bot.surface import Surface
from bot.teams.model import Actor
from bot.teams.team_changes import TeamDraft
from bot.teams.transfer_plan import TransferPlan
from bot.teams.transfer_rows import ImportRules
from tests.builders import a_digest, a_row
from tests.markup import markup, misread
from tests.scenarios.conftest import ADMIN, ASKER, BUYING, CHANNEL, LEFT, OWNER, Stage

KNOWN = {
    *(f"<@{one}>" for one in (ADMIN, ASKER, OWNER, LEFT, "U1INGROUP")),
    "<!subteam^S1BUYERS>",
    "<!subteam^S1ADMINS>",
    f"<#{CHANNEL}>",
}
_LIVE = re.compile(r"<(?:[@#!]|[a-z]+:)[^>]*>?")
"""A mention, a channel, or a link."""

_SOURCE = re.compile(r"<https://[^|>]*finops\.org[^>]*>")
"""The sources of the persona texts, which the catalogue names."""

TRICKS = [
    "<!channel>",
    "<!here|here>",
    "<!everyone>",
    "<<!here>>",
    "<!channel",
    "<\u200b!channel>",
    "\uff1c!channel\uff1e",
    "&lt;!channel&gt;",
    "&amp;lt;!here&amp;gt;",
    "&#60;!here&#62;",
    "<@U666EVIL>",
    "<@U666EVIL|sam>",
    "<@W666EVIL>",
    "<#C666EVIL|general>",
    "<!subteam^S666EVIL|@all>",
    "<!date^1^{date}|x>",
    "<https://evil.example|your bank>",
    "<mailto:x@evil.example|you>",
    "\n\n<!here>",
    "`<!here>`",
    "*_~<!here>~_*",
    "@channel @here",
]
untrusted = st.lists(
    st.one_of(st.sampled_from(TRICKS), st.text(st.characters(exclude_categories=["Cs"]), max_size=6)),
    min_size=1,
    max_size=4,
).map("".join)


def strangers(value: object) -> set[str]:
    """Return every mention and link but those of people and channels that are known."""
    live = {found for text in markup(value) for found in _LIVE.findall(text)}
    return {one for one in live - KNOWN if not _SOURCE.fullmatch(one)}


def actor(user_id: str = ADMIN) -> Actor:
    return Actor(WORKSPACE_ID, user_id, Surface.SLASH)


def call_themselves(stage: Stage, words: str) -> None:
    """Give every person and group a name of these words."""
    for user_id, user in stage.slack.users.items():
        user["profile"] = {"display_name": words, "real_name": words}
        user["name"] = words
        stage.services.directory.forget(user_id)
    for group_id, group in stage.slack.groups.items():
        group["handle"] = group["name"] = words
        stage.services.directory.forget(group_id)


async def found_teams(stage: Stage, words: str) -> None:
    """Add a team called so by a form, and one by a file, as far as it is taken, with somebody in charge."""
    teams = stage.services.teams
    with suppress(UserFacingError):
        await teams.add(
            actor(), TeamDraft(words, aliases=(f"{words} alias",), channels=(CHANNEL,), members=(OWNER,))
        )
    with suppress(UserFacingError):
        await teams.add(actor(), TeamDraft(f"of {words}", parent_name=words, leads=(OWNER,)))
    rows = [
        a_row(2, f"{words} file", "finance", OWNER, aliases=(f"{words} pay",)),
        a_row(3, f"{words} file", "security", LEFT),
    ]
    plan = await stage.services.transfer.plan(actor(), iter(rows), ImportRules())
    if isinstance(plan, TransferPlan):
        await stage.services.transfer.apply(actor(), plan)


async def tour(stage: Stage, words: str) -> list[object]:
    """Do everything that shows what people wrote, as somebody who may see all of it; return every answer."""
    commands = [
        f"who-owns {words}",
        f"who-owns {BUYING} for {words}",
        f"who-owns {words} {BUYING}",
        f"team show {words}",
        f"team show {words} file",
        f"team merge {words} into {words} nowhere",
        f"assign <@{OWNER}> {words}",
        f"assign <@{OWNER}> finance for {words} never",
        "team list",
        "audit",
        f"audit {words}",
        f"personas {words}",
        f"away until {words}",
        f"digest add <#{CHANNEL}> {words}",
        f"digest remove {words}",
        f"coverage {words}",
        "coverage",
        "gaps",
        "digest preview",
        "digest list",
        words,
    ]
    answers: list[object] = [await stage._typed(command, ADMIN) for command in commands]  # noqa: SLF001 (some open forms)
    await stage.say(f"<@{BOT_USER_ID}> {words} {BUYING}")
    await stage.say(f"{words}", type="message", channel_type="im", channel="D1DIRECT")
    await stage.home(ADMIN)
    await stage.home(OWNER)
    answer = await stage.slash(f"who-owns {BUYING}")
    for action_id in ("answer.share", "answer.someone_else"):
        await click_as(stage, answer, action_id, words)
    return answers


async def click_as(stage: Stage, message: Mapping[str, Any], action_id: str, name: str) -> None:
    """Click something in an answer, as somebody with this name."""
    for block in message["blocks"]:
        for element in block.get("elements", []):
            if element.get("action_id") != action_id:
                continue
            chosen = {"selected_option": element["options"][0]} if "options" in element else {}
            payload = {
                "type": "block_actions",
                "team": {"id": WORKSPACE_ID},
                "user": {"id": ASKER, "name": name, "username": name, "team_id": WORKSPACE_ID},
                "container": {
                    "type": "message",
                    "channel_id": CHANNEL,
                    "message_ts": "1.1",
                    "is_ephemeral": False,
                },
                "channel": {"id": CHANNEL},
                "trigger_id": "1.2",
                "response_url": stage.slack.response_url(),
                "actions": [
                    {
                        "block_id": "answer.actions",
                        "action_id": action_id,
                        "type": element["type"],
                        "value": element.get("value", ""),
                        **chosen,
                    }
                ],
            }
            await stage.line.send("interactive", payload)


class Theatre:
    """The stage, and what the bot does there by itself."""

    def __init__(self, stage: Stage, messenger: SlackMessenger) -> None:
        self.stage = stage
        self.digesting = Digesting(stage.services, messenger, lambda _content: None)
        self.reviewing = Reviewing(stage.services, messenger)

    async def show(self, words: str) -> tuple[list[object], list[object]]:
        """Let everybody and everything be called ``words``; return what was answered, and what was sent."""
        self.stage.slack.calls.clear()
        call_themselves(self.stage, words)
        await found_teams(self.stage, words)
        answers = await tour(self.stage, words)
        await self.digesting.send_now(a_digest(channel_id=CHANNEL, owner=OWNER, workspace_id=WORKSPACE_ID))
        await self.reviewing.ask_everybody(WORKSPACE_ID)
        return answers, [call.arguments for call in self.stage.slack.calls]


@pytest.fixture(name="theatre")
def a_theatre(stage: Stage, settings: Settings) -> Theatre:
    return Theatre(stage, SlackMessenger(build_client(settings)))


@pytest.mark.parametrize("stage", ["http"], indirect=True)
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=untrusted)
async def test_nothing_that_people_write_becomes_a_mention(theatre: Theatre, words: str) -> None:
    answers, sent = await theatre.show(words)

    assert strangers(answers) == set()
    assert strangers(sent) == set()


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_survives_being_quoted(trick: str) -> None:
    for words in (trick, trick * 50, f"x{trick}", f"{trick}\u202e"):
        shown = quoted(words)
        assert not re.search("[<>]", shown)
        assert shown.count("&") == len(re.findall("&(?:amp|lt|gt);", shown))


@given(st.text())
def test_what_is_escaped_reads_as_it_was_written(text: str) -> None:
    escaped = escape(text)

    assert not re.search("[<>]", escaped)
    assert escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        ({"text": "hello <!here>"}, {"<!here>"}),
        ({"blocks": [{"text": {"type": "mrkdwn", "text": f"ask <@{OWNER}> or <@U666>"}}]}, {"<@U666>"}),
        (
            {"blocks": [{"elements": [{"type": "mrkdwn", "text": "<https://evil.example|x>"}]}]},
            {"<https://evil.example|x>"},
        ),
        ({"text": {"type": "plain_text", "text": "<!here>"}, "value": "<!here>"}, set()),
        ({"text": "cut off <!chan"}, {"<!chan"}),
    ],
)
def test_the_watch_itself_sees_what_slack_would(payload: object, found: set[str]) -> None:
    assert strangers(payload) == found


@pytest.mark.parametrize(
    ("text", "is_misread"),
    [
        ("`/finops team show <name>`", True),
        ("cut off <!chan", True),
        ("`/finops team show &lt;name&gt;`", False),
        (f"<@{OWNER}> <#{CHANNEL}|general> <!subteam^S1BUYERS> <https://finops.org|there> a > b", False),
    ],
)
def test_the_watch_sees_what_slack_would_show_as_a_broken_link(text: str, *, is_misread: bool) -> None:
    assert misread({"text": {"type": "mrkdwn", "text": text}}) == ([text] if is_misread else [])
    assert misread({"text": {"type": "plain_text", "text": text}}) == []
