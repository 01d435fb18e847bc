"""Invented rows for pages: each state that may never look like another, long names, many breaches.

Nobody here exists. Telephone numbers are of Ofcom's drama ranges.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from contracts.envelope import Assertion
from contracts.events.orders import Prohibition
from contracts.events.people import Dash
from contracts.rules.order_status import OrderTerms
from contracts.sections import Contact, Health, Identity, Location, Name, Record, Sensitivity
from contracts.vocabulary import (
    AlertRule,
    ContactMethod,
    DashAnswer,
    DashItem,
    Grade,
    Instrument,
    LegalStatus,
    OrderStage,
    OrderType,
    ProhibitionKind,
    Relationship,
    Role,
    Urgency,
)
from services.marac import shown
from services.marac.conference import rows
from services.notify.queries import Alerts, AlertShown, CallShown, Who
from services.notify.rules.ladder import Post
from services.orders.views.shown import BreachShown, PersonShown, SectionShown

NOW = datetime(2026, 11, 25, 10, 14, 9, tzinfo=UTC)
LONG = "Featherstonehaugh-Wolstenholme-Cholmondeley-Mainwaring-Beauli"
"""A family name of sixty letters."""

_ids = count(1)


def new() -> str:
    """An opaque id."""
    return str(UUID(int=next(_ids) << 64 | 0x8000_0000_0000_0000 | 7, version=4))


def ago(**spans: float) -> datetime:
    """So long before now."""
    return NOW - timedelta(**spans)


AGENCIES = {
    "northmere-police": "Northmere Police",
    "northmere-council": "Northmere Council",
    "northmere-hospital": "Northmere Hospital",
    "castlegate-housing": "Castlegate Housing",
    "harbour-idva": "Harbour IDVA service",
}
MEETING, CASE, LONG_CASE, EMPTY_CASE, GONE_CASE, JANE, KYLE, NIA = (new() for _ in range(8))
ORDER, UNSERVED, BREACH, PERPETRATOR = (new() for _ in range(4))


def line(
    type_: str,
    agency: str,
    details: dict[str, Any],
    text: str | None = None,
    *,
    occurred: datetime | None = None,
    recorded: datetime | None = None,
    precision: rows.Precision = "instant",
    assertion: Assertion = Assertion.FACT,
    number: str | None = None,
    root: str | None = None,
    **more: Any,
) -> rows.Line:
    """One thing that one agency said."""
    happened = occurred or ago(days=4)
    said = rows.Version(
        version=more.get("version", 1),
        assertion=assertion,
        occurred=happened,
        precision=precision,
        recorded=recorded or happened + timedelta(hours=9),
        details=details,
        text=text,
    )
    return rows.Line(
        root=root or new(),
        fact=new(),
        type=type_,
        agency=agency,
        occurred=happened,
        said=said,
        record=Record(system="main", type="case", number=number) if number else None,
        **{"version": 1, "state": "current", **more},
    )


def stub(type_: str, agency: str) -> rows.Line:
    """What is left of a line that was withdrawn."""
    return rows.Line(
        root=new(),
        fact=new(),
        type=type_,
        agency=agency,
        state="withdrawn",
        version=2,
        occurred=ago(days=9),
        said=None,
    )


def source(agency: str, root: str | None = None, *, days: float = 30) -> dict[str, Any]:
    """The fields of ``rows.Source``."""
    at = ago(days=days)
    return {
        "root": root or new(),
        "agency": agency,
        "occurred": at,
        "precision": "instant",
        "recorded": at + timedelta(hours=2),
    }


def order(root: str, type_: OrderType, *, served: bool, agency: str = "northmere-police") -> rows.Order:
    """An order that is in force, served or not."""
    made = ago(days=90)
    return rows.Order(
        **source(agency, root, days=89),
        order=type_,
        stage=OrderStage.MADE,
        court="Northmere Family Court",
        reference="NM-2026-0417",
        made=made,
        starts=made,
        ends=NOW + timedelta(days=275),
        until_further_order=False,
        without_notice=not served,
        prohibitions=[
            Prohibition(kind=ProhibitionKind.NO_CONTACT, text="by any means"),
            Prohibition(kind=ProhibitionKind.NOT_TO_APPROACH),
        ],
        requirements=[],
        respondents=[KYLE],
        protected=[JANE],
        services=[
            rows.Service(
                **source(agency, days=86),
                method="personal",
                served=ago(days=86),
                respondent_aware=ago(days=86),
            )
        ]
        if served
        else [],
        terms=OrderTerms(
            order=type_,
            stage=OrderStage.MADE,
            without_notice=not served,
            power_of_arrest=None,
            starts=made,
            ends=NOW + timedelta(days=275),
            until_further_order=False,
            served=ago(days=86) if served else None,
            aware=ago(days=86) if served else None,
        ),
        status=rows.Status(
            in_force=True,
            served=served,
            aware=served,
            enforceable=served,
            reason="order.in-force" if served else "order.unaware",
        ),
    )


def record(
    root: str, agency: str, kind: str, *, days: float, type_: str = "breach", found: bool = True
) -> rows.RecordLine:
    """One agency's record of a breach or an incident."""
    return rows.RecordLine(
        **source(agency, root, days=days),
        type=type_,
        kind=kind,
        status=None,
        crime=None,
        reference=None,
        order=ORDER if found and type_ == "breach" else None,
        order_because=None if found else "order.not-found",
        victims=[JANE],
        perpetrators=[KYLE],
    )


