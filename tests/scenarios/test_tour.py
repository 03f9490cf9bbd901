"""Through ownership from an empty workspace: a file in, five teams asked about, somebody leaves, a handover."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.messenger import SlackMessenger, build_client
from bot.playground.slack import WORKSPACE_ID
from bot.reviewing import Reviewing
from bot.settings import Settings
from bot.storage.knowledge_paths import config_folder
from bot.storage.ownership_files import read_ownership
from bot.storage.sample import read_sample
from bot.surface import Surface
from bot.teams.model import Actor
from bot.teams.transfer_plan import TransferPlan
from bot.teams.transfer_rows import ImportRules
from tests.scenarios.conftest import ADMIN, Stage, a_user
from tests.scenarios.test_refresh import tell
from tests.scenarios.test_review import a_person, part, submit

RIGHTSIZE = "the r5 nodes idle at 10 percent cpu, can someone rightsize them"
ACCRUAL = "book the accrual for the march aws invoice before month end close"
KEEP_FEATURE = "is the recommendation widget worth its gpu bill, or do we drop the feature from the roadmap"
DIEGO, HUGO, JONAS, AIKO, PRIYA, SAM = "U02DIEGO", "U13HUGO", "U09JONAS", "U03AIKO", "U08PRIYA", "U11SAM"


async def imported(stage: Stage) -> TransferPlan:
    """Import the sample file into the workspace of the stand-in, whose people it names."""
    sample = read_sample(config_folder())
    stage.slack.users |= {
        user_id: a_user(user_id, name, tz="Europe/Berlin") for user_id, name in sample.people.items()
    }
    stage.slack.groups |= {
        group_id: {"id": group_id, "handle": group.handle, "users": list(group.members)}
        for group_id, group in sample.groups.items()
    }
    by = Actor(WORKSPACE_ID, "terminal", Surface.FILE)
    rows = read_ownership(config_folder() / "sample-teams.csv").rows
    plan = await stage.services.transfer.plan(by, rows, ImportRules())
    assert isinstance(plan, TransferPlan)
    await stage.services.transfer.apply(by, plan)
    return plan


async def asked(stage: Stage, question: str, user: str = SAM, **where: Any) -> str:  # noqa: ANN401 (fields of an event)
    """Mention the bot and return what it posted."""
    before = len(stage.posted)
    await stage.say(f"<@U0FINOPS> {question}", user, **where)
    (message,) = stage.posted[before:]
    return str(message["text"])


async def test_the_tour(stage: Stage, settings: Settings) -> None:
    await imported(stage)
    again = await stage.services.transfer.plan(
        Actor(WORKSPACE_ID, "terminal", Surface.FILE),
        read_ownership(config_folder() / "sample-teams.csv").rows,
        ImportRules(),
    )
    assert isinstance(again, TransferPlan)
    assert again.is_empty
    stage.clock.advance(timedelta(days=1))

    await the_chain_is_walked(stage)
    await somebody_leaves(stage)
    await the_past_is_asked(stage)
    await something_is_handed_over(stage, settings)
    await all_of_it_is_in_the_audit_log(stage)


async def the_chain_is_walked(stage: Stage) -> None:
    """Named in the text, the channel's team, the asker's own; primary, parent, organisation, gap."""
    primary = await asked(stage, f"{RIGHTSIZE} for checkout")
    assert f"for *Payments*: ask <@{DIEGO}>" in primary
    assert "Team: Payments, the team you asked for" in primary
    parent = await asked(stage, RIGHTSIZE, channel="C07LOGISTICS")
    assert "for *Logistics*: ask <@U04OWEN>" in parent
    assert "Team: Logistics, this channel's team" in parent
    assert "Held for Commerce, the parent team" in parent
    organisation = await asked(stage, f"{ACCRUAL}, it is about the Mobile Apps")
    assert "for *Mobile Apps*: ask <@U05LEILA>" in organisation
    assert "Held for the whole organisation" in organisation
    gap = await asked(stage, f"{KEEP_FEATURE} for lakehouse")
    assert "for *Data Platform*, but nobody holds that role yet" in gap
    assert "the FinOps Practitioner helps: ask <@U01MARA>" in gap
    own = await asked(stage, RIGHTSIZE, PRIYA)
    assert f"for *Payments*: ask <@{DIEGO}>" in own
    assert "Team: Payments, the asker's team" in own


async def somebody_leaves(stage: Stage) -> None:
    """Hugo is asked; his account is deactivated; his backup is asked, and the answer says so."""
    before = await asked(stage, f"{RIGHTSIZE} for Serach")
    stage.slack.users[HUGO]["deleted"] = True
    await tell(stage, {"type": "user_change", "user": stage.slack.users[HUGO]})
    after = await asked(stage, f"{RIGHTSIZE} for Search")

    assert f"for *Search*: ask <@{HUGO}>" in before
    assert f"for *Search*: ask <@{JONAS}>" in after
    assert "Skipped: Hugo Martin, their account is deactivated" in after


async def the_past_is_asked(stage: Stage) -> None:
    """Who it was in March, from the dates in the file; and that nobody was named for another persona then."""
    march = await stage.slash(f"who-owns {ACCRUAL} for Data Platform --at 2026-03-01", SAM)
    nobody = await stage.slash(f"who-owns {RIGHTSIZE} for Data Platform --at 2026-03-01", SAM)

    assert "On 2026-03-01, *Finance* for this for *Data Platform* was <@U06TOMAS>." in march["text"]
    assert "nobody held that role on 2026-03-01" in nobody["text"]


async def something_is_handed_over(stage: Stage, settings: Settings) -> None:
    """After 90 days Diego is asked whether it is still his, and hands it over to Aiko."""
    stage.clock.advance(timedelta(days=91))
    await Reviewing(stage.services, SlackMessenger(build_client(settings))).ask_everybody(WORKSPACE_ID)
    (request,) = [message for message in stage.posted if message["channel"] == DIEGO]

    await stage.click(engineering(request), "Hand over to…", DIEGO)
    form = stage.slack.sent("views.open")[-1]["view"]
    await submit(stage, form, DIEGO, hand_over__person=a_person(AIKO))

    answer = await asked(stage, f"{RIGHTSIZE} for Payments")
    assert f"for *Payments*: ask <@{AIKO}>" in answer
    assert "Confirmed today" in answer


def engineering(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the part of a request that is about Engineering."""
    return part(request, "*Engineering*")


async def all_of_it_is_in_the_audit_log(stage: Stage) -> None:
    """Who changed what, from what to what, when, and where."""
    log = (await stage.slash("audit Payments", ADMIN))["text"]

    assert "`U02DIEGO` reassigned *Engineering* for *Payments*: assignee U02DIEGO → U03AIKO" in log
    assert "(modal)" in log
    assert "`terminal` added the team *Payments*" in log
    assert "`terminal` assigned *Engineering* for *Payments*: assignee U02DIEGO, rank primary" in log
