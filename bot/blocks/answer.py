"""The answer to a question, as a message: who owns it, why, and what can be clicked."""

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from slack_sdk.models.blocks import (
    InteractiveElement,
)

from bot.blocks import ids
from bot.blocks.fields import button
from bot.blocks.someone_else import SomeoneElseSelect
from bot.blocks.standing import standing
from bot.blocks.text import Message, context, escape, listed, mention, quoted, section
from bot.blocks.written import Actions, Button
from bot.knowledge.model import Confident, Match, Persona
from bot.questions.model import Answer, ChoiceAnswer, PersonaAnswer, TeamQuestionAnswer, UnrelatedAnswer
from bot.teams.model import Owner, Team
from bot.teams.naming import TeamBasis, TeamChoice

_BASIS: Final[dict[TeamBasis, str]] = {
    "asked": "the team you asked for",
    "text": "named in the question",
    "channel": "this channel's team",
    "asker": "the asker's team",
}
_WHY_SEVERAL: Final[dict[TeamBasis, str]] = {
    "asked": "Several teams are called that",
    "text": "The question names several teams",
    "channel": "This channel belongs to several teams",
    "asker": "You are in several teams",
}
_MAX_WORDS_SHOWN: Final = 4
_MAX_WORD: Final = 40
_MAX_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class Audience:
    """Who reads the answer, and when.

    ``silent`` are the people it never mentions, whatever they own (the asker, and whoever clicked), with what
    is said instead. ``can_share`` is set where only the asker sees it.
    """

    silent: Mapping[str, str]
    now: datetime
    can_share: bool = False

    @classmethod
    def of_asker(cls, asker_id: str, now: datetime, *, can_share: bool = False) -> "Audience":
        """Return the audience of an answer that speaks to the asker."""
        return cls({asker_id: "that is you"}, now, can_share)


def answer_message(answer: Answer, personas: Sequence[Persona], audience: Audience) -> Message:
    """Return the answer as a message; ``personas`` are what "Someone else…" offers."""
    if isinstance(answer, PersonaAnswer) and answer.is_discreet:
        return _message(*_words(answer, audience), [])
    buttons = list(_buttons(answer, audience))
    return _message(*_words(answer, audience), [*buttons, SomeoneElseSelect(answer.question.id, personas)])


def shared_message(answer: PersonaAnswer, asker_name: str, now: datetime) -> Message:
    """Return the answer for everybody in the channel, under the question it answers."""
    question = html.unescape(answer.question.asked.text)  # as it was typed: Slack escapes it on its way
    asked = f"{quoted(asker_name, _MAX_NAME)} asked: “{quoted(question)}”"
    silent = {answer.question.asked.asker_id: "that is the person who asked"}
    headline, details = _words(answer, Audience(silent, now))
    return _message(headline, [asked, *details], [])


def settled_message(persona_name: str | None, by_name: str) -> Message:
    """Return what stands in an answer's place after somebody corrected it; it mentions nobody."""
    if persona_name is None:
        return _message(f"{quoted(by_name, _MAX_NAME)} says this is nobody's. Thank you, I noted it.", [], [])
    return _message(
        f"{quoted(by_name, _MAX_NAME)} says *{escape(persona_name)}* owns this. Thank you, I noted it.", [], []
    )


def team_settled_message(team_name: str, by_name: str) -> Message:
    """Return what stands in the place of the question which team it is about; it mentions nobody."""
    return _message(f"{quoted(by_name, _MAX_NAME)} says this is about *{escape(team_name)}*.", [], [])


def _words(answer: Answer, audience: Audience) -> tuple[str, list[str]]:
    match answer:
        case PersonaAnswer():
            return _headline(answer, audience), list(_details(answer, audience))
        case TeamQuestionAnswer():
            return _which_team(answer), list(_reasons(answer.reasons) if answer.reasons else ())
        case ChoiceAnswer():
            return _question_back(answer), [_option(option) for option in answer.routing.options]
        case UnrelatedAnswer():
            return (
                "This does not look like a question about who owns a cloud cost, so I have not bothered anybody.",
                ["If it is one, say a little more about the cost, or pick who should own it."],
            )