def occurrence(*records: rows.RecordLine) -> rows.Occurrence:
    """Something that happened once, by these records of it."""
    return rows.Occurrence(
        first=records[0].occurred,
        precision="instant",
        kinds=[each.kind for each in records],
        breach=any(each.type == "breach" for each in records),
        orders=sorted({each.order for each in records if each.order}),
        records=list(records),
    )


def alert(state: str, *, days: float, nobody: bool = False) -> rows.Alert:
    """An alert about a breach, and what became of it."""
    raised = ago(days=days)
    return rows.Alert(
        generation=1,
        urgency=Urgency.NOW,
        raised=raised,
        state=state,
        calls=[
            rows.Called(rung=0, due=raised, person=None if nobody else new()),
            rows.Called(rung=1, due=raised + timedelta(minutes=5), person=new()),
        ],
        answered_by=new() if state == "answered" else None,
        answered_agency="northmere-police" if state == "answered" else None,
        answered_at=raised + timedelta(minutes=7) if state == "answered" else None,
        stood_down_at=raised + timedelta(hours=1) if state == "stood-down" else None,
    )


def dash(yes: int, unknown: int, not_asked: int) -> Dash:
    """A Dash with so many answers of each kind; the rest is no."""
    answers = [DashAnswer.YES] * yes + [DashAnswer.DONT_KNOW] * unknown + [DashAnswer.NOT_ASKED] * not_asked
    answers += [DashAnswer.NO] * (24 - len(answers))
    return Dash(answers=dict(zip(DashItem, answers, strict=True)))


def assessment(grade: Grade, because: str, form: Dash | None) -> rows.Assessment:
    """A risk assessment."""
    return rows.Assessment(
        **source("harbour-idva", CASE, days=21),
        type="referral",
        instrument=Instrument.SAFELIVES_DASH_24 if form else None,
        grade=grade,
        yes=list(form.answers.values()).count(DashAnswer.YES) if form else None,
        unanswered=5 if form else None,
        rule="safelives-dash-24.v1/threshold-14",
        because=because,
        dash=form,
        rationale=None,
    )


def contact(method: ContactMethod, **more: Any) -> rows.ContactLine:
    """A way to reach the victim."""
    return rows.ContactLine(**source("harbour-idva", days=3), contact=Contact(method=method, **more))


def person(id_: str, role: Role, name: Name | None, *lines: rows.Line, **more: Any) -> shown.PersonShown:
    """Somebody in a case."""
    identity = rows.Identity(
        name=name, names=(name,) if name else (), aliases=more.pop("aliases", ()), born=more.pop("born", ())
    )
    filled: dict[str, Any] = {
        "contacts": [],
        "health": [],
        "leads": [],
        "locations": None,
        "relationship": None,
    }
    return shown.PersonShown(person=id_, role=role, identity=identity, lines=list(lines), **filled | more)


