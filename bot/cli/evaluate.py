"""``finops-bot eval``: how good routing is on questions with known owners."""

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.local import ready_router
from bot.knowledge.evaluation import Judged, Report, evaluate
from bot.logs import configure_logging
from bot.settings import read_settings
from bot.storage.labelled_questions import read_labelled_questions


def evaluate_file(
    file: Annotated[Path, typer.Argument(help="CSV with the columns question, persona, and perhaps id and also.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    misses: Annotated[bool, typer.Option(help="List what was not accepted.")] = True,
    plot: Annotated[Path | None, typer.Option(help="Draw who was taken for whom into this PNG file.")] = None,
) -> None:
    """Measure routing on questions whose owner is known ("none": nobody's)."""
    settings = read_settings()
    configure_logging(settings)
    router = ready_router(settings)
    report = evaluate(read_labelled_questions(file, router.catalogue), router.route)
    if plot is not None:
        from bot.plots import draw_confusion

        draw_confusion(report.confusion, plot)
    if as_json:
        shares = dataclasses.asdict(dataclasses.replace(report, misses=(), confusion={}))
        confusion = [
            {"owner": owner, "given": given, "count": n} for (owner, given), n in report.confusion.items()
        ]
        print(json.dumps({**shares, "confusion": confusion, "misses": list(map(_as_json, report.misses))}))
        return
    print("\n".join(_lines(report)))
    if misses:
        for miss in report.misses:
            words = f" (because of {', '.join(miss.words)})" if miss.words else ""
            print(f"{miss.question.id}: {miss.question.persona}, not {miss.given}{words}: {miss.question.text}")


def _lines(report: Report) -> list[str]:
    figures = [
        ("first persona is the owner", report.exact),
        ("… or acceptable", report.accepted),
        ("accepted among the first three", report.in_first_three),
        ("real questions taken for nobody's", report.missed),
        ("nobody's taken for nobody's", report.refused),
        ("answered confidently", report.confident),
        ("… and accepted", report.confident_accepted),
        ("calibration error", report.calibration_error),
    ]
    head = [f"{report.questions} questions", *(f"{share:7.1%}  {name}" for name, share in figures)]
    return [*head, *(f"{share:7.1%}  accepted for {key}" for key, share in report.by_persona.items())]


def _as_json(miss: Judged) -> dict[str, str | list[str]]:
    return {
        "id": miss.question.id,
        "question": miss.question.text,
        "persona": miss.question.persona,
        "given": miss.given,
        "words": list(miss.words),
    }
