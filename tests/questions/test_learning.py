"""Corrections become proposals, and approved proposals become examples."""

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.knowledge.routing import Router
from bot.questions.learning import Correction, Proposal, as_labelled, propose
from bot.storage.knowledge_files import read_catalogue
from bot.storage.learnt_files import add_learnt
from tests.knowledge.test_catalogue import a_folder

BUYING = "the snowflake contract is up for renewal in march, who talks to their account exec?"


def test_only_what_is_wrong_and_undisputed_is_proposed_once(router: Router) -> None:
    corrections = [
        Correction(BUYING, "procurement"),
        Correction("the orion board needs a new sponsor", "leadership"),
        Correction("The Orion board needs a new sponsor!", "leadership"),
        Correction("who feeds the penguin", "finance"),
        Correction("who feeds the penguin?", "security"),
        Correction("who watches the watchmen", "magician"),
        Correction(":wave:", "finance"),
        Correction("kubernetes nodes idle at 5 percent, please rightsize", "none"),
    ]

    proposals = propose(corrections, router)

    texts = {one.text: one.persona_key for one in proposals}
    assert BUYING not in texts
    assert not {"who feeds the penguin", "who watches the watchmen", ":wave:"} & set(texts)
    assert texts["kubernetes nodes idle at 5 percent, please rightsize"] == "none"
    assert [text.lower().rstrip("!") for text in texts].count("the orion board needs a new sponsor") <= 1
    assert all(one.title or one.persona_key == "none" for one in proposals)


def test_past_questions_can_be_measured() -> None:
    (one,) = as_labelled([Correction("who pays", "finance")])

    assert (one.id, one.text, one.accepted) == ("past 1", "who pays", frozenset({"finance"}))


def test_approved_examples_are_written_beside_what_is_there_and_can_be_read(tmp_path: Path) -> None:
    base, own = a_folder(tmp_path / "base"), tmp_path / "own"

    add_learnt([Proposal('say "hi" to the: ledger', "finance", "Budgeting")], own)
    add_learnt([Proposal("another one", "finance", "Budgeting"), Proposal("lunch # today", "none", "")], own)

    catalogue = read_catalogue(base, own)
    learnt = [
        one for one in catalogue.persona("finance").responsibilities[0].examples if one.author_pass == "learnt"
    ]
    assert [one.text for one in learnt] == ["another one", 'say "hi" to the: ledger']
    assert all(one.is_own for one in learnt)
    assert "lunch # today" in {one.text for one in catalogue.unrelated}


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("in the way")

    with pytest.raises(ConfigurationError, match="what was learnt cannot be written"):
        add_learnt([Proposal("a b", "finance", "Budgeting")], tmp_path / "own")