def case_page(**more: Any) -> shown.CasePage:
    """A case of which nothing is known but that it was referred."""
    empty: dict[str, Any] = {
        "at": NOW,
        "known_at": None,
        "broken_since": None,
        "case": EMPTY_CASE,
        "letters": "M2D",
        "withdrawn": False,
        "agency": "harbour-idva",
        "referred": ago(days=21),
        "precision": "day",
        "recorded": ago(days=21),
        "criteria": [],
        "victim_aware": None,
        "consent": None,
        "no_consent_reason": None,
        "victim_view": None,
        "afraid_of": None,
        "marac": "northmere-north",
        "marac_name": "Northmere North",
        "grade": Grade.UNKNOWN,
        "assessment": None,
        "assessments": [],
        "disputed": False,
        "repeat": None,
        "earlier_case": None,
        "missing": [],
        "victim": None,
        "perpetrators": [],
        "children": [],
        "orders": [],
        "occurrences": [],
        "alerts": [],
        "meetings": [shown.CaseMeeting(meeting=MEETING, area_name="Northmere North", starts=NOW)],
        "freshness": [],
        "agencies": AGENCIES,
        "accepted": {},
    }
    return shown.CasePage.model_validate(empty | more)


def full_case() -> shown.CasePage:
    """A case with every state of a line: recorded, corrected, withdrawn, sealed, told by others."""
    council, police = new(), new()
    corrected = line(
        "incident.reported",
        "northmere-hospital",
        {"kind": "assault-with-injury", "status": "alleged"},
        "Bruising to both arms; said that it was a fall, then that it was not.",
        number="ED-55102",
        occurred=ago(days=12),
        state="corrected",
        version=2,
        precision="day",
        recorded=ago(days=8),
    )
    with_child = rows.Other(mention=new(), person=NIA, role=Role.CHILD, relationship=None)
    told = line(
        "incident.reported",
        "castlegate-housing",
        {"kind": "criminal-damage", "crime": True, "status": "alleged"},
        "Door kicked in. Neighbour heard shouting and a child crying.",
        number="H-209",
        assertion=Assertion.THIRD_PARTY,
        recorded=ago(days=2),
        others=(with_child,),
        sealed=("narrative",),
    )
    gone = stub("care.health-contacted", "northmere-hospital")
    breach_lines = [
        line(
            "breach.reported",
            "castlegate-housing",
            {"kind": "assault", "weapon": True},
            "Came to the door, pushed her, had a hammer.",
            root=council,
            occurred=ago(days=4),
            number="H-211",
        ),
        line(
            "breach.reported",
            "northmere-police",
            {"kind": "assault", "suspect_present": False},
            root=police,
            occurred=ago(days=4),
            number="CR/26/10442",
        ),
        line(
            "breach.reported",
            "northmere-police",
            {"kind": "contact"},
            "41 messages in one night.",
            root=BREACH,
            occurred=ago(hours=7),
            recorded=ago(hours=6),
            number="CR/26/10510",
        ),
    ]
    jane = person(
        JANE,
        Role.VICTIM,
        Name(family="Doe", given="Jane"),
        told,
        corrected,
        gone,
        *breach_lines,
        line(
            "care.housing-described",
            "castlegate-housing",
            {"kind": "target-hardening"},
            "Locks changed; asked for a camera.",
            assertion=Assertion.OPINION,
            number="H-188",
            occurred=ago(days=30),
        ),
        born=(date(1991, 3, 2), date(1991, 2, 3)),
        aliases=(Name(family="Price", given="Jane"),),
        contacts=[
            contact(
                ContactMethod.MOBILE,
                number="07700 900417",
                times="weekdays 10am to 2pm",
                code_word="Tuesday",
                no_uniform=True,
                unsafe="landline: he answers it",
                verified=ago(days=3),
            ),
            contact(ContactMethod.LANDLINE, number="01632 960417", expires=ago(days=40).date()),
        ],
        health=[
            rows.HealthLine(
                **source("northmere-hospital", corrected.root, days=12),
                health=Health(pregnant=True, injuries="Bruising to both arms"),
            )
        ],
        leads=[
            rows.Lead(**source("harbour-idva", days=20), service="Harbour IDVA service", since=ago(days=20))
        ],
    )
    kyle = person(
        KYLE,
        Role.PERPETRATOR,
        Name(family="Doe", given="Kyle"),
        told,
        *breach_lines,
        line(
            "incident.reported",
            "northmere-police",
            {"kind": "threats-to-kill", "crime": True, "status": "charged"},
            "Said that he would burn the house down.",
            number="CR/26/09981",
            occurred=ago(days=60),
        ),
        relationship=Relationship.EX_PARTNER,
        born=(date(1988, 7, 19),),
    )
    nia = person(NIA, Role.CHILD, Name(family="Doe", given="Nia"), told, born=(date(2019, 6, 1),))
    form = dash(17, 3, 2)
    grade = assessment(Grade.HIGH, "grade.visible-high-risk", form)
    return case_page(
        case=CASE,
        letters="K7Q",
        grade=Grade.HIGH,
        criteria=["visible-high-risk", "repeat"],
        victim_aware=True,
        consent=False,
        no_consent_reason="Risk to life",
        victim_view="Wants to stay in her home with Nia.",
        afraid_of="Kyle, and his brother who has a key.",
        assessment=grade,
        assessments=[grade],
        repeat=rows.Repeat(
            definition="current", anchor="referral", since=ago(days=265), until=NOW, roots=[new()]
        ),
        missing=[
            shown.Missing(code="alert-unanswered", roots=(BREACH,)),
            shown.Missing(code="respondent-not-aware", owner="northmere-police", roots=(UNSERVED,)),
            shown.Missing(code="dash-unanswered", owner="harbour-idva", roots=(CASE,), count=5),
            shown.Missing(code="child-no-school", person=NIA),
            shown.Missing(code="kind-silent", owner="probation"),
        ],
        victim=jane,
        perpetrators=[kyle],
        children=[nia],
        orders=[
            order(ORDER, OrderType.NON_MOLESTATION, served=True),
            order(UNSERVED, OrderType.OCCUPATION, served=False),
        ],
        occurrences=[
            occurrence(record(BREACH, "northmere-police", "contact", days=0.3)),
            occurrence(
                record(council, "castlegate-housing", "assault", days=4),
                record(police, "northmere-police", "assault", days=4),
            ),
        ],
        alerts=[
            shown.BreachAlert(cause=BREACH, alerts=[alert("unanswered", days=0.29)]),
            shown.BreachAlert(cause=council, alerts=[alert("answered", days=4)]),
            shown.BreachAlert(cause=police, alerts=[alert("stood-down", days=4, nobody=True)]),
        ],
        freshness=[
            shown.Silence(agency=each, recorded=ago(days=n), lines=n + 1) for n, each in enumerate(AGENCIES)
        ],
        accepted={gone.root: ago(days=1), corrected.root: ago(days=2)},
    )


