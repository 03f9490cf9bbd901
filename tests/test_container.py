"""The container's files say the same as the code they run, as far as that shows without building one."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import Settings

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if name != "database"}


def test_everything_the_image_is_made_of_is_there_and_let_through() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = [source for line in copied for source in line.split()]
    let_through = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))

    assert set(sources) == let_through
    assert all((ROOT / source).exists() for source in sources)


def test_the_image_runs_as_a_user_without_rights_and_holds_no_secret() -> None:
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]

    assert "\nUSER 10001:10001\n" in last_stage
    assert "pip" not in last_stage
    assert not re.search(r"TOKEN|SECRET|PASSWORD|DATABASE_URL=", last_stage)


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_variable_that_is_set_is_a_setting(name: str) -> None:
    known = {field.upper() for field in Settings.model_fields}
    image = set(re.findall(r"([A-Z_]+)=", DOCKERFILE.partition("\nENV ")[2].partition("EXPOSE")[0]))

    assert set(OURS[name]["environment"]) <= known
    assert image & known == {"HOST", "PORT", "LOG_FORMAT"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_service_may_read_the_secrets_it_is_pointed_to_and_write_nothing(name: str) -> None:
    service = OURS[name]
    files = {value for key, value in service["environment"].items() if key.endswith("_FILE")}

    assert files == {f"/run/secrets/{secret}" for secret in service["secrets"]}
    assert set(service["secrets"]) <= set(COMPOSE["secrets"])
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]


def test_the_bot_waits_for_the_release_step_which_is_the_procfiles() -> None:
    procfile = dict(line.split(": ") for line in (ROOT / "Procfile").read_text().splitlines())

    assert " ".join(OURS["release"]["command"]) == procfile["release"]
    assert " ".join(OURS["bot"]["command"]) == procfile["bot"]
    assert OURS["bot"]["depends_on"]["release"]["condition"] == "service_completed_successfully"
    assert OURS["release"]["depends_on"]["database"]["condition"] == "service_healthy"


def test_the_health_check_is_valid_python_that_asks_for_health() -> None:
    (code,) = re.findall(r'"python", "-c", "(.+)"\]', DOCKERFILE)

    compile(code, "HEALTHCHECK", "exec")
    assert "'/health'" in code
