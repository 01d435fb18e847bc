"""Children: those of a household on its case's page, who is at risk, who poses risk, and who sees where."""

from datetime import date, datetime, timedelta
from typing import Any

import httpx

from chassis.facts import Fact
from chassis.parking import Incomplete
from chassis.rows import new_row, write_rows
from contracts.events.children import CircumstancesSaid, InterviewSaid, MissingReported, SchoolTold
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.configuration import AgencyDefined
from contracts.events.people import HealthContacted
from contracts.events.support import Worker
from contracts.events.wishes import CharacteristicsSaid
from contracts.sections import (
    Equality,
    EqualityAnswer,
    Health,
    Identity,
    Location,
    Narrative,
    Routing,
)
from contracts.vocabulary import (
    AgencyKind,
    AlertRule,
    Answering,
    Characteristic,
    ChildPlan,
    Grade,
    Instrument,
    InterviewStep,
    Role,
    SchoolStep,
    Setting,
)
from deploy.bench.grown import grow
from services.marac.conference import compose, rows
from services.marac.conference.children import CHILD, Home
from services.marac.conference.children_rows import ChildRow, ClockLine
from services.marac.conference.hearing import in_order
from services.marac.conference.known import CaseKnown
from services.marac.rules.children import ChildSeen, gaps, reasons
from services.marac.shown_children import ChildShown, Household
from tests.services.marac.caseload import (
    SCHOOL,
    WHO,
    ann,
    ben,
    cat,
    household,
    incident,
    kit,
    mention,
    person,
    referral,
    risk,
    world,
)
from tests.services.marac.conftest import Marac, prepared
from tests.support.facts import NOON, fact, mention_of, root_of, someone, withdrawn
from tests.support.tables import lines
from tests.support.waiting import until

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORKER = Worker(name="Ada Thistle", telephone="01632 960194")
OWN_WORDS = "I hide under the bed."


@lines(__file__, "children")
def test_why_a_child_is_at_risk_and_what_is_missing(line: dict[str, Any]) -> None:
    said, known = line["child"] or {}, line["child"] is not None
    child = ChildSeen(
        person="kit",
        plan=ChildPlan(said.get("plan", "not-known")),
        repeated=said.get("repeated", False),
        missing_since=NOON - said["missing"] * HOUR if "missing" in said else None,
        interview_due=NOON - said["late"] * HOUR if "late" in said else None,
        school_known=said.get("school", False),
    )
    schools = [ClockLine(rule=rule, due=NOON - since * HOUR) for rule, since in line.get("schools", ())]
    assert reasons(child, Grade(line["grade"])) == line["why"]
    assert [gap.code for gap in gaps([child] if known else [], schools, NOON)] == line["gaps"]


def lives(
    name: str = "lives", at: datetime = NOON - 5 * DAY, agency: str = "council", **said: Any
) -> Fact[Any]:
    given = {"people": [ann(), kit()]} | said
    return fact(CircumstancesSaid(**given), agency=agency, occurred=at, root=name)


def missing(days: float, hours: float | None = 10, agency: str = "police", **said: Any) -> Fact[Any]:
    since = NOON - days * DAY
    found = since + hours * HOUR if hours is not None else None
    content = MissingReported(people=[kit()], missing=since, found=found, **said)
    return fact(content, agency=agency, occurred=since, root=f"missing {days} {agency}")


def told(step: SchoolStep, at: datetime, victim: Any = None) -> Fact[Any]:
    said = SchoolTold(people=[victim or ann(), kit()], step=step)
    return fact(said, agency="police", occurred=at, root=f"{step} {at}")


def clock(rule: AlertRule, due: datetime, name: str = "ann") -> Fact[Any]:
    cause = mention_of("police", name)
    said = ClockStarted(rule=rule, cause=cause, generation=1, due=due, about=[cause])
    return fact(said, agency="goldthread", root=f"{rule} {name}")


