"""Forms and App Homes of the stand-in: what people have open, by the id of the view or of the person."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.playground.blocks import identified
from bot.playground.refusal import Refused
from bot.playground.triggers import Triggers

View = dict[str, Any]
MAX_STACK: Final = 3


@dataclass(slots=True)
class Views:
    """Keeps what was opened and published last; whether Slack would take it is checked before.

    With ``triggers``, a form opens for the person whose trigger it is, on top of what they have open; without,
    any trigger will do, and forms are nobody's.
    """

    forms: dict[str, View] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    triggers: Triggers | None = None
    stacks: dict[str, list[str]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def open(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Answer ``views.open``."""
        trigger_id = arguments.get("trigger_id")
        if not trigger_id:
            return {"ok": False, "error": "invalid_trigger_id"}
        if self.triggers is None:
            return {"view": self._keep(arguments["view"])}
        person_id = self.triggers.take(trigger_id)
        if isinstance(person_id, Refused):
            return {"ok": False, "error": person_id.error}
        view = self.push(person_id, arguments["view"])
        return {"view": view} if view else {"ok": False, "error": "push_limit_reached"}

    def update(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Answer ``views.update``."""
        if arguments.get("view_id") not in self.forms:
            return {"ok": False, "error": "not_found"}
        return {"view": self._keep(arguments["view"], arguments["view_id"])}

    def publish(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Answer ``views.publish``."""
        view = {
            **arguments["view"],
            "id": f"V{next(self._numbers)}HOME",
            "blocks": identified(arguments["view"]["blocks"]),
        }
        self.homes[arguments["user_id"]] = view
        return {"view": view}

    def push(self, person_id: str, view: View) -> View | None:
        """Show somebody a form on top of what they have open; none if that would be too many."""
        stack = self.stacks.setdefault(person_id, [])
        if len(stack) >= MAX_STACK:
            return None
        kept = self._keep(view)
        stack.append(kept["id"])
        return kept

    def top(self, person_id: str) -> View | None:
        """Return the form that somebody sees."""
        stack = self.stacks.get(person_id)
        return self.forms[stack[-1]] if stack else None

    def close(self, person_id: str, *, everything: bool = False) -> None:
        """Close the form that somebody sees, or all that lie below it, too."""
        stack = self.stacks.get(person_id, [])
        for view_id in [stack.pop() for _ in range(len(stack) if everything else min(1, len(stack)))]:
            del self.forms[view_id]

    def owner_of(self, view_id: str) -> str | None:
        """Return who has a form open."""
        return next((person_id for person_id, stack in self.stacks.items() if view_id in stack), None)

    def _keep(self, view: View, view_id: str | None = None) -> View:
        kept = {**view, "id": view_id or f"V{next(self._numbers)}FORM", "blocks": identified(view["blocks"])}
        self.forms[kept["id"]] = kept
        return kept
