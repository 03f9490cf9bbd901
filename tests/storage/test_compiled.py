"""Compiled knowledge is a faithful copy, and never trusted when it is not."""

from pathlib import Path

import pytest

from bot.bootstrap import build_router
from bot.knowledge.routing import Router
from bot.storage.compiled import content_key, load_compiled


def test_a_second_start_reads_what_the_first_one_learnt(tmp_path: Path, router: Router) -> None:
    trained: list[str] = []
    (tmp_path / "knowledge-old.npz").write_bytes(b"")
    build_router(cache_folder=tmp_path, on_training=lambda: trained.append("first"))

    again = build_router(cache_folder=tmp_path, on_training=lambda: trained.append("second"))

    assert trained == ["first"]
    assert len(list(tmp_path.iterdir())) == 1
    assert again.catalogue == router.catalogue
    question = "can we get a better price out of snowflake next year?"
    assert again.route(question) == router.route(question)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04broken"])
def test_a_damaged_file_is_ignored(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "knowledge.npz"
    path.write_bytes(content)

    assert load_compiled(path) is None


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")

    assert build_router(cache_folder=blocked / "cache").route("who pays?").matches


def test_the_key_follows_the_content_and_not_the_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text("a")
    two.write_text("b")

    key = content_key([one, two])
    two.write_text("c")

    assert key != content_key([one, two]) == content_key([two, one])
