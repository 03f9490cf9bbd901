"""Who may import whom is a contract, kept in ``pyproject.toml``; importing anything does nothing else."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_import_rules_hold() -> None:
    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stdout


def test_importing_the_package_reads_no_setting_and_writes_nothing(tmp_path: Path) -> None:
    code = "import bot.app, bot.cli, bot.bootstrap, bot.playground.slack"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"DATABASE_URL": "nonsense", "SLACK_BOT_TOKEN": "nonsense"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
