"""What orders makes of facts: rows, and what it tells."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.facts import Fact
from chassis.rows import canonical
from chassis.views import Folded
from contracts.events.alerts import AlertRaised, AlertStoodDown
from contracts.events.orders import BreachReported
from contracts.events.people import Graded, IncidentReported, ReferralMade
from contracts.mentions import Mention
from contracts.sections import Health, Identity, Routing, Sensitivity
from contracts.vocabulary import AlertRule, Grade, IncidentKind, OrderStage, Role, StandDown
from services.orders.views import ORDERS_BREACH, OrdersBreach
from services.orders.views.sections import newest_sections
from tests.services.orders.caseload import (
    AGENCIES,
    LINKED,
    ann,
    answer,
    ben,
    breach,
    breach_of,
    call,
    cat,
    events,
    given_back,
    histories,
    incident,
    order,
    person,
    raised,
    risk,
    service,
    step,
    world,
)
from tests.support.facts import NOON, area, corrected, fact, mention_of, root_of, someone, withdrawn
from tests.support.world import World


def row(of: World, cause: str = "breach") -> Any:
    return of.row("orders_breach", root_of(cause))


class TestOrder:
    def test_a_housing_officer_who_does_not_know_the_number(self) -> None:
        found = row(world(order(), service(), breach()))
        assert (found.order, found.order_because) == (root_of("order"), "order.same-people-in-force")
        assert found.status.enforceable
        assert found.victims == (person("ann"),)
        assert found.respondents == (person("ben"),)

    def test_the_others_in_force_between_them_are_named_each_with_its_status(self) -> None:
        """The newest was not served: the one that can be enforced is found, and it stands beside that."""
        newer = order("newer", made=NOON - timedelta(days=1))
        over = order("over", ends=NOON - timedelta(days=9))
        hers = order("hers", people=[ben(), cat()])
        found = row(world(order(), service(), newer, over, hers, breach()))
        assert (found.order, found.status.enforceable) == (root_of("order"), True)
        (other,) = found.beside
        assert (other.order, other.status.enforceable, other.status.reason) == (
            root_of("newer"),
            False,
            "order.unserved-family",
        )

    def test_what_was_varied_since_changes_nothing_of_what_was_done_before(self) -> None:
        """Made without notice and never served: what he did not know of he could not break."""
        made = order(without_notice=True)
        people = [each.model_copy(update={"mention": None}) for each in made.said.people]
        later = made.said.model_copy(update={"without_notice": False, "people": people})
        varied = corrected(made, later, occurred=NOON + timedelta(days=1))
        served = service(served=NOON - timedelta(days=29), method="post")
        for known in ([made], [made, varied]):
            found = row(world(*known, served, breach()))
            assert (found.order, found.status.reason) == (root_of("order"), "order.unaware")
        since = row(world(made, varied, served, breach(occurred=NOON + timedelta(days=2))))
        assert since.status.enforceable

    def test_an_appeal_that_was_lodged_since_was_not_under_way_when_it_was_broken(self) -> None:
        lodged = NOON - timedelta(days=1)
        made = order(appealed=lodged)
        assert row(world(made, service(), breach())).status.appealed == lodged
        found = row(world(made, service(), breach(occurred=NOON - timedelta(days=2))))
        assert (found.status.enforceable, found.status.appealed) == (True, None)

    def test_bail_whose_case_is_over_may_be_over_when_it_is_broken(self) -> None:
        before = breach("before", occurred=NOON - timedelta(days=31))
        bail = order(order="police-bail")
        assert row(world(before, bail, breach())).status.enforceable
        hers = order("hers", made=NOON - timedelta(days=90), people=[ben(), ann()])
        by_order = breach_of(hers, "before", occurred=NOON - timedelta(days=31))
        for of_it in ([before], [hers, by_order]):
            over = step("no-further-action", -24, of_it[-1])
            found = row(world(*of_it, bail, over, breach(order=bail.root)))
            assert (found.order, found.status.in_force) == (root_of("order"), True)
            assert (found.status.enforceable, found.status.reason) == (False, "order.case-over")

    def test_until_the_records_are_linked_no_order_is_found_and_it_pages_as_high(self) -> None:
        apart = world(order(), service(), risk(Grade.STANDARD), breach(), linked=False)
        apart.settle()
        assert row(apart).order is None
        assert raised(apart) == [(1, "now", None)]

    def test_the_status_is_that_of_the_time_of_the_breach(self) -> None:
        late = service(served=NOON + timedelta(hours=1))
        found = row(world(order(), late, breach()))
        assert (found.status.in_force, found.status.reason) == (True, "order.unserved-family")

    @pytest.mark.parametrize(
        ("discharged", "in_force"),
        [(timedelta(days=-1), False), (timedelta(days=1), True)],
        ids=["before the breach", "after the breach"],
    )
    def test_an_order_discharged_without_an_end_held_until_then(
        self, discharged: timedelta, in_force: bool
    ) -> None:
        made = order()
        said = made.said.model_copy(
            update={"stage": OrderStage.DISCHARGED, "people": [someone(ben().role, "ben"), ann()]}
        )
        gone = corrected(made, said, occurred=NOON + discharged)
        typed = corrected(gone, said.model_copy(update={"court": "Northmere"}), occurred=NOON + discharged)
        for facts in ([made, gone], [made, gone, typed]):
            assert row(world(*facts, service(), breach(order=made.root))).status.in_force is in_force

    def test_service_by_the_reference_alone(self) -> None:
        made = order(reference="ZC26/P00412")
        by_reference = service(of=None, reference="zc26 p00412")
        found = row(world(made, by_reference, breach()))
        assert found.status.served

    def test_a_breach_of_an_order_that_nobody_knows_pages(self) -> None:
        unknown = world(breach(order=root_of("elsewhere"), people=[]))
        unknown.settle()
        found = row(unknown)
        assert (found.order, found.order_because, found.status) == (
            root_of("elsewhere"),
            "order.given-unknown",
            None,
        )
        assert raised(unknown) == [(1, "now", None)]

    @pytest.mark.parametrize("people", [[], [ben()], [ann()]], ids=["nobody", "him alone", "her alone"])
    def test_a_breach_that_gives_its_orders_id_is_of_the_orders_people(self, people: list[Any]) -> None:
        made = order()
        found = world(
            made, service(), risk(Grade.MEDIUM), breach_of(made, people=people), breach("council's")
        )
        found.settle()
        (seen,) = [row(found)]
        assert (seen.order, seen.order_because, seen.grade) == (root_of("order"), "order.given", "medium")
        assert seen.status.enforceable
        assert (seen.victims, seen.respondents) == ((person("ann"),), (person("ben"),))
        assert [record.root for record in seen.records] == sorted([root_of("breach"), root_of("council's")])
        assert len(raised(found) + raised(found, "council's")) == 1, "one assault, told once"

    def test_whom_it_bound_and_protected_is_read_as_of_the_breach(self) -> None:
        """It protected Ann, and from tomorrow on Cat. One report gives its id alone, one names Ben."""
        made = order()
        later = made.said.model_copy(update={"people": [ben(), cat()]})
        varied = corrected(made, later, occurred=NOON + timedelta(days=1))
        for at, victim in ((NOON, "ann"), (NOON + timedelta(days=2), "cat")):
            by_id = BreachReported.model_validate({"kind": "assault", "order": made.root})
            given = fact(by_id, agency="police", occurred=at, root="breach", things=[varied])
            for told in (given, breach(people=[ben()], occurred=at)):
                found = world(made, varied, service(), told)
                found.settle()
                assert (row(found).victims, row(found).respondents) == ((person(victim),), (person("ben"),))
                assert row(found).status.enforceable
                assert [
                    line.victims for line in found.row("orders_person", person("ben")).occurrences[0]
                ] == [[person(victim)]]

    def test_an_order_that_was_withdrawn_gives_a_breach_nobody(self) -> None:
        made = order()
        found = row(world(made, withdrawn(made), breach_of(made)))
        assert (found.order_because, found.victims) == ("order.given-unknown", ())

    def test_an_order_is_no_breach(self) -> None:
        assert row(world(order()), "order") is None


class TestVictim:
    def test_a_breach_that_names_no_victim_finds_her_through_the_order(self) -> None:
        found = world(order(), risk(Grade.MEDIUM, where="south"), breach(people=[ben()]))
        found.settle()
        assert row(found).victims == (person("ann"),)
        assert raised(found) == [(1, "hour", "south")], "told once, by her own grade, where she is"

    def test_then_her_own_row_is_read_and_a_grade_that_he_is_not_named_in_counts(self) -> None:
        alone = risk(Grade.HIGH, people=[ann()], where=None, occurred=NOON - timedelta(days=1))
        graded = risk(Grade.STANDARD, "earlier")
        found = world(order(), graded, alone, breach(people=[ben()]))
        found.settle()
        assert raised(found) == [(1, "day", "north"), (2, "now", "north")]

    def test_nobody_knows_who_she_is(self) -> None:
        found = world(breach(people=[ben()], routing=area("north")))
        found.settle()
        assert raised(found) == [(1, "now", "north")]
        assert row(found).grade is Grade.UNKNOWN

    def test_an_assessment_that_nobody_graded_is_unknown_not_the_older_one(self) -> None:
        found = world(
            risk(Grade.STANDARD, "older", occurred=NOON - timedelta(days=9)), risk(None, "newer"), breach()
        )
        assert row(found).grade is Grade.UNKNOWN

    def test_an_unknown_grade_in_between_makes_no_older_one_forgotten(self) -> None:
        grades = (Grade.MEDIUM, None, Grade.STANDARD)
        days = [NOON - timedelta(days=9 - number) for number in range(3)]
        made = [risk(g, f"risk {n}", occurred=days[n]) for n, g in enumerate(grades)]
        found = row(world(*made, breach()))
        assert (found.grade, found.urgency, found.graded) == (Grade.MEDIUM, "hour", (root_of("risk 0"),))

    def test_a_high_one_that_is_withdrawn_stands_until_two_sign(self) -> None:
        high = risk(Grade.HIGH, "older", occurred=NOON - timedelta(days=9))
        known = (high, withdrawn(high), risk(Grade.STANDARD, "newer"))
        found = row(world(*known, breach()))
        assert (found.grade, found.urgency) == (Grade.HIGH, "now")
        lower = Graded(grade=Grade.STANDARD, rule="test", because="test", signed=True)
        assert row(world(*known, risk(None, "signed", graded=lower), breach())).grade is Grade.STANDARD

    def test_so_does_one_that_came_to_be_of_another_victim(self) -> None:
        high = risk(Grade.HIGH, "older", occurred=NOON - timedelta(days=9))
        lower = Graded(grade=Grade.STANDARD, rule="test", because="test")
        of_cat = {"people": [cat(), someone(ben().role, "ben")], "graded": lower}
        moved = corrected(high, high.said.model_copy(update=of_cat))
        known = (high, moved, risk(Grade.STANDARD, "newer"))
        assert row(world(*known, breach())).grade is Grade.HIGH
        of_hers = breach(people=[ben(), cat()])
        assert row(world(*known, of_hers)).grade is Grade.STANDARD
        signed = lower.model_copy(update={"signed": True})
        assert row(world(*known, risk(None, "signed", graded=signed), breach())).grade is Grade.STANDARD

    def test_a_referral_of_high_risk_that_is_withdrawn_stands_until_somebody_else_assesses(self) -> None:
        high = Graded(grade=Grade.HIGH, rule="test", because="test")
        said = ReferralMade(people=[ann(), someone(ben().role, "ben")], graded=high)
        at, back = NOON - timedelta(days=9), NOON - timedelta(days=7)
        sent = fact(said, agency="council", occurred=at, accepted=back, root="referral")
        before = risk(Grade.STANDARD, "older", occurred=NOON - timedelta(days=10))
        assert row(world(before, sent, withdrawn(sent), breach())).urgency == "now"
        unknowing = risk(Grade.STANDARD, "unknowing", occurred=NOON - timedelta(days=8))
        assert row(world(before, sent, withdrawn(sent), unknowing, breach())).grade is Grade.HIGH
        after = risk(Grade.STANDARD, "newer")
        assert row(world(before, sent, withdrawn(sent), after, breach())).grade is Grade.STANDARD

    def test_a_later_referral_that_names_nobody_ends_it_until_it_is_linked_to_another(self) -> None:
        lesser = [Graded(grade=each, rule="test", because="test") for each in (Grade.HIGH, Grade.STANDARD)]
        people = [ann(), someone(ben().role, "ben")]
        at = NOON - timedelta(days=9)
        sent = fact(ReferralMade(people=people, graded=lesser[0]), agency="council", occurred=at, accepted=at)
        nobody = ReferralMade(people=[ann(), Mention(role=Role.PERPETRATOR)], graded=lesser[1])
        later = fact(nobody, agency="police", root="later", occurred=NOON - timedelta(days=1))
        of_cat = incident(people=[ann(), someone(Role.SUSPECT, "cat")])
        made = world(sent, withdrawn(sent), later, of_cat, breach())
        assert row(made).grade is Grade.STANDARD
        added = later.said.people[1].mention
        assert added is not None
        made.same = [
            (*group, added) if mention_of("police", "cat") in group else group for group in made.same
        ]
        assert row(made).grade is Grade.HIGH

    def test_who_is_linked_is_somebody_to_the_victim_of_whom_they_are_told(self) -> None:
        """What is told of Ben and another victim does not say who harms Ann: as on her own row."""
        lesser = [Graded(grade=each, rule="test", because="test") for each in (Grade.HIGH, Grade.STANDARD)]
        at, nobody = NOON - timedelta(days=9), Mention(role=Role.PERPETRATOR)
        both = [ann(), nobody, someone(Role.PERPETRATOR, "dee")]
        sent = fact(ReferralMade(people=both, graded=lesser[0]), agency="council", occurred=at, accepted=at)
        less = ReferralMade(people=[ann(), nobody], graded=lesser[1])
        later = fact(less, agency="police", root="later", occurred=NOON - timedelta(days=1))
        made = world(sent, withdrawn(sent), later, incident(people=[someone(Role.VICTIM, "cat"), ben()]))
        added = [each.said.people[1].mention or "" for each in (sent, later)]
        made.same = [
            (*group, *added) if mention_of("police", "ben") in group else group for group in made.same
        ]

        def of_ann(name: str) -> Any:
            return next(
                each.grade
                for each in made.row("orders_person", person(name)).victims
                if each.person == person("ann")
            )

        assert (of_ann("ann"), of_ann("ben")) == (Grade.STANDARD, Grade.STANDARD)

    def test_what_two_signed_of_another_partner_lowers_nothing(self) -> None:
        high = risk(Grade.HIGH, "older", occurred=NOON - timedelta(days=9))
        lower = Graded(grade=Grade.STANDARD, rule="test", because="test", signed=True)
        of_ben = risk(None, "newer", graded=lower)
        of_carl = risk(None, "newer", graded=lower, people=[ann(), someone(ben().role, "carl"), ben()])
        assert row(world(high, of_ben, breach())).grade is Grade.STANDARD
        assert row(world(high, of_carl, breach())).grade is Grade.HIGH

    def test_the_worst_of_two_victims_decides(self) -> None:
        other = risk(Grade.STANDARD, "cat's", people=[cat(), someone(ben().role, "ben")])
        found = row(world(risk(Grade.HIGH), other, breach(people=[ann(), cat(), ben()])))
        assert (found.grade, found.urgency) == (Grade.HIGH, "now")

    def test_the_breachs_own_area_counts_when_it_is_the_newest(self) -> None:
        assert row(world(risk(Grade.HIGH, where="north"), breach(routing=area("south")))).area == "south"
        moved = risk(Grade.HIGH, where="north", occurred=NOON + timedelta(hours=1))
        assert row(world(moved, breach(routing=area("south")))).area == "north"


class TestTelling:
    def test_two_agencies_report_one_assault_and_somebody_is_told_once(self) -> None:
        found = world(risk(Grade.HIGH), breach("council's"))
        found.settle()
        found.add(breach("police's", "police", NOON + timedelta(hours=1)))
        found.settle()
        assert raised(found, "council's") == [(1, "now", "north")]
        assert raised(found, "police's") == []
        assert [record.agency for record in row(found, "police's").records] == ["council", "police"]

    def test_two_that_come_in_together_tell_once(self) -> None:
        found = world(
            risk(Grade.HIGH), breach("council's"), breach("police's", "police", NOON + timedelta(hours=1))
        )
        found.settle()
        assert len(raised(found, "council's") + raised(found, "police's")) == 1

    def test_a_hospitals_incident_is_a_record_and_tells_nobody(self) -> None:
        found = world(risk(Grade.HIGH), breach(), incident())
        found.settle()
        assert {record.type for record in row(found).records} == {"breach", "incident"}
        assert sum(isinstance(f.content, AlertRaised) for f in found.facts) == 1

    def test_when_the_first_report_is_withdrawn_the_second_tells(self) -> None:
        first = breach("council's")
        found = world(risk(Grade.HIGH), first, breach("police's", "police", NOON + timedelta(hours=1)))
        found.settle()
        found.add(withdrawn(first))
        found.settle()
        assert _stood_down(found) == [(root_of("council's"), 1)]
        assert raised(found, "police's") == [(1, "now", "north")]

    def test_a_withdrawal_that_nobody_had_looked_at_is_seen_by_a_supervisor(self) -> None:
        """With the reason; and told no more once it is said again."""
        first = breach()
        found = world(risk(Grade.HIGH), first)
        found.settle()
        found.add(gone := withdrawn(first))
        found.settle()
        downs = [fact.content for fact in found.facts if isinstance(fact.content, AlertStoodDown)]
        assert [(each.rule, each.because) for each in downs] == [(AlertRule.BREACH, StandDown.WITHDRAWN)]
        assert raised(found, rule=AlertRule.BREACH_WITHDRAWN) == [(1, "hour", "north")]
        people = first.said.model_copy(update={"people": [ann(), ben()]})
        found.add(fact(people, agency="council", root="breach", version=3, before=[gone]))
        found.settle()
        assert row(found).withdrawal.standing == ()

    def test_of_one_that_somebody_had_taken_or_that_told_nobody_it_is_not_asked(self) -> None:
        first, second = breach("first"), breach("second", "police", NOON + timedelta(hours=1))
        found = world(risk(Grade.HIGH), first, second)
        found.settle()
        found.add(answer("first"), withdrawn(first), withdrawn(second))
        found.settle()
        for each in ("first", "second"):
            assert raised(found, each, AlertRule.BREACH_WITHDRAWN) == []

    def test_withdrawn_and_said_again_is_the_next_generation(self) -> None:
        first = breach()
        found = world(risk(Grade.HIGH), first)
        found.settle()
        gone = withdrawn(first)
        found.add(gone)
        found.settle()
        assert row(found).withdrawn
        again = fact(
            first.said.model_copy(update={"people": [ann(), ben()]}),
            agency="council",
            root="breach",
            version=3,
            before=[gone],
        )
        found.add(again)
        found.settle()
        assert raised(found) == [(1, "now", "north"), (2, "now", "north")]

    def test_another_area(self) -> None:
        first = risk(Grade.HIGH)
        found = world(first, breach())
        found.settle()
        found.add(
            corrected(
                first,
                first.said.model_copy(
                    update={"routing": area("south"), "people": [ann(), someone(ben().role, "ben")]}
                ),
            )
        )
        found.settle()
        assert raised(found) == [(1, "now", "north"), (2, "now", "south")]
        assert _stood_down(found) == [(root_of("breach"), 1)]

    def test_another_victim(self) -> None:
        first = breach(routing=area("north"))
        found = world(first)
        found.settle()
        found.add(corrected(first, first.said.model_copy(update={"people": [cat(), ben()]})))
        found.settle()
        assert [generation for generation, *_ in raised(found)] == [1, 2]

    def test_he_alone_is_named_and_linked_later_and_it_is_told_once(self) -> None:
        found = world(
            order(), risk(Grade.MEDIUM), breach(people=[ben()], routing=area("north")), linked=False
        )
        found.settle()
        assert row(found).victims == ()
        found.same = list(LINKED)
        found.settle()
        assert row(found).victims == (person("ann"),)
        assert raised(found) == [(1, "now", "north")]
        assert _stood_down(found) == []

    def test_unlinked(self) -> None:
        linked = world(risk(Grade.STANDARD), breach())
        linked.settle()
        linked.same = []
        linked.settle()
        assert raised(linked) == [(1, "day", "north"), (2, "now", None)]

    def test_one_person_raises_and_whoever_had_answered_is_called_again(self) -> None:
        told = breach()
        found = world(risk(Grade.STANDARD, occurred=NOON - timedelta(days=3)), told)
        found.settle()
        found.add(answer("breach"))
        found.settle()
        assert raised(found) == [(1, "day", "north")]
        raise_ = step("triaged", 1, told, urgency="now", narrative={"text": "A knife was seen before."})
        found.add(raise_)
        found.settle()
        assert raised(found) == [(1, "day", "north"), (2, "now", "north")]
        found.add(withdrawn(raise_))
        found.settle()
        assert row(found).urgency == "day"
        assert raised(found) == [(1, "day", "north"), (2, "now", "north")]

    def test_two_lower_and_what_nobody_answered_stands(self) -> None:
        told = breach()
        found = world(risk(Grade.HIGH, occurred=NOON - timedelta(days=3)), told)
        found.settle()
        given = {"urgency": "day", "lowers": "now", "by": "S-7", "second": "S-8"}
        found.add(step("triaged", 1, told, narrative={"text": "A misdial, both say."}, **given))
        found.settle()
        assert (row(found).urgency, row(found).urgency_because) == ("day", "breach.lowered-by-two")
        assert raised(found) == [(1, "now", "north")]
        assert _stood_down(found) == []

    def test_risk_that_rises_before_anybody_answered(self) -> None:
        found = world(risk(Grade.MEDIUM, occurred=NOON - timedelta(days=3)), breach())
        found.settle()
        found.add(risk(Grade.HIGH, "newer"))
        found.settle()
        assert raised(found) == [(1, "hour", "north"), (2, "now", "north")]

    def test_once_answered_a_later_assessment_or_move_does_not_page_again(self) -> None:
        found = world(risk(Grade.MEDIUM, occurred=NOON - timedelta(days=3)), breach())
        found.settle()
        found.add(answer("breach"), risk(Grade.HIGH, "newer", where="south"))
        found.settle()
        assert raised(found) == [(1, "hour", "north")]

    def test_who_gives_it_back_has_not_answered(self) -> None:
        found = world(risk(Grade.MEDIUM, occurred=NOON - timedelta(days=3)), breach())
        found.settle()
        found.add(answer("breach"), given_back("breach"), risk(Grade.HIGH, "newer", where="south"))
        found.settle()
        assert raised(found) == [(1, "hour", "north"), (2, "now", "south")]

    def test_once_answered_a_second_report_that_speaks_of_a_weapon_does(self) -> None:
        found = world(risk(Grade.MEDIUM), breach("council's"))
        found.settle()
        found.add(answer("council's"), breach("police's", "police", NOON + timedelta(hours=1), weapon=True))
        found.settle()
        assert raised(found, "council's") == [(1, "hour", "north"), (2, "now", "north")]
        assert raised(found, "police's") == []

    @pytest.mark.parametrize("grade", [Grade.HIGH, Grade.UNKNOWN])
    @pytest.mark.parametrize("scene", [{"weapon": True}, {"suspect_present": True}], ids=str)
    def test_once_answered_a_weapon_or_the_suspect_told_since_pages_however_urgent_it_was(
        self, grade: Grade, scene: dict[str, Any]
    ) -> None:
        """Whoever has it drives there, and does not know."""
        found = world(*([risk(grade)] if grade is not Grade.UNKNOWN else []), breach("council's"))
        found.settle()
        later = NOON + timedelta(minutes=20)
        found.add(answer("council's"), told_at(later, "police's", **scene))
        found.at = later
        found.settle()
        assert [each[:2] for each in raised(found, "council's")] == [(1, "now"), (2, "now")]
        assert raised(found, "police's") == []
        again = later + timedelta(minutes=20)
        said = answer("council's", 2).said
        found.add(fact(said, agency="goldthread", root="taken again", occurred=again, accepted=again))
        found.add(told_at(again + timedelta(minutes=1), "hospital's", "hospital", **scene))
        found.settle()
        assert len(raised(found, "council's")) == 2, "the same, told again, is nothing new"

    @pytest.mark.parametrize("scene", [{"weapon": True}, {"suspect_present": True}], ids=str)
    def test_once_answered_a_correction_that_says_so_pages_too_and_once(self, scene: dict[str, Any]) -> None:
        found = world(risk(Grade.HIGH), breach("council's"))
        found.settle()
        later = NOON + timedelta(minutes=20)
        found.add(answer("council's"), said_again(later, 2, **scene))
        found.at = later
        found.settle()
        assert [each[:2] for each in raised(found, "council's")] == [(1, "now"), (2, "now")]
        again = later + timedelta(minutes=20)
        said = answer("council's", 2).said
        found.add(fact(said, agency="goldthread", root="taken again", occurred=again, accepted=again))
        found.add(said_again(again + timedelta(minutes=1), 3, kind="threat", **scene))
        found.settle()
        assert len(raised(found, "council's")) == 2, "it was said before"
        found.add(said_again(again + timedelta(minutes=2), 4))
        found.add(said_again(again + timedelta(minutes=3), 5, **scene))
        found.settle()
        assert len(raised(found, "council's")) == 3, "it was taken back, and is said again"

    def test_what_was_known_when_it_was_taken_pages_nobody_again(self) -> None:
        found = world(risk(Grade.HIGH), breach("council's", weapon=True))
        found.settle()
        found.add(answer("council's"), told_at(NOON + timedelta(minutes=20), "police's", weapon=True))
        found.settle()
        assert len(raised(found, "council's")) == 1
        assert raised(found, "police's") == []

    @pytest.mark.parametrize("done", ["no-breach-found", "arrested", "closed", "released"])
    def test_what_happens_after_whoever_went_had_done_with_it_calls_somebody(self, done: str) -> None:
        """Within two hours, by another agency: it is held to be of the same occurrence all the same."""
        first = breach("council's", kind="attended", suspect_present=True)
        found = world(order(), service(), risk(Grade.HIGH), first)
        found.settle()
        found.add(answer("council's"), step("deployed", 0.2, first), step(done, 0.7, first))
        found.settle()
        second = {"kind": "attended", "suspect_present": True, "weapon": True}
        found.add(breach("hospital's", "hospital", NOON + timedelta(minutes=110), **second))
        found.settle()
        assert [each[:2] for each in raised(found, "hospital's")] == [(1, "now")]
        assert len(raised(found, "council's")) == 1, "once"
        assert found.settle() == 0

    @pytest.mark.parametrize("taken", ["triaged", "deployed", "suspect-outstanding"])
    def test_while_somebody_is_on_their_way_a_second_report_of_it_pages_nobody(self, taken: str) -> None:
        first = breach("council's", kind="attended")
        found = world(order(), service(), risk(Grade.HIGH), first)
        found.settle()
        found.add(answer("council's"), step(taken, 0.2, first))
        found.add(breach("hospital's", "hospital", NOON + timedelta(minutes=50), kind="attended"))
        found.settle()
        assert (len(raised(found, "council's")), raised(found, "hospital's")) == (1, [])

    def test_while_a_call_that_went_to_nobody_is_unanswered_it_is_everybodys(self) -> None:
        of = world(breach())
        of.settle()
        of.add(call(person=None))
        assert (row(of).nobody, row(of).called) == (True, ())
        taken = answer("breach")
        of.add(taken)
        assert (row(of).nobody, row(of).called) == (False, (taken.said.person,))

    def test_settled_is_settled(self) -> None:
        found = world(order(), service(), risk(Grade.HIGH), breach())
        assert found.settle() == 2, "the alert, and the clock of its answer"
        assert found.settle() == 0

    def test_an_alert_holds_no_section_but_routing_and_is_about_those_named(self) -> None:
        found = world(risk(Grade.HIGH), breach())
        found.settle()
        alert = next(f for f in found.facts if isinstance(f.content, AlertRaised))
        assert set(alert.envelope.data) == {"rule", "cause", "generation", "urgency", "routing", "about"}
        named = {mention_of("council", name) for name in ("ann", "ben")}
        assert set(alert.envelope.data["about"]) == named
        assert {key for key in alert.envelope.keys.split() if key[0] == "m"} == {f"m:{m}" for m in named}


def told_at(at: datetime, name: str, agency: str = "police", **values: Any) -> Fact[BreachReported]:
    """A report of what happened at noon that came later."""
    said = BreachReported(**{"kind": "assault", "people": [ann(), ben()]} | values)
    return fact(said, agency=agency, occurred=NOON, accepted=at, root=name)


def said_again(at: datetime, version: int, **values: Any) -> Fact[BreachReported]:
    """What the council says of it in a later version."""
    said = BreachReported(**{"kind": "assault", "people": [ann(), ben()]} | values)
    return fact(said, agency="council", accepted=at, root="council's", version=version)


class TestBroken:
    def test_a_breach_whose_fold_fails_pages_at_once_from_its_own_fact(self) -> None:
        found = world(risk(Grade.STANDARD), breach(routing=area("south")))
        assert self.said(found) == [(1, "now", "south")]

    def test_not_while_an_alert_stands(self) -> None:
        found = world(risk(Grade.STANDARD), breach())
        found.settle()
        assert self.said(found) == []

    def test_not_when_withdrawn(self) -> None:
        first = breach()
        assert self.said(world(first, withdrawn(first))) == []

    def test_another_cause_tells_nobody(self) -> None:
        assert self.said(world(order()), "order") == []

    @staticmethod
    def said(of: World, cause: str = "breach") -> list[tuple[int, str, str | None]]:
        assert ORDERS_BREACH.decide_broken is not None
        sayings = list(ORDERS_BREACH.decide_broken(of.subject("cause", root_of(cause))))
        raised_ = [each.content for each in sayings if isinstance(each.content, AlertRaised)]
        assert len(raised_) == len(sayings)
        return [
            (a.generation, a.urgency, a.routing.area if isinstance(a.routing, Routing) else None)
            for a in raised_
        ]


def _stood_down(of: World) -> list[tuple[str, int]]:
    return [(f.said.cause, f.said.generation) for f in of.facts if isinstance(f.content, AlertStoodDown)]


class TestPerson:
    def test_both_sides_have_the_order_and_his_side_its_status(self) -> None:
        both = world(order(), service(), breach())
        of_ben = both.row("orders_person", person("ben"))
        of_ann = both.row("orders_person", person("ann"))
        assert [line.root for line in of_ann.orders] == [line.root for line in of_ben.orders]
        assert [line.status.enforceable for line in of_ben.orders] == [True]
        assert [line.status for line in of_ann.orders] == [None], "her own facts cannot tell"
        assert of_ann.mentions == sorted(mention_of(a, "ann") for a in ("police", "council"))

    def test_a_person_in_no_order_breach_or_assessment_has_no_row(self) -> None:
        child = someone(cat().role.CHILD, "kit")
        made = order(people=[ben(), ann(), child])
        assert world(made).row("orders_person", person("kit")) is not None
        views = ("orders_breach", "orders_order", "orders_clocks", "orders_ending")
        nothing = {(view, root_of("breach")): Folded(None) for view in views}
        assert world(answer("breach")).fold() == nothing

    def test_numbers_lead_to_whom_the_order_binds_and_to_whose_pnc_id_is_sound(self) -> None:
        hers, his = (Identity(pnc_id=each) for each in ("2003/0011985X", "2003/0011985A"))
        people = [someone(ben().role, "ben", identity=his), someone(ann().role, "ann", identity=hers)]
        of = world(order(reference="zc 26/p1", people=people))
        of_ben, of_ann = (of.row("orders_known_by", person(name)) for name in ("ben", "ann"))
        assert (of_ben.accused, of_ben.words) == (True, "|reference:ZC26P1|")
        assert (of_ann.accused, of_ann.words) == (False, "|pnc_id:2003/0011985X|")
        gone = world(first := order(reference="zc 26/p1"), withdrawn(first))
        assert gone.row("orders_known_by", person("ben")) is None

    def test_her_area_is_not_in_the_rows_of_others_whom_a_fact_names(self) -> None:
        child = someone(cat().role.CHILD, "kit")
        named = risk(Grade.HIGH, people=[ann(), someone(ben().role, "ben"), child])
        assert world(named).row("orders_person", person("kit")) is None


# ---- properties -----------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(histories(), st.booleans(), st.randoms())
def test_any_order_of_arrival_gives_the_same_bytes(
    history: list[Fact[Any]], linked: bool, chance: Any
) -> None:
    settled = world(*history, linked=linked)
    settled.settle()
    shuffled = list(settled.facts)
    chance.shuffle(shuffled)
    assert world(*shuffled, linked=linked).bytes() == settled.bytes()


@settings(max_examples=60, deadline=None)
@given(histories(), st.integers(-3, 90), st.integers(0, 90))
def test_the_rows_are_the_same_until_they_say_that_they_change(
    history: list[Fact[Any]], hours: int, later: int
) -> None:
    now = world(*history)
    now.at = NOON + timedelta(hours=hours)
    then = world(*history)
    changes = [done.changes_at for done in now.fold().values() if done.changes_at is not None]
    assert all(change > now.at for change in changes)
    limit = min(changes, default=None)
    then.at = now.at + timedelta(hours=later)
    if limit is not None:
        then.at = min(then.at, limit - timedelta(microseconds=1))
    assert then.bytes() == now.bytes()


@settings(max_examples=150, deadline=None)
@given(histories(), st.lists(st.tuples(st.integers(0, 2), st.integers(1, 2)), max_size=2), st.data())
def test_what_stands_is_true_and_what_is_true_is_told(
    history: list[Fact[Any]], answers: list[tuple[int, int]], data: st.DataObject
) -> None:
    """However facts, corrections, withdrawals, answers and links come in between."""
    going = world(linked=data.draw(st.booleans()))
    for each in history:
        going.add(each)
        if data.draw(st.booleans()):
            going.settle()
    for number, generation in answers:
        if generation in [g for g, *_ in raised(going, f"breach {number}")]:
            going.add(answer(f"breach {number}", generation))
            if data.draw(st.booleans()):
                going.add(given_back(f"breach {number}", generation))
    if data.draw(st.booleans()):
        going.same = list(world().same) if not going.same else []
    going.settle()
    _check(going)


def _check(of: World) -> None:
    folded = of.fold().items()
    breaches = {subject: done.row for (_, subject), done in folded if isinstance(done.row, OrdersBreach)}
    standing = {
        subject: [t for t in found.told if t.state != "stood-down"] for subject, found in breaches.items()
    }
    for subject, found in breaches.items():
        assert len(standing[subject]) <= 1
        for told in standing[subject]:
            assert not found.withdrawn, "an alert stands of what was withdrawn"
            if told.state == "standing":
                assert told.area == found.area
                if told.victims:  # else she was not known yet, and it stands when she becomes known
                    assert set(told.victims) == set(found.victim_mentions)
                assert found.urgency is not None
                assert _rank(told.urgency) <= _rank(found.urgency)
        if not found.withdrawn:
            together = _together(subject, breaches)
            assert any(standing[other] for other in together), "a true cause is told to nobody"


def _together(subject: str, breaches: dict[str, OrdersBreach]) -> set[str]:
    """Every breach that is of one occurrence with this one, by whatever chain of records."""
    links = {root: {r.root for r in found.records} for root, found in breaches.items()}
    found = {subject}
    while (
        more := {other for one in found for other in breaches if other in links[one] or one in links[other]}
        - found
    ):
        found |= more
    return found


def _rank(urgency: str) -> int:
    return ["now", "hour", "day"].index(urgency)


@given(events())
def test_the_makers_of_these_tests_make_facts_as_the_service_does(event: Fact[Any]) -> None:
    assert event.agency in AGENCIES
    if isinstance(event.content, BreachReported):
        assert f"o:{event.root}" in event.envelope.keys.split()
    assert all(mention.mention for mention in event.said.named)


@pytest.mark.parametrize("view", ["orders_person", "orders_breach"])
def test_rows_read_back_as_they_were_written(view: str) -> None:
    found = world(order(), service(), risk(Grade.HIGH), breach(), incident())
    found.settle()
    declared = next(each for each in found.views if each.name == view)
    written = [body for (name, _), body in found.bytes().items() if name == view]
    assert written
    for body in written:
        assert canonical(declared.row.model_validate_json(body)) == body


@pytest.mark.parametrize("places", [True, False])
def test_a_practice_is_shown_to_whoever_is_shown_where_she_is(places: bool) -> None:
    seen = ann().model_copy(update={"health": Health(injuries="Bruises", general_practice="Hillview")})
    told = fact(IncidentReported(kind=IncidentKind.HARASSMENT, people=[seen]), agency="hospital")
    allowed = {Sensitivity.HEALTH} | ({Sensitivity.LOCATION} if places else set())
    mentions = {mention.mention or "" for mention in told.said.people}
    (health,) = newest_sections([told], mentions, frozenset(allowed))
    assert isinstance(health.value, Health)
    assert health.value.injuries == "Bruises"
    assert health.value.general_practice == ("Hillview" if places else None)
