"""Somebody in front of the playground: what they read, type and click."""

import re
from dataclasses import dataclass
from typing import Protocol

from playwright.sync_api import Locator, Page, expect


@dataclass(frozen=True, slots=True)
class Person:
    """One open page; everything is found by its role and name, as a screen reader finds it."""

    page: Page

    @property
    def composer(self) -> Locator:
        """The field to write a message in."""
        return self.page.locator("#foot textarea")

    @property
    def messages(self) -> Locator:
        """The messages of the conversation, the oldest first."""
        return self.page.get_by_role("list", name="Messages").locator("li.message")

    @property
    def replies(self) -> Locator:
        """The messages of the open thread, what it is about first."""
        return self.page.get_by_role("list", name="Replies").locator("li.message")

    @property
    def form(self) -> Locator:
        """The form that is open."""
        return self.page.locator("dialog#form")

    @property
    def home(self) -> Locator:
        """App Home."""
        return self.page.locator(".home-page")

    @property
    def why(self) -> Locator:
        """The panel that explains the last routing."""
        return self.page.get_by_role("complementary", name="Why this answer")

    @property
    def why_content(self) -> Locator:
        """What that panel says, also while it is closed."""
        return self.page.locator("#why-content")

    def go_to(self, name: str) -> None:
        """Open a channel, the conversation with the bot, or App Home."""
        self.page.get_by_role("navigation").get_by_role(
            "link", name=re.compile(rf"^{name}( ?, new messages)?$")
        ).click()

    def act_as(self, name: str) -> None:
        """Be somebody else."""
        self.page.locator("#act-as").click()
        self.page.get_by_role("option", name=re.compile(f"^{name}")).click()
        expect(self.page.locator("#act-as")).to_contain_text(name)

    def say(self, text: str) -> None:
        """Write a message and send it."""
        self.composer.fill(text)
        self.page.keyboard.press("Escape")  # the completions
        self.composer.press("Enter")
        expect(self.composer).to_have_value("")

    def choose(self, within: Locator, label: str, option: str) -> None:
        """Choose from a select."""
        within.get_by_role("button", name=re.compile(label)).click()
        within.page.get_by_role("combobox").fill(option)
        within.page.get_by_role("option", name=option).first.click()


class Opening(Protocol):
    """Opens the page in a browser of its own, as the FinOps admin in the first channel."""

    def __call__(
        self, *, size: tuple[int, int] = (1280, 800), colours: str = "light", expects_errors: bool = False
    ) -> Person:
        """Return who sits in front of it; what the page complains of fails the test, unless that is expected."""
