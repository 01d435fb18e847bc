"""Invented victims at most risk, whoever is put forward, a search and its answer, and who was shown a
line."""

from typing import Any

from contracts.sections import Contact, Health, Location, Name
from contracts.vocabulary import CandidateDecision, ContactMethod, Forum, Grade, NotTakenUp, Role, StaffRole
from services.marac.conference.most_at_risk import By, VictimLine, Victims
from services.marac.conference.rows import ContactLine, HealthLine
from services.marac.conference.search import Found, SearchPage
from services.marac.conference.shown_to import Look, ShownTo
from services.marac.conference.whereabouts import PlacesOf, PlacesPage
from services.marac.shown import Whereabouts
from services.marac.shown_candidate import Candidacy, MatacSays
from services.marac.tasking.candidacy import CandidateLine, CandidatePage, Candidates
from services.marac.tasking.candidates import Decision
from tests.pages.sample_rows import BREACH, CASE, FRESH, LONG, NOW, PERPETRATOR, ago, new

NOT_TAKEN_UP = Decision(
    decision=CandidateDecision.NOT_TAKEN_UP,
    month="2026-09",
    reason=NotTakenUp.MANAGED_ELSEWHERE,
    words="MAPPA has the lead.",
)
TAKEN_UP = Decision(decision=CandidateDecision.TAKEN_UP, month="2026-10", reason=None, words=None)
CANDIDACY = Candidacy(
    victims=("A", "B"),
    since="2026-09",
    due=ago(days=20),
    late=True,
    decision=NOT_TAKEN_UP,
    referred=("A",),
    heard=1,
    forums=(Forum.MATAC,),
    actions=3,
    actions_open=1,
)
MATAC = [MatacSays(person=PERPETRATOR, since="2026-09", late=True, decision=None)]


async def victims(_runtime: Any, _caller: Any, by: By, area: str | None, *_: Any) -> Victims:
    """One who is in a case, one of a long name by nobody named, and one whom nobody referred."""

    def line(name: Name | None, offences: int, offenders: int, unknown: int, case: str | None) -> VictimLine:
        return VictimLine(
            person=new(),
            name=name,
            born=None,
            area_name="Northmere North" if case else None,
            offences=offences,
            records=offences + 3,
            offenders=offenders,
            unknown=unknown,
            last=ago(days=3),
            case=case,
            letters="K7Q" if case else None,
            grade=Grade.HIGH if case else Grade.UNKNOWN,
        )

    return Victims(
        at=NOW,
        fresh_until=FRESH,
        by=by,
        area=area,
        areas={"northmere": "Northmere", "northmere-north": "Northmere North"},
        victims=[
            line(Name(family="Doe", given="Jane"), 11, 3, 1, CASE),
            line(Name(family=LONG), 6, 0, 6, CASE),
            line(Name(family="Rai", given="Asha"), 4, 2, 0, None),
        ],
        next="further",
    )


def candidates() -> Candidates:
    """One undecided and late, one taken up, one of whom the records say no more."""

    def line(name: Name, decision: Decision | None, since: str | None, *letters: str) -> CandidateLine:
        return CandidateLine(
            person=PERPETRATOR,
            name=name,
            score=9.2 if letters else None,
            victims=letters,
            since=since,
            due=ago(days=20) if since else None,
            late=since is not None,
            decision=decision,
        )

    return Candidates(
        at=NOW,
        fresh_until=FRESH,
        people=[
            line(Name(family="Smith", given="John"), NOT_TAKEN_UP, "2026-09", "A", "B"),
            line(Name(family=LONG), TAKEN_UP, None, "A"),
            line(Name(family="Smyth"), NOT_TAKEN_UP, None),
        ],
        next="further",
    )


def candidate() -> CandidatePage:
    """Whoever waits for a decision."""
    return CandidatePage(
        at=NOW,
        fresh_until=FRESH,
        person=PERPETRATOR,
        name=Name(family="Smith", given="John"),
        candidacy=CANDIDACY,
        without_answer=3,
    )


def searched() -> SearchPage:
    """The victim of a case, and somebody of a long name."""
    found = [
        Found(case=CASE, letters="K7Q", person=new(), role=role, name=name, born=None, grade=Grade.HIGH)
        for role, name in (
            (Role.VICTIM, Name(family="Doe", given="Jane")),
            (Role.PERPETRATOR, Name(family=LONG)),
        )
    ]
    return SearchPage(at=NOW, found=found, more=True)


def places() -> PlacesPage:
    """A victim of whom one agency says where, and somebody of whom nobody does."""
    source = {"root": BREACH, "agency": "northmere-council", "occurred": ago(days=3), "recorded": ago(days=2)}
    lives = Whereabouts(
        **source, precision="day", location=Location(address=["4 Invented Row"], school="Sallow Lane")
    )
    practice = HealthLine(**source, precision="day", health=Health(general_practice="Sallow Lane Surgery"))
    name = Name(family="Doe", given="Jane")
    way = Contact(method=ContactMethod.LETTER, number="The Old Forge, Elm Row")
    letters = ContactLine(**source, precision="day", contact=way)
    return PlacesPage(
        at=NOW,
        fresh_until=FRESH,
        case=CASE,
        people=[
            PlacesOf(
                person=new(),
                role=Role.VICTIM,
                name=name,
                locations=[lives],
                practices=[practice],
                ways=[letters],
            ),
            PlacesOf(person=new(), role=Role.PERPETRATOR, name=None, locations=[], practices=[], ways=[]),
        ],
        terms=["Not to go to 4 Invented Row"],
        agencies={"northmere-council": "Northmere Council"},
    )


def shown_to() -> ShownTo:
    """An IDVA who is named, a system, and somebody whose name is not known."""

    def look(agency: str, role: StaffRole, view: str, name: str | None, days: int) -> Look:
        return Look(
            first=ago(days=days),
            agency=agency,
            agency_name=agency.replace("-", " ").title(),
            roles=[role],
            name=name,
            person=new(),
            service="marac",
            view=view,
            versions=[1, 2] if days == 1 else [1],
            ahead=days == 1,
        )

    return ShownTo(
        at=NOW,
        fresh_until=FRESH,
        case=CASE,
        letters="K7Q",
        root=BREACH,
        type="breach.reported",
        agency="northmere-police",
        agency_name="Northmere Police",
        looks=[
            look("harbour-idva", StaffRole.IDVA, "conference_case", "Carys Bevan", 1),
            look("northmere-police", StaffRole.MATAC_COORDINATOR, "tasking_perpetrator", None, 2),
            look("northmere-council", StaffRole.REPORTER, "feed", None, 3),
        ],
    )
