"""A digest as a message, with what does not fit as more messages for its thread."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Final, TypeVar

from slack_sdk.models.blocks import Block

from bot.blocks.coverage import FIRST_TEAM, NOTHING_REQUIRED, unknown_team_lines
from bot.blocks.fields import sections
from bot.blocks.gaps import ONE_TEAM, burden_line, gap_count, gap_line, gaps_blocks, short, stale_line
from bot.blocks.refusals import refusal_of
from bot.blocks.text import Message, context, escape, mention, plain_message, section
from bot.blocks.trend import trend_bars, trend_words
from bot.digests.content import MAX_BURDENS, MAX_STALE, DigestContent, StaleOwner
from bot.digests.model import Digest, Reroute, Unanswered
from bot.knowledge.model import Catalogue
from bot.teams.coverage_report import Gap
from bot.teams.model import Assignee, AssigneeType

_WORST: Final = "*Nobody answers, the worst first*"
_MAX_UNANSWERED: Final = 3
_MAX_REROUTES: Final = 3
_MAX_ORPHANS: Final = 5
_LINES_A_MESSAGE: Final = 25
_MAX_LINES: Final = 4 * _LINES_A_MESSAGE
"""Lines in the thread; of ten thousand gaps the worst hundred are enough to begin with."""

T = TypeVar("T")


def digest_message(
    content: DigestContent,
    digest: Digest | None,
    catalogue: Catalogue,
    *,
    late_by: timedelta | None,
    may_edit: bool = True,
) -> Message:
    """Return the digest; it mentions nobody but its owner, if the owner wants that.

    ``late_by`` is set where it comes too late. Without ``digest`` it is what a first one would say. Without
    ``may_edit`` there is nothing to click.
    """
    head = _headline(content)
    notes = [*_whom(digest), *_lateness(late_by)]
    if content.is_quiet:
        text = " ".join([head, "Nothing changed since the last digest.", *notes])
        return Message(text, (section(text),))
    gaps = [_line(gap, content, catalogue) for gap in content.worst]
    parts = list(_parts(content, catalogue))
    notes += ["What the score means: `/finops coverage`. All gaps: `/finops gaps`"]
    editable = {gap.cell for gap in content.worst} if may_edit else set()
    blocks: list[Block] = [section(head)]
    if gaps:
        blocks += [section(_WORST), *gaps_blocks(content.worst, gaps, catalogue, editable)]
    blocks += [section(part) for part in parts]
    told = [_WORST, *gaps] if gaps else []
    return Message("\n".join([head, *told, *parts, *notes]), (*blocks, *context(notes)))


def digest_thread(content: DigestContent, catalogue: Catalogue) -> list[Message]:
    """Return what did not fit: the other gaps, and what else is stale."""
    if content.is_quiet:
        return []
    stale = content.stale[MAX_STALE:]
    lines = [_line(gap, content, catalogue) for gap in content.more[:_MAX_LINES]]
    lines += [_stale(content, catalogue, one) for one in stale[: _MAX_LINES - len(lines)]]
    messages = [
        _message(lines[start : start + _LINES_A_MESSAGE]) for start in range(0, len(lines), _LINES_A_MESSAGE)
    ]
    hidden = len(content.more) + len(stale) - len(lines)
    if hidden:
        messages.append(plain_message(f"… and {hidden:,} more. Those of one team: {ONE_TEAM}"))
    return messages


def trend_in_words(content: DigestContent) -> str:
    """Return the trend as text, for those who do not see the picture."""
    return trend_words(content.trend)


def paused_message(digest: Digest, code: str) -> Message:
    """Return what the owner of a digest is told when Slack does not take it; it is kept, and can go on."""
    refusal = refusal_of(code)
    why = f"{refusal.why}. {refusal.remedy}" if refusal else f"Slack answers {code}"
    return plain_message(
        f"Your digest for <#{digest.channel_id}> ({digest.recurrence.in_words()}) is paused: {escape(why)}."
        "\n\nIt is not lost: when that is mended, find its number with `/finops digest list` and go on with"
        f" `{escape('/finops digest resume <number>')}`"
    )


def _headline(content: DigestContent) -> str:
    """Return the score and its change, and what kinds of gaps there are."""
    report = content.report
    if report.score is None:
        return f"*FinOps coverage*: {NOTHING_REQUIRED} {'' if report.teams else FIRST_TEAM}".rstrip()
    change = f" ({content.change:+g} since the last digest)" if content.change else ""
    news = [f"{len(content.new):,} new"] if content.new else []
    news += [f"{content.closed:,} closed"] if content.closed else []
    told = f" ({', '.join(news)})" if news else ""
    return (
        f"*FinOps coverage: {report.score:g} %*{change}. {_kinds(len(report.missing), len(report.stale))}{told}."
    )


def _kinds(missing: int, stale: int) -> str:
    if missing and stale:
        return f"{gap_count(missing + stale)}: {missing:,} with nobody and {stale:,} perhaps out of date"
    if missing:
        return f"{gap_count(missing)} with nobody"
    return f"{gap_count(stale)} perhaps out of date" if stale else "No gaps"


def _parts(content: DigestContent, catalogue: Catalogue) -> Iterator[str]:
    if content.more:
        yield f"… and {gap_count(len(content.more))} more with nobody, in the thread"
    if content.report.score is not None and not content.report.teams:
        yield FIRST_TEAM
    yield from unknown_team_lines(content.report)
    if content.stale:
        yield _listed("Perhaps out of date", content.stale, MAX_STALE, partial(_stale, content, catalogue))
    if content.unanswered:
        say = partial(_unanswered, catalogue, {team.id: team.name for team in content.report.teams})
        yield _listed("Asked, and nobody could be named", content.unanswered, _MAX_UNANSWERED, say)
    if content.orphans:
        yield _listed(
            "Teams with nobody of their own", content.orphans, _MAX_ORPHANS, lambda team: f"• {short(team.name)}"
        )
    if content.burdens:
        say_burden = partial(burden_line, who=partial(_name, content))
        yield _listed("Much rests on one person", content.burdens, MAX_BURDENS, say_burden)
    yield from _corrected(content, catalogue)
    yield f"{trend_words(content.trend)} {trend_bars(content.trend)}".rstrip()


def _corrected(content: DigestContent, catalogue: Catalogue) -> Iterator[str]:
    """Yield what people settled otherwise, and what nobody settled."""
    if content.rerouted:
        title = f"{_questions(content.rerouted)} sent on to another persona than I had named"
        yield _listed(title, content.reroutes, _MAX_REROUTES, partial(_reroute, catalogue))
    if content.undecided:
        yield f"{_questions(content.undecided)} still without a persona: I asked back, and nobody chose one."


def _listed(title: str, items: Sequence[T], limit: int, line: Callable[[T], str]) -> str:
    hidden = len(items) - limit
    more = [f"… and {hidden:,} more"] if hidden > 0 else []
    return "\n".join([f"*{title}*", *map(line, items[:limit]), *more])


def _line(gap: Gap, content: DigestContent, catalogue: Catalogue) -> str:
    return gap_line(gap, catalogue, partial(_name, content), is_new=gap.cell in content.new)


def _stale(content: DigestContent, catalogue: Catalogue, owner: StaleOwner) -> str:
    is_new = any(gap.cell in content.new for gap in owner.gaps)
    return stale_line(owner.gaps, catalogue, partial(_name, content), is_new=is_new)


def _name(content: DigestContent, assignee: Assignee) -> str:
    """Return somebody's name without notifying them; where Slack did not tell it, what kind they are."""
    name = content.names.get(assignee.id)
    if name is None:
        return "a user group" if assignee.type is AssigneeType.GROUP else "somebody"
    return short(name)


