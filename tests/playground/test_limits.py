"""The stand-in refuses the views that Slack refuses."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.playground.limits import view_problems


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def an_option(text: str = "One", value: str = "1") -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def an_input(element: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    element = element or {"type": "plain_text_input", "action_id": "a"}
    return {"type": "input", "block_id": "b", "label": plain("Name"), "element": element, **changes}


def a_form(*blocks: Mapping[str, Any], **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    view = {"type": "modal", "title": plain("A form"), "submit": plain("Save"), "blocks": blocks or (an_input(),)}
    return {name: value for name, value in (view | changes).items() if value is not None}


def a_section(text: str = "Hello", **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **changes}


def a_home(*blocks: Mapping[str, Any], **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"type": "home", "blocks": blocks or (a_section(),), **changes}


def test_what_slack_takes_has_no_problems() -> None:
    select = {"type": "static_select", "options": [an_option()], "initial_option": an_option()}

    assert view_problems(a_form(an_input(), an_input(select, block_id="c"))) == ()
    assert view_problems(a_home()) == ()


@pytest.mark.parametrize(
    ("view", "problem"),
    [
        (a_form(title=None), "modal: title is missing"),
        (a_form(title=plain("x" * 25)), "title has 25 characters"),
        (a_form(submit=None), "modal: submit is missing"),
        (a_form(submit=plain("x" * 25)), "submit has 25 characters"),
        (a_form(close=plain("")), "close has 0 characters"),
        (a_form(private_metadata="x" * 3_001), "private_metadata has 3001 characters"),
        (a_form(callback_id="x" * 256), "callback_id has 256 characters"),
        (a_form(an_input(), an_input()), "block_id 'b' is there twice"),
        (a_form(an_input(label=plain(""))), "label has 0 characters"),
        (a_form(an_input(hint=plain("x" * 2_001))), "hint has 2001 characters"),
        (a_form(an_input({"type": "plain_text_input", "max_length": 3_001})), "max_length is 3001"),
        (
            a_form(an_input({"type": "plain_text_input", "max_length": 2, "initial_value": "abc"})),
            "initial_value has 3 characters",
        ),
        (a_form(an_input({"type": "datepicker", "initial_date": "32 May"})), "'32 May' is not a day"),
        (a_form(an_input({"type": "static_select", "options": [an_option()] * 101})), "101 options"),
        (a_form(an_input({"type": "radio_buttons", "options": []})), "0 options"),
        (
            a_form(an_input({"type": "static_select", "option_groups": [{"label": plain("G"), "options": []}]})),
            "0 options",
        ),
        (
            a_form(
                an_input(
                    {"type": "static_select", "options": [an_option()], "initial_option": an_option("Two", "2")}
                )
            ),
            "not among the options",
        ),
        (
            a_form(an_input({"type": "external_select", "initial_option": an_option("x" * 76)})),
            "option has 76 characters",
        ),
        (a_home(*[a_section()] * 101), "101 blocks"),
        (a_home(an_input()), "home: an input block"),
        (a_home(title=plain("Home")), "home: title is not allowed"),
        (a_home(a_section("x" * 3_001)), "section has 3001 characters"),
        (a_home(*[a_section("x" * 2_900)] * 5), "14500 characters in all"),
        (a_home(a_section(accessory={"type": "button", "text": plain("x" * 76)})), "button has 76 characters"),
        ({"type": "window", "blocks": [a_section()]}, "'window' is not a type of view"),
    ],
)
def test_what_slack_refuses_is_told(view: Mapping[str, Any], problem: str) -> None:
    assert any(problem in one for one in view_problems(view))
