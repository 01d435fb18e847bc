"""What follows a meeting: flags, repeats that are told, the outcome told, and transfers to another MARAC."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import pytest

from chassis.clock import LONDON
from chassis.facts import Fact
from contracts.events.actions import ActionAgreed
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.conference import CaseListed
from contracts.events.contact import DeathRecorded
from contracts.events.flags import FlagConfirmed, RepeatAnswered
from contracts.events.listing import MaracSet
from contracts.events.meeting import CaseHeard, MeetingClosed
from contracts.events.orders import BreachReported
from contracts.events.owed import VictimTold
from contracts.events.people import HousingDescribed
from contracts.events.research import ResearchersSet
from contracts.events.support import SupportProgressed
from contracts.events.transfer import TransferAcknowledged, TransferAskedForMore, TransferSent
from contracts.mentions import Mention
from contracts.rules.instruments import FORMS
from contracts.sections import Contact, Identity, Location, Narrative
from contracts.vocabulary import (
    ActionFor,
    BreachKind,
    CaseRole,
    ContactMethod,
    FlagState,
    HeardHere,
    HousingKind,
    Instrument,
    MoveKind,
    MoveWarning,
    Relationship,
    RiskAnswer,
    Role,
    Sex,
    SupportKind,
    SupportStep,
    ToldResult,
    TransferItem,
    UpdateKind,
)
from services.marac.conference.after_rows import CaseAfter, ConferenceTransfer
from services.marac.conference.heard import waits
from services.marac.conference.transfer import untaken
from services.marac.rules import flags, refer_again, repeat, returns, transfer
from services.marac.rules.sharing import InCase
from tests.services.marac.caseload import (
    STREET,
    ann,
    ben,
    breach,
    incident,
    listing,
    meeting,
    mention,
    order,
    referral,
    risk,
    world,
)
from tests.support.facts import NOON, area, corrected, fact, mention_of, root_of, someone, withdrawn
from tests.support.tables import lines
from tests.support.world import World

DAY = timedelta(days=1)


def day(said: date | None) -> datetime:
    """Noon of a day in London."""
    assert said is not None
    return datetime.combine(said, time(12), LONDON)


@lines(__file__, "after")
def test_after(line: dict[str, Any]) -> None:
    RULES[line["rule"]](line)


def flag(line: dict[str, Any]) -> None:
    """How a flag stands."""
    ends = flags.until([day(line[each]) for each in ("referred", "again") if each in line])
    said = FlagState(line["said"]) if "said" in line else None
    assert ends.date() == line["until"]
    assert flags.stands(said, day(line["due"]), ends, day(line["today"])) == line["stands"]


def file(line: dict[str, Any]) -> None:
    """Since when an agency is asked anew."""
    since = flags.asked_again(FlagState(line["said"]), day(line["day"]), map(day, line["told"]))
    assert since == (day(line["again"]) if line["again"] else None)


def asks(line: dict[str, Any]) -> None:
    """Which services are not asked, for they support the other party alone."""
    part = CaseRole(line.get("part", "idva"))
    hers, his = (
        [InCase(part, agency, each) for agency, named in line[side].items() for each in named]
        for side in ("hers", "his")
    )
    assert sorted(flags.not_asked(hers, his)) == line["not"]


class Wrote(NamedTuple):
    """A record, and when its agency first wrote it down."""

    root: str
    recorded: datetime


def again(line: dict[str, Any]) -> None:
    """Which records ask for a new referral."""
    found = [Wrote(root, day(at)) for root, at in line["recorded"].items()]
    met = day(line["met"]) if "met" in line else None
    of, by, answered = line.get("of", ["ben"]), line.get("by", {}), line.get("answered", [])
    later = [(day(at), line.get("of_later", of)) for at in line.get("later", [])]
    anew = {each.root: refer_again.since(met, of, by.get(each.root, of), later) for each in found if met}
    waits = refer_again.waiting(found, met, anew, answered, line.get("had"))
    assert [each.root for each in waits] == line["waits"]


def says(line: dict[str, Any]) -> None:
    """What an assessment says that may be new abuse."""
    items = FORMS[Instrument.SAFELIVES_DASH_24].items
    answers = {items[item]: RiskAnswer(answer) for item, answer in line["answers"].items()}
    assert repeat.may_tell(answers) == line["says"]


def look(line: dict[str, Any]) -> None:
    """Whether what may tell of new abuse is looked at."""
    midnight, noon = datetime.combine(line["made"], time(), LONDON), day(line["made"])
    only_day = line.get("day", False)
    met, until = day(date(2025, 5, 1)), day(date(2026, 3, 4))
    assert repeat.to_look_at(midnight if only_day else noon, met, until, day=only_day) is line["looked"]


def heard(line: dict[str, Any]) -> None:
    """When a case was before its meeting."""
    came = NOON if line.get("listed", True) else None
    at = refer_again.heard_at(came, NOON + timedelta(hours=line["recorded"]))
    assert at == NOON + timedelta(hours=line["heard"])


def near(line: dict[str, Any]) -> None:
    """What the sender is warned of."""
    places = [[transfer.Known(areas) for areas in one] for one in line["of"]]
    assert transfer.warning(places, line["to"]) == line["warned"]


def moved(line: dict[str, Any]) -> None:
    """Whether a victim's newest address is another MARAC's."""
    lives = [(NOON + timedelta(days=n), f"said {n}", marac) for n, marac in line["lives"]]
    assert transfer.moved_to(lives, line["marac"]) == line["moved"]


def turn(line: dict[str, Any]) -> None:
    """Whose turn it is."""
    steps = [(NOON + timedelta(hours=n), step) for n, step in enumerate(line["steps"])]
    hours = {None: None} | {NOON + timedelta(hours=n): n for n in range(9)}
    stands = transfer.standing(steps)
    assert (stands.state, hours[stands.takes], hours[stands.chases]) == (
        line["state"],
        line["takes"],
        line["chases"],
    )


RULES = {
    "flag": flag,
    "file": file,
    "asks": asks,
    "again": again,
    "says": says,
    "look": look,
    "heard": heard,
    "near": near,
    "moved": moved,
    "turn": turn,
}


# ---- the folds and what they say -------------------------------------------------------------


YES: dict[str, Any] = {"answers": [{"item": "D15", "answer": "yes"}]}


def met(*facts: Fact[Any], days: int = 1) -> World:
    """Ann's case, referred twenty days ago, whose meeting was so many days ago; and what else is told."""
    return world(referral(), incident(), _meeting(days), listing(), *facts)


