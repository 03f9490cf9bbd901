"""Greetings and thanks are taken off the ends of a question, and nothing else is."""

import pytest

from bot.knowledge.courtesy import without_courtesy
from bot.knowledge.text import tokens


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hi team, who pays for this? Thanks!", "who pays for this"),
        ("good morning everyone who pays thank you so much", "who pays"),
        ("Bonjour à tous, qui paie ? merci beaucoup", "à tous qui paie"),
        ("who pays for the team plan", "who pays for the team plan"),
        ("how much is too much", "how much is too much"),
        ("hello", "hello"),
        ("thanks all", "thanks all"),
    ],
)
def test_courtesy_is_taken_off_the_ends(text: str, words: str) -> None:
    assert " ".join(token.written for token in without_courtesy(tokens(text))) == words
