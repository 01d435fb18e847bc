"""Risk in a case: what its row and its page say of assessments and of reviews that are owed."""

from datetime import timedelta
from itertools import permutations
from typing import Any, cast

import pytest

from chassis.facts import Fact
from chassis.pages.times import Times
from contracts.events.people import Answered, Graded, Judgement, RiskAssessed
from contracts.mentions import Mention
from contracts.rules.instruments import FORMS
from contracts.vocabulary import (
    AlertRule,
    AnswerSource,
    DashItem,
    Grade,
    Instrument,
    ReviewTrigger,
    RiskAnswer,
    Role,
)
from services.marac.conference import rows
from services.marac.conference.risk import risk_of
from services.marac.pages import PAGES
from services.marac.pages.risk import RiskView
from services.marac.pages.words import Words
from services.marac.service import SERVICE
from tests.pages.sample_risk import risk_case
from tests.services.marac.caseload import (
    CONFIGURATION,
    LINKED,
    ann,
    ben,
    breach,
    cat,
    dash,
    incident,
    mention,
    person,
    referral,
    risk,
)
from tests.support.facts import NOON, corrected, fact, mention_of, root_of, withdrawn
from tests.support.world import World

DASH = list(FORMS[Instrument.SAFELIVES_DASH_24].items)
DAY = timedelta(days=1)


def items(name: str, yes: int, days: float, grade: Grade, **more: Any) -> Fact[RiskAssessed]:
    """A Dash by the police, item by item: so many YES, the last left out."""
    answers = [
        Answered(item=item, answer=RiskAnswer.YES if place < yes else RiskAnswer.NO)
        for place, item in enumerate(DASH[:-1])
    ]
    graded = Graded(grade=grade, yes=yes, missing=1, rule="test", because="test", **more.pop("graded", {}))
    said = RiskAssessed(
        people=[ann(), ben()],
        instrument=Instrument.SAFELIVES_DASH_24,
        instrument_version="2015",
        answers=answers,
        graded=graded,
        **more,
    )
    return fact(said, agency="police", occurred=NOON + days * DAY, root=name)


def world(*facts: Fact[Any]) -> World:
    return World(SERVICE.views, facts, same=LINKED)


def her(of: World) -> rows.ConferencePerson:
    row: rows.ConferencePerson = of.row("conference_person", person("ann"))
    return row


def test_a_breach_after_the_last_assessment_opens_a_review_for_whoever_made_it() -> None:
    made = world(referral(), risk(occurred=NOON - 2 * DAY), breach())
    (review,) = her(made).reviews
    assert (review.trigger, review.root) == (ReviewTrigger.BREACH, root_of("breach"))
    assert (review.agency, review.due) == ("council", NOON)
    assert her(made).review_owner == "police"
    made.add(items("again", 12, -0.5, Grade.MEDIUM))
    assert her(made).reviews == []


def test_the_page_lists_the_newest_review_first_and_counts_the_lateness_from_the_first_to_be_late() -> None:
    page = risk_case()
    listed = RiskView(page, cast(Words, None)).reviews
    assert listed[0].trigger is ReviewTrigger.PREGNANCY
    assert page.risk.reviews[0].trigger is ReviewTrigger.BREACH


def test_a_withdrawn_breach_opens_none() -> None:
    first = breach()
    assert her(world(referral(), first, withdrawn(first))).reviews == []


def test_the_newest_is_compared_with_the_one_before_and_the_highest_told_beside_it() -> None:
    made = world(referral(), items("one", 15, -9, Grade.HIGH), items("two", 11, -3, Grade.MEDIUM))
    found = risk_of(her(made).assessments, her(made), NOON)
    assert (found.newest, found.highest) == (root_of("two"), root_of("one"))
    assert found.change is not None
    assert found.change.lowered == DASH[11:15]
    assert found.missing == ["D24"]
    assert (found.change.grade, found.change.grade_before) == (Grade.MEDIUM, Grade.HIGH)


def test_a_referral_without_a_dash_is_not_compared() -> None:
    made = world(items("one", 15, -90, Grade.HIGH), referral(dash=None))
    found = risk_of(her(made).assessments, her(made), NOON)
    assert (found.newest, found.change) == (root_of("one"), None)


