"""The command line, ``finops-bot``: prints, reads stdin, sets the exit code; nothing else."""

import sys
from typing import Final

import typer

from bot.cli import (
    ask,
    coverage,
    database,
    digest,
    doctor,
    evaluate,
    forget,
    knowledge,
    ownership,
    playground,
    review,
    run,
    transfer,
)
from bot.errors import BotError, ConfigurationError, UserFacingError

EXIT_FAILED: Final = 1
EXIT_BAD_USAGE: Final = 2

app = typer.Typer(
    name="finops-bot",
    help="Who owns this cloud-cost question? Ask here, or run the bot on Slack.",
    epilog="Start with: finops-bot ask “who signs off the savings plan for Payments?”",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(run.run)
app.command()(playground.playground)
app.command()(ask.ask)
app.command()(ask.route)
app.command("eval")(evaluate.evaluate_file)
app.command()(review.check)
app.command()(review.learn)
app.command()(knowledge.personas)
app.command()(knowledge.manifest)
app.command()(ownership.teams)
app.command()(ownership.who)
app.command()(ownership.assign)
app.command()(ownership.unassign)
app.command()(ownership.audit)
app.command()(coverage.coverage)
app.command()(digest.digest)
app.command("import")(transfer.import_ownership)
app.command("export")(transfer.export_ownership)
app.command()(forget.forget)
app.command()(doctor.doctor)
app.add_typer(database.app, name="db")


def main() -> None:
    """Run the command line; every expected error is one line on stderr and an exit code."""
    try:
        app()
    except (ConfigurationError, UserFacingError) as error:
        _fail(str(error), EXIT_BAD_USAGE)
    except BotError as error:
        _fail(str(error), EXIT_FAILED)
    except BrokenPipeError:  # the reader of our output, `head` perhaps, has seen enough
        sys.stderr.close()
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(message: str, code: int) -> None:
    print(f"finops-bot: {message}", file=sys.stderr)
    sys.exit(code)
