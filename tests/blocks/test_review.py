"""Requests to confirm: what they say, what can be clicked, and Slack's limits."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.blocks.hand_over_form import hand_over_form
from bot.blocks.ids import HandOverRef, ReviewRef
from bot.blocks.review import dropped_text, handed_over_text, kept_text, new_owner_message, review_message
from bot.blocks.text import Message
from bot.playground.limits import message_problems
from bot.teams.model import Assignee, Assignment, Ownership, Rank, Team
from bot.teams.reviews import MAX_ITEMS, DueItem, ReviewRequest
from tests.builders import (
    NOW,
    WORKSPACE,
    a_catalogue,
    a_group,
    a_persona,
    a_team,
    an_assignment,
    an_owner,
)

CATALOGUE = a_catalogue(a_persona("finance"), a_persona("itam", "ITAM"))
LONG_AGO = NOW - timedelta(days=100)


def an_item(persona: str = "finance", team: Team | None = None, **changes: Any) -> DueItem:  # noqa: ANN401 (any field of an assignment)
    return DueItem(replace(an_assignment(persona, team=team, since=LONG_AGO), **changes), team)


def a_request(*items: DueItem, more: int = 0) -> ReviewRequest:
    return ReviewRequest(WORKSPACE, "U1OWNER", items, more, NOW)


def labels(message: Message) -> list[list[str]]:
    """Return the labels of the buttons, block by block."""
    blocks = [block.to_dict() for block in message.blocks]
    return [[one["text"]["text"] for one in block["elements"]] for block in blocks if block["type"] == "actions"]


def a_group_item(assignment: Assignment | None = None) -> DueItem:
    held = assignment or an_assignment("itam", "S1BUYERS", since=LONG_AGO)
    return DueItem(held, None, a_group("S1BUYERS", "U1OWNER"))


def test_a_single_item_says_why_and_what_and_has_three_answers() -> None:
    message = review_message(a_request(an_item("finance", a_team("Payments"))), CATALOGUE)

    assert message.text == (
        "Is this still yours? Nobody has confirmed it for 100 days, and people are sent to you for it.\n"
        "• *Finance* for *Payments*, since 2026-08-15, last confirmed 100 days ago"
    )
    assert labels(message) == [["Still mine", "Hand over to…", "Not mine"]]


def test_several_items_can_be_confirmed_with_one_click() -> None:
    confirmed_later = an_item("itam", confirmed_at=NOW - timedelta(days=95), rank=Rank.BACKUP)

    message = review_message(a_request(an_item(), confirmed_later), CATALOGUE)

    assert "Nobody has confirmed them for 95 days" in message.text
    assert "*ITAM* for the whole organisation, as backup, since 2026-08-15, last confirmed 95 days" in message.text
    assert labels(message)[-1] == ["All still mine"]


def test_what_a_group_holds_is_named_without_notifying_it() -> None:
    message = review_message(a_request(a_group_item()), CATALOGUE)

    assert "*ITAM* for the whole organisation, through @s1buyers" in message.text
    assert labels(message) == [["Still ours", "Hand over to…", "Not ours"]]
    assert "<" not in message.text


def test_what_was_decided_stands_above_what_is_left() -> None:
    decided = kept_text([an_item()], CATALOGUE)

    some_left = review_message(a_request(an_item("itam")), CATALOGUE, decided)
    nothing_left = review_message(a_request(), CATALOGUE, decided)

    assert some_left.text.startswith(
        "*Finance* for the whole organisation stays yours. Thank you!\nIs this still yours?"
    )
    assert nothing_left.text.endswith("That is all for now, thank you.")
    assert labels(nothing_left) == []


def test_several_that_are_kept_are_counted() -> None:
    assert kept_text([an_item(), an_item("itam")], CATALOGUE) == "These 2 stay yours. Thank you!"


def test_giving_up_says_who_is_asked_instead_or_how_to_close_the_gap() -> None:
    item = an_item("finance", a_team("Payments"))

    with_backup = dropped_text(item, Ownership(an_owner("U1BACKUP")), CATALOGUE)
    gap = dropped_text(item, Ownership(None), CATALOGUE)

    assert with_backup == "*Finance* for *Payments* is no longer yours. People are sent to <@U1BACKUP> now."
    assert gap.endswith("closes this gap with `/finops assign @somebody finance for Payments`")


def test_the_new_owner_hears_from_whom_it_comes_and_nobody_is_mentioned() -> None:
    message = new_owner_message(an_item("finance", a_team("Payments")), "<!channel> Sam", CATALOGUE)
    for_a_group = new_owner_message(a_group_item(), "Sam", CATALOGUE)

    assert message.text.startswith("&lt;!channel&gt; Sam handed *Finance* for *Payments* to you.")
    assert labels(message) == [["That's fine", "Hand over to…", "Not mine"]]
    assert "to your user group." in for_a_group.text


def test_the_form_names_what_is_handed_over_and_asks_for_a_person_or_a_group() -> None:
    ref = HandOverRef(ReviewRef("due", ("a1",)), "D1OWNER", "1700000001.000001")

    view = hand_over_form(an_item("finance", a_team("Payments")), ref, CATALOGUE).to_dict()

    assert "*Finance* for *Payments*" in view["blocks"][0]["text"]["text"]
    assert [block["element"]["type"] for block in view["blocks"][1:]] == ["users_select", "external_select"]
    assert HandOverRef.decode(view["private_metadata"]) == ref


def test_whoever_handed_it_over_reads_whose_it_is() -> None:
    text = handed_over_text(an_item(assignee=Assignee.from_id("S1BUYERS")), CATALOGUE)

    assert text == "<!subteam^S1BUYERS> has *Finance* for the whole organisation now. Thank you!"


def test_the_fullest_request_is_one_that_slack_takes() -> None:
    name = "&" * 80
    team = a_team(name)
    items = [an_item(f"persona-{number}", team, id=f"{number:032}") for number in range(MAX_ITEMS)]
    catalogue = a_catalogue(*(a_persona(f"persona-{number}", name) for number in range(MAX_ITEMS)))

    message = review_message(a_request(*items, more=3), catalogue, kept_text(items[:1], catalogue))

    assert message_problems(message.payload()) == ()
    assert "… and 3 more" in message.text


def test_a_persona_that_is_gone_is_called_by_its_key() -> None:
    assert "*gone*" in review_message(a_request(an_item("gone")), CATALOGUE).text


def test_what_a_button_carries_comes_back_as_it_was() -> None:
    ref = ReviewRef("new", ("a1", "b2"))

    assert ReviewRef.decode(ref.encode()) == ref


@pytest.mark.parametrize("value", ["", "due", "due:", "due:a,,b", "other:a1"])
def test_other_values_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a button value"):
        ReviewRef.decode(value)


@pytest.mark.parametrize("value", ["", "D1OWNER", "D1OWNER:", ":1.1:due:a1", "due:a1", "D1OWNER:1.1:other:a1"])
def test_a_form_of_unknown_origin_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"does not say what|not a button value"):
        HandOverRef.decode(value)
