"""A message where only a view fits: a form with nothing to fill in, or App Home."""

from slack_sdk.models.blocks import PlainTextObject
from slack_sdk.models.views import View

from bot.blocks.text import Message


def notice_view(message: Message, title: str = "FinOps") -> View:
    """Return a form that only says something; ``title`` has 24 characters at most."""
    return View(
        type="modal",
        title=PlainTextObject(text=title),
        close=PlainTextObject(text="Close"),
        blocks=list(message.blocks),
    )


def home_notice_view(message: Message) -> View:
    """Return an App Home that only says something."""
    return View(type="home", blocks=list(message.blocks))
