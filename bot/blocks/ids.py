"""All ids that Slack sends back to us, and the values that buttons and forms carry."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args

QUESTION_ASK: Final = "question.ask"
"""The shortcut "Who owns this?" on a message."""

ANSWER_RIGHT: Final = "answer.right"
ANSWER_SHARE: Final = "answer.share"
ANSWER_SOMEONE_ELSE: Final = "answer.someone_else"
ANSWER_PICK: Final = "answer.pick"
"""Prefix: an ambiguous answer has one button per persona, and ids within a message must differ."""

ANSWER_TEAM: Final = "answer.team"
"""Prefix: where several teams are plausible there is one button per team."""

ANSWER_ACTIONS: Final = "answer.actions"
"""The block of an answer's buttons."""

KNOWLEDGE_LEARN: Final = "knowledge.learn"
KNOWLEDGE_ACTIONS: Final = "knowledge.actions"

REVIEW_KEEP: Final = "review.keep"
REVIEW_KEEP_ALL: Final = "review.keep_all"
REVIEW_HAND_OVER: Final = "review.hand_over"
REVIEW_DROP: Final = "review.drop"

HAND_OVER_FORM: Final = "hand_over.form"
HAND_OVER_PERSON: Final = "hand_over.person"
HAND_OVER_GROUP: Final = "hand_over.group"

TEAM_OPTIONS: Final = "team.options"
"""Of every select that looks for a team while somebody types."""

PARENT_OPTIONS: Final = "parent.options"
"""The same, where "no parent team" can be chosen, too."""

GROUP_OPTIONS: Final = "group.options"
"""Of every select that looks for a user group while somebody types."""

ASSIGN_FORM: Final = "assign.form"
ASSIGN_TEAM: Final = "assign.team"
ASSIGN_PERSONA: Final = "assign.persona"
ASSIGN_PERSON: Final = "assign.person"
ASSIGN_GROUP: Final = "assign.group"
ASSIGN_RANK: Final = "assign.rank"
ASSIGN_FROM: Final = "assign.from"
ASSIGN_UNTIL: Final = "assign.until"

TEAM_FORM: Final = "team.form"
TEAM_NAME: Final = "team.name"
TEAM_PARENT: Final = "team.parent"
TEAM_ALIASES: Final = "team.aliases"
TEAM_CHANNELS: Final = "team.channels"
TEAM_MEMBERS: Final = "team.members"
TEAM_MEMBER_GROUPS: Final = "team.member_groups"
TEAM_LEADS: Final = "team.leads"
TEAM_LEAD_GROUPS: Final = "team.lead_groups"

HOME_ASSIGN: Final = "home.assign"
HOME_ADD_TEAM: Final = "home.add_team"
HOME_OPEN_TEAM: Final = "home.open_team"
HOME_EDIT_TEAM: Final = "home.edit_team"
HOME_PREVIOUS: Final = "home.previous"
HOME_NEXT: Final = "home.next"
HOME_ALL: Final = "home.all"
HOME_FILTER: Final = "home.filter"
HOME_DIGEST: Final = "home.digest"
"""The menu of what can be done with a digest."""

HOME_ADD_DIGEST: Final = "home.add_digest"
FILTER_FORM: Final = "filter.form"
FILTER_NAME: Final = "filter.name"

GAP_ASSIGN: Final = "gap.assign"
"""Prefix: a list of gaps has one button each."""

DIGEST_FORM: Final = "digest.form"
DIGEST_CHANNEL: Final = "digest.channel"
DIGEST_DAYS: Final = "digest.days"
DIGEST_TIME: Final = "digest.time"
DIGEST_ZONE: Final = "digest.zone"
DIGEST_MENTIONS: Final = "digest.mentions"

ORGANISATION: Final = "organisation"
"""In the place of a team's id: the whole organisation."""

NO_PARENT: Final = "top"
"""In the place of a parent team's id: none."""

_NOBODY: Final = "none"


@dataclass(frozen=True, slots=True)
class AnswerRef:
    """What a button of an answer is about: the question, the persona it names (none: nobody's), perhaps a team."""

    question_id: str
    persona_key: str | None
    team_id: str | None = None

    def encode(self) -> str:
        """Return the value a button carries; ``decode`` takes it back."""
        value = f"{self.question_id}:{self.persona_key or _NOBODY}"
        return f"{value}:{self.team_id}" if self.team_id else value

    @classmethod
    def decode(cls, value: str) -> "AnswerRef":
        """Return what ``encode`` was given.

        Raises:
            ValueError: the value is not one of ours.
        """
        question_id, _, rest = value.partition(":")
        persona_key, _, team_id = rest.partition(":")
        if not (question_id and persona_key):
            raise ValueError(f"{value!r} is not a button value of an answer")
        return cls(question_id, None if persona_key == _NOBODY else persona_key, team_id or None)


Occasion: TypeAlias = Literal["due", "new"]
"""Why somebody is asked: nobody has confirmed it for long, or it was handed over to them."""


