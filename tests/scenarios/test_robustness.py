"""Strange input, a Slack that has trouble, and callers who are not Slack."""

import json
import logging

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.playground.limits import message_problems
from bot.playground.slack import BOT_USER_ID
from tests.scenarios.conftest import ADMIN, BUYING, OWNER, HttpLine, Stage


@pytest.mark.parametrize(
    "text",
    [
        "x" * 40_000,
        "budget " * 5_700,
        "\u202egnillib\u202c who pays \u0000\u0007",
        "who pays \ud800 the bill",
        "<!channel> <!everyone> <@U666EVIL> who signs the savings plan <!subteam^S666>",
        "*_~`bold`~_* who signs the savings plan",
        "who signs the payload of the savings plan&payload={}",  # the name of a field in what Slack sends
    ],
)
async def test_strange_questions_get_an_answer_that_mentions_nobody_they_name(stage: Stage, text: str) -> None:
    answer = await stage.slash(f"who-owns {text}".encode("utf-8", "replace").decode())

    assert answer["text"]
    assert not any(live in answer["text"] for live in ("<!channel", "<!everyone", "U666EVIL", "<!subteam"))


@pytest.mark.parametrize("verb", ["who-owns", "team show", "assign <@U1OWNER> finance", "away until", "nonsense"])
async def test_half_a_character_is_answered_like_any_other(stage: Stage, verb: str) -> None:
    if isinstance(stage.line, HttpLine):
        pytest.skip("HTTP carries whole characters only")

    answer = await stage.slash(f"{verb} who pays \ud800 the bill", ADMIN)

    assert "\ud800" not in answer["text"]


@pytest.mark.parametrize(
    "changes",
    [{"bot_id": "B1OTHER"}, {"user": BOT_USER_ID, "bot_id": "B0FINOPS"}, {"subtype": "message_changed"}],
)
async def test_bots_and_the_bot_itself_are_not_answered(stage: Stage, changes: dict[str, str]) -> None:
    await stage.say(BUYING, **changes)
    await stage.say(BUYING, type="message", channel_type="im", channel="D1", **changes)

    assert stage.posted == []


async def test_a_rate_limit_is_waited_for(stage: Stage) -> None:
    stage.slack.limit_rate("chat.postMessage", 1)

    await stage.say(BUYING)

    assert len(stage.posted) == 2  # the refused one, and the one that went through


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "missing_scope", "unknown_method"])
async def test_a_refused_post_breaks_nothing(stage: Stage, error: str) -> None:
    stage.slack.fail("chat.postMessage", error)

    await stage.say(BUYING)

    assert (await stage.slash("help"))["text"]


async def test_an_unexpected_fault_gets_a_reference_and_no_details(stage: Stage) -> None:
    message = await stage.mention(BUYING)
    for block in message["blocks"]:
        for element in block.get("elements", []):
            if element.get("action_id") == "answer.right":
                element["value"] = "not ours"

    await stage.click(message, "Right")

    said = stage.responses[0]["text"]
    assert said.startswith("Something went wrong on my side (reference ")
    assert "not ours" not in said


@pytest.fixture(name="http")
def an_http_line(stage: Stage) -> HttpLine:
    if not isinstance(stage.line, HttpLine):
        pytest.skip("about HTTP")
    return stage.line


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": ""},
        {"X-Slack-Request-Timestamp": "1500000000"},
        {"X-Slack-Request-Timestamp": "tomorrow"},
        {"X-Slack-Request-Timestamp": "-1"},
        {"X-Slack-Request-Timestamp": "\xb2"},  # a digit to Python, no number
    ],
)
async def test_a_request_that_slack_did_not_sign_is_refused_without_a_trace_of_it(
    http: HttpLine, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        response = await http.post(json.dumps({"secret": "squirrel"}).encode(), **headers)

    assert response.status_code == 401
    assert "squirrel" not in caplog.text
    assert "Traceback" not in caplog.text


async def test_a_body_that_is_no_text_is_refused(http: HttpLine) -> None:
    assert (await http.post(b"\xff\xfe")).status_code == 401


async def test_a_command_that_lacks_what_slack_sends_fails_without_its_words(
    http: HttpLine, capsys: pytest.CaptureFixture[str]
) -> None:
    response = await http.post(b"command=%2Ffinops&text=squirrel", "application/x-www-form-urlencoded")

    logged = capsys.readouterr().out
    assert response.status_code == 500
    assert "listener_failed" in logged
    assert "squirrel" not in logged


async def test_health_and_readiness_are_told_apart(http: HttpLine) -> None:
    client: httpx.AsyncClient = http.client

    assert (await client.get("/health")).json() == {"status": "ok"}
    assert (await client.get("/ready")).status_code == 200
    assert (await client.get("/slack/events")).status_code == 405


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=200).filter(str.strip),  # some verbs alone open a form
    verb=st.sampled_from(["who-owns ", "assign ", "team add ", "team show ", "personas ", ""]),
)
async def test_any_command_is_answered_within_slacks_limits(stage: Stage, text: str, verb: str) -> None:
    answer = await stage.slash(f"{verb}{text}", ADMIN)

    assert message_problems(answer) == ()


@pytest.mark.parametrize("verb", ["", "who-owns ", "assign ", "team add ", "team show ", "personas "])
async def test_forty_thousand_characters_are_answered_within_slacks_limits(stage: Stage, verb: str) -> None:
    assert message_problems(await stage.slash(f"{verb}{'x' * 40_000}", ADMIN)) == ()
    assert message_problems(await stage.slash(f"{verb}{'budget ' * 5_700}", ADMIN)) == ()


async def test_an_assigned_group_is_mentioned_in_slacks_own_form(stage: Stage) -> None:
    await stage.slash("assign <!subteam^S1BUYERS|@buyers> procurement", ADMIN)
    await stage.slash(f"assign <@{OWNER}> procurement backup", ADMIN)

    assert "<!subteam^S1BUYERS>" in (await stage.mention(BUYING))["text"]
