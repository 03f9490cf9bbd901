"""Coverage and gaps, by command."""

from collections.abc import Sequence

from bot.blocks.coverage import coverage_message, team_coverage_message
from bot.blocks.gaps import MAX_GAPS, gaps_message
from bot.blocks.text import Message
from bot.handlers.commands import CoverageShow, Gaps
from bot.handlers.payloads import SlashCommand
from bot.services import Services
from bot.teams.coverage_report import Gap
from bot.teams.model import Actor, Cell


class CoverageHandlers:
    """Parsed command in, message out."""

    def __init__(self, services: Services) -> None:
        self._coverage = services.coverage
        self._teams = services.teams
        self._access = services.access
        self._catalogue = services.catalogue

    async def show(self, command: SlashCommand, asked: CoverageShow) -> Message:
        """Show the coverage of all teams, or of one."""
        await self._access.require_insider(command.user_id)
        team = await self._teams.called(command.workspace_id, asked.team) if asked.team else None
        report = await self._coverage.report(command.workspace_id)
        if team is None:
            history = await self._coverage.history(command.workspace_id)
            return coverage_message(report, self._catalogue, history)
        gaps = [gap for gap in report.gaps if gap.cell.team_id == team.id]
        return team_coverage_message(team, report, self._catalogue, await self._editable(command.actor, gaps))

    async def gaps(self, command: SlashCommand, _asked: Gaps) -> Message:
        """Show where nobody answers."""
        await self._access.require_insider(command.user_id)
        report = await self._coverage.report(command.workspace_id)
        editable = await self._editable(command.actor, report.gaps[:MAX_GAPS])
        return gaps_message(report, self._catalogue, editable)

    async def _editable(self, by: Actor, gaps: Sequence[Gap]) -> frozenset[Cell]:
        """Return the gaps that somebody may close: all of them, or those of the teams they lead."""
        if await self._access.may_edit(by):
            return frozenset(gap.cell for gap in gaps)
        teams = {gap.team.id: gap.team for gap in gaps if gap.team}
        theirs = {team_id for team_id, team in teams.items() if await self._access.may_edit(by, team)}
        return frozenset(gap.cell for gap in gaps if gap.cell.team_id in theirs)
