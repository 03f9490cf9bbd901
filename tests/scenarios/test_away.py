"""Going away, with or without somebody who covers, and coming back."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.scenarios.conftest import ADMIN, ASKER, BUYING, LEFT, OWNER, Stage, a_user

COVER = "U1COVER"
BACKUP = "U1BACKUP"


@pytest.fixture(name="stage")
async def stage_with_an_owner(stage: Stage) -> Stage:
    """Owen holds Procurement for Payments, Bea is his backup, Cora could cover for him."""
    stage.slack.users |= {COVER: a_user(COVER, "Cora"), BACKUP: a_user(BACKUP, "Bea")}
    await stage.slash("team add Payments", ADMIN)
    await stage.slash(f"assign <@{OWNER}> procurement for Payments", ADMIN)
    await stage.slash(f"assign <@{BACKUP}> procurement for Payments backup", ADMIN)
    return stage


async def asked(stage: Stage) -> tuple[str, list[str]]:
    """Return the headline of an answer and its small print."""
    answer = await stage.slash(f"who-owns {BUYING} for Payments")
    small = [one["text"] for block in answer["blocks"] if block["type"] == "context" for one in block["elements"]]
    return answer["blocks"][0]["text"]["text"], small


async def test_while_an_owner_is_away_their_cover_is_asked_and_the_answer_says_so(stage: Stage) -> None:
    away = await stage.slash(f"away until 3 Dec cover <@{COVER}|cora>", OWNER)
    headline, small = await asked(stage)

    assert away["text"] == (
        f"You are away until Thursday, 3 December 2026. Meanwhile I send people to <@{COVER}>."
        " Back earlier? `/finops back`"
    )
    assert f"<@{COVER}>" in headline
    assert "Skipped: Owen, away until 2026-12-03" in small
    assert "They cover while the owner is away" in small


async def test_without_a_cover_the_backup_is_asked(stage: Stage) -> None:
    away = await stage.slash("away until tomorrow", OWNER)
    headline, _ = await asked(stage)

    assert "Meanwhile I send people to your backups." in away["text"]
    assert f"<@{BACKUP}>" in headline


async def test_who_is_back_is_asked_again(stage: Stage) -> None:
    await stage.slash(f"away until 3 Dec cover <@{COVER}>", OWNER)

    back = await stage.slash("back", OWNER)
    again = await stage.slash("back", OWNER)
    headline, small = await asked(stage)

    assert back["text"] == "Welcome back! People are sent to you again."
    assert again["text"].startswith("You were not away.")
    assert f"<@{OWNER}>" in headline
    assert not any("Skipped" in line for line in small)


async def test_on_the_day_named_the_owner_is_asked_again(stage: Stage) -> None:
    await stage.slash(f"away until tomorrow cover <@{COVER}>", OWNER)
    stage.clock.now = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)
    before, _ = await asked(stage)
    stage.clock.now = datetime(2026, 11, 24, tzinfo=UTC)
    then, _ = await asked(stage)

    assert f"<@{COVER}>" in before
    assert f"<@{OWNER}>" in then


@pytest.mark.parametrize(
    ("zone", "beginning"),
    [
        ("America/Los_Angeles", datetime(2026, 11, 24, 8, 0, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2026, 11, 23, 18, 30, tzinfo=UTC)),
    ],
)
async def test_the_day_begins_where_the_person_is(stage: Stage, zone: str, beginning: datetime) -> None:
    stage.slack.users[OWNER] = a_user(OWNER, "Owen", tz=zone)
    stage.services.directory.forget(OWNER)

    away = await stage.slash(f"away until tomorrow cover <@{COVER}>", OWNER)
    stage.clock.now = beginning - timedelta(minutes=1)
    before, small = await asked(stage)
    stage.clock.now = beginning
    then, _ = await asked(stage)

    assert "until Tuesday, 24 November 2026" in away["text"]
    assert "Skipped: Owen, away until 2026-11-24" in small
    assert f"<@{COVER}>" in before
    assert f"<@{OWNER}>" in then


async def test_going_away_again_takes_the_place_of_the_first_time(stage: Stage) -> None:
    await stage.slash(f"away until 3 Dec cover <@{COVER}>", OWNER)
    await stage.slash(f"away until 10 Dec cover <@{BACKUP}>", OWNER)

    headline, small = await asked(stage)

    assert f"<@{BACKUP}>" in headline
    assert "Skipped: Owen, away until 2026-12-10" in small


async def test_a_cover_who_goes_away_or_leaves_later_is_passed_over(stage: Stage) -> None:
    await stage.slash(f"away until 10 Dec cover <@{COVER}>", OWNER)
    await stage.slash("away until 3 Dec", COVER)

    headline, small = await asked(stage)

    assert f"<@{BACKUP}>" in headline
    assert [line for line in small if line.startswith("Skipped")] == [
        "Skipped: Owen, away until 2026-12-10",
        "Skipped: Cora, away until 2026-12-03",
    ]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("until 32 May", "“32 May” is not a day. Write it like 2026-12-24, 24 Dec, tomorrow or next Friday."),
        ("until 30 February", "“30 February” is not a day."),
        ("until 2026-02-30", "“2026-02-30” is not a day."),
        ("until 2020-01-01", "“2020-01-01” is 2020-01-01, which is not in the future."),
        ("until 22 Nov 2026", "“22 Nov 2026” is 2026-11-22, which is not in the future."),
        ("until today", "“today” is 2026-11-23, which is not in the future."),
        ("until yesterday", "“yesterday” is not a day."),
        ("until 2030-01-01", "“2030-01-01” is 2030-01-01, more than three years away."),
        ("until 12", "“12” is not a day."),
        ("until <!channel>", "“&lt;!channel&gt;” is not a day."),
        ("", "Until when? Write it like this: /finops away until &lt;day&gt; [cover @user]"),
        ("until", "“until” is not a day."),
        (f"until 3 Dec cover <@{OWNER}>", "You cannot cover for yourself: name somebody else, or nobody."),
        (f"until 3 Dec cover <@{LEFT}>", "Lee's account is deactivated, so they cannot own anything."),
        ("until 3 Dec cover <@U1NOBODY>", "There is nobody with the id U1NOBODY in this workspace."),
        ("until 3 Dec cover @nobody", "“@nobody” is not a person I can see."),
        ("until 3 Dec cover <!subteam^S1BUYERS>", "“&lt;!subteam^S1BUYERS&gt;” is not a person I can see."),
        (f"until 3 Dec cover <@{ASKER}>", "The person you named is away, too: name somebody else."),
    ],
)
async def test_wrong_input_gets_a_clear_word_and_changes_nothing(stage: Stage, words: str, answer: str) -> None:
    await stage.slash("away until 24 Dec", ASKER)

    said = await stage.slash(f"away {words}", OWNER)

    assert said["text"].startswith(answer)
    assert f"<@{OWNER}>" in (await asked(stage))[0]


async def test_the_audit_log_tells_who_was_away(stage: Stage) -> None:
    await stage.slash(f"away until 3 Dec cover <@{COVER}>", OWNER)
    await stage.slash("back", OWNER)

    log = (await stage.slash("audit", ADMIN))["text"]

    assert f"`{OWNER}` went away" in log
    assert f"`{OWNER}` came back" in log
