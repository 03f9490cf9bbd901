"""The manifest declares what the bot listens to and calls, no more and no less."""

import yaml

from bot.handlers import COMMAND, EVENTS
from bot.storage.knowledge_paths import config_folder

SCOPE_OF_METHOD = {
    "chat.postMessage": "chat:write",
    "users.info": "users:read",
    "usergroups.list": "usergroups:read",
    "usergroups.users.list": "usergroups:read",
}
SCOPE_OF_EVENT = {"app_mention": "app_mentions:read", "message.im": "im:history"}


def test_commands_events_and_scopes_are_those_of_the_code() -> None:
    manifest = yaml.safe_load((config_folder() / "manifest.yaml").read_text())
    events = manifest["settings"]["event_subscriptions"]["bot_events"]

    assert [one["command"] for one in manifest["features"]["slash_commands"]] == [COMMAND]
    assert manifest["features"]["slash_commands"][0]["should_escape"] is True
    assert {event.partition(".")[0] for event in events} == set(EVENTS)
    needed = {"commands", *SCOPE_OF_METHOD.values(), *(SCOPE_OF_EVENT[event] for event in events)}
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed
