"""An honest estimate: learn from all author passes but one, and route that one.

    python benchmarks/hold_out.py [PASS …]

Rows that one author wrote are alike, so random rows held out flatter; whole passes do not. A language has one
pass, and without it nothing of the language is known: of such a pass every fifth example is held out instead,
and the figure is kinder than the others.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.knowledge.evaluation import LabelledQuestion, Report, evaluate
from bot.knowledge.linear import UNRELATED
from bot.knowledge.model import Catalogue, Example
from bot.knowledge.routing import Policy, Router
from bot.knowledge.training import lessons_of, train
from bot.storage.knowledge_files import read_catalogue
from bot.storage.knowledge_paths import config_folder

FOLD = 5


@dataclass(frozen=True)
class Split:
    """What is learnt from, and what is asked."""

    catalogue: Catalogue
    held: tuple[LabelledQuestion, ...]


def main() -> None:
    """Print a line per pass."""
    catalogue = read_catalogue(config_folder())
    passes = sorted({one.author_pass for _, one in _examples(catalogue)})
    print(
        "| Pass held out | questions | accepted | in first three | missed | nobody's refused |\n"
        + "|---" * 6
        + "|"
    )
    for name in sys.argv[1:] or passes:
        split = _split(catalogue, name)
        router = Router(split.catalogue, train(lessons_of(split.catalogue)), Policy())
        print(_line(name, evaluate(split.held, router.route)), flush=True)


def _line(name: str, report: Report) -> str:
    return (
        f"| {name} | {report.questions} | {report.accepted:.1%} | {report.in_first_three:.1%}"
        f" | {report.missed:.1%} | {report.refused:.1%} |"
    )


def _split(catalogue: Catalogue, name: str) -> Split:
    chosen = [(key, one) for key, one in _examples(catalogue) if one.author_pass == name]
    if name.startswith("lang-"):
        chosen = chosen[::FOLD]
    gone = {one.text for _, one in chosen}
    kept = replace(
        catalogue,
        personas=tuple(
            replace(
                persona,
                responsibilities=tuple(
                    replace(one, examples=tuple(example for example in one.examples if example.text not in gone))
                    for one in persona.responsibilities
                ),
            )
            for persona in catalogue.personas
        ),
        unrelated=tuple(one for one in catalogue.unrelated if one.text not in gone),
    )
    held = (LabelledQuestion(str(number), one.text, key, frozenset()) for number, (key, one) in enumerate(chosen))
    return Split(kept, tuple(held))


def _examples(catalogue: Catalogue) -> Iterator[tuple[str, Example]]:
    for one in catalogue.responsibilities():
        yield from ((one.persona_key, example) for example in one.examples)
    yield from ((UNRELATED, example) for example in catalogue.unrelated)


if __name__ == "__main__":
    main()
