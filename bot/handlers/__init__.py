"""What the bot listens to on Slack; ``register`` is the whole list."""

import re
from typing import Final

from slack_bolt.async_app import AsyncApp

from bot.blocks import ids
from bot.handlers.ask import AskHandlers
from bot.handlers.commands import Assign, Help, Learn, Personas, TeamAdd, TeamList, TeamShow, Unassign, WhoOwns
from bot.handlers.learn import LearnHandlers
from bot.handlers.listeners import Messenger, on_click, on_command, on_message
from bot.handlers.manage import ManageHandlers
from bot.services import Services

COMMAND: Final = "/finops"
EVENTS: Final = ("app_mention", "message")


def register(app: AsyncApp, services: Services, messenger: Messenger) -> None:
    """Connect every command, event and action with its handler."""
    ask, manage, learn = AskHandlers(services), ManageHandlers(services), LearnHandlers(services)
    app.command(COMMAND)(
        on_command(
            {
                WhoOwns: ask.slash,
                Help: manage.help,
                Personas: manage.personas,
                Assign: manage.assign,
                Unassign: manage.unassign,
                TeamAdd: manage.team_add,
                TeamList: manage.team_list,
                TeamShow: manage.team_show,
                Learn: learn.review,
            }
        )
    )
    app.event("app_mention")(on_message(ask.mention, messenger))
    app.event("message")(on_message(ask.direct, messenger))
    app.action(ids.ANSWER_RIGHT)(on_click(ask.right, messenger))
    app.action(ids.ANSWER_SHARE)(on_click(ask.share, messenger))
    app.action(ids.ANSWER_SOMEONE_ELSE)(on_click(ask.name_persona, messenger))
    app.action(re.compile(rf"{re.escape(ids.ANSWER_PICK)}\.\d+"))(on_click(ask.name_persona, messenger))
    app.action(ids.KNOWLEDGE_LEARN)(on_click(learn.approve, messenger))
