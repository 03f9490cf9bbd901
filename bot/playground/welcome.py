"""What a page is told at first: who is there and what they hold, channels, questions to try, commands."""

from collections import defaultdict
from typing import Any, Final

from bot.handlers.commands import DIGEST_USAGE, TEAM_USAGE, USAGE
from bot.playground.channels import BOT_USER_ID
from bot.playground.organisation import Member, Organisation
from bot.playground.web_api import WORKSPACE_ID
from bot.playground.workspace import BOT_NAME, NAME
from bot.services import Services
from bot.teams.transfer_plan import OwnershipState

EXAMPLES: Final = (
    "our snowflake contract runs out in march, who talks to them?",
    "the r5 nodes idle at 10 percent cpu, can someone rightsize them for Search",
    "book the accrual for the march aws invoice before month end, for Payments",
    "someone is mining crypto in the sandbox account",
    "is the recommendation widget worth its gpu bill? for Data Platform",
    "our aws bill is too high",
    "wer kümmert sich um Jira-Lizenzen, die keiner mehr nutzt?",
    "who is bringing cake on friday?",
)
ABOUT_COMMANDS: Final = {
    "who-owns": "who owns a cloud-cost question; only you see the answer",
    "personas": "who is responsible for what",
    "assign": "give somebody a persona; alone, it opens a form",
    "unassign": "take a persona back",
    "team": "teams, and who holds what in them",
    "away": "whoever covers for you is asked meanwhile",
    "back": "you are asked again",
    "audit": "what was changed, and by whom",
    "coverage": "how well everything is covered",
    "gaps": "what nobody holds",
    "digest": "coverage, sent to a channel from time to time",
    "learn": "what corrections could teach the bot",
    "help": "everything the bot can do",
}
_MAX_HOLDINGS: Final = 2


async def welcome(organisation: Organisation, services: Services) -> dict[str, Any]:
    """Return everything that stays the same wherever a page looks."""
    state = await services.transfer.state(WORKSPACE_ID)
    return {
        "workspace": NAME,
        "bot": {"id": BOT_USER_ID, "name": BOT_NAME},
        "people": _people(organisation, services, state),
        "channels": [{"id": key, "name": name, "kind": "channel"} for key, name in organisation.channels.items()],
        "groups": [
            {"id": one.id, "handle": one.handle, "name": one.handle} for one in organisation.groups.values()
        ],
        "examples": list(EXAMPLES),
        "commands": _commands(),
    }


def _commands() -> list[dict[str, str]]:
    several = [*TEAM_USAGE.values(), *DIGEST_USAGE.values()]
    whole = [{"usage": usage, "about": ABOUT_COMMANDS.get(name, "")} for name, usage in USAGE.items()]
    return [*whole, *({"usage": usage, "about": ""} for usage in several)]


def _people(organisation: Organisation, services: Services, state: OwnershipState) -> list[dict[str, str]]:
    leads, holdings = _leads(state), _holdings(services, state)
    people = []
    for member in organisation.actors:
        led = leads.get(member.id, [])
        about = [*_role_words(member), *([f"Leads {', '.join(led)}"] if led else []), *holdings.get(member.id, [])]
        role = _role(member, leads_any=bool(led))
        people.append({"id": member.id, "name": member.name, "role": role, "about": _shortened(about)})
    order = ["admin", "lead", "member", "guest"]
    return sorted(people, key=lambda one: order.index(one["role"]))


def _role(member: Member, *, leads_any: bool) -> str:
    if member.is_admin:
        return "admin"
    if member.is_guest:
        return "guest"
    return "lead" if leads_any else "member"


def _role_words(member: Member) -> list[str]:
    words = {"Workspace admin": member.is_admin, "Guest": member.is_guest}
    return [word for word, applies in words.items() if applies]


def _leads(state: OwnershipState) -> dict[str, list[str]]:
    """Return the names of the teams that people lead."""
    leads: dict[str, list[str]] = defaultdict(list)
    for team in state.teams:
        for lead in team.leads:
            leads[lead].append(team.name)
    return leads


def _holdings(services: Services, state: OwnershipState) -> dict[str, list[str]]:
    """Return what people hold, in words."""
    teams = {team.id: team.name for team in state.teams}
    personas = {persona.key: persona.name for persona in services.catalogue.personas}
    holdings: dict[str, list[str]] = defaultdict(list)
    for one in state.assignments:
        if one.is_valid_at(services.clock()):
            place = f" for {teams.get(one.cell.team_id, '?')}" if one.cell.team_id else ""
            name = personas.get(one.cell.persona_key, one.cell.persona_key)
            holdings[one.assignee.id].append(f"{name}{place}")
    return holdings


def _shortened(about: list[str]) -> str:
    """Return what is to be said about somebody, and how much more there is."""
    if not about:
        return "Asks questions"
    more = len(about) - _MAX_HOLDINGS
    return " · ".join([*about[:_MAX_HOLDINGS], *([f"{more} more"] if more > 0 else [])])