def home(*facts: Fact[Any], at: datetime = NOON) -> Home:
    made = world(referral(), household(), *facts, at=at)
    case = made.row("conference_case", root_of("case"))
    ids = [person(name) for name in ("ann", "ben", "cat", "kit")]
    people = {id_: row for id_ in ids if (row := made.row("conference_person", id_))}
    known = {id_: row for id_ in ids if (row := made.row("conference_child", id_))}
    return Home(case, people, known, at)


def the_child(*facts: Fact[Any]) -> ChildShown:
    (found,) = home(*facts).household(locations=True, contacts=True).children
    return found


def test_of_a_child_of_whom_nothing_is_said_everything_is_not_known() -> None:
    child = the_child()
    assert (child.age, child.schools, child.setting, child.plan) == (
        7,
        [SCHOOL],
        Setting.NOT_KNOWN,
        ChildPlan.NOT_KNOWN,
    )
    assert (child.social_worker, child.voices, child.missing, child.school_told) == (None, [], 0, None)
    assert home().household(locations=False, contacts=False).children[0].schools is None, (
        "a school tells where they live"
    )
    assert home().household(locations=False, contacts=False).children[0].school_known


def test_the_newest_word_on_each_thing_holds_and_not_known_undoes_none() -> None:
    voice = Narrative(text=OWN_WORDS)
    first = lives(plan="child-protection", since=date(2026, 2, 1), social_worker=WORKER, voice=voice)
    newer = lives("newer", NOON - DAY, "hospital", setting="school", to_accused="step-child")
    child = the_child(first, newer)
    assert (child.plan, child.plan_since, child.plan_agency) == (
        ChildPlan.CHILD_PROTECTION,
        date(2026, 2, 1),
        "council",
    )
    assert (child.setting, child.to_accused, child.social_worker) == (Setting.SCHOOL, "step-child", WORKER)
    assert [each.text for each in child.voices] == [OWN_WORDS]
    assert the_child(first, withdrawn(first)).plan is ChildPlan.NOT_KNOWN


def test_what_is_said_of_another_victims_household_is_not_said_here() -> None:
    theirs = lives(people=[cat(), kit()], plan="child-protection", social_worker=WORKER)
    child = the_child(theirs, told(SchoolStep.TOLD, NOON - HOUR, cat()))
    assert (child.plan, child.social_worker, child.school_told) == (ChildPlan.NOT_KNOWN, None, None)


def test_a_school_and_an_episode_of_another_victims_household_are_not_said_here() -> None:
    at_cats = kit(location=Location(school="Rai Primary"))
    hers = household("cats", people=[cat(), ben(), at_cats])
    went = incident("from cats", people=[cat(), ben(), kit()], kind="missing-child", occurred=NOON - 2 * DAY)
    child = the_child(hers, went)
    assert (child.schools, child.missing, child.episodes) == ([SCHOOL], 0, [])
    alone = world(referral(people=[ann(), ben(), kit()]), hers, went)
    case, ids = (
        alone.row("conference_case", root_of("case")),
        [person(name) for name in ("ann", "ben", "kit")],
    )
    people = {id_: alone.row("conference_person", id_) for id_ in ids}
    known = {ids[2]: alone.row("conference_child", ids[2])}
    assert not Home(case, people, known, NOON).seen(ids[2]).school_known
    both = the_child(hers, went, missing(2, 3))
    assert [each.records for each in both.episodes] == [1], "what names nobody else stays"


def test_missing_episodes_are_counted_for_a_year_over_all_agencies_records() -> None:
    facts = [missing(400), missing(300), missing(100), missing(99.9, agency="council"), missing(20)]
    child = the_child(*facts)
    assert (child.missing, child.repeated) == (3, True)
    assert [each.records for each in child.episodes] == [1, 2, 1]
    assert {each.late for each in child.episodes} == {True}
    seen = home(*facts).seen(person("kit"))
    assert "child-repeatedly-missing" in reasons(seen, Grade.STANDARD)


