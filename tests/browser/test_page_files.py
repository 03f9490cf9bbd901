"""What the page's files must and must not hold; no browser is needed for that."""

import re
from pathlib import Path

import bot.playground

PAGE = Path(bot.playground.__file__).parent / "page"
FILES = sorted(path for path in PAGE.iterdir() if path.is_file())
MODULES = [path for path in FILES if path.suffix == ".js"]
MAX_BYTES = 150_000


def test_the_whole_page_is_small() -> None:
    assert sum(path.stat().st_size for path in FILES) <= MAX_BYTES


def test_nothing_comes_from_other_hosts() -> None:
    foreign = re.compile(r"""(?:src|href|url|import|from|fetch)\W{1,4}(?:https?:)?//""")

    found = {path.name: foreign.findall(path.read_text(encoding="utf-8")) for path in FILES}

    assert {name: lines for name, lines in found.items() if lines} == {}


def test_no_text_is_ever_parsed_as_markup_or_code() -> None:
    sinks = re.compile(
        r"(?:inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc|DOMParser"
    )

    found = {path.name: sinks.findall(path.read_text(encoding="utf-8")) for path in FILES}

    assert {name: lines for name, lines in found.items() if lines} == {}


def test_every_file_is_one_idea_and_says_which() -> None:
    for path in (one for one in FILES if one.suffix in {".js", ".css"}):
        lines = path.read_text(encoding="utf-8").splitlines()

        assert lines[0].startswith(("// ", "/* ")), path.name
        assert len(lines) < 250, path.name


def test_every_import_is_there() -> None:
    for path in MODULES:
        for name in re.findall(r"""from "\./([\w.]+)\"""", path.read_text(encoding="utf-8")):
            assert (PAGE / name).is_file(), f"{path.name} imports {name}"


def test_style_and_script_stand_in_files() -> None:
    html = (PAGE / "index.html").read_text(encoding="utf-8")

    assert not re.search(r"<style|\sstyle=|\son\w+=", html)
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)


def test_every_module_is_fetched_at_once() -> None:
    html = (PAGE / "index.html").read_text(encoding="utf-8")

    begun = set(re.findall(r'(?:modulepreload" href|src)="/page/(\w+\.js)"', html))

    assert begun == {path.name for path in MODULES}
