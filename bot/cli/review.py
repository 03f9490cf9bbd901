"""``finops-bot check`` and ``learn``: what changes to the knowledge would do, before they are taken."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.cli.local import open_desk, ready_router
from bot.errors import ConfigurationError
from bot.knowledge.evaluation import LabelledQuestion, Report, evaluate
from bot.knowledge.review import find_conflicts
from bot.knowledge.routing import Policy, Router
from bot.logs import configure_logging
from bot.questions.learning import Correction, Proposal, as_labelled, propose
from bot.settings import Settings, read_settings
from bot.storage.knowledge_files import read_catalogue
from bot.storage.knowledge_paths import config_folder
from bot.storage.labelled_questions import read_labelled_questions
from bot.storage.learnt_files import add_learnt


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of the knowledge does to one set of questions."""

    name: str
    before: Report
    after: Report

    def __str__(self) -> str:
        return (
            f"{self.name} ({self.before.questions} questions): accepted {self.before.accepted:.1%} → "
            f"{self.after.accepted:.1%}, nobody's recognised {self.before.refused:.1%} → {self.after.refused:.1%}"
        )


def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Your own knowledge folder; FINOPS_KNOWLEDGE without it.")
    ] = None,
) -> None:
    """Check the knowledge files: every problem with its file and line, and what your own examples change."""
    from bot.knowledge.training import lessons_of, train

    settings = read_settings()
    configure_logging(settings)
    own_folder = folder or settings.finops_knowledge
    catalogue = read_catalogue(config_folder(), own_folder)
    responsibilities = list(catalogue.responsibilities())
    examples = [example for one in responsibilities for example in one.examples]
    print(
        f"{len(catalogue.personas)} personas, {len(responsibilities)} responsibilities, {len(examples)} examples,"
        f" {len(catalogue.unrelated)} messages that are nobody's: no problems"
    )
    if own_folder is None:
        return
    own = [example for example in (*examples, *catalogue.unrelated) if example.is_own]
    print(f"{own_folder}: {len(own)} examples, {len(catalogue.products)} products of your own")
    for conflict in find_conflicts(catalogue):
        print(
            f"conflict: “{conflict.own_text}” is yours for {conflict.own_owner}, but almost the same is known for"
            f" {conflict.other_owner}: “{conflict.other_text}”"
        )
    before = ready_router(settings.model_copy(update={"finops_knowledge": None}))
    with Console(stderr=True).status("Learning from your examples, to compare …"):
        after = Router(catalogue, train(lessons_of(catalogue)), Policy())
    print(_effect("benchmark", _benchmark(before), before, after))


def learn(
    approve: Annotated[bool, typer.Option("--approve", help="Write the examples into FINOPS_KNOWLEDGE.")] = False,
) -> None:
    """Show what the corrections people made could teach, with its effect; take it only with --approve."""
    settings = read_settings()
    configure_logging(settings)
    router = ready_router(settings)
    corrections = asyncio.run(_corrections(settings, router))
    proposals = propose(corrections, router)
    if not proposals:
        print(f"Nothing to learn: {len(corrections)} judged questions, all routed as people said, or disputed.")
        return
    for one in proposals:
        print(f"{one.persona_key}{f' ({one.title})' if one.title else ''}: {one.text}")
    with Console(stderr=True).status("Learning from these examples, to compare …"):
        after = _with(proposals, router)
    print(_effect("past questions", as_labelled(corrections), router, after))
    print(_effect("benchmark", _benchmark(router), router, after))
    if not approve:
        print("Nothing was changed. Take these examples with: finops-bot learn --approve")
        return
    if settings.finops_knowledge is None:
        raise ConfigurationError("FINOPS_KNOWLEDGE is not set: name the folder that what is learnt is written to")
    add_learnt(proposals, settings.finops_knowledge)
    print(
        f"{len(proposals)} examples written to {settings.finops_knowledge}; the bot uses them from its next start."
    )


async def _corrections(settings: Settings, router: Router) -> Sequence[Correction]:
    async with open_desk(settings, router) as desk:
        return await desk.services.asking.corrections(desk.workspace_id)


def _with(proposals: Sequence[Proposal], router: Router) -> Router:
    from bot.knowledge.training import OWN_WEIGHT, Lesson, lessons_of, train

    lessons = [
        *lessons_of(router.catalogue),
        *(Lesson(one.persona_key, one.title, one.text, OWN_WEIGHT) for one in proposals),
    ]
    return Router(router.catalogue, train(lessons), Policy())


def _benchmark(router: Router) -> tuple[LabelledQuestion, ...]:
    return read_labelled_questions(config_folder() / "benchmark.csv", router.catalogue)


def _effect(name: str, questions: Sequence[LabelledQuestion], before: Router, after: Router) -> Effect:
    return Effect(name, evaluate(questions, before.route), evaluate(questions, after.route))
