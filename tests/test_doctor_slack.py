"""What the doctor finds out from Slack: tokens, scopes, the clock and channels."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import yaml
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.doctor import Check, State, examine
from bot.doctor_slack import examine_slack
from bot.scopes import SCOPES, Scope
from bot.settings import Settings
from bot.storage.digests import SqlDigestStore
from bot.storage.engine import writing
from bot.storage.knowledge_paths import config_folder
from bot.storage.teams import SqlTeamStore
from tests.builders import NOW, WORKSPACE, a_digest, a_team, an_actor
from tests.fakes import FakeClock
from tests.test_doctor import wrong

ALL = ",".join(scope.name for scope in SCOPES)
SIGNING_SECRET = "0123456789abcdef0123456789abcdef"


class Slack:
    """Answers as it is told to, with the scopes and the time in its headers."""

    def __init__(self) -> None:
        self.url = ""
        self.scopes: str | None = ALL
        self.now = NOW
        self.answers: dict[str, dict[str, Any]] = {
            "auth.test": {"team_id": WORKSPACE, "team": "Acme", "user": "finops"},
            "apps.connections.open": {"url": "wss://nowhere"},
        }
        self.channels: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.asked.append(method)
        answer = self.answers.get(method)
        if method == "conversations.info" and answer is None:
            channel = self.channels.get(request.query.get("channel", ""))
            answer = {"channel": channel} if channel is not None else {"error": "channel_not_found"}
        headers = {"Date": format_datetime(self.now, usegmt=True)}
        if self.scopes is not None:
            headers["x-oauth-scopes"] = self.scopes
        answer = answer or {"error": "unknown_method"}
        return web.json_response({"ok": "error" not in answer, **answer}, headers=headers)


@pytest.fixture(name="slack")
async def a_slack() -> AsyncIterator[Slack]:
    slack = Slack()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield slack
    await runner.cleanup()


MakeSettings = Callable[..., Settings]


@pytest.fixture(name="on_slack")
def settings_on_slack(slack: Slack, sqlite_engine: AsyncEngine) -> MakeSettings:
    def make(**changes: object) -> Settings:
        given = {
            "slack_bot_token": SecretStr("xoxb-1"),
            "slack_app_token": SecretStr("xapp-1"),
            "slack_api_url": slack.url,
            "database_url": str(sqlite_engine.url),
        }
        return Settings.model_validate(given | changes)

    return make


async def of_slack(settings: Settings, engine: AsyncEngine | None = None) -> Mapping[str, Check]:
    return {check.name: check async for check in examine_slack(settings, engine, FakeClock())}


async def test_a_whole_installation_is_well_and_nothing_is_left_behind(
    slack: Slack, on_slack: MakeSettings, sqlite_engine: AsyncEngine
) -> None:
    checks = {check.name: check async for check in examine(on_slack(), FakeClock())}

    assert wrong(checks) == {}
    assert checks["SLACK_BOT_TOKEN"].said == "finops in Acme"
    assert checks["scope files:write"].said == "granted"
    assert set(slack.asked) == {"auth.test", "apps.connections.open"}
    async with writing(sqlite_engine) as session:
        assert (await session.execute(text("SELECT count(*) FROM workspace"))).scalar() == 0


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: str(scope.name))
async def test_a_missing_scope_is_told_with_what_is_worse_without_it(
    slack: Slack, on_slack: MakeSettings, scope: Scope
) -> None:
    slack.scopes = ", ".join(one.name for one in SCOPES if one != scope)

    checks = await of_slack(on_slack())

    name = f"scope {scope.name}"
    assert wrong(checks) == {name: State.PROBLEM if scope.is_needed else State.WARNING}
    assert checks[name].said == f"missing: without it, {scope.without}"
    assert "install the app again" in checks[name].fix


async def test_a_slack_that_does_not_tell_scopes_is_no_problem(slack: Slack, on_slack: MakeSettings) -> None:
    slack.scopes = None

    assert wrong(await of_slack(on_slack())) == {"scopes": State.WARNING}


def test_the_manifest_asks_for_exactly_the_needed_scopes() -> None:
    manifest = yaml.safe_load((config_folder() / "manifest.yaml").read_text())

    needed = {scope.name for scope in SCOPES if scope.is_needed}
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed


@pytest.mark.parametrize(
    ("method", "setting", "fix"),
    [
        ("auth.test", "SLACK_BOT_TOKEN", "copy the Bot User OAuth Token"),
        ("apps.connections.open", "SLACK_APP_TOKEN", "create an App-Level Token with connections:write"),
    ],
)
async def test_a_token_that_slack_refuses_is_named(
    slack: Slack, on_slack: MakeSettings, method: str, setting: str, fix: str
) -> None:
    slack.answers[method] = {"error": "invalid_auth"}

    checks = await of_slack(on_slack())

    assert wrong(checks) == {setting: State.PROBLEM}
    assert "invalid_auth" in checks[setting].said
    assert fix in checks[setting].fix


async def test_a_slack_that_cannot_be_reached_is_told_by_its_address(on_slack: MakeSettings) -> None:
    checks = await of_slack(on_slack(slack_api_url="http://127.0.0.1:1/api/"))

    assert wrong(checks) == {"SLACK_API_URL": State.PROBLEM}
    assert "http://127.0.0.1:1/api/: Slack does not answer" in checks["SLACK_API_URL"].said


@pytest.mark.parametrize(("secret", "state"), [(SIGNING_SECRET, State.OK), ("xoxb-oops", State.WARNING)])
async def test_over_http_the_signing_secret_is_looked_at(
    slack: Slack, on_slack: MakeSettings, secret: str, state: State
) -> None:
    checks = await of_slack(on_slack(slack_app_token=None, slack_signing_secret=SecretStr(secret)))

    assert checks["SLACK_SIGNING_SECRET"].state is state
    assert secret not in checks["SLACK_SIGNING_SECRET"].said
    assert "apps.connections.open" not in slack.asked


@pytest.mark.parametrize(
    ("seconds", "state"), [(59, State.OK), (-61, State.WARNING), (299, State.WARNING), (301, State.PROBLEM)]
)
async def test_a_clock_that_is_wrong_is_told(
    slack: Slack, on_slack: MakeSettings, seconds: int, state: State
) -> None:
    slack.now = NOW + timedelta(seconds=seconds)

    assert (await of_slack(on_slack()))["clock"].state is state


async def test_channels_that_cannot_be_reached_are_told_with_who_needs_them(
    slack: Slack, on_slack: MakeSettings, sqlite_engine: AsyncEngine
) -> None:
    team = a_team("Payments", channels=("C1GONE", "C1OLD", "C1FINE"))
    await SqlTeamStore(sqlite_engine).add_team(an_actor(), team, NOW)
    for channel in ("C1OUT", "C1NEVER", "C1IN"):
        await SqlDigestStore(sqlite_engine).add(an_actor(), a_digest(channel_id=channel))
    slack.channels = {
        "C1OLD": {"is_archived": True},
        "C1FINE": {"is_member": False},
        "C1OUT": {"is_member": False},
        "C1IN": {"is_member": True},
    }

    checks = await of_slack(on_slack(), sqlite_engine)

    assert wrong(checks) == {
        "channel C1GONE": State.WARNING,
        "channel C1OLD": State.WARNING,
        "channel C1OUT": State.PROBLEM,
        "channel C1NEVER": State.PROBLEM,
    }
    assert checks["channel C1GONE"].said == "of the team Payments: Slack answers channel_not_found"
    assert checks["channel C1OUT"].fix == "write /invite @finops there"
    assert checks["channels"].said == "2 of teams and digests can be reached"


async def test_without_the_scope_channels_are_asked_for_once(
    slack: Slack, on_slack: MakeSettings, sqlite_engine: AsyncEngine
) -> None:
    await SqlTeamStore(sqlite_engine).add_team(an_actor(), a_team(channels=("C1", "C2", "C3")), NOW)
    slack.answers["conversations.info"] = {"error": "missing_scope"}

    checks = await of_slack(on_slack(), sqlite_engine)

    assert wrong(checks) == {"channels": State.WARNING}
    assert slack.asked.count("conversations.info") == 1


async def test_of_very_many_channels_some_are_looked_at(
    slack: Slack, on_slack: MakeSettings, sqlite_engine: AsyncEngine
) -> None:
    channels = tuple(f"C1{number:03}" for number in range(50))
    await SqlTeamStore(sqlite_engine).add_team(an_actor(), a_team(channels=channels), NOW)
    slack.channels = {channel: {} for channel in channels}

    checks = await of_slack(on_slack(), sqlite_engine)

    assert checks["channels"].said == "40 of teams and digests can be reached; 10 more were not looked at"
