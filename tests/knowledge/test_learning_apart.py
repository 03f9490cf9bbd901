"""A process that lives long has what training needs done, and taken away again, by another one."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path
from bot.bootstrap import build_router

if __name__ == "__main__":
    router = build_router(cache_folder=Path("cache"), learn_apart=True)
    best = router.route("who signs off the savings plan").matches[0]
    print(bool(best.persona.key), "sklearn" in sys.modules, len(list(Path("cache").glob("*.npz"))))
"""


def test_what_was_learnt_apart_is_used_and_the_trainer_was_never_here(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, "utf-8")
    found = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )

    assert (found.stdout, found.stderr) == ("True False 1\n", "")
