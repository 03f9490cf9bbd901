"""Markup, scripts and very long texts are shown as the text that they are."""

import time
from typing import Any

from playwright.sync_api import Route, expect

from tests.browser.person import Opening, Person

SCRIPT = "<script>window.broken = true</script><img src=x onerror='window.broken = true'>"


def _is_broken(someone: Person) -> bool:
    return bool(someone.page.evaluate("'broken' in window"))


def test_markup_in_a_question_is_shown_as_text(someone: Person) -> None:
    someone.go_to("payments")

    someone.say(f"@finops who pays for {SCRIPT} & the snowflake contract renewal?")

    expect(someone.messages.first).to_contain_text(f"who pays for {SCRIPT} & the snowflake contract renewal?")
    expect(someone.replies).to_have_count(2)
    expect(someone.why).to_contain_text("<script>")
    assert not _is_broken(someone)


def test_markup_in_a_teams_name_is_shown_as_text(someone: Person) -> None:
    name = "<b>Pay</b> & <script>window.broken=1</script>"
    someone.go_to("App Home")
    someone.home.get_by_role("button", name="Add a team").click()

    someone.form.get_by_label("Name", exact=True).fill(name)
    someone.form.get_by_role("button", name="Add", exact=True).click()

    expect(someone.home).to_contain_text(name)
    assert not _is_broken(someone)


def test_forty_thousand_characters_are_taken_and_folded(someone: Person) -> None:
    text = ("who owns the *cost* of `x` " * 1_500)[:40_000].rstrip()

    someone.say(text)

    shown = someone.messages.last
    expect(shown.get_by_role("button", name="Show all")).to_be_visible()
    shown.get_by_role("button", name="Show all").click()
    assert len(shown.inner_text()) > 30_000


def test_more_than_slack_takes_is_refused_in_words_and_kept(opening: Opening) -> None:
    someone = opening(expects_errors=True)
    someone.composer.fill("x" * 40_001)

    someone.composer.press("Enter")

    expect(someone.page.get_by_role("alert").filter(has_text="40,000")).to_be_visible()
    assert len(someone.composer.input_value()) == 40_001


def _show(someone: Person, **message: Any) -> None:  # noqa: ANN401 (any part of a message)
    """Have the conversation hold this one message of the bot's."""
    bot = {"id": "U0FINOPS", "name": "finops", "is_bot": True}
    shown = {"ts": f"{time.time():.6f}", "thread_ts": None, "author": bot, "text": "", "blocks": None, **message}

    def answer(route: Route) -> None:
        route.fulfill(json={"id": "C02PAYMENTS", "name": "payments", "kind": "channel", "messages": [shown]})

    someone.page.route("**/api/conversation?*", answer)
    someone.go_to("payments")


def test_what_slack_would_refuse_is_said_in_red_and_in_words(someone: Person) -> None:
    _show(someone, text="too long", violations=["section has 3,001 characters, 1 to 3000 allowed"])

    refusal = someone.messages.last.locator(".violations")
    expect(refusal).to_contain_text("Slack would refuse this:")
    expect(refusal).to_contain_text("section has 3,001 characters")
    expect(refusal).to_have_css("color", "rgb(179, 38, 30)")


def test_what_cannot_be_drawn_is_shown_as_readable_text(someone: Person) -> None:
    video = {"type": "video", "title": {"type": "plain_text", "text": "How to &lt;tag&gt;"}, "alt_text": "a film"}
    strange = {
        "type": "actions",
        "elements": [{"type": "hologram", "text": {"type": "plain_text", "text": "Wave"}}],
    }

    _show(someone, blocks=[video, strange, {"type": "divider"}])

    expect(someone.messages.last).to_contain_text("[video] a film · How to <tag>")
    expect(someone.messages.last).to_contain_text("[hologram] Wave")
