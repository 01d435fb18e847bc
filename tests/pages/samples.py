"""Invented rows for pages: what the queries of each service answer in the tests of pages."""

from datetime import date, datetime, timedelta
from typing import Any, Literal

from chassis.http.parked import Unread
from chassis.parking import Broken, Parked, Stopped
from contracts.envelope import Assertion
from contracts.rules.alert_path import PathState
from contracts.rules.cover import How
from contracts.rules.order_status import status
from contracts.rules.regimes import AreaRegime
from contracts.rules.safe_contact import Word, safe_way
from contracts.sections import Contact, Identity, Location, Name, Sensitivity
from contracts.vocabulary import (
    AlertOutcome,
    AlertRule,
    BreachStep,
    Channel,
    ClockOwner,
    ContactMethod,
    DeliveryResult,
    Grade,
    LegalStatus,
    Mappa,
    OrderQuestion,
    OrderStage,
    OrderType,
    Post,
    ProhibitionKind,
    RequirementKind,
    ServiceMethod,
    TeamKind,
    Urgency,
)
from services.marac import shown, shown_cohort
from services.marac.conference import rows
from services.marac.shown_actions import ActionCounts
from services.notify.clock_list import Clocks, ClockShown
from services.notify.path import NewestTry, PathShown
from services.notify.queries import Alerts, AlertShown, CallShown, MessageShown, Who
from services.notify.resolved import ResolvedShown
from services.orders.rules.circulating import Part
from services.orders.views.order_line import StatusNow
from services.orders.views.order_shown import (
    AnswerToQuestion,
    Endings,
    EndingShown,
    OrderEnding,
    OrderPage,
    OrdersWaiting,
    OrderWaiting,
    ReplacedBy,
    ServiceShown,
    Term,
    Waiting,
)
from services.orders.views.pattern_shown import OffenceNamed
from services.orders.views.shown import (
    AnswerShown,
    BreachShown,
    OrderOf,
    OrderShown,
    OverShown,
    Party,
    PersonShown,
    SectionShown,
    StatusOf,
    StatusShown,
    StepShown,
)
from tests.pages import sample_actions, sample_at_risk, sample_measures
from tests.pages.sample_pattern import pattern
from tests.pages.sample_research import undeclared
from tests.pages.sample_rows import (
    BREACH,
    CASE,
    EMPTY_CASE,
    FRESH,
    JANE,
    KYLE,
    LONG,
    LONG_CASE,
    MEETING,
    NOW,
    ORDER,
    PERPETRATOR,
    UNSERVED,
    ago,
    circulation,
    new,
    order,
)


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
            clocks_late=(2, 1)[n] if n < 2 else 0,
            clock_next=NOW + timedelta(hours=4 * n) if n % 3 == 1 else None,
            actions=ActionCounts(open=n % 4, late=(2, 1)[n] if n < 2 else 0),
            missing=n % 5,
            incomplete=2 if n == 1 else 0,
            new=(n * 7) % 9,
            disputed=n == 1,
            withdrawn=n == 15,
        )

    first = [
        entry(0, CASE, "K7Q", Name(family="Doe", given="Jane"), Grade.HIGH),
        entry(1, LONG_CASE, "R4W3", Name(family=LONG, given="Maximiliana"), Grade.UNKNOWN),
        entry(2, EMPTY_CASE, "M2D", None, Grade.UNKNOWN),
    ]
    changed = [
        line.model_copy(update={"since": since})
        for line, since in zip(first, sample_measures.SINCE, strict=True)
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
    return shown.Agenda(
        at=NOW,
        fresh_until=FRESH,
        meeting=meetings().to_come[0],
        publication=sample_measures.PUBLICATION,
        undeclared=undeclared(),
        uncoordinated=["M2D"],
        carried=[line for line in sample_actions.lines() if line.open],
        cases=changed + rest,
        waiting=rest[:2],
    )


def meetings(lost: int | None = None) -> shown.Meetings:
    """One meeting today, an emergency one, and one past; for a coordinator, so many cases that are on
    no agenda."""

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
        fresh_until=FRESH,
        to_come=[entry(MEETING, NOW + timedelta(hours=1), 16), soon],
        past=[entry(new(), ago(days=14), 12)],
        area_not_known=None if lost is None else agenda().cases[1 : 1 + lost],
    )


def source_page() -> shown.SourcePage:
    """A line that was corrected and then withdrawn."""

    def version(
        n: int, change: Literal["original", "correction", "withdrawal"], text: str | None
    ) -> shown.SourceVersion:
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
        at=NOW,
        fresh_until=FRESH,
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


