"""Forms and App Home in the page."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.person import Person


def test_a_form_says_beside_its_fields_what_is_missing_and_keeps_the_rest(someone: Person) -> None:
    someone.go_to("payments")
    someone.say("/finops assign")
    expect(someone.form).to_be_visible()

    someone.choose(someone.form, "^Persona", "Security")
    someone.form.get_by_role("button", name="Assign", exact=True).click()

    wrong = someone.form.locator(".is-wrong")
    expect(wrong).to_have_count(1)
    expect(wrong).to_contain_text("Please fill in this field.")
    expect(someone.form.get_by_role("button", name=re.compile("^Team"))).to_be_focused()
    expect(someone.form.get_by_role("button", name=re.compile("^Persona"))).to_contain_text("Security")


def test_the_bots_own_errors_stand_beside_their_fields_and_the_corrected_form_is_taken(someone: Person) -> None:
    someone.go_to("payments")
    someone.say("/finops assign")
    someone.choose(someone.form, "^Team", "Payments")
    someone.choose(someone.form, "^Persona", "Security")

    someone.form.get_by_role("button", name="Assign", exact=True).click()
    person = someone.form.locator(".field", has_text="Choose a person here")
    expect(person.locator(".error")).not_to_be_empty()
    described = person.get_by_role("button").first.get_attribute("aria-describedby") or ""
    assert person.locator(".error").get_attribute("id") in described.split()

    someone.choose(someone.form, "^Person ", "Sam Okoro")
    someone.form.get_by_role("button", name="Assign", exact=True).click()
    expect(someone.form).to_contain_text("Sam Okoro")
    someone.form.get_by_role("button", name="Close").click()

    expect(someone.form).to_be_hidden()
    someone.say("/finops who-owns someone is mining crypto with a leaked key for Payments")
    expect(someone.messages.last).to_contain_text("@Sam Okoro")


def test_a_gap_closes_in_app_home(someone: Person) -> None:
    someone.go_to("App Home")
    gap = someone.home.get_by_role("button", name="Assign Product for Data Platform")
    expect(gap).to_be_visible()

    gap.click()
    expect(someone.form.get_by_role("button", name=re.compile("^Team"))).to_contain_text("Data Platform")
    someone.choose(someone.form, "^Person ", "Grace Mensah")
    someone.form.get_by_role("button", name="Assign", exact=True).click()
    expect(someone.form).to_contain_text("@Grace Mensah now holds")
    someone.form.get_by_role("button", name="Close").click()

    expect(gap).to_have_count(0)
    expect(someone.home).to_contain_text(re.compile("Data Platform.*Product @Grace Mensah", re.DOTALL))


def test_escape_closes_a_form_and_gives_the_focus_back(someone: Person) -> None:
    someone.go_to("App Home")
    button = someone.home.get_by_role("button", name="Assign a persona")
    button.click()
    expect(someone.form).to_be_visible()

    someone.form.get_by_role("button", name=re.compile("^Team")).press("Enter")
    expect(someone.page.get_by_role("option").first).to_be_visible()
    someone.page.keyboard.press("Escape")
    expect(someone.page.get_by_role("option")).to_have_count(0)
    expect(someone.form).to_be_visible()
    someone.page.keyboard.press("Escape")

    expect(someone.form).to_be_hidden()
    expect(button).to_be_focused()


def test_a_digest_is_sent_with_its_picture(someone: Person, pictures: Path) -> None:
    someone.go_to("payments")

    someone.page.get_by_role("button", name="Send digest now").click()

    digest = someone.messages.filter(has_text="FinOps coverage")
    expect(digest).to_be_visible()
    digest.get_by_role("button", name=re.compile("repl")).click()
    picture = someone.replies.locator("img.picture")
    expect(picture).to_be_visible()
    assert picture.get_attribute("alt")
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("picture => picture.naturalWidth") > 100
    someone.page.screenshot(path=pictures / "playground-digest.png")
