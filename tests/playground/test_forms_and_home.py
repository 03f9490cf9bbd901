"""Forms and App Home in the page: errors beside fields, options, what a click changes, and what nobody may do."""

from typing import Any

import pytest

from bot.playground.blocks import offered as options_of
from bot.playground.watching import FRESH_SECONDS, Watching
from tests.playground.conftest import ADMIN, ASKER, GENERAL, LEAD, Page, Shown, clickable


def fields(view: Shown) -> dict[str, Shown]:
    """Return the input blocks of a form by their label."""
    return {one["label"]["text"]: one for one in view["blocks"] if one["type"] == "input"}


async def assigning(page: Page) -> Shown:
    """Open the form that assigns, and return it."""
    await page.say(ADMIN, "/finops assign")
    return await page.form(ADMIN)


async def offered(page: Page, view: Shown, label: str, typed: str) -> list[Shown]:
    """Type into a select of a form and return what it offers."""
    block = fields(view)[label]
    where = {"view_id": view["id"], "block_id": block["block_id"], "action_id": block["element"]["action_id"]}
    options: list[Shown] = (await page.post("options", ADMIN, typed=typed, **where))["options"]
    return options


def filled(view: Shown, **by_label: Any) -> Shown:  # noqa: ANN401 (an option, a person, a text)
    """Return the values of a form's fields, by label."""
    values: Shown = {}
    for label, value in by_label.items():
        block = fields(view)[label]
        element = block["element"]
        values[block["block_id"]] = {element["action_id"]: {"type": element["type"], **value}}
    return values


async def test_an_error_stands_beside_its_field_and_then_the_gap_is_closed(page: Page) -> None:
    gaps = str((await page.get("home", as_=ADMIN))["view"])
    view = await assigning(page)
    (whole,) = [one for one in await offered(page, view, "Team", "whole") if "organisation" in str(one)]
    persona = next(one for one in options_of(fields(view)["Persona"]["element"]) if one["value"] == "security")
    given = {"Team": {"selected_option": whole}, "Persona": {"selected_option": persona}}

    nobody = await page.post("form/submit", ADMIN, view_id=view["id"], values=filled(view, **given))
    still_open = await page.form(ADMIN)
    person = {"Person": {"selected_user": "U09JONAS"}}
    taken = await page.post("form/submit", ADMIN, view_id=view["id"], values=filled(view, **given, **person))
    await page.say(ASKER, "/finops who-owns someone is mining crypto in the sandbox account")

    assert list(nobody["errors"]) == [fields(view)["Person"]["block_id"]]
    assert still_open["id"] == view["id"]
    assert "errors" not in taken
    assert "*Security* owns this: ask <@U09JONAS>" in (await page.last(ASKER))["text"]
    assert str((await page.get("home", as_=ADMIN))["view"]) != gaps


async def test_slack_itself_asks_for_fields_that_may_not_be_empty(page: Page) -> None:
    view = await assigning(page)

    answer = await page.post("form/submit", ADMIN, view_id=view["id"], values={})

    assert answer["errors"][fields(view)["Team"]["block_id"]] == "Please complete this required field."


async def test_a_select_offers_what_fits_what_is_typed(page: Page) -> None:
    view = await assigning(page)

    assert [one["text"]["text"] for one in await offered(page, view, "Team", "sear")] == ["Search"]
    assert "is not there any more" in await page.refused(
        "options", ADMIN, 404, view_id=view["id"], block_id="nothing", action_id="nothing", typed=""
    )


async def test_a_form_is_only_for_whoever_opened_it_and_closes(page: Page) -> None:
    view = await assigning(page)

    assert await page.form(LEAD) is None
    assert "not open any more" in await page.refused("form/submit", LEAD, 404, view_id=view["id"], values={})
    await page.post("form/close", ADMIN)
    assert await page.form(ADMIN) is None
    assert "not open any more" in await page.refused("form/submit", ADMIN, 404, view_id=view["id"], values={})


async def test_app_home_opens_a_form_on_top_and_shows_what_was_saved(page: Page) -> None:
    await page.click_home(ADMIN, "Add a team")
    view = await page.form(ADMIN)
    name = filled(view, Name={"value": "Ledger <b>& Co"})

    await page.post("form/submit", ADMIN, view_id=view["id"], values=name)

    assert "Ledger &lt;b&gt;&amp; Co" in str((await page.get("home", as_=ADMIN))["view"])


async def test_what_a_click_has_shown_in_app_home_stays_until_it_is_opened_again(page: Page) -> None:
    await page.get("home", as_=ADMIN)
    watching = page.playground.stage.slack.watcher
    assert isinstance(watching, Watching)
    watching.timer = lambda: 0.0
    for number in range(3):
        await page.say(ADMIN, f"/finops team add Zone {number}")
    await page.click_home(ADMIN, "Next teams")

    turned = (await page.get("home", as_=ADMIN))["view"]
    watching.timer = lambda: FRESH_SECONDS
    opened = (await page.get("home", as_=ADMIN))["view"]

    assert clickable(turned["blocks"], "Previous teams")
    with pytest.raises(AssertionError, match="nothing labelled 'Previous teams'"):
        clickable(opened["blocks"], "Previous teams")


async def test_a_lead_changes_their_own_team_and_no_other(page: Page) -> None:
    await page.say(LEAD, "/finops assign @aiko engineering for Payments backup")
    own = (await page.last(LEAD))["text"]
    await page.say(LEAD, "/finops assign @aiko engineering for Search")

    assert "Engineering" in own
    assert "Only FinOps admins, workspace admins and a team's leads" in (await page.last(LEAD))["text"]


async def test_an_element_that_is_not_there_cannot_be_clicked(page: Page) -> None:
    await page.say(ADMIN, "/finops who-owns our snowflake contract runs out in march")
    message = await page.last(ADMIN)
    block_id, action = clickable(message["blocks"], "Right")
    where = {"channel": GENERAL, "message_ts": message["ts"], "block_id": block_id}

    forged = {**action, "action_id": "knowledge.learn"}
    strange = {**clickable(message["blocks"], "Finance")[1], "selected_option": {"value": "x"}}

    assert "not there any more" in await page.refused("click", ADMIN, 404, action=forged, **where)
    assert "not among" in await page.refused("click", ADMIN, 400, action=strange, **where)
    assert "not there any more" in await page.refused("click", LEAD, 404, action=action, **where)


async def test_nobody_clicks_in_an_app_home_they_never_opened(page: Page) -> None:
    assert "has not opened App Home" in await page.refused("home/click", LEAD, 404, block_id="b", action={})
