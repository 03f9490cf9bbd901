"""An admin looks at what corrections could teach, and takes it with a click."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.playground.slack import APP_TOKEN, BOT_TOKEN, SlackStandIn
from bot.settings import Settings
from tests.scenarios.conftest import ADMIN, ASKER, BUYING, SIGNING_SECRET, Stage

ODD = "who feeds the zylotech wallet for maps"


@pytest.fixture(name="settings")
def settings_with_a_folder(slack: SlackStandIn, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        slack_bot_token=SecretStr(BOT_TOKEN),
        slack_app_token=SecretStr(APP_TOKEN),
        slack_signing_secret=SecretStr(SIGNING_SECRET),
        slack_api_url=slack.api_url,
        finops_knowledge=tmp_path / "own",
    )


async def next_response(stage: Stage, count: int) -> dict[str, Any]:
    for _ in range(3_000):
        if len(stage.responses) >= count:
            return dict(stage.responses[count - 1])
        await asyncio.sleep(0.1)
    raise AssertionError("no response within five minutes")


# Only one way in: it makes no difference here, and learning takes long.
@pytest.mark.parametrize("stage", ["http"], indirect=True)
async def test_corrections_are_shown_with_their_effect_and_taken_with_a_click(
    stage: Stage, tmp_path: Path
) -> None:
    answer = await stage.slash(f"who-owns {ODD}")
    await stage.click(answer, "Finance", ephemeral=True)

    at_once = await stage.slash("learn", ADMIN)
    shown = await next_response(stage, 2)
    await stage.click(shown, "Learn these", ASKER, ephemeral=True)
    await stage.click(shown, "Learn these", ADMIN, ephemeral=True)
    await stage.click(await stage.slash(f"who-owns {ODD} again"), "ITAM", ephemeral=True)
    await stage.click(shown, "Learn these", ADMIN, ephemeral=True)

    assert "The proposals have changed" in stage.responses[-1]["text"]
    assert "half a minute" in at_once["text"]
    assert "1 example could be learnt" in shown["text"]
    assert ODD in shown["text"]
    assert "past questions (1 questions): accepted 0.0% → 100.0%" in shown["text"]
    assert "Only FinOps admins" in stage.responses[2]["text"]
    assert stage.responses[3]["text"].startswith("Written down: 1 examples")
    assert ODD in (tmp_path / "own/examples/learnt/finance.yaml").read_text()


async def test_where_nothing_is_wrong_there_is_nothing_to_learn(stage: Stage) -> None:
    await stage.click(await stage.slash(f"who-owns {BUYING}"), "Right", ephemeral=True)

    await stage.slash("learn", ADMIN)

    assert "There is nothing to learn: 1 judged questions" in (await next_response(stage, 2))["text"]
    assert "Only FinOps admins" in (await stage.slash("learn", ASKER))["text"]