def _meeting(days: int) -> Fact[Any]:
    called = meeting()
    said = called.said.model_copy(update={"starts": NOON - days * DAY})
    return fact(said, agency="police", occurred=NOON - 9 * DAY, root="meeting")


def after(told: World) -> CaseAfter:
    row = told.row("conference_after", root_of("case"))
    assert isinstance(row, CaseAfter)
    return row


def running(told: World, cause: str = "case") -> set[str]:
    """The rules of the clocks that run about a cause."""
    said = [each.content for each in told.facts]
    over = {(e.rule, e.cause, e.generation) for e in said if isinstance(e, ClockStopped)}
    started = [e for e in said if isinstance(e, ClockStarted) and e.cause == root_of(cause)]
    return {e.rule for e in started if (e.rule, e.cause, e.generation) not in over}


def confirmed(agency: str, state: FlagState = FlagState.FLAGGED) -> Fact[Any]:
    said = FlagConfirmed(case=root_of("case"), state=state)
    return fact(said, agency=agency, root=f"flag of {agency}")


def test_before_its_meeting_nothing_is_owed() -> None:
    told = world(referral(), incident(), meeting(), listing(), breach())
    told.settle()
    assert told.row("conference_after", root_of("case")) is None
    assert running(told) == set()


def test_from_the_meeting_on_flags_and_telling_are_owed_and_stop_when_they_are_done() -> None:
    told = met()
    told.settle()
    row = after(told)
    assert [line.agency for line in row.flags] == ["haven", "police"], "those that told of the victim"
    assert row.until is not None
    assert row.until.date() == date(2027, 2, 11), "twelve months after the referral"
    assert running(told) == {"flags-owed", "tell-marac"}
    told.add(confirmed("haven"), confirmed("police", FlagState.NO_FILE))
    victim = mention_of("haven", "ann")
    tried = VictimTold(
        victim=victim,
        of=[UpdateKind.MARAC],
        result=ToldResult.TRIED,
        by="idva",
        narrative=Narrative(text="No answer."),
    )
    told.add(fact(tried, agency="haven", root="tried"))
    told.settle()
    assert (after(told).owing, after(told).flagged, after(told).tell_tried) == ("", "|haven|", 1)
    assert running(told) == {"tell-marac"}, "to have tried is not to have told"
    done = tried.model_copy(update={"result": ToldResult.TOLD, "narrative": None})
    told.add(fact(done, agency="haven", root="told"))
    told.settle()
    assert running(told) == set()


def test_a_victim_who_has_died_is_told_by_nobody_until_that_is_withdrawn_and_the_case_stays() -> None:
    told = met()
    died = fact(DeathRecorded(people=[ann()]), agency="police", root="died")
    told.add(died)
    told.settle()
    assert running(told) == {"flags-owed"}, "files stay flagged: the other side may harm somebody else"
    assert (after(told).tell_due, len(after(told).met)) == (None, 1)
    told.add(withdrawn(died))
    told.settle()
    assert running(told) == {"flags-owed", "tell-marac"}, "it was said of somebody else"


def test_what_the_meeting_recorded_says_who_tells_and_whether_it_is_safe() -> None:
    told = met()
    heard = CaseHeard(meeting=root_of("meeting"), case=root_of("case"), told_by="haven", safe_to_tell=False)
    told.add(fact(heard, agency="police", occurred=NOON - timedelta(hours=23), root="heard"))
    told.settle()
    row = after(told)
    assert (row.teller, row.safe_to_tell) == ("haven", False)
    assert row.met == (NOON - timedelta(hours=23),), "when it was heard, and not when the meeting began"


def test_a_record_typed_days_later_leaves_the_repeat_and_the_telling_between() -> None:
    told = met(breach(occurred=NOON - 2 * DAY), days=3)
    said = VictimTold(
        victim=mention_of("haven", "ann"), of=[UpdateKind.MARAC], result=ToldResult.TOLD, by="idva"
    )
    told.add(fact(said, agency="haven", occurred=NOON - timedelta(hours=47), root="told"))
    typed = CaseHeard(meeting=root_of("meeting"), case=root_of("case"), told_by="haven", safe_to_tell=True)
    told.add(fact(typed, agency="police", occurred=NOON - DAY, root="heard"))
    told.settle()
    row = after(told)
    assert (row.met, row.teller) == ((NOON - 3 * DAY,), "haven")
    assert [each.kind for each in row.repeats] == ["assault"], "nobody has decided that it is none"
    assert running(told) == {"flags-owed", "refer-again"}, "she was told, and is not told twice"


def test_an_agency_that_told_of_the_other_side_alone_is_not_asked() -> None:
    told = met(incident("his", "hospital", NOON - 30 * DAY, people=[ben(Role.SUSPECT)]))
    told.settle()
    assert "hospital" not in after(told).owing


def test_an_agency_that_told_of_the_victim_only_as_accused_is_not_asked() -> None:
    accused = [mention("ben", Role.VICTIM), mention("ann", Role.PERPETRATOR)]
    told = met(risk("his"), incident("back", "hospital", NOON - 30 * DAY, people=accused))
    told.settle()
    assert [line.agency for line in after(told).flags] == ["haven", "police"]


