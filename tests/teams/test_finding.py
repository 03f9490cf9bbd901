"""Which team a question is about, in the order of the evidence, on a real store."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import UserFacingError
from bot.storage.ownership_memory import build_ownership_memory
from bot.storage.teams import SqlTeamStore
from bot.teams.finding import TeamFinder, TeamFound
from bot.teams.model import Person, Team
from bot.teams.naming import TeamChoice, TeamDoubt
from tests.builders import NOW, WORKSPACE, a_group, a_team, an_actor
from tests.fakes import FakeClock, FakeDirectory, FakeLexicon

COMMERCE = a_team("Commerce", channels=("C1SHOP",))
PAYMENTS = a_team(
    "Payments", parent=COMMERCE, aliases=("checkout", "Billing Squad"), channels=("C1PAY",), members=("U1PIA",)
)
SEARCH = a_team("Search", parent=COMMERCE, channels=("C1SEARCH",), members=("S1SEARCH",))
PLATFORM = a_team("Data Platform", leads=("U1LENA",))
OPS = a_team("Ops", aliases=("team 12",))
EVERYDAY = ["who", "pays", "for", "the", "search", "costs", "of", "this", "team", "we", "last", "month"]


class Bench:
    """A finder on a workspace with some teams."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.store = SqlTeamStore(engine)
        self.directory = FakeDirectory(Person("U1ANN", "Ann"), a_group("S1SEARCH", "U1SAM", "U1PIA"))
        self.finder = TeamFinder(self.store, self.directory, FakeLexicon(EVERYDAY, known=["bigquery"]))
        self.memory = build_ownership_memory(engine, FakeClock())

    async def add(self, *teams: Team) -> None:
        for team in teams:
            await self.store.add_team(an_actor(), team, NOW)

    async def about(self, text: str, channel: str | None = None, asker: str | None = "U1ANN") -> TeamFound:
        return (await self._found(text, channel, asker))[1]

    async def asked(self, text: str) -> tuple[str, TeamFound]:
        """Ask where the channel and the asker have a team, too."""
        return await self._found(text, "C1SHOP", "U1LENA")

    async def _found(self, text: str, channel: str | None, asker: str | None) -> tuple[str, TeamFound]:
        """Ask the store and what is in memory; they know the same."""
        found = await self.finder.of_question(WORKSPACE, text, channel, asker)
        in_memory = self.finder.on((await self.memory.current(WORKSPACE)).lookup)
        assert await in_memory.of_question(WORKSPACE, text, channel, asker) == found

        return found


@pytest.fixture(name="bench")
async def a_bench(sqlite_engine: AsyncEngine) -> Bench:
    bench = Bench(sqlite_engine)
    await bench.add(COMMERCE, PAYMENTS, SEARCH, PLATFORM, OPS)
    return bench


@pytest.mark.parametrize(
    ("text", "head", "team"),
    [
        ("who pays for Payments?", "who pays", PAYMENTS),
        ("who pays for billing squad", "who pays", PAYMENTS),
        ("who pays for search", "who pays", SEARCH),
        ("who pays FOR ops!", "who pays", OPS),
        ("who pays for the Data Platform team", "who pays", PLATFORM),
        ("who pays for <#C1PAY|pay>", "who pays", PAYMENTS),
        ("who pays for <!subteam^S1SEARCH>?", "who pays", SEARCH),
        ("who in Payments pays for Data Platform", "who in Payments pays", PLATFORM),
        ("who in <#C1PAY> pays for the search team", "who in <#C1PAY> pays", SEARCH),
    ],
)
async def test_the_team_asked_for_wins_over_everything(bench: Bench, text: str, head: str, team: Team) -> None:
    assert await bench.asked(text) == (head, TeamChoice(team, "asked"))


async def test_the_team_asked_for_may_be_misspelt(bench: Bench) -> None:
    found = await bench.asked("who in Search pays for Data Platfrom?")

    assert found == ("who in Search pays", TeamChoice(PLATFORM, "asked", "data platfrom"))


async def test_for_without_a_team_behind_it_is_part_of_the_question(bench: Bench) -> None:
    text = "who in Payments pays for bigquery"

    assert await bench.asked(text) == (text, TeamChoice(PAYMENTS, "text"))


