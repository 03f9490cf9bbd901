"""What the bot says about itself."""

from typing import Final

from bot.blocks.text import Message, plain_message

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

*Keep it true* (FinOps admins and workspace admins)
`/finops team add <name> [under <parent>] [alias <a>, <b>] [channels #a #b]`
`/finops assign @user|@group <persona> [for <team>] [backup]`
`/finops unassign @user|@group <persona> [for <team>]`
`/finops learn` what people's corrections could teach me, and what it would change

I mention somebody only when I am confident, never you, and never a whole channel."""


def help_message() -> Message:
    """Return the help, as ``/finops help`` shows it."""
    return plain_message(_HELP)


def greeting_message() -> Message:
    """Return what is said to somebody who wrote to the bot without saying anything."""
    return plain_message(
        "Hello! Ask me who owns a cloud-cost question, for example:"
        " _who signs off the savings plan for Payments?_ More in `/finops help`."
    )
