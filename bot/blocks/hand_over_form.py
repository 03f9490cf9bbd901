"""The form to hand something over: to a person or to a user group."""

from slack_sdk.models.blocks import PlainTextObject, UserSelectElement
from slack_sdk.models.views import View

from bot.blocks import ids
from bot.blocks.fields import field, searching
from bot.blocks.ids import HandOverRef
from bot.blocks.review import what
from bot.blocks.text import section
from bot.knowledge.model import Catalogue
from bot.teams.reviews import DueItem


def hand_over_form(item: DueItem, ref: HandOverRef, catalogue: Catalogue) -> View:
    """Return the form; ``ref`` comes back with what is filled in."""
    person = UserSelectElement(action_id=ids.HAND_OVER_PERSON, placeholder=PlainTextObject(text="Choose a person"))
    group = searching(ids.GROUP_OPTIONS, "Type a part of its handle", None)
    return View(
        type="modal",
        callback_id=ids.HAND_OVER_FORM,
        private_metadata=ref.encode(),
        title=PlainTextObject(text="Hand over"),
        submit=PlainTextObject(text="Hand over"),
        close=PlainTextObject(text="Cancel"),
        blocks=[
            section(f"Who takes over {what(item, catalogue)}? Choose a person, or a user group."),
            field("Person", ids.HAND_OVER_PERSON, person, optional=True),
            field("User group", ids.HAND_OVER_GROUP, group, optional=True),
        ],
    )
