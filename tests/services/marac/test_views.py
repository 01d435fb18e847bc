"""What marac makes of facts: people, cases, meetings, alerts."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chassis.facts import Fact
from chassis.parking import Incomplete
from chassis.rows import canonical
from contracts.events.actions import ActionAgreed
from contracts.events.orders import OrderQuestionAnswered
from contracts.events.people import ReferralMade
from contracts.events.research import ResearchAnswered, Researched
from contracts.mentions import Mention
from contracts.sections import Contact, Narrative
from contracts.vocabulary import (
    ActionFor,
    AlertRule,
    ContactMethod,
    Grade,
    LegalStatus,
    OrderQuestion,
    ResearchHeld,
    Role,
)
from services.marac.conference import compose
from services.marac.conference.hers import contact_shown
from services.marac.conference.known import CaseKnown, causes_of
from services.marac.conference.rows import ConferenceCase, ConferencePerson
from tests.services.marac.caseload import (
    STREET,
    alert,
    ann,
    answer,
    ben,
    breach,
    breach_of,
    call,
    cat,
    dash,
    graded,
    histories,
    household,
    incident,
    kit,
    lead,
    listing,
    meeting,
    mention,
    order,
    person,
    referral,
    risk,
    service,
    world,
)
from tests.services.marac.conftest import bare
from tests.support.facts import NOON, area, corrected, fact, mention_of, root_of, withdrawn


def of(name: str, *facts: Fact[Any]) -> ConferencePerson:
    row: ConferencePerson = world(*facts).row("conference_person", person(name))
    return row


def case(*facts: Fact[Any], name: str = "case") -> ConferenceCase:
    row: ConferenceCase = world(*facts).row("conference_case", root_of(name))
    return row


def filed_with(known: Fact[Any], fact: Fact[Any]) -> Fact[Any]:
    """A fact that names an order is filed under the people of the order too."""
    keys = {*known.envelope.keys.split(), *fact.envelope.keys.split()}
    return Fact(fact.envelope.model_copy(update={"keys": " ".join(sorted(keys))}), fact.content)


def put_right(grade: Grade = Grade.HIGH, people: list[Mention] | None = None) -> ReferralMade:
    """What a corrected referral says."""
    named = people or [ann(), ben()]
    return ReferralMade(people=named, routing=area("north"), dash=dash(17), graded=graded(grade))


class TestPerson:
    def test_a_line_has_all_that_a_reader_needs(self) -> None:
        (line,) = of("ann", incident()).lines
        assert (line.type, line.agency, line.state) == ("incident.reported", "police", "current")
        assert line.record is not None
        assert line.record.number == "ann"
        assert line.said is not None
        assert (line.said.text, line.said.details["kind"]) == ("Door kicked in.", "assault-with-injury")
        assert [(other.person, other.role) for other in line.others] == [(person("ben"), Role.SUSPECT)]

    def test_every_agency_is_heard_of_one_person(self) -> None:
        row = of("ann", incident(), breach(), household(), referral())
        assert {line.agency for line in row.lines} == {"police", "council", "haven"}
        assert row.identity.name is not None
        assert row.identity.name.family == "Doe"

    def test_a_correction_shows_the_new_and_keeps_the_old(self) -> None:
        first = incident()
        said = first.said.model_copy(
            update={"people": [ann(), ben()], "narrative": Narrative(text="Window broken.")}
        )
        (line,) = of("ann", first, corrected(first, said)).lines
        assert line.state == "corrected"
        assert line.said is not None
        assert line.said.text == "Window broken."
        assert [version.text for version in line.earlier] == ["Door kicked in."]

    def test_a_withdrawn_line_is_a_stub_that_says_nothing(self) -> None:
        first = incident()
        row = of("ann", first, withdrawn(first))
        (line,) = row.lines
        assert (line.state, line.said, line.earlier, line.record) == ("withdrawn", None, (), None)
        assert row.records == []
        assert b"Door kicked in." not in canonical(row)

    def test_whoever_a_correction_no_longer_names_is_told_no_more(self) -> None:
        first = incident()
        said = first.said.model_copy(update={"people": [cat(), ben()]})
        world_ = [first, corrected(first, said)]
        (stub,) = of("ann", *world_).lines
        assert (stub.state, stub.said, stub.earlier, stub.record) == ("corrected", None, (), None)
        (line,) = of("cat", *world_).lines
        assert (line.state, line.said is not None, line.earlier) == ("corrected", True, ())

    def test_a_fact_that_never_named_somebody_is_no_line_of_theirs(self) -> None:
        """It is filed under them for their order's sake: it stands, and nobody has withdrawn it."""
        known = order()
        of_order = filed_with(known, service())
        assert [line.type for line in of("ann", known, of_order).lines] == ["order.made"]
        assert [line.type for line in of("ben", known, of_order).lines] == ["order.made", "order.served"]
        taken_back = withdrawn(of_order)
        assert [line.type for line in of("ann", known, of_order, taken_back).lines] == ["order.made"]

    def test_a_location_stands_in_its_own_section_alone(self) -> None:
        row = of("ann", household())
        assert [line.location.address for line in row.locations] == [[STREET]]
        assert STREET.encode() not in canonical(row.model_copy(update={"locations": []}))

    def test_accusations_both_ways_are_seen(self) -> None:
        back = incident("back", people=[mention("ben", Role.VICTIM), mention("ann", Role.SUSPECT)])
        assert of("ann", incident(), back).disputed == [person("ben")]
        assert of("ann", incident()).disputed == []


