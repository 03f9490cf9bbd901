"""A running playground, and its page as people use it: the real bot, the stand-in, nothing replaced."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

from bot.knowledge.routing import Router
from bot.playground.beginnings import beginnings
from bot.playground.page_server import build_page_app
from bot.playground.playground import Playground
from bot.playground.state_folder import StateFolder
from bot.settings import Settings

ADMIN, LEAD, ENGINEER, ASKER, GUEST = "U01MARA", "U08PRIYA", "U02DIEGO", "U11SAM", "U14ROBIN"
GENERAL, PAYMENTS, FINOPS = "C00GENERAL", "C02PAYMENTS", "C00FINOPS"
BUYING = "our snowflake contract runs out in march, who talks to them?"
RIGHTSIZE = "the r5 nodes idle at 10 percent cpu, can someone rightsize them"
MINING = "someone is mining crypto in the sandbox account"
CAKE = "who is bringing cake on friday?"
HEADERS = {"Host": "127.0.0.1:3000"}

Shown: TypeAlias = dict[str, Any]


@dataclass
class Page:
    """What a page does, for whoever is acting."""

    http: httpx.AsyncClient
    playground: Playground

    async def get(self, name: str, **asked: str) -> Shown:
        """Ask for something that is there."""
        response = await self.http.get(f"/api/{name}", params={_plain(key): value for key, value in asked.items()})
        assert response.status_code == 200, response.text
        shown: Shown = response.json()
        return shown

    async def post(self, name: str, person: str, **parts: Any) -> Shown:  # noqa: ANN401 (any JSON)
        """Do something that is taken."""
        response = await self.http.post(f"/api/{name}", json={"as": person, **parts})
        assert response.status_code == 200, response.text
        answer: Shown = response.json()
        return answer

    async def refused(self, name: str, person: str, status: int, **parts: Any) -> str:  # noqa: ANN401
        """Do something that is not taken, and return the words."""
        response = await self.http.post(f"/api/{name}", json={"as": person, **parts})
        assert response.status_code == status, response.text
        return str(response.json()["error"])

    async def say(self, person: str, text: str, channel: str = GENERAL, thread_ts: str | None = None) -> None:
        """Write something."""
        await self.post("say", person, channel=channel, thread_ts=thread_ts, text=text)

    async def messages(self, person: str, channel: str = GENERAL) -> list[Shown]:
        """Return a conversation as somebody sees it."""
        shown: list[Shown] = (await self.get("conversation", id=channel, as_=person))["messages"]
        return shown

    async def last(self, person: str, channel: str = GENERAL) -> Shown:
        """Return what somebody sees last in a conversation."""
        return (await self.messages(person, channel))[-1]

    async def thread(self, person: str, ts: str, channel: str = GENERAL) -> list[Shown]:
        """Return a thread as somebody sees it."""
        shown: list[Shown] = (await self.get("thread", channel=channel, ts=ts, as_=person))["messages"]
        return shown

    async def asked(self, person: str, text: str, channel: str = GENERAL) -> tuple[Shown, Shown]:
        """Write something that the bot answers in the thread; return both."""
        await self.say(person, text, channel)
        question = await self.last(person, channel)

        async def answers() -> list[Shown]:
            return (await self.thread(person, question["ts"], channel))[1:]

        (answer,) = await self.soon(answers)
        return question, answer

    async def soon(self, look: Callable[[], Awaitable[list[Shown]]]) -> list[Shown]:
        """Return what ``look`` finds, as soon as it finds something; looks whenever the page is told of news."""
        with self.playground.changes.reader(ADMIN) as reader:
            for _ in range(20):
                found = await look()
                if found:
                    return found
                await reader.read(1)
        raise AssertionError("nothing came")

    async def click(self, person: str, message: Shown, label: str, channel: str = GENERAL) -> None:
        """Click the button, or choose the option, with this label."""
        block_id, action = clickable(message["blocks"], label)
        await self.post(
            "click", person, channel=channel, message_ts=message["ts"], block_id=block_id, action=action
        )

    async def click_home(self, person: str, label: str) -> None:
        """Click a button in App Home."""
        view = (await self.get("home", as_=person))["view"]
        block_id, action = clickable(view["blocks"], label)
        await self.post("home/click", person, block_id=block_id, action=action)

    async def form(self, person: str) -> Shown:
        """Return the form that somebody sees."""
        view: Shown = (await self.get("form", as_=person))["view"]
        return view


def clickable(blocks: list[Shown], label: str) -> tuple[str, Shown]:
    """Return where something with this label is clicked or chosen, and the action."""
    for block in blocks:
        for element in [*block.get("elements", []), *filter(None, [block.get("accessory")])]:
            if element["type"] == "button" and element["text"]["text"] == label:
                return block["block_id"], {name: element[name] for name in ("type", "action_id", "value")}
            for option in element.get("options", []):
                if option["text"]["text"] == label:
                    action = {"type": element["type"], "action_id": element["action_id"]}
                    return block["block_id"], {**action, "selected_option": option}
    raise AssertionError(f"nothing labelled {label!r} to click")


def _plain(key: str) -> str:
    return key.removesuffix("_")


@pytest.fixture
def playground_settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return Settings(_env_file=None)


@pytest.fixture
async def playground(playground_settings: Settings, router: Router, tmp_path: Path) -> AsyncIterator[Playground]:
    """A playground on the sample organisation."""
    folder = StateFolder(tmp_path / "playground")
    async with Playground(playground_settings, router, beginnings(None), folder) as running:
        yield running


@pytest.fixture
async def page(playground: Playground) -> AsyncIterator[Page]:
    """Its page; at the end, nothing may have been sent that Slack would refuse."""
    transport = httpx.ASGITransport(build_page_app(playground))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:3000") as http:
        yield Page(http, playground)
        assert playground.stage.slack.violations == []
