"""``finops-bot forget``: removes a person from what the bot keeps."""

import asyncio
from typing import Annotated

import typer

from bot.cli.local import open_desk, ready_router
from bot.logs import configure_logging
from bot.questions.privacy import Forgotten
from bot.settings import read_settings
from bot.surface import Surface
from bot.teams.model import Actor


def forget(
    user: Annotated[str, typer.Option("--user", metavar="USER", help="The person's Slack id (U…).")],
) -> None:
    """Remove what a person asked and said, and end what they hold; the audit log alone keeps their id."""
    settings = read_settings()
    configure_logging(settings)
    router = ready_router(settings)

    async def run() -> Forgotten:
        async with open_desk(settings, router) as desk:
            by = Actor(desk.workspace_id, "terminal", Surface.TERMINAL)
            return await desk.services.privacy.forget(by, user)

    print(forgotten_lines(user, asyncio.run(run())))


def forgotten_lines(user_id: str, forgotten: Forgotten) -> str:
    """Return what was removed, a line for each kind of thing."""
    if forgotten.is_nothing:
        return f"Nothing was kept about {user_id} but, perhaps, their id in the audit log."
    counted = {
        "questions they asked, with what was said of the answers": forgotten.questions,
        "messages they sent to the bot": forgotten.messages,
        "judgements of answers": forgotten.feedback,
        "absences": forgotten.absences,
        "memberships and leads of teams": forgotten.memberships,
        "requests to confirm what they hold": forgotten.requests,
        "assignments, ended": forgotten.assignments,
        "mentions of them in what others keep": forgotten.renamed,
    }
    lines = [f"  {what}: {count}" for what, count in counted.items() if count]
    end = "The audit log, which nobody can change, keeps their id."
    return "\n".join([f"Forgot {user_id}. Removed:", *lines, end])