def long_case() -> shown.CasePage:
    """Forty breaches, a name of sixty letters, and nothing that would be safe to assume."""
    roots = [new() for _ in range(40)]
    lines = [
        line(
            "breach.reported",
            "northmere-police",
            {"kind": "online"},
            f"Message {n} of many.",
            root=root,
            occurred=ago(days=n),
            number=f"CR/26/{n:05}",
        )
        for n, root in enumerate(roots)
    ]
    victim, other = new(), new()
    return case_page(
        case=LONG_CASE,
        letters="R4W3",
        disputed=True,
        victim=person(victim, Role.VICTIM, Name(family=LONG, given="Maximiliana"), *lines),
        perpetrators=[person(other, Role.PERPETRATOR, None, *lines)],
        occurrences=[
            occurrence(record(root, "northmere-police", "online", days=n, found=False))
            for n, root in enumerate(roots)
        ],
        missing=[
            shown.Missing(code="contact-unknown", owner="idva-service"),
            shown.Missing(code="grade-unknown", owner="harbour-idva"),
            shown.Missing(code="breach-order-not-found", owner="northmere-police", roots=(roots[0],)),
            shown.Missing(code="role-disputed", owner="marac-chair"),
        ],
    )


def cases() -> dict[str, shown.CasePage]:
    """Every case, by its id."""
    found = [full_case(), long_case(), case_page(), case_page(case=GONE_CASE, letters="T9X", withdrawn=True)]
    return {page.case: page for page in found}


def agenda() -> shown.Agenda:
    """Sixteen cases, and two that wait."""

    def entry(n: int, case: str, letters: str, name: Name | None, grade: Grade) -> shown.AgendaLine:
        return shown.AgendaLine(
            case=case,
            letters=letters,
            name=name,
            born=date(1970 + n, 3, 2) if n % 4 else None,
            grade=grade,
            repeat=n % 3 == 0,
            children=n % 4,
            orders_not_served=n % 2,
            breaches=n % 6,
            unanswered=1 if n == 0 else 0,
            missing=n % 5,
            new=(n * 7) % 9,
            disputed=n == 1,
            withdrawn=n == 15,
        )

    first = [
        entry(0, CASE, "K7Q", Name(family="Doe", given="Jane"), Grade.HIGH),
        entry(1, LONG_CASE, "R4W3", Name(family=LONG, given="Maximiliana"), Grade.UNKNOWN),
        entry(2, EMPTY_CASE, "M2D", None, Grade.UNKNOWN),
    ]
    rest = [
        entry(
            n,
            new(),
            f"H{n % 7 + 2}{'ACDEFGHJKLMNP'[n - 3]}",
            Name(family="Rai", given=f"Asha {n}"),
            Grade.MEDIUM if n < 13 else Grade.STANDARD,
        )
        for n in range(3, 16)
    ]
    return shown.Agenda(at=NOW, meeting=meetings().to_come[0], cases=first + rest, waiting=rest[:2])


