"""The personas and their responsibilities, with the attribution their licence asks for."""

from collections.abc import Iterable
from itertools import groupby

from bot.blocks.text import Message, context, escape, section
from bot.knowledge.model import Catalogue, Persona

_GROUPS = {"core": "Core personas, always part of FinOps", "allied": "Allied personas, next to FinOps"}


def catalogue_message(catalogue: Catalogue) -> Message:
    """Return all personas, core before allied."""
    ordered = sorted(catalogue.personas, key=lambda one: (one.group != "core", one.name))
    parts = [
        "\n".join([f"*{_GROUPS[group]}*", *(f"• {_in_one_line(persona)}" for persona in personas)])
        for group, personas in groupby(ordered, key=lambda one: one.group)
    ]
    parts.append(f"More about one: `{escape('/finops personas <key>')}`")
    return _with_attribution(parts, catalogue.attributions())


def persona_message(persona: Persona) -> Message:
    """Return one persona with its responsibilities."""
    attributions = [persona.source.attribution] if persona.source else []
    lines = [f"• *{escape(one.title)}*: {escape(one.summary)}" for one in persona.responsibilities]
    return _with_attribution(
        [f"*{escape(persona.name)}*\n{escape(persona.summary)}", "\n".join(lines)], attributions
    )


def _in_one_line(persona: Persona) -> str:
    return f"*{escape(persona.name)}* (`{persona.key}`): {escape(persona.summary)}"


def _with_attribution(parts: list[str], attributions: Iterable[str]) -> Message:
    lines = [escape(attribution) for attribution in attributions]
    return Message("\n\n".join([*parts, *lines]), (*map(section, parts), *context(lines)))
