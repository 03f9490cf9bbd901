"""Where the knowledge files are; apart from reading them, because finding them must not import the parser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PACKAGED: Final = Path(__file__).parents[1] / "config"
_CHECKED_OUT: Final = Path(__file__).parents[2] / "config"


def config_folder() -> Path:
    """Return the folder of the built-in knowledge: in the installed package, or beside it in a checkout."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKED_OUT


def knowledge_files(folder: Path) -> Iterator[Path]:
    """Yield the files that knowledge is read from; ``unrelated.yaml`` even where it is missing."""
    yield from _persona_and_example_files(folder)
    yield folder / "unrelated.yaml"


def own_knowledge_files(folder: Path) -> tuple[Path, ...]:
    """Return the knowledge files of a company's own folder; none of them has to be there."""
    names = (folder / "unrelated.yaml", folder / "products.yaml")
    return (*_persona_and_example_files(folder), *(path for path in names if path.is_file()))


def _persona_and_example_files(folder: Path) -> Iterator[Path]:
    yield from sorted((folder / "personas").glob("*.yaml"))
    yield from sorted((folder / "examples").glob("*/*.yaml"))