def test_an_agency_that_researches_for_the_marac_is_asked_though_it_told_of_nobody() -> None:
    said = ResearchersSet(area="north", agencies=["hospital"])
    told = met(fact(said, agency="police", occurred=NOON - 90 * DAY, root="researchers"))
    told.settle()
    assert [line.agency for line in after(told).flags] == ["haven", "hospital", "police"]


def test_an_agency_that_supports_the_other_party_alone_is_not_asked_though_it_researches() -> None:
    asked = ResearchersSet(area="north", agencies=["hospital"])
    his = SupportProgressed(people=[ben(Role.VICTIM)], support=SupportKind.IDVA, step=SupportStep.ACCEPTED)
    told = met(
        fact(asked, agency="police", occurred=NOON - 90 * DAY, root="researchers"),
        fact(his, agency="hospital", occurred=NOON - 30 * DAY, root="his"),
    )
    told.settle()
    assert [line.agency for line in after(told).flags] == ["haven", "police"]


def test_a_flag_that_is_taken_off_early_is_missing_at_once() -> None:
    told = met(confirmed("haven"), confirmed("police", FlagState.REMOVED))
    told.settle()
    row = after(told)
    assert (row.owing, row.answered, row.flags_due) == ("|police|", "|haven|", NOON)
    assert "flags-owed" in running(told)


def test_an_agency_that_held_no_file_is_asked_anew_once_it_tells_of_the_victim() -> None:
    told = met(confirmed("haven"), confirmed("police"), confirmed("council", FlagState.NO_FILE))
    asked = ResearchersSet(area="north", agencies=["council"])
    told.add(fact(asked, agency="police", occurred=NOON - 90 * DAY, root="researchers"))
    told.settle()
    row = after(told)
    assert (row.owing, row.answered) == ("", "|council|haven|police|")
    assert "flags-owed" not in running(told)
    told.add(incident("late", "council", NOON + timedelta(hours=1), kind="verbal-abuse"))
    told.at = NOON + timedelta(hours=2)
    told.settle()
    row = after(told)
    assert (row.owing, row.answered) == ("|council|", "|haven|police|")
    assert row.flags_due is not None
    assert row.flags_due > told.at, "five working days from what it told"
    assert "flags-owed" in running(told)


def test_a_listing_that_is_withdrawn_stops_what_it_began() -> None:
    told = met()
    told.settle()
    listed = next(each for each in told.facts if isinstance(each.content, CaseListed))
    told.add(withdrawn(listed))
    told.settle()
    assert running(told) == set()


def test_a_meeting_called_off_after_its_time_was_held_nowhere_and_stops_what_it_began() -> None:
    told = met()
    told.settle()
    assert running(told) == {"flags-owed", "tell-marac"}
    told.add(withdrawn(_meeting(1)))
    told.settle()
    assert running(told) == set()
    assert after(told).met == ()


@pytest.mark.parametrize(
    "over",
    [
        lambda: withdrawn(_meeting(1)),
        lambda: fact(MeetingClosed(meeting=root_of("meeting")), agency="police", root="closed"),
        lambda: withdrawn(referral()),
    ],
    ids=["called off", "closed without the case", "the referral is withdrawn"],
)
def test_a_flag_that_was_set_for_a_meeting_that_does_not_count_stands_until_it_is_taken_off(
    over: Callable[[], Fact[Any]],
) -> None:
    told = met(confirmed("haven"), confirmed("council", FlagState.NO_FILE))
    told.settle()
    told.add(over())
    told.settle()
    row = after(told)
    assert [(line.agency, line.state, line.due) for line in row.flags] == [("haven", "flagged", None)]
    assert (row.met, row.until, row.flags_due) == ((), None, None)
    assert (row.owing, row.flagged, row.answered) == ("", "|haven|", "")
    assert flags.stands(row.flags[0].state, None, row.until, told.at) == "not-heard"
    assert running(told) == set()
    told.at = NOON + timedelta(hours=1)
    said = FlagConfirmed(case=root_of("case"), state=FlagState.REMOVED)
    told.add(fact(said, agency="haven", occurred=told.at, root="taken off"))
    told.settle()
    assert (after(told).flags, after(told).flagged) == ((), "")


def test_a_flag_that_was_taken_off_before_another_meeting_is_asked_for_by_it_in_its_own_time() -> None:
    told = met(confirmed("haven"), confirmed("police"))
    told.settle()
    told.add(withdrawn(_meeting(1)))
    said = FlagConfirmed(case=root_of("case"), state=FlagState.REMOVED)
    told.add(fact(said, agency="haven", occurred=NOON + timedelta(hours=1), root="taken off"))
    called = meeting("next").said.model_copy(update={"starts": NOON + DAY})
    told.add(fact(called, agency="police", occurred=NOON - 9 * DAY, root="next"), listing(at="next"))
    told.at = NOON + 2 * DAY
    told.settle()
    row = after(told)
    assert (row.met, row.owing, row.flagged) == ((NOON + DAY,), "|haven|", "|police|")
    assert row.flags_due is not None
    assert row.flags_due > told.at, "nobody is late with what they were told they may take off"


def test_what_was_recorded_at_a_meeting_that_is_called_off_begins_nothing() -> None:
    early = fact(heard_there(), agency="police", occurred=NOON - timedelta(minutes=9), root="heard")
    told = world(referral(), incident(), _meeting(0), listing(), early)
    told.at = NOON - timedelta(minutes=5)
    told.settle()
    assert running(told) == {"flags-owed", "tell-marac"}, "it was recorded before the hour"
    told.add(withdrawn(_meeting(0)))
    told.settle()
    assert running(told) == set()


def test_a_meeting_moved_after_its_time_begins_anew_at_the_new_one() -> None:
    told = met()
    told.settle()
    moved = _meeting(1).said.model_copy(update={"starts": NOON + 2 * DAY})
    told.add(fact(moved, agency="police", occurred=NOON - 9 * DAY, root="meeting", version=2))
    told.settle()
    assert running(told) == set()
    told.at = NOON + 3 * DAY
    told.settle()
    assert after(told).met == (NOON + 2 * DAY,)
    assert running(told) == {"flags-owed", "tell-marac"}


