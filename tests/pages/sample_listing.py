"""Invented cases that wait, meetings with and without room, what was decided, and what a MARAC has chosen."""

from datetime import timedelta
from typing import Any

from chassis.accept import Refused
from chassis.http.auth import Caller
from contracts.events.listing import Escalation, Insider, LocalCriterion, MaracSet
from contracts.rules.safe_contact import NO_WAY
from contracts.sections import Name
from contracts.vocabulary import (
    EscalationUnit,
    Grade,
    IncidentKind,
    PartiesAnswer,
    ReferralCriterion,
    RepeatAnchor,
    RepeatDefinition,
    Threshold,
)
from services.marac import shown_listing as shown
from services.marac.conference.listing_rows import PartiesLine, RestrictedLine
from services.marac.shown_calling import CaseOn, MeetingSet
from services.marac.shown_decided import ReturnedHere, SentOnShown
from services.marac.shown_emergency import CallMade, EmergencyMeeting, Told
from services.marac.shown_restriction import Restriction
from tests.pages.sample_rows import BREACH, CASE, FRESH, LONG, MEETING, NOW, ago, new

OTHER, FULL, SOON = new(), new(), new()
CALLED, TAKEN = (f"/marac/emergency-meetings/{each}" for each in (SOON, FULL))
WHY = "Hurt while holding a door shut. The pattern of three years is one way."
AGENCIES = {"harbour-idva": "Harbour IDVA service", "northmere-police": "Northmere Police"}


def _criterion(criterion: ReferralCriterion, state: Any, because: str, **more: Any) -> shown.CriterionShown:
    given: dict[str, Any] = {"roots": (BREACH,), "n": 0, "of": 0, "months": 0, "ticked": False} | more
    return shown.CriterionShown(criterion=criterion, state=state, because=because, **given)


def criteria() -> list[shown.CriterionShown]:
    """One of each state."""
    return [
        _criterion(ReferralCriterion.VISIBLE_HIGH_RISK, "met", "yes", n=17, of=14, ticked=True),
        _criterion(ReferralCriterion.PROFESSIONAL_JUDGEMENT, "not-met", "not-judged", roots=()),
        _criterion(ReferralCriterion.POTENTIAL_ESCALATION, "met", "incidents", n=4, of=3, months=12),
        _criterion(ReferralCriterion.REPEAT, "not-known", "said-not-found", ticked=True),
        _criterion(ReferralCriterion.HBA_FM, "not-known", "others-threaten"),
        _criterion(ReferralCriterion.LOCAL, "met", "happened", n=1, words="Strangled or choked"),
        _criterion(ReferralCriterion.LOCAL, "not-known", "answered", words="Threats to kill"),
    ]


def _case(case: str, letters: str, grade: Grade, **more: Any) -> shown.WaitingCase:
    given: dict[str, Any] = {
        "name": Name(family="Rai", given="Asha"),
        "born": NOW.date().replace(year=1991),
        "referred": ago(days=12),
        "referred_by": "harbour-idva",
        "children": 2,
        "urgent": False,
        "disputed": False,
        "in_doubt": True,
        "way": NO_WAY.without_contact(),
        "criteria": criteria(),
        "others": [],
        "soonest": MEETING,
        "returned": None,
        "back": [],
    }
    return shown.WaitingCase(case=case, letters=letters, grade=grade, **given | more)


def _room(meeting: str, days: float, taken: int, **more: Any) -> shown.RoomShown:
    given: dict[str, Any] = {"venue": "Room 4", "emergency": False, "slots": 16, "chair_known": True}
    given |= {"chair_name": "Rowan Ellis"} | more
    starts = NOW + timedelta(days=days)
    closes = (starts - timedelta(days=10)).date()
    free = given["slots"] - taken
    return shown.RoomShown(meeting=meeting, starts=starts, taken=taken, free=free, closes=closes, **given)


