"""The button "send now": a digest for a channel, through the same commands that a person types."""

from typing import Final

from bot.digests.model import Digest
from bot.errors import UserFacingError
from bot.playground.acting import Acting
from bot.playground.organisation import Member
from bot.playground.web_api import WORKSPACE_ID
from bot.services import Services

_SCHEDULE: Final = "every monday at 9:00"


async def send_digest_now(acting: Acting, services: Services, person: Member, channel_id: str) -> None:
    """Send the channel's digest now; one is added first if there is none. What the bot says of it stands there.

    Raises:
        UserFacingError: it is no channel.
    """
    if channel_id.startswith("D"):
        raise UserFacingError("A digest goes to a channel: open one first.")
    if await _number(services, channel_id) is None:
        await acting.command(person, channel_id, f"digest add <#{channel_id}> {_SCHEDULE}")
    number = await _number(services, channel_id)
    if number is not None:
        await acting.command(person, channel_id, f"digest now {number}")


async def _number(services: Services, channel_id: str) -> int | None:
    digests: list[Digest] = list(await services.digests.all(WORKSPACE_ID))
    numbered = enumerate(digests, start=1)
    return next((number for number, digest in numbered if digest.channel_id == channel_id), None)