def test_one_assessor_alone_lowers_nothing_and_two_of_one_agency_lower_their_own() -> None:
    judged = Judgement(grade=Grade.MEDIUM, reason="Moved away.", by="S-1", second="S-2")
    high, alone = items("one", 15, -9, Grade.HIGH), items("two", 11, -8, Grade.MEDIUM)
    assert world(referral(), high, alone).row("conference_case", root_of("case")).grade is Grade.HIGH
    signed = items("three", 15, -3, Grade.MEDIUM, judgement=judged, graded={"signed": True})
    made = world(referral(grade=Grade.MEDIUM), high, alone, signed)
    assert made.row("conference_case", root_of("case")).grade is Grade.MEDIUM
    theirs = world(referral(), high, alone, signed)
    assert theirs.row("conference_case", root_of("case")).grade is Grade.HIGH, "the referrer's stands"


def test_a_correction_that_two_signed_is_asked_about_no_more() -> None:
    first = items("one", 15, -9, Grade.HIGH)
    bare = {"people": [ann(), ben()]}
    lower = Graded(grade=Grade.MEDIUM, rule="test", because="test")
    alone = corrected(first, first.said.model_copy(update=bare | {"graded": lower}))
    assert her(world(referral(), first, alone)).assessments[-1].lowered_from is Grade.HIGH
    by_two = lower.model_copy(update={"signed": True})
    signed = corrected(first, first.said.model_copy(update=bare | {"graded": by_two}))
    assert her(world(referral(), first, signed)).assessments[-1].lowered_from is None


def test_a_high_assessment_that_is_withdrawn_stands_until_two_persons_sign_and_the_case_says_so() -> None:
    low, high = referral(grade=Grade.MEDIUM), items("one", 15, -9, Grade.HIGH)
    made = world(low, high, withdrawn(high))
    assert made.row("conference_case", root_of("case")).grade is Grade.HIGH
    assert [each.root for each in her(made).assessments] == [low.root], "its answers are not shown"
    (told,) = risk_of(her(made).assessments, her(made), NOON).taken_back
    assert (told.root, told.agency, told.grade, told.holds) == (high.root, "police", Grade.HIGH, True)
    assert [line.state for line in her(made).lines if line.root == high.root] == ["withdrawn"]
    owed, support = her(made).owed, her(made).support
    assert owed is None or owed.grade is Grade.HIGH
    assert AlertRule.IDVA_ASKED in [each.rule for each in support.owed], "an IDVA is asked all the same"
    signed = items("two", 11, -3, Grade.MEDIUM, graded={"signed": True})
    made.add(signed)
    assert made.row("conference_case", root_of("case")).grade is Grade.MEDIUM
    assert risk_of(her(made).assessments, her(made), NOON).taken_back == []


def test_a_referral_of_high_risk_that_is_withdrawn_keeps_the_grade_until_the_risk_is_assessed_again() -> None:
    """Whether it named no perpetrator to the end or a correction added one, and the assessment names none."""
    high = referral("gone", people=[ann()], accepted=NOON - 5 * DAY)
    by_ben = corrected(high, high.said.model_copy(update={"people": [ann(), ben()]}), accepted=NOON - 5 * DAY)
    medium = referral(grade=Grade.MEDIUM, agency="police", occurred=NOON - 25 * DAY)
    form: dict[str, Any] = {"instrument": Instrument.SAFELIVES_DASH_24, "instrument_version": "2015"}
    told: tuple[Fact[Any], ...]
    for told in ((high,), (high, by_ben)):
        made = world(medium, *told, withdrawn(told[-1]))
        assert made.row("conference_case", root_of("case")).grade is Grade.HIGH
        (gone,) = risk_of(her(made).assessments, her(made), NOON).taken_back
        assert (gone.agency, gone.referral, gone.holds) == ("haven", True, True)
        assert AlertRule.IDVA_ASKED in [each.rule for each in her(made).support.owed]
        for by, graded in (("haven", {"signed": True}), ("council", dict[str, bool]())):
            given = Graded(grade=Grade.MEDIUM, rule="test", because="test", **graded)
            said = RiskAssessed(people=[ann()], graded=given, **form)
            again = fact(said, agency=by, occurred=NOON - 3 * DAY, root="again")
            after = world(medium, *told, withdrawn(told[-1]), again)
            assert after.row("conference_case", root_of("case")).grade is Grade.MEDIUM
            assert risk_of(her(after).assessments, her(after), NOON).taken_back == []


