"""The manifest declares what the bot listens to and calls, no more and no less."""

import yaml

from bot.blocks.ids import QUESTION_ASK
from bot.handlers import CHANGES, COMMAND, EVENTS
from bot.storage.knowledge_paths import config_folder

SCOPE_OF_METHOD = {
    "chat.postMessage": "chat:write",
    "users.info": "users:read",
    "usergroups.list": "usergroups:read",
    "usergroups.users.list": "usergroups:read",
}
SCOPE_OF_EVENT = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "user_change": "users:read",
    "subteam_updated": "usergroups:read",
    "subteam_members_changed": "usergroups:read",
}
EVENTS_WITHOUT_SCOPE = {"app_home_opened"}


def test_commands_events_and_scopes_are_those_of_the_code() -> None:
    manifest = yaml.safe_load((config_folder() / "manifest.yaml").read_text())
    events = manifest["settings"]["event_subscriptions"]["bot_events"]

    assert [one["command"] for one in manifest["features"]["slash_commands"]] == [COMMAND]
    assert manifest["features"]["slash_commands"][0]["should_escape"] is True
    assert [(one["type"], one["callback_id"]) for one in manifest["features"]["shortcuts"]] == [
        ("message", QUESTION_ASK)
    ]
    assert {event.partition(".")[0] for event in events} == {*EVENTS, *CHANGES}
    of_events = {SCOPE_OF_EVENT[event] for event in set(events) - EVENTS_WITHOUT_SCOPE}
    needed = {"commands", *SCOPE_OF_METHOD.values(), *of_events}
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed
