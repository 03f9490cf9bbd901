"""Teams, by command."""

from bot.blocks.teams import (
    team_added_message,
    team_archived_message,
    team_changed_message,
    team_list_message,
    team_merged_message,
    team_message,
)
from bot.blocks.text import Message
from bot.handlers.commands import TeamAdd, TeamArchive, TeamEdit, TeamList, TeamMerge, TeamShow, TeamWords
from bot.handlers.payloads import SlashCommand
from bot.handlers.replies import OpenForm
from bot.handlers.team_form import TeamFormHandlers
from bot.services import Services
from bot.teams.team_changes import TeamDraft


class TeamHandlers:
    """Parsed command in, message out."""

    def __init__(self, services: Services, forms: TeamFormHandlers) -> None:
        self._forms = forms
        self._teams = services.teams
        self._access = services.access
        self._catalogue = services.catalogue
        self._policy = services.policy
        self._clock = services.clock

    async def add(self, command: SlashCommand, asked: TeamAdd) -> Message | OpenForm:
        """Add a team; a form asks where nothing was said."""
        if asked.words == TeamWords():
            return OpenForm(await self._forms.adding(command.actor))
        return team_added_message(await self._teams.add(command.actor, draft_of(asked.words)))

    async def edit(self, command: SlashCommand, asked: TeamEdit) -> Message | OpenForm:
        """Change what was said of a team; a form asks where nothing was said."""
        team = await self._teams.called(command.workspace_id, asked.team)
        if asked.words == TeamWords():
            return OpenForm(await self._forms.editing(command.actor, team))
        return team_changed_message(await self._teams.change(command.actor, team, draft_of(asked.words)))

    async def merge(self, command: SlashCommand, asked: TeamMerge) -> Message:
        """Make a team part of another."""
        return team_merged_message(*await self._teams.merge(command.actor, asked.source, asked.target))

    async def archive(self, command: SlashCommand, asked: TeamArchive) -> Message:
        """Take a team out of use."""
        return team_archived_message(*await self._teams.archive(command.actor, asked.team))

    async def list(self, command: SlashCommand, _asked: TeamList) -> Message:
        """List the teams."""
        await self._access.require_insider(command.user_id)
        return team_list_message(await self._teams.all(command.workspace_id))

    async def show(self, command: SlashCommand, asked: TeamShow) -> Message:
        """Show one team and who holds what for it."""
        await self._access.require_insider(command.user_id)
        page = await self._teams.page(command.workspace_id, asked.name)
        return team_message(page, self._catalogue, self._policy, self._clock())


def draft_of(words: TeamWords) -> TeamDraft:
    """Return what somebody said of a team as a draft of it."""
    return TeamDraft(words.name, words.parent, words.aliases, words.channels, words.members, words.leads)
