"""What somebody typed → the text that Slack makes of it: references for names, entities for markup. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from bot.playground.organisation import Organisation
from bot.playground.slack import BOT_USER_ID

_START: Final = re.compile(r"(?<![\w@#])[@#]|https?://[^\s<>|]*[\w/=&#%+~-]")
_BROADCASTS: Final = {f"@{word}": f"<!{word}>" for word in ("here", "channel", "everyone")}


class Composer:
    """Knows the names that can be typed after ``@`` and ``#``."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """``names`` are references (``<@U…>``) by what is typed for them (``@mara``), in lower case."""
        self._names = names
        self._lengths = sorted({len(name) for name in names}, reverse=True)

    def slack_text(self, typed: str) -> str:
        """Return ``typed`` as Slack sends it; time grows with its length, however many names there are."""
        parts: list[str] = []
        end = 0
        for start in _START.finditer(typed):
            if start.start() < end:
                continue
            found = self._reference(typed, start)
            if found is not None:
                reference, after = found
                parts += [escaped(typed[end : start.start()]), reference]
                end = after
        return "".join([*parts, escaped(typed[end:])])

    def _reference(self, typed: str, start: re.Match[str]) -> tuple[str, int] | None:
        """Return the reference that begins here and where the text goes on; none if it is only a character."""
        if len(start.group()) > 1:
            return f"<{escaped(start.group())}>", start.end()
        for length in self._lengths:
            end = start.start() + length
            reference = self._names.get(typed[start.start() : end].lower())
            if reference is not None and not _goes_on(typed[end : end + 1]):
                return reference, end
        return None


def composer_of(organisation: Organisation, bot_name: str) -> Composer:
    """Return a composer that knows everybody who is there, the bot, user groups and channels.

    A first name alone will do where only one person has it.
    """
    first_names = [member.name.split()[0].lower() for member in organisation.actors if member.name.split()]
    names: dict[str, str] = {}
    for member in organisation.actors:
        reference = f"<@{member.id}>"
        first = next(iter(member.name.split()), "").lower()
        if first and first_names.count(first) == 1:
            names.setdefault(f"@{first}", reference)
        names |= {f"@{name.lower()}": reference for name in _named(member.name, member.user_name)}
    names |= {
        f"@{one.handle.lower()}": f"<!subteam^{one.id}|@{one.handle}>" for one in organisation.groups.values()
    }
    names |= {f"#{name.lower()}": f"<#{id_}|{name}>" for id_, name in organisation.channels.items() if name}
    return Composer({**names, **_BROADCASTS, f"@{bot_name}": f"<@{BOT_USER_ID}>"})


def escaped(text: str) -> str:
    """Return text with the three characters of Slack's markup as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _named(*names: str) -> Iterable[str]:
    return [name for name in names if name.strip()]


def _goes_on(following: str) -> bool:
    return following.isalnum() or following == "_"
