"""Who holds what, by form."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from slack_sdk.models.views import View

from bot.blocks import ids
from bot.blocks.assign_form import AssignEntry, assign_form, conflict_text, held_text
from bot.blocks.ids import CellRef, FormState, HomeRef
from bot.blocks.notice import notice_view
from bot.blocks.ownership import assigned_message
from bot.errors import ChangedMeanwhileError, UserFacingError
from bot.handlers.commands import AssignForm
from bot.handlers.home import HomeHandlers
from bot.handlers.payloads import Click, SlashCommand, Submission, ViewClick
from bot.handlers.replies import ClickReply, OpenForm, SubmissionReply, ViewReply
from bot.knowledge.model import Persona
from bot.services import Services
from bot.teams.assigning import Change
from bot.teams.model import Actor, Assignee, Assignment, Cell, Rank, Team

_FIELDS: Final = {
    "persona": ids.ASSIGN_PERSONA,
    "valid_from": ids.ASSIGN_FROM,
    "valid_until": ids.ASSIGN_UNTIL,
}
_ADVICE: Final = (
    "You may assign for the teams that you lead. For others, please ask a FinOps admin or a workspace admin."
)


class AssignFormHandlers:
    """Opens the form, and takes what is filled in."""

    def __init__(self, services: Services, home: HomeHandlers) -> None:
        self._services = services
        self._home = home

    async def by_command(self, command: SlashCommand, _asked: AssignForm) -> OpenForm:
        """Open the form empty."""
        return OpenForm(await self._form(command.actor, AssignEntry(), None))

    async def by_click(self, click: ViewClick) -> ViewReply:
        """Open the form for what the button is about; from a team's page it takes the page's place."""
        ref = CellRef.decode(click.value)
        if click.is_home:
            return ViewReply(form=await self.about(click.actor, ref, HomeRef.decode(click.private_metadata)))
        state = FormState.decode(click.private_metadata)
        return ViewReply(update=await self.about(click.actor, ref, state.home))

    async def by_gap(self, click: Click) -> ClickReply:
        """Open the form for the gap whose button was clicked in a message."""
        return ClickReply(form=await self.about(click.actor, CellRef.decode(click.value)))

    async def about(self, by: Actor, ref: CellRef, home: HomeRef | None = None) -> View:
        """Return the form with a team and persona filled in, as far as ``ref`` names them.

        Raises:
            UserFacingError: one of them is gone, or ``by`` is a guest.
        """
        is_organisation = ref.place == ids.ORGANISATION
        team = await self._team(by.workspace_id, ref.place) if ref.place and not is_organisation else None
        persona = self._persona(ref.persona_key) if ref.persona_key else None
        return await self._form(by, AssignEntry(team, is_organisation=is_organisation, persona=persona), home)

    async def submit(self, submission: Submission) -> SubmissionReply:
        """Assign what is filled in, or say beside each field what is wrong with it.

        Where somebody else was faster, Slack takes either errors or a form as an answer. A form it is: only that
        can say who holds it now, and take a second try, for which it has to remember that this was seen. Slack
        keeps what is filled in where block and action ids stay the same; it is filled in again nevertheless.
        """
        state = FormState.decode(submission.private_metadata)
        errors = await self._errors(submission)
        if errors:
            return SubmissionReply(errors=errors)
        try:
            change = await self._change(submission, state)
            assigned = await self._services.assigning.assign(change)
        except ChangedMeanwhileError:
            return SubmissionReply(next_form=await self._again(submission, state))
        except UserFacingError as error:
            return SubmissionReply(errors={_field_of(error, submission): str(error)})
        done = notice_view(assigned_message(assigned, change.persona), "Assigned")
        return SubmissionReply(next_form=done, home=await self._home.refreshed(submission.actor, state.home))

    async def _form(self, by: Actor, entry: AssignEntry, home: HomeRef | None) -> View:
        services = self._services
        await services.access.require_insider(by.user_id)
        now = services.clock()
        held = None
        if entry.persona and (entry.team or entry.is_organisation):
            held = held_text(await self._held(by, entry.persona, entry.team), services.policy, now)
        advice = None if await services.access.may_edit(by) else _ADVICE
        return assign_form(services.catalogue.personas, entry, FormState(now, home), advice=advice, held=held)

    async def _errors(self, submission: Submission) -> dict[str, str]:
        """Return what is wrong with the fields themselves, all of it."""
        errors: dict[str, str] = {}
        chosen = [one for one in (ids.ASSIGN_PERSON, ids.ASSIGN_GROUP) if submission.first(one)]
        if not chosen:
            errors[ids.ASSIGN_PERSON] = "Choose a person here, or a user group below."
        if len(chosen) > 1:
            errors[ids.ASSIGN_GROUP] = "Choose a person or a user group, not both."
        for block_id in (ids.ASSIGN_FROM, ids.ASSIGN_UNTIL):
            try:
                await self._day(submission, block_id)
            except UserFacingError as error:
                errors[block_id] = str(error)
        return errors

    async def _change(self, submission: Submission, state: FormState) -> Change:
        entry = await self._entry(submission)
        valid_from = await self._day(submission, ids.ASSIGN_FROM)
        begins_now = valid_from is None or valid_from <= self._services.clock()
        return Change(
            by=submission.actor,
            assignee=Assignee.from_id(entry.person_id or submission.first(ids.ASSIGN_GROUP) or ""),
            persona=self._persona(submission.first(ids.ASSIGN_PERSONA)),
            team_name=entry.team.name if entry.team else None,
            rank=entry.rank,
            valid_from=None if begins_now else valid_from,
            valid_until=await self._day(submission, ids.ASSIGN_UNTIL),
            seen_at=state.opened_at,
        )

    async def _again(self, submission: Submission, state: FormState) -> View:
        """Return the form as it was filled in, with who holds it now and when that was seen."""
        services, now = self._services, self._services.clock()
        entry, group_id = await self._entry(submission), submission.first(ids.ASSIGN_GROUP)
        group = await services.directory.group(group_id) if group_id else None
        held = await self._held(submission.actor, self._persona(submission.first(ids.ASSIGN_PERSONA)), entry.team)
        return assign_form(
            services.catalogue.personas,
            replace(entry, group=group),
            replace(state, opened_at=now),
            held=conflict_text(held, services.policy, now),
        )

    async def _entry(self, submission: Submission) -> AssignEntry:
        place = submission.first(ids.ASSIGN_TEAM)
        is_organisation = place == ids.ORGANISATION
        return AssignEntry(
            team=None if is_organisation else await self._team(submission.workspace_id, place or ""),
            is_organisation=is_organisation,
            persona=self._persona(submission.first(ids.ASSIGN_PERSONA)),
            person_id=submission.first(ids.ASSIGN_PERSON),
            rank=Rank(submission.first(ids.ASSIGN_RANK) or Rank.PRIMARY),
            valid_from=submission.first(ids.ASSIGN_FROM),
            valid_until=submission.first(ids.ASSIGN_UNTIL),
        )

    async def _team(self, workspace_id: str, team_id: str) -> Team:
        return await self._services.matrix.team(workspace_id, team_id)

    async def _held(self, by: Actor, persona: Persona, team: Team | None) -> Sequence[Assignment]:
        cell = Cell(persona.key, team.id if team else None)
        return await self._services.matrix.holders(by.workspace_id, cell)

    async def _day(self, submission: Submission, block_id: str) -> datetime | None:
        day = submission.first(block_id)
        return await self._services.calendar.beginning(submission.user_id, day) if day else None

    def _persona(self, key: str | None) -> Persona:
        try:
            return self._services.catalogue.persona(key or "")
        except KeyError:
            raise UserFacingError("This persona is not there any more: choose another.", about="persona") from None


def _field_of(error: UserFacingError, submission: Submission) -> str:
    """Return the block beside which an error is said; what is about nothing else is about the team."""
    if error.about == "assignee":
        return ids.ASSIGN_PERSON if submission.first(ids.ASSIGN_PERSON) else ids.ASSIGN_GROUP
    return _FIELDS.get(error.about or "", ids.ASSIGN_TEAM)
