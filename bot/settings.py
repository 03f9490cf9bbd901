"""The settings, read once from the environment and ``.env``; nothing else reads the environment."""

import re
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import ConfigurationError

DEFAULT_DATABASE_URL: Final = "sqlite+aiosqlite:///var/finops-bot.sqlite3"
_SLACK_ID: Final = re.compile(r"[UWS][A-Z0-9]{2,}")
_SECRETS: Final = ("slack_bot_token", "slack_app_token", "slack_signing_secret", "database_url", "metrics_token")
"""Settings that may come from the file which the setting before them, with ``_file``, names."""

_FROM_FILE: Final = Field(validate_default=True)


class Settings(BaseSettings):
    """Everything that differs between two installations; field names are the variables in lower case."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    slack_bot_token_file: Path | None = None
    slack_bot_token: Annotated[SecretStr | None, _FROM_FILE] = None
    slack_app_token_file: Path | None = None
    slack_app_token: Annotated[SecretStr | None, _FROM_FILE] = None
    slack_signing_secret_file: Path | None = None
    slack_signing_secret: Annotated[SecretStr | None, _FROM_FILE] = None
    slack_api_url: str = "https://slack.com/api/"
    database_url_file: Path | None = None
    database_url: Annotated[str, _FROM_FILE, Field(repr=False)] = ""
    finops_knowledge: Path | None = None
    finops_admins: Annotated[tuple[str, ...], NoDecode] = ()
    retention_days: Annotated[int, Field(ge=1, le=3650)] = 365
    metrics_token_file: Path | None = None
    metrics_token: Annotated[SecretStr | None, _FROM_FILE] = None
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 3000
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["console", "json"] = "console"

    @field_validator(*_SECRETS, mode="before")
    @classmethod
    def _from_file(cls, value: object, info: ValidationInfo) -> object:
        path = info.data.get(f"{info.field_name}_file")
        if path is None:
            return value
        variable = f"{info.field_name}_file".upper()
        if value:
            raise ValueError(f"{variable} is set, too: set one of the two")
        return _read_secret(variable, path)

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        return _prefixed(value, "xoxb-", "the Bot User OAuth Token from “OAuth & Permissions”")

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        return _prefixed(value, "xapp-", "an App-Level Token with connections:write from “Basic Information”")

    @field_validator("slack_api_url")
    @classmethod
    def _api_url(cls, value: str) -> str:
        if not re.match(r"https?://[^/\s]+", value):
            raise ValueError(f"must be an http(s) address like https://slack.com/api/, not {value!r}")
        return value if value.endswith("/") else f"{value}/"

    @field_validator("database_url")
    @classmethod
    def _database_url(cls, value: str) -> str:
        value = value or DEFAULT_DATABASE_URL
        scheme, separator, rest = value.partition("://")
        drivers = {
            "postgres": "postgresql+psycopg",
            "postgresql": "postgresql+psycopg",
            "postgresql+psycopg": "postgresql+psycopg",
            "sqlite": "sqlite+aiosqlite",
            "sqlite+aiosqlite": "sqlite+aiosqlite",
        }
        if not separator or scheme not in drivers:
            # The value may hold a password, so only its scheme is repeated.
            start = f"{scheme}://" if separator else "a bare name"
            raise ValueError(f"must start with postgresql:// or sqlite:///, not {start}")
        return f"{drivers[scheme]}://{rest}"

    @field_validator("finops_admins", mode="before")
    @classmethod
    def _admins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        ids = tuple(part.strip() for part in value.split(",") if part.strip())
        for slack_id in ids:
            if not _SLACK_ID.fullmatch(slack_id):
                raise ValueError(
                    f"{slack_id!r} is not a Slack id: write user ids (U…) or user group ids (S…), comma-separated"
                )
        return ids

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _any_case(cls, value: object, info: object) -> object:
        if not isinstance(value, str):
            return value
        return value.upper() if getattr(info, "field_name", "") == "log_level" else value.lower()

    @model_validator(mode="after")
    def _one_way_in(self) -> "Settings":
        if self.slack_bot_token is None and self.slack_app_token is not None:
            raise ValueError("SLACK_APP_TOKEN is set but SLACK_BOT_TOKEN is not: set both, or neither")
        if self.slack_bot_token is not None and self.slack_app_token is None and self.slack_signing_secret is None:
            raise ValueError(
                "SLACK_BOT_TOKEN is set, but neither SLACK_APP_TOKEN (Socket Mode)"
                " nor SLACK_SIGNING_SECRET (HTTP) is: set one of them"
            )
        return self

    @property
    def on_slack(self) -> bool:
        """Whether the bot talks to Slack; without a token it is the playground."""
        return self.slack_bot_token is not None

    @property
    def uses_default_database(self) -> bool:
        """Whether the data lie in the embedded default, which is created and migrated without being asked."""
        return self.database_url == DEFAULT_DATABASE_URL


def read_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        ConfigurationError: every problem at once, by variable name, in one line.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = [_describe(problem["loc"], problem["msg"]) for problem in error.errors(include_url=False)]
        raise ConfigurationError("; ".join(problems)) from None


def _describe(location: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"{str(location[0]).upper()}: {message}" if location else message


def _prefixed(value: SecretStr | None, prefix: str, what: str) -> SecretStr | None:
    if value is not None and not value.get_secret_value().startswith(prefix):
        raise ValueError(f"must start with {prefix}: it is {what}")
    return value


def _read_secret(variable: str, path: Path) -> str:
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ValueError(f"{variable} {path} cannot be read: {reason}") from None
    if not secret:
        raise ValueError(f"{variable} {path} is empty")
    return secret