def _unanswered(catalogue: Catalogue, teams: Mapping[str, str], one: Unanswered) -> str:
    what = f", {short(one.responsibility)}" if one.responsibility else ""
    team = teams.get(one.team_id or "")
    place = f", for {short(team)}" if team else ""
    times = "once" if one.count == 1 else f"{one.count:,} times"
    return f"• *{short(_persona(one.persona_key, catalogue))}*{what}{place}: {times}"


def _reroute(catalogue: Catalogue, one: Reroute) -> str:
    ways = [short(_persona(key, catalogue)) for key in (one.persona_key, one.settled_key)]
    return f"• {' → '.join(ways)}: {'once' if one.count == 1 else f'{one.count:,} times'}"


def _persona(key: str, catalogue: Catalogue) -> str:
    return next((persona.name for persona in catalogue.personas if persona.key == key), key)


def _questions(count: int) -> str:
    return "1 question" if count == 1 else f"{count:,} questions"


def _message(lines: Sequence[str]) -> Message:
    return Message("\n".join(lines), tuple(sections(lines)))


def _whom(digest: Digest | None) -> list[str]:
    if digest is None or not digest.mentions_owner:
        return []
    return [f"For {mention(Assignee.from_id(digest.owner_id))}."]


def _lateness(late_by: timedelta | None) -> list[str]:
    if late_by is None:
        return []
    hours = late_by.total_seconds() / 3600
    told = f"{hours:.0f} hours" if hours >= 1.5 else f"{late_by.total_seconds() / 60:.0f} minutes"  # noqa: PLR2004
    return [f"This comes {told} late: I could not send it in time."]
