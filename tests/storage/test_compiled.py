"""Compiled knowledge is a faithful copy, and never trusted when it is not."""

from pathlib import Path

import pytest
import structlog.testing

from bot.bootstrap import build_router
from bot.knowledge.routing import Router
from bot.storage.compiled import Compiled, content_key, load_compiled, save_compiled
from bot.storage.knowledge_paths import config_folder, knowledge_files


def test_a_second_start_reads_what_the_first_one_learnt(tmp_path: Path, router: Router) -> None:
    trained: list[str] = []
    (tmp_path / "knowledge-old.npz").write_bytes(b"")
    key = content_key(knowledge_files(config_folder()))
    save_compiled(Compiled(router.catalogue, router.model), tmp_path / f"knowledge-{key}.npz")

    again = build_router(cache_folder=tmp_path, on_training=lambda: trained.append("again"))

    assert trained == []
    assert len(list(tmp_path.iterdir())) == 1
    assert again.catalogue == router.catalogue
    question = "can we get a better price out of snowflake next year?"
    assert again.route(question) == router.route(question)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04broken"])
def test_a_damaged_file_is_ignored(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "knowledge.npz"
    path.write_bytes(content)

    assert load_compiled(path) is None


def test_a_folder_that_cannot_be_written_is_only_a_warning(tmp_path: Path, router: Router) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")

    with structlog.testing.capture_logs() as logs:
        save_compiled(Compiled(router.catalogue, router.model), blocked / "cache" / "knowledge-x.npz")

    assert [entry["event"] for entry in logs] == ["compiled_knowledge_not_kept"]


def test_the_key_follows_the_content_and_not_the_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text("a")
    two.write_text("b")

    key = content_key([one, two])
    two.write_text("c")

    assert key != content_key([one, two]) == content_key([two, one])
