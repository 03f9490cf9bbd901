"""What a page is told: who is there, what may be tried; digests with their picture; starting over; troubles."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.blocks.text import Message
from bot.errors import UnavailableError
from bot.handlers.commands import USAGE
from bot.knowledge.routing import Router
from bot.messenger import SlackMessenger, build_client
from bot.playground.beginnings import beginnings
from bot.playground.page_server import build_page_app
from bot.playground.playground import Playground
from bot.playground.slack import BOT_TOKEN
from bot.playground.state_folder import StateFolder
from bot.settings import Settings
from tests.playground.conftest import ADMIN, ASKER, FINOPS, GENERAL, GUEST, LEAD, Page, Shown


async def test_a_page_is_told_who_is_there_and_what_may_be_tried(page: Page) -> None:
    state = await page.get("state")

    people = {one["id"]: one for one in state["people"]}
    assert people[ADMIN] == {
        "id": ADMIN,
        "name": "Mara Lindqvist",
        "role": "admin",
        "about": "Workspace admin · FinOps Practitioner",
    }
    assert people[LEAD]["role"] == "lead"
    assert people[LEAD]["about"].startswith("Leads Payments")
    assert (people[ASKER]["role"], people[GUEST]["role"]) == ("member", "guest")
    assert "U13HUGO" not in people
    assert {"id": GENERAL, "name": "general", "kind": "channel"} in state["channels"]
    assert {"id": "S01CLOUDBUYERS", "handle": "cloud-buyers", "name": "cloud-buyers"} in state["groups"]
    assert len(state["examples"]) == 8
    assert {one["usage"] for one in state["commands"]} > set(USAGE.values())
    assert all(one["about"] for one in state["commands"] if one["usage"] in USAGE.values())


async def test_every_example_is_answered(page: Page) -> None:
    decisions = set()
    for example in (await page.get("state"))["examples"]:
        await page.say(ASKER, f"/finops who-owns {example}")
        decisions.add((await page.get("routing"))["decision"])

    assert decisions == {"confident", "ambiguous", "none"}


async def test_a_digest_is_sent_now_with_its_picture_in_the_thread(page: Page) -> None:
    await page.post("digest", ADMIN, channel=FINOPS)

    async def pictures() -> list[Shown]:
        digests = [one for one in await page.messages(ASKER, FINOPS) if "FinOps coverage" in one["text"]]
        threads = [await page.thread(ASKER, one["ts"], FINOPS) for one in digests]
        return [one for thread in threads for one in thread if one["files"]]

    (message,) = await page.soon(pictures)
    (file,) = message["files"]
    picture = await page.http.get(file["url"])

    assert "78.8 %" in file["alt"]
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    assert (await page.http.get("/api/files/F999FILE")).status_code == 404


async def test_who_may_not_send_a_digest_is_told_so_and_a_person_gets_none(page: Page) -> None:
    await page.post("digest", ASKER, channel=FINOPS)

    assert "Only FinOps admins" in (await page.last(ASKER, FINOPS))["text"]
    assert "open one first" in await page.refused("digest", ADMIN, 400, channel=f"D{ADMIN}")


async def test_starting_over_forgets_messages_forms_and_changes(page: Page) -> None:
    await page.say(ADMIN, "/finops assign @jonas security")
    await page.say(ADMIN, "/finops assign")

    with page.playground.changes.reader(ADMIN) as reader:
        await page.post("reset", ADMIN)
        told = await reader.read(1)

    assert {"state", "home", "form", "routing", f"conversation:{GENERAL}"} <= set(told)
    assert await page.messages(ADMIN) == []
    assert await page.form(ADMIN) is None
    await page.say(ASKER, "/finops who-owns someone is mining crypto in the sandbox account")
    assert "nobody holds that role yet" in (await page.last(ASKER))["text"]


async def test_what_the_bot_knows_outlives_the_process_and_another_file_starts_afresh(
    playground_settings: Settings, router: Router, tmp_path: Path
) -> None:
    folder, own = StateFolder(tmp_path / "playground"), tmp_path / "teams.csv"
    own.write_text("team,persona,assignee\nMarket,finance,ada.king@example.com\n")

    async def teams(file: Path | None) -> list[str]:
        async with Playground(playground_settings, router, beginnings(file), folder) as playground:
            services = playground.stage.services
            found = [team.name for team in await services.teams.all("T0STANDIN")]
            await playground.stage.acting.command(
                playground.stage.workspace.person(ADMIN), GENERAL, "team add Kept"
            )
            return found

    assert "Kept" not in await teams(None)
    assert "Kept" in await teams(None)
    assert await teams(own) == ["Market"]


async def test_what_slack_would_refuse_stands_in_the_conversation_with_the_reasons(
    playground: Playground, page: Page
) -> None:
    slack = playground.stage.slack
    client = build_client(
        Settings(
            _env_file=None,
            slack_bot_token=BOT_TOKEN,
            slack_signing_secret="s",
            slack_api_url=slack.api_url,
        )
    )
    too_long: Any = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}

    with pytest.raises(UnavailableError, match="invalid_blocks"):
        await SlackMessenger(client).post(GENERAL, Message("words", (too_long,)), None)

    (refused,) = await page.messages(ASKER)
    assert refused["violations"] == ["section has 3001 characters, 1 to 3000 allowed"]
    assert not refused["is_ephemeral"]
    slack.violations.clear()


async def test_while_it_starts_over_a_page_is_told_to_wait(
    playground_settings: Settings, router: Router, tmp_path: Path
) -> None:
    not_there_yet = Playground(playground_settings, router, beginnings(None), StateFolder(tmp_path))
    transport = httpx.ASGITransport(build_page_app(not_there_yet))

    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as http:
        response = await http.get("/api/state")

    assert (response.status_code, response.json()) == (
        502,
        {"error": "The playground is starting over: one moment."},
    )