@pytest.mark.parametrize(
    ("text", "team"),
    [
        ("who at payments signs this", PAYMENTS),
        ("checkout is over budget, who decides", PAYMENTS),
        ("the Billing-Squad is over budget", PAYMENTS),
        ("is <#C1SEARCH|search-eng> over budget", SEARCH),
        ("is <!subteam^S1SEARCH|@search> over budget", SEARCH),
        ("ops is over budget", OPS),
        ("is team 12 over budget", OPS),
        ("the search team is over budget", SEARCH),
    ],
)
async def test_a_team_named_in_the_text_wins_over_channel_and_asker(bench: Bench, text: str, team: Team) -> None:
    assert await bench.asked(text) == (text, TeamChoice(team, "text"))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("paymnts is over budget", "paymnts"),
        ("paaments is over budget", "paaments"),
        ("payemnts is over budget", "payemnts"),
        ("xayments is over budget", "xayments"),
        ("chekcout is over budget", "chekcout"),
        ("the biling squad is over budget", "biling squad"),
    ],
)
async def test_a_name_with_one_slip_is_understood_and_the_choice_says_what_was_read(
    bench: Bench, text: str, written: str
) -> None:
    assert await bench.asked(text) == (text, TeamChoice(PAYMENTS, "text", written))


@pytest.mark.parametrize(
    "text",
    ["paymmennts is over budget", "opps is over budget", "team 13 is over budget", "xx team 1 2 is over budget"],
)
async def test_two_slips_a_short_name_and_one_with_digits_are_not_guessed(bench: Bench, text: str) -> None:
    assert await bench.about(text) is None


async def test_a_misspelt_everyday_word_is_no_team_unless_it_is_marked_as_one(bench: Bench) -> None:
    assert await bench.about("who pays this serach costs") is None
    assert await bench.about("who pays this in serach") == TeamChoice(SEARCH, "text", "serach")


@pytest.mark.parametrize(
    "text", ["we search costs", "Search costs exploded", "WE SEARCH COSTS", "Help! Search costs exploded"]
)
async def test_an_everyday_word_that_nothing_marks_is_no_team(bench: Bench, text: str) -> None:
    assert await bench.about(text) is None


async def test_the_channel_s_team_is_taken_where_the_text_names_none(bench: Bench) -> None:
    assert await bench.about("who pays this", "C1SEARCH", "U1PIA") == TeamChoice(SEARCH, "channel")
    assert await bench.about("who pays this", "C1OTHER", "U1LENA") == TeamChoice(PLATFORM, "asker")


async def test_the_asker_s_own_team_comes_from_lists_leads_and_user_groups(bench: Bench) -> None:
    assert await bench.about("who pays this", asker="U1LENA") == TeamChoice(PLATFORM, "asker")
    assert await bench.about("who pays this", asker="U1SAM") == TeamChoice(SEARCH, "asker")
    assert await bench.about("who pays this", asker="U1PIA") == TeamDoubt((PAYMENTS, SEARCH), "asker")
    assert await bench.about("who pays this", asker="U1ANN") is None
    assert await bench.about("who pays this", asker=None) is None


async def test_where_slack_is_away_the_asker_s_lists_still_count(bench: Bench) -> None:
    bench.directory.is_away = True

    assert await bench.about("who pays this", asker="U1PIA") == TeamChoice(PAYMENTS, "asker")
    assert await bench.about("who pays this", asker="U1SAM") is None


async def test_two_plausible_teams_are_a_question_back(bench: Bench) -> None:
    expected = TeamDoubt((PLATFORM, PAYMENTS), "text")

    assert await bench.about("payments or data platform, who pays") == expected
    assert await bench.about("payments or <!subteam^S1SEARCH>, who pays") == TeamDoubt((PAYMENTS, SEARCH), "text")


async def test_a_misspelt_name_between_two_teams_is_a_question_back(bench: Bench) -> None:
    await bench.add(a_team("Paymants"))

    found = await bench.about("paymnts is over budget")
    asked = await bench.about("who pays for paymnts")

    assert isinstance(found, TeamDoubt)
    assert isinstance(asked, TeamDoubt)
    assert [team.name for team in found.teams] == ["Paymants", "Payments"]
    assert (found.basis, asked.basis) == ("text", "asked")


async def test_of_a_team_and_its_ancestor_the_lower_one_is_meant(bench: Bench) -> None:
    cards = a_team("Cards", parent=PAYMENTS)
    await bench.add(cards)

    assert await bench.about("commerce, or cards, who pays") == TeamChoice(cards, "text")
    assert await bench.about("commerce, payments, who pays") == TeamChoice(PAYMENTS, "text")


