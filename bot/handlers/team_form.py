"""Teams, by form."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from slack_sdk.models.views import View

from bot.blocks import ids
from bot.blocks.fields import MAX_OPTIONS
from bot.blocks.ids import FormState, HomeRef
from bot.blocks.notice import notice_view
from bot.blocks.team_form import TeamEntry, team_conflict_text, team_form
from bot.blocks.teams import team_added_message, team_changed_message
from bot.errors import ChangedMeanwhileError, UnavailableError, UserFacingError
from bot.handlers.home import HomeHandlers
from bot.handlers.payloads import Submission, ViewClick
from bot.handlers.replies import SubmissionReply, ViewReply
from bot.services import Services
from bot.teams.model import Actor, Group, Team
from bot.teams.team_changes import TeamDraft

_FIELDS: Final = {
    "aliases": ids.TEAM_ALIASES,
    "channels": ids.TEAM_CHANNELS,
    "parent": ids.TEAM_PARENT,
    "members": ids.TEAM_MEMBERS,
    "leads": ids.TEAM_LEADS,
}
_ADVICE: Final = "You may add teams below those that you lead. For others, please ask a FinOps or workspace admin."


class TeamFormHandlers:
    """Opens the form, and takes what is filled in."""

    def __init__(self, services: Services, home: HomeHandlers) -> None:
        self._services = services
        self._home = home

    async def adding(self, by: Actor, home: HomeRef | None = None) -> View:
        """Return the empty form."""
        await self._services.access.require_insider(by.user_id)
        advice = None if await self._services.access.may_edit(by) else _ADVICE
        return team_form(TeamEntry(), FormState(self._services.clock(), home), advice=advice)

    async def editing(self, by: Actor, team: Team, home: HomeRef | None = None) -> View:
        """Return the form with a team; ``NotAllowedError`` if ``by`` may not change it."""
        await self._services.access.require_insider(by.user_id)
        await self._services.access.require_editor(by, team)
        state = FormState(self._services.clock(), home, team.id, team.version)
        return team_form(await self._entry_of(by.workspace_id, team), state)

    async def add(self, click: ViewClick) -> ViewReply:
        """Open the empty form on top of App Home."""
        return ViewReply(form=await self.adding(click.actor, HomeRef.decode(click.private_metadata)))

    async def edit(self, click: ViewClick) -> ViewReply:
        """Open the form in the place of a team's page."""
        team = await self._services.matrix.team(click.workspace_id, click.value)
        home = FormState.decode(click.private_metadata).home
        return ViewReply(update=await self.editing(click.actor, team, home))

    async def submit(self, submission: Submission) -> SubmissionReply:
        """Save what is filled in, or say beside each field what is wrong with it.

        Where somebody else was faster, the form comes again, as that of an assignment does.
        """
        state = FormState.decode(submission.private_metadata)
        try:
            done = await (self._add(submission) if state.team_id is None else self._change(submission, state))
        except ChangedMeanwhileError:
            return SubmissionReply(next_form=await self._again(submission, state))
        except UserFacingError as error:
            return SubmissionReply(errors={_FIELDS.get(error.about or "", ids.TEAM_NAME): str(error)})
        return SubmissionReply(next_form=done, home=await self._home.refreshed(submission.actor, state.home))

    async def _add(self, submission: Submission) -> View:
        parent = await self._parent(submission)
        draft = _draft(submission, parent.name if parent else None)
        return notice_view(
            team_added_message(await self._services.teams.add(submission.actor, draft)), "Team added"
        )

    async def _change(self, submission: Submission, state: FormState) -> View:
        team = await self._services.matrix.team(submission.workspace_id, state.team_id or "")
        parent = await self._parent(submission)
        # A parent that stays as it is needs no role there.
        stays = team.parent_id == (parent.id if parent else None)
        draft = _draft(submission, None if stays else (parent.name if parent else ""), team)
        seen = replace(team, version=state.version)
        changed = await self._services.teams.change(submission.actor, seen, draft)
        return notice_view(team_changed_message(changed), "Team saved")

    async def _again(self, submission: Submission, state: FormState) -> View:
        """Return the form as it was filled in, with what the team is now."""
        services = self._services
        now = await services.matrix.team(submission.workspace_id, state.team_id or "")
        line = await services.teams.lineage(submission.workspace_id, now.id)
        draft = _draft(submission, None)
        filled_in = replace(
            Team("", draft.name or ""),
            members=draft.members or (),
            leads=draft.leads or (),
            channels=draft.channels or (),
            aliases=draft.aliases or (),
        )
        entry = await self._entry_of(submission.workspace_id, filled_in)
        entry = replace(entry, parent=await self._parent(submission))
        state = replace(state, opened_at=services.clock(), version=now.version)
        return team_form(entry, state, conflict=team_conflict_text(now, line[1:]))

    async def _entry_of(self, workspace_id: str, team: Team) -> TeamEntry:
        parents = await self._services.matrix.teams(workspace_id, [team.parent_id] if team.parent_id else [])
        handles = await self._handles()
        members, member_groups = _split(team.members, handles)
        leads, lead_groups = _split(team.leads, handles)
        return TeamEntry(
            name=team.name,
            parent=parents.get(team.parent_id or ""),
            aliases=", ".join(team.aliases),
            channels=team.channels,
            members=members,
            member_groups=member_groups,
            leads=leads,
            lead_groups=lead_groups,
        )

    async def _parent(self, submission: Submission) -> Team | None:
        """Return the parent that is chosen; ``UserFacingError`` if it is gone."""
        chosen = submission.first(ids.TEAM_PARENT)
        if chosen is None or chosen == ids.NO_PARENT:
            return None
        try:
            return await self._services.matrix.team(submission.workspace_id, chosen)
        except UserFacingError as error:
            raise UserFacingError(str(error), about="parent") from error

    async def _handles(self) -> Mapping[str, Group]:
        try:
            return {group.id: group for group in await self._services.directory.active_groups()}
        except UnavailableError:
            return {}


def _draft(submission: Submission, parent_name: str | None, team: Team | None = None) -> TeamDraft:
    """Return what is filled in; groups of ``team`` that the form has no room for stay as they are."""
    given = submission.fields
    return TeamDraft(
        name=submission.first(ids.TEAM_NAME) or "",
        parent_name=parent_name,
        aliases=tuple(
            part.strip() for part in (submission.first(ids.TEAM_ALIASES) or "").split(",") if part.strip()
        ),
        channels=tuple(given.get(ids.TEAM_CHANNELS, ())),
        members=(
            *given.get(ids.TEAM_MEMBERS, ()),
            *given.get(ids.TEAM_MEMBER_GROUPS, ()),
            *_groups_in(team.members if team else ())[MAX_OPTIONS:],
        ),
        leads=(
            *given.get(ids.TEAM_LEADS, ()),
            *given.get(ids.TEAM_LEAD_GROUPS, ()),
            *_groups_in(team.leads if team else ())[MAX_OPTIONS:],
        ),
    )


def _split(slack_ids: Sequence[str], handles: Mapping[str, Group]) -> tuple[tuple[str, ...], tuple[Group, ...]]:
    """Return the people and the user groups among ``slack_ids``."""
    people = tuple(one for one in slack_ids if not one.startswith("S"))
    groups = tuple(handles.get(one) or Group(one, one, frozenset()) for one in _groups_in(slack_ids))
    return people, groups


def _groups_in(slack_ids: Sequence[str]) -> list[str]:
    return [one for one in slack_ids if one.startswith("S")]
