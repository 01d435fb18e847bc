"""Invented pages of what follows a meeting: every state of a flag, repeats, a victim to tell, transfers."""

from datetime import date, timedelta
from typing import Any

from chassis.accept import Refused
from chassis.http.auth import Caller
from contracts.rules.safe_contact import NO_WAY, Word, safe_way
from contracts.sections import Contact, Name
from contracts.vocabulary import (
    ContactMethod,
    FlagState,
    HeardHere,
    MoveKind,
    MoveWarning,
    RiskFactor,
    Role,
    StaffRole,
    TransferItem,
)
from services.marac import shown_after
from services.marac.conference.after_rows import (
    ConferenceTransfer,
    FlagLine,
    NoRepeatLine,
    RecordWaits,
    TransferStep,
)
from services.marac.shown_sitting import MinutesLine
from tests.pages.sample_rows import BREACH, CASE, FRESH, LONG, NOW, ORDER, ago, new

IDVA, POLICE, HOUSING = "harbour-idva", "northmere-police", "castlegate-housing"
AGENCIES = {IDVA: "Harbour IDVA service", POLICE: "Northmere Police", HOUSING: "Castlegate Housing"}
UNTIL = NOW + timedelta(days=300)


def _parties(family: str = "Doe") -> list[shown_after.PartyShown]:
    return [
        shown_after.PartyShown(
            role=Role.VICTIM, name=Name(family=family, given="Jane"), born=(date(1991, 3, 2),)
        ),
        shown_after.PartyShown(role=Role.PERPETRATOR, name=Name(family="Smith", given="Kyle"), born=()),
    ]


def _records() -> list[RecordWaits]:
    given = [("breach", "contact", HOUSING, BREACH, 50), ("incident", "verbal-abuse", POLICE, ORDER, 20)]
    return [
        RecordWaits(
            root=root,
            type=type_,
            kind=kind,
            agency=agency,
            occurred=ago(hours=hours + 9),
            recorded=ago(hours=hours),
        )
        for type_, kind, agency, root, hours in given
    ]


def _to_look_at() -> list[RecordWaits]:
    given: dict[str, Any] = {"occurred": ago(hours=30), "recorded": ago(hours=28)}
    says = (RiskFactor.INJURY, RiskFactor.WORSE)
    return [
        RecordWaits(root=new(), type="instrument", kind="safelives-dash-24", agency=IDVA, says=says, **given),
        RecordWaits(root=new(), type="housing", kind="antisocial-behaviour", agency=HOUSING, **given),
        RecordWaits(root=new(), type="fact", kind="referral.made", agency=IDVA, **given),
    ]


async def flags(_runtime: Any, caller: Caller, *_: Any) -> shown_after.Flags:
    """One late, one to confirm, one that ends soon, one that is over, one not heard; of others two cases."""

    def line(letters: str, stands: Any, days: int, family: str = "Doe") -> shown_after.FlagShown:
        return shown_after.FlagShown(
            case=new(),
            letters=letters,
            parties=_parties(family),
            until=NOW + timedelta(days=days) if days else None,
            due=ago(days=2) if stands == "late" else NOW + timedelta(days=3) if days else None,
            stands=stands,
        )

    other = shown_after.OthersFlags(
        case=CASE, letters="K7Q", until=UNTIL, late=[POLICE, HOUSING], lapsing=[], lapsed=[]
    )
    return shown_after.Flags(
        at=NOW,
        flags=[
            line("K7Q", "late", 300),
            line("R4W3", "owed", 320, LONG),
            line("M2D", "lapsed", -3),
            line("V8X", "not-heard", 0),
            line("H4C", "lapsing", 20),
        ],
        answered=[line("T5N", "flagged", 200), line("W9B", "no-file", 210)],
        repeats=[
            shown_after.RepeatOfTheirs(case=CASE, letters="K7Q", parties=_parties(), records=_records()[:1])
        ],
        others=[
            other,
            other.model_copy(update={"letters": "M2D", "late": [], "lapsing": [IDVA], "lapsed": [POLICE]}),
        ]
        if StaffRole.MARAC_COORDINATOR in caller.roles
        else None,
        agencies=AGENCIES,
        more=False,
    )


def repeats(*_: Any) -> shown_after.Repeats:
    """A repeat that is late, one that is not and one that is none; a victim whom nobody reached twice."""
    line = shown_after.RepeatShown(
        case=CASE,
        letters="K7Q",
        parties=_parties(),
        records=_records(),
        definition="current",
        anchor="referral",
        since=ago(hours=50),
        due=ago(hours=8),
        late=True,
    )
    untold = shown_after.NotTold(
        case=CASE,
        letters="K7Q",
        mention=new(),
        met=ago(days=2),
        due=ago(hours=8),
        late=True,
        tried=2,
        teller=IDVA,
        safe_to_tell=False,
        way=_way(),
    )
    later = {"letters": "R4W3", "late": False, "due": NOW + timedelta(hours=20)}
    return shown_after.Repeats(
        at=NOW,
        repeats=[line, line.model_copy(update=later | {"case": new(), "parties": _parties(LONG)})],
        to_look_at=[
            shown_after.ToLookAt(
                case=new(),
                letters="T5N",
                parties=_parties(),
                records=_to_look_at(),
                definition="current",
                anchor="referral",
                since=ago(hours=28),
            )
        ],
        decided=[
            shown_after.NoRepeat(
                case=CASE,
                letters="M2D",
                answer=NoRepeatLine(
                    root=new(),
                    agency=POLICE,
                    at=ago(hours=3),
                    words="The meeting had heard of it from the housing officer.",
                    records=tuple(_records()[:1]),
                ),
            )
        ],
        not_told=[
            untold,
            untold.model_copy(
                update=later | {"tried": 0, "way": NO_WAY, "teller": None, "safe_to_tell": None}
            ),
        ],
        agencies=AGENCIES,
    )