LEVEL_3 = shown_cohort.MappaSaid(level=Mappa.LEVEL_3, agency_kind="probation", month="2026-09")


def cohort() -> shown_cohort.Cohort:
    """Three people: ranked and managed, of a long name, and not scored."""

    def entry(rank: int | None, name: Name | None, score: float | None) -> shown_cohort.CohortLine:
        return shown_cohort.CohortLine(
            person=PERPETRATOR if rank == 1 else new(),
            rank=rank,
            name=name,
            points={"R": 10, "F": 8, "G": 10, "V": 8} if score else {},
            score=score,
            not_scored=None if score else "role-disputed",
            occurrences=7,
            records=12,
            victims=3,
            mappa=(LEVEL_3,) if rank == 1 else (),
            managed_by=None,
        )

    people = [
        entry(1, Name(family="Smith", given="John"), 9.2),
        entry(2, Name(family=LONG), 7.5),
        entry(None, None, None),
    ]
    return shown_cohort.Cohort(
        at=NOW, fresh_until=FRESH, model_version="default-1", total=3, not_scored=1, people=people
    )


def perpetrator() -> shown_cohort.PerpetratorPage:
    """Somebody of the cohort, told by month and kind of agency alone."""

    def event(
        n: int, kind: str, type_: Literal["breach", "incident"], status: LegalStatus | None, happened: int
    ) -> shown_cohort.EventShown:
        return shown_cohort.EventShown(
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
    part: dict[str, Any] = {"events": [2, 3, 4], "weight": 0.2}
    return shown_cohort.PerpetratorPage(
        at=NOW,
        fresh_until=FRESH,
        broken=False,
        incomplete=0,
        whose_unknown=0,
        person=PERPETRATOR,
        model_version="default-1",
        name=Name(family="Smith", given="John"),
        names=[Name(family="Smith", given="John")],
        aliases=[Name(family="Smyth", given="Jon")],
        born=[date(1984, 5, 6)],
        score=9.2,
        not_scored=None,
        parts=[
            shown_cohort.ScorePart(part="R", points=10, band="<= 28", value=None, **part),
            shown_cohort.ScorePart(part="F", points=8, band=">= 7", value=7, **part),
            shown_cohort.ScorePart(part="G", points=10, band=">= 1825", value=1900, weight=0.4, events=[2]),
            shown_cohort.ScorePart(part="V", points=8, band=">= 3", value=3, **part),
        ],
        occurrences=3,
        records=4,
        look_back_days=730,
        events=events,
        pattern=(
            shown_cohort.OffenceShown(
                victim="A", offence="threats-to-kill", events=[2], decision="not-yet", stands=False
            ),
            shown_cohort.OffenceShown(
                victim="B", offence="harassment", events=[3, 4], decision="recorded", stands=True
            ),
        ),
        without_answer=3,
        mappa=(LEVEL_3,),
        candidacy=sample_at_risk.CANDIDACY,
        victims=[
            shown_cohort.VictimShown(letter="A", relationships=["ex-partner"], events=[1, 2]),
            shown_cohort.VictimShown(letter="B", relationships=[], events=[4]),
        ],
        orders=[
            shown_cohort.BindingOrder(
                order=OrderType.RESTRAINING,
                stage=OrderStage.MADE,
                made="2026-03",
                ends=None,
                in_force=True,
                served=True,
                aware=True,
                reason="order.end-unknown",
                appealed="2026-04",
                victims=["A"],
            ),
            shown_cohort.BindingOrder(
                order=OrderType.SPO,
                stage=OrderStage.MADE,
                made="2026-10",
                ends="2028-10",
                in_force=True,
                served=False,
                aware=False,
                reason="order.unaware",
                victims=["A", "B"],
            ),
        ],
        missing=[shown_cohort.PerpetratorGap(code="victim-not-named", events=(3,))],
        managed_by=None,
    )


def clocks() -> Clocks:
    """A hearing that was missed after it was moved, one that somebody took, and three that run."""

    def one(rule: AlertRule, owner: ClockOwner, hours: float, **more: Any) -> ClockShown:
        given = {"about": "order", "area": "northmere-north", "moved_from": None, "state": "runs"}
        due, urgency = NOW + timedelta(hours=hours), Urgency.NOW
        return ClockShown.model_validate(
            {**given, "cause": new(), "rule": rule, "owner": owner, "due": due, "urgency": urgency, **more}
        )

    response = {"about": "breach", "area": None, "urgency": None}
    return Clocks(
        at=NOW,
        fresh_until=FRESH,
        clocks=[
            one(
                AlertRule.HEARING,
                ClockOwner.ORDERS_TEAM,
                -3,
                state="late",
                moved_from=NOW - timedelta(hours=5),
            ),
            one(AlertRule.NO_ANSWER, ClockOwner.RESPONSE, 3, **response),
            one(AlertRule.RISK_REVIEW, ClockOwner.RISK_OWNER, 20, about="person", urgency=None),
            one(AlertRule.BAIL_3, ClockOwner.OFFICER_IN_CASE, 200),
            one(AlertRule.ENDS_14, ClockOwner.ORDERS_TEAM, 400),
            one(AlertRule.BAIL_ENDED, ClockOwner.OFFICER_IN_CASE, -9, state="taken"),
        ],
        more=True,
    )


TAKEN = new()
RESOLVED: dict[str, Any] = {
    "rule": AlertRule.RETURN_DATE,
    "about": "order",
    "answered_by": Who.ANOTHER,
    "answered_at": ago(hours=9),
    "may_resolve": True,
    "resolved": ResolvedShown(
        root=new(),
        version=1,
        outcome=AlertOutcome.ARRANGED,
        at=ago(hours=8),
        words="The orders team has asked the court for what it decided, and rings the officer tomorrow.",
        you=True,
        own=True,
    ),
}


def alerts() -> Alerts:
    """One that calls, one with nobody on the rota; a breach that was taken, an order of whose two alerts one
    is not known to be dealt with; and one stood down."""

    def entry(number: str, state: str, **more: Any) -> AlertShown:
        call = CallShown(
            post=Post.FIRST,
            you=more.pop("you", True),
            nobody=False,
            due=ago(minutes=3),
            tried=ago(minutes=3),
            tries=1,
            delivered=True,
            messages=more.pop("messages", []),
        )
        waiting = state == "unanswered"
        filled: dict[str, Any] = {
            "cause": new(),
            "number": number,
            "rule": AlertRule.BREACH,
            "generation": 1,
            "about": "breach",
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

    results = {Channel.SMS: DeliveryResult.DELIVERED, Channel.VOICE: DeliveryResult.FAILED}
    messages = [MessageShown(channel=by, result=of, at=ago(minutes=3)) for by, of in results.items()]
    return Alerts(
        at=NOW,
        fresh_until=FRESH,
        waiting=[
            entry("4821", "unanswered", messages=messages),
            entry("0093", "unanswered", you=False, nobody=True, may_pass_on=False),
        ],
        mine=[
            entry("4790", "answered", answered_by=Who.YOU, answered_at=ago(hours=9)),
            entry(
                "2216",
                "answered",
                cause=TAKEN,
                rule=AlertRule.ENDS_2,
                about="order",
                answered_by=Who.YOU,
                answered_at=ago(hours=9),
                say_by=ago(hours=1),
                may_resolve=True,
                others=[entry("2216", "answered", cause=TAKEN, **RESOLVED)],
            ),
            entry("1177", "stood-down", stood_down_at=ago(hours=1)),
        ],
        called_off=[
            entry("3305", "stood-down", stood_down_at=ago(hours=1), because="withdrawn", may_pass_on=False)
        ],
    )


def together() -> Alerts:
    """Three about the same people, of which two are about one breach; and one alone."""
    known = alerts()
    first, alone = known.waiting
    late = {"rule": AlertRule.NO_ANSWER, "tries": 0, "calls": [], "next_due": None, "next_post": None}
    asked = first.model_copy(update=late)
    first = first.model_copy(update={"group": first.cause, "others": [asked]})
    second = first.model_copy(update={"cause": new(), "number": "7003", "others": []})
    return known.model_copy(update={"waiting": [first, alone, second]})


PATH_SINCE = ago(minutes=16)


def path(state: PathState = PathState.SOUND) -> PathShown:
    """The alert path: tried a moment ago, or sixteen minutes ago and stuck since where messages are sent."""
    sound = state is PathState.SOUND
    return PathShown(
        at=NOW,
        state=state,
        since=ago(seconds=20) if sound else PATH_SINCE,
        took_seconds=None if state is PathState.UNKNOWN else 0.41,
        newest=NewestTry(began=ago(seconds=20), reached="came" if sound else "called"),
    )


def breach(cause: str = BREACH) -> BreachShown:
    """A breach as somebody on call opens it: of an order that nobody knows, or of one in force."""
    known = None if cause == BREACH else _order_shown()
    unserved = StatusNow.of(status(order(new(), OrderType.NON_MOLESTATION, served=False).terms, NOW))
    of: dict[str, Any] = {
        "agency": "harbour-idva",
        "occurred": ago(days=3),
        "recorded": ago(days=3),
        "fact": new(),
    }
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
            way=safe_way([Word("harbour-idva", NOW, way)], [], NOW),
        ),
        PersonShown(person=KYLE, role="respondent", sections=[]),
    ]
    return BreachShown(
        cause=cause,
        incomplete=0,
        whose_unknown=0,
        operator_told=None,
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
        order=known,
        beside=[known.model_copy(update={"order": new(), "status": unserved})] if known else [],
        order_because="order.same-reference" if known else "order.not-found",
        people=people,
        records=[],
        told=[],
        answer=AnswerShown(
            steps=[]
            if known
            else [StepShown(step=BreachStep.SUSPECT_OUTSTANDING, at=ago(hours=4), agency="northmere-police")],
            due=ago(hours=-18),
            answered=None if known else ago(hours=4),
            asked_for=ago(hours=-20),
            earlier=6,
            left=4,
        ),
        pattern=pattern().model_copy(update={"without_answer": known is not None}),
        may_progress=True,
        facts=[],
        left_out=[],
        fresh_until=FRESH,
    )