def meetings() -> shown.Meetings:
    """One meeting today, an emergency one, and one past."""

    def entry(meeting: str, starts: datetime, n: int, *, emergency: bool = False) -> shown.MeetingLine:
        return shown.MeetingLine(
            meeting=meeting,
            area="northmere-north",
            area_name="Northmere North",
            starts=starts,
            venue="Room 4, Castle Street",
            emergency=emergency,
            cases=n,
        )

    soon = entry(new(), NOW + timedelta(days=1), 1, emergency=True)
    return shown.Meetings(
        at=NOW,
        to_come=[entry(MEETING, NOW + timedelta(hours=1), 16), soon],
        past=[entry(new(), ago(days=14), 12)],
    )


def source_page() -> shown.SourcePage:
    """A line that was corrected and then withdrawn."""

    def version(n: int, change: str, text: str | None) -> shown.SourceVersion:
        said = rows.Version(
            version=n,
            assertion=Assertion.FACT,
            occurred=ago(days=12),
            precision="day",
            recorded=ago(days=11),
            details={"kind": "assault-with-injury", "status": "alleged"},
            text=text,
        )
        return shown.SourceVersion(
            version=n,
            change=change,
            accepted=ago(days=11 - n),
            recorded=ago(days=11),
            occurred=ago(days=12),
            precision="day",
            assertion="fact",
            regime="UKGDPR",
            basis="public-task",
            purpose="safeguarding",
            said=said if text else None,
        )

    return shown.SourcePage(
        case=CASE,
        letters="K7Q",
        root=BREACH,
        type="incident.reported",
        agency="northmere-hospital",
        agency_name="Northmere Hospital",
        versions=[
            version(3, "withdrawal", None),
            version(2, "correction", "Bruising to both arms."),
            version(1, "original", "Bruising to one arm."),
        ],
    )


def cohort() -> shown.Cohort:
    """Three people: ranked, of a long name, and not scored."""

    def entry(rank: int | None, name: Name | None, score: float | None) -> shown.CohortLine:
        return shown.CohortLine(
            person=PERPETRATOR if rank == 1 else new(),
            rank=rank,
            name=name,
            points={"R": 10, "F": 8, "G": 10, "V": 8} if score else {},
            score=score,
            not_scored=None if score else "role-disputed",
            occurrences=7,
            records=12,
            victims=3,
            managed_by=None,
        )

    people = [
        entry(1, Name(family="Smith", given="John"), 9.2),
        entry(2, Name(family=LONG), 7.5),
        entry(None, None, None),
    ]
    return shown.Cohort(at=NOW, model_version="default-1", total=3, not_scored=1, people=people)


