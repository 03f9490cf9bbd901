"""``finops-bot ask`` and ``route``: one question for a person, many for a program."""

import asyncio
import json
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from bot.cli.local import answer_in_text, ask_here, open_desk, ready_router
from bot.cli.output import answer_as_json, routing_as_json
from bot.logs import configure_logging
from bot.settings import read_settings
from bot.teams.days import parse_moment


def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    team: Annotated[str | None, typer.Option(help="The team it is about, by name or alias.")] = None,
    at: Annotated[str | None, typer.Option(help="As of this day or moment, past or to come.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Answer one question as the bot would on Slack: which persona, why, whom to ask, who else it could be."""
    settings = read_settings()
    configure_logging(settings)
    router = ready_router(settings)

    async def answer() -> str:
        async with open_desk(settings, router) as desk:
            moment = parse_moment(at, desk.services.clock()) if at else None
            if as_json:
                return json.dumps(answer_as_json(await ask_here(desk, question, team, moment)))
            return await answer_in_text(desk, question, team, moment)

    print(asyncio.run(answer()))


def route(
    progress: Annotated[bool, typer.Option(help="Show a progress bar on a terminal.")] = True,
) -> None:
    """Read one question per line on stdin and write one JSON object per line on stdout, in order.

    {"question", "decision": "confident"|"ambiguous"|"none", "personas": [{"key", "name", "confidence",
    "responsibility"} … best first, at least 3 unless none], "team": null}; confidence is 0–1. An empty line
    gives none.
    """
    settings = read_settings()
    configure_logging(settings)
    router = ready_router(settings)
    for line in _lines(progress=progress):
        print(json.dumps(routing_as_json(line, router.route(line))))


def _lines(*, progress: bool) -> Iterator[str]:
    # Bytes, because a file may hold what is no UTF-8, and one such line must not end the others.
    lines = (line.decode("utf-8", "replace").rstrip("\r\n") for line in sys.stdin.buffer)
    if not progress or sys.stdin.isatty() or not sys.stderr.isatty():
        return lines
    from rich.console import Console
    from rich.progress import track

    questions = list(lines)
    return iter(track(questions, "Routing", console=Console(stderr=True), transient=True))
