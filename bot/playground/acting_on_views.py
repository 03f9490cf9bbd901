"""What people do in App Home and in forms; each becomes a signed request to the bot."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

from bot.errors import UnavailableError
from bot.playground import payloads
from bot.playground.acting import acted_on
from bot.playground.blocks import Values, element_at, missing, state_of
from bot.playground.limits import option_problems, view_problems
from bot.playground.organisation import Member
from bot.playground.requests import BotLine
from bot.playground.slack import SlackStandIn
from bot.playground.triggers import Triggers
from bot.playground.views import View
from bot.playground.watching import Watching
from bot.playground.workspace import NotThereError

MAX_OPTIONS: Final = 100


class ActingOnViews:
    """Opens, fills in, submits and closes for a person; ``UnavailableError`` if the bot does not answer."""

    def __init__(self, *, slack: SlackStandIn, watching: Watching, triggers: Triggers, line: BotLine) -> None:
        self._slack = slack
        self._views = slack.views
        self._watching = watching
        self._workspace = watching.workspace
        self._triggers = triggers
        self._line = line

    async def home(self, person: Member) -> dict[str, Any]:
        """Open App Home and return it, with what was wrong with it; what a click has just changed is only read."""
        if not self._watching.has_fresh_home(person.id):
            with self._watching.opening_home(person.id):
                await self._line.event(payloads.home_opened(person, self._views.homes.get(person.id)))
        violations = list(self._watching.problems(person.id).home)
        return self._workspace.spoken({"view": self._views.homes.get(person.id), "violations": violations})

    async def click_home(self, person: Member, block_id: str, action: Mapping[str, Any]) -> None:
        """Click in App Home; ``NotThereError`` if that is not there any more."""
        view = self._views.homes.get(person.id)
        if view is None:
            raise NotThereError(f"{person.name} has not opened App Home yet.")
        await self._click(person, view, block_id, action, {})

    def form(self, person: Member) -> dict[str, Any]:
        """Return the form that somebody sees, if any, with what was wrong with the last one."""
        violations = list(self._watching.problems(person.id).form)
        return self._workspace.spoken({"view": self._views.top(person.id), "violations": violations})

    async def click_form(
        self, person: Member, view_id: str, block_id: str, action: Mapping[str, Any], values: Values
    ) -> None:
        """Click in a form; ``NotThereError`` if that is not there any more."""
        await self._click(person, self._open(person, view_id), block_id, action, values)

    async def submit(self, person: Member, view_id: str, values: Values) -> dict[str, str]:
        """Submit a form and return what stands beside its fields then, by block id; nothing if it was taken.

        Raises:
            NotThereError: it is not open any more.
        """
        view = self._open(person, view_id)
        state = state_of(view["blocks"], values)
        errors = missing(view["blocks"], state)
        if errors:
            return errors
        payload = payloads.submission(person, view, state)
        answer = await self._line.interaction({**payload, "trigger_id": self._triggers.issue(person.id)})
        return self._answered(person, view, answer or {})

    def close(self, person: Member) -> None:
        """Close the form that somebody sees."""
        self._views.close(person.id)
        self._watching.form_changed(person.id, ())

    async def options(
        self, person: Member, view_id: str | None, block_id: str, action_id: str, typed: str
    ) -> list[Any]:
        """Return what a select offers for what somebody has typed; ``NotThereError`` if it is not there."""
        view = self._open(person, view_id) if view_id else self._views.homes.get(person.id)
        if view is None or element_at(view["blocks"], block_id, action_id) is None:
            raise NotThereError("This field is not there any more.")
        answer = await self._line.interaction(payloads.options_wanted(person, view, block_id, action_id, typed))
        groups = (answer or {}).get("option_groups") or [answer or {}]
        offered = [option for group in groups for option in group.get("options") or ()]
        problems = [
            *option_problems(offered),
            *([f"{len(offered)} options"] if len(offered) > MAX_OPTIONS else []),
        ]
        if self._slack.validate("block_suggestion", tuple(problems)):
            self._watching.form_changed(person.id, tuple(problems))
        return list(islice(offered, MAX_OPTIONS))

    def _open(self, person: Member, view_id: str) -> View:
        view = self._views.top(person.id)
        if view is None or view["id"] != view_id:
            raise NotThereError("This form is not open any more.")
        return view

    async def _click(
        self, person: Member, view: View, block_id: str, action: Mapping[str, Any], values: Values
    ) -> None:
        done = acted_on(view["blocks"], block_id, action)
        payload = payloads.click_in_view(person, view, state_of(view["blocks"], values), done)
        await self._line.interaction({**payload, "trigger_id": self._triggers.issue(person.id)})

    def _answered(self, person: Member, view: View, answer: Mapping[str, Any]) -> dict[str, str]:
        """Do with the form what the bot says, or nothing, where Slack would not take it."""
        problems: tuple[str, ...] = ()
        match answer.get("response_action"):
            case "errors":
                problems = tuple(_beside_nothing(view["blocks"], answer["errors"]))
            case "update" | "push" as doing:
                problems = view_problems(answer["view"])
                if not problems and doing == "update":
                    self._views.update({"view_id": view["id"], "view": answer["view"]})
                elif not problems and self._views.push(person.id, answer["view"]) is None:
                    problems = ("push_limit_reached",)
            case None | "clear" as doing:
                self._views.close(person.id, everything=doing == "clear")
            case unknown:
                raise UnavailableError(f"The bot answered a form with {unknown!r}.")
        self._watching.form_changed(person.id, self._slack.validate("view_submission", problems))
        return dict(answer["errors"]) if answer.get("response_action") == "errors" else {}


def _beside_nothing(blocks: Sequence[Mapping[str, Any]], errors: Mapping[str, str]) -> list[str]:
    fields = {block["block_id"] for block in blocks if block["type"] == "input"}
    return [f"errors: there is no field {block_id!r}" for block_id in errors if block_id not in fields]