class TestCase:
    def test_its_people_its_area_and_its_letters(self) -> None:
        row = case(referral(routing=area("hill")), household())
        assert row.victim is not None
        assert row.victim.person == person("ann")
        assert [each.person for each in row.perpetrators] == [person("ben")]
        assert [each.person for each in row.children] == [person("kit")]
        assert (row.marac, row.areas) == ("north", ("hill", "north", "castleshire"))
        assert len(row.letters) == 3

    def test_one_assessor_alone_lowers_no_grade_and_a_withdrawn_one_counts_for_nothing(self) -> None:
        later = risk(grade=Grade.MEDIUM)
        assert case(referral()).grade is Grade.HIGH
        assert case(referral(), later).grade is Grade.HIGH
        shown = case(referral(), later).assessment
        assert shown is not None
        assert shown.grade is Grade.MEDIUM
        assert case(referral(), later, withdrawn(later)).assessment != shown
        assert case(referral(), risk(grade=None)).grade is Grade.HIGH

    def test_two_agencies_records_of_one_assault_are_one_occurrence(self) -> None:
        police = incident("police", occurred=NOON - timedelta(days=1, minutes=-30), kind="common-assault")
        row = case(referral(), order(), service(), breach(), police)
        (happened,) = row.occurrences
        assert (happened.breach, len(happened.records)) == (True, 2)
        assert happened.orders == [root_of("order")]

    def test_what_happened_to_another_victim_is_not_of_this_case(self) -> None:
        hers = incident("hers", people=[cat(), ben()])
        nobody_named = breach("nobody", people=[ben(Role.RESPONDENT)])
        row = case(referral(), hers, nobody_named)
        assert [record.root for each in row.occurrences for record in each.records] == [root_of("nobody")]

    def test_a_breach_that_names_nobody_is_hers_whom_its_order_protects(self) -> None:
        row = case(referral(), order(), service(), breach(people=[ben(Role.RESPONDENT)]))
        (happened,) = row.occurrences
        assert happened.records[0].victims == [person("ann")]

    def test_a_breach_that_gives_her_orders_id_alone_is_of_her_case(self) -> None:
        made = order()
        row = case(referral(), made, service(), breach_of(made))
        (happened,) = row.occurrences
        (record,) = happened.records
        assert (record.victims, record.perpetrators) == ([person("ann")], [person("ben")])
        assert happened.orders == [root_of("order")]
        assert row.repeat is not None
        assert row.repeat.roots == [root_of("breach")]

    @pytest.mark.parametrize(("name", "role"), [("ann", Role.VICTIM), ("ben", Role.RESPONDENT)])
    def test_it_is_a_line_of_both_that_says_who_the_other_is(self, name: str, role: Role) -> None:
        made = order()
        line = next(line for line in of(name, made, breach_of(made)).lines if line.type == "breach.reported")
        assert (line.state, line.roles, line.record) == ("current", (role,), None)
        assert [other.person for other in line.others] == [person("ben" if name == "ann" else "ann")]

    def test_a_breach_of_an_order_that_protects_another_is_not_of_this_case(self) -> None:
        made = order(people=[ben(Role.RESPONDENT), cat()])
        assert case(referral(), made, breach_of(made)).occurrences == ()

    def test_her_order_with_a_service_that_names_him_alone(self) -> None:
        (row,) = case(referral(), order(), service()).orders
        assert (row.status.in_force, row.status.served, row.status.aware) == (True, True, True)
        assert [each.method for each in row.services] == ["personal"]
        (unserved,) = case(referral(), order()).orders
        assert (unserved.status.served, unserved.status.reason) == (False, "order.unserved-family")

    def test_an_order_under_appeal_stands(self) -> None:
        lodged = NOON - timedelta(days=1)
        (row,) = case(referral(), order(appealed=lodged), service()).orders
        assert (row.status.enforceable, row.status.appealed) == (True, lodged)

    def test_bail_whose_case_is_over_may_be_over(self) -> None:
        bail = order(order="police-bail", made=NOON - timedelta(days=2))
        arrested = incident(status="arrested", occurred=NOON - timedelta(days=3))
        people = [each.model_copy(update={"mention": None}) for each in arrested.said.people]
        said = arrested.said.model_copy(update={"status": LegalStatus.NO_FURTHER_ACTION, "people": people})
        over = corrected(arrested, said, recorded=NOON)
        for told, reason in (([arrested], "order.in-force"), ([arrested, over], "order.case-over")):
            (row,) = case(referral(), bail, *told).orders
            assert (row.status.in_force, row.status.reason) == (True, reason)

    def test_a_question_that_her_order_raises_is_none_once_it_is_answered(self) -> None:
        forbids = [{"kind": "no-contact"}]
        made = order(order="spo", authorised_by="superintendent", prohibitions=forbids)
        assert case(referral(), made).orders[0].questions == (OrderQuestion.NO_REQUIREMENTS,)
        said = OrderQuestionAnswered(
            order=made.root,
            version=1,
            question=OrderQuestion.NO_REQUIREMENTS,
            narrative=Narrative(text="Quillfeather: no place on the programme."),
        )
        answer = fact(said, agency="police", root="answer", things=[made])
        (row,) = case(referral(), made, answer).orders
        assert row.questions == ()
        assert "Quillfeather" not in case(referral(), made, answer).model_dump_json()

    def test_an_order_that_protects_another_is_not_of_this_case(self) -> None:
        assert case(referral(), order(people=[ben(Role.RESPONDENT), cat()])).orders == ()

    def test_a_repeat_says_by_which_definition_and_from_what(self) -> None:
        assert case(referral(), incident()).repeat is None, "before the referral"
        found = case(referral(), breach()).repeat
        assert found is not None
        assert (found.definition, found.roots) == ("current", [root_of("breach")])

    def test_that_her_child_went_missing_is_no_repeat_until_it_is_said_who_did_it(self) -> None:
        gone = incident(kind="missing-child", people=[ann(), kit()], occurred=NOON - timedelta(days=1))
        row = case(referral(), gone)
        assert row.repeat is None
        assert [each.kinds for each in row.occurrences] == [["missing-child"]], "and the case shows it"
        taken = incident(kind="missing-child", people=[ann(), kit(), ben()], occurred=gone.occurred)
        assert case(referral(), taken).repeat is not None

    def test_what_happened_between_two_referrals_within_a_year_may_make_a_repeat(self) -> None:
        last_year = referral("first", occurred=NOON - timedelta(days=300))
        row = case(last_year, referral())
        assert (row.earlier_case, row.pair) == (root_of("first"), (root_of("first"),))
        assert row.repeat is None, "that they were referred twice is by itself none"
        told = incident(occurred=NOON - timedelta(days=301))
        assert case(last_year, told, referral()).repeat is None, "both tell of one assault"
        row = case(last_year, incident(occurred=NOON - timedelta(days=100)), referral())
        assert row.repeat is not None
        assert row.repeat.roots == [root_of("incident"), root_of("first")]
        assert row.repeat.since == row.repeat.earlier == last_year.occurred

    def test_a_referral_more_than_a_year_after_the_last_is_a_new_case(self) -> None:
        long_ago = referral("first", occurred=NOON - timedelta(days=500))
        row = case(long_ago, incident(occurred=NOON - timedelta(days=300)), referral())
        assert (row.earlier_case, row.pair, row.repeat) == (None, (), None)
        assert row.before == (root_of("first"),)

    @pytest.mark.parametrize(
        ("before", "after", "lowered_from"),
        [
            (Grade.HIGH, Grade.STANDARD, Grade.HIGH),
            (Grade.MEDIUM, Grade.STANDARD, Grade.MEDIUM),
            (Grade.HIGH, Grade.HIGH, None),
            (Grade.STANDARD, Grade.HIGH, None),
        ],
    )
    def test_a_correction_that_lowers_the_risk_says_from_what(
        self, before: Grade, after: Grade, lowered_from: Grade | None
    ) -> None:
        made = referral(grade=before)
        (assessment,) = of("ann", made, corrected(made, put_right(after))).assessments
        assert (assessment.grade, assessment.lowered_from) == (after, lowered_from)
        (first,) = of("ann", made).assessments
        assert first.lowered_from is None

    def test_a_referral_corrected_to_another_victim_says_whom_it_was_about(self) -> None:
        made = referral()
        row = case(made, corrected(made, put_right(people=[cat(), ben()])))
        assert row.victim is not None
        assert (row.victim.person, row.was_about) == (person("cat"), (person("ann"),))
        assert case(made, corrected(made, put_right())).was_about == ()

    def test_a_withdrawn_referral_leaves_a_stub_in_its_area(self) -> None:
        made = referral()
        row = case(made, withdrawn(made), listing())
        assert (row.withdrawn, row.victim, row.marac) == (True, None, "north")
        assert [each.meeting for each in row.meetings] == [root_of("meeting")]

    def test_who_was_heard_last_and_when(self) -> None:
        row = case(referral(), incident(), lead())
        assert [(each.agency, each.lines) for each in row.heard] == [("haven", 2), ("police", 1)]


