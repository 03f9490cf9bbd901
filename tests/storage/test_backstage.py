"""Groups and users of a Backstage catalogue are teams with parents and members."""

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.storage.backstage import read_backstage
from bot.teams.transfer_rows import BadRow, FileRow, Place

GROUPS = """\
apiVersion: backstage.io/v1alpha1
kind: Group
metadata:
  name: commerce
spec:
  type: department
  profile: {displayName: Commerce}
  children: [group:default/payments, cards]
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: payments, title: Payments Squad}
spec:
  parent: Group:Default/Commerce
  children: []
  members: [diego, user:default/leila, user:nobody]
---
kind: Component
metadata: {name: payments}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: cards}
spec: {children: []}
"""
USERS = """\
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: diego}
spec:
  profile: {displayName: Diego, email: Diego@Example.com}
  memberOf: [payments, group:cards]
---
kind: User
metadata: {name: nobody}
---
kind: User
metadata: {name: Leila}
spec: {profile: {email: leila@example.com}, memberOf: commerce}
"""


def written(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        path = folder / "catalogue" / name / "catalog-info.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder / "catalogue"


def test_a_folder_of_entities_is_teams_with_parents_aliases_and_members(tmp_path: Path) -> None:
    found = read_backstage(written(tmp_path, groups=GROUPS, users=USERS))

    file = "groups/catalog-info.yaml"
    assert list(found.rows) == [
        FileRow(Place(file, 1), "Commerce", aliases=("commerce",), members=("leila@example.com",)),
        FileRow(
            Place(file, 10),
            "Payments Squad",
            parent="Commerce",
            aliases=("payments",),
            members=("diego@example.com", "leila@example.com"),
        ),
        FileRow(Place(file, 21), "cards", parent="Commerce", aliases=("cards",), members=("diego@example.com",)),
    ]
    assert found.notes == (f"{file}:10: the user nobody of Payments Squad has no e-mail address; left out",)


def test_one_file_is_enough_and_a_parent_outside_is_called_by_its_reference(tmp_path: Path) -> None:
    path = written(tmp_path, one="kind: Group\nmetadata: {name: x, namespace: eu}\nspec: {parent: Y}\n")

    (row,) = read_backstage(path / "one" / "catalog-info.yaml").rows

    assert row == FileRow(Place("catalog-info.yaml", 1), "x", parent="y", aliases=("x",))


def test_entities_of_other_kinds_and_other_programs_are_left_out(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        other="apiVersion: example.com/v1\nkind: Group\nmetadata: {name: x}\n",
        empty="",
        text="just text",
        list_="- kind: Group\n",
    )

    assert list(read_backstage(path).rows) == []


def test_a_template_that_is_no_yaml_yet_is_only_noted(tmp_path: Path) -> None:
    found = read_backstage(written(tmp_path, template="name: ${{ values.name }}\n{% if x %}\n", groups=GROUPS))

    assert len(list(found.rows)) == 3
    assert found.notes[0].startswith("template/catalog-info.yaml:")
    assert found.notes[0].endswith("; left out, as it holds no group or user")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("kind: Group\nmetadata: {name: [}\n", "bad/catalog-info.yaml:2: is no YAML: "),
        ("---\nkind: User\nspec: {}\n", "bad/catalog-info.yaml:2: a User has no metadata.name"),
        (
            GROUPS[: GROUPS.index("---")],
            "groups/catalog-info.yaml:1: the group commerce is already in bad/catalog-info",
        ),
    ],
)
def test_a_group_or_user_that_cannot_be_read_is_a_bad_row(tmp_path: Path, content: str, problem: str) -> None:
    found = read_backstage(written(tmp_path, bad=content, groups=GROUPS))

    (bad,) = [row for row in found.rows if isinstance(row, BadRow)]
    assert str(bad).startswith(problem)


def test_a_folder_without_yaml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"holds no \.yaml file"):
        read_backstage(tmp_path)
