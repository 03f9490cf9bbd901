"""What the stand-in tells of people and user groups, as Slack does. Pure."""

from collections.abc import Mapping
from typing import Any

Known = Mapping[str, Mapping[str, Any]]


def found(name: str, value: object, error: str) -> dict[str, Any]:
    """Return an answer that holds ``value``, or Slack's word for that there is none."""
    return {name: value} if value is not None else {"ok": False, "error": error}


def some_users(users: Known, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``users.list``: a page of the users; the cursor says how many came before."""
    start, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit") or 100)
    cursor = str(start + limit) if start + limit < len(users) else ""
    return {"members": list(users.values())[start : start + limit], "response_metadata": {"next_cursor": cursor}}


def user_by_email(users: Known, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``users.lookupByEmail``."""
    email = arguments["email"].casefold()
    those = [one for one in users.values() if one.get("profile", {}).get("email", "").casefold() == email]
    return found("user", those[0] if those else None, "users_not_found")


def listed_groups(groups: Known, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``usergroups.list``, with disabled groups and members as far as they are asked for."""
    with_disabled, with_users = (_is_set(arguments.get(name)) for name in ("include_disabled", "include_users"))
    left_out = set() if with_users else {"users"}
    return {
        "usergroups": [
            {key: value for key, value in group.items() if key not in left_out}
            for group in groups.values()
            if with_disabled or not group.get("date_delete")
        ]
    }


def group_members(groups: Known, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``usergroups.users.list``."""
    group = groups.get(arguments["usergroup"])
    return found("users", group["users"] if group else None, "no_such_subteam")


def _is_set(value: object) -> bool:
    """Tell whether a flag is set: JSON and forms write it differently."""
    return value is True or value in {"1", "true", "True"}