class TestMeetingAndAlert:
    def test_a_meeting_with_its_cases(self) -> None:
        row = world(meeting(), listing(), listing("other")).row("conference_meeting", root_of("meeting"))
        assert {each.case for each in row.cases} == {root_of("case"), root_of("other")}
        assert row.areas == ["north", "castleshire"]

    def test_a_case_listed_twice_is_heard_once_and_a_listing_withdrawn_is_none(self) -> None:
        again = listing()
        row = world(meeting(), again, withdrawn(again)).row("conference_meeting", root_of("meeting"))
        assert row.cases == []

    def test_an_alert_is_unanswered_until_somebody_takes_it(self) -> None:
        def state(*facts: Fact[Any]) -> Any:
            return world(breach(), alert(), *facts).row("conference_alert", root_of("breach")).alerts[0]

        assert state(call()).state == "unanswered"
        taken = state(call(), answer())
        assert (taken.state, taken.answered_agency) == ("answered", "police")
        assert taken.answered_at == NOON + timedelta(minutes=2)
        assert [each.rung for each in taken.calls] == [0]

    def test_a_cause_without_an_alert_has_no_row(self) -> None:
        assert world(breach()).row("conference_alert", root_of("breach")) is None


@settings(deadline=None, max_examples=60)
@given(histories(), st.randoms(use_true_random=False))
def test_rows_do_not_depend_on_the_order_in_which_facts_come(history: list[Fact[Any]], chance: Any) -> None:
    shuffled = [*history, history[0]]
    chance.shuffle(shuffled)
    assert world(*history).bytes() == world(*shuffled).bytes()


