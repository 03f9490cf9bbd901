"""The form that adds a digest."""

from typing import Final

from slack_sdk.models.blocks import (
    CheckboxesElement,
    ConversationSelectElement,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
    TimePickerElement,
)
from slack_sdk.models.blocks.block_elements import ConversationFilter
from slack_sdk.models.views import View

from bot.blocks import ids
from bot.blocks.fields import field

_DAYS: Final = {
    "monday": "Every Monday",
    "tuesday": "Every Tuesday",
    "wednesday": "Every Wednesday",
    "thursday": "Every Thursday",
    "friday": "Every Friday",
    "weekday": "Every weekday",
    "day": "Every day",
    "month on the 1st": "On the 1st of every month",
}
_AT: Final = "09:00"
_MAX_ZONE: Final = 60


def digest_form_view(channel_id: str | None, zone: str, home: ids.HomeRef | None = None) -> View:
    """Return the form, with the channel it was asked for in (none: it was not in one) and the person's time zone.

    ``home`` is what App Home shows behind it, if it was opened from there. Channels that other organisations share
    are not offered: who owns what is none of their business.
    """
    days = [Option(text=PlainTextObject(text=text), value=value) for value, text in _DAYS.items()]
    mentions = Option(text=PlainTextObject(text="Mention me in it, once"), value="me")
    where = ConversationSelectElement(
        action_id=ids.DIGEST_CHANNEL,
        placeholder=PlainTextObject(text="Where to"),
        initial_conversation=channel_id,
        filter=ConversationFilter(
            include=["public", "private"], exclude_bot_users=True, exclude_external_shared_channels=True
        ),
    )
    when = StaticSelectElement(action_id=ids.DIGEST_DAYS, options=days, initial_option=days[0])
    zones = PlainTextInputElement(action_id=ids.DIGEST_ZONE, initial_value=zone, max_length=_MAX_ZONE)
    mentioning = CheckboxesElement(action_id=ids.DIGEST_MENTIONS, options=[mentions])
    return View(
        type="modal",
        callback_id=ids.DIGEST_FORM,
        private_metadata=home.encode() if home else "",
        title=PlainTextObject(text="Digest of coverage"),
        submit=PlainTextObject(text="Add"),
        close=PlainTextObject(text="Cancel"),
        blocks=[
            field("Channel", ids.DIGEST_CHANNEL, where, hint="I have to be in it: /invite @finops"),
            field("Days", ids.DIGEST_DAYS, when),
            field("Time", ids.DIGEST_TIME, TimePickerElement(action_id=ids.DIGEST_TIME, initial_time=_AT)),
            field("Time zone", ids.DIGEST_ZONE, zones, hint="Like Europe/Berlin"),
            field("Mention", ids.DIGEST_MENTIONS, mentioning, optional=True),
        ],
    )