def order_page(root: str) -> OrderPage:
    """An order as its force is shown it; or, of another id, as a team that was sent it, served or not."""
    made, force = order(ORDER, OrderType.SPO, served=root != UNSERVED), root == ORDER
    own = circulation().teams[2:3]
    whole: dict[str, Any] = {
        "agency": "northmere-police",
        "court": made.court,
        "reference": made.reference,
        "protected": [Name(family="Doe", given="Jane"), None],
        "requirements": [Term(kind=RequirementKind.PROGRAMME, text="For stalkers", supervisor="Probation")],
        "ending": ending(2, How.NOT_SERVED),
        "questions": [OrderQuestion.NO_REQUIREMENTS, OrderQuestion.SUPERVISOR_MISSING],
        "by_correction": [OrderQuestion.SUPERVISOR_MISSING],
        "answers": [
            AnswerToQuestion(
                question=OrderQuestion.RANK_NEEDLESSLY_HIGH,
                words=f"The superintendent on call was {LONG}.",
                agency="northmere-police",
                at=ago(days=1),
            )
        ],
        "may_answer": True,
        "regime": AreaRegime.PILOT,
        "dapo_from": date(2024, 11, 27),
        "services": [
            ServiceShown(method=ServiceMethod.PERSONAL, served=ago(days=3), respondent_aware=ago(days=3))
        ],
    }
    return OrderPage(
        at=NOW,
        fresh_until=FRESH,
        unknown=False,
        incomplete=0,
        operator_told=None,
        order=root,
        version=2,
        withdrawn=False,
        type=made.order,
        status=StatusNow.of(status(made.terms, NOW)),
        made=made.made,
        ends=made.ends,
        breach=made.breach,
        arrest=made.arrest,
        respondents=[Name(family=LONG, given="Kyle")],
        prohibitions=[
            Term(kind=ProhibitionKind.NO_CONTACT, text="By no means at all"),
            Term(kind=ProhibitionKind.NOT_TO_ATTEND, withheld=True),
        ],
        asked=circulation() if force else circulation().model_copy(update={"teams": own, "systems": ()}),
        teams=[TeamKind.RESPONSE, TeamKind.CONTROL_ROOM] if force else [TeamKind.CONTROL_ROOM],
        may_circulate=force,
        without_answer=4 if force else 0,
        left_out=[] if force else [Part.CIRCULATION, Part.COURT, Part.PROTECTED, Part.REQUIREMENTS],
        **(whole if force else {}),
    )