@settings(deadline=None, max_examples=60)
@given(histories(), st.integers(1, 99))
def test_a_row_stays_as_it_is_until_it_says_that_it_will_change(
    history: list[Fact[Any]], percent: int
) -> None:
    now = world(*history).fold()
    until = {key: folded.changes_at or NOON + timedelta(days=3000) for key, folded in now.items()}
    for moment in sorted(set(until.values())):
        assert moment > NOON
        then = world(*history, at=NOON + (moment - NOON) * percent / 100).fold()
        for key in (key for key, its in until.items() if its == moment):
            assert then[key].row == now[key].row, key


def test_an_alert_about_an_order_is_one_of_the_case_and_is_missing_until_somebody_takes_it() -> None:
    made = world(referral(), order(), alert("order", rule=AlertRule.BAIL_ENDED))
    row, about = made.row("conference_case", root_of("case")), root_of("order")
    alerts = {cause: made.row("conference_alert", cause) for cause in causes_of(row)}
    known = CaseKnown(NOON, row, {}, alerts, {}, {}, Incomplete(0, None, 0))
    assert [each.cause for each in compose.alerts_of(known)] == compose.unanswered(known) == [about]
    gap = compose.missing_of(known)[0]
    assert (gap.code, gap.roots) == ("alert-unanswered", (about,))


def test_a_case_differs_with_each_version_of_its_lines_and_with_none_that_is_of_somebody_else() -> None:
    def versions(*facts: Fact[Any]) -> tuple[str, ...]:
        made = world(referral(), *facts)
        people = {person(name): made.row("conference_person", person(name)) for name in ("ann", "ben")}
        row = made.row("conference_case", root_of("case"))
        return CaseKnown(NOON, row, people, {}, {}, {}, Incomplete(0, None, 0)).versions

    first = incident()
    graver = corrected(first, bare(incident(kind="stalking").said))
    hers = [versions(), versions(first), versions(first, graver), versions(first, withdrawn(first))]
    assert len(set(hers)) == len(hers)
    of_cat = corrected(first, bare(incident(people=[cat()]).said))
    again = corrected(of_cat, bare(incident(people=[cat()], kind="stalking").said))
    assert versions(first, of_cat) not in hers
    assert versions(first, of_cat, again) == versions(first, of_cat)