def test_an_interview_that_was_held_or_refused_is_late_no_more() -> None:
    at = NOON - 18 * DAY
    held = fact(InterviewSaid(people=[kit()], step=InterviewStep.DONE), agency="council", occurred=at)
    offered = fact(InterviewSaid(people=[kit()], step=InterviewStep.OFFERED), agency="council", occurred=at)
    assert [gap.code for gap in home(missing(20)).gaps()] == ["interview-late"]
    assert [gap.code for gap in home(missing(20), offered).gaps()] == ["interview-late"]
    assert [gap.code for gap in home(missing(20), held).gaps()] == []
    assert [gap.code for gap in home(missing(1, None)).gaps()] == ["child-not-found"]


def test_an_incident_of_a_missing_child_is_an_episode_that_a_report_of_it_closes() -> None:
    went = incident("gone", people=[ann(), kit()], kind="missing-child", occurred=NOON - 2 * DAY)
    assert [gap.code for gap in home(went).gaps()] == ["child-not-found"]
    (episode,) = the_child(went, missing(2, 3)).episodes
    assert (episode.records, episode.found) == (2, NOON - 2 * DAY + 3 * HOUR)


def test_the_school_is_told_and_says_so() -> None:
    assert the_child(told(SchoolStep.TOLD, NOON - DAY)).school_told == NOON - DAY
    read = the_child(told(SchoolStep.TOLD, NOON - DAY), told(SchoolStep.ACKNOWLEDGED, NOON - HOUR))
    assert read.school_read == NOON - HOUR
    again = the_child(told(SchoolStep.ACKNOWLEDGED, NOON - DAY), told(SchoolStep.TOLD, NOON - HOUR))
    assert again.school_read is None, "it was told once more since"
    late = clock(AlertRule.SCHOOL_TOLD, NOON - HOUR)
    assert [gap.code for gap in home(late).gaps()] == ["school-untold"]
    said = ClockStopped(**late.said.model_dump(include={"rule", "cause", "generation", "about"}))
    assert home(late, fact(said, agency="goldthread")).gaps() == []


def test_a_pregnancy_is_shown_for_as_long_as_it_can_be_one() -> None:
    def at_hospital(days: float, pregnant: bool | None) -> Fact[Any]:
        said = HealthContacted(people=[ann(health=Health(pregnant=pregnant))], service="midwife")
        return fact(said, agency="hospital", occurred=NOON - days * DAY)

    def answered(days: float, value: str | None) -> Fact[Any]:
        how = Answering.VALUE if value else Answering.ASKED_NOT_GIVEN
        answer = EqualityAnswer(characteristic=Characteristic.PREGNANCY, answer=how, value=value)
        said = CharacteristicsSaid(people=[ann()], equality=Equality(answers=[answer]))
        return fact(said, agency="haven", occurred=NOON - days * DAY, root=f"answered {days}")

    def pregnant(*facts: Fact[Any], contacts: bool = True) -> bool:
        return home(*facts).household(locations=True, contacts=contacts).pregnant is not None

    assert not pregnant()
    assert pregnant(at_hospital(20, True))
    assert not pregnant(at_hospital(290, True))
    assert pregnant(at_hospital(20, True), at_hospital(2, None))
    assert not pregnant(at_hospital(20, True), at_hospital(2, False))
    assert pregnant(answered(20, "pregnant"))
    assert not pregnant(answered(290, "pregnant"))
    assert pregnant(answered(20, "pregnant"), answered(2, None)), "not given is no answer"
    assert not pregnant(answered(20, "pregnant"), answered(2, "gave-birth-lately"))
    assert not pregnant(answered(20, "pregnant"), at_hospital(2, False)), "the newest word, whosever"
    assert pregnant(at_hospital(20, False), answered(2, "pregnant"))
    assert not pregnant(answered(20, "pregnant"), contacts=False), "who may not see characteristics"
    assert pregnant(at_hospital(20, True), answered(2, "neither"), contacts=False)


def aged(name: str, role: Role, *born: date) -> Any:
    return mention(name, role).model_copy(
        update={"identity": WHO[name].model_copy(update={"born": list(born), "record": record_of(name)})}
    )


def record_of(name: str) -> Any:
    identity = mention(name, Role.OTHER).identity
    return identity.record if isinstance(identity, Identity) else None


