"""``finops-bot db``: the schema of the database."""

import asyncio

import typer

from bot.logs import configure_logging
from bot.settings import read_settings

app = typer.Typer(help="The database.", no_args_is_help=True)


@app.callback()
def database() -> None:
    """Look after the database that DATABASE_URL names."""


@app.command()
def upgrade() -> None:
    """Apply the migrations that are missing; safe to run again."""
    from bot.storage.engine import build_engine
    from bot.storage.schema import SCHEMA_REVISION
    from bot.storage.schema import upgrade as apply

    settings = read_settings()
    configure_logging(settings)

    async def run() -> bool:
        engine = build_engine(settings.database_url)
        try:
            return await apply(engine)
        finally:
            await engine.dispose()

    changed = asyncio.run(run())
    print(f"The database is {'now' if changed else 'already'} at revision {SCHEMA_REVISION}.")
