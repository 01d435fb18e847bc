"""Research and interests as tables: ``research``, ``research_again``, ``research_states``,
``research_clock`` and ``interests`` in ``tables``."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from contracts.events.clocks import ClockStopped
from contracts.events.conference import CaseListed, Restricting
from contracts.events.listing import CaseRestricted, Insider
from contracts.events.research import (
    InterestDeclared,
    ResearchAnswered,
    Researched,
    ResearchersSet,
    Tie,
)
from contracts.sections import Narrative
from contracts.vocabulary import CaseRole
from services.marac.conference.research import CALENDARS
from services.marac.conference.research_rows import Declared, InterestsRow
from services.marac.rules import sharing
from services.marac.rules.interests import has_tie, opens_unlisted, sight
from services.marac.rules.pairs import Pair
from services.marac.rules.research import due_again, due_by, is_asked, is_system, runs_until, state
from services.marac.rules.restricting import still_inside
from tests.services.marac.caseload import listing, meeting, referral, world
from tests.support.facts import IDS, NOON, fact, root_of
from tests.support.tables import lines

LONDON = ZoneInfo("Europe/London")
WHO = "00000000-0000-4000-8000-00000000000a"


def at(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=LONDON)


@lines(__file__, "research")
def test_by_when_an_agency_is_to_answer(line: dict[str, Any]) -> None:
    assert due_by(at(line["starts"]), at(line["listed"]), line["days"], CALENDARS) == at(line["due"])


@lines(__file__, "research_again")
def test_by_when_it_is_to_answer_of_somebody_named_since(line: dict[str, Any]) -> None:
    named = [at(each) if each else None for each in line["named"]]
    again = at(line["again"]) if line["again"] else None
    assert due_again(named, at(line["starts"]), at(line["due"]), CALENDARS) == again


@lines(__file__, "research_states")
def test_how_far_an_agency_has_come(line: dict[str, Any]) -> None:
    now, due = at(f"2026-11-25T{line['at']}"), at("2026-11-25T12:00")
    nothing, asked = line.get("nothing", False), line.get("asked", True)
    found = state(answered=line["answered"], nothing=nothing, due=due, at=now, asked=asked)
    assert found == line["state"]


@lines(__file__, "research_clock")
def test_until_when_the_clock_of_a_meeting_runs(line: dict[str, Any]) -> None:
    runs = at(line["runs"]) if line["runs"] else None
    assert runs_until([at(each) for each in line["open"]], at(line["starts"]), at(line["at"])) == runs


def test_the_clock_of_a_meeting_stops_when_no_list_has_it_any_more() -> None:
    said = ResearchersSet(area="north", agencies=["haven"])
    told = world(
        referral(), meeting(), listing(), fact(said, agency="police", occurred=NOON - timedelta(days=90))
    )
    told.settle()
    folded = told.fold()["conference_research", root_of("meeting")]
    assert folded.changes_at == NOON + timedelta(days=67), "60 days after the meeting"
    assert not any(isinstance(each.content, ClockStopped) for each in told.facts)
    told.at = folded.changes_at
    told.settle()
    stopped = [each.content for each in told.facts if isinstance(each.content, ClockStopped)]
    assert [each.rule for each in stopped] == ["research"]


@lines(__file__, "interests")
def test_what_somebody_is_shown_of_a_case(line: dict[str, Any]) -> None:
    found = sight(tie=line.get("tie"), asked=line.get("asked", True), works=line.get("works", False))
    assert found == line["sees"]


@lines(__file__, "unlisted")
def test_to_whom_a_case_on_no_agenda_opens(line: dict[str, Any]) -> None:
    hers = [
        sharing.InCase(CaseRole(line.get("part", "idva")), agency, None) for agency in line.get("hers", [])
    ]
    involved = {line.get("referred", "police"), line.get("asked")}
    assert opens_unlisted(line.get("roles", ["idva"]), "haven", WHO, hers, involved) == line["opens"]


def insider(name: str, agency: str | None) -> Insider:
    return Insider(person=IDS.staff("issuer", name), name=name, agency=agency)


CAROL, DAN, EVE = insider("carol", "haven"), insider("dan", "police"), insider("eve", None)


@pytest.mark.parametrize(
    ("what", "listed", "restricted", "asked"),
    [
        ("it is not restricted", None, [], ["council", "haven", "police"]),
        ("to somebody of haven and somebody of the police", None, [[CAROL, DAN]], ["haven", "police"]),
        ("somebody's agency is not known", None, [[CAROL, EVE]], ["haven"]),
        ("nobody's is", None, [[EVE]], []),
        ("said anew", None, [[CAROL, DAN], [DAN, EVE]], ["police"]),
        ("it is restricted no more", None, [[CAROL, DAN], None], ["council", "haven", "police"]),
        ("it was restricted before it was listed", ["haven"], [], ["haven"]),
        ("and is no more", ["haven"], [None], ["council", "haven", "police"]),
        ("and is to others", ["haven"], [[DAN, EVE]], ["police"]),
    ],
)
@pytest.mark.parametrize("another", [False, True], ids=["by itself", "by another case of its victim"])
def test_no_agency_is_asked_of_a_restricted_case_that_has_nobody_inside(
    what: str,
    listed: list[str] | None,
    restricted: list[list[Insider] | None],
    asked: list[str],
    *,
    another: bool,
) -> None:
    said = ResearchersSet(area="north", agencies=["council", "haven", "police"])
    case, meeting_ = root_of("case"), root_of("meeting")
    words = [
        fact(
            CaseRestricted(
                case=root_of("other") if another else case,
                others=[case] if another else [],
                meetings=[meeting_],
                to=to or [],
                lifted=to is None,
                reason=Narrative(text="A cousin works there."),
            ),
            agency="police",
            root=f"word {n}",
            occurred=NOON - timedelta(hours=5 - n),
        )
        for n, to in enumerate(restricted)
    ]
    by = root_of("other") if another else case
    restricting = [] if listed is None else [Restricting(case=by, inside=listed)]
    put_on = CaseListed(case=case, meeting=meeting_, inside=listed, restricting=restricting)
    told = world(
        referral(),
        meeting(),
        fact(put_on, agency="police", root="listing", occurred=NOON - timedelta(hours=9)),
        fact(said, agency="police", occurred=NOON - timedelta(days=90)),
        *words,
    )
    row = told.row("conference_research", meeting_)
    assert [each for each in row.agencies for ask in row.asks if ask.is_for(each)] == asked, what
    assert (row.due is None) is (not asked), "no clock runs of what nobody can answer"


HERE, THERE = "the case", "another case of its victim"


@pytest.mark.parametrize(
    ("what", "listed", "since", "inside"),
    [
        ("nothing restricts it", {}, [], None),
        (
            "two cases did, and one is lifted",
            {HERE: ["a", "b"], THERE: ["b", "c"]},
            [(HERE, None)],
            ("b", "c"),
        ),
        ("then the other too", {HERE: ["a"], THERE: ["b"]}, [(HERE, None), (THERE, None)], None),
        (
            "two are since it was listed, and one is lifted",
            {},
            [(HERE, ["a"]), (THERE, ["b"]), (HERE, None)],
            ("b",),
        ),
        ("whoever is asked is inside both", {HERE: ["a", "b"]}, [(THERE, ["b", "c"])], ("b",)),
        ("nobody is", {HERE: ["a"], THERE: ["b"]}, [], ()),
        ("of one it was said anew", {HERE: ["a"], THERE: ["a", "b"]}, [(HERE, ["b"])], ("b",)),
        ("a lift of what restricted nothing", {HERE: ["a"]}, [(THERE, None)], ("a",)),
    ],
)
def test_what_one_case_is_lifted_from_may_be_restricted_by_another(
    what: str,
    listed: dict[str, list[str]],
    since: list[tuple[str, list[str] | None]],
    inside: tuple[str, ...] | None,
) -> None:
    assert still_inside(listed, since) == inside, what


def test_a_listing_that_does_not_say_by_which_case_it_was_restricted_stays_so_until_its_own_is_lifted() -> (
    None
):
    case, meeting_ = root_of("case"), root_of("meeting")
    put_on = CaseListed(case=case, meeting=meeting_, inside=["haven"])
    asked = ResearchersSet(area="north", agencies=["council", "haven"])
    facts = [
        referral(),
        meeting(),
        fact(put_on, agency="police", root="listing", occurred=NOON - timedelta(hours=9)),
        fact(asked, agency="police", occurred=NOON - timedelta(days=90)),
    ]
    for of, found in ((root_of("other"), ("haven",)), (case, None)):
        reason = Narrative(text="Left that service.")
        lifted = CaseRestricted(case=of, others=[case], meetings=[meeting_], lifted=True, reason=reason)
        told = world(*facts, fact(lifted, agency="police", root="word"))
        (ask,) = told.row("conference_research", meeting_).asks
        assert ask.inside == found


PAIRS = {
    "first": Pair("first", "ann", frozenset({"ben"})),
    "again": Pair("again", "ann", frozenset({"ben"})),
    "turned": Pair("turned", "ben", frozenset({"ann"})),
    "with another": Pair("with another", "ann", frozenset({"dan"})),
    "by him": Pair("by him", "cat", frozenset({"ben", "eve"})),
    "by another": Pair("by another", "cat", frozenset({"dan"})),
    "nobody known": Pair("nobody known", None, frozenset()),
    "nor here": Pair("nor here", None, frozenset()),
}


@pytest.mark.parametrize(
    ("what", "tied", "case", "tie"),
    [
        ("no tie at all", set(), "first", False),
        ("the case itself", {"first"}, "first", True),
        ("a new referral of the same pair", {"first"}, "again", True),
        ("the other direction", {"first"}, "turned", True),
        ("the same victim with another", {"first"}, "with another", True),
        ("the same alleged perpetrator with another", {"first"}, "by him", True),
        ("a case of neither", {"first"}, "by another", False),
        ("what shares a party with that is not tied", {"with another"}, "by him", False),
        ("one of two ties is enough", {"nor here", "by another"}, "by him", True),
        ("a case of which nobody is known", {"nobody known"}, "nobody known", True),
        ("is like no other such", {"nobody known"}, "nor here", False),
        ("a case that is not known is tied by itself", {"unknown"}, "unknown", True),
        ("and by no other", {"unknown"}, "first", False),
    ],
)
def test_to_which_cases_a_tie_is(what: str, tied: set[str], case: str, *, tie: bool) -> None:
    assert has_tie(case, tied, PAIRS) is tie, what


@pytest.mark.parametrize(
    ("roles", "areas", "agency", "asked"),
    [
        ("marac-representative", ["north"], "council", True),
        ("marac-representative", ["castleshire"], "council", True),
        ("idva", ["north"], "council", True),
        ("marac-representative", ["south"], "council", False),
        ("marac-representative", [], "council", False),
        ("marac-representative", ["north"], "hospital", False),
        ("marac-chair", ["north"], "council", False),
        ("reporter", [], "council", True),
        ("reporter", ["north"], "council", True),
        ("reporter", ["south"], "council", False),
        ("reporter", [], "hospital", False),
        ("support-reporter", [], "council", False),
        ("reporter marac-representative", ["north"], "council", True),
        ("reporter marac-representative", [], "council", False),
    ],
)
def test_who_answers_for_an_agency(roles: str, areas: list[str], agency: str, *, asked: bool) -> None:
    assert is_asked(roles.split(), areas, agency, ["council", "haven"], ["north", "castleshire"]) == asked


@pytest.mark.parametrize(
    ("roles", "system"),
    [
        ({"reporter"}, True),
        ({"reporter", "support-reporter"}, True),
        ({"reporter", "marac-representative"}, True),
        ({"reporter", "marac-chair"}, True),
        ({"marac-representative"}, False),
        ({"idva"}, False),
        ({"marac-chair"}, False),
    ],
)
def test_who_is_a_system_as_far_as_ties_go(roles: set[str], *, system: bool) -> None:
    assert is_system(roles) is system


@pytest.mark.parametrize(
    ("declared", "tie"),
    [
        ([], False),
        ([("council", True)], True),
        ([("council", False)], False),
        ([("haven", True)], False),
        ([("haven", True), ("council", True)], True),
        ([(None, True)], True),
    ],
    ids=["nobody", "of it", "none of it", "another's", "both", "whose is not kept"],
)
def test_whether_anybody_of_an_agency_has_a_tie(
    declared: list[tuple[str | None, bool]], *, tie: bool
) -> None:
    lines_ = [
        Declared(
            root=root_of(str(n)), agency=agency, person=root_of(f"person {n}"), tie=each, coordinates=False
        )
        for n, (agency, each) in enumerate(declared)
    ]
    assert InterestsRow(case=root_of("case"), declared=tuple(lines_)).has_tie_of("council") is tie


def test_a_tie_is_kept_with_the_agency_of_whoever_declared_it() -> None:
    tie = InterestDeclared(person=WHO, cases=[Tie(case=root_of("case"), tie=True)])
    row = world(referral(), fact(tie, agency="council")).row("conference_interests", root_of("case"))
    assert [each.agency for each in row.declared] == ["council"]


@pytest.mark.parametrize(
    ("model", "said", "fault"),
    [
        (Researched, {"person": WHO, "held": "nothing-held", "facts": {"text": "x"}}, "said_of_nothing_held"),
        (
            Researched,
            {"person": WHO, "held": "not-checked", "opinions": {"text": "x"}},
            "said_of_nothing_held",
        ),
        (
            ResearchAnswered,
            {"case": WHO, "meeting": WHO, "people": [{"person": WHO, "held": "nothing-held"}] * 2},
            "person_twice",
        ),
        (ResearchersSet, {"area": "north", "agencies": ["council", "council"]}, "agency_twice"),
        (ResearchersSet, {"area": "north", "agencies": [], "days_before": 11}, "less_than_equal"),
    ],
)
def test_what_cannot_be_said(model: Any, said: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(said)
    assert [each["type"] for each in refused.value.errors()] == [fault]
