"""Only what Slack has signed, lately and as it arrives, gets in; and what arrives twice does nothing twice."""

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Callable
from urllib.parse import urlencode

import httpx
import pytest

from bot.playground.slack import BOT_USER_ID, WORKSPACE_ID
from tests.scenarios.conftest import ADMIN, ASKER, BUYING, CHANNEL, OWNER, SIGNING_SECRET, HttpLine, Stage

pytestmark = pytest.mark.parametrize("stage", ["http"], indirect=True)
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def a_mention(text: str = BUYING) -> bytes:
    event = {
        "type": "app_mention",
        "user": ASKER,
        "text": f"<@{BOT_USER_ID}> {text}",
        "channel": CHANNEL,
        "ts": "1700000000.000001",
    }
    return json.dumps({"type": "event_callback", "team_id": WORKSPACE_ID, "event": event}).encode()


def signature_of(body: bytes, timestamp: str, secret: str = SIGNING_SECRET) -> str:
    base = f"v0:{timestamp}:".encode() + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def now(offset: int = 0) -> str:
    return str(int(time.time()) + offset)


async def send(
    stage: Stage, body: bytes, headers: dict[str, str], form: str = "application/json"
) -> httpx.Response:
    assert isinstance(stage.line, HttpLine)
    encoded = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
    response = await stage.line.client.post(
        "/slack/events", content=body, headers={b"Content-Type": form.encode(), **encoded}
    )
    await stage.answering.settle()
    return response


def signed(
    body: bytes, timestamp: str, signature: str | None = None, *, secret: str = SIGNING_SECRET
) -> dict[str, str]:
    """Return the headers of a signed request, or of one with another signature."""
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature_of(body, timestamp, secret) if signature is None else signature,
    }


BODY = a_mention()
OTHER = a_mention("who owns what nobody asked")
FORGED: dict[str, Callable[[], dict[str, str]]] = {
    "of another secret": lambda: signed(BODY, now(), signature_of(BODY, now(), "guessed")),
    "of another body": lambda: signed(BODY, now(), signature_of(OTHER, now())),
    "of another moment": lambda: signed(BODY, now(), signature_of(BODY, now(-1))),
    "in capitals": lambda: signed(BODY, now(), signature_of(BODY, now()).upper()),
    "without its version": lambda: signed(BODY, now(), signature_of(BODY, now()).removeprefix("v0=")),
    "cut short": lambda: signed(BODY, now(), signature_of(BODY, now())[:-1]),
    "empty": lambda: signed(BODY, now(), ""),
    "no ASCII": lambda: signed(BODY, now(), "v0=\xe9"),
    "missing": lambda: {"X-Slack-Request-Timestamp": now()},
    "without a moment": lambda: {"X-Slack-Signature": signature_of(BODY, now())},
    "with nothing": dict,
    "replayed six minutes later": lambda: signed(BODY, now(-360)),
    "replayed a year later": lambda: signed(BODY, now(-31_536_000)),
    "from the future": lambda: signed(BODY, now(360)),
    "at no moment": lambda: signed(BODY, ""),
    "at a word": lambda: signed(BODY, "tomorrow"),
    "before all time": lambda: signed(BODY, "-1"),
    "at a power": lambda: signed(BODY, "1e9"),
    "at a number to the base of sixteen": lambda: signed(BODY, hex(int(now()))),
    "at a digit that is no number": lambda: signed(BODY, "\xb2"),
    "at a moment of thousands of digits": lambda: signed(BODY, "9" * 5_000),
    "at a moment with a fraction": lambda: signed(BODY, f"{now()}.5"),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
async def test_what_slack_did_not_sign_just_now_is_refused_and_does_nothing(
    stage: Stage, forged: Callable[[], dict[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        response = await send(stage, BODY, forged())

    assert (response.status_code, response.json()) == (401, {"error": "invalid signature"})
    assert stage.posted == []
    assert "snowflake" not in caplog.text
    assert "Traceback" not in caplog.text


async def test_what_slack_signed_within_five_minutes_is_taken(stage: Stage) -> None:
    timestamp = now(-290)

    response = await send(stage, BODY, signed(BODY, timestamp))

    assert response.status_code == 200
    assert len(stage.posted) == 1


async def test_a_signature_is_of_the_bytes_as_they_came(stage: Stage) -> None:
    body = a_mention("wer trägt die Kosten für Snowflake")
    reordered = json.dumps(json.loads(body), sort_keys=True, indent=1).encode()

    refused = await send(stage, reordered, signed(body, now()))
    taken = await send(stage, body, signed(body, now()))

    assert (refused.status_code, taken.status_code) == (401, 200)


async def test_a_replay_within_five_minutes_posts_nothing_again(stage: Stage) -> None:
    headers = signed(BODY, now())

    statuses = [(await send(stage, BODY, headers)).status_code for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert len(stage.posted) == 1


async def test_a_replayed_click_shares_nothing_again(stage: Stage) -> None:
    await stage.slash(f"assign <@{OWNER}> procurement", ADMIN)
    answer = await stage.slash(f"who-owns {BUYING}")
    share = next(
        one
        for block in answer["blocks"]
        for one in block.get("elements", [])
        if one.get("action_id") == "answer.share"
    )
    payload = {
        "type": "block_actions",
        "team": {"id": WORKSPACE_ID},
        "user": {"id": ASKER, "name": "sam", "team_id": WORKSPACE_ID},
        "container": {"type": "message", "channel_id": CHANNEL, "message_ts": "1.1", "is_ephemeral": True},
        "channel": {"id": CHANNEL},
        "trigger_id": "1.2",
        "response_url": stage.slack.response_url(),
        "actions": [
            {"block_id": "answer.actions", "action_id": "answer.share", "type": "button", "value": share["value"]}
        ],
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    headers = signed(body, now())

    for _ in range(2):
        assert (await send(stage, body, headers, FORM)).status_code == 200

    assert [one.get("response_type") for one in stage.responses].count("in_channel") == 1
