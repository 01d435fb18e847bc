"""Invented cases: each state that may never look like another, long names, many breaches."""

from datetime import date, timedelta
from typing import Any

from contracts.envelope import Assertion
from contracts.sections import Health, Name
from contracts.vocabulary import (
    AlertRule,
    ContactMethod,
    Grade,
    Offence,
    OrderType,
    PatternDecision,
    PoliceRank,
    Relationship,
    Role,
)
from services.marac import shown, shown_pattern
from services.marac.conference import rows
from tests.pages import sample_actions
from tests.pages.sample_hers import HERS
from tests.pages.sample_rows import (
    AGENCIES,
    BREACH,
    CASE,
    EMPTY_CASE,
    FRESH,
    GONE_CASE,
    JANE,
    KYLE,
    LONG,
    LONG_CASE,
    MEETING,
    NIA,
    NOW,
    ORDER,
    UNSERVED,
    ago,
    alert,
    assessment,
    contact,
    dash,
    line,
    new,
    occurrence,
    order,
    person,
    record,
    source,
    stub,
)


def case_page(**more: Any) -> shown.CasePage:
    """A case of which nothing is known but that it was referred."""
    empty: dict[str, Any] = {
        "at": NOW,
        "fresh_until": FRESH,
        "known_at": None,
        "broken_since": None,
        "incomplete": 0,
        "whose_unknown": 0,
        "operator_told": None,
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
        "referred_before": True,
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
                unsafe="landline: the other party answers it",
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
        about_others=[
            shown.AboutOther(
                type="incident.reported",
                month="2026-09",
                agency_kind="police",
                details={"kind": "non-fatal-strangulation", "status": "alleged"},
            ),
            shown.AboutOther(type="care.health-contacted", month="2026-08", agency_kind="health", details={}),
        ],
    )
    nia = person(NIA, Role.CHILD, Name(family="Doe", given="Nia"), told, born=(date(2019, 6, 1),))
    form = dash(17, 3, 2)
    grade = assessment(Grade.HIGH, "grade.visible-high-risk", form)
    return case_page(
        hers=HERS,
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
            definition="current",
            anchor="referral",
            since=ago(days=265),
            until=NOW,
            roots=[new(), new()],
            earlier=ago(days=400),
        ),
        missing=[
            shown.Missing(code="alert-unanswered", roots=(BREACH, UNSERVED), count=2),
            shown.Missing(code="clock-late", roots=(UNSERVED,), count=1),
            shown.Missing(code="pattern-undecided", owner="police", roots=(BREACH,), count=1),
            shown.Missing(
                code="order-ends",
                owner="northmere-police",
                roots=(UNSERVED,),
                since=NOW + timedelta(days=5),
            ),
            shown.Missing(code="respondent-not-aware", owner="northmere-police", roots=(UNSERVED,)),
            shown.Missing(code="form-outgrown", owner="harbour-idva", roots=(CASE,)),
            shown.Missing(code="dash-unanswered", owner="harbour-idva", roots=(CASE,), count=5),
            shown.Missing(code="order-questions", owner="northmere-police", roots=(UNSERVED,), count=2),
            shown.Missing(code="child-no-school", person=NIA),
            shown.Missing(code="kind-silent", owner="probation"),
        ],
        victim=jane,
        perpetrators=[kyle],
        children=[nia],
        orders=[
            order(ORDER, OrderType.NON_MOLESTATION, served=True),
            order(UNSERVED, OrderType.OCCUPATION, served=False, lasts=5),
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
            shown.BreachAlert(cause=UNSERVED, alerts=[alert("unanswered", days=0.3, rule=AlertRule.ENDS_7)]),
            shown.BreachAlert(cause=council, alerts=[alert("answered", days=4)]),
            shown.BreachAlert(cause=police, alerts=[alert("stood-down", days=4, nobody=True)]),
        ],
        clocks=[
            shown.ClockShown(
                cause=UNSERVED, rule="return-date", owner="orders-team", due=ago(hours=3), state="late"
            ),
            shown.ClockShown(
                cause=BREACH, rule="no-answer", owner="response", due=NOW + timedelta(hours=4), state="runs"
            ),
            shown.ClockShown(
                cause=UNSERVED, rule="ends-2", owner="orders-team", due=NOW + timedelta(days=3), state="runs"
            ),
            shown.ClockShown(
                cause=UNSERVED, rule="ends-7", owner="orders-team", due=ago(days=2), state="taken"
            ),
        ],
        actions=sample_actions.lines()[::2],
        pattern=shown_pattern.CasePattern(
            offences=[
                shown_pattern.OffenceNamed(
                    offence=Offence.STALKING,
                    by=KYLE,
                    evidence=[BREACH, council],
                    decision=shown_pattern.OffenceDecided(
                        agency="northmere-police",
                        at=ago(days=1),
                        decision=PatternDecision.RECORDED,
                        rank=PoliceRank.SERGEANT,
                    ),
                    due=None,
                ),
                shown_pattern.OffenceNamed(
                    offence=Offence.CONTROLLING_OR_COERCIVE,
                    by=KYLE,
                    evidence=[BREACH],
                    decision=None,
                    due=ago(hours=4),
                ),
            ],
            without_answer=3,
        ),
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
