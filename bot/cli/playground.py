"""``finops-bot playground``: the whole bot in a browser, on a made-up company, without Slack."""

import asyncio
import gc
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.local import ready_router
from bot.errors import ConfigurationError
from bot.logs import configure_logging
from bot.settings import Settings, read_settings


def playground(
    own_file: Annotated[
        Path | None,
        typer.Option("--import", metavar="FILE", help="Begin with this .csv or .yaml file of teams."),
    ] = None,
    knowledge: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A folder with your own examples, names and products.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="Where to serve it; the next free port if it is taken.")
    ] = None,
) -> None:
    """Serve the whole bot to a browser on this machine, on a made-up company or on your own teams file."""
    settings = read_settings()
    _refuse_real_slack(settings)
    changed = {
        **({"finops_knowledge": _folder(knowledge)} if knowledge else {}),
        **({"port": port} if port else {}),
    }
    run_playground(settings.model_copy(update=changed), own_file)


def run_playground(settings: Settings, own_file: Path | None = None) -> None:
    """Serve the playground until it is stopped; ``ConfigurationError`` if it cannot begin."""
    from bot.playground.beginnings import beginnings
    from bot.playground.serve import serve_playground

    configure_logging(settings)
    begin = beginnings(own_file)
    router = ready_router(settings, learn_apart=True)
    gc.freeze()  # the knowledge stays; only what comes from now on is looked through
    gc.enable()
    asyncio.run(serve_playground(settings, router, begin, _announce))


def _announce(address: str) -> None:
    print(f"The FinOps bot, in your browser: {address}")
    print("Everything stays on this machine, nothing goes to Slack. Ctrl+C ends it.", flush=True)


def _refuse_real_slack(settings: Settings) -> None:
    for name in ("slack_bot_token", "slack_app_token"):
        if getattr(settings, name) is not None:
            raise ConfigurationError(
                f"{name.upper()} is set: the playground does not run beside a real Slack."
                " Unset it, or start the bot with `finops-bot run`"
            )


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise ConfigurationError(f"--knowledge {path}: there is no such folder")
    return path
