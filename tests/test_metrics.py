"""What Prometheus is told, and what Slack's answers add to it."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.notice import notice_view
from bot.blocks.text import plain_message
from bot.errors import SlackRefusedError, UnavailableError
from bot.messenger import SlackMessenger
from bot.metrics import Metrics
from bot.playground.slack import BOT_TOKEN, SlackStandIn
from bot.slack_metrics import SlackMeter

WORDS = plain_message("Words")


async def lines(metrics: Metrics) -> set[str]:
    """Return the figures of ours."""
    return {line for line in (await metrics.exposition()).decode().splitlines() if line.startswith("finops_")}


async def test_questions_are_counted_by_decision_and_surface_and_timed() -> None:
    metrics = Metrics()

    metrics.question_answered("confident", "slash", 0.2)
    metrics.question_answered("confident", "slash", 4.0)
    metrics.question_answered("none", "direct", 0.001)

    assert await lines(metrics) >= {
        'finops_questions_total{decision="confident",surface="slash"} 2.0',
        'finops_questions_total{decision="none",surface="direct"} 1.0',
        'finops_answer_seconds_bucket{le="3.0",surface="slash"} 1.0',
        'finops_answer_seconds_bucket{le="5.0",surface="slash"} 2.0',
        'finops_answer_seconds_sum{surface="slash"} 4.2',
    }


async def test_slacks_refusals_and_digests_are_counted() -> None:
    metrics = Metrics()

    metrics.slack_failed("chat.postMessage", "is_archived")
    metrics.slack_limited("chat.postMessage")
    metrics.digest_sent("sent")

    assert await lines(metrics) >= {
        'finops_slack_errors_total{code="is_archived",method="chat.postMessage"} 1.0',
        'finops_slack_rate_limits_total{method="chat.postMessage"} 1.0',
        'finops_digests_total{state="sent"} 1.0',
    }


async def test_two_of_them_share_nothing() -> None:
    one, other = Metrics(), Metrics()

    one.digest_sent("sent")

    assert 'finops_digests_total{state="sent"} 1.0' not in await lines(other)


async def test_the_inbox_is_read_whenever_somebody_looks() -> None:
    metrics, backlog = Metrics(), [(3, 4.5), (0, 0.0)]

    async def read() -> tuple[int, float]:
        return backlog.pop(0)

    metrics.watch_inbox(read)

    assert await lines(metrics) >= {"finops_inbox_depth 3.0", "finops_inbox_age_seconds 4.5"}
    assert await lines(metrics) >= {"finops_inbox_depth 0.0", "finops_inbox_age_seconds 0.0"}


async def test_an_inbox_that_cannot_be_read_is_no_number_and_hides_nothing_else() -> None:
    metrics = Metrics()

    async def read() -> tuple[int, float]:
        raise UnavailableError("the database is away")

    metrics.watch_inbox(read)
    metrics.digest_sent("sent")

    assert await lines(metrics) >= {"finops_inbox_depth NaN", 'finops_digests_total{state="sent"} 1.0'}


async def test_what_slack_refuses_or_puts_off_is_counted_by_method() -> None:
    metrics = Metrics()
    async with SlackStandIn() as slack:
        handlers = [SlackMeter(metrics), AsyncRateLimitErrorRetryHandler()]
        client = AsyncWebClient(BOT_TOKEN, slack.api_url, retry_handlers=handlers)
        slack.limit_rate("auth.test", 0)
        slack.fail("users.info", "user_not_found")

        await client.auth_test()
        with pytest.raises(SlackApiError):
            await client.users_info(user="U1")

    found = {line for line in await lines(metrics) if "_created" not in line and "slack_" in line}
    assert found == {
        'finops_slack_rate_limits_total{method="auth.test"} 1.0',
        'finops_slack_errors_total{code="user_not_found",method="users.info"} 1.0',
    }


async def test_every_call_of_the_messenger_is_counted_whether_it_is_repeated_or_not() -> None:
    metrics = Metrics()
    async with SlackStandIn() as slack:
        client = AsyncWebClient(BOT_TOKEN, slack.api_url, retry_handlers=[SlackMeter(metrics)])
        messenger = SlackMessenger(client)
        slack.limit_rate("chat.postMessage", 0)
        slack.fail("chat.postMessage", "is_archived")
        slack.fail("chat.postMessage", "not_in_channel")
        slack.fail("views.open", "expired_trigger_id")

        for refused in (
            messenger.post_marked("C1", WORDS, "kind", {}),
            messenger.post("C2", WORDS, None),
            messenger.open_form("1.2", notice_view(WORDS)),
        ):
            with pytest.raises(SlackRefusedError):
                await refused

    found = {line for line in await lines(metrics) if "_created" not in line and "slack_" in line}
    assert found == {
        'finops_slack_rate_limits_total{method="chat.postMessage"} 1.0',
        'finops_slack_errors_total{code="is_archived",method="chat.postMessage"} 1.0',
        'finops_slack_errors_total{code="not_in_channel",method="chat.postMessage"} 1.0',
        'finops_slack_errors_total{code="expired_trigger_id",method="views.open"} 1.0',
    }


async def test_a_slack_that_cannot_be_reached_is_counted_by_the_kind_of_fault() -> None:
    metrics = Metrics()
    client = AsyncWebClient(BOT_TOKEN, "http://127.0.0.1:1/api/", retry_handlers=[SlackMeter(metrics)])

    with pytest.raises(OSError, match="127.0.0.1"):
        await client.auth_test()

    assert any(
        line.startswith('finops_slack_errors_total{code="ClientConnectorError",method="auth.test"}')
        for line in await lines(metrics)
    )