def test_a_case_that_a_closed_meeting_passed_over_is_owed_nothing_until_it_goes_on() -> None:
    closed = fact(MeetingClosed(meeting=root_of("meeting")), agency="police", root="closed")
    told = met()
    told.settle()
    told.add(closed)
    told.settle()
    assert (running(told), after(told).met) == (set(), ())
    told.add(withdrawn(closed))
    told.settle()
    assert running(told) == {"flags-owed", "tell-marac"}, "it was closed by mistake, and goes on"
    told.add(fact(MeetingClosed(meeting=root_of("meeting")), agency="police", root="closed again"))
    told.settle()
    assert running(told) == set()
    told.add(fact(heard_there(), agency="police", occurred=NOON - timedelta(hours=23), root="heard"))
    told.settle()
    assert running(told) == {"flags-owed", "tell-marac"}, "what it had heard was recorded late"
    assert after(told).met == (NOON - timedelta(hours=23),)


def test_a_case_of_which_actions_alone_were_recorded_was_heard_and_not_passed_over() -> None:
    told = met()
    told.settle()
    told.add(fact(MeetingClosed(meeting=root_of("meeting")), agency="police", root="closed"))
    told.settle()
    assert after(told).met == ()
    owner = {"owner": "council", "due": NOON + 7 * DAY, "target": ActionFor.VICTIM}
    words = Narrative(text="Change the locks.")
    at_another = ActionAgreed(case=root_of("case"), meeting=root_of("elsewhere"), words=words, **owner)
    told.add(fact(at_another, agency="police", root="elsewhere's"))
    told.add(fact(ActionAgreed(case=root_of("case"), words=words, **owner), agency="police", root="between"))
    told.settle()
    there = ActionAgreed(case=root_of("case"), meeting=root_of("meeting"), words=words, **owner)
    beforehand = fact(there, agency="police", root="beforehand", occurred=NOON - 3 * DAY)
    told.add(beforehand)
    told.settle()
    assert after(told).met == (), "neither was agreed there, nor what was written down before its day"
    agreed = fact(there, agency="police", root="agreed")
    told.add(agreed)
    told.settle()
    assert (running(told), after(told).met) == ({"flags-owed", "tell-marac"}, (NOON - DAY,))
    told.add(withdrawn(agreed))
    told.settle()
    assert (running(told), after(told).met) == (set(), ()), "it was another case's"


def heard_there(**values: Any) -> CaseHeard:
    said = {"decided": Narrative(text="Change the locks.")} | values
    return CaseHeard(meeting=root_of("meeting"), case=root_of("case"), **said)


def test_a_record_corrected_to_empty_lets_a_closed_meeting_pass_the_case_over_again() -> None:
    held = NOON - timedelta(hours=23)
    told = met(fact(MeetingClosed(meeting=root_of("meeting")), agency="police", root="closed"))
    told.add(fact(heard_there(), agency="police", occurred=held, root="heard"))
    told.settle()
    assert running(told) == {"flags-owed", "tell-marac"}
    told.add(fact(heard_there(decided=None), agency="police", occurred=held, root="heard", version=2))
    told.settle()
    assert (running(told), after(told).met) == (set(), ()), "the words were another case's"
    told.add(fact(heard_there(), agency="police", occurred=held, root="heard", version=3))
    told.settle()
    assert (running(told), after(told).met) == ({"flags-owed", "tell-marac"}, (held,))


def test_an_empty_record_of_an_open_meeting_is_no_word_on_when_the_case_was_heard() -> None:
    told = met(breach(occurred=NOON - 2 * DAY))
    empty = heard_there(decided=None, had=[])
    told.add(fact(empty, agency="police", occurred=NOON - timedelta(hours=23), root="heard"))
    told.settle()
    assert after(told).met == (NOON - DAY,), "its time came all the same"
    assert after(told).repeats == (), "nor on what the room had"


def test_what_was_told_before_a_later_meeting_does_not_settle_it() -> None:
    told = met(days=3)
    said = VictimTold(
        victim=mention_of("haven", "ann"), of=[UpdateKind.MARAC], result=ToldResult.TOLD, by="idva"
    )
    told.add(fact(said, agency="haven", occurred=NOON - 2 * DAY, root="told"))
    told.settle()
    assert running(told) == {"flags-owed"}
    called = meeting("next").said.model_copy(update={"starts": NOON - DAY})
    told.add(fact(called, agency="police", occurred=NOON - 9 * DAY, root="next"), listing(at="next"))
    told.settle()
    assert running(told) == {"flags-owed", "tell-marac"}, "what the second came to is still to be told"


def test_of_two_cases_heard_on_one_day_what_is_told_of_one_leaves_the_other_owed() -> None:
    told = met(referral("other"), listing(case="other"))
    said = VictimTold(
        victim=mention_of("haven", "ann"),
        of=[UpdateKind.MARAC],
        result=ToldResult.TOLD,
        by="idva",
        case=root_of("other"),
    )
    told.add(fact(said, agency="haven", occurred=NOON - timedelta(hours=20), root="told of the other"))
    told.settle()
    assert "tell-marac" in running(told), "what this one came to is still to be told"
    assert "tell-marac" not in running(told, "other")
    of_every_case = said.model_copy(update={"case": None})
    told.add(fact(of_every_case, agency="haven", occurred=NOON - timedelta(hours=19), root="told"))
    told.settle()
    assert "tell-marac" not in running(told)


def test_a_record_that_a_feed_brings_after_the_meeting_is_told_though_its_agency_wrote_it_before() -> None:
    held = NOON - timedelta(hours=23)
    told = met(breach(occurred=NOON - 2 * DAY), incident("seen", "police", NOON - 2 * DAY))
    had = heard_there(had=[root_of("seen"), root_of("incident")])
    told.add(fact(had, agency="police", occurred=held, root="heard"))
    told.settle()
    assert [each.root for each in after(told).repeats] == [root_of("breach")], "the room had the other"
    assert after(told).repeat_due is not None
    assert after(told).repeat_due > held, "its time runs from the meeting, and not from before it"
    assert "refer-again" in running(told)


