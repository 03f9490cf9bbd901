"""The playground as a process of its own, in a folder of its own."""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

_PATIENCE_SECONDS = 15


@dataclass
class Playground:
    """``finops-bot playground``; it keeps its port when it is started again."""

    folder: Path
    cache: Path
    port: int = 0
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        (self.folder / "var").mkdir(parents=True, exist_ok=True)
        if not (self.folder / "var/cache").exists():  # learning anew would take seconds
            self.cache.mkdir(parents=True, exist_ok=True)
            (self.folder / "var/cache").symlink_to(self.cache)
        with (self.folder / "log").open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "playground", "--port", str(self.port or 4000)],
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.port = int(self._announced().rpartition(":")[2])

    def stop(self) -> None:
        """End it as Ctrl+C does."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_PATIENCE_SECONDS)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    @property
    def log(self) -> str:
        """What it said on stderr."""
        return (self.folder / "log").read_text(encoding="utf-8")

    def _announced(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        assert "http://" in line, self.log
        return line
