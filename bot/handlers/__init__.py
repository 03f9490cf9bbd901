"""What the bot listens to on Slack; ``register`` is the whole list."""

import re
from typing import Final

from slack_bolt.async_app import AsyncApp

from bot.blocks import ids
from bot.handlers.ask import AskHandlers
from bot.handlers.assign import AssignHandlers
from bot.handlers.assign_form import AssignFormHandlers
from bot.handlers.away import AwayHandlers
from bot.handlers.commands import (
    Assign,
    AssignForm,
    Audit,
    Away,
    Back,
    CoverageShow,
    DigestAdd,
    DigestDo,
    DigestForm,
    DigestList,
    DigestPreview,
    Gaps,
    Help,
    Learn,
    Personas,
    TeamAdd,
    TeamArchive,
    TeamEdit,
    TeamList,
    TeamMerge,
    TeamShow,
    Unassign,
    WhoOwns,
)
from bot.handlers.coverage import CoverageHandlers
from bot.handlers.digest import DigestHandlers, SendNow
from bot.handlers.home import HomeHandlers
from bot.handlers.learn import LearnHandlers
from bot.handlers.listeners import (
    Messenger,
    on_change,
    on_click,
    on_home,
    on_message,
    on_options,
    on_shortcut,
    on_submission,
    on_view_click,
)
from bot.handlers.manage import ManageHandlers
from bot.handlers.messages import MessageHandlers
from bot.handlers.options import OptionsHandlers
from bot.handlers.review import ReviewHandlers
from bot.handlers.slash import SlackApp, SlashCommands
from bot.handlers.team_form import TeamFormHandlers
from bot.handlers.teams import TeamHandlers
from bot.services import Services

COMMAND: Final = "/finops"
EVENTS: Final = ("app_mention", "message", "app_home_opened")
CHANGES: Final = ("user_change", "subteam_updated", "subteam_members_changed")
"""Events that tell that what is remembered of a person or user group is out of date."""


def register(
    app: SlackApp, services: Services, messenger: Messenger, messages: MessageHandlers, send_digest: SendNow
) -> None:
    """Connect every command, event and action with its handler."""
    coverage = CoverageHandlers(services)
    ask, manage, learn = AskHandlers(services), ManageHandlers(services), LearnHandlers(services)
    home = HomeHandlers(services)
    digests = DigestHandlers(services, messenger, home, send_digest)
    assign_forms, team_forms = AssignFormHandlers(services, home), TeamFormHandlers(services, home)
    assign, teams, away = AssignHandlers(services), TeamHandlers(services, team_forms), AwayHandlers(services)
    app.answer_commands(
        SlashCommands(
            COMMAND,
            {
                WhoOwns: ask.slash,
                Help: manage.help,
                Personas: manage.personas,
                Audit: manage.audit,
                Assign: assign.assign,
                AssignForm: assign_forms.by_command,
                Unassign: assign.unassign,
                TeamAdd: teams.add,
                TeamEdit: teams.edit,
                TeamMerge: teams.merge,
                TeamArchive: teams.archive,
                TeamList: teams.list,
                TeamShow: teams.show,
                Away: away.go,
                Back: away.back,
                CoverageShow: coverage.show,
                Gaps: coverage.gaps,
                DigestForm: digests.form,
                DigestAdd: digests.add,
                DigestList: digests.list,
                DigestPreview: digests.preview,
                DigestDo: digests.do,
                Learn: learn.review,
            },
            messenger,
        )
    )
    for event in ("app_mention", "message"):
        app.event(event)(on_message(messages, messenger))
    for event in CHANGES:
        app.event(event)(on_change(services.directory.forget))
    app.shortcut(ids.QUESTION_ASK)(on_shortcut(ask.shortcut))
    app.action(ids.ANSWER_RIGHT)(on_click(ask.right, messenger))
    app.action(ids.ANSWER_SHARE)(on_click(ask.share, messenger))
    app.action(ids.ANSWER_SOMEONE_ELSE)(on_click(ask.name_persona, messenger))
    app.action(re.compile(rf"{re.escape(ids.ANSWER_PICK)}\.\d+"))(on_click(ask.name_persona, messenger))
    app.action(re.compile(rf"{re.escape(ids.ANSWER_TEAM)}\.\d+"))(on_click(ask.name_team, messenger))
    app.action(ids.KNOWLEDGE_LEARN)(on_click(learn.approve, messenger))
    review = ReviewHandlers(services, messenger)
    app.action(ids.REVIEW_KEEP)(on_click(review.keep, messenger))
    app.action(ids.REVIEW_KEEP_ALL)(on_click(review.keep, messenger))
    app.action(ids.REVIEW_DROP)(on_click(review.drop, messenger))
    app.action(ids.REVIEW_HAND_OVER)(on_click(review.open_form, messenger))
    app.view(ids.HAND_OVER_FORM)(on_submission(review.hand_over, messenger, ids.HAND_OVER_PERSON))
    app.view(ids.DIGEST_FORM)(on_submission(digests.submit, messenger, ids.DIGEST_CHANNEL))
    app.action(ids.HOME_ADD_DIGEST)(on_view_click(digests.form_at_home, messenger))
    app.action(ids.HOME_DIGEST)(on_view_click(digests.do_at_home, messenger))
    app.action(re.compile(rf"{re.escape(ids.GAP_ASSIGN)}\.\d+"))(on_click(assign_forms.by_gap, messenger))
    _register_forms(app, services, messenger, assign_forms, team_forms)
    _register_home(app, messenger, home)


def _register_forms(
    app: AsyncApp,
    services: Services,
    messenger: Messenger,
    assign_forms: AssignFormHandlers,
    team_forms: TeamFormHandlers,
) -> None:
    options = OptionsHandlers(services)
    app.options(ids.TEAM_OPTIONS)(on_options(options.teams))
    app.options(ids.PARENT_OPTIONS)(on_options(options.parents))
    app.options(ids.GROUP_OPTIONS)(on_options(options.groups))
    app.action(ids.HOME_ASSIGN)(on_view_click(assign_forms.by_click, messenger))
    app.action(ids.HOME_ADD_TEAM)(on_view_click(team_forms.add, messenger))
    app.action(ids.HOME_EDIT_TEAM)(on_view_click(team_forms.edit, messenger))
    app.view(ids.ASSIGN_FORM)(on_submission(assign_forms.submit, messenger, ids.ASSIGN_TEAM))
    app.view(ids.TEAM_FORM)(on_submission(team_forms.submit, messenger, ids.TEAM_NAME))


def _register_home(app: AsyncApp, messenger: Messenger, home: HomeHandlers) -> None:
    app.event("app_home_opened")(on_home(home.opened, messenger))
    for action_id in (ids.HOME_PREVIOUS, ids.HOME_NEXT, ids.HOME_ALL):
        app.action(action_id)(on_view_click(home.turn, messenger))
    app.action(ids.HOME_FILTER)(on_view_click(home.ask_filter, messenger))
    app.action(ids.HOME_OPEN_TEAM)(on_view_click(home.open_team, messenger))
    app.view(ids.FILTER_FORM)(on_submission(home.filter, messenger, ids.FILTER_NAME))
