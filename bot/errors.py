"""Every exception this project raises on purpose.

    BotError
    ├── UserFacingError              said, as it is, to the person who asked
    │   ├── NotAllowedError          the person lacks the role for this change
    │   └── ChangedMeanwhileError    somebody else saved the same since it was looked at
    ├── ConfigurationError           the operator must fix something before it works: exit code 2
    │   └── KnowledgeError           problems in the knowledge files, all of them
    └── UnavailableError             the database or Slack is away for now; trying again later may help
        └── SlackRefusedError        Slack answered, but with an error code
            └── SlackLimitedError    Slack asked to wait, and took nothing

The original exception, where there is one, is kept as ``__cause__``.
"""

from collections.abc import Sequence


class BotError(Exception):
    """Catch this to catch everything the project raises on purpose."""


class UserFacingError(BotError):
    """A mistake in what somebody asked for; the message names the bad value and the fix.

    The message is plain text, not Slack markup; whoever shows it escapes it. ``about`` names the part of the
    request that is wrong, where it is one part ("parent"), so that a form can say it beside that field.
    """

    def __init__(self, message: str, *, about: str | None = None) -> None:
        self.about = about
        super().__init__(message)


class NotAllowedError(UserFacingError):
    """The person may not make this change; the message says who may."""


class ChangedMeanwhileError(UserFacingError):
    """Somebody else changed the same since it was looked at, so nothing was saved; look again, then save."""


class ConfigurationError(BotError):
    """A setting, file or database is not usable; the message is one line with the fix."""


class KnowledgeError(ConfigurationError):
    """The knowledge files have problems; ``problems`` holds one ``file:line: message`` each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} problem(s) in the knowledge files:\n" + "\n".join(self.problems))


class UnavailableError(BotError):
    """Something this bot needs is away; the message says what and what to check."""


class SlackRefusedError(UnavailableError):
    """Slack answered a Web API call with an error; ``code`` is Slack's own word for it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"Slack answered {code}")


class SlackLimitedError(SlackRefusedError):
    """Slack asks to wait (429): ``retry_after`` seconds, then it may be tried again. It took nothing."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after
