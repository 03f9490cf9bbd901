"""The entry point of ``finops-bot`` and ``python -m bot``."""

import gc


def main() -> None:
    """Start the command line, without collecting garbage while everything is imported and loaded.

    What is made then lives as long as the process, and looking through it takes a tenth of the start. A command
    that goes on for long (``run``) switches the collector on again.
    """
    gc.disable()
    from bot.cli import main as run_command_line  # noqa: PLC0415 (after the collector is off)

    run_command_line()


if __name__ == "__main__":
    main()