def test_what_is_corrected_to_be_about_another_victim_says_nothing_of_him_in_her_case() -> None:
    first = incident()
    of_cat = corrected(first, bare(incident(people=[cat(), ben(Role.SUSPECT)]).said))
    made = world(referral(), first, of_cat)
    people = {person(name): made.row("conference_person", person(name)) for name in ("ann", "ben")}
    row = made.row("conference_case", root_of("case"))
    known = CaseKnown(NOON, row, people, {}, {}, {}, Incomplete(0, None, 0))
    assert first.root in known.about_others(person("ben"))
    assert [line for line in known.lines_of(person("ben")) if line.root == first.root] == []
    assert known.lines[first.root].said is None, "a stub of hers says that there was something"


BY_ACCEPTANCE = {"conference_research", "conference_answers", "conference_action", "tasking_candidate"}


@settings(deadline=None, max_examples=40)
@given(histories())
@example([referral(), withdrawn(referral())])
@example([risk(), withdrawn(risk())])
def test_no_row_depends_on_when_facts_were_accepted_but_of_research_actions_candidates_and_a_withdrawal(
    history: list[Fact[Any]],
) -> None:
    """A withdrawal has the times of what it withdraws: when it was accepted is the only one of its own, and
    stands in its envelope, wherever that is read back from. Those three go by when Goldthread took what they
    are of, which stays as it is: of one version the ledger keeps the one that was accepted first."""
    found = [Researched(person=mention_of("police", "ann"), held=ResearchHeld.NOTHING_HELD)]
    answered = ResearchAnswered(case=root_of("case 0"), meeting=root_of("meeting"), people=found)
    agreed = ActionAgreed(
        case=root_of("case 0"),
        owner="council",
        due=NOON + timedelta(days=7),
        target=ActionFor.VICTIM,
        words=Narrative(text="Change the locks."),
    )
    history = [*history, fact(answered, agency="council", root="answer"), fact(agreed, root="action")]
    earlier = {"acceptedat": NOON - timedelta(days=1000)}
    moved = [
        each if each.withdrawn else Fact(each.envelope.model_copy(update=earlier), each.content)
        for each in history
    ]
    now, then = world(*history).bytes(), world(*moved).bytes()
    differ = {view for view, subject in now if now[view, subject] != then.get((view, subject))}
    assert now.keys() == then.keys()
    assert {"conference_answers", "conference_action"} <= differ <= BY_ACCEPTANCE


@pytest.mark.parametrize("method", list(ContactMethod))
def test_a_safe_contact_is_kept_as_it_was_given(method: ContactMethod) -> None:
    row = of("ann", referral(people=[ann(contact=Contact(method=method)), ben()]))
    assert [line.contact.method for line in row.contacts] == [method]


def test_who_may_not_reach_her_is_shown_no_time_no_number_and_no_word_of_a_way() -> None:
    words = ("number", "times", "code_word", "may_answer", "if_another_answers", "unsafe", "verified_by")
    hours = [{"starts": "10:00", "ends": "14:00"}]
    way = dict.fromkeys(words, "marker") | {
        "method": "text",
        "verified": NOON,
        "hours": hours,
        "no_uniform": True,
    }
    (line,) = of("ann", referral(people=[ann(contact=Contact.model_validate(way)), ben()])).contacts
    shown = contact_shown(line, contacts=False, locations=True).contact
    assert "marker" not in str(shown)
    assert (shown.method, shown.hours, shown.no_uniform, shown.verified) == ("text", None, True, NOON)
    assert contact_shown(line, contacts=True, locations=True) == line
    assert contact_shown(line, contacts=True, locations=False) == line, "a number is no place"


@pytest.mark.parametrize("method", ["visit", "letter", "in-person"])
def test_who_may_reach_her_and_not_see_where_she_is_is_shown_no_address(method: str) -> None:
    way = Contact.model_validate({"method": method, "number": "The Old Forge", "times": "mornings"})
    (line,) = of("ann", referral(people=[ann(contact=way), ben()])).contacts
    bare = contact_shown(line, contacts=True, locations=False).contact
    assert (bare.number, bare.times) == (None, "mornings")