def _buttons(answer: Answer, audience: Audience) -> Iterator[InteractiveElement]:
    if isinstance(answer, ChoiceAnswer):
        for index, option in enumerate(answer.routing.options):
            ref = ids.AnswerRef(answer.question.id, option.persona.key)
            yield _button(option.persona.name, f"{ids.ANSWER_PICK}.{index}", ref)
    if isinstance(answer, TeamQuestionAnswer):
        for index, team in enumerate(answer.doubt.teams):
            ref = ids.AnswerRef(answer.question.id, answer.persona.key, team.id)
            yield button(team.name, f"{ids.ANSWER_TEAM}.{index}", ref.encode())
    if isinstance(answer, PersonaAnswer):
        ref = ids.AnswerRef(answer.question.id, answer.persona.key)
        yield _button("Right", ids.ANSWER_RIGHT, ref)
        if audience.can_share:
            yield _button("Share in channel", ids.ANSWER_SHARE, ref)


def _message(headline: str, details: list[str], elements: list[InteractiveElement]) -> Message:
    actions = [Actions(ids.ANSWER_ACTIONS, elements)] if elements else []
    return Message("\n".join([headline, *details]), (section(headline), *context(details), *actions))


def _headline(answer: PersonaAnswer, audience: Audience) -> str:
    persona, place = f"*{escape(answer.persona.name)}*", _place(answer.team)
    if answer.is_discreet:
        return f"{persona} owns this here. Please ask your contact in this organisation to bring them in."
    at = answer.ownership.at
    owner = answer.ownership.owner
    if owner and at:
        return f"On {at:%Y-%m-%d}, {persona} for this{place} was {_ask(owner, audience, verb='')}."
    if owner:
        return f"{persona} owns this{place}: {_ask(owner, audience)}."
    gap = (
        f"{persona} owns this{place}, but nobody held that role on {at:%Y-%m-%d}."
        if at
        else (f"{persona} owns this{place}, but nobody holds that role yet.")
    )
    if answer.fallback and answer.fallback.owner:
        helper = _ask(answer.fallback.owner, audience)
        return f"{gap} Until somebody does, the FinOps Practitioner helps: {helper}."
    return gap


def _which_team(answer: TeamQuestionAnswer) -> str:
    names = [f"*{escape(team.name)}*" for team in answer.doubt.teams]
    return (
        f"*{escape(answer.persona.name)}* owns this. {_WHY_SEVERAL[answer.doubt.basis]}: is it about"
        f" {listed(names)}?"
    )


def _place(team: TeamChoice | None) -> str:
    return f" for *{escape(team.team.name)}*" if team else ""


def _ask(owner: Owner, audience: Audience, verb: str = "ask ") -> str:
    return audience.silent.get(owner.assignee.id) or f"{verb}{mention(owner.assignee)}"


def _details(answer: PersonaAnswer, audience: Audience) -> Iterator[str]:
    if answer.reasons:
        yield from _reasons(answer.reasons)
    if answer.is_discreet:
        return
    if answer.example:
        yield f"Much like: “{quoted(answer.example)}”"
    if answer.team:
        yield f"Team: {escape(answer.team.team.name)}, {_basis(answer.team)}"
    if answer.either_way:
        yield f"Team: {_names(answer.either_way)}, the same either way"
    yield from standing(answer.ownership, audience.now)
    if answer.is_gap and answer.ownership.at is None:
        place = f" for {escape(answer.team.team.name)}" if answer.team else ""
        yield f"An admin closes this gap with `/finops assign @somebody {answer.persona.key}{place}`"


def _basis(choice: TeamChoice) -> str:
    read = f" (read from “{quoted(choice.written, _MAX_WORD)}”)" if choice.written else ""
    return f"{_BASIS[choice.basis]}{read}"


def _names(teams: Sequence[Team]) -> str:
    return listed([escape(team.name) for team in teams])


def _reasons(routing: Confident) -> Iterator[str]:
    words = listed([f"“{quoted(word, _MAX_WORD)}”" for word in routing.words[:_MAX_WORDS_SHOWN]], "and")
    because = f", because of {words}" if words else ""
    yield f"Why: {escape(routing.best.responsibility.title)}{because} ({_percent(routing.best)} sure)"
    runner_up = routing.runners_up[0]
    yield f"Runner-up: {_option(runner_up)}, {_percent(runner_up)}"


def _question_back(answer: ChoiceAnswer) -> str:
    names = [f"*{escape(option.persona.name)}*" for option in answer.routing.options]
    return f"This could be {listed(names)}{_place(answer.team)}. Which one fits?"


def _option(match: Match) -> str:
    return f"{escape(match.persona.name)} ({escape(match.responsibility.title)})"


def _percent(match: Match) -> str:
    return f"{min(round(match.confidence * 100), 99)} %"


def _button(label: str, action_id: str, ref: ids.AnswerRef) -> Button:
    return Button(label, action_id, ref.encode())
