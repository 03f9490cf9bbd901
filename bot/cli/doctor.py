"""``finops-bot doctor``: what is wrong with this installation, and how to mend it."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import ConfigurationError
from bot.logs import configure_logging
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.doctor import Check


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Look at settings, files, the database, and Slack where tokens are set; one line for each check."""
    from bot.doctor import State

    has_problem = False
    for check in asyncio.run(_checks()):
        has_problem = has_problem or check.state is State.PROBLEM
        print(_as_json(check) if as_json else line_of(check))
    if has_problem:
        raise typer.Exit(1)


def line_of(check: "Check") -> str:
    """Return a check as one line for people."""
    said = " ".join(f"{check.name}: {check.said}".split())
    return f"{check.state:<8} {said}" + (f" → {check.fix}" if check.fix else "")


async def _checks() -> "list[Check]":
    from bot.doctor import Check, State, examine

    try:
        settings = read_settings()
    except ConfigurationError as error:
        return [Check("settings", State.PROBLEM, str(error), "see .env.example")]
    configure_logging(settings)
    return [check async for check in examine(settings)]


def _as_json(check: "Check") -> str:
    return json.dumps({"check": check.name, "state": check.state, "message": check.said, "fix": check.fix})
