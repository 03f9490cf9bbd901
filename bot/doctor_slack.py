"""What the doctor asks Slack: tokens, scopes, clock and channels; nothing is posted, and no socket opened."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.doctor import Check, State
from bot.errors import SlackRefusedError, UnavailableError
from bot.messenger import build_client, called
from bot.scopes import SCOPES
from bot.settings import Settings
from bot.storage.digests import SqlDigestStore
from bot.storage.teams import SqlTeamStore

MAX_CHANNELS: Final = 40
"""Slack takes about fifty such questions a minute, and the bot has some of its own."""

_DRIFT_SECONDS: Final = 60
_REFUSED_SECONDS: Final = 300
_SIGNING_SECRET: Final = re.compile("[0-9a-f]{32}")
_DIGEST: Final = "a digest"
_ADD: Final = "add it under “OAuth & Permissions”, then install the app again"


async def examine_slack(settings: Settings, engine: AsyncEngine | None, clock: Clock) -> AsyncIterator[Check]:
    """Yield a check for each token and scope, for the clock, and for the channels that the database knows."""
    client = build_client(settings)
    try:
        answer = await called(client.auth_test())
    except SlackRefusedError as error:
        fix = "copy the Bot User OAuth Token from “OAuth & Permissions” again"
        yield Check("SLACK_BOT_TOKEN", State.PROBLEM, f"Slack answers {error.code}", fix)
        return
    except UnavailableError as error:
        yield Check(
            "SLACK_API_URL", State.PROBLEM, f"{client.base_url}: {error}", "see that this machine reaches it"
        )
        return
    yield Check("SLACK_BOT_TOKEN", State.OK, f"{answer.get('user')} in {answer.get('team')}")
    for check in (*_of_scopes(answer), *_of_clock(answer, clock())):
        yield check
    yield await _of_way_in(settings, client)
    if engine is not None:
        async for check in _of_channels(client, await _users_of_channels(engine, str(answer["team_id"]))):
            yield check


def _of_scopes(answer: AsyncSlackResponse) -> Iterator[Check]:
    header = answer.headers.get("x-oauth-scopes")
    if header is None:
        fix = "compare “OAuth & Permissions” with the manifest"
        yield Check("scopes", State.WARNING, "Slack did not say which ones the token has", fix)
        return
    granted = {name.strip() for name in header.split(",")}
    for scope in SCOPES:
        if scope.name in granted:
            yield Check(f"scope {scope.name}", State.OK, "granted")
        else:
            state = State.PROBLEM if scope.is_needed else State.WARNING
            yield Check(f"scope {scope.name}", state, f"missing: without it, {scope.without}", _ADD)


def _of_clock(answer: AsyncSlackResponse, now: datetime) -> Iterator[Check]:
    try:
        slack_says = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:  # a stand-in need not say it
        return
    drift = round(abs((now - slack_says).total_seconds()))
    if drift <= _DRIFT_SECONDS:
        yield Check("clock", State.OK, "within a minute of Slack's")
        return
    state = State.WARNING if drift < _REFUSED_SECONDS else State.PROBLEM
    yield Check(
        "clock", state, f"{drift} seconds off; from {_REFUSED_SECONDS} on requests are refused", "switch NTP on"
    )


async def _of_way_in(settings: Settings, client: AsyncWebClient) -> Check:
    if settings.slack_app_token is None:
        secret = settings.slack_signing_secret
        if secret is not None and _SIGNING_SECRET.fullmatch(secret.get_secret_value()):
            return Check("SLACK_SIGNING_SECRET", State.OK, "set; only a request from Slack can prove it")
        fix = "copy the Signing Secret from “Basic Information” again"
        return Check("SLACK_SIGNING_SECRET", State.WARNING, "does not look like one: 32 of 0-9 and a-f", fix)
    try:
        await called(client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value()))
    except UnavailableError as error:
        fix = "create an App-Level Token with connections:write under “Basic Information”, and enable Socket Mode"
        return Check("SLACK_APP_TOKEN", State.PROBLEM, str(error), fix)
    return Check("SLACK_APP_TOKEN", State.OK, "Slack offers a socket")


async def _of_channels(client: AsyncWebClient, users: Mapping[str, str]) -> AsyncIterator[Check]:
    """Yield what is wrong with channels, and how many are right; none at all where they cannot be looked at."""
    right = 0
    for channel_id, user in list(users.items())[:MAX_CHANNELS]:
        try:
            check = await _of_channel(client, channel_id, user)
        except SlackRefusedError:
            yield Check("channels", State.WARNING, "cannot be looked at without channels:read", _ADD)
            return
        except UnavailableError as error:
            yield Check("channels", State.WARNING, str(error), "run this again in a minute")
            return
        right += check is None
        if check is not None:
            yield check
    more = f"; {len(users) - MAX_CHANNELS} more were not looked at" if len(users) > MAX_CHANNELS else ""
    yield Check("channels", State.OK, f"{right} of teams and digests can be reached{more}")


async def _users_of_channels(engine: AsyncEngine, workspace_id: str) -> Mapping[str, str]:
    """Return who uses which channel, those of digests first: they are posted to."""
    users = {one.channel_id: _DIGEST for one in await SqlDigestStore(engine).digests(workspace_id)}
    for team in await SqlTeamStore(engine).teams(workspace_id):
        for channel_id in team.channels:
            users.setdefault(channel_id, f"the team {team.name}")
    return users


async def _of_channel(client: AsyncWebClient, channel_id: str, user: str) -> Check | None:
    """Return what is wrong with a channel, if anything is; ``SlackRefusedError`` if it may not be looked at."""
    name = f"channel {channel_id}"
    at_worst = State.PROBLEM if user == _DIGEST else State.WARNING
    try:
        channel = (await called(client.conversations_info(channel=channel_id)))["channel"]
    except SlackRefusedError as error:
        if error.code == "missing_scope":
            raise
        fix = "write /invite @finops there, or take another channel"
        return Check(name, at_worst, f"of {user}: Slack answers {error.code}", fix)
    if channel.get("is_archived"):
        return Check(name, at_worst, f"of {user}: it is archived", "restore it, or take another channel")
    if user == _DIGEST and channel.get("is_member") is False:
        return Check(name, at_worst, f"of {user}: the bot is not in it", "write /invite @finops there")
    return None