def test_an_assessment_that_came_to_be_of_another_victim_is_for_the_first_like_one_withdrawn() -> None:
    """And what it gave is none of the second's: it neither stands of that one, nor was lowered."""
    low, high = referral(grade=Grade.MEDIUM), items("one", 15, -9, Grade.HIGH)
    medium = Graded(grade=Grade.MEDIUM, rule="test", because="test")
    of_cat = high.said.model_copy(update={"people": [cat(), ben()], "graded": medium})
    moved = corrected(high, of_cat, accepted=NOON - 5 * DAY)
    made = world(low, high, moved)
    (theirs,) = made.row("conference_person", person("cat")).assessments
    assert (theirs.grade, theirs.lowered_from) == (Grade.MEDIUM, None)
    assert made.row("conference_person", person("cat")).taken_back == []
    for since in ((), (withdrawn(moved),)):
        made = world(low, high, moved, *since)
        assert made.row("conference_case", root_of("case")).grade is Grade.HIGH
        assert [each.root for each in her(made).assessments] == [low.root]
        (told,) = risk_of(her(made).assessments, her(made), NOON).taken_back
        assert (told.root, told.grade, told.withdrawn) == (high.root, Grade.HIGH, moved.accepted)
        assert told.holds
        assert AlertRule.IDVA_ASKED in [each.rule for each in her(made).support.owed]
        made.add(items("two", 11, -3, Grade.MEDIUM, graded={"signed": True}))
        assert made.row("conference_case", root_of("case")).grade is Grade.MEDIUM
    again = corrected(moved, high.said.model_copy(update={"people": [ann(), ben()], "graded": medium}))
    made = world(low, high, moved, again)
    assert (her(made).taken_back, her(made).assessments[-1].lowered_from) == ([], Grade.HIGH)


def test_so_is_a_referral_of_high_risk_that_came_to_be_of_another_victim() -> None:
    high = referral("gone", accepted=NOON - 6 * DAY)
    medium = referral(grade=Grade.MEDIUM, agency="police", occurred=NOON - 25 * DAY)
    moved = corrected(high, high.said.model_copy(update={"people": [cat(), ben()]}), accepted=NOON - 5 * DAY)
    for days, stands in ((-5.5, Grade.HIGH), (-4, Grade.MEDIUM)):
        form: dict[str, Any] = {"instrument": Instrument.SAFELIVES_DASH_24, "instrument_version": "2015"}
        given = Graded(grade=Grade.MEDIUM, rule="test", because="test")
        said = RiskAssessed(people=[ann(), ben()], graded=given, **form)
        by_council = fact(said, agency="council", occurred=NOON + days * DAY, root="again")
        made = world(medium, high, moved, by_council)
        assert made.row("conference_case", root_of("case")).grade is stands
        assert made.row("conference_case", root_of("gone")).grade is Grade.HIGH, "the second's own"


@pytest.mark.parametrize(
    ("what", "accused", "since", "ends"),
    [
        ("of whom nobody is named", Mention(role=Role.PERPETRATOR), 1, True),
        ("of whom nobody is named, assessed before", Mention(role=Role.PERPETRATOR), -1, False),
        ("of Ben", ben(), 1, True),
        ("of Ben, assessed before", ben(), -1, False),
        (
            "of an ex-partner without a name",
            Mention(role=Role.PERPETRATOR, relationship="ex-partner"),
            1,
            False,
        ),
    ],
)
def test_an_assessment_by_another_agency_ends_a_referral_once_it_is_withdrawn(
    what: str, accused: Mention, since: int, ends: bool
) -> None:
    high = referral("gone", people=[ann(), accused], accepted=NOON - 5 * DAY)
    medium = referral(grade=Grade.MEDIUM, agency="police", occurred=NOON - 25 * DAY)
    form: dict[str, Any] = {"instrument": Instrument.SAFELIVES_DASH_24, "instrument_version": "2015"}
    given = Graded(grade=Grade.MEDIUM, rule="test", because="test")
    said = RiskAssessed(people=[ann(), ben()], graded=given, **form)
    again = fact(said, agency="council", occurred=NOON - (5 - since) * DAY, root="again")
    made = world(medium, high, withdrawn(high), again)
    left = [] if ends else [high.root]
    assert [each.root for each in risk_of(her(made).assessments, her(made), NOON).taken_back] == left, what
    asked = [each.rule for each in her(made).support.owed]
    assert (AlertRule.IDVA_ASKED not in asked) is ends, "the clocks go by the same"


