"""Greetings and thanks around a question: they say nothing about who owns it, and are taken off its ends. Pure."""

from collections.abc import Sequence
from typing import Final

from bot.knowledge.text import Token, tokens


def _folded(words: str) -> frozenset[str]:
    return frozenset(token.folded for token in tokens(words))


_GREETINGS: Final = _folded("""
    hi hello hey heya hiya howdy morning afternoon evening good dear greetings team all everyone everybody folks
    guys people friends there yo gm
    hola buenas buenos dias tardes equipo todos
    bonjour bonsoir salut equipe tous coucou
    hallo guten morgen tag moin servus gruezi zusammen leute
    ola oi bom boa dia tarde pessoal gente galera
""")

_CLEAR_THANKS: Final = _folded("""
    thanks thank thx tia cheers please pls plz appreciated
    gracias favor merci svp stp danke bitte dank obrigado obrigada valeu
""")
"""Words that are thanks whatever stands beside them."""

_THANKS: Final = _CLEAR_THANKS | _folded("""
    you ty so much very many a lot in advance por beaucoup d avance vielen schon desde ja
""")


def without_courtesy(read: Sequence[Token]) -> tuple[Token, ...]:
    """Return ``read`` without a greeting at its start and thanks at its end.

    All of it comes back where there is nothing else.
    """
    start, end = 0, len(read)
    while start < end and read[start].folded in _GREETINGS:
        start += 1
    tail = end
    while tail > start and read[tail - 1].folded in _THANKS:
        tail -= 1
    if any(token.folded in _CLEAR_THANKS for token in read[tail:end]):
        end = tail
    return tuple(read[start:end]) or tuple(read)
