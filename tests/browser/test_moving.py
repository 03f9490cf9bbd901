"""Moving about in the page: by keyboard, with the browser's buttons, in ten tabs, and while the server is away."""

import re

from playwright.sync_api import expect

from tests.browser.person import Opening, Person
from tests.browser.playground import Playground

ASKING = "/finops who-owns who signs off the savings plan?"


def test_a_question_is_asked_and_its_answer_confirmed_by_keyboard_alone(someone: Person) -> None:
    keyboard = someone.page.keyboard
    someone.page.reload()
    expect(someone.composer).to_be_visible()

    keyboard.press("Tab")
    expect(someone.page.get_by_role("button", name="Skip to the message field")).to_be_focused()
    keyboard.press("Enter")
    keyboard.type("/finops who")
    keyboard.press("Enter")
    expect(someone.composer).to_have_value("/finops who-owns ")
    keyboard.type("who signs off the savings plan?")
    keyboard.press("Enter")
    expect(someone.messages.last).to_contain_text("owns this")
    right = someone.messages.last.get_by_role("button", name="Right")
    for _ in range(20):
        keyboard.press("Shift+Tab")
        if right.evaluate("button => button === document.activeElement"):
            break
    keyboard.press("Enter")

    expect(someone.messages.last).to_contain_text(re.compile("[Tt]hank"))


def test_a_select_is_used_by_keyboard_alone(someone: Person) -> None:
    keyboard = someone.page.keyboard
    someone.say(ASKING)

    someone.messages.last.get_by_role("button", name="Someone else…").press("Enter")
    expect(someone.page.get_by_role("combobox")).to_be_focused()
    keyboard.type("sustain")
    expect(someone.page.get_by_role("option")).to_have_count(1)
    keyboard.press("Enter")

    expect(someone.messages.filter(has_text="Sustainability owns this").last).to_be_visible()


def test_names_and_channels_are_completed(someone: Person) -> None:
    someone.composer.press_sequentially("@sam")
    expect(someone.page.get_by_role("option")).to_have_text([re.compile("@Sam Okoro")])
    someone.page.keyboard.press("Tab")
    expect(someone.composer).to_have_value("@Sam Okoro ")

    someone.composer.press_sequentially("see #pay")
    someone.page.keyboard.press("Enter")
    expect(someone.composer).to_have_value("@Sam Okoro see #payments ")

    someone.page.keyboard.press("Enter")
    expect(someone.messages.last.locator(".mention")).to_have_text(["@Sam Okoro", "#payments"])


def test_messages_are_walked_through_with_the_arrow_keys(someone: Person) -> None:
    someone.say("one")
    expect(someone.messages).to_have_count(1)
    someone.say("two")
    expect(someone.messages).to_have_count(2)

    someone.messages.last.focus()
    someone.page.keyboard.press("ArrowUp")
    expect(someone.messages.first).to_be_focused()
    someone.page.keyboard.press("Tab")

    expect(someone.messages.first.get_by_role("button", name="Reply in thread")).to_be_focused()


def test_back_and_forward_move_between_conversations(someone: Person) -> None:
    title = someone.page.locator("#title")
    someone.go_to("payments")
    expect(title).to_have_text("payments")
    someone.go_to("App Home")
    expect(someone.home).to_contain_text("Your personas")

    someone.page.go_back()
    expect(title).to_have_text("payments")
    expect(someone.composer).to_be_visible()
    someone.page.go_forward()

    expect(someone.home).to_contain_text("Your personas")


def test_what_was_begun_is_kept_for_each_conversation(someone: Person) -> None:
    someone.go_to("payments")
    someone.composer.fill("half a thought")
    someone.go_to("search-eng")
    expect(someone.composer).to_have_value("")

    someone.go_to("payments")

    expect(someone.composer).to_have_value("half a thought")


def test_ten_tabs_are_all_kept_up_to_date(opening: Opening) -> None:
    first = opening()
    first.go_to("payments")
    others = [Person(first.page.context.new_page()) for _ in range(9)]
    for other in others:
        other.page.goto(first.page.url, wait_until="commit")

    first.say("hello to all of you")

    for one in (first, *others):
        expect(one.messages.last).to_contain_text("hello to all of you", timeout=8_000)


def test_an_open_page_goes_on_when_the_server_comes_back(opening: Opening, playground: Playground) -> None:
    someone = opening(expects_errors=True)
    someone.go_to("payments")
    someone.composer.fill("not sent yet")

    playground.stop()
    expect(someone.page.get_by_text("The playground does not answer")).to_be_visible(timeout=8_000)
    playground.start()

    expect(someone.page.get_by_text("The playground does not answer")).to_be_hidden(timeout=8_000)
    expect(someone.composer).to_have_value("not sent yet")
    someone.composer.press("Enter")
    expect(someone.messages.last).to_contain_text("not sent yet")


def test_starting_over_asks_first_and_forgets_everything(someone: Person) -> None:
    someone.say("to be forgotten")
    expect(someone.messages).to_have_count(1)

    someone.page.get_by_role("button", name="Start over").click()
    someone.page.get_by_role("dialog").get_by_role("button", name="Start over").click()

    expect(someone.messages).to_have_count(0)
