"""``finops-bot personas``, ``check`` and ``manifest``: what the bot knows, and what Slack has to know of it."""

from pathlib import Path
from typing import Annotated

import typer

from bot.blocks.personas import catalogue_message, persona_message
from bot.knowledge.lookup import persona_called
from bot.storage.knowledge_files import read_catalogue
from bot.storage.knowledge_paths import config_folder


def personas(
    persona: Annotated[str | None, typer.Argument(help="A persona's key or name; all of them without it.")] = None,
) -> None:
    """List the personas, or show one with its responsibilities."""
    from bot.cli.local import plain

    catalogue = read_catalogue(config_folder())
    message = (
        catalogue_message(catalogue) if persona is None else persona_message(persona_called(persona, catalogue))
    )
    print(plain(message.text))


def check(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of knowledge files; the bot's own without it.")
    ] = None,
) -> None:
    """Check the knowledge files; every problem is listed with its file and line."""
    catalogue = read_catalogue(folder or config_folder())
    responsibilities = list(catalogue.responsibilities())
    examples = sum(len(one.examples) for one in responsibilities)
    print(
        f"{len(catalogue.personas)} personas, {len(responsibilities)} responsibilities, {examples} examples,"
        f" {len(catalogue.unrelated)} messages that are nobody's: no problems"
    )


def manifest() -> None:
    """Print the Slack app's manifest, to paste where Slack asks for one."""
    print((config_folder() / "manifest.yaml").read_text("utf-8"), end="")