def test_an_answer_that_is_taken_back_lets_the_records_wait_again_from_when_they_did() -> None:
    told = met(breach(occurred=NOON - timedelta(hours=2)), days=2)
    told.settle()
    due = after(told).repeat_due
    answer = fact(
        RepeatAnswered(
            case=root_of("case"), records=[root_of("breach")], words=Narrative(text="The room had it.")
        ),
        agency="police",
        root="none",
    )
    told.add(answer)
    told.settle()
    row = after(told)
    assert ([each.root for each in row.decided], row.repeats, row.repeat_due) == ([answer.root], (), None)
    assert [each.root for each in row.decided[0].records] == [root_of("breach")]
    told.add(withdrawn(answer))
    told.settle()
    assert (after(told).decided, after(told).repeat_due) == ((), due)
    assert "refer-again" in running(told)


def test_a_case_that_was_taken_by_mistake_waits_again_from_when_it_was_sent() -> None:
    taken = of_transfer(TransferAcknowledged, "other-police", 1)
    told = met(sent(), taken)
    told.settle()
    assert running(told, "transfer") == set()
    told.add(withdrawn(taken))
    told.settle()
    case = told.row("conference_case", root_of("case"))
    assert (case.marac, case.transferred) == ("north", ()), "the other MARAC sees it no more"
    row = told.row("conference_transfer", root_of("transfer"))
    assert (row.state, row.since) == ("waits", NOON - timedelta(hours=3))
    assert running(told, "transfer") == {"transfer-to-take", "transfer-to-chase"}


def test_what_any_agency_records_after_the_meeting_is_told_as_a_repeat_until_it_is_answered() -> None:
    told = met(breach(occurred=NOON - timedelta(hours=2)), days=2)
    told.settle()
    row = after(told)
    assert [(each.agency, each.kind) for each in row.repeats] == [("council", "assault")]
    assert (row.definition, row.anchor, row.told_by) == ("current", "referral", "|council|")
    assert "refer-again" in running(told)
    answered = RepeatAnswered(
        case=root_of("case"), records=[root_of("breach")], words=Narrative(text="The room had it.")
    )
    told.add(fact(answered, agency="police", root="none"))
    told.settle()
    assert "refer-again" not in running(told)
    told.add(incident("shouting", "council", NOON - timedelta(hours=1), kind="verbal-abuse"))
    told.settle()
    assert "refer-again" in running(told), "what comes later is asked of anew"
    told.add(referral("again", occurred=NOON))
    told.settle()
    assert "refer-again" not in running(told), "the pair was referred again"
    assert after(told).until == NOON.replace(year=2027), "and its flag holds from the last referral"


@pytest.mark.parametrize(
    ("accused", "waits"),
    [
        ([ben()], False),
        ([ben(), mention("cat", Role.PERPETRATOR)], False),
        ([mention("cat", Role.PERPETRATOR)], True),
        ([Mention(role=Role.PERPETRATOR)], True),
    ],
    ids=["of whoever did it", "of both", "of the other one", "of nobody known"],
)
def test_a_repeat_of_a_case_with_two_accused_waits_until_whoever_did_it_is_referred(
    accused: list[Mention], waits: bool
) -> None:
    """So does what a person is to look at."""
    both = referral(people=[ann(), ben(), mention("cat", Role.PERPETRATOR)])
    assessed = risk(**YES, occurred=NOON - DAY)
    told = world(both, _meeting(2), listing(), breach(occurred=NOON - timedelta(hours=2)), assessed)
    told.add(referral("again", people=[ann(), *accused], occurred=NOON))
    told.settle()
    assert ("refer-again" in running(told)) is waits
    assert [each.root for each in after(told).repeats] == ([root_of("breach")] if waits else [])
    looked = [each.root for each in after(told).to_look_at if each.type == "instrument"]
    assert looked == ([assessed.root] if waits else [])


@pytest.mark.parametrize(
    ("other", "waits"),
    [
        (Mention(role=Role.PERPETRATOR), False),
        (Mention(role=Role.PERPETRATOR, relationship=Relationship.SIBLING), False),
        (Mention(role=Role.PERPETRATOR, identity=Identity(sex=Sex.MALE)), False),
        (someone(Role.PERPETRATOR, "of no name"), True),
        (Mention(role=Role.PERPETRATOR, identity=Identity(born=[date(1988, 1, 2)])), True),
        (
            Mention(role=Role.PERPETRATOR, contact=Contact(method=ContactMethod.TEXT, number="07700 900142")),
            True,
        ),
        (Mention(role=Role.PERPETRATOR, location=Location(address=[STREET])), True),
    ],
    ids=[
        *("nothing", "no more than who it is to the victim", "the sex alone"),
        *("the number of a record", "a day of birth", "a number to reach them", "where they are"),
    ],
)
def test_an_accused_of_whom_nothing_is_known_need_not_be_referred_anew(other: Mention, waits: bool) -> None:
    """Where it is not told who did it; nobody could refer whoever that is."""
    both = referral(people=[ann(), ben(), other])
    unnamed = breach(occurred=NOON - timedelta(hours=2), people=[ann()], kind="contact")
    told = world(both, _meeting(2), listing(), unnamed, risk(**YES, people=[ann()], occurred=NOON - DAY))
    told.settle()
    assert after(told).repeats
    assert after(told).to_look_at
    told.add(referral("again", people=[ann(), ben()], occurred=NOON))
    assert bool(after(told).repeats) is waits
    assert any(each.type == "instrument" for each in after(told).to_look_at) is waits


