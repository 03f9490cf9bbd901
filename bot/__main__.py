"""``python -m bot`` is ``finops-bot``."""

from bot.cli import main

main()
