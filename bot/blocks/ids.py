"""All ids that Slack sends back to us, and the values that buttons carry."""

from dataclasses import dataclass
from typing import Final

ANSWER_RIGHT: Final = "answer.right"
ANSWER_SHARE: Final = "answer.share"
ANSWER_SOMEONE_ELSE: Final = "answer.someone_else"
ANSWER_PICK: Final = "answer.pick"
"""Prefix: an ambiguous answer has one button per persona, and ids within a message must differ."""

ANSWER_ACTIONS: Final = "answer.actions"
"""The block of an answer's buttons."""

KNOWLEDGE_LEARN: Final = "knowledge.learn"
KNOWLEDGE_ACTIONS: Final = "knowledge.actions"

_NOBODY: Final = "none"


@dataclass(frozen=True, slots=True)
class AnswerRef:
    """What a button of an answer is about: the question, and the persona it names (none: nobody's)."""

    question_id: str
    persona_key: str | None

    def encode(self) -> str:
        """Return the value a button carries; ``decode`` takes it back."""
        return f"{self.question_id}:{self.persona_key or _NOBODY}"

    @classmethod
    def decode(cls, value: str) -> "AnswerRef":
        """Return what ``encode`` was given.

        Raises:
            ValueError: the value is not one of ours.
        """
        question_id, separator, persona_key = value.partition(":")
        if not (question_id and separator and persona_key):
            raise ValueError(f"{value!r} is not a button value of an answer")
        return cls(question_id, None if persona_key == _NOBODY else persona_key)
