"""A Backstage catalogue, in: ``Group`` and ``User`` entities as teams with parents and members.

https://backstage.io/docs/features/software-catalog/descriptor-format
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.errors import ConfigurationError
from bot.storage.ownership_files import OwnershipRows
from bot.storage.ownership_text import FileText, read_text
from bot.storage.yaml_lines import Lined, YamlReader
from bot.teams.transfer_rows import BadRow, FileRow, Place

_API: Final = "backstage.io/"
_MAX_SHOWN: Final = 60
_IS_OURS: Final = re.compile(r"""^\s*["']?kind["']?\s*:\s*["']?(?:Group|User)\b""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Group:
    """A ``Group``; references are ``namespace/name`` in lower case."""

    place: Place
    ref: str
    name: str
    alias: str
    parent: str | None
    children: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(slots=True)
class _Catalogue:
    """What was found of groups and users so far."""

    groups: dict[str, _Group] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    problems: list[BadRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_backstage(path: Path) -> OwnershipRows:
    """Return the groups of a catalogue file, or of every ``.yaml`` and ``.yml`` file below a folder, as teams.

    Entities of other kinds are left out, and so are files that are no YAML and hold no group or user.

    Raises:
        ConfigurationError: a file cannot be read, or there is none.
    """
    files = sorted(one for one in path.rglob("*") if one.suffix.lower() in {".yaml", ".yml"} and one.is_file())
    if not path.is_dir():
        files = [path]
    if not files:
        raise ConfigurationError(f"{path}: holds no .yaml file")
    found = _Catalogue()
    for one in files:
        text = read_text(one)
        name = one.relative_to(path).as_posix() if path.is_dir() else one.name
        found.notes += text.notes
        _read(FileText(name, text.text), found)
    rows = [*found.problems, *_rows(found)]
    return OwnershipRows(iter(rows), len(rows), tuple(found.notes))


def _read(file: FileText, found: _Catalogue) -> None:
    try:
        for document in YamlReader(file.name, file.text).documents():
            _take(file.name, document, found)
    except ConfigurationError as error:
        # Catalogues stand beside templates that are YAML only when they are filled in.
        place, _, message = str(error).removeprefix(f"{file.name}:").partition(": ")
        if _IS_OURS.search(file.text):
            found.problems.append(BadRow(Place(file.name, int(place)), message))
        else:
            found.notes.append(f"{error}; left out, as it holds no group or user")


def _take(file_name: str, document: Lined, found: _Catalogue) -> None:
    kind, place = _text(document, "kind"), Place(file_name, document.line)
    is_backstage = (_text(document, "apiVersion") or _API).startswith(_API)
    if kind not in {"Group", "User"} or not is_backstage:
        return
    name, namespace = _text(document, "metadata", "name"), _text(document, "metadata", "namespace") or "default"
    ref = f"{namespace}/{name}".lower()
    if not name:
        found.problems.append(BadRow(place, f"a {kind} has no metadata.name"))
    elif kind == "User":
        _take_user(ref, namespace, document, found)
    elif ref in found.groups:
        found.problems.append(BadRow(place, f"the group {name} is already in {found.groups[ref].place}"))
    else:
        found.groups[ref] = _group(place, name, namespace, document)


def _take_user(ref: str, namespace: str, document: Lined, found: _Catalogue) -> None:
    email = _text(document, "spec", "profile", "email")
    if email:
        found.emails[ref] = email.lower()
    for group in _refs(document, "memberOf", namespace):
        found.members[group].append(ref)


def _group(place: Place, name: str, namespace: str, document: Lined) -> _Group:
    title = _text(document, "spec", "profile", "displayName") or _text(document, "metadata", "title")
    return _Group(
        place=place,
        ref=f"{namespace}/{name}".lower(),
        name=title or name,
        alias=name,
        parent=next(iter(_refs(document, "parent", namespace)), None),
        children=_refs(document, "children", namespace),
        members=_refs(document, "members", namespace),
    )


def _rows(found: _Catalogue) -> Iterator[FileRow | BadRow]:
    """Yield one row for each group."""
    parents = {child: group.ref for group in found.groups.values() for child in group.children}
    for group in found.groups.values():
        parent = group.parent or parents.get(group.ref)
        above = found.groups.get(parent) if parent else None
        members = dict.fromkeys([*group.members, *found.members.get(group.ref, ())])
        emails = tuple(_emails(group, members, found))
        yield FileRow(
            group.place,
            group.name,
            parent=above.name if above else _name_in(parent),
            aliases=(group.alias,),
            members=emails or None,
        )


def _emails(group: _Group, members: Iterable[str], found: _Catalogue) -> Iterator[str]:
    for member in members:
        if member in found.emails:
            yield found.emails[member]
        else:
            found.notes.append(
                f"{group.place}: the user {_name_in(member)} of {group.name} has no e-mail address; left out"
            )


def _name_in(ref: str | None) -> str | None:
    return ref.rpartition("/")[2] if ref else None


def _refs(document: Lined, part: str, namespace: str) -> tuple[str, ...]:
    """Return what a part of the ``spec`` refers to: ``group:default/x``, ``default/x`` or ``x``, one or a list."""
    field_ = _at(document, "spec", part)
    if field_ is None or field_.value is None:
        return ()
    items: Sequence[Lined] = field_.value if isinstance(field_.value, list) else [field_]
    written = [item.value.strip().lower().rpartition(":")[2] for item in items if isinstance(item.value, str)]
    return tuple(one if "/" in one else f"{namespace}/{one}".lower() for one in written if one)


def _text(document: Lined, *path: str) -> str:
    value = found.value if (found := _at(document, *path)) else None
    return value.strip() if isinstance(value, str) else ""


def _at(document: Lined, *path: str) -> Lined | None:
    step: Lined | None = document
    for key in path:
        value: object = step.value if step else None
        step = value.get(key) if isinstance(value, Mapping) else None
    return step
