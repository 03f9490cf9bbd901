"""Which team a question is about: the one asked for, else one named in the text, else the channel's."""

from bot.errors import UserFacingError
from bot.teams.model import Team
from bot.teams.naming import TeamChoice, key_of, keys_in, longest_named, similar_names, split_for
from bot.teams.store import OwnershipStore


class TeamFinder:
    """Looks teams up by what people write."""

    def __init__(self, store: OwnershipStore) -> None:
        self._store = store

    async def called(self, workspace_id: str, name: str) -> Team:
        """Return the team called ``name``.

        Raises:
            UserFacingError: there is none; the message names similar ones.
        """
        key = key_of(name)
        named = await self._store.teams_named(workspace_id, [key])
        if key in named:
            return named[key]
        similar = similar_names(name, await self._store.teams(workspace_id))
        hint = f"Did you mean {' or '.join(similar)}?" if similar else "See /finops team list."
        raise UserFacingError(f"There is no team called “{name}”. {hint}")

    async def of_question(
        self, workspace_id: str, text: str, channel_id: str | None
    ) -> tuple[str, TeamChoice | None]:
        """Return the question without a closing ``for <team>``, and the team it is about."""
        head, tail = split_for(text)
        asked_key = key_of(tail)
        named = dict(await self._store.teams_named(workspace_id, {*keys_in(text), asked_key}))
        if asked_key in named:
            return head, TeamChoice(named[asked_key], "asked")
        mentioned = longest_named(named)
        if mentioned is not None:
            return text, TeamChoice(mentioned, "text")
        of_channel = await self._store.team_of_channel(workspace_id, channel_id) if channel_id else None
        return text, TeamChoice(of_channel, "channel") if of_channel else None