def test_an_assessment_of_whoever_has_a_name_may_be_of_an_accused_who_has_none() -> None:
    """Of the accused no more is known than sex and a day of birth: the assessment may be of the same one."""
    born = Identity(sex=Sex.MALE, born=[date(1988, 1, 2)])
    unknown = referral(people=[ann(), Mention(role=Role.PERPETRATOR, identity=born)])
    told = world(unknown, _meeting(2), listing(), risk(**YES, people=[ann(), ben()], occurred=NOON - DAY))
    told.settle()
    assert [each.root for each in after(told).to_look_at] == [root_of("risk")]


def housing(hours: float = 2, **values: Any) -> Fact[Any]:
    given: dict[str, Any] = {"kind": HousingKind.ANTISOCIAL_BEHAVIOUR, "people": [ann(), ben()]}
    occurred = NOON - timedelta(hours=hours)
    return fact(HousingDescribed(**given | values), agency="council", occurred=occurred, root="housing")


def test_a_dash_is_looked_at_in_a_case_of_which_nobody_knows_whoever_harms() -> None:
    unknown = referral(people=[ann(), ben().model_copy(update={"identity": None, "mention": None})])
    told = world(unknown, _meeting(2), listing(), risk(**YES, occurred=NOON - DAY))
    told.settle()
    assert [each.root for each in after(told).to_look_at] == [root_of("risk")]


@pytest.mark.parametrize(
    ("what", "told", "waits"),
    [
        ("a Dash with YES", [risk(**YES, occurred=NOON - DAY)], ["risk"]),
        ("it names nobody", [risk(**YES, occurred=NOON - DAY, people=[ann()])], ["risk"]),
        (
            "it is about somebody else",
            [risk(**YES, occurred=NOON - DAY, people=[ann(), mention("cat", Role.PERPETRATOR)])],
            [],
        ),
        ("a Dash of before the meeting", [risk(**YES, occurred=NOON - 3 * DAY)], []),
        ("a Dash without one of these", [risk(answers=[], occurred=NOON - DAY)], []),
        ("antisocial behaviour", [housing()], ["housing"]),
        ("it names her alone", [housing(people=[ann()])], ["housing"]),
        ("it names whoever harms alone", [housing(people=[ben()])], ["housing"]),
        ("it names somebody else as victim", [housing(people=[mention("cat", Role.VICTIM), ben()])], []),
        (
            "it names the victim as the one who did it",
            [housing(people=[mention("ann", Role.PERPETRATOR)])],
            [],
        ),
        ("before the meeting", [housing(hours=72)], []),
        ("arrears", [housing(kind=HousingKind.ARREARS)], []),
    ],
)
def test_what_may_tell_of_new_abuse_is_to_be_looked_at_and_no_repeat_by_itself(
    what: str, told: list[Fact[Any]], waits: list[str]
) -> None:
    happened = met(*told, days=2)
    happened.settle()
    row = after(happened)
    assert [each.root for each in row.to_look_at] == [root_of(each) for each in waits], what
    assert (row.look_since is not None) is bool(waits), what
    assert (row.repeats, row.repeat_due, "refer-again" in running(happened)) == ((), None, False), what


def test_what_is_to_be_looked_at_is_so_until_it_is_answered_or_referred_again() -> None:
    made = risk(**YES, occurred=NOON - DAY)
    told = met(made, housing(), days=2)
    told.settle()
    row = after(told)
    assert [(each.type, each.kind, list(each.says)) for each in row.to_look_at] == [
        ("instrument", "safelives-dash-24", ["strangled"]),
        ("housing", "antisocial-behaviour", []),
    ]
    words = Narrative(text="Of what the room had heard.")
    answer = RepeatAnswered(case=root_of("case"), records=[root_of("risk")], words=words)
    told.add(fact(answer, agency="police", root="none"))
    told.settle()
    row = after(told)
    assert [each.root for each in row.to_look_at] == [root_of("housing")]
    assert [each.root for one in row.decided for each in one.records] == [root_of("risk")]
    people = [each.model_copy(update={"mention": None}) for each in made.said.people]
    more = made.said.model_copy(update={"people": people, "rationale": "Again since."})
    told.add(corrected(made, more, recorded=NOON + timedelta(hours=1)))
    told.settle()
    row = after(told)
    assert [each.root for each in row.to_look_at] == [root_of("risk"), root_of("housing")]
    assert row.decided == (), "it was decided of what it said before"
    told.add(referral("again", occurred=NOON))
    told.settle()
    waits = [each.root for each in after(told).to_look_at]
    assert waits == [root_of("again")], "the pair was referred again, and it is asked of that alone"


def test_a_new_referral_is_to_be_looked_at_where_nobody_says_what_happened_since_the_meeting() -> None:
    again = referral("again", occurred=NOON - timedelta(hours=3))

    def looked(*told: Fact[Any]) -> list[str]:
        happened = met(*told, days=2)
        happened.settle()
        return [each.root for each in after(happened).to_look_at]

    assert looked(again) == [root_of("again")]
    before, since = (incident(occurred=NOON - timedelta(hours=hours)) for hours in (60, 4))
    assert looked(again, before) == [root_of("again")], "the meeting had that"
    assert looked(again, since) == [], "it is a repeat, and says so"
    said = referral("again", occurred=again.occurred, criteria=["repeat"])
    assert looked(said) == [], "its referrer says so"
    words = Narrative(text="Of the assault that the room had heard.")
    answer = RepeatAnswered(case=root_of("case"), records=[root_of("again")], words=words)
    assert looked(again, fact(answer, agency="police", root="none")) == []
    earlier = referral("again", occurred=NOON - timedelta(hours=60))
    assert looked(earlier) == [], "it was there before the meeting"