def perpetrator() -> shown.PerpetratorPage:
    """Somebody of the cohort, told by month and kind of agency alone."""

    def event(n: int, kind: str, type_: str, status: LegalStatus | None, happened: int) -> shown.EventShown:
        return shown.EventShown(
            ordinal=n,
            month=f"2026-{5 + n:02}",
            agency_kind=["police", "health", "housing"][n % 3],
            type=type_,
            kind=kind,
            status=status,
            assertion="fact",
            occurrence=happened,
            days=365,
            counted=n != 1,
            victims=["A"] if n < 3 else ["B", "C"] if n == 4 else [],
        )

    events = [
        event(1, "verbal-abuse", "incident", LegalStatus.ACQUITTED, 1),
        event(2, "threats-to-kill", "incident", LegalStatus.CHARGED, 2),
        event(3, "assault", "breach", None, 3),
        event(4, "assault-with-injury", "incident", None, 3),
    ]
    part = {"events": [2, 3, 4], "weight": 0.2}
    return shown.PerpetratorPage(
        at=NOW,
        broken_since=None,
        person=PERPETRATOR,
        model_version="default-1",
        name=Name(family="Smith", given="John"),
        names=[Name(family="Smith", given="John")],
        aliases=[Name(family="Smyth", given="Jon")],
        born=[date(1984, 5, 6)],
        score=9.2,
        not_scored=None,
        parts=[
            shown.ScorePart(part="R", points=10, band="<= 28", value=None, **part),
            shown.ScorePart(part="F", points=8, band=">= 7", value=7, **part),
            shown.ScorePart(part="G", points=10, band=">= 1825", value=1900, weight=0.4, events=[2]),
            shown.ScorePart(part="V", points=8, band=">= 3", value=3, **part),
        ],
        occurrences=3,
        records=4,
        look_back_days=730,
        events=events,
        victims=[
            shown.VictimShown(letter="A", relationships=["ex-partner"], events=[1, 2]),
            shown.VictimShown(letter="B", relationships=[], events=[4]),
        ],
        orders=[
            shown.BindingOrder(
                order=OrderType.RESTRAINING,
                stage=OrderStage.MADE,
                made="2026-03",
                ends=None,
                in_force=True,
                served=True,
                aware=True,
                reason="order.end-unknown",
                victims=["A"],
            )
        ],
        missing=[shown.PerpetratorGap(code="victim-not-named", events=(3,))],
        managed_by=None,
    )


def alerts() -> Alerts:
    """One that calls, one with nobody on the rota, one taken and one stood down."""

    def entry(number: str, state: str, **more: Any) -> AlertShown:
        call = CallShown(
            post=Post.FIRST,
            you=more.pop("you", True),
            nobody=False,
            due=ago(minutes=3),
            tried=ago(minutes=3),
            tries=1,
            delivered=True,
        )
        waiting = state == "unanswered"
        filled: dict[str, Any] = {
            "cause": new(),
            "number": number,
            "rule": AlertRule.BREACH,
            "urgency": Urgency.NOW,
            "state": state,
            "raised": ago(minutes=3),
            "tries": 2,
            "calls": [call],
            "called_you": True,
            "nobody": False,
            "next_due": NOW + timedelta(minutes=2) if waiting else None,
            "next_post": Post.SECOND if waiting else None,
            "may_answer": waiting,
            "may_pass_on": state != "stood-down",
            "answered_by": None,
            "answered_at": None,
            "stood_down_at": None,
        }
        return AlertShown.model_validate(filled | more)

    return Alerts(
        at=NOW,
        waiting=[
            entry("4821", "unanswered"),
            entry("0093", "unanswered", you=False, nobody=True, may_pass_on=False),
        ],
        mine=[
            entry("4790", "answered", answered_by=Who.YOU, answered_at=ago(hours=9)),
            entry("1177", "stood-down", stood_down_at=ago(hours=1)),
        ],
    )


def breach() -> BreachShown:
    """A breach as somebody on call opens it."""
    of = {"agency": "harbour-idva", "occurred": ago(days=3), "recorded": ago(days=3), "fact": new()}
    identity = SectionShown(
        section=Sensitivity.IDENTITY,
        value=Identity(name=Name(family="Doe", given="Jane"), born=[date(1991, 3, 2)]),
        **of,
    )
    way = Contact(method=ContactMethod.MOBILE, number="07700 900417", no_uniform=True, code_word="Tuesday")
    people = [
        PersonShown(
            person=JANE,
            role="victim",
            sections=[
                identity,
                SectionShown(section=Sensitivity.CONTACT, value=way, **of),
                SectionShown(
                    section=Sensitivity.LOCATION, value=Location(address=["4 Example Row", "Northmere"]), **of
                ),
            ],
        ),
        PersonShown(person=KYLE, role="respondent", sections=[]),
    ]
    return BreachShown(
        cause=BREACH,
        agency="northmere-police",
        occurred=ago(hours=7),
        precision="instant",
        recorded=ago(hours=6),
        withdrawn=False,
        corrected=True,
        kind="assault",
        weapon=True,
        suspect_present=None,
        children_present=False,
        narrative="Came to the door with a hammer.",
        grade=Grade.HIGH,
        graded=[],
        urgency=Urgency.NOW,
        urgency_because="breach.high-risk",
        area="northmere-north",
        order=None,
        order_because="order.not-found",
        people=people,
        records=[],
        told=[],
        facts=[],
        left_out=[],
    )
