"""The knowledge files: YAML in ``config/``, read into plain values with the line each one stands on."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from bot.errors import KnowledgeError
from bot.knowledge.catalogue import build_catalogue
from bot.knowledge.documents import Document
from bot.knowledge.model import Catalogue
from bot.storage.knowledge_paths import knowledge_files, own_knowledge_files


def read_catalogue(folder: Path, own_folder: Path | None = None) -> Catalogue:
    """Return the catalogue that the files in ``folder`` describe, changed by those in a company's own folder.

    Raises:
        KnowledgeError: every problem of every file, with its line.
    """
    problems: list[str] = []
    documents = [_read(path, folder, problems) for path in knowledge_files(folder)]
    if own_folder is not None:
        own = [_read(path, own_folder, problems) for path in own_knowledge_files(own_folder)]
        documents += [replace(document, is_own=True) for document in own if document]
        if not own:
            problems.append(f"{own_folder}: holds no personas/, examples/, unrelated.yaml or products.yaml")
    catalogue, found = build_catalogue([document for document in documents if document])
    if problems or found or catalogue is None:
        raise KnowledgeError([*problems, *found])
    return catalogue


def _read(path: Path, folder: Path, problems: list[str]) -> Document | None:
    name = path.relative_to(folder).as_posix()
    try:
        node = yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problems.append(f"{name}:{line}: not valid YAML: {error.problem}")
        return None
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{name}:1: cannot be read: {error}")
        return None
    lines: dict[tuple[str | int, ...], int] = {}
    return Document(name, _value(node, (), lines), lines)


def _value(node: yaml.Node | None, path: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int]) -> Any:  # noqa: ANN401 (whatever a file holds)
    """Return the plain value of a YAML node and note the line of everything in it."""
    if node is None:
        return None
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _value(value, (*path, str(key.value)), lines) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_value(value, (*path, index), lines) for index, value in enumerate(node.value)]
    # Everything in these files is text but for the year, which the schema converts.
    return node.value
