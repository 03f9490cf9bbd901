"""A digest says what changed, names nobody who did not ask for it, and fits into Slack's limits."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks.digest import digest_message, digest_thread, paused_message, trend_in_words
from bot.blocks.digest_form import digest_form_view
from bot.blocks.digest_overview import DigestOverview, overview_blocks
from bot.blocks.digests import channel_problem, list_message
from bot.blocks.ids import DigestRef
from bot.blocks.text import Message
from bot.digests.content import DigestContent, digest_content
from bot.digests.model import Demand, LastRun, Reroute, Snapshot, Unanswered
from bot.playground.limits import message_problems, view_problems
from bot.teams.coverage import CellState
from bot.teams.coverage_policy import CoveragePolicy
from bot.teams.coverage_report import CoverageFacts, CoverageReport, coverage_report
from bot.teams.model import Assignment, Cell, Team
from bot.teams.policy import OwnershipPolicy
from tests.builders import NOW, a_catalogue, a_digest, a_persona, a_team, an_assignment
from tests.scenarios.forms import said

PERSONAS = tuple(a_persona(key) for key in ("engineering", "finance", "product"))
CATALOGUE = a_catalogue(*PERSONAS)
PAYMENTS, SEARCH = a_team("Payments"), a_team("Search")
QUIET = Demand({}, (), 0, 0, 0)
HOSTILE = ["<!channel> " + "W" * 69, "&" * 80, "*_~`" * 20, "\u202egnillib\u202c", "<@U666EVIL>"]
LATE = timedelta(hours=3)


def a_report(
    *held: Assignment,
    teams: tuple[Team, ...] = (PAYMENTS, SEARCH),
    too_much: int = 12,
    **facts: Any,  # noqa: ANN401
) -> CoverageReport:
    policy = CoveragePolicy(too_much_for_one=too_much)
    return coverage_report(
        CoverageFacts(NOW, teams, held, **facts), PERSONAS, policy, OwnershipPolicy().is_overdue
    )


def a_content(report: CoverageReport, demand: Demand = QUIET, last: LastRun | None = None) -> DigestContent:
    return digest_content(report, demand, last, ())


def the_last_run(report: CoverageReport) -> LastRun:
    return LastRun(NOW - timedelta(days=7), report.score, frozenset(gap.cell for gap in report.gaps))


def told(content: DigestContent, **given: Any) -> Message:  # noqa: ANN401 (arguments of a digest)
    message = digest_message(content, given.pop("digest", None), CATALOGUE, **{"late_by": None, **given})
    assert message_problems(message.payload()) == ()
    return message


def buttons(message: Message) -> list[str]:
    blocks: Any = message.payload()["blocks"]
    return [block["accessory"]["accessibility_label"] for block in blocks if "accessory" in block]


def test_the_first_digest_says_the_score_and_the_five_worst_gaps_with_a_button_each() -> None:
    content = a_content(a_report(an_assignment("finance", team=PAYMENTS, since=NOW)))

    message = told(content)

    assert message.text.splitlines()[:2] == [
        "*FinOps coverage: 16.7 %*. 5 gaps with nobody.",
        "*Nobody answers, the worst first*",
    ]
    assert buttons(message) == [
        "Assign Engineering for Payments",
        "Assign Product for Payments",
        "Assign Engineering for Search",
        "Assign Finance for Search",
        "Assign Product for Search",
    ]
    assert digest_thread(content, CATALOGUE) == []


def test_what_changed_since_the_last_one_is_told() -> None:
    before = the_last_run(a_report(an_assignment("engineering", team=PAYMENTS)))

    text = told(a_content(a_report(an_assignment("finance")), last=before)).text

    assert text.startswith(
        "*FinOps coverage: 26.7 %* (+10 since the last digest). 4 gaps with nobody (1 new, 2 closed)."
    )
    assert "• new: *Engineering* for *Payments*: nobody" in text
    assert "• *Engineering* for *Search*: nobody" in text


def test_nothing_changed_is_one_line() -> None:
    report = a_report()
    content = a_content(report, last=the_last_run(report))

    message = told(content, digest=replace(a_digest(), mentions_owner=True), late_by=LATE)

    assert message.text == (
        "*FinOps coverage: 0 %*. 6 gaps with nobody. Nothing changed since the last digest."
        " For <@U1OWNER>. This comes 3 hours late: I could not send it in time."
    )
    assert len(message.blocks) == 1
    assert digest_thread(content, CATALOGUE) == []


def test_more_than_fits_goes_to_the_thread() -> None:
    teams = tuple(a_team(f"Team {number:02}") for number in range(12))
    content = a_content(a_report(teams=teams))

    first, second = digest_thread(content, CATALOGUE)

    assert "… and 31 gaps more with nobody, in the thread" in told(content).text
    assert first.text.count("• ") == 25
    assert second.text.count("• ") == 6


def test_people_are_named_and_nobody_is_mentioned() -> None:
    report = a_report(
        an_assignment("finance", "U1LEILA", since=NOW - timedelta(days=100)),
        an_assignment("engineering", "S1GROUP", SEARCH),
        an_assignment("product", "U1BUSY"),
        unfit={"S1GROUP": "empty_group"},
        too_much=1,
    )
    content = replace(a_content(report), names={"U1LEILA": "Leila <!channel>", "U1BUSY": "Priya"})

    message = told(content)

    assert (
        "• *Finance* for *Payments* and *Search*: Leila &lt;!channel&gt; has not confirmed it for 100 days"
        in message.text
    )
    assert "*Engineering* for *Search*: a user group, a group without members" in message.text
    assert "• Priya: without them, 2 places would have nobody" in message.text
    assert "<@" not in said(message.payload())
    assert {one.id for one in content.shown_people()} == {"U1LEILA", "S1GROUP", "U1BUSY"}


def test_one_person_behind_many_gaps_is_one_line_with_all_that_was_asked() -> None:
    teams = tuple(a_team(f"Team {number}") for number in range(8))
    report = a_report(
        an_assignment("finance", since=NOW - timedelta(days=100)),
        teams=teams,
        asked={Cell("finance", team.id): 1 for team in teams[:2]},
    )

    text = told(a_content(report)).text

    assert text.count("has not confirmed it") == 1
    assert "• *Finance* for *Team 0*, *Team 1*, *Team 2* and 5 more: somebody has not confirmed it" in text
    assert "for 100 days; asked about 2 times" in text


def test_more_owners_than_fit_stand_in_the_thread() -> None:
    teams = tuple(a_team(f"Team {number}") for number in range(8))
    held = [
        an_assignment("finance", f"U1OWNER{n}", team, since=NOW - timedelta(days=100))
        for n, team in enumerate(teams)
    ]
    content = a_content(a_report(*held, an_assignment("engineering"), an_assignment("product"), teams=teams))

    (message,) = digest_thread(content, CATALOGUE)

    assert "somebody has not confirmed it for 100 days\n… and 3 more" in told(content).text
    assert message.text.count("somebody has not confirmed it") == 3


def test_the_owner_is_mentioned_once_if_they_want_that() -> None:
    digest = a_digest()
    content = a_content(a_report())

    mentioning = said(list(told(content, digest=replace(digest, mentions_owner=True)).payload()["blocks"]))  # type: ignore[call-overload]

    assert mentioning.count("<@") == 1
    assert "For <@U1OWNER>" in mentioning
    assert "<@" not in told(content, digest=digest).text


def test_what_was_asked_in_vain_is_told_by_responsibility_and_team() -> None:
    demand = replace(
        QUIET,
        unanswered=(
            Unanswered("finance", "Budgeting & forecasts", PAYMENTS.id, 3),
            Unanswered("product", "", None, 1),
        ),
    )

    text = told(a_content(a_report(), demand, the_last_run(a_report()))).text

    assert "*Asked, and nobody could be named*" in text
    assert "• *Finance*, Budgeting &amp; forecasts, for Payments: 3 times" in text
    assert "• *Product*: once" in text


def test_what_people_settled_otherwise_and_what_nobody_settled_is_told() -> None:
    reroutes = (Reroute("finance", "product", 2), Reroute("gone", "engineering", 1))
    demand = replace(QUIET, rerouted=3, reroutes=reroutes, undecided=1)

    text = told(a_content(a_report(), demand)).text

    assert "*3 questions sent on to another persona than I had named*" in text
    assert "• Finance → Product: 2 times\n• gone → Engineering: once" in text
    assert "1 question still without a persona: I asked back, and nobody chose one." in text


def test_teams_with_nobody_of_their_own_are_named() -> None:
    text = told(a_content(a_report(an_assignment("finance", team=SEARCH), an_assignment("product")))).text

    assert "*Teams with nobody of their own*\n• Payments" in text


def test_without_teams_the_first_is_asked_for() -> None:
    assert told(a_content(a_report(teams=()))).text.startswith(
        "*FinOps coverage*: Nothing is required of anybody. There are no teams yet."
        " Add the first: `/finops team add`"
    )


def test_no_gaps_is_good_news() -> None:
    everything = [an_assignment(persona.key) for persona in PERSONAS]

    message = told(a_content(a_report(*everything)))

    assert message.text.startswith("*FinOps coverage: 80 %*. No gaps.")
    assert buttons(message) == []


@pytest.mark.parametrize(
    ("late_by", "words"),
    [(timedelta(minutes=20), "20 minutes"), (timedelta(minutes=80), "80 minutes"), (LATE, "3 hours")],
)
def test_one_that_comes_late_says_so(late_by: timedelta, words: str) -> None:
    text = told(a_content(a_report()), late_by=late_by).text

    assert f"This comes {words} late: I could not send it in time." in text


def test_the_trend_stands_in_it_as_text() -> None:
    trend = [Snapshot(date(2026, 11, day), day, {CellState.MISSING: 1}) for day in (1, 8, 22)]
    content = digest_content(a_report(), QUIET, None, trend)

    assert trend_in_words(content) == "Coverage rose from 1 % on 1 November 2026 to 22 % on 22 November 2026."
    assert f"{trend_in_words(content)} ▁▁·▂" in told(content).text


def test_ten_thousand_gaps_fit() -> None:
    teams = tuple(a_team(f"Team {number:04}") for number in range(3_400))
    held = [an_assignment("finance", team=team, since=NOW - timedelta(days=100)) for team in teams]
    content = a_content(a_report(*held, teams=teams, too_much=1))

    message, thread = told(content), digest_thread(content, CATALOGUE)

    assert message.text.startswith(
        "*FinOps coverage: 10 %*. 10,200 gaps: 6,800 with nobody and 3,400 perhaps out of date."
    )
    assert len(thread) == 5
    assert all(message_problems(one.payload()) == () for one in thread)
    assert thread[-1].text == "… and 6,695 more. Those of one team: `/finops coverage &lt;team&gt;`"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_mention_nobody_and_fit(name: str) -> None:
    teams = tuple(a_team(f"{name[:77]}{number:03}") for number in range(120))
    held = [an_assignment("finance", team=team, since=NOW - timedelta(days=100)) for team in teams]
    demand = Demand(
        {},
        tuple(Unanswered("finance", name, team.id, 1) for team in teams),
        9,
        9,
        9,
        (Reroute(name, name, 9),) * 9,
    )
    content = replace(a_content(a_report(*held, teams=teams, too_much=1), demand), names={"U1OWNER": name})
    catalogue = a_catalogue(*(replace(persona, name=name) for persona in PERSONAS))

    messages = [digest_message(content, None, catalogue, late_by=LATE), *digest_thread(content, catalogue)]

    for message in messages:
        assert message_problems(message.payload()) == ()
        assert not any(live in message.text for live in ("<!channel", "<@U666EVIL"))


@settings(max_examples=30, deadline=None)
@given(names=st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=60), count=st.integers(0, 9))
def test_any_digest_fits(names: list[str], count: int) -> None:
    teams = tuple(map(a_team, names))
    held = [an_assignment("finance", team=team, since=NOW - timedelta(days=100)) for team in teams[::2]]
    unanswered = tuple(Unanswered("finance", name, team.id, 1) for name, team in zip(names, teams, strict=True))
    content = a_content(a_report(*held, teams=teams, too_much=1), Demand({}, unanswered, count, count, count))

    for message in (told(content, late_by=LATE), *digest_thread(content, CATALOGUE)):
        assert message_problems(message.payload()) == ()


def test_a_preview_in_a_form_has_nothing_to_click() -> None:
    assert buttons(told(a_content(a_report()), may_edit=False)) == []


def test_a_paused_digest_is_told_with_why_and_how_it_goes_on() -> None:
    digest = a_digest("every monday at 9:00 Europe/Berlin")
    text = paused_message(digest, "is_archived").text

    assert text.startswith(
        "Your digest for <#C1CHANNEL> (every monday at 9:00 Europe/Berlin) is paused: that channel is archived."
        " Choose another one, or ask somebody to unarchive it."
    )
    assert "is paused: Slack answers &lt;new&gt;." in paused_message(digest, "<new>").text
    assert "`/finops digest resume &lt;number&gt;`" in text


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (None, "UTC, paused, added by"),
        ("not_in_channel", "paused. I am not in that channel. Write /invite @finops there, then resume it"),
        (
            "msg_too_long",
            "paused. The message was too long for Slack. Please tell whoever runs me, then resume it",
        ),
        ("something_else", "UTC, paused, added by"),
    ],
)
def test_the_list_says_why_a_digest_is_paused(reason: str | None, words: str) -> None:
    paused = replace(a_digest(), paused_at=NOW, pause_reason=reason)

    assert words in list_message([paused], lambda _: NOW).text


def test_fifty_digests_fit_into_the_list_and_some_of_them_into_app_home() -> None:
    digests = [
        replace(a_digest(), paused_at=NOW, pause_reason="channel_not_found", id=f"{number}")
        for number in range(50)
    ]
    everything = frozenset(one.id for one in digests)
    overview = DigestOverview(None, digests, everything, may_add=True, next_due=lambda _: NOW)

    blocks = [block.to_dict() for block in overview_blocks(overview)]

    assert message_problems(list_message(digests, lambda _: NOW).payload()) == ()
    assert view_problems({"type": "home", "blocks": blocks}) == ()
    assert len(said(blocks)) < 1_400
    assert "Coverage is not known yet." in said(blocks)


def test_the_form_fits_and_offers_no_channels_that_other_organisations_share() -> None:
    view: Any = digest_form_view(None, "America/Argentina/ComodRivadavia").to_dict()

    assert view_problems(view) == ()
    (channels,) = [block for block in view["blocks"] if block["label"]["text"] == "Channel"]
    assert channels["element"]["filter"]["exclude_external_shared_channels"] is True


@pytest.mark.parametrize("verb", ["preview", "now", "pause", "resume", "remove"])
def test_a_menu_entry_comes_back_as_it_was(verb: Any) -> None:  # noqa: ANN401 (one of the verbs)
    assert DigestRef.decode(DigestRef(verb, "abc").encode()) == DigestRef(verb, "abc")


@pytest.mark.parametrize("value", ["", "now", "now:", "send:abc", ":abc"])
def test_what_is_no_menu_entry_of_ours_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a menu value"):
        DigestRef.decode(value)


def test_slack_codes_that_are_not_about_the_channel_are_left_to_others() -> None:
    assert channel_problem("ratelimited") is None


def test_gaps_of_the_whole_organisation_have_their_place() -> None:
    report = a_report()
    worst = replace(report.gaps[0], cell=Cell("finance", None), team=None)

    message = told(replace(a_content(report), worst=(worst,)))

    assert "• *Finance* for the whole organisation: nobody" in message.text
    assert buttons(message) == ["Assign Finance for the whole organisation"]
