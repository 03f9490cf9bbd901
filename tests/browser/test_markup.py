"""Slack's markup in the page's own renderer, in a browser and without a server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

import bot.playground

PAGE = Path(bot.playground.__file__).parent / "page"
ORIGIN = "http://playground.test"
DRAW = """async (text) => {
    const { mrkdwn } = await import("/page/mrkdwn.js");
    const { Names } = await import("/page/names.js");
    const names = new Names();
    names.learn({
        bot: { id: "U0BOT", name: "finops" },
        people: [{ id: "U1MARA", name: "Mara <b>" }],
        channels: [{ id: "C1PAY", name: "payments" }],
        groups: [{ id: "S1BUY", handle: "cloud-buyers" }],
    });
    const node = document.createElement("div");
    const start = performance.now();
    node.append(mrkdwn(text, names));
    return { html: node.innerHTML, text: node.textContent, took: performance.now() - start };
}"""


@pytest.fixture(scope="module")
def canvas(browser: Browser) -> Iterator[Page]:
    """An empty page that has the renderer at hand."""
    page = browser.new_page()

    def answer(route: Route) -> None:
        path = PAGE / route.request.url.removeprefix(f"{ORIGIN}/page/")
        if path.is_file():
            route.fulfill(path=path, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>Empty</title>", content_type="text/html")

    page.route("**/*", answer)
    page.goto(f"{ORIGIN}/")
    yield page
    page.close()


@pytest.mark.parametrize(
    ("markup", "html"),
    [
        ("*bold*, _italic_ and ~struck~", "<strong>bold</strong>, <em>italic</em> and <s>struck</s>"),
        ("*bold _both_*", "<strong>bold <em>both</em></strong>"),
        ("snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
        ("*not closed, _nor this", "*not closed, _nor this"),
        ("`a *b* &lt;c&gt;`", "<code>a *b* &lt;c&gt;</code>"),
        ("before\n```x &lt; 1\n*no*```\nafter", "before<pre><code>x &lt; 1\n*no*</code></pre>after"),
        ("``` never closed", "``` never closed"),
        ("&gt; said\nnext", "<blockquote>said</blockquote>next"),
        ("<@U1MARA>", '<span class="mention">@Mara &lt;b&gt;</span>'),
        ("<@U9GONE>", '<span class="mention">@U9GONE</span>'),
        ("<!subteam^S1BUY>", '<span class="mention">@cloud-buyers</span>'),
        ("<!subteam^S9GONE|@them>", '<span class="mention">@them</span>'),
        ("<#C1PAY|payments>", '<a class="mention" href="#/channel/C1PAY">#payments</a>'),
        ("<#C9GONE|old>", '<span class="mention">#old</span>'),
        ("<!here>", '<span class="mention">@here</span>'),
        (
            "<https://example.com/a_b_c|the *wiki*>",
            '<a href="https://example.com/a_b_c" target="_blank" rel="noopener noreferrer">the *wiki*</a>',
        ),
        ("<javascript:alert(1)|click>", "click"),
        ("<javascript:alert(1)>", "&lt;javascript:alert(1)&gt;"),
        (":warning: :no_such:", '<span role="img" aria-label="warning" class="emoji">⚠️</span> :no_such:'),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("&amp;lt;b&amp;gt;", "&amp;lt;b&amp;gt;"),
    ],
)
def test_markup_becomes_what_slack_shows(canvas: Page, markup: str, html: str) -> None:
    drawn = canvas.evaluate(DRAW, markup)

    assert drawn["html"] == html


def test_lists_keep_their_depth_and_numbers(canvas: Page) -> None:
    drawn = canvas.evaluate(DRAW, "• one\n    • two\n3. three")

    assert drawn["text"] == "onetwothree"
    assert drawn["html"].count("<li") == 3
    assert 'data-number="3."' in drawn["html"]


def test_a_date_is_shown_in_words_with_its_moment(canvas: Page) -> None:
    drawn = canvas.evaluate(DRAW, "<!date^1700000000^on {date_num}|on that day>")

    assert drawn["html"].startswith('<time datetime="2023-11-14T22:13:20.000Z" title="on that day">on ')
    assert "2023" in drawn["text"]


@pytest.mark.parametrize("piece", ["*a ", "_a", "~ ", "`", "<", ":a", "```", "<@", "&gt;\n", "*a* ", " - x\n"])
def test_the_longest_message_takes_no_time(canvas: Page, piece: str) -> None:
    drawn = canvas.evaluate(DRAW, (piece * 40_000)[:40_000])

    assert drawn["took"] < 1_000
