"""What ten times the examples cost per question: the median, with a tenth of them and with all, in one run.

python benchmarks/bench_growth.py
"""

import statistics
import time

from bot.bootstrap import build_router
from bot.knowledge.routing import Policy, Router
from bot.knowledge.training import lessons_of, train
from bot.storage.knowledge_paths import config_folder
from bot.storage.labelled_questions import read_labelled_questions

TENTH = 10
ROUNDS = 3


def main() -> None:
    """Print both medians and their ratio."""
    whole = build_router()
    lessons = lessons_of(whole.catalogue)
    tenth = Router(whole.catalogue, train(sorted(lessons)[::TENTH]), Policy())
    texts = [one.text for one in read_labelled_questions(config_folder() / "benchmark.csv", whole.catalogue)]
    small, large = (median_microseconds(router, texts) for router in (tenth, whole))
    print(
        f"{len(lessons) // TENTH} examples: {small:.0f} µs, {len(lessons)} examples: {large:.0f} µs per question"
    )
    print(f"ratio {large / small:.2f}")


def median_microseconds(router: Router, texts: list[str]) -> float:
    """Return the median time of one question, over ``ROUNDS`` rounds after one to warm up."""
    for text in texts:
        router.route(text)
    times = []
    for text in texts * ROUNDS:
        started = time.perf_counter()
        router.route(text)
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e6


if __name__ == "__main__":
    main()
