"""The rules of orders, each as a table."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from chassis.clock import court_deadline
from contracts.events.orders import OrderMade, OrderServed, Prohibition, Requirement
from contracts.rules.order_match import KnownOrder, Sought, beside, each_once, match
from contracts.rules.order_status import said_terms, status
from contracts.vocabulary import (
    AgencyKind,
    Grade,
    OrderType,
    ProhibitionKind,
    RequirementKind,
    Role,
    ServiceMethod,
    TeamKind,
    Urgency,
)
from services.orders.rules import (
    certainty,
    chasing,
    circulating,
    priority,
    service_of_order,
    sharing,
    telling,
)
from services.orders.views.order_shown import shown_terms
from tests.support.facts import NOON, someone
from tests.support.tables import lines


@lines(__file__, "triage")
def test_what_people_make_of_a_priority(line: dict[str, Any]) -> None:
    said = [
        priority.Triage(
            NOON + timedelta(hours=each["at"]),
            Urgency(each["urgency"]),
            Urgency(each["lowers"]) if "lowers" in each else None,
        )
        for each in line["said"]
    ]
    by_rule = priority.Priority(Urgency(line["rule"]), "by the rule")
    assert priority.triaged(by_rule, said, NOON).urgency == line["urgency"]


@lines(__file__, "priority")
def test_how_soon(line: dict[str, Any]) -> None:
    reports = [priority.Danger(**report) for report in line.get("reports", [])]
    found = priority.priority(Grade(line["grade"]), reports)
    assert (found.urgency, found.because) == (line["urgency"], line["because"])


@pytest.mark.parametrize(
    ("grades", "answered_by"),
    [
        ([], Grade.UNKNOWN),
        ([Grade.STANDARD, Grade.UNKNOWN], Grade.UNKNOWN),
        ([Grade.MEDIUM, Grade.HIGH, Grade.UNKNOWN], Grade.HIGH),
    ],
    ids=["nobody known", "one unknown", "one high"],
)
def test_several_victims_are_answered_by_the_worst(grades: list[Grade], answered_by: Grade) -> None:
    assert priority.worst(grades) is answered_by


@lines(__file__, "chasing")
def test_when_somebody_is_asked_for_an_answer(line: dict[str, Any]) -> None:
    def at(hour: float | None) -> datetime | None:
        return None if hour is None else NOON + timedelta(hours=hour)

    fell = line.get("fell", 0)
    found = chasing.decide(
        [chasing.Asked(fell + 1 + n, at(taken)) for n, taken in enumerate(line.get("asked", []))],
        fell,
        NOON if line.get("wanted", True) else None,
        timedelta(hours=line.get("allowed", 24)),
        NOON + timedelta(hours=line["now"]),
        grace=timedelta(hours=line.get("grace", 0)),
        spread=timedelta(hours=line.get("spread", 0)),
        speaks=line.get("speaks", True),
        history=line.get("history", False),
    )
    assert (list(found.stand_down), found.raise_) == (line.get("down", []), line["raise"])
    assert found.again == at(line.get("again"))


@lines(__file__, "order_match")
def test_which_order(line: dict[str, Any]) -> None:
    breach = line["breach"]
    sought = Sought(
        order=breach.get("order"),
        reference=breach.get("reference"),
        respondents=_people(breach.get("respondent")),
        victims=_people(breach.get("victim")),
        at=NOON,
    )
    known = [_order(root, values) for root, values in line["orders"].items()]
    found = match(sought, known)
    assert (found.order.root if found.order else None, found.because) == (line["finds"], line["because"])
    if "beside" in line:
        assert [each.root for each in beside(sought, found.order, known)] == line["beside"]


def _people(name: str | None) -> frozenset[str]:
    return frozenset([name] if name else [])


def _order(root: str, values: dict[str, Any]) -> KnownOrder:
    made = _instant(values.get("made", date(2026, 2, 1)))
    said = OrderMade(
        order=OrderType.NON_MOLESTATION,
        people=[someone(Role.RESPONDENT)],
        made=made,
        ends=_instant(values.get("ends", date(2026, 9, 1))),
    )
    protects = values.get("protects", "ann")
    served = {"served": _instant(values["served"])} if "served" in values else {}
    return KnownOrder(
        root=root,
        reference=values.get("reference"),
        made=made,
        terms=said_terms(said, [], court_deadline).model_copy(update=served),
        respondents=["ben"],
        protected=[protects],
        protected_mentions=[f"mention of {protects}"],
    )


def test_what_two_rows_know_of_one_order_is_one_whichever_comes_first() -> None:
    """The row of whom it binds knows that it was served, and so by when a court hears of it."""
    order = OrderMade(order=OrderType.DVPN, people=[someone(Role.RESPONDENT)], made=NOON)
    given = {"reference": "A", "served": NOON, "method": ServiceMethod.PERSONAL}
    in_person = OrderServed(people=[someone(Role.RESPONDENT)], **given)
    bound, protected = (
        _order("A", {}).model_copy(update={"terms": said_terms(order, services, court_deadline)})
        for services in ([in_person], [])
    )
    (one,), (other,) = each_once([bound, protected]), each_once([protected, bound])
    assert one == other
    assert (one.terms.served, one.terms.hearing_due) == (NOON, bound.terms.hearing_due)
    assert status(one.terms, NOON + timedelta(days=10)).enforceable is False


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


@lines(__file__, "telling")
def test_what_is_said(line: dict[str, Any]) -> None:
    stood_down = line.get("stood_down", 0)
    standing = [_told(line["told"])] if "told" in line else []
    decision = telling.decide(
        standing,
        stood_down,
        _wanted(line["wanted"]),
        (NOON, "this"),
        [_report(number, other) for number, other in enumerate(line.get("others", []))],
    )
    fallen = tuple([line["stand_down"]] if "stand_down" in line else [])
    assert decision == telling.Decision(fallen, line.get("raise"))


def _told(values: dict[str, Any]) -> telling.Told:
    victims = _people(values.get("victim", "ann"))
    taken = NOON if values.get("answered") else None
    return telling.Told(1, Urgency(values["urgency"]), values.get("area", "north"), victims, taken)


def _wanted(values: dict[str, Any] | None) -> telling.Wanted | None:
    if values is None:
        return None
    return telling.Wanted(
        urgency=Urgency(values["urgency"]),
        by_grade=Urgency(values.get("by_grade", values["urgency"])),
        by_scene=values.get("by_scene", False),
        area=values.get("area", "north"),
        victims=_people(values.get("victim", "ann")),
        scene_told=_minutes(values.get("scene_told")),
    )


def _minutes(after: float | None) -> datetime | None:
    return None if after is None else NOON + timedelta(minutes=after)


def _report(number: int, values: dict[str, Any]) -> telling.Report:
    hours = timedelta(hours=-1 if values["at"] == "earlier" else 1)
    alert = values.get("alert")
    standing = (telling.Standing(Urgency(alert["urgency"]), alert.get("area", "north")),) if alert else ()
    in_view, ended = values.get("in_view", True), _minutes(values.get("ended"))
    return telling.Report(f"other {number}", NOON + hours, standing, in_view, ended)


@pytest.mark.parametrize(
    ("role", "agency", "may"),
    [
        ("control-room", AgencyKind.POLICE, True),
        ("on-call", AgencyKind.POLICE, True),
        ("supervisor", AgencyKind.POLICE, True),
        ("control-room", AgencyKind.COUNCIL, False),
        ("control-room", None, False),
        ("idva", AgencyKind.POLICE, False),
        ("reporter", AgencyKind.POLICE, False),
    ],
)
def test_who_may_ask_what_is_in_force(role: str, agency: AgencyKind | None, may: bool) -> None:
    assert sharing.may_ask_status(sharing.Viewer("me", {role}, (), agency)) is may


@pytest.mark.parametrize(
    ("fresh", "unread", "whose_unknown", "out_of_date", "unknown"),
    [
        (NOON, 0, 0, 0, False),
        (NOON - timedelta(seconds=60), 0, 0, 0, False),
        (NOON - timedelta(seconds=61), 0, 0, 0, True),
        (None, 0, 0, 0, True),
        (NOON, 1, 0, 0, True),
        (NOON, 0, 1, 0, True),
        (NOON, 0, 0, 1, True),
    ],
)
def test_when_it_cannot_be_told_what_is_in_force(
    fresh: datetime | None, unread: int, whose_unknown: int, out_of_date: int, unknown: bool
) -> None:
    counts = {"unread": unread, "whose_unknown": whose_unknown, "out_of_date": out_of_date}
    found = certainty.unknown(fresh, NOON, **counts)
    assert found is unknown


@lines(__file__, "sharing")
def test_who_sees_what(line: dict[str, Any]) -> None:
    given = line["viewer"]
    agency = AgencyKind(given.get("agency", "police"))
    viewer = sharing.Viewer("me", set(given["roles"]), set(given["areas"]), agency)
    area = line.get("area", "north")
    called = {"me"} if given.get("called") else set[str]()
    breach = sharing.Reach((area, "castleshire") if area else (), called, line.get("nobody", False))
    seen = sorted(sharing.sections(viewer)) if sharing.may_see_breach(viewer, breach) else "nothing"
    assert seen == line["sees"]


@pytest.mark.parametrize(
    ("case", "flagged", "called", "nobody", "sees"),
    [
        ("no record is flagged", False, (), False, True),
        ("one is, and they were not called", True, (), False, False),
        ("one is, and they were called or took it", True, ("me",), False, True),
        ("one is, and somebody else was called", True, ("else",), False, False),
        ("one is, and nobody on the rota could be called", True, (), True, True),
    ],
)
def test_who_sees_anothers_word_of_where_a_flagged_person_is(
    case: str, flagged: bool, called: tuple[str, ...], nobody: bool, sees: bool
) -> None:
    viewer = sharing.Viewer("me", {"supervisor"}, {"north"}, AgencyKind.POLICE)
    assert sharing.may_see_place(viewer, called, flagged=flagged, nobody=nobody) is sees, case


def test_whoever_is_shown_the_form_of_a_circulation_may_send_it() -> None:
    assert sharing.RIGHTS[sharing.ORDER_CIRCULATE] >= circulating.OF_ITS_FORCE


@lines(__file__, "circulating")
def test_who_sees_which_parts_of_an_order(line: dict[str, Any]) -> None:
    given = line["viewer"]
    kind = AgencyKind(given.get("kind", "police"))
    areas, agency = given.get("areas", ()), given.get("agency", "northmere-police")
    viewer = sharing.Viewer("me", {given["role"]}, areas, kind, agency)
    places = [each.partition("@") for each in line.get("sent", [])]
    sent = frozenset((TeamKind(team), agency or "northmere-police") for team, _, agency in places)
    around, forces = (frozenset(line.get(name, ())) for name in ("areas", "forces"))
    reach = circulating.Reach(line.get("force", "northmere-police"), sent, around, forces)
    found = circulating.parts(viewer, reach)
    assert (sorted(found) if found is not None else "nothing") == line["sees"]


@pytest.mark.parametrize(
    ("kind", "words", "known", "tells"),
    [
        ("no-contact", "Not by any means", None, True),
        ("no-contact", "Not by any means", False, False),
        ("no-contact", "Save by text, between 5pm and 6pm, on 2 days", None, True),
        ("no-contact", "Save to leave the children at a place 100 Metres away", None, True),
        ("no-contact", "Not by letter to Elm Court, flat 4", None, False),
        ("no-contact", "Not by letter to 12a, Elm Close", None, False),
        ("no-violence", "Nowhere in ZZ1 4QQ", None, False),
        ("not-to-damage", "Not 12 New Street", None, False),
        ("not-to-damage", "Not 12 New Street", True, True),
        ("not-to-attend", "Not the house", True, True),
        ("not-to-attend", "Not the house", False, False),
        ("not-to-attend", "Not the house", None, False),
        ("not-to-approach", "Not near it", None, False),
        ("other", "Not to park there", None, False),
    ],
)
def test_no_page_tells_an_address_that_the_respondent_may_not_know(
    kind: str, words: str, known: bool | None, tells: bool
) -> None:
    prohibition = Prohibition(kind=ProhibitionKind(kind), text=words, address_known_to_respondent=known)
    assert circulating.may_tell_words(prohibition, circulating.ALL) is tells


@pytest.mark.parametrize(
    ("kind", "known", "tells"),
    [
        ("other", None, False),
        ("other", False, False),
        ("other", True, True),
        ("surrender-device", None, False),
        ("programme", True, True),
        ("reside", None, True),
        ("reside", False, False),
    ],
)
def test_nor_do_the_words_of_a_requirement(kind: str, known: bool | None, tells: bool) -> None:
    words = "At 12 New Street"
    said = Requirement(kind=RequirementKind(kind), text=words, address_known_to_respondent=known)
    shown = shown_terms([said], circulating.ALL, NOON)[0]
    assert (shown.text, shown.withheld) == ((words, False) if tells else (None, True))


@pytest.mark.parametrize("team", [TeamKind.PROBATION, TeamKind.PRISON])
@pytest.mark.parametrize(
    ("said", "tells"),
    [
        (Requirement(kind=RequirementKind.PROGRAMME, text="Each Tuesday, for 2 hours"), True),
        (Requirement(kind=RequirementKind.SIGN_ON, text="At 4 Old Street"), False),
        (
            Requirement(kind=RequirementKind.SIGN_ON, text="4 Old Street", address_known_to_respondent=True),
            True,
        ),
        (Requirement(kind=RequirementKind.OTHER, text="To hand over the keys"), False),
        (Requirement(kind=RequirementKind.RESIDE, text="Not on her estate"), False),
        (Requirement(kind=RequirementKind.TAG, text="Alarm in the streets around the school"), False),
        (Requirement(kind=RequirementKind.NOTIFY_ADDRESS, text="Not Rose Cottage"), False),
        (
            Requirement(kind=RequirementKind.RESIDE, text="4 Old Street", address_known_to_respondent=True),
            True,
        ),
        (Prohibition(kind=ProhibitionKind.NO_CONTACT, text="By no means at all"), False),
        (
            Prohibition(
                kind=ProhibitionKind.NOT_TO_ATTEND, text="4 Old Street", address_known_to_respondent=True
            ),
            False,
        ),
    ],
    ids=lambda value: f"{value.kind}: {value.text}" if not isinstance(value, bool) else None,
)
def test_whoever_manages_the_respondent_reads_what_they_must_do_and_never_where_she_lives(
    team: TeamKind, said: Prohibition | Requirement, tells: bool
) -> None:
    shown = shown_terms([said], circulating.MAY_SEE[team], NOON)[0]
    assert (shown.kind, shown.text, shown.withheld) == (said.kind, said.text if tells else None, not tells)


def test_a_neighbouring_force_reads_the_words_of_both() -> None:
    parts = circulating.MAY_SEE[TeamKind.NEIGHBOURING_FORCE]
    said = Requirement(kind=RequirementKind.RESIDE, text="Not on her estate", supervisor="Probation")
    (told,) = shown_terms([said], parts, NOON)
    assert (told.text, told.supervisor) == (said.text, "Probation")
    forbids = Prohibition(kind=ProhibitionKind.NO_CONTACT, text="By no means")
    assert shown_terms([forbids], parts, NOON)[0].text


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"people": [someone(Role.RESPONDENT)], "served": NOON}, None),
        ({"people": [someone(Role.SUSPECT)], "respondent_aware": NOON}, None),
        ({"people": [someone(Role.VICTIM)], "served": NOON}, ("content.people", "respondent-missing")),
        ({"people": [someone(Role.RESPONDENT)]}, ("content.served", "missing")),
    ],
    ids=["served", "aware alone", "names the victim alone", "gives no time"],
)
def test_service_says_whom_and_when(said: dict[str, Any], fault: tuple[str, str] | None) -> None:
    service = OrderServed(reference="FL1", method=ServiceMethod.PERSONAL, **said)
    assert service_of_order.fault(service) == fault
