"""A company's own words change what the bot knows, and broken ones never take it down."""

from pathlib import Path

import pytest
import structlog.testing

from bot.bootstrap import build_router
from bot.errors import KnowledgeError
from bot.knowledge.glossary import Glossary
from bot.knowledge.model import Catalogue, Confident, Product
from bot.knowledge.review import find_conflicts
from bot.knowledge.routing import Policy, Router
from bot.knowledge.text import tokens
from bot.knowledge.training import lessons_of, train
from bot.storage.compiled import Compiled, content_key, save_compiled
from bot.storage.knowledge_files import read_catalogue
from bot.storage.knowledge_paths import config_folder, knowledge_files
from tests.builders import a_catalogue
from tests.knowledge.test_catalogue import a_folder, write

QUANTUM = {
    "key": "quantum",
    "name": "Quantum Lab",
    "summary": "Runs our quantum credits.",
    "responsibilities": [
        {
            "title": "Quantum Credits",
            "summary": "Credits for quantum processors.",
            "examples": [
                "how many qpu shots do we have left on braket this month",
                "ionq job queue burned our quantum credits again",
                "who decides which team gets the rigetti slots",
                "can i get another 10k shots for the annealing experiment",
                "our qpu reservation on monday went unused",
                "the qubit simulator on braket cost more than the real device",
                "please top up the quantum wallet before the demo",
                "why was the trapped ion run billed twice",
                "need access to the dwave annealer for two weeks",
                "shots quota for the chemistry notebook is gone",
            ],
        }
    ],
}
OWN = {
    "personas/quantum.yaml": QUANTUM,
    "personas/procurement.yaml": {"key": "procurement", "name": "Deal Desk", "aliases": ["deal desk"]},
    "personas/itfm.yaml": {"key": "itfm", "enabled": False},
    "products.yaml": {"products": {"Orion": "snowflake data warehouse contract"}},
}


@pytest.fixture(scope="module", name="own")
def an_own_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return read_catalogue(config_folder(), write(tmp_path_factory.mktemp("own"), dict(OWN)))


@pytest.fixture(scope="module", name="own_router")
def an_own_router(own: Catalogue) -> Router:
    return Router(own, train(lessons_of(own)), Policy())


def test_personas_are_renamed_added_and_switched_off(own: Catalogue) -> None:
    keys = {persona.key for persona in own.personas}

    assert own.persona("procurement").name == "Deal Desk"
    assert "quantum" in keys
    assert "itfm" not in keys
    assert len(own.attributions()) == 1


@pytest.mark.parametrize(
    ("question", "persona"),
    [
        ("the annealer shots for my notebook ran out, who can help", "quantum"),
        ("who deals with the qpu credits", "quantum"),
        ("can the deal desk look at this quote", "procurement"),
        ("orion runs out in june, who talks to them", "procurement"),
        ("the savings plan on ec2 runs out, who renews it", "practitioner"),
        ("someone is mining crypto in the sandbox account", "security"),
    ],
)
def test_ten_examples_an_alias_or_a_product_are_enough_and_hurt_nothing(
    own_router: Router, question: str, persona: str
) -> None:
    routing = own_router.route(question)

    assert isinstance(routing, Confident)
    assert routing.best.persona.key == persona


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            {"personas/new.yaml": {"key": "new", "name": "New"}},
            "personas/new.yaml:1: 'new' is not a built-in persona",
        ),
        ({"personas/off.yaml": {"key": "nobody", "enabled": False}}, "there is no persona 'nobody' to switch off"),
        ({"personas/off.yaml": {"key": "finance", "enabled": False}}, "'finance' is a core persona and cannot be"),
        (
            {
                "personas/x.yaml": {
                    "key": "finance",
                    "responsibilities": [{"title": "New", "examples": ["some thing"]}],
                }
            },
            "the responsibility 'New' has no summary",
        ),
        ({"products.yaml": {"products": ["Orion"]}}, "products.yaml:2: products: Input should be a valid"),
        ({"notes.txt": "nothing"}, "holds no personas/, examples/, unrelated.yaml or products.yaml"),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(tmp_path: Path, files: dict[str, object], problem: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        read_catalogue(a_folder(tmp_path / "base"), write(tmp_path / "own", files))

    assert any(problem in one for one in caught.value.problems)


def test_a_broken_folder_is_said_loudly_and_the_bot_starts_without_it(tmp_path: Path, router: Router) -> None:
    own_folder = write(tmp_path / "own", {"personas/bad.yaml": "key: ["})
    key = content_key(knowledge_files(config_folder()))
    save_compiled(Compiled(router.catalogue, router.model), tmp_path / "cache" / f"knowledge-{key}.npz")

    with structlog.testing.capture_logs() as logs:
        started = build_router(own_folder, tmp_path / "cache")

    assert started.catalogue == router.catalogue
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("own_knowledge_ignored", "error")]
    assert "personas/bad.yaml:2: not valid YAML" in logs[0]["problems"][0]


def test_an_empty_folder_is_a_warning_and_changes_nothing(tmp_path: Path, router: Router) -> None:
    key = content_key(knowledge_files(config_folder()))
    save_compiled(Compiled(router.catalogue, router.model), tmp_path / f"knowledge-{key}.npz")

    with structlog.testing.capture_logs() as logs:
        started = build_router(tmp_path / "nothing", tmp_path)

    assert started.catalogue == router.catalogue
    assert [entry["event"] for entry in logs] == ["own_knowledge_empty"]


def test_own_examples_that_repeat_somebody_elses_are_found(tmp_path: Path) -> None:
    own_folder = write(
        tmp_path / "own",
        {
            "examples/ours/practitioner.yaml": {
                "persona": "practitioner",
                "examples": {"Budgeting": ["book that accrual"]},
            }
        },
    )

    conflicts = list(find_conflicts(read_catalogue(a_folder(tmp_path / "base"), own_folder)))

    assert [(one.own_owner, one.other_owner, one.other_text) for one in conflicts] == [
        ("practitioner", "finance", "book the accrual")
    ]


def test_a_products_meaning_is_read_behind_its_name() -> None:
    products = (Product("Orion", "data warehouse"), Product("Orion Mobile", "phone contract"))
    glossary = Glossary.of(Catalogue(a_catalogue().personas, (), products))

    explained = glossary.explained(tokens("Is ORION mobile slow, or orion?"))

    assert [token.folded for token in explained] == [
        "is", "orion", "mobile", "phone", "contract", "slow", "or", "orion", "data", "warehouse",
    ]  # fmt: skip
    assert explained[3].written == "ORION mobile"
