"""Coverage and digests in App Home: the score, and each digest with a menu of what can be done with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    HeaderBlock,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    SectionBlock,
)

from bot.blocks import ids
from bot.blocks.coverage import counts_line
from bot.blocks.digests import NextDue, digest_line
from bot.blocks.fields import button
from bot.blocks.text import context, section
from bot.digests.model import Digest, Snapshot

MAX_SHOWN: Final = 3
"""Digests in App Home, which shares Slack's limits among many; the others are in the list."""

_VERBS: Final[dict[ids.DigestVerb, str]] = {
    "preview": "Preview, only for me",
    "now": "Send now",
    "pause": "Pause",
    "resume": "Resume",
    "remove": "Remove",
}


@dataclass(frozen=True, slots=True)
class DigestOverview:
    """What one person sees: the coverage (none: not known yet), and the digests as far as they may change them."""

    coverage: Snapshot | None
    digests: Sequence[Digest]
    changeable: frozenset[str]
    may_add: bool
    next_due: NextDue


def overview_blocks(overview: DigestOverview) -> Iterator[Block]:
    """Yield the score, the digests, and what can be done with them."""
    yield HeaderBlock(text=PlainTextObject(text="Coverage and digests"))
    yield section(_score(overview.coverage))
    for digest in overview.digests[:MAX_SHOWN]:
        yield _digest(digest, overview)
    hidden = len(overview.digests) - MAX_SHOWN
    if hidden > 0:
        yield from context([f"… and {hidden} more digests: `/finops digest list`"])
    if overview.may_add:
        yield ActionsBlock(elements=[button("Add a digest", ids.HOME_ADD_DIGEST, "new")])


def _score(coverage: Snapshot | None) -> str:
    if coverage is None or coverage.score is None:
        return "Coverage is not known yet. Look at it: `/finops coverage`"
    return f"*Coverage: {coverage.score:g} %*. {counts_line(coverage.counts)}. Gaps: `/finops gaps`"


def _digest(digest: Digest, overview: DigestOverview) -> SectionBlock:
    line = section(digest_line(digest, overview.next_due)).text
    if digest.id not in overview.changeable:
        return SectionBlock(text=line)
    without = "pause" if digest.paused_at else "resume"
    options = [
        Option(text=PlainTextObject(text=text), value=ids.DigestRef(verb, digest.id).encode())
        for verb, text in _VERBS.items()
        if verb != without
    ]
    return SectionBlock(text=line, accessory=OverflowMenuElement(action_id=ids.HOME_DIGEST, options=options))