def test_whoever_has_grown_up_is_no_child_of_an_agenda() -> None:
    """They stay on the case's page; one of no known age is counted."""

    def case(*born: list[date]) -> rows.ConferenceCase:
        children = [
            someone(Role.CHILD, f"nia {n}", identity=Identity(born=each)) for n, each in enumerate(born)
        ]
        row = world(referral(people=[ann(), ben(), *children])).row("conference_case", root_of("case"))
        assert isinstance(row, rows.ConferenceCase)
        assert len(row.children) == len(born)
        return row

    on = NOON.date()
    today, tomorrow = (on.replace(year=on.year - 18, day=day) for day in (on.day, on.day + 1))
    assert [case([each]).not_grown(NOON) for each in (today, tomorrow)] == [0, 1]
    assert case([today], [tomorrow], [], [today, tomorrow]).not_grown(NOON) == 3
    first = case([today]).model_copy(update={"case": "first", "referred": NOON - 99 * DAY})
    for later in (case([tomorrow]), case([])):
        assert in_order([first, later], NOON) == [later, first], "families first"
    assert in_order([case([today]), first], NOON) == [first, case([today])], "whoever has waited longest"


def grown(at: datetime, victim: date, accused: date) -> Household:
    people = [aged("ann", Role.VICTIM, victim), aged("ben", Role.PERPETRATOR, accused)]
    young = referral(people=people, occurred=NOON - DAY)
    return of_parties(young, at=at).household(locations=True, contacts=True)


def of_parties(*facts: Fact[Any], at: datetime = NOON) -> Home:
    made = world(*facts, at=at)
    ids = [person(name) for name in ("ann", "ben")]
    people = {i: made.row("conference_person", i) for i in ids}
    return Home(made.row("conference_case", root_of("case")), people, {}, at)


def test_a_party_who_becomes_16_or_18_is_told_of_before_and_the_case_goes_on_after() -> None:
    victim, accused = date(2008, 3, 10), date(2010, 4, 1)
    before = grown(NOON, victim, accused).ages
    assert [(each.age, each.turns, each.on, each.form, each.forum) for each in before] == [
        (17, 18, date(2026, 3, 10), "young-person", "marac-and-children"),
        (15, 16, date(2026, 4, 1), "young-person", "children"),
    ]
    after = grown(NOON + 40 * DAY, victim, accused)
    assert [(each.role, each.age, each.turns) for each in after.ages] == [(Role.PERPETRATOR, 16, None)]


def test_childrens_services_are_expected_for_a_victim_who_is_under_18_or_pregnant() -> None:
    def young(*born: date, told: tuple[Fact[Any], ...] = ()) -> bool:
        people = [aged("ann", Role.VICTIM, *born), ben()]
        return of_parties(referral(people=people, occurred=NOON - DAY), *told).young

    unknown = aged("ann", Role.VICTIM)
    expects = [unknown.model_copy(update={"health": Health(pregnant=True)})]
    midwife = fact(HealthContacted(people=expects, service="midwife"), agency="hospital", occurred=NOON - DAY)
    form = risk(instrument=Instrument.YP_DASH, people=[unknown, ben()])
    assert not young(), "an age that nobody knows alone says nothing"
    assert not young(date(1990, 3, 10))
    assert young(date(2008, 3, 10)), "18 in a week"
    assert young(told=(midwife,))
    assert young(date(1990, 3, 10), told=(midwife,))
    assert young(told=(form,)), "no date of birth, and the form for young people"
    assert not young(date(1990, 3, 10), told=(form,))


