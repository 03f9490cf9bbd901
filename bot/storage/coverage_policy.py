"""What has to be covered, read from ``coverage.yaml``: a company's own file, else the built-in one."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import ConfigurationError
from bot.knowledge.matching import closest
from bot.storage.rules_files import read_rules, rules_path
from bot.teams.coverage import CellState
from bot.teams.coverage_policy import CoveragePolicy, TeamRule
from bot.teams.naming import key_of

_NAME: Final = "coverage.yaml"
_Percent = Annotated[float, Field(ge=0, le=100)]
_Scope = Literal["team", "organisation", "nowhere"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Required(_Model):
    core: _Scope = "team"
    allied: _Scope = "organisation"


class _TeamShape(_Model):
    needs: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()


class _Shape(_Model):
    required: _Required = _Required()
    required_by_persona: dict[str, _Scope] = {}
    teams: dict[str, _TeamShape] = {}
    credit: dict[CellState, _Percent] = {}
    weight_by_persona: dict[str, Annotated[float, Field(ge=0, le=100)]] = {}
    too_much_for_one: Annotated[int, Field(ge=1)] = 12


def read_coverage_policy(folder: Path, own_folder: Path | None, persona_keys: Collection[str]) -> CoveragePolicy:
    """Return the rules of a company's own folder, or of ``folder`` where it has none.

    Raises:
        ConfigurationError: the file is broken, or names personas that are not among ``persona_keys``; with every
            problem. Whether the teams it names exist only the database knows: see ``CoverageReport``.
    """
    path = rules_path(_NAME, folder, own_folder)
    shape = read_rules(_NAME, folder, own_folder, _Shape)
    problems = [*_unknown_personas(shape, frozenset(persona_keys)), *_teams_twice(shape)]
    if problems:
        raise ConfigurationError(f"{path}: {'; '.join(problems)}")
    default = CoveragePolicy()
    return CoveragePolicy(
        core=shape.required.core,
        allied=shape.required.allied,
        by_persona=shape.required_by_persona,
        teams={key_of(name): TeamRule(rule.needs, rule.without) for name, rule in shape.teams.items()},
        credit={**default.credit, **{state: percent / 100 for state, percent in shape.credit.items()}},
        weights=shape.weight_by_persona,
        too_much_for_one=shape.too_much_for_one,
    )


def _unknown_personas(shape: _Shape, known: frozenset[str]) -> Iterator[str]:
    named: dict[str, Iterable[str]] = {
        "required_by_persona": shape.required_by_persona,
        "weight_by_persona": shape.weight_by_persona,
    }
    for team, rule in shape.teams.items():
        named |= {f"teams.{team}.needs": rule.needs, f"teams.{team}.without": rule.without}
    for place, keys in named.items():
        for key in sorted(frozenset(keys) - known):
            similar = closest(key, known, limit=1)
            hint = f"did you mean {similar[0]}?" if similar else f"there are {', '.join(sorted(known))}"
            yield f"{place}: there is no persona “{key}”; {hint}"


def _teams_twice(shape: _Shape) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name in shape.teams:
        first = seen.setdefault(key_of(name), name)
        if first != name:
            yield f"teams.{name}: is the same team as “{first}”"
