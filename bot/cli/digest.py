"""``finops-bot digest``: what a digest would say now; nothing is sent from here."""

import json
from typing import Annotated

import typer

from bot.blocks.digest import digest_message, digest_thread
from bot.cli.coverage import at_desk
from bot.cli.local import Desk, terminal_text
from bot.surface import Surface
from bot.teams.model import Actor


def digest(
    as_json: Annotated[bool, typer.Option("--json", help="Print the messages as Slack gets them.")] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="As a first digest, without comparing with the last one.")
    ] = False,
) -> None:
    """Say what a digest would say now, compared with the last one that was sent; nothing is sent."""

    async def run(desk: Desk) -> str:
        services = desk.services
        by = Actor(desk.workspace_id, "terminal", Surface.TERMINAL)
        content = await (services.digests.preview(by, None) if preview else services.digests.latest(by))
        message = digest_message(content, None, services.catalogue, late_by=None)
        thread = digest_thread(content, services.catalogue)
        if as_json:
            return json.dumps({**message.payload(), "thread": [one.payload() for one in thread]})
        return await terminal_text("\n\n".join(one.text for one in (message, *thread)), services.directory)

    print(at_desk(run))