def test_a_victim_who_has_outgrown_the_form_for_young_people_is_to_be_assessed_again() -> None:
    def outgrown(*born: date, forms: tuple[Instrument, ...]) -> bool:
        people = [aged("ann", Role.VICTIM, *born), ben()]
        made = [
            risk(f"risk {n}", instrument=form, people=people, occurred=NOON - DAY + timedelta(hours=n))
            for n, form in enumerate(forms)
        ]
        there = of_parties(referral(people=people, dash=None, occurred=NOON - 2 * DAY), *made)
        known = CaseKnown(NOON, there.case, there.people, {}, {}, {}, Incomplete(0, None, 0))
        return "form-outgrown" in [gap.code for gap in compose.missing_of(known)]

    young, adult = Instrument.YP_DASH, Instrument.SAFELIVES_DASH_24
    today, tomorrow = date(2008, 3, 3), date(2008, 3, 4)
    assert outgrown(today, forms=(young,)), "18 today"
    assert not outgrown(tomorrow, forms=(young,)), "and tomorrow"
    assert not outgrown(forms=(young,)), "nobody knows the age"
    assert not outgrown(date(1990, 3, 3), tomorrow, forms=(young,)), "by one date of two"
    assert not outgrown(today, forms=(young, adult)), "assessed again"
    assert outgrown(today, forms=(adult, young)), "by the newest"


def test_the_case_says_that_childrens_services_said_nothing_of_a_victim_who_is_under_18() -> None:
    families = AgencyDefined(agency="families", name="Families", kind=AgencyKind.CHILDRENS_SERVICES)
    for born, silent in ((date(2008, 3, 10), True), (date(1990, 3, 10), False)):
        people = [aged("ann", Role.VICTIM, born), ben()]
        there = of_parties(referral(people=people, occurred=NOON - DAY))
        known = CaseKnown(
            NOON, there.case, there.people, {}, {"families": families}, {}, Incomplete(0, None, 0)
        )
        gaps_ = [(gap.code, gap.owner) for gap in compose.missing_of(known)]
        assert (("kind-silent", AgencyKind.CHILDRENS_SERVICES) in gaps_) is silent


# ---- over HTTP ---------------------------------------------------------------------------------


async def with_a_child(marac: Marac) -> str:
    """Ann's case, with Kit in a plan, missing and not asked, the school told."""
    made = await prepared(marac)
    now = marac.runtime.clock.now()
    at_school = kit(location=Location(school=SCHOOL, school_number="100200"))
    said = CircumstancesSaid(
        people=[ann(), at_school],
        setting=Setting.SCHOOL,
        plan=ChildPlan.CHILD_PROTECTION,
        social_worker=WORKER,
        voice=Narrative(text=OWN_WORDS),
    )
    await marac.say("council", said, 4)
    gone = MissingReported(people=[kit()], missing=now - 6 * DAY, found=now - 5 * DAY)
    await marac.say("police", gone, 5)
    await marac.say("police", SchoolTold(people=[ann(), kit()], step=SchoolStep.TOLD), 1)
    cause = mention_of("police", "ann")
    late = ClockStarted(
        rule=AlertRule.SCHOOL_ACKNOWLEDGED,
        cause=cause,
        generation=1,
        due=now - HOUR,
        about=[cause],
        routing=Routing(area="north"),
    )
    await marac.say("goldthread", late)

    async def there() -> bool:
        home_ = (await marac.page("chair", made.case)).get("household", {})
        return bool(home_.get("schools")) and home_["children"][0]["plan"] == "child-protection"

    await until(there, what="all of it is on the page")
    return made.case


async def page_of(marac: Marac, who: str, path: str) -> httpx.Response:
    return await marac.http.get(path, headers={"Authorization": f"Bearer {who}"})


async def test_the_case_says_it_and_who_may_see_where_sees_the_school(marac: Marac) -> None:
    case = await with_a_child(marac)
    chair, coordinator = await marac.page("chair", case), await marac.page("coordinator", case)
    assert chair["household"]["children"][0]["schools"] is None
    assert coordinator["household"]["children"][0]["schools"] == [SCHOOL]
    assert {"interview-late", "school-silent"} <= {gap["code"] for gap in chair["missing"]}
    for who, sees in (("chair", False), ("coordinator", True)):
        page = (await page_of(marac, who, f"/marac/cases/{case}")).text
        assert (OWN_WORDS in page, "Ada Thistle" in page, SCHOOL in page) == (True, True, sees), who
    paper = (await page_of(marac, "coordinator", f"/marac/cases/{case}/print")).text
    assert (OWN_WORDS in paper, SCHOOL in paper) == (True, False)
    assert "Nobody says that the victim is pregnant, or asked." in page
    assert "Nobody whose word is shown here says that the victim is pregnant." in paper
    midwife = HealthContacted(people=[ann(health=Health(pregnant=True))], service="midwife")
    await marac.say("council", midwife, 1)

    async def told() -> bool:
        there = (await marac.page("chair", case))["household"]["pregnant"] is not None
        return (
            there
            and "The victim is pregnant, says" in (await page_of(marac, "chair", f"/marac/cases/{case}")).text
        )

    await until(told, what="REST and page say that she is pregnant")


