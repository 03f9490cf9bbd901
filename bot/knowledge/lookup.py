"""Find a persona by what people call it."""

from bot.errors import UserFacingError
from bot.knowledge.matching import closest
from bot.knowledge.model import Catalogue, Persona
from bot.knowledge.text import fold


def persona_called(name: str, catalogue: Catalogue) -> Persona:
    """Return the persona with this key or name, whatever its case ("itil" is a name of "ITSM / ITIL").

    Raises:
        UserFacingError: there is none; the message names similar ones, or all.
    """
    known = {fold(called): persona for persona in catalogue.personas for called in _names(persona)}
    wanted = " ".join(fold(name).split())
    if wanted in known:
        return known[wanted]
    similar = closest(name, known)
    keys = dict.fromkeys(known[one].key for one in similar) or [persona.key for persona in catalogue.personas]
    raise UserFacingError(f"There is no persona called “{name}”. Did you mean {', '.join(keys)}?")


def _names(persona: Persona) -> set[str]:
    return {persona.key, persona.name, *persona.aliases, *(part.strip() for part in persona.name.split("/"))}
