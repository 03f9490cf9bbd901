"""The knowledge as it is used, on disk: catalogue and trained models, read back in milliseconds.

A file is named after the content it was made from, holds arrays and JSON only (nothing that could run code when
it is read), and is replaced in one step. It is a copy: without it everything is made again in seconds.
"""

import dataclasses
import hashlib
import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import structlog

import bot.knowledge
from bot.knowledge.features import Vocabulary
from bot.knowledge.linear import LinearHead, RoutingModel
from bot.knowledge.model import Catalogue, Example, Persona, Product, Responsibility, Source

_log = structlog.get_logger(__name__)
_CODE: Final = (
    "catalogue.py",
    "courtesy.py",
    "documents.py",
    "features.py",
    "linear.py",
    "model.py",
    "text.py",
    "training.py",
)
_EXAMPLE_FIELDS: Final = {field.name for field in dataclasses.fields(Example)}
_PERSONA_HEAD: Final = "/persona"
_RELATION_HEAD: Final = "/relation"


@dataclass(frozen=True, slots=True)
class Compiled:
    """What routing needs: the catalogue, and what was learnt from it."""

    catalogue: Catalogue
    model: RoutingModel


def content_key(files: Iterable[Path]) -> str:
    """Return a key that changes with the content of ``files``, with the code that learns, and with this format."""
    digest = hashlib.sha256()
    code = Path(bot.knowledge.__file__).parent
    for path in [*sorted(files), *(code / name for name in _CODE), Path(__file__)]:
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.parent.name}/{path.name}:{len(content)}:".encode() + content)
    return digest.hexdigest()[:32]


def load_compiled(path: Path) -> Compiled | None:
    """Return what is kept in ``path``; none if there is no such file, or it is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return _unpacked(kept)
    except FileNotFoundError:
        return None
    except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile) as error:
        _log.warning("compiled_knowledge_damaged", path=str(path), error=str(error))
        return None


def save_compiled(compiled: Compiled, path: Path) -> None:
    """Keep ``compiled`` in ``path`` and drop what was compiled from other knowledge.

    Where the folder cannot be written, only a warning is logged.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
            np.savez(file, allow_pickle=False, **_packed(compiled))
        Path(file.name).replace(path)
        for outdated in set(path.parent.glob("knowledge-*.npz")) - {path}:
            outdated.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("compiled_knowledge_not_kept", path=str(path), error=str(error))


def _packed(compiled: Compiled) -> dict[str, np.ndarray]:
    model = compiled.model
    heads = {
        _PERSONA_HEAD: model.persona_head,
        _RELATION_HEAD: model.relation_head,
        **model.responsibility_heads,
    }
    return {
        "catalogue": _bytes(json.dumps(dataclasses.asdict(compiled.catalogue, dict_factory=_compact))),
        "heads": _bytes(json.dumps({name: [head.start, head.classes] for name, head in heads.items()})),
        "own_words": _bytes(json.dumps(model.own_words)),
        "vocabulary": _bytes("\n".join(model.vocabulary.names)),
        "rarity": model.vocabulary.rarity,
        "weights": model.weights,
        "intercept": model.intercept,
    }


def _unpacked(kept: Mapping[str, np.ndarray]) -> Compiled:
    heads = {
        name: LinearHead(tuple(classes), start)
        for name, (start, classes) in json.loads(_text(kept["heads"])).items()
    }
    vocabulary = Vocabulary(_text(kept["vocabulary"]).split("\n"), kept["rarity"])
    model = RoutingModel(
        vocabulary,
        kept["weights"],
        kept["intercept"],
        heads.pop(_PERSONA_HEAD),
        heads.pop(_RELATION_HEAD),
        heads,
        json.loads(_text(kept["own_words"])),
    )
    return Compiled(_catalogue(json.loads(_text(kept["catalogue"]))), model)


def _compact(fields: list[tuple[str, Any]]) -> dict[str, Any] | list[Any]:
    """Keep an example as a list of its values: there are thousands, and field names would double the file."""
    named = dict(fields)
    return list(named.values()) if named.keys() == _EXAMPLE_FIELDS else named


def _catalogue(kept: Mapping[str, Any]) -> Catalogue:
    personas = tuple(
        Persona(
            **{
                **persona,
                "source": Source(**persona["source"]) if persona["source"] else None,
                "aliases": tuple(persona["aliases"]),
                "responsibilities": tuple(map(_responsibility, persona["responsibilities"])),
            }
        )
        for persona in kept["personas"]
    )
    return Catalogue(
        personas,
        tuple(Example(*one) for one in kept["unrelated"]),
        tuple(Product(**one) for one in kept["products"]),
    )


def _responsibility(kept: Mapping[str, Any]) -> Responsibility:
    examples = tuple(Example(*one) for one in kept["examples"])
    return Responsibility(**{**kept, "phrases": tuple(kept["phrases"]), "examples": examples})


def _bytes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)


def _text(array: np.ndarray) -> str:
    return array.tobytes().decode()
