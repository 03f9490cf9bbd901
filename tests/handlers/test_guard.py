"""Whatever goes wrong, a person gets words and the log gets facts, never the question."""

import pytest
import structlog.testing

from bot.blocks.text import Message
from bot.errors import UnavailableError, UserFacingError
from bot.handlers.guard import guarded

QUESTION = "who signs the secret plan"


async def answer_for(error: Exception) -> tuple[Message | str, list[dict[str, object]]]:
    async def handler(_payload: str) -> str:
        raise error

    with structlog.testing.capture_logs() as logs:
        answer = await guarded(handler, QUESTION)
    return answer, [dict(entry) for entry in logs]


async def test_an_answer_passes_through() -> None:
    async def handler(payload: str) -> str:
        return payload.upper()

    assert await guarded(handler, "fine") == "FINE"


@pytest.mark.parametrize(
    ("error", "words", "event"),
    [
        (UserFacingError("There is no team “<!here>”."), "There is no team “&lt;!here&gt;”.", "request_refused"),
        (UnavailableError("the database is away"), "Please try again in a minute.", "dependency_unavailable"),
        (RuntimeError(QUESTION), "Something went wrong on my side (reference ", "handler_failed"),
    ],
)
async def test_every_error_has_its_words(error: Exception, words: str, event: str) -> None:
    answer, logs = await answer_for(error)

    assert isinstance(answer, Message)
    assert words in answer.text
    assert [entry["event"] for entry in logs] == [event]
    assert QUESTION not in answer.text


async def test_the_reference_that_is_told_is_the_one_that_is_logged() -> None:
    answer, logs = await answer_for(RuntimeError("boom"))

    assert isinstance(answer, Message)
    assert str(logs[0]["reference"]) in answer.text
