"""The menu "Someone else…" of an answer."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from slack_sdk.models.blocks import Option, PlainTextObject, StaticSelectElement

from bot.blocks.ids import ANSWER_SOMEONE_ELSE, AnswerRef
from bot.knowledge.model import Persona

_NOBODY: Final = "Nobody: not about cloud cost"
_Choices: TypeAlias = tuple[tuple[str, str | None], ...]


class SomeoneElseSelect(StaticSelectElement):
    """All personas by name, and nobody.

    From one answer to the next only the question's id differs, which every option carries. It is put in where the
    element is written: to make and check a dozen options anew takes as long as to find the answer.
    """

    def __init__(self, question_id: str, personas: Sequence[Persona]) -> None:
        named: list[tuple[str, str | None]] = sorted((persona.name, persona.key) for persona in personas)
        self._choices = (*named, (_NOBODY, None))
        self._question_id = question_id
        super().__init__(action_id=ANSWER_SOMEONE_ELSE)

    def to_dict(self, *_args: object) -> dict[str, Any]:
        """See ``JsonObject``."""
        written, about = _written(self._choices), self._question_id
        return {
            **written,
            "options": [{**option, "value": about + option["value"]} for option in written["options"]],
        }


@lru_cache(maxsize=8)
def _written(choices: _Choices) -> dict[str, Any]:
    """Return the checked element; each value is what follows on the question's id."""
    return StaticSelectElement(
        placeholder=PlainTextObject(text="Someone else…"),
        action_id=ANSWER_SOMEONE_ELSE,
        options=[
            Option(text=PlainTextObject(text=name), value=AnswerRef("", key).encode()) for name, key in choices
        ],
    ).to_dict()