async def test_the_list_of_children_is_of_the_cases_that_one_may_see(marac: Marac) -> None:
    case = await with_a_child(marac)
    listed = (await marac.get("chair", "children")).json()
    (line,) = listed["at_risk"]
    assert (line["case"], line["why"]) == (
        case,
        ["child-interview-late", "child-protection", "child-high-risk-case"],
    )
    assert (line["child"]["schools"], listed["pose_risk"], listed["more"]) == (None, [], False)
    page = await page_of(marac, "idva", "/marac/children")
    assert page.status_code == 200
    assert SCHOOL not in page.text
    elsewhere = (await marac.get("coordinator-elsewhere", "children")).json()
    assert (elsewhere["at_risk"], elsewhere["cases"]) == ([], 0)
    for who in ("matac", "officer", "on-call", "admin", "system"):
        assert (await marac.get(who, "children")).status_code in (403, 404), who


async def test_cases_with_a_child_of_whom_something_is_said_come_first_and_each_is_on_one_page(
    marac: Marac,
) -> None:
    case = await with_a_child(marac)
    page = await marac.page("chair", case)
    child = page["household"]["children"][0]["person"]
    at = await grow(marac.runtime, case, page["meetings"][0]["meeting"], 5)
    newest = at.waiting[0]
    nothing = ChildRow(person=newest[:8] + child[8:])
    async with marac.runtime.store.writing() as connection:
        row = new_row(CHILD, nothing.person, nothing)
        await write_rows(marac.runtime.store, connection, [row], {})
    path, pages = "children?limit=5", list[list[str]]()
    while path:
        listed = (await marac.get("chair", path)).json()
        pages.append([line["case"] for line in listed["at_risk"]])
        path = f"children?limit=5&after={listed['next']}" if listed["next"] else ""
    assert [len(each) for each in pages] == [5, 5, 5, 5, 5, 2]
    assert len({each for found in pages for each in found}) == 27, "one of them was returned"
    assert pages[-1][-1] == newest, "nothing but the grade of her case says that this child is at risk"


async def test_who_is_under_18_and_accused_stands_apart(marac: Marac) -> None:
    case = await with_a_child(marac)
    young = ben().model_copy(update={"identity": Identity(record=record_of("ben"), born=[date(2012, 5, 5)])})
    for agency in ("police", "council", "haven"):
        said = incident(people=[ann(), young]).said
        await marac.say(agency, said, 3)

    async def apart() -> bool:
        return bool((await marac.get("chair", "children")).json()["pose_risk"])

    await until(apart, what="by any date of birth the youngest counts")
    (line,) = (await marac.get("chair", "children")).json()["pose_risk"]
    assert (line["case"], line["name"]["family"]) == (case, "Smith")


def test_a_school_that_confirms_by_a_page_names_nobody_and_the_case_knows_whom_it_means() -> None:
    by_page = SchoolTold(
        step=SchoolStep.ACKNOWLEDGED,
        victim=mention_of("police", "ann"),
        of_children=[mention_of("police", "kit")],
        incident=incident().root,
    )
    said = fact(by_page, agency="school", occurred=NOON - HOUR, root="by page")
    child = the_child(incident(), told(SchoolStep.TOLD, NOON - 2 * HOUR), said)
    assert (child.school_told, child.school_read) == (NOON - 2 * HOUR, NOON - HOUR)
