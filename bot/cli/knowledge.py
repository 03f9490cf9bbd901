"""``finops-bot personas`` and ``manifest``: what the bot knows, and what Slack has to know of it."""

from typing import Annotated

import typer

from bot.blocks.personas import catalogue_message, persona_message
from bot.knowledge.lookup import persona_called
from bot.settings import read_settings
from bot.storage.knowledge_paths import config_folder


def personas(
    persona: Annotated[str | None, typer.Argument(help="A persona's key or name; all of them without it.")] = None,
) -> None:
    """List the personas, or show one with its responsibilities."""
    from bot.cli.local import plain
    from bot.storage.knowledge_files import read_catalogue

    catalogue = read_catalogue(config_folder(), read_settings().finops_knowledge)
    message = (
        catalogue_message(catalogue) if persona is None else persona_message(persona_called(persona, catalogue))
    )
    print(plain(message.text))


def manifest() -> None:
    """Print the Slack app's manifest, to paste where Slack asks for one."""
    print((config_folder() / "manifest.yaml").read_text("utf-8"), end="")
