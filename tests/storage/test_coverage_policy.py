"""The rules of coverage: what the built-in file says, a company's own, and what is wrong with a broken one."""

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.storage.coverage_policy import read_coverage_policy
from bot.storage.knowledge_paths import config_folder
from bot.teams.coverage import CellState
from bot.teams.coverage_policy import CoveragePolicy, TeamRule

KEYS = ["engineering", "finance", "product", "security"]


def read(tmp_path: Path, text: str) -> CoveragePolicy:
    (tmp_path / "coverage.yaml").write_text(text, "utf-8")
    return read_coverage_policy(config_folder(), tmp_path, KEYS)


def test_the_built_in_file_says_what_the_code_does_without_one() -> None:
    assert read_coverage_policy(config_folder(), None, KEYS) == CoveragePolicy()


def test_a_company_without_a_file_of_its_own_has_the_built_in_rules(tmp_path: Path) -> None:
    assert read_coverage_policy(config_folder(), tmp_path, KEYS) == CoveragePolicy()


def test_a_companys_own_file_takes_the_place_of_the_built_in_one(tmp_path: Path) -> None:
    policy = read(
        tmp_path,
        """
        required: {core: organisation, allied: nowhere}
        required_by_persona: {security: team}
        teams:
          "  Data   Platform ": {needs: [finance], without: [product]}
        credit: {backup only: 50, stale: 0}
        weight_by_persona: {engineering: 2.5}
        too_much_for_one: 3
        """,
    )

    assert (policy.core, policy.allied, policy.by_persona) == ("organisation", "nowhere", {"security": "team"})
    assert policy.teams == {"data platform": TeamRule(frozenset({"finance"}), frozenset({"product"}))}
    assert policy.credit[CellState.BACKUP_ONLY] == pytest.approx(0.5)
    assert policy.credit[CellState.COVERED] == pytest.approx(1)
    assert (policy.weight("engineering"), policy.weight("finance")) == (2.5, 1)
    assert policy.too_much_for_one == 3


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing yet\n") == CoveragePolicy()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("required: {core: everywhere}", "required.core: Input should be 'team', 'organisation' or 'nowhere'"),
        ("credit: {perfect: 100}", "credit.perfect"),
        ("credit: {covered: 101}", "credit.covered: Input should be less than or equal to 100"),
        ("too_much_for_one: 0", "too_much_for_one: Input should be greater than or equal to 1"),
        ("weight_by_persona: {finance: -1}", "weight_by_persona.finance"),
        ("colour: green", "colour: Extra inputs are not permitted"),
        ("[", "cannot be read"),
        (
            "required_by_persona: {securty: team}",
            "required_by_persona: there is no persona “securty”; did you mean security?",
        ),
        (
            "weight_by_persona: {wizardry: 2}",
            "weight_by_persona: there is no persona “wizardry”; there are engineering, finance, product, security",
        ),
        ("teams: {Payments: {needs: [finanse]}}", "teams.Payments.needs: there is no persona “finanse”"),
        ("teams: {Payments: {without: [prodct]}}", "teams.Payments.without: there is no persona “prodct”"),
        ("teams: {Payments: {}, PAYMENTS: {}}", "teams.PAYMENTS: is the same team as “Payments”"),
    ],
)
def test_a_broken_file_is_refused_with_its_name_and_the_problem(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(tmp_path, text)

    assert str(tmp_path / "coverage.yaml") in str(refused.value)
    assert problem in str(refused.value)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(tmp_path, "required_by_persona: {securty: team}\nweight_by_persona: {finanse: 2}")

    assert "securty" in str(refused.value)
    assert "finanse" in str(refused.value)
