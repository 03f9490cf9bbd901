"""What has to be covered, and what each state of a cell is worth: the rules of ``config/coverage.yaml``. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from bot.knowledge.model import Persona
from bot.teams.coverage import CellState
from bot.teams.model import Cell, Team
from bot.teams.naming import key_of

Scope: TypeAlias = Literal["team", "organisation", "nowhere"]
"""Where a persona is needed: by every team, once in the organisation, or not at all."""

_CREDIT: Final[Mapping[CellState, float]] = {
    CellState.COVERED: 1.0,
    CellState.INHERITED: 0.9,
    CellState.ORGANISATION: 0.8,
    CellState.BACKUP_ONLY: 0.7,
    CellState.STALE: 0.3,
    CellState.MISSING: 0.0,
}


@dataclass(frozen=True, slots=True)
class TeamRule:
    """Persona keys that one team needs beside the others, and those that it can do without."""

    needs: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CoveragePolicy:
    """The rules.

    Attributes:
        core: Where core personas are needed.
        allied: Where allied personas are needed.
        by_persona: The same for single personas, by key.
        teams: Rules of single teams, by folded name.
        credit: What a state is worth, 0–1.
        weights: What counts more than 1 in the score, by persona key.
        too_much_for_one: Cells that one person may hold before they are named.
    """

    core: Scope = "team"
    allied: Scope = "organisation"
    by_persona: Mapping[str, Scope] = field(default_factory=dict)
    teams: Mapping[str, TeamRule] = field(default_factory=dict)
    credit: Mapping[CellState, float] = field(default_factory=lambda: dict(_CREDIT))
    weights: Mapping[str, float] = field(default_factory=dict)
    too_much_for_one: int = 12

    def required(
        self, teams: Collection[Team], personas: Collection[Persona], held_somewhere: Collection[str]
    ) -> Iterator[Cell]:
        """Yield the cells that somebody has to answer for, each once.

        A persona that is needed once counts as a cell of the whole organisation, unless somebody holds it for
        some team (its key is in ``held_somewhere``).
        """
        scopes = {persona.key: self._scope(persona) for persona in personas}
        for key, scope in scopes.items():
            if scope == "organisation" and key not in held_somewhere:
                yield Cell(key, None)
        everywhere = frozenset(key for key, scope in scopes.items() if scope == "team")
        ordered = {key: at for at, key in enumerate(scopes)}
        for team in teams:
            rule = self.teams.get(key_of(team.name)) if self.teams else None
            keys = everywhere if rule is None else (everywhere | rule.needs & ordered.keys()) - rule.without
            for key in sorted(keys, key=ordered.__getitem__):
                yield Cell(key, team.id)

    def weight(self, persona_key: str) -> float:
        """Return what a persona counts in the score."""
        return self.weights.get(persona_key, 1.0)

    def _scope(self, persona: Persona) -> Scope:
        return self.by_persona.get(persona.key, self.core if persona.group == "core" else self.allied)