async def test_of_more_than_five_plausible_teams_none_is_taken(bench: Bench) -> None:
    await bench.add(*(a_team(f"Squad {number}", members=("U1EVA",)) for number in range(5)))
    five = await bench.about("who pays this", asker="U1EVA")
    await bench.add(a_team("Squad 5", members=("U1EVA",)))

    six = await bench.about("who pays this", asker="U1EVA")

    assert isinstance(five, TeamDoubt)
    assert len(five.teams) == 5
    assert six is None


async def test_somebody_in_very_many_teams_has_none_of_their_own(bench: Bench) -> None:
    await bench.add(*(a_team(f"Squad {number}", members=("U1EVA",)) for number in range(51)))

    assert await bench.about("who pays this", asker="U1EVA") is None


@pytest.mark.parametrize("text", ["", "🎉", "<@U1BOT>", "?" * 4000, "\x00 \ud800", "for " * 1000, "x" * 4000])
async def test_odd_texts_name_no_team(bench: Bench, text: str) -> None:
    assert await bench.about(text) is None


async def test_a_team_is_called_by_its_name_or_alias_in_any_case(bench: Bench) -> None:
    assert await bench.finder.called(WORKSPACE, "DATA-PLATFORM") == PLATFORM
    assert await bench.finder.called(WORKSPACE, "Checkout") == PAYMENTS


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Paymnets", "“Paymnets”. Did you mean Payments?"),
        ("Daat Platform", "“Daat Platform”. Did you mean Data Platform?"),
        ("Data Plat", "“Data Plat”. Did you mean Data Platform?"),
        ("zzzzz", "“zzzzz”. See /finops team list."),
        ("🎉", "“🎉”. See /finops team list."),
        ("", "“”. See /finops team list."),
    ],
)
async def test_an_unknown_team_gets_suggestions(bench: Bench, name: str, message: str) -> None:
    with pytest.raises(UserFacingError) as caught:
        await bench.finder.called(WORKSPACE, name)

    assert str(caught.value).endswith(message)


async def test_a_long_unknown_name_is_cut_where_it_is_shown_again(bench: Bench) -> None:
    with pytest.raises(UserFacingError) as caught:
        await bench.finder.called(WORKSPACE, "z" * 4000)

    assert len(str(caught.value)) < 200


async def test_an_archived_team_is_called_by_its_name_for_the_time_it_was_there(bench: Bench) -> None:
    later = NOW + timedelta(days=10)
    await bench.store.archive_team(an_actor(), OPS, later)

    found = await bench.finder.called(WORKSPACE, "ops", NOW + timedelta(days=9))

    assert found.id == OPS.id
    for at in (None, later, NOW - timedelta(days=1)):
        with pytest.raises(UserFacingError, match="no team called “ops”"):
            await bench.finder.called(WORKSPACE, "ops", at)


async def test_the_past_is_the_archived_team_s_and_the_present_its_successor_s(bench: Bench) -> None:
    later = NOW + timedelta(days=10)
    await bench.store.archive_team(an_actor(), OPS, later)
    successor = a_team("Ops")
    await bench.store.add_team(an_actor(), successor, later)

    assert (await bench.finder.called(WORKSPACE, "ops", NOW)).id == OPS.id
    assert (await bench.finder.called(WORKSPACE, "ops", later)).id == successor.id
    assert (await bench.finder.called(WORKSPACE, "ops")).id == successor.id


async def test_a_team_of_an_id_is_found_until_it_is_archived(bench: Bench) -> None:
    assert await bench.finder.by_id(WORKSPACE, OPS.id) == OPS

    await bench.store.archive_team(an_actor(), OPS, NOW)
    await bench.add(a_team("Ops"))

    for team_id in (OPS.id, "unknown"):
        with pytest.raises(UserFacingError, match="This team is gone"):
            await bench.finder.by_id(WORKSPACE, team_id)


async def test_no_team_of_another_workspace_is_found(bench: Bench) -> None:
    other = "T0OTHER"

    assert (await bench.finder.of_question(other, "who pays for Payments", "C1PAY", "U1PIA"))[1] is None
    with pytest.raises(UserFacingError, match="no team called"):
        await bench.finder.called(other, "Payments")
    with pytest.raises(UserFacingError, match="gone"):
        await bench.finder.by_id(other, PAYMENTS.id)
