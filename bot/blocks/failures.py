"""Questions that got no answer and will get none, by place and reason, for those who can mend that."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from slack_sdk.models.blocks import Block, HeaderBlock, PlainTextObject

from bot.blocks.fields import fitting
from bot.blocks.refusals import refusal_of
from bot.blocks.text import context, quoted, section
from bot.blocks.when import ago
from bot.questions.inbox import Failure

SHOWN_FOR: Final = timedelta(days=7)
MAX_COUNTED: Final = 500
"""Failures that are looked at; of more than these the latest."""

MAX_TEXT: Final = 900
"""Characters of all lines together: App Home shares Slack's limits among many."""

_MAX_LINES: Final = 5
_MAX_WORDS: Final = 60
_CHANNEL: Final = re.compile(r"[CG][A-Z0-9]{2,20}")
_CODE: Final = re.compile(r"[a-z][a-z0-9_]*")
_REFERENCE: Final = re.compile(r"failed, reference ([0-9a-f]{8})")


def failure_blocks(failures: Sequence[Failure], now: datetime) -> Iterator[Block]:
    """Yield what was not answered, the newest first as ``failures`` are; nothing where all was answered."""
    if not failures:
        return
    days = SHOWN_FOR.days
    yield HeaderBlock(text=PlainTextObject(text=f"Questions I could not answer (last {days} days)"))
    lines = [_line(place, group, now) for place, group in _grouped(failures)]
    yield section(fitting(lines, MAX_TEXT, _MAX_LINES))
    if len(failures) >= MAX_COUNTED:
        yield from context([f"Only the latest {MAX_COUNTED} are counted."])


def _grouped(failures: Sequence[Failure]) -> Iterator[tuple[str, Sequence[Failure]]]:
    """Yield the failures of one place that have the same reason, with the words for the place."""
    groups: dict[tuple[str, str], list[Failure]] = {}
    for one in failures:
        kind = "failed" if _REFERENCE.fullmatch(one.error) else one.error
        groups.setdefault((_place(one.channel_id), kind), []).append(one)
    for (place, _), group in groups.items():
        yield place, group


def _line(place: str, group: Sequence[Failure], now: datetime) -> str:
    last = ago(group[0].received_at, now)
    when = f"1 question, {last}" if len(group) == 1 else f"{len(group):,} questions, the last {last}"
    return f"• {place}: {when}. {_reason(group[0].error)}"


def _place(channel_id: str) -> str:
    """Return words for where somebody asked; who wrote to the bot directly is nobody's business."""
    return f"<#{channel_id}>" if _CHANNEL.fullmatch(channel_id) else "Direct messages"


def _reason(error: str) -> str:
    """Return what went wrong, and what to do next."""
    if refusal := refusal_of(error):
        return f"{refusal.as_sentence}. {refusal.for_question or refusal.remedy}."
    if failed := _REFERENCE.fullmatch(error):
        return (
            f"Something went wrong on my side. Tell whoever runs me the reference `{failed[1]}`: it is in the log."
        )
    if _CODE.fullmatch(error):
        return f"Slack answers `{error}`. Tell whoever runs me: it is in the log, with more."
    return f"I tried for a day: “{quoted(error, _MAX_WORDS)}”. Tell whoever runs me: it is in the log."