def test_that_a_new_referral_is_looked_at_ends_by_a_word_about_it_alone() -> None:
    """Not by a later meeting of the first case, by what happens later, or by what somebody else did."""
    also = mention("cat", Role.PERPETRATOR)
    first = referral(people=[ann(), ben(), also], occurred=NOON - 60 * DAY)
    called = [
        fact(
            meeting().said.model_copy(update={"starts": NOON - days * DAY}),
            agency="police",
            occurred=NOON - 65 * DAY,
            root=root,
        )
        for root, days in (("meeting", 50), ("later", 20))
    ]
    told = [first, *called, listing(), listing(at="later")]
    again = referral("again", occurred=NOON - 40 * DAY)

    def looked(*more: Fact[Any]) -> list[str]:
        happened = world(*told, again, *more)
        happened.settle()
        return [each.root for each in after(happened).to_look_at]

    assert looked() == [root_of("again")], "the later meeting asked nobody"
    assert looked(incident(occurred=NOON - 10 * DAY)) == [root_of("again")], "that is later"
    by_another = incident(occurred=NOON - 45 * DAY, people=[ann(), mention("cat", Role.SUSPECT)])
    assert looked(by_another) == [root_of("again")], "by whom the new referral does not name"
    assert looked(incident(occurred=NOON - 45 * DAY)) == []
    third = referral("third", occurred=NOON - 30 * DAY)
    assert looked(third) == [root_of("again")], "the second case asks of the third"


def test_what_is_to_be_looked_at_is_so_while_it_would_be_a_repeat_by_the_choice_of_its_marac() -> None:
    said = MaracSet.model_validate({"area": "north", "repeat_anchor": "meeting"})
    chosen = fact(said, root="chosen", occurred=NOON - timedelta(days=500))
    old = [referral(occurred=NOON - timedelta(days=400)), _meeting(2), listing(), housing()]
    for configured, looked in (([], []), ([chosen], [root_of("housing")])):
        told = world(*old, *configured)
        told.settle()
        assert [each.root for each in after(told).to_look_at] == looked


@pytest.mark.parametrize(
    ("what", "anchor", "referred", "happened", "repeat"),
    [
        ("from the referral: over twelve months after it", "referral", 400, 0.1, False),
        ("from the referral: within them", "referral", 300, 0.1, True),
        ("from the meeting: of a case that was referred long before", "meeting", 400, 0.1, True),
        ("from the meeting: before it", "meeting", 400, 3, False),
    ],
)
def test_a_repeat_is_counted_from_where_its_marac_counts(
    what: str, anchor: str, referred: float, happened: float, *, repeat: bool
) -> None:
    """The meeting was two days ago: of its case the data return and the coordinator's list say the same."""
    said = MaracSet.model_validate({"area": "north", "repeat_anchor": anchor})
    told = world(
        referral(occurred=NOON - timedelta(days=referred)),
        breach(occurred=NOON - timedelta(days=happened)),
        _meeting(2),
        listing(),
        fact(said, root="chosen", occurred=NOON - timedelta(days=500)),
    )
    told.settle()
    assert [each.root for each in after(told).repeats] == ([root_of("breach")] if repeat else []), what
    assert (after(told).repeat_due is not None) is repeat, what
    counted = told.row("conference_counted", root_of("case"))
    again = returns.is_repeat(
        NOON + timedelta(days=5),
        (),
        heard=[NOON - timedelta(days=2)],
        events=counted.events,
    )
    assert again is repeat, what


@pytest.mark.parametrize("anchor", ["referral", "meeting"])
def test_a_breach_on_the_day_of_the_meeting_is_told_where_it_was_recorded_after_it(anchor: str) -> None:
    said = MaracSet.model_validate({"area": "north", "repeat_anchor": anchor})
    happened = BreachReported(kind=BreachKind.ASSAULT, people=[ann(), ben(Role.RESPONDENT)])
    for recorded, found in ((NOON - 2.1 * DAY, []), (NOON, [root_of("breach")])):
        day = (NOON - 2 * DAY).date()
        told = world(
            referral(occurred=NOON - 30 * DAY),
            fact(happened, agency="council", occurred=day, recorded=recorded, root="breach"),
            _meeting(2),
            listing(),
            fact(said, root="chosen", occurred=NOON - 500 * DAY),
        )
        told.settle()
        assert [each.root for each in after(told).repeats] == found


def test_a_record_that_names_the_other_side_alone_tells_its_agency_nothing() -> None:
    his = incident("his", "hospital", NOON - timedelta(hours=2), people=[ben(Role.SUSPECT)])
    told = met(his, breach(occurred=NOON - timedelta(hours=1)), days=2)
    told.settle()
    row = after(told)
    assert [each.agency for each in row.repeats] == ["hospital", "council"], "the coordinator sees both"
    assert row.told_by == "|council|"


def sent(**values: Any) -> Fact[Any]:
    given = {"from_area": "north", "to_area": "south", "heard": HeardHere.HEARD}
    said = TransferSent(case=root_of("case"), **({"warned": MoveWarning.NOT_KNOWN} | given | values))
    return fact(said, agency="police", occurred=NOON - timedelta(hours=3), root="transfer")


def of_transfer(model: Any, agency: str, hours: int, **values: Any) -> Fact[Any]:
    said = model(transfer=root_of("transfer"), case=root_of("case"), **values)
    return fact(said, agency=agency, occurred=NOON - timedelta(hours=hours), root=f"{model.type} {hours}")


def test_both_sides_have_a_clock_until_a_transfer_is_taken_and_the_sender_keeps_the_case() -> None:
    told = met(sent())
    told.settle()
    assert running(told, "transfer") == {"transfer-to-take", "transfer-to-chase"}
    case = told.row("conference_case", root_of("case"))
    assert (case.marac, case.transferred) == ("north", ())
    told.add(of_transfer(TransferAskedForMore, "other-police", 2, words=Narrative(text="The Dash.")))
    told.settle()
    assert running(told, "transfer") == {"transfer-to-chase"}, "it is the sender's turn"
    told.add(of_transfer(TransferAcknowledged, "other-police", 1))
    told.settle()
    case = told.row("conference_case", root_of("case"))
    assert (case.marac, case.transferred) == ("south", ("south", "castleshire"))
    assert case.areas == ("north", "castleshire"), "and its own area has it still"
    row = told.row("conference_transfer", root_of("transfer"))
    assert isinstance(row, ConferenceTransfer)
    assert (row.state, row.open) == ("asked-after", True), "what was asked for is still missing"
    assert after(told).flags, "the earlier flag stays"


