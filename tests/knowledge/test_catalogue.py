"""Knowledge files become a catalogue, or a list of everything that is wrong with them."""

import random
from pathlib import Path

import pytest
import yaml

from bot.errors import KnowledgeError
from bot.knowledge.model import Catalogue
from bot.storage.knowledge_files import read_catalogue

SOURCE = {
    "title": "FinOps Personas",
    "owner": "FinOps Foundation",
    "year": 2024,
    "url": "https://www.finops.org/",
    "licence": "CC BY 4.0",
    "changes": "ours",
}


def a_file(key: str, *examples: str, **changes: object) -> dict[str, object]:
    responsibility = {"title": "Budgeting", "summary": "s", "phrases": ["a phrase"], "examples": list(examples)}
    return {
        "key": key,
        "name": key.title(),
        "group": "core",
        "summary": "s",
        "source": SOURCE,
        "responsibilities": [responsibility],
        **changes,
    }


def write(folder: Path, files: dict[str, object]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False)
        path.write_text(text, "utf-8")
    return folder


def a_folder(tmp_path: Path, **more: object) -> Path:
    files: dict[str, object] = {
        "personas/practitioner.yaml": a_file("practitioner", "tag coverage is low"),
        "personas/finance.yaml": a_file("finance", "book the accrual"),
        "unrelated.yaml": {"summary": "s", "examples": ["who brings cake"]},
    }
    return write(tmp_path, files | {name.replace("__", "/") + ".yaml": content for name, content in more.items()})


def problems_of(folder: Path) -> tuple[str, ...]:
    with pytest.raises(KnowledgeError) as caught:
        read_catalogue(folder)
    return caught.value.problems


def test_files_become_a_catalogue(tmp_path: Path) -> None:
    catalogue = read_catalogue(a_folder(tmp_path))

    assert [persona.key for persona in catalogue.personas] == ["finance", "practitioner"]
    assert [one.text for one in catalogue.unrelated] == ["who brings cake"]
    (attribution,) = catalogue.attributions()
    assert attribution.startswith("FinOps Personas, © 2024 FinOps Foundation, CC BY 4.0")


def test_examples_of_an_author_pass_are_added_with_its_name(tmp_path: Path) -> None:
    added = {"persona": "finance", "examples": {"Budgeting": ["who trued up the forecast"]}}

    catalogue = read_catalogue(a_folder(tmp_path, examples__short__finance=added))

    examples = catalogue.persona("finance").responsibilities[0].examples
    assert [(one.text, one.author_pass) for one in examples] == [
        ("book the accrual", "base"),
        ("who trued up the forecast", "short"),
    ]


def test_every_problem_of_every_file_is_reported_at_once_with_its_line(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path,
        personas__leadership=a_file("leadership", group="chore", extra=1),
        personas__product="key: product\nname: [unclosed\n",
    )

    problems = problems_of(folder)

    assert any(
        one.startswith("personas/leadership.yaml:3: group: Input should be 'core' or 'allied'") for one in problems
    )
    assert any("extra: Extra inputs are not permitted" in one for one in problems)
    assert any(one.startswith("personas/product.yaml:3: not valid YAML") for one in problems)


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"personas__copy": a_file("finance", "x y")}, "persona 'finance' is already in personas/copy.yaml"),
        ({"personas__product": a_file("product", "Book the accrual!")}, "is already in personas/finance.yaml"),
        ({"personas__product": a_file("product", ":wave:")}, "has no words"),
        (
            {"examples__one__finance": {"persona": "finance", "examples": {"Nonsense": ["a b"]}}},
            "persona 'finance' has no responsibility 'Nonsense'",
        ),
        (
            {"personas__practitioner": a_file("other", "a b")},
            "'practitioner', the fallback of every gap, is missing",
        ),
        (
            {
                "personas__product": a_file(
                    "product",
                    responsibilities=[{"title": "Same", "summary": "s"}, {"title": "Same", "summary": "s"}],
                )
            },
            "the title 'Same' is there twice",
        ),
    ],
)
def test_what_does_not_fit_together_is_reported(tmp_path: Path, files: dict[str, object], problem: str) -> None:
    assert any(problem in one for one in problems_of(a_folder(tmp_path, **files)))


def test_a_missing_and_an_unreadable_file_are_reported(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "unrelated.yaml").unlink()
    (folder / "personas/product.yaml").write_bytes(b"key: \xff\n")

    problems = problems_of(folder)

    assert any(one.startswith("unrelated.yaml:1: cannot be read") for one in problems)
    assert any(one.startswith("personas/product.yaml:1: cannot be read") for one in problems)


def test_an_empty_file_is_reported(tmp_path: Path) -> None:
    assert any(
        one.startswith("personas/product.yaml:1:") for one in problems_of(a_folder(tmp_path, personas__product=""))
    )


def test_the_built_in_knowledge_is_complete(catalogue: Catalogue) -> None:
    counts = {persona.key: len(persona.responsibilities) for persona in catalogue.personas}

    assert counts == {
        "practitioner": 8,
        "leadership": 5,
        "product": 5,
        "engineering": 7,
        "finance": 5,
        "procurement": 6,
        "itsm": 7,
        "itam": 6,
        "sustainability": 6,
        "security": 6,
        "itfm": 8,
    }
    assert all(len(one.examples) >= 20 and one.phrases for one in catalogue.responsibilities())
    assert all(persona.source for persona in catalogue.personas)
    assert all("CC BY 4.0" in attribution for attribution in catalogue.attributions())


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    first = a_folder(tmp_path / "a")
    shuffled = tmp_path / "b"
    names = [path.relative_to(first) for path in first.rglob("*.yaml")]
    random.Random(7).shuffle(names)
    for name in names:
        (shuffled / name).parent.mkdir(parents=True, exist_ok=True)
        (shuffled / name).write_text((first / name).read_text())

    assert read_catalogue(first) == read_catalogue(shuffled)
