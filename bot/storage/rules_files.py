"""Small YAML files of rules: a company's own one takes the place of the built-in one."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from bot.errors import ConfigurationError

_Shape = TypeVar("_Shape", bound=BaseModel)


def rules_path(name: str, folder: Path, own_folder: Path | None) -> Path:
    """Return where the rules are read from."""
    own = own_folder / name if own_folder else None
    return own if own is not None and own.is_file() else folder / name


def read_rules(name: str, folder: Path, own_folder: Path | None, shape: type[_Shape]) -> _Shape:
    """Return the rules of the file ``name`` in a company's own folder, or in ``folder`` where it has none.

    Raises:
        ConfigurationError: the file is broken; with every problem.
    """
    path = rules_path(name, folder, own_folder)
    try:
        return shape.model_validate(yaml.safe_load(path.read_text("utf-8")) or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from error
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False))
        raise ConfigurationError(f"{path}: {'; '.join(problems)}") from None
