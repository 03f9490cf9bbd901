"""The text of a file that somebody else wrote: whatever program saved it, however large it is."""

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.errors import ConfigurationError

MAX_BYTES: Final = 200_000_000
"""Larger files are taken for a mistake."""

_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class FileText:
    """What a file says, with one kind of line end; ``note`` tells what had to be guessed."""

    name: str
    text: str
    note: str | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """The note, if there is one."""
        return (self.note,) if self.note else ()


def read_text(path: Path) -> FileText:
    """Return the text of a file in UTF-8, UTF-16 with a mark, or else Latin-1.

    Raises:
        ConfigurationError: it cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(content) > MAX_BYTES:
        raise ConfigurationError(f"{path}: is larger than {MAX_BYTES // 1_000_000} MB: split it")
    text, is_guessed = _decoded(content)
    note = f"{path.name}: is not UTF-8, so it was read as Latin-1" if is_guessed else None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return FileText(path.name, text, note)


def _decoded(content: bytes) -> tuple[str, bool]:
    """Return the text, and whether its encoding was guessed."""
    try:
        return content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig"), False
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), True  # what Windows calls Latin-1
    except UnicodeDecodeError:
        return content.decode("latin-1"), True