def test_a_referral_by_another_agency_that_names_nobody_ends_it_too_where_it_assesses() -> None:
    """Whom Goldthread adds to it is nobody, as in the one that was withdrawn."""
    high = referral("gone", agency="council", accepted=NOON - 5 * DAY)
    for grade, stands, left in (
        (Grade.MEDIUM, Grade.MEDIUM, []),
        (Grade.UNKNOWN, Grade.HIGH, [high.root]),
    ):
        nobody = [ann(), Mention(role=Role.PERPETRATOR)]
        later = referral("later", grade, people=nobody, occurred=NOON - 3 * DAY)
        made = world(high, withdrawn(high), later)
        assert made.row("conference_case", root_of("later")).grade is stands
        assert [each.root for each in risk_of(her(made).assessments, her(made), NOON).taken_back] == left


@pytest.mark.parametrize(("who", "grade"), [("cat", Grade.HIGH), ("ben", Grade.MEDIUM)])
def test_it_ends_nothing_once_somebody_has_linked_whom_it_is_about_to_another_accused(
    who: str, grade: Grade
) -> None:
    """In whatever order it comes; and no clock goes by it."""
    high = referral("gone", agency="council", accepted=NOON - 5 * DAY)
    of_both = incident(people=[ann(), ben(), mention("cat", Role.SUSPECT)])
    nobody = [ann(), Mention(role=Role.PERPETRATOR)]
    later = referral("later", Grade.MEDIUM, people=nobody, occurred=NOON - 3 * DAY)
    added = later.said.people[1].mention
    assert added is not None
    for facts in permutations((high, withdrawn(high), of_both, later)):
        apart = World(SERVICE.views, [*CONFIGURATION, *facts], same=LINKED)
        assert apart.row("conference_case", root_of("later")).grade is Grade.MEDIUM
        same = [(*group, added) if mention_of("police", who) in group else group for group in LINKED]
        made = World(SERVICE.views, [*CONFIGURATION, *facts], same=same)
        assert made.row("conference_case", root_of("later")).grade is grade
        asked = [each.rule for each in her(made).support.owed]
        assert (AlertRule.IDVA_ASKED in asked) is (grade is Grade.HIGH)


def test_a_referral_of_less_that_is_withdrawn_keeps_nothing() -> None:
    less = referral("gone", Grade.MEDIUM)
    made = world(referral(grade=Grade.STANDARD), less, withdrawn(less))
    assert her(made).taken_back == []
    assert made.row("conference_case", root_of("case")).grade is Grade.STANDARD


def test_the_items_that_came_with_a_referral_are_shown_with_where_each_answer_is_from() -> None:
    """By whichever way: of a young person's form item by item, of a SafeLives Dash beside its answers."""
    young = [Answered(item="Y01", answer=RiskAnswer.YES, source=AnswerSource.RECORDS)]
    by_items = {"instrument": Instrument.YP_DASH, "instrument_version": "2015", "answers": young}
    (line,) = her(world(referral(dash=None, **by_items))).assessments
    assert (line.instrument, line.instrument_version, line.answers) == (Instrument.YP_DASH, "2015", young)
    assert risk_of([line], None, NOON).missing == list(FORMS[Instrument.YP_DASH].items)[1:]
    all_but_one = dash(17).model_copy(update={"instrument": Instrument.YP_DASH})
    del all_but_one.answers[DashItem("D24")]
    (theirs,) = her(world(referral(dash=all_but_one))).assessments
    assert risk_of([theirs], None, NOON).missing == ["D24"], "sent whole, it is by the items of the Dash"
    whole = dash(17).model_copy(update={"sources": {DashItem("D01"): AnswerSource.VICTIM}})
    (other,) = her(world(referral(dash=whole))).assessments
    words = Words(PAGES.texts, Times(PAGES.texts, NOON))
    for each, source in ((line, "records"), (other, "victim")):
        page = risk_case().model_copy(update={"assessments": [each]})
        ((_, items), *_) = RiskView(page, words).groups(each)
        assert source in items[0]
