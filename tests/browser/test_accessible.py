"""The page for everybody: what axe finds, light and dark, wide and narrow; and pictures of it."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.person import Opening, Person

WIDE, NARROW = (1280, 800), (375, 740)
ASKING = "/finops who-owns the snowflake contract is up for renewal in march, who talks to their account exec?"
MENTION = "@finops the r5 nodes idle at 10 percent cpu, can someone rightsize them for Search"
COLOURS = pytest.mark.parametrize("colours", ["light", "dark"])


def _grave_findings(someone: Person) -> list[tuple[str, Any]]:
    """Return what keeps some people from using the page as it is now."""
    results = Axe().run(someone.page, options={"resultTypes": ["violations"]}).response
    return [
        (one["id"], [node["html"][:200] for node in one["nodes"]])
        for one in results["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


def _picture(someone: Person, path: Path) -> None:
    someone.page.mouse.move(2, 300)  # nothing is hovered over
    someone.page.screenshot(path=path)


def _ask_twice(someone: Person) -> None:
    """Ask in everybody's view, then only for oneself."""
    someone.say(MENTION)
    expect(someone.replies.last).to_contain_text("Engineering owns this")
    someone.page.get_by_role("button", name="Close the thread").click()
    someone.say(ASKING)
    expect(someone.messages.last).to_contain_text("Procurement owns this")
    expect(someone.why_content).to_contain_text("snowflake")


def _open_form_and_err(someone: Person) -> None:
    someone.home.get_by_role("button", name="Assign a persona").click()
    someone.form.get_by_role("button", name="Assign", exact=True).click()
    expect(someone.form.locator(".is-wrong").first).to_be_visible()


@COLOURS
def test_everybody_can_use_a_conversation_app_home_and_a_form(
    opening: Opening, pictures: Path, colours: str
) -> None:
    someone = opening(size=WIDE, colours=colours)

    someone.go_to("payments")
    _ask_twice(someone)
    _picture(someone, pictures / f"playground-wide-{colours}.png")
    in_conversation = _grave_findings(someone)

    someone.go_to("App Home")
    expect(someone.home).to_contain_text("Gaps")
    _picture(someone, pictures / f"playground-home-{colours}.png")
    at_home = _grave_findings(someone)

    _open_form_and_err(someone)
    _picture(someone, pictures / f"playground-form-{colours}.png")

    assert (in_conversation, at_home, _grave_findings(someone)) == ([], [], [])


@COLOURS
def test_everybody_can_use_the_page_on_a_narrow_screen(opening: Opening, pictures: Path, colours: str) -> None:
    someone = opening(size=NARROW, colours=colours)
    channels = someone.page.get_by_role("button", name="Channels and people")

    channels.click()
    expect(someone.page.locator("#act-as")).to_be_focused()
    in_drawer = _grave_findings(someone)
    someone.go_to("payments")
    _ask_twice(someone)
    _picture(someone, pictures / f"playground-narrow-{colours}.png")

    assert in_drawer == []
    assert _grave_findings(someone) == []
    assert _width(someone) <= NARROW[0]

    channels.click()
    someone.go_to("App Home")
    _open_form_and_err(someone)
    assert _width(someone) <= NARROW[0]


def _width(someone: Person) -> int:
    return int(someone.page.evaluate("document.documentElement.scrollWidth"))


def test_colours_can_be_chosen_and_are_remembered(someone: Person) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    before = someone.page.evaluate(ground)

    someone.page.get_by_role("button", name="Change to light").click()
    someone.page.get_by_role("button", name="Change to dark").click()
    dark = someone.page.evaluate(ground)
    someone.page.reload()

    assert dark != before
    assert someone.page.evaluate(ground) == dark
