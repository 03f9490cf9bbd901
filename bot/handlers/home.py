"""App Home: shown when somebody opens it, turned and filtered by its buttons, and a team's page on top of it."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.views import View

from bot.blocks.digest_overview import DigestOverview
from bot.blocks.failures import MAX_COUNTED, SHOWN_FOR
from bot.blocks.home import HomeContent, filter_form, home_view
from bot.blocks.ids import FILTER_NAME, FormState, HomeRef
from bot.blocks.matrix import Reading, team_view
from bot.errors import BotError
from bot.handlers.payloads import HomeOpened, Submission, ViewClick
from bot.handlers.replies import SubmissionReply, ViewReply
from bot.knowledge.text import presentable
from bot.questions.inbox import Failure
from bot.services import Services
from bot.surface import Surface
from bot.teams.days import zone_called
from bot.teams.matrix import MatrixPage
from bot.teams.model import Actor
from bot.teams.team_changes import MAX_NAME_LENGTH


class HomeHandlers:
    """Payload in, view out."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def opened(self, opened: HomeOpened) -> View:
        """Show App Home from its first page on."""
        return await self._shown(Actor(opened.workspace_id, opened.user_id, Surface.HOME), HomeRef())

    async def turn(self, click: ViewClick) -> ViewReply:
        """Show the page that a button carries."""
        return ViewReply(home=await self._shown(click.actor, HomeRef.decode(click.value)))

    async def ask_filter(self, click: ViewClick) -> ViewReply:
        """Ask which teams to show."""
        return ViewReply(form=filter_form(HomeRef.decode(click.private_metadata)))

    async def filter(self, submission: Submission) -> SubmissionReply:
        """Show the teams whose name is like what was typed."""
        typed = presentable(submission.first(FILTER_NAME) or "", MAX_NAME_LENGTH)
        return SubmissionReply(home=await self._shown(submission.actor, HomeRef(0, typed)))

    async def open_team(self, click: ViewClick) -> ViewReply:
        """Show a team's page."""
        await self._services.access.require_insider(click.user_id)
        row = await self._services.matrix.row(click.actor, click.value)
        home = HomeRef.decode(click.private_metadata)
        return ViewReply(
            form=team_view(row, self._reading(), FormState(self._services.clock(), home, row.team.id))
        )

    async def refreshed(self, by: Actor, ref: HomeRef | None) -> View | None:
        """Return App Home as it is after a change; none if the change was not made from there.

        What was saved is saved: if App Home cannot be shown, it is when it is opened next.
        """
        try:
            return await self._shown(by, ref) if ref else None
        except BotError:
            return None

    async def _shown(self, by: Actor, ref: HomeRef) -> View:
        services = self._services
        await services.access.require_insider(by.user_id)
        held = await services.assigning.held_by(by.workspace_id, by.user_id)
        page = await services.matrix.page(by, ref.page, ref.named_like)
        content = HomeContent(
            held=held,
            teams=await services.matrix.teams(
                by.workspace_id, {one.cell.team_id for one in held if one.cell.team_id}
            ),
            back_on=await self._back_on(by),
            page=page,
            changes=await services.audit.recent(by),
            overview=await self._overview(by, page),
            failures=await self._failures(by, page),
        )
        return home_view(content, self._reading())

    async def _overview(self, by: Actor, page: MatrixPage) -> DigestOverview | None:
        """Return the score and the digests; none on a page of some teams only."""
        if page.named_like or page.number:
            return None
        digests = await self._services.digests.all(by.workspace_id)
        theirs = frozenset(one.id for one in digests if page.is_admin or one.owner_id == by.user_id)
        return DigestOverview(
            coverage=await self._services.coverage.glance(by.workspace_id, page.total),
            digests=digests,
            changeable=theirs,
            may_add=page.is_admin,
            next_due=self._services.digests.next_due,
        )

    async def _failures(self, by: Actor, page: MatrixPage) -> Sequence[Failure]:
        """Return what was not answered of late, for admins; nothing on a page of some teams only."""
        if page.named_like or page.number or not page.is_admin:
            return ()
        since = self._services.clock() - SHOWN_FOR
        return await self._services.inbox.failures(by.workspace_id, since, MAX_COUNTED)

    async def _back_on(self, by: Actor) -> datetime | None:
        """Return when somebody who is away comes back, in their own time zone."""
        absence = await self._services.away.of(by.workspace_id, by.user_id)
        if absence is None:
            return None
        person = await self._services.directory.person(by.user_id)
        return absence.until.astimezone(zone_called(person.time_zone if person else "UTC"))

    def _reading(self) -> Reading:
        return Reading(self._services.catalogue, self._services.policy, self._services.clock())