def taken(back: bool = False) -> list[Fact[Any]]:
    """The south has taken the case; and has sent it back, and the north has taken it again."""
    found = [sent(), of_transfer(TransferAcknowledged, "other-police", 2)]
    if back:
        again = TransferSent.model_validate(
            sent().said.model_dump() | {"from_area": "south", "to_area": "north"}
        )
        ago = NOON - timedelta(hours=1)
        found.append(fact(again, agency="other-police", occurred=ago, accepted=ago, root="sent back"))
        said = TransferAcknowledged(transfer=root_of("sent back"), case=root_of("case"))
        found.append(fact(said, agency="police", root="taken back"))
    return found


def test_a_case_that_comes_back_waits_for_the_marac_that_heard_it_before() -> None:
    told = met()
    told.settle()
    heard_here = {root_of("meeting"): told.row("conference_meeting", root_of("meeting"))}
    case = told.row("conference_case", root_of("case"))
    assert (case.had_by, waits(case, heard_here)) == (root_of("meeting"), False)
    told.add(*taken(back=True))
    told.settle()
    case = told.row("conference_case", root_of("case"))
    assert (case.marac, case.taken_from) == ("north", "south")
    assert (case.had_by, waits(case, heard_here)) == (None, True)
    later = heard_here[root_of("meeting")].model_copy(update={"starts": NOON + DAY})
    assert not waits(case, {root_of("meeting"): later}), "it is still on the list of a meeting to come"


def test_the_agencies_of_the_marac_that_took_a_case_are_asked_to_flag_once_it_has_heard_it() -> None:
    lists = [
        fact(ResearchersSet(area=where, agencies=[asked]), root=f"asked in {where}", occurred=NOON - 9 * DAY)
        for where, asked in (("north", "hospital"), ("south", "other-council"))
    ]
    told = met(*lists, *taken())

    def asked() -> set[str]:
        told.settle()
        return {each.agency for each in after(told).flags}

    assert "other-council" not in asked(), "nobody there has declared a tie"
    there, starts = root_of("there"), NOON - timedelta(hours=1)
    called = meeting().said.model_copy(update={"area": "south", "starts": starts})
    listed = CaseListed(meeting=there, case=root_of("case"))
    told.add(fact(called, agency="other-police", occurred=starts, root="there"))
    told.add(fact(listed, agency="other-police", occurred=starts, root="listed there"))
    assert {"hospital", "other-council"} <= asked()
    told.add(*taken(back=True)[2:])
    assert "other-council" in asked(), "and are still, once it has gone on"


def test_once_a_case_is_taken_it_is_a_repeat_by_the_definition_of_the_marac_that_took_it() -> None:
    old = fact(MaracSet.model_validate({"area": "south", "repeat_definition": "old"}), root="chosen")
    lately = NOON - timedelta(hours=2)
    shouting = incident("shouting", kind="verbal-abuse", occurred=lately)
    told = met(sent(), old, shouting, incident("blow", kind="assault-with-injury", occurred=lately))

    def repeat() -> Any:
        return told.row("conference_case", root_of("case")).repeat

    told.settle()
    before = repeat()
    assert (before.definition, root_of("shouting") in before.roots) == ("current", True)
    told.add(of_transfer(TransferAcknowledged, "other-police", 1))
    told.settle()
    now = repeat()
    assert (now.definition, root_of("shouting") in now.roots) == ("old", False), "nobody calls it a crime"


def test_before_it_is_taken_a_transfer_says_nothing_of_why_or_of_the_other_side() -> None:
    why = sent(
        move=MoveKind.TEMPORARY,
        goes_with=[TransferItem.MINUTES],
        warned=MoveWarning.THERE,
        words=Narrative(text="To her sister."),
    )
    ask = of_transfer(TransferAskedForMore, "other-police", 2, words=Narrative(text="The Dash."))
    row = met(why, ask).row("conference_transfer", root_of("transfer"))
    assert [each.words for each in row.steps] == ["To her sister.", "The Dash."]
    bare = untaken(row)
    assert (bare.move, bare.goes_with, bare.warned) == (MoveKind.NOT_KNOWN, (), MoveWarning.NOT_KNOWN)
    assert [each.words for each in bare.steps] == [None, "The Dash."], "what they asked they know"


def test_a_transfer_that_is_withdrawn_stops_both_clocks() -> None:
    told = met(sent())
    told.settle()
    told.add(withdrawn(sent()))
    told.settle()
    assert running(told, "transfer") == set()
    assert told.row("conference_transfer", root_of("transfer")).state == "withdrawn"


def test_a_transfer_that_is_withdrawn_once_it_is_taken_stays_taken_for_the_case_too() -> None:
    told = met(sent(), of_transfer(TransferAcknowledged, "other-police", 1), withdrawn(sent()))
    told.settle()
    assert told.row("conference_transfer", root_of("transfer")).state == "taken"
    assert told.row("conference_case", root_of("case")).marac == "south"


def test_a_transfer_that_is_taken_once_it_is_withdrawn_is_nobodys() -> None:
    late = of_transfer(TransferAcknowledged, "other-police", -1)
    told = met(sent(), withdrawn(sent()), late)
    told.settle()
    assert told.row("conference_transfer", root_of("transfer")).state == "withdrawn"
    assert told.row("conference_case", root_of("case")).marac == "north"


def test_where_an_order_or_bail_routes_is_no_part_of_what_follows() -> None:
    """The row of what follows a meeting names no place but the case's own area."""
    told = met(order(), incident("hers", people=[ann(location=Location(address=["1 Marker Lane"])), ben()]))
    told.settle()
    assert "Marker" not in after(told).model_dump_json()
    assert area("north").area == after(told).area