def ending(days: int, *hows: How, unknown: bool = False) -> EndingShown:
    """An order that ends so soon, and what each other will be then."""
    by = [
        ReplacedBy(
            order=new(),
            type=OrderType.SPO,
            how=how,
            since=ago(days=-days) if how in (How.COVERS, How.LATER, How.NOT_ALL, How.WHOM_UNKNOWN) else None,
            until=ago(days=-700) if how is How.COVERS else None,
            until_further_order=how is How.NOT_SERVED,
            may_open=how is How.COVERS,
        )
        for how in hows
    ]
    nothing = How.COVERS not in hows and not unknown
    return EndingShown(ends=ago(days=-days), days=days, by=tuple(by), nothing=nothing, unknown=unknown)


def orders_waiting() -> OrdersWaiting:
    """Three that end soon, of which one is replaced by nothing, one by another order, and of one nobody can
    tell; one that waits for the reader, one that nobody was sent, and no list of the third kind."""
    asked = circulation()
    of: dict[str, Any] = {"type": OrderType.SPO, "respondents": (Name(family=LONG, given="Kyle"), None)}
    unserved = StatusNow.of(status(order(new(), OrderType.SPO, served=False).terms, NOW))
    mine = OrderWaiting(
        order=ORDER, since=ago(days=3), late=True, teams=asked.teams[2:3], status=unserved, **of
    )
    untold = OrderWaiting(
        order=new(), since=ago(hours=2), late=False, missing=tuple(asked.missing), unknown=True, **of
    )
    soon = [
        OrderEnding(order=new(), **of, status=unserved, ending=ending(2, How.NOT_SERVED, How.APPLIED_FOR)),
        OrderEnding(order=new(), **of, ending=ending(7, *How)),
        OrderEnding(order=new(), **of, unknown=True, ending=ending(14, How.LATER, unknown=True)),
    ]
    return OrdersWaiting(
        at=NOW,
        fresh_until=FRESH,
        ending=Endings(total=120, orders=soon),
        to_confirm=Waiting(total=1, orders=[mine]),
        not_circulated=Waiting(total=140, orders=[untold]),
        not_confirmed=Waiting(total=0, orders=[]),
    )