def waiting(*_: Any) -> shown.Waiting:
    """More who wait than there is room for, with every question."""
    ask = shown.Question
    north = shown.WaitingIn(
        area="northmere-north",
        area_name="Northmere North",
        waiting=[
            _case(
                CASE,
                "K7Q",
                Grade.HIGH,
                urgent=True,
                disputed=True,
                others=[shown.OtherCase(case=OTHER, letters="M2D", alike="other-direction")],
            ),
            _case(new(), "T4C", Grade.UNKNOWN, name=Name(family=LONG, given="Jane"), born=None, criteria=[]),
            _case(
                new(),
                "W9H",
                Grade.MEDIUM,
                soonest=None,
                returned=ago(days=9),
                back=[ReferralCriterion.POTENTIAL_ESCALATION],
            ),
        ],
        returned=[
            shown.ReturnedCase(
                case=OTHER,
                letters="M2D",
                referred=ago(days=20),
                referred_by="harbour-idva",
                returned=ago(days=15),
            )
        ],
        elsewhere=[shown.ElsewhereCase(case=new(), letters="K3A", sent_on=THERE)],
        meetings=[
            _room(SOON, 0.1, 1, emergency=True, slots=3),
            _room(MEETING, 2, 14, chair_known=False, chair_name=None),
            _room(FULL, 16, 18),
        ],
        without_date=1,
        questions=[
            ask(code="over", meetings=[FULL], n=2),
            ask(code="at-one-time", meetings=[SOON, MEETING]),
            ask(code="no-chair", meetings=[MEETING]),
            ask(code="chair-twice", meetings=[FULL], at=NOW + timedelta(days=16)),
            ask(code="not-closed", meetings=[new()], n=14, at=NOW - timedelta(days=3)),
            ask(code="slots-not-set", meetings=[MEETING, FULL], n=16),
            ask(code="listed-twice", meetings=[MEETING, FULL], case=OTHER, letters="M2D"),
            *(
                ask(code=code, meetings=[MEETING], case=CASE, letters="K7F", other=OTHER, other_letters="M2D")
                for code in ("same-pair", "other-direction")
            ),
        ],
    )
    south = shown.WaitingIn(
        area="northmere-south",
        area_name="Northmere South",
        waiting=[],
        returned=[],
        meetings=[],
        without_date=0,
        questions=[],
    )
    return shown.Waiting(at=NOW, fresh_until=FRESH, maracs=[north, south], agencies=AGENCIES)


THERE = SentOnShown(to_name="Farshire Coast MARAC", there=True, since=ago(days=6))


async def decisions(_runtime: Any, _caller: Caller, case: str) -> shown.CaseDecisions:
    """A case with every criterion, another the other way round, and both decisions."""
    decided: dict[str, Any] = {"agency": "northmere-police", "at": ago(days=3), "reason": WHY}
    return shown.CaseDecisions(
        at=NOW,
        fresh_until=FRESH,
        case=case,
        letters="K7Q",
        name=Name(family="Doe", given="Jane"),
        grade=Grade.HIGH,
        way=NO_WAY.without_contact(),
        without_answer=3,
        disputed=True,
        in_doubt=True,
        criteria=criteria(),
        others=[
            shown.OtherCase(case=OTHER, letters="M2D", alike="other-direction"),
            shown.OtherCase(case=FULL, letters="T4C", alike="same-victim"),
        ],
        returned=ReturnedHere(advice="Offer the IDVA service.", away=False, **decided),
        version=1,
        parties=(PartiesLine(root=new(), fact=new(), decision=PartiesAnswer.AS_REFERRED, **decided),),
        agencies=AGENCIES,
    )


async def restriction(_runtime: Any, caller: Caller, case: str) -> Restriction:
    """A case that is restricted to the caller and to somebody whom a system named."""
    me, named = Insider(person=new(), name=caller.name), Insider(person=new(), name="Sam Ottley")
    decided: dict[str, Any] = {"root": new(), "fact": new(), "agency": "northmere-council", "reason": WHY}
    return Restriction(
        at=NOW,
        case=case,
        letters="K7Q",
        version=2,
        to=[me, named],
        history=(
            RestrictedLine(at=ago(days=1), to=(me, named), **decided),
            RestrictedLine(at=ago(days=3), to=None, **decided),
        ),
        offered=[me, Insider(person=new(), name="Carys Bevan")],
        agencies=AGENCIES,
    )


async def second(*_: Any) -> None:
    """Somebody else was first."""
    raise Refused("changed-since", "If-Match", status=412)


