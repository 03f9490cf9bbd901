"""A real browser on the real playground; skipped where there is no Chromium.

``PLAYGROUND_PICTURES=docs`` writes the README's pictures there; otherwise they go to a temporary folder.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.person import Opening, Person
from tests.browser.playground import Playground

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE_MS = 5_000


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium, one for all tests."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here, so the page is not tested: apt-get install chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        # Root, as which CI runs, has no sandbox; nothing but our own page is opened.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def playground(
    browser: Browser, kept_knowledge: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Playground]:
    """The playground, one for all tests."""
    assert browser.is_connected()
    playground = Playground(tmp_path_factory.mktemp("playground"), kept_knowledge.parent)
    playground.start()
    yield playground
    playground.stop()


@pytest.fixture
def opening(browser: Browser, playground: Playground) -> Iterator[Opening]:
    """How to open pages on a playground that starts over for this test; at the end none may have complained."""
    complaints: list[str] = []
    contexts = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(f"{message.text} ({message.location})")

    def watch(page: Page) -> None:
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))

    def open_page(
        *, size: tuple[int, int] = (1280, 800), colours: str = "light", expects_errors: bool = False
    ) -> Person:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if colours == "dark" else "light",
            reduced_motion="reduce",
            locale="en-GB",
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if not expects_errors:
            context.on("page", watch)
        if len(contexts) == 1:
            assert context.request.post(f"{playground.address}/api/reset", data={}).ok
        page = context.new_page()
        page.goto(playground.address)
        expect(page.locator("#foot textarea")).to_be_visible()
        return Person(page)

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def someone(opening: Opening) -> Person:
    """The FinOps admin with the page open on a wide screen."""
    return opening()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where the pictures go."""
    return Path(os.environ.get("PLAYGROUND_PICTURES") or tmp_path)