@dataclass(frozen=True, slots=True)
class ReviewRef:
    """What a button of a request to confirm is about: why it was sent, and one assignment or several."""

    occasion: Occasion
    assignment_ids: tuple[str, ...]

    def encode(self) -> str:
        """Return the value a button carries; ``decode`` takes it back."""
        return f"{self.occasion}:{','.join(self.assignment_ids)}"

    @classmethod
    def decode(cls, value: str) -> "ReviewRef":
        """Return what ``encode`` was given.

        Raises:
            ValueError: the value is not one of ours.
        """
        occasion, _, rest = value.partition(":")
        assignment_ids = tuple(rest.split(","))
        if occasion not in {"due", "new"} or not all(assignment_ids):
            raise ValueError(f"{value!r} is not a button value of a request to confirm")
        return cls("new" if occasion == "new" else "due", assignment_ids)


@dataclass(frozen=True, slots=True)
class HandOverRef:
    """What the form to hand something over is about, and the message that it was opened from."""

    review: ReviewRef
    channel_id: str
    message_ts: str

    def encode(self) -> str:
        """Return the form's ``private_metadata``; ``decode`` takes it back."""
        return f"{self.channel_id}:{self.message_ts}:{self.review.encode()}"

    @classmethod
    def decode(cls, value: str) -> "HandOverRef":
        """Return what ``encode`` was given; ``ValueError`` for anything else."""
        channel_id, _, rest = value.partition(":")
        message_ts, _, review = rest.partition(":")
        if not (channel_id and message_ts):
            raise ValueError(f"{value!r} does not say what is handed over")
        return cls(ReviewRef.decode(review), channel_id, message_ts)


@dataclass(frozen=True, slots=True)
class CellRef:
    """What an assign button is about: a team's id or ``ORGANISATION``, and a persona; either may be left open."""

    place: str | None = None
    persona_key: str | None = None

    def encode(self) -> str:
        """Return the value a button carries; ``decode`` takes it back."""
        return f"{self.place or _NOBODY}:{self.persona_key or _NOBODY}"

    @classmethod
    def decode(cls, value: str) -> "CellRef":
        """Return what ``encode`` was given; ``ValueError`` for anything else."""
        place, _, persona_key = value.partition(":")
        if not (place and persona_key):
            raise ValueError(f"{value!r} is not a button value of a cell")
        return cls(None if place == _NOBODY else place, None if persona_key == _NOBODY else persona_key)


DigestVerb: TypeAlias = Literal["preview", "now", "pause", "resume", "remove"]
"""What can be done with a digest."""


@dataclass(frozen=True, slots=True)
class DigestRef:
    """What an entry of a digest's menu is about: what to do, and with which digest."""

    verb: DigestVerb
    digest_id: str

    def encode(self) -> str:
        """Return the value a menu's entry carries; ``decode`` takes it back."""
        return f"{self.verb}:{self.digest_id}"

    @classmethod
    def decode(cls, value: str) -> "DigestRef":
        """Return what ``encode`` was given; ``ValueError`` for anything else."""
        word, _, digest_id = value.partition(":")
        verb: DigestVerb | None = next((one for one in get_args(DigestVerb) if one == word), None)
        if verb is None or not digest_id:
            raise ValueError(f"{value!r} is not a menu value of a digest")
        return cls(verb, digest_id)


@dataclass(frozen=True, slots=True)
class HomeRef:
    """What App Home shows: a page, from 0 on, of the teams whose name is like ``named_like``."""

    page: int = 0
    named_like: str = ""

    def encode(self) -> str:
        """Return what a button or App Home itself carries; ``decode`` takes it back."""
        return json.dumps({"page": self.page, "named_like": self.named_like})

    @classmethod
    def decode(cls, value: str) -> "HomeRef":
        """Return what ``encode`` was given, the first page for nothing; ``ValueError`` for anything else."""
        try:
            fields = json.loads(value) if value else {}
            return cls(int(fields.get("page", 0)), str(fields.get("named_like", "")))
        except (AttributeError, TypeError) as error:
            raise ValueError(f"{value!r} does not say what App Home shows") from error


@dataclass(frozen=True, slots=True)
class FormState:
    """What a form remembers while it is filled in.

    ``opened_at`` is when it showed who holds what, ``home`` what App Home shows behind it (none: it was not opened
    from there), ``team_id`` and ``version`` the team it is about (none: a new one) as it was then.
    """

    opened_at: datetime
    home: HomeRef | None = None
    team_id: str | None = None
    version: int = 0

    def encode(self) -> str:
        """Return the form's ``private_metadata``; ``decode`` takes it back."""
        fields = {
            "opened_at": self.opened_at.isoformat(),
            "home": self.home.encode() if self.home else None,
            "team_id": self.team_id,
            "version": self.version,
        }
        return json.dumps(fields)

    @classmethod
    def decode(cls, value: str) -> "FormState":
        """Return what ``encode`` was given; ``ValueError`` for anything else."""
        try:
            fields = json.loads(value)
            home = HomeRef.decode(fields["home"]) if fields["home"] else None
            return cls(datetime.fromisoformat(fields["opened_at"]), home, fields["team_id"], fields["version"])
        except (KeyError, TypeError) as error:
            raise ValueError(f"{value!r} does not say what a form remembers") from error
