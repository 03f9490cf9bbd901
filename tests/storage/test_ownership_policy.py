"""The rules of ownership: the built-in ones, a company's own, and broken files."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.storage.knowledge_paths import config_folder
from bot.storage.ownership_policy import read_ownership_policy
from bot.teams.policy import OwnershipPolicy


@pytest.fixture(name="own_folder")
def an_own_folder(tmp_path: Path) -> Path:
    return tmp_path


def write(folder: Path, content: str | bytes) -> None:
    path = folder / "ownership.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def test_the_built_in_rules_are_the_defaults() -> None:
    assert read_ownership_policy(config_folder(), None) == OwnershipPolicy()


def test_a_company_s_own_file_takes_the_place_of_the_built_in_one(own_folder: Path) -> None:
    write(
        own_folder,
        "review_after_days: 30\nreview_after_days_by_persona: {procurement: 180}\nguests_may_own: true\n",
    )

    assert read_ownership_policy(config_folder(), own_folder) == OwnershipPolicy(
        review_after=timedelta(days=30),
        review_after_by_persona={"procurement": timedelta(days=180)},
        guests_may_own=True,
    )


def test_an_own_folder_without_the_file_changes_nothing(own_folder: Path) -> None:
    assert read_ownership_policy(config_folder(), own_folder) == OwnershipPolicy()


@pytest.mark.parametrize("content", ["", "# nothing yet\n", "\ufeffreview_after_days: 90\n"])
def test_what_a_file_leaves_out_is_as_it_is_built_in(own_folder: Path, content: str) -> None:
    write(own_folder, content)

    assert read_ownership_policy(config_folder(), own_folder) == OwnershipPolicy()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("review_after_days: 0\n", "review_after_days: Input should be greater than or equal to 1"),
        ("review_after_days: soon\n", "review_after_days: Input should be a valid integer"),
        ("review_after_days_by_persona: {finance: -1}\n", "review_after_days_by_persona.finance: Input should be"),
        ("guests_may_own: perhaps\n", "guests_may_own: Input should be a valid boolean"),
        ("review_days: 3\n", "review_days: Extra inputs are not permitted"),
        ("- a\n- list\n", "Input should be a valid dictionary"),
        ("review_after_days: [\n", "cannot be read"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_a_broken_file_is_refused_with_its_path_and_problem(
    own_folder: Path, content: str | bytes, problem: str
) -> None:
    write(own_folder, content)

    with pytest.raises(ConfigurationError) as caught:
        read_ownership_policy(config_folder(), own_folder)

    assert str(own_folder / "ownership.yaml") in str(caught.value)
    assert problem in str(caught.value)


def test_every_problem_is_told_at_once(own_folder: Path) -> None:
    write(own_folder, "review_after_days: 0\nguests_may_own: perhaps\n")

    with pytest.raises(ConfigurationError, match=r"review_after_days: .*; guests_may_own: "):
        read_ownership_policy(config_folder(), own_folder)


def test_a_missing_built_in_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="ownership.yaml: cannot be read"):
        read_ownership_policy(tmp_path, None)
