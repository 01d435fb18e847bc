"""Invented support for pages: a case with every state of it, who is owed what, and messages."""

from datetime import datetime
from typing import Any

from chassis.http.auth import Caller
from chassis.http.problem import not_found
from contracts.events.support import Worker
from contracts.rules.safe_contact import NO_WAY, Word, safe_way
from contracts.sections import Contact, Name
from contracts.vocabulary import (
    AlertRule,
    CaseRole,
    ClockOwner,
    ContactMethod,
    StaffRole,
    SupportKind,
    SupportReason,
    SupportStep,
)
from services.marac import shown
from services.marac.conference.correspondence import Message, Messages, Waiting, WaitingLine
from services.marac.conference.support_rows import CourseLine, InCase
from services.marac.rules.team import told_of
from services.marac.shown_support import SupportOwed, SupportShown
from services.referrals import support as referrals
from services.referrals.support_list import OwedShown, ServiceShown, SupportLine, SupportList, SupportPage
from tests.pages import sample_then
from tests.pages.sample_cases import full_case
from tests.pages.sample_rows import BREACH, FRESH, LONG, NOW, ORDER, ago, new, source

SUPPORT_CASE = new()
THEIRS, HIDDEN = sorted((BREACH, ORDER))
IDVA, POLICE = "harbour-idva", "northmere-police"


def _course(kind: SupportKind, state: SupportStep, agency: str, **more: Any) -> CourseLine:
    given: dict[str, Any] = {"service": None, "reason": None, "tries": 0} | more
    return CourseLine(root=BREACH, support=kind, state=state, since=ago(days=2), agency=agency, **given)


def team() -> list[InCase]:
    """An IDVA, an officer, and a social worker of whom no way is given."""
    workers = (
        (CaseRole.IDVA, IDVA, Worker(name="Carys Bevan", telephone="01632 960201")),
        (CaseRole.OFFICER_IN_CASE, POLICE, Worker(name="DC Tess Okoro", email="tess@northmere.example")),
        (CaseRole.SOCIAL_WORKER, "northmere-council", Worker(name=LONG)),
    )
    return [InCase(**source(agency, days=9), part=part, worker=worker) for part, agency, worker in workers]


def support_case() -> shown.CasePage:
    """Whom three tries did not reach, who refused one kind of support, and whom another has declined."""
    support = SupportShown(
        courses=[
            _course(SupportKind.IDVA, SupportStep.TRIED, IDVA, service=IDVA, tries=3),
            _course(SupportKind.REFUGE, SupportStep.DECLINED, IDVA, reason=SupportReason.FULL),
            _course(SupportKind.VICTIM_SUPPORT, SupportStep.REFUSED, POLICE),
        ],
        owed=[
            SupportOwed(
                rule=AlertRule.NO_CONTACT,
                support=SupportKind.IDVA,
                owner=ClockOwner.SUPPORT_SERVICE,
                due=ago(hours=5),
                late=True,
            )
        ],
        team=team(),
    )
    missing = [
        shown.Missing(code="victim-not-reached", owner=IDVA, since=ago(hours=5)),
        shown.Missing(code="leads-several", owner="marac-coordinator", count=2),
    ]
    return full_case().model_copy(update={"case": SUPPORT_CASE, "support": support, "missing": missing})


def _line(mention: str = THEIRS, *, known: bool = True) -> SupportLine:
    owed = [(AlertRule.NO_CONTACT, 5), (AlertRule.FIRST_CONTACT, -30)]
    return SupportLine(
        mention=mention,
        area="northmere-north",
        area_name="Northmere North",
        who_known=known,
        name=Name(family=LONG, given="Jane") if known else None,
        born=NOW.date().replace(year=1991) if known else None,
        courses=(
            referrals.CourseLine(
                support=SupportKind.IDVA,
                state=SupportStep.TRIED,
                since=ago(hours=5),
                agency=IDVA,
                service=IDVA,
                reason=None,
                tries=3,
            ),
        )
        if known
        else (),
        owed=tuple(
            OwedShown(rule=rule, owner=ClockOwner.SUPPORT_SERVICE, due=ago(hours=hours), late=hours > 0)
            for rule, hours in owed
        ),
    )


def waiting(*_: Any) -> SupportList:
    """One victim, and more than are listed."""
    return SupportList(at=NOW, fresh_until=FRESH, victims=(_line(),), more=True)


async def open_support(
    _runtime: Any, _caller: Caller, mention: str, at: datetime | None = None
) -> SupportPage:
    """One, or the one who is not the caller's to know."""
    if mention not in (THEIRS, HIDDEN):
        raise not_found()
    line = _line(mention, known=mention == THEIRS)
    text = Contact(
        method=ContactMethod.TEXT,
        number="07700 900142",
        times="weekdays 10 to 12",
        code_word="blue kettle",
        unsafe="Never the landline",
        no_uniform=True,
    )
    full = ServiceShown(
        agency=IDVA, name="Harbour IDVA service", places=0, waiting=4, told=ago(days=1), full=True
    )
    silent = full.model_copy(update={"name": "Haven", "places": None, "told": None, "full": False})
    way = safe_way([Word(IDVA, ago(days=1), text)], [], NOW) if line.who_known else None
    page = SupportPage(
        **dict(line), at=NOW, fresh_until=FRESH, way=way, services=(full, silent), without_answer=4
    )
    return sample_then.support(page, at) if at else page


async def messages(_runtime: Any, caller: Caller, case: str) -> Messages:
    """Of a case, as the IDVA or the officer reads them."""
    you = CaseRole.IDVA if StaffRole.IDVA in caller.roles else CaseRole.OFFICER_IN_CASE
    late, asked, answer = new(), new(), new()
    given: dict[str, Any] = {"answers": None, "due": None, "late": False}
    said = (
        (late, POLICE, CaseRole.IDVA, 60, "Did she get home?", {"due": ago(hours=8), "late": True}),
        (answer, POLICE, CaseRole.IDVA, 28, "On Friday at noon.", {"answers": asked}),
        (asked, IDVA, CaseRole.OFFICER_IN_CASE, 30, "When does the bail end?", {}),
        (new(), IDVA, CaseRole.OFFICER_IN_CASE, 1, f"{LONG} " * 12, {"due": ago(hours=-20)}),
    )
    lines = [
        Message(
            cause=cause,
            agency=agency,
            to=to,
            to_you=to is you,
            sent=ago(hours=hours),
            text=text,
            **(given | more),
        )
        for cause, agency, to, hours, text, more in said
    ]
    other = CaseRole.OFFICER_IN_CASE if you is CaseRole.IDVA else CaseRole.IDVA
    return Messages(
        at=NOW,
        case=case,
        letters="K7Q",
        you=you,
        way=NO_WAY,
        without_answer=4,
        messages=sorted(lines, key=lambda line: line.sent, reverse=True),
        others=[each for each in team() if each.part is other],
        team=[each for each in team() if told_of(each.part, you)],
        agencies={IDVA: "Harbour IDVA service", POLICE: "Northmere Police"},
    )


def messages_waiting(*_: Any) -> Waiting:
    """One that is late, and one that is not."""
    line = WaitingLine(
        case=SUPPORT_CASE,
        letters="K7Q",
        to_you=True,
        sent=ago(hours=60),
        due=ago(hours=8),
        late=True,
    )
    other = {"to_you": False, "late": False, "due": ago(hours=-20), "letters": "M2D"}
    return Waiting(at=NOW, messages=[line, line.model_copy(update=other)])
