"""What a bot may answer a form with, and what Slack does not take; with a bot that answers as it is told."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.errors import UnavailableError
from bot.playground.acting_on_views import ActingOnViews
from bot.playground.beginnings import beginnings
from bot.playground.changes import Changes
from bot.playground.organisation import Member
from bot.playground.requests import BotLine
from bot.playground.slack import SlackStandIn
from bot.playground.triggers import Triggers
from bot.playground.watching import Watching
from bot.playground.workspace import Workspace
from tests.playground.test_limits import a_form, a_home, a_section, an_input, an_option, plain

PERSON = Member("U01MARA", "Mara Lindqvist", "mara.lindqvist@example.com")


@dataclass
class ObedientBot:
    """A bot that answers every request with what it was told."""

    answer: Any = None
    heard: list[str] = field(default_factory=list)

    async def reply(self, request: web.Request) -> web.Response:
        self.heard.append(await request.text())
        return web.json_response(self.answer) if self.answer is not None else web.Response()


@dataclass
class Theatre:
    """A person, forms, and a bot that does as it is told."""

    bot: ObedientBot
    slack: SlackStandIn
    watching: Watching
    on_views: ActingOnViews

    def opened(self, **changes: Any) -> str:  # noqa: ANN401 (parts of a view)
        """Open a form and return its id."""
        view = self.slack.views.push(PERSON.id, a_form(a_section(), **changes))
        assert view
        return str(view["id"])

    @property
    def title(self) -> str | None:
        view = self.on_views.form(PERSON)["view"]
        return view["title"]["text"] if view else None

    @property
    def violations(self) -> list[str]:
        found: list[str] = self.on_views.form(PERSON)["violations"]
        return found


@pytest.fixture(name="theatre")
async def a_theatre() -> AsyncIterator[Theatre]:
    bot = ObedientBot()
    app = web.Application()
    app.router.add_post("/slack/events", bot.reply)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with SlackStandIn() as slack, aiohttp.ClientSession() as session:
        slack.views.triggers = triggers = Triggers()
        workspace = Workspace(beginnings(None).organisation, slack.channels, slack.next_ts)
        slack.watcher = watching = Watching(workspace, slack.views, Changes())
        line = BotLine(session, address, "secret")
        on_views = ActingOnViews(slack=slack, watching=watching, triggers=triggers, line=line)
        yield Theatre(bot, slack, watching, on_views)
    await runner.cleanup()


async def test_a_form_gives_way_to_another_is_covered_by_one_and_all_close_at_once(theatre: Theatre) -> None:
    view_id = theatre.opened(title=plain("First"))
    theatre.bot.answer = {"response_action": "update", "view": a_form(a_section(), title=plain("Second"))}
    await theatre.on_views.submit(PERSON, view_id, {})
    updated = theatre.title
    theatre.bot.answer = {"response_action": "push", "view": a_form(title=plain("Third"))}
    await theatre.on_views.submit(PERSON, view_id, {})
    pushed = theatre.title
    theatre.on_views.close(PERSON)
    below = theatre.title
    theatre.bot.answer = {"response_action": "clear"}
    theatre.opened(title=plain("Fourth"))
    top = theatre.on_views.form(PERSON)["view"]["id"]
    await theatre.on_views.submit(PERSON, top, {})

    assert (updated, pushed, below, theatre.title) == ("Second", "Third", "Second", None)
    assert theatre.slack.views.forms == {}


async def test_an_empty_answer_closes_the_form_and_shows_the_one_below(theatre: Theatre) -> None:
    theatre.opened(title=plain("Below"))
    view_id = theatre.opened(title=plain("Above"))

    await theatre.on_views.submit(PERSON, view_id, {})

    assert theatre.title == "Below"


async def test_a_fourth_form_is_one_too_many(theatre: Theatre) -> None:
    theatre.opened()
    theatre.opened()
    view_id = theatre.opened(title=plain("Third"))
    theatre.bot.answer = {"response_action": "push", "view": a_form()}

    await theatre.on_views.submit(PERSON, view_id, {})

    assert (theatre.title, theatre.violations) == ("Third", ["push_limit_reached"])
    triggers = theatre.slack.views.triggers
    assert triggers
    answer = theatre.slack.views.open({"trigger_id": triggers.issue(PERSON.id), "view": a_form()})
    assert answer == {"ok": False, "error": "push_limit_reached"}


@pytest.mark.parametrize(
    ("answer", "violation"),
    [
        ({"response_action": "update", "view": a_form(title=plain("x" * 25))}, "title has 25 characters"),
        ({"response_action": "errors", "errors": {"elsewhere": "no"}}, "there is no field 'elsewhere'"),
    ],
)
async def test_what_slack_would_not_take_leaves_the_form_and_is_told(
    theatre: Theatre, answer: dict[str, Any], violation: str
) -> None:
    view_id = theatre.opened(title=plain("Still here"))
    theatre.bot.answer = answer

    await theatre.on_views.submit(PERSON, view_id, {})

    assert theatre.title == "Still here"
    assert violation in theatre.violations[0]
    assert violation in theatre.slack.violations[0]


async def test_an_answer_that_slack_does_not_know_is_told(theatre: Theatre) -> None:
    view_id = theatre.opened()
    theatre.bot.answer = {"response_action": "explode"}

    with pytest.raises(UnavailableError, match="answered a form with 'explode'"):
        await theatre.on_views.submit(PERSON, view_id, {})


async def test_too_long_and_too_short_texts_are_not_sent(theatre: Theatre) -> None:
    text = {"type": "plain_text_input", "action_id": "a", "min_length": 2, "max_length": 3}
    view = a_form(an_input(text, block_id="b"))
    opened = theatre.slack.views.push(PERSON.id, view)
    assert opened

    errors = [
        (await theatre.on_views.submit(PERSON, opened["id"], {"b": {"a": {"value": value}}}))["b"]
        for value in ("x", "xxxx", "  ")
    ]

    assert errors[0] == "Please use at least 2 characters."
    assert errors[1] == "Please use at most 3 characters."
    assert errors[2] == "Please complete this required field."
    assert theatre.bot.heard == []


async def test_options_in_groups_are_offered_one_after_the_other_and_too_many_are_told(theatre: Theatre) -> None:
    select = {"type": "external_select", "action_id": "a"}
    view = theatre.slack.views.push(PERSON.id, a_form(an_input(select, block_id="b")))
    assert view
    group = {"label": plain("G"), "options": [an_option()] * 60}
    theatre.bot.answer = {"option_groups": [group, group]}

    offered = await theatre.on_views.options(PERSON, view["id"], "b", "a", "x")

    assert len(offered) == 100
    assert theatre.slack.violations == ["block_suggestion: 120 options"]
    assert theatre.violations == ["120 options"]


async def test_a_form_that_comes_too_late_is_told_to_whoever_acted(theatre: Theatre) -> None:
    triggers = theatre.slack.views.triggers
    assert triggers
    trigger_id = triggers.issue(PERSON.id)
    triggers.take(trigger_id)
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer xoxb-stand-in"}) as session:
        given = {"trigger_id": trigger_id, "view": a_form()}
        async with session.post(f"{theatre.slack.api_url}views.open", json=given) as response:
            answer = await response.json()
        await session.post(
            f"{theatre.slack.api_url}views.publish", json={"user_id": PERSON.id, "view": bad_home()}
        )

    assert answer["error"] == "exchanged_trigger_id"
    assert theatre.violations == ["Slack answers exchanged_trigger_id"]
    assert theatre.watching.problems(PERSON.id).home == ("home: title is not allowed",)


def bad_home() -> dict[str, Any]:
    return a_home(title=plain("Home"))