def _way() -> Any:
    text = Contact(method=ContactMethod.TEXT, number="07700 900142", times="weekdays", verified=ago(days=3))
    return safe_way([Word(IDVA, ago(days=1), text)], [], NOW).without_contact()


def _transfer(state: Any, warned: MoveWarning, letters: str, **more: Any) -> shown_after.TransferShown:
    said = {"root": new(), "agency": POLICE}
    steps = [TransferStep(step="sent", at=ago(days=3), words="To her sister, for some weeks.", **said)]
    if state != "waits":
        steps.append(TransferStep(step="asked", at=ago(days=2), words="The newest Dash.", **said))
    waits = state in ("waits", "asked")
    row = ConferenceTransfer(
        cause=new(),
        of_case=CASE,
        from_area="northmere-north",
        to_area="northmere-east",
        move=MoveKind.TEMPORARY,
        heard=HeardHere.HEARD,
        goes_with=(TransferItem.MINUTES, TransferItem.ACTIONS),
        warned=warned,
        state=state,
        open=waits,
        since=ago(days=2),
        take_by=ago(hours=5) if state == "waits" else None,
        chase_by=NOW + timedelta(hours=9) if waits else None,
        steps=tuple(steps),
        outside="Farshire Coast MARAC" if state == "confirmed" else None,
    )
    given: dict[str, Any] = {"may_see_case": True, "may_answer": True, "may_supply": True}
    return shown_after.TransferShown(
        transfer=row,
        letters=letters,
        parties=_parties(),
        from_name="Northmere North",
        to_name="Northmere East",
        take_late=state == "waits",
        chase_late=False,
        **(given | more),
    )


def _minutes() -> MinutesLine:
    said: dict[str, Any] = {"meeting": new(), "area_name": "Northmere North", "emergency": False}
    return MinutesLine(**said, starts=ago(days=9), number=2, issued=ago(days=4))


async def transfers(_runtime: Any, caller: Caller) -> shown_after.Transfers:
    """One that nobody has taken in time, one of which more is asked, one that is taken."""
    acts = StaffRole.MARAC_COORDINATOR in caller.roles
    may = {"may_answer": acts, "may_supply": acts}
    return shown_after.Transfers(
        at=NOW,
        transfers=[
            _transfer("waits", MoveWarning.THERE, "K7Q", **may),
            _transfer("asked", MoveWarning.NOT_KNOWN, "R4W3", **may | {"may_see_case": False}),
            _transfer("taken", MoveWarning.TO_CHECK, "M2D", **may, minutes=[_minutes()]),
            _transfer("confirmed", MoveWarning.TO_CHECK, "H4T", **may),
        ],
        agencies=AGENCIES,
    )


async def after_page(_runtime: Any, caller: Caller, case: str) -> shown_after.AfterPage:
    """A case with all of it open."""
    due = NOW + timedelta(days=3)
    said = ((POLICE, None, "late"), (HOUSING, None, "owed"), (IDVA, FlagState.FLAGGED, "flagged"))
    flags_: list[Any] = [
        (FlagLine(agency=agency, due=due, state=state, said=ago(days=1) if state else None), stands)
        for agency, state, stands in said
    ]
    return shown_after.AfterPage(
        at=NOW,
        fresh_until=FRESH,
        case=case,
        letters="K7Q",
        name=Name(family="Doe", given="Jane"),
        without_answer=4,
        way=_way(),
        mention=new(),
        met=[ago(days=2)],
        until=UNTIL,
        flags=flags_,
        told=None,
        tell_due=ago(hours=8),
        tell_tried=1,
        teller=IDVA,
        safe_to_tell=True,
        repeats=_records(),
        repeat_due=ago(hours=8),
        to_look_at=_to_look_at(),
        definition="current",
        anchor="referral",
        transfers=[_transfer("waits", MoveWarning.THERE, "K7Q")],
        maracs={"northmere-east": "Northmere East", "northmere-south": "Northmere South"},
        may_follow_up=StaffRole.MARAC_COORDINATOR in caller.roles,
        may_send=StaffRole.MARAC_COORDINATOR in caller.roles,
        agencies=AGENCIES,
    )


async def warned(_runtime: Any, _caller: Caller, _case: str, to: str) -> shown_after.Warned:
    """A move to where the other side was told of."""
    place = shown_after.Whereabouts(
        who=Name(family="Smith", given="Kyle"),
        words="3 Example Street, NM2 9ZZ",
        agency=POLICE,
        occurred=ago(days=30),
    )
    return shown_after.Warned(to_area=to, to_name="Northmere East", warning=MoveWarning.THERE, places=[place])


async def send(*_: Any) -> None:
    """Nobody has read the warning yet."""
    raise Refused("warning-not-read", "body.warning_read")
