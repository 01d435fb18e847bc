"""Invented parts of rows, of which the sample pages are made. Nobody here exists; telephone numbers are of
Ofcom's drama ranges."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Literal
from uuid import UUID

from contracts.envelope import Assertion
from contracts.events.orders import Prohibition
from contracts.events.people import Dash
from contracts.rules.circulation import Circulation, SystemLine, TeamLine
from contracts.rules.order_status import OrderTerms
from contracts.rules.order_types import ORDER_TYPES, may_arrest
from contracts.sections import Contact, Name, Record
from contracts.vocabulary import (
    AlertRule,
    ContactMethod,
    DashAnswer,
    DashItem,
    Grade,
    Instrument,
    NationalSystem,
    OrderQuestion,
    OrderStage,
    OrderType,
    ProhibitionKind,
    Role,
    TeamKind,
    Urgency,
)
from services.marac import shown
from services.marac.conference import alert_rows, rows

NOW = datetime(2026, 11, 25, 10, 14, 9, tzinfo=UTC)
FRESH = datetime(2026, 11, 25, 10, 14, 2, tzinfo=UTC)
"""Before when all is held."""
LONG = "Featherstonehaugh-Wolstenholme-Cholmondeley-Mainwaring-Beauli"
"""A family name of sixty letters."""
_ids = count(1)


def new() -> str:
    """An opaque id. The bits below the number are those that say which kind of UUID it is: a number that
    grew into them was another id's."""
    return str(UUID(int=next(_ids) << 80 | 0x8000_0000_0000_0000 | 7, version=4))


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
ORDER, UNSERVED, BREACH, BREACH_OF_ORDER, PERPETRATOR = (new() for _ in range(5))


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


def circulation() -> Circulation:
    """Two teams have it and one confirmed; one has old terms, one was not sent it; PNC is without."""

    def line(team: str, agency: str | None = "northmere-police", **more: Any) -> TeamLine:
        return TeamLine(team=TeamKind(team), agency=agency, **more)

    return Circulation(
        version=2,
        since=ago(days=3),
        teams=(
            line("response", version=2, sent=ago(days=2), read=2, confirmed=ago(days=2)),
            line("neighbourhood", None),
            line("control-room", version=2, sent=ago(hours=30)),
            line("probation", LONG.lower(), version=1, sent=ago(days=9), read=1, confirmed=ago(days=9)),
        ),
        systems=(SystemLine(system=NationalSystem.PNC),),
    )


def order(root: str, type_: OrderType, *, served: bool, lasts: int = 275) -> rows.Order:
    """An order that is in force, for so many days yet, served or not."""
    made, ends, agency = ago(days=90), NOW + timedelta(days=lasts), "northmere-police"
    return rows.Order(
        **source(agency, root, days=89),
        order=type_,
        stage=OrderStage.MADE,
        court="Northmere Family Court",
        reference="NM-2026-0417",
        made=made,
        starts=made,
        ends=ends,
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
        breach=ORDER_TYPES[type_].breach,
        arrest=may_arrest(type_, None),
        circulation=None if served else circulation().unnamed(),
        questions=(OrderQuestion.ADDRESS_KNOWN, OrderQuestion.POWER_OF_ARREST) if not served else (),
        terms=OrderTerms(
            order=type_,
            stage=OrderStage.MADE,
            without_notice=not served,
            power_of_arrest=None,
            starts=made,
            ends=ends,
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
            appealed=ago(days=20) if served else None,
        ),
    )


def record(
    root: str,
    agency: str,
    kind: str,
    *,
    days: float,
    type_: Literal["breach", "incident"] = "breach",
    found: bool = True,
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


def alert(
    state: Literal["unanswered", "answered", "stood-down"],
    *,
    days: float,
    nobody: bool = False,
    rule: AlertRule = AlertRule.BREACH,
) -> alert_rows.Alert:
    """An alert, and what became of it."""
    raised = ago(days=days)
    return alert_rows.Alert(
        rule=rule,
        generation=1,
        urgency=Urgency.NOW,
        raised=raised,
        state=state,
        calls=[
            alert_rows.Called(rung=0, due=raised, person=None if nobody else new()),
            alert_rows.Called(rung=1, due=raised + timedelta(minutes=5), person=new()),
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
