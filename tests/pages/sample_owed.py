"""What a victim is owed, on a case's page and on the victim's own: an adequate plan beside one that says *as
above*, a review that is late, news that was told, tried, late, and let stand."""

from datetime import date, datetime, timedelta
from typing import Any

from contracts.events.hearings import HearingListed
from contracts.events.owed import PlanAction, PlanMade
from contracts.events.people import LeadNamed
from contracts.events.support import Worker
from contracts.mentions import Mention
from contracts.rules import safe_contact
from contracts.rules.owed_parts import Contract, Owed, Plan, PlanReview, Update
from contracts.rules.plan_adequacy import Refusal
from contracts.rules.safe_contact import SafeWay
from contracts.sections import Contact
from contracts.vocabulary import (
    ActionState,
    ContactMethod,
    EnhancedReason,
    Grade,
    HearingKind,
    HearingToldBy,
    PlanFault,
    ReviewTrigger,
    Role,
    Teller,
    ToldResult,
    UpdateKind,
    WayState,
)
from services.marac import shown
from services.referrals.by_hand import ByHand, WordOf
from services.referrals.contacts import ContactPage, OwnWord
from services.referrals.owed import LeadNow, ReviewOwed, VictimPage
from services.referrals.plans import OwnPlan, PlanPage
from tests.pages import sample_then
from tests.pages.sample_cases import full_case
from tests.pages.sample_rows import BREACH, FRESH, LONG, NOW, ORDER, ago, new

OWED_CASE, MENTION = new(), new()
VICTIM = f"/referrals/victims/{MENTION}"


def owed() -> Owed:
    """All of it."""
    alarm = PlanAction(
        what="Fit a panic alarm, and tell the control room what it means",
        grade=Grade.HIGH,
        owner="DS 7",
        due=date(2026, 11, 20),
    )
    locks = PlanAction(
        what="Change the locks",
        grade=Grade.HIGH,
        owner="Housing",
        due=date(2026, 11, 12),
        state=ActionState.DONE,
    )
    sound = Plan(
        root=new(),
        agency="harbour-idva",
        at=ago(days=14),
        grade=Grade.HIGH,
        owner="IDVA 7",
        review_on=date(2026, 12, 10),
        actions=(alarm, locks),
        refused=(),
        reviewed=ago(days=5),
    )
    faults = [
        (PlanFault.SAYS_NOTHING, "actions.0.what"),
        (PlanFault.SAYS_NOTHING, "for_children"),
        (PlanFault.HEADING_MISSING, "headings.legality"),
        (PlanFault.ACTION_NO_DUE, "actions.0.due"),
        (PlanFault.NO_OWNER, "owner"),
        (PlanFault.ORDER_NOT_MENTIONED, ORDER),
    ]
    thin = sound.model_copy(
        update={
            "root": new(),
            "agency": "northmere-police",
            "at": ago(days=3),
            "owner": "",
            "review_on": None,
            "reviewed": None,
            "actions": (PlanAction(what="As above"), PlanAction(owner=LONG, state=ActionState.NOT_DONE)),
            "refused": tuple(Refusal(fault=fault, where=where) for fault, where in faults),
        }
    )
    return Owed(
        mention=MENTION,
        grade=Grade.HIGH,
        enhanced=True,
        because=EnhancedReason.DOMESTIC_ABUSE,
        plans=(thin, sound),
        mend_by=None,
        review=PlanReview(
            agency="northmere-police",
            because=ReviewTrigger.BREACH,
            root=BREACH,
            at=ago(days=2),
            due=ago(days=1),
        ),
        contract=Contract(
            root=new(),
            agency="northmere-police",
            at=ago(days=30),
            every_days=7,
            by=Teller.IDVA,
            method=ContactMethod.TEXT,
        ),
        agree_by=None,
        updates=tuple(updates()),
        clocks=(),
    )


def updates() -> list[Update]:
    """Late and tried twice; to come; told late; let stand."""

    def update(kind: UpdateKind, days: float, due: float, **more: Any) -> Update:
        given = {"tried": 0, "settled": None, "result": None} | more
        return Update(kind=kind, root=new(), at=ago(days=days), due=NOW - timedelta(days=due), **given)

    return [
        update(UpdateKind.CHARGE, 3, 1, tried=2),
        update(UpdateKind.ROUTINE, 2, -5),
        update(UpdateKind.ARREST, 9, 7, settled=ago(days=6), result=ToldResult.TOLD, tried=1),
        update(UpdateKind.BAIL, 12, 11, settled=ago(days=11.5), result=ToldResult.UNSAFE),
    ]


