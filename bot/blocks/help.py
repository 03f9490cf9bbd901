"""What the bot says about itself."""

from typing import Final

from bot.blocks.text import Message, escape, plain_message

_EXAMPLE: Final = "/finops who-owns who signs off the savings plan for Payments"

_HELP: Final = f"""\
*I find out who owns a cloud-cost question, and who that is in your team.*

*Ask*
`/finops who-owns <question> [for <team>]` shows only you the answer; you may share it.
`@finops <question>` in a channel, or a direct message to me, is answered in the thread.
For example: `{_EXAMPLE}`

*Look up*
`/finops personas [persona]` who is responsible for what
`/finops team list` · `/finops team show <name>` the teams, and who holds what
Add `--at 2026-03-01` to a question to ask who it was, or will be

*See where nobody answers*
`/finops coverage [team]` the score, and how each persona is covered · `/finops gaps` the worst, to close them

*Have it told* (FinOps admins and workspace admins)
`/finops digest` opens a form; in one line: `/finops digest add #channel every monday at 9:00 [Europe/Berlin]`
`/finops digest preview` only for you · `/finops digest list` · `now`, `pause`, `resume`, `remove` and its number

*Going away?*
`/finops away until <day> [cover @user]` and `/finops back`

*Keep it true* (FinOps admins, workspace admins, and leads for their own teams)
`/finops assign` opens a form; in one line: `/finops assign @user|@group <persona> [for <team>] [backup]`
`/finops unassign @user|@group <persona> [for <team>]`
`/finops team add` opens a form; also `team edit`, `team merge <name> into <name>`, `team archive <name>`
`/finops audit [team]` what was changed, and by whom
`/finops learn` what people's corrections could teach me, and what it would change

I mention somebody only when I am confident, never you, and never a whole channel."""


def help_message() -> Message:
    """Return the help, as ``/finops help`` shows it."""
    return plain_message(escape(_HELP))


def greeting_message() -> Message:
    """Return what is said to somebody who wrote to the bot without saying anything."""
    return plain_message(
        "Hello! Ask me who owns a cloud-cost question, for example:"
        " _who signs off the savings plan for Payments?_ More in `/finops help`."
    )
