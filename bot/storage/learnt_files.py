"""Approved examples, written into a company's own knowledge folder."""

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import yaml

from bot.errors import ConfigurationError
from bot.knowledge.linear import UNRELATED
from bot.questions.learning import Proposal

AUTHOR: Final = "learnt"
"""The author pass of everything that was learnt from use."""


def add_learnt(proposals: Iterable[Proposal], own_folder: Path) -> None:
    """Add approved examples to ``examples/learnt/`` in the company's own folder, beside what is there.

    Raises:
        ConfigurationError: the folder cannot be written, or a file in it is broken.
    """
    by_persona: dict[str, list[Proposal]] = defaultdict(list)
    for proposal in proposals:
        by_persona[proposal.persona_key].append(proposal)
    try:
        for key, some in sorted(by_persona.items()):
            name = "unrelated.yaml" if key == UNRELATED else f"{key}.yaml"
            path = own_folder / "examples" / AUTHOR / name
            path.parent.mkdir(parents=True, exist_ok=True)
            content = yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}
            new = path.with_suffix(".tmp")
            new.write_text(_text(key, content, some), "utf-8")
            new.replace(path)
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{own_folder}: what was learnt cannot be written: {error}") from error


def _text(key: str, content: dict[str, Any], proposals: Iterable[Proposal]) -> str:
    # JSON strings are YAML strings, on one line each, whatever they hold.
    if key == UNRELATED:
        texts = [*content.get("examples", ()), *(one.text for one in proposals)]
        return "examples:\n" + "".join(f"  - {json.dumps(text, ensure_ascii=False)}\n" for text in texts)
    titles: dict[str, list[str]] = {title: list(some) for title, some in content.get("examples", {}).items()}
    for one in proposals:
        titles.setdefault(one.title, []).append(one.text)
    lines = [f"persona: {key}\nexamples:\n"]
    for title, texts in sorted(titles.items()):
        lines.append(f"  {json.dumps(title, ensure_ascii=False)}:\n")
        lines += [f"    - {json.dumps(text, ensure_ascii=False)}\n" for text in texts]
    return "".join(lines)