def victim_page(*_: Any) -> VictimPage:
    """The victim's own page."""
    way = SafeWay(WayState.UNKNOWN, "failed", uniform_was=ago(days=9))
    page = VictimPage(at=NOW, fresh_until=FRESH, owed=owed(), way=way, flagged=True, without_answer=4)
    return page.model_copy(update={"leads": leads(), "reviews": reviews()})


async def open_victim(_runtime: Any, _caller: Any, _mention: str, then: datetime | None = None) -> VictimPage:
    """It, as it is or as it was known."""
    return sample_then.victim(victim_page(), then) if then else victim_page()


def reviews() -> tuple[ReviewOwed, ...]:
    """One late, and one to come."""
    of = ((ReviewTrigger.BREACH, "northmere-police", 4), (ReviewTrigger.SEPARATION, "harbour-idva", -2))
    return tuple(
        ReviewOwed(
            root=new(),
            trigger=trigger,
            agency=agency,
            at=ago(days=5),
            due=NOW - timedelta(days=days),
            owner="harbour-idva",
            late=days > 0,
        )
        for trigger, agency, days in of
    )


async def by_hand(_runtime: Any, _caller: Any, _mention: str, kind: type[Any]) -> ByHand:
    """Of hearings one that the reader's agency told of, over several days, and another agency's of a family
    court; of who leads, one of each."""
    kinds = (HearingKind.CRIMINAL_TRIAL, HearingKind.FAMILY_CHILD_CONTACT)
    of: list[Any] = [
        HearingListed(people=[Mention(role=Role.VICTIM)], hearing=each, day=NOW.date(), told_by=by)
        for each, by in zip(kinds, (None, HearingToldBy.CAFCASS), strict=True)
    ]
    if kind is LeadNamed:
        of = [LeadNamed(service=each.service, since=each.since, worker=each.worker) for each in leads()]
    return ByHand(
        at=NOW,
        fresh_until=FRESH,
        way=victim_page().way,
        flagged=None,
        without_answer=4,
        words=tuple(
            WordOf(root=new(), version=1, agency=agency, own=own, at=ago(days=2), said=said)
            for (agency, own), said in zip((("haven", True), ("northmere-council", False)), of, strict=True)
        ),
    )


def leads(*_: Any) -> tuple[LeadNow, ...]:
    """One who can be reached, and a service that names nobody."""
    lin = Worker(name=LONG, telephone="01632 960123", email="lin@haven.example")
    return (
        LeadNow(agency="haven", service="Haven IDVA service", since=ago(days=3), worker=lin),
        LeadNow(agency="northmere-council", service="Witness care", since=ago(days=9), worker=None),
    )


def plan_page(*_: Any) -> PlanPage:
    """The plan of the caller's agency, as it may be changed."""
    actions = [PlanAction(what="Change the locks", owner="Housing"), PlanAction(owner=LONG)]
    plan = PlanMade(victim=MENTION, grade=Grade.HIGH, actions=actions, contact="The IDVA, twice a week")
    return PlanPage(victim=victim_page(), own=OwnPlan(root=new(), version=3, plan=plan))


def contact_page(*_: Any) -> ContactPage:
    """How the victim may be reached: a way of the caller's agency that leaves much to ask, and has failed."""
    contact = Contact(method=ContactMethod.MOBILE, number="07700 900142", code_word="kettle", unsafe=LONG)
    own = OwnWord(
        root=new(), version=2, said=ago(days=9), contact=contact, asks=tuple(safe_contact.questions(contact))
    )
    way = SafeWay(WayState.UNKNOWN, "failed", uniform_was=ago(days=9))
    return ContactPage(at=NOW, fresh_until=FRESH, way=way, without_answer=4, own=own)


def owed_case() -> shown.CasePage:
    """The full case with it, as a chair sees it; its gaps among the others."""
    case = full_case()
    gaps = [
        shown.Missing(code="plan-missing", owner="police"),
        shown.Missing(
            code="plan-inadequate", owner="northmere-police", roots=(ORDER,), count=6, since=ago(days=1)
        ),
        shown.Missing(code="plan-review", owner="harbour-idva", roots=(BREACH,), since=ago(days=1)),
        shown.Missing(
            code="update-late", owner="northmere-police", roots=(BREACH,), count=2, since=ago(days=1)
        ),
        shown.Missing(code="contract-missing", owner="police", since=ago(days=1)),
    ]
    named = {"case": OWED_CASE, "letters": "R4P", "owed": owed(), "missing": [*gaps, *case.missing]}
    return case.model_copy(update=named)
