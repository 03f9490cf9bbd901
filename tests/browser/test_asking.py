"""Asking in the page: by command, by mention, in the bot's own conversation; and what to do with an answer."""

import re

from playwright.sync_api import expect

from tests.browser.person import Opening, Person

BUYING = "the snowflake contract is up for renewal in march, who talks to their account exec?"


SOON_MS = 2_000
"""Twice what we want: the machine that runs the tests has other things to do."""


def test_the_first_example_is_answered_soon_after_the_page_is_there(someone: Person) -> None:
    someone.page.reload()
    start = someone.page.evaluate("performance.timing.loadEventEnd - performance.timing.navigationStart")

    someone.page.locator(".example").first.click()
    expect(someone.messages.last).to_contain_text("owns this")

    answered = someone.page.evaluate("performance.now()")
    assert answered - start < SOON_MS


def test_a_command_is_answered_for_the_eyes_of_the_one_who_asked(someone: Person) -> None:
    someone.go_to("payments")

    someone.say(f"/finops who-owns {BUYING}")

    expect(someone.messages.last).to_contain_text("Only visible to you")
    expect(someone.messages.last).to_contain_text("Procurement owns this")
    expect(someone.messages.last.locator(".mention").first).to_have_text("@cloud-buyers")

    someone.act_as("Sam Okoro")
    expect(someone.messages).to_have_count(0)


def test_a_mention_is_answered_in_its_thread_which_opens(someone: Person) -> None:
    someone.go_to("payments")

    someone.say(f"@finops {BUYING}")

    expect(someone.messages).to_have_count(1)
    expect(someone.messages.last).to_contain_text(f"@finops {BUYING}")
    expect(someone.messages.last.get_by_role("button", name="1 reply")).to_be_visible()
    expect(someone.replies).to_have_count(2)
    expect(someone.replies.last).to_contain_text("Procurement owns this")
    expect(someone.page.locator("#announcer")).to_contain_text("finops: Procurement owns this")


def test_an_answer_to_a_command_can_be_shared_in_the_channel(someone: Person) -> None:
    someone.go_to("payments")
    someone.say(f"/finops who-owns {BUYING}")

    someone.messages.last.get_by_role("button", name="Share in channel").click()

    expect(someone.messages.filter(has_text="asked: “the snowflake contract")).to_be_visible()
    someone.act_as("Sam Okoro")
    expect(someone.messages).to_have_count(1)
    expect(someone.messages.last).to_contain_text("Procurement owns this")


def test_a_wrong_owner_is_corrected_and_the_right_one_is_asked(someone: Person) -> None:
    someone.go_to("payments")
    someone.say(f"@finops {BUYING}")

    someone.choose(someone.replies.last, "Someone else…", "Engineering")

    expect(someone.replies.nth(1)).to_contain_text("says Engineering owns this")
    expect(someone.replies.last).to_contain_text("@Diego Fuentes")


def test_the_bot_answers_in_its_own_conversation(someone: Person) -> None:
    someone.go_to("finops")

    someone.say(BUYING)

    expect(someone.replies.last).to_contain_text("Procurement owns this")


def test_the_shortcut_asks_about_what_somebody_else_wrote(someone: Person) -> None:
    someone.go_to("payments")
    someone.say(BUYING)

    someone.messages.last.hover()
    someone.messages.last.get_by_role("button", name="Who owns this?").click()

    expect(someone.messages.last).to_contain_text("Procurement owns this")


def test_a_guest_is_told_the_persona_and_no_names(someone: Person) -> None:
    someone.go_to("payments")
    someone.act_as("Robin Clarke")

    someone.say(f"/finops who-owns {BUYING}")

    expect(someone.messages.last).to_contain_text("Procurement owns this here")
    expect(someone.messages.last.locator(".mention")).to_have_count(0)
    expect(someone.messages.last.get_by_role("button", name=re.compile("Right|Share"))).to_have_count(0)


def test_the_panel_explains_the_last_routing(someone: Person) -> None:
    someone.go_to("payments")

    someone.say(f"/finops who-owns {BUYING}")

    expect(someone.why.locator(".bars .bar").first).to_contain_text(re.compile(r"Procurement.*9\d %"))
    expect(someone.why.locator("mark").first).to_be_visible()
    expect(someone.why).to_contain_text("runner-up")
    expect(someone.why).to_contain_text("cloud-buyers")


def test_what_others_do_appears_without_reloading(someone: Person, opening: Opening) -> None:
    someone.go_to("payments")
    other = opening()
    other.act_as("Sam Okoro")
    other.go_to("search-eng")

    other.say("is anybody here?")
    expect(someone.page.get_by_role("link", name=re.compile("search-eng ?, new messages"))).to_be_visible()

    someone.go_to("search-eng")
    expect(someone.messages.last).to_contain_text("is anybody here?")
