"""Slack's messages become words; nothing that is no word gets through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.text import MAX_CHARACTERS, clean, fold, presentable, tokens

ANY_TEXT = st.text(st.characters(), max_size=300)  # lone surrogates included


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("<@U123ABC> who pays", "who pays"),
        ("<@U123ABC|sam> who pays", "who pays"),
        ("ask <#C123|cloud-costs> about it", "ask about it"),
        ("<!channel> <!here> <!everyone> who pays", "who pays"),
        ("<!subteam^S123|@finance> who pays", "who pays"),
        ("see <https://example.com/a?b=c|the invoice> please", "see the invoice please"),
        ("see <https://example.com/a?b=c> please", "see please"),
        ("mail <mailto:a@b.example|a@b.example> please", "mail please"),
        ("see https://example.com/x please", "see please"),
        ("see HTTPS://EXAMPLE.COM or WWW.example.com please", "see or please"),
        ("due <!date^1392734382^{date}|Feb 18> ok", "due Feb 18 ok"),
        ("R&amp;D &lt;3 &gt; 2", "R&D <3 > 2"),
        ("who pays :money_with_wings: :wave::skin-tone-2:", "who pays"),
        ("who pays 💸🏳️‍🌈?", "who pays ?"),
        ("run `terraform plan` now", "run `terraform plan` now"),
        ("ｗｈｏ　ｐａｙｓ", "who pays"),
        ("who\u200b pa\u200dys\u202e", "who pays"),
        ("who\x00 \x07pays", "who pays"),
        ("who \ud800 pays", "who pays"),
        ("ask @sam in #cloud-costs today", "ask in today"),
    ],
)
def test_markup_and_noise_are_taken_out_of_a_message(message: str, words: str) -> None:
    assert clean(message).replace("\ufffd ", "") == words


def test_words_keep_how_they_were_written_and_are_folded_for_comparison() -> None:
    assert [(token.written, token.folded) for token in tokens("Who's paying Señor K8s?")] == [
        ("Who", "who"),
        ("s", "s"),
        ("paying", "paying"),
        ("Señor", "senor"),
        ("K8s", "k8s"),
    ]


def test_asian_text_without_blanks_gives_pairs_of_characters() -> None:
    assert [token.folded for token in tokens("予算承認")] == ["予算", "算承", "承認"]


def test_folding_is_the_same_for_all_ways_to_write_a_letter() -> None:
    assert fold("Café") == fold("CAFE\u0301") == "cafe"
    assert fold("ガ") == "ガ"


@given(ANY_TEXT)
def test_any_text_can_be_cleaned_and_stays_so(text: str) -> None:
    cleaned = clean(text)

    assert len(cleaned) <= MAX_CHARACTERS
    cleaned.encode()
    assert all(token.folded for token in tokens(text))


@given(ANY_TEXT, st.integers(min_value=1, max_value=50))
def test_presentable_text_is_short_one_line_and_encodable(text: str, limit: int) -> None:
    shown = presentable(text, limit)

    assert len(shown) <= limit
    assert "\n" not in shown
    assert "\u202e" not in shown
    shown.encode()


@given(st.text(st.characters(codec="ascii"), max_size=100))
def test_case_and_doubled_blanks_do_not_change_the_words(text: str) -> None:
    spaced = text.replace(" ", "  ")

    assert [one.folded for one in tokens(spaced.upper().lower())] == [one.folded for one in tokens(text.lower())]


def test_forty_thousand_characters_are_read_up_to_the_limit() -> None:
    assert len(clean("budget " * 6_000)) <= MAX_CHARACTERS