def returned(*_: Any) -> shown.ReturnedReferrals:
    """One that was returned."""
    line = shown.ReturnedReferral(
        case=CASE,
        letters="K7Q",
        referred=ago(days=20),
        returned=ago(days=15),
        by="northmere-police",
        by_name="Northmere Police",
        advice="Offer the IDVA service, and refer again if anything more happens.",
        reason="One shout, and no fear of more.",
    )
    return shown.ReturnedReferrals(at=NOW, fresh_until=FRESH, referrals=[line])


def areas(*_: Any) -> shown.Areas:
    """Two MARACs."""
    names = {"northmere-north": "Northmere North", "northmere-south": "Northmere South"}
    return shown.Areas(at=NOW, areas=names)


async def same_people(_runtime: Any, _caller: Caller, case: str) -> shown.SamePeople:
    """Each accuses the other, and a record is in doubt."""
    other = shown.OtherCase(case=OTHER, letters="M2D", alike="other-direction")
    return shown.SamePeople(at=NOW, case=case, disputed=True, in_doubt=True, others=[other])


async def choices(_runtime: Any, _caller: Caller, area: str) -> shown.Choices:
    """What holds, and two earlier words on it."""
    strangled = LocalCriterion(
        code="strangled", words="Strangled or choked", kinds=[IncidentKind.NON_FATAL_STRANGULATION]
    )
    counted = (Escalation(least=5), Escalation(unit=EscalationUnit.CRIMES, least=3))
    chosen = shown.ChosenShown(
        repeat_definition=RepeatDefinition.OLD,
        repeat_anchor=RepeatAnchor.MEETING,
        dash=14,
        escalation=counted,
        local=(strangled,),
        slots=16,
        slots_set=False,
        closes_days=8,
    )
    whole = MaracSet(
        area=area,
        repeat_definition=RepeatDefinition.OLD,
        repeat_anchor=RepeatAnchor.MEETING,
        escalation=list(counted),
        local=[strangled],
    )
    by: dict[str, Any] = {"root": new(), "agency": "northmere-police", "agency_name": "Northmere Police"}
    dash = Threshold.DASH_VISIBLE_HIGH_RISK
    return shown.Choices(
        at=NOW,
        area=area,
        area_name="Northmere North",
        version=2,
        chosen=chosen,
        history=[
            shown.ChoiceSet(at=ago(days=20), set=whole, person=new(), name="Rowan Ellis", **by),
            shown.ChoiceSet(at=ago(days=300), threshold=dash, value=14, **by),
        ],
    )


async def emergency(_runtime: Any, _caller: Caller, meeting: str) -> EmergencyMeeting:
    """One that nobody has taken, with a call that found nobody, no venue and no chair; else one that somebody
    took."""
    calls = (CallMade(at=ago(hours=0.2), nobody=False), CallMade(at=ago(hours=0.1), nobody=True))
    waits = meeting == SOON
    taken: dict[str, Any] = {"taken_by": "Northmere Police", "taken_at": ago(hours=0.05), "taken_call": 1}
    return EmergencyMeeting(
        at=NOW,
        fresh_until=FRESH,
        meeting=meeting,
        area_name="Northmere North",
        starts=ago(hours=-2),
        venue=None if waits else "01632 960100",
        chair_name=None if waits else "Rowan Ellis",
        called_off=False,
        closed=not waits,
        agencies=None if waits else ["Harbour IDVA service", LONG],
        told=Told(state="waiting", calls=calls) if waits else Told(state="taken", calls=calls, **taken),
    )


async def meeting_set(_runtime: Any, _caller: Caller, meeting: str) -> MeetingSet:
    """One with three cases, of one of which something was recorded, and room for as many as are set; else one
    that is closed, of which nothing is known but its time."""
    open_ = meeting == MEETING
    on = [CaseOn(case=case, letters=of, recorded=of == "M2D") for case, of in ((CASE, "K7Q"), (OTHER, "M2D"))]
    return MeetingSet(
        at=NOW,
        fresh_until=FRESH,
        meeting=meeting,
        version=2,
        area="northmere-north",
        area_name="Northmere North",
        starts=ago(days=-2),
        venue="Room 4" if open_ else None,
        emergency=False,
        chair=None,
        chair_name=LONG if open_ else None,
        slots=None if open_ else 12,
        closed=not open_,
        cases=[*on, CaseOn(case=new(), letters="T4C", recorded=False)] if open_ else [],
    )
