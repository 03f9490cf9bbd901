"""``finops-bot check`` and ``learn``: what changes to the knowledge would do, before they are taken."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.blocks.learning import effect_in_words
from bot.cli.local import open_desk, ready_router
from bot.errors import ConfigurationError
from bot.knowledge.evaluation import evaluate
from bot.knowledge.review import find_conflicts
from bot.knowledge.routing import Policy, Router
from bot.logs import configure_logging
from bot.questions.learning_service import Effect
from bot.settings import Settings, read_settings
from bot.storage.knowledge_paths import config_folder
from bot.storage.labelled_questions import read_labelled_questions


def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Your own knowledge folder; FINOPS_KNOWLEDGE without it.")
    ] = None,
) -> None:
    """Check the knowledge files: every problem with its file and line, and what your own examples change."""
    from rich.console import Console

    from bot.knowledge.training import lessons_of, train
    from bot.storage.knowledge_files import read_catalogue

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
    questions = read_labelled_questions(config_folder() / "benchmark.csv", before.catalogue)
    effect = Effect("benchmark", evaluate(questions, before.route), evaluate(questions, after.route))
    print(effect_in_words(effect))


def learn(
    approve: Annotated[bool, typer.Option("--approve", help="Write the examples into FINOPS_KNOWLEDGE.")] = False,
) -> None:
    """Show what the corrections people made could teach, with its effect; take it only with --approve."""
    settings = read_settings()
    configure_logging(settings)
    router = ready_router(settings)
    asyncio.run(_learn(settings, router, approve=approve))


async def _learn(settings: Settings, router: Router, *, approve: bool) -> None:
    from rich.console import Console

    async with open_desk(settings, router) as desk:
        learning = desk.services.learning
        if approve and not learning.can_learn:
            raise ConfigurationError(
                "FINOPS_KNOWLEDGE is not set: name the folder that what is learnt is written to"
            )
        with Console(stderr=True).status("Learning from the corrections, to compare …"):
            review = await learning.review(desk.workspace_id)
        if not review.proposals:
            print(f"Nothing to learn: {review.judged} judged questions, all routed as people said, or disputed.")
            return
        for one in review.proposals:
            print(f"{one.persona_key}{f' ({one.title})' if one.title else ''}: {one.text}")
        print("\n".join(map(effect_in_words, review.effects)))
        if not approve:
            print("Nothing was changed. Take these examples with: finops-bot learn --approve")
            return
        count = await learning.approve(desk.workspace_id, review.fingerprint)
        print(f"{count} examples written to {settings.finops_knowledge}; the bot uses them from its next start.")