def _order_shown() -> OrderShown:
    made = order(ORDER, OrderType.NON_MOLESTATION, served=True)
    return OrderShown(
        order=made.root,
        because="order.same-reference",
        type=made.order,
        status=StatusNow.of(status(made.terms, NOW)),
        fact=new(),
        reference=made.reference,
        court=made.court,
        made=made.made,
        ends=made.ends,
        prohibitions=[each.model_dump(mode="json") | {"over": False} for each in made.prohibitions],
        breach=made.breach,
        arrest=made.arrest,
        circulation=circulation().unnamed(),
    )


def order_status() -> StatusShown:
    """What is in force for a respondent: one that binds him, one of which nobody knows the service, and one
    that binds two, of whom one was served."""
    known = _order_shown()
    jane = Party(person=JANE, name=Name(family="Doe", given="Jane"))
    kyle = Party(person=KYLE, name=Name(family="Doe", given="Kyle"))
    binds = OrderOf.model_validate(
        {
            **known.model_dump(exclude={"because", "fact", "prohibitions", "court"}),
            "binds": True,
            "agency": None,
            "court": None,
            "until_further_order": False,
            "respondents": [kyle],
            "protected": [jane],
            "prohibitions": [
                {"kind": "no-contact", "until": None, "over": False},
                {"kind": "not-to-attend", "until": ago(days=4), "over": True},
            ],
            "requirements": [{"kind": "programme", "until": None, "over": False}],
        }
    )
    unserved = binds.model_copy(update={"order": new(), "type": OrderType.OCCUPATION, "status": None})
    other = Party(person=new(), name=Name(family="Doe", given="Lee"))
    off = StatusNow(
        in_force=True, served=False, aware=False, enforceable=False, reason="order.unserved-family"
    )
    each = [StatusOf(person=kyle, status=binds.status), StatusOf(person=other, status=off)]
    of_two = {"order": new(), "type": OrderType.FMPO, "respondents": [kyle, other], "of_each": each}
    return StatusShown(
        at=NOW,
        fresh_until=FRESH,
        unknown=True,
        incomplete=1,
        known=True,
        person=kyle,
        orders=[binds, unserved, binds.model_copy(update=of_two)],
        over=[
            OverShown(
                order=new(),
                binds=True,
                type=OrderType.POLICE_BAIL,
                reason="order.ended",
                ends=ago(days=1),
                nothing=True,
            )
        ],
        without_answer=4,
        pattern=[
            OffenceNamed(offence="stalking", by=True, occasions=6, decision="recorded", stands=True),
            OffenceNamed(offence="harassment", by=True, occasions=6, decision=None, stands=False),
        ],
    )


def unread() -> Unread:
    """Three records that could not be read, two of them of nobody known; one discarded; a page not made
    anew."""

    def record(offset: int, reason: str, about: tuple[str, ...], **more: bool) -> Parked:
        known = {"whose_known": True, "discarded": False, **more}
        return Parked("incidents", 3, offset, ago(hours=2), reason, 887, about, **known)

    return Unread(
        at=NOW,
        told=ago(hours=1),
        parked=[
            record(41_207, "kind: enum; people.0.role: enum", (f"o:{BREACH}", f"p:{KYLE}")),
            record(41_208, "not JSON", (), whose_known=False),
            record(41_209, "not JSON", (), whose_known=False),
            record(7, "same id, other content", (f"p:{KYLE}",), discarded=True),
        ],
        broken=[Broken(f"p:{KYLE}", ago(hours=3))],
        stopped=[Stopped("breaches", 4, ago(minutes=20), "position 1 is gone: the first record left is 2")],
    )
