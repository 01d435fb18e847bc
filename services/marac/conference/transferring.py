"""Transfers of cases between MARACs: what each side sees, is warned of, and says. Sharing rules first."""

from collections.abc import Iterable, Mapping
from typing import Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import select
from sqlmodel import col

from chassis.accept import Refused, Taken
from chassis.archive import Archive
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.content import AreaId
from contracts.events.configuration import AreaDefined
from contracts.events.transfer import (
    OfTransfer,
    TransferAcknowledged,
    TransferAskedForMore,
    TransferConfirmed,
    TransferSent,
    TransferSentOutside,
    TransferSupplied,
)
from contracts.rules.areas import area_and_around
from contracts.sections import Line, Narrative, Text
from contracts.vocabulary import AreaKind, HeardHere, MoveKind, MoveWarning, Role, TransferItem
from services.marac import casefile, shown_after
from services.marac.conference import following, rows
from services.marac.conference.after_rows import ConferenceTransfer, ConferenceTransferTable
from services.marac.conference.handed_over import minutes_of
from services.marac.conference.held import Held, sees_of, visible
from services.marac.conference.known import CaseKnown
from services.marac.conference.ties import restrictions, tied
from services.marac.conference.transfer import SENT, TRANSFER, untaken
from services.marac.conference.views import CASE, PERSON
from services.marac.rules import sharing
from services.marac.rules.transfer import CONFIRMED, TAKEN, WAITS, Known, warning

MOST = 200
Areas = Mapping[str, AreaDefined]
Answers = Literal[
    "acknowledge", "not-taken", "ask-for-more", "supply", "confirm", "not-confirmed", "withdraw"
]


def one_place(to_area: str | None, outside: str | None) -> None:
    """A case goes to one MARAC: one of an area here, or one by its name that is not on Goldthread."""
    if (to_area is None) == (outside is None):
        raise PydanticCustomError("one_place", "a case goes to an area, or to a MARAC outside")


class ToTransfer(BaseModel):
    """Where a case is sent, and why: to a MARAC, or ``outside``, to one that is not on Goldthread, by its
    name. ``warning_read`` is the warning of this move, as it was read."""

    model_config = ConfigDict(extra="forbid")

    to_area: AreaId | None = None
    outside: Line | None = None
    move: MoveKind = MoveKind.NOT_KNOWN
    goes_with: list[TransferItem] = Field(default_factory=list, max_length=len(TransferItem))
    text: Text | None = None
    warning_read: MoveWarning | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        one_place(self.to_area, self.outside)
        return self


class ToAnswer(BaseModel):
    """What one side says of a transfer. To ask for more, to supply and to confirm needs words.
    ``not-taken``, ``not-confirmed``: that it was acknowledged, or confirmed, by mistake. A transfer to a
    MARAC that is not on Goldthread is confirmed by who sent it."""

    model_config = ConfigDict(extra="forbid")

    answer: Answers
    text: Text | None = None


async def warned(
    runtime: Runtime, caller: Caller, case: str, to: str | None, outside: str | None = None
) -> shown_after.Warned:
    """What is known of a move to an area, and where the other side is said to be, for whoever may see
    locations. Raises Problem (404); Refused (422) for an area that is no MARAC's. Of where a MARAC hears that
    is not on Goldthread nobody is known to live: it is a person's to look."""
    row = await following.seen(runtime, caller, case)
    areas = casefile.areas_of(await runtime.configuration(AreaDefined))
    if to is not None:
        _marac(areas, to)
    places = _places((await Held(runtime).known([row]))[0], areas)
    found = shown_after.Warned(
        to_area=to or "",
        to_name=areas[to].name if to else outside or "",
        warning=warning([[known for known, _, _ in each] for each in places], to or ""),
        places=[shown for each in places for shown in _once(shown for _, shown, _ in each)]
        if (await sees_of(runtime, caller, row)).locations
        else None,
    )
    facts = [row.fact, *(fact for each in places for _, _, fact in each)]
    await runtime.shown(caller, CASE.name, case, found.model_dump_json().encode(), facts)
    return found


def _places(known: CaseKnown, areas: Areas) -> list[list[tuple[Known, shown_after.Whereabouts, str]]]:
    """Where each alleged perpetrator is said to be, with the fact that says so."""
    found = []
    for each in known.case.perpetrators:
        row, theirs = known.people.get(each.person), []
        for line in known.places_of(each.person):
            shown = shown_after.Whereabouts(
                who=row.identity.name if row else None,
                words=", ".join([*line.location.address, *filter(None, [line.location.postcode])]),
                agency=line.agency,
                occurred=line.occurred,
            )
            theirs.append((Known(area_and_around(areas, line.area)), shown, known.newest[line.root]))
        found.append(theirs)
    return found


def _once(places: Iterable[shown_after.Whereabouts]) -> list[shown_after.Whereabouts]:
    """Where somebody is said to be, the newest first: what an agency says in each of its records, once."""
    newest: dict[tuple[str, str], shown_after.Whereabouts] = {}
    for each in sorted(places, key=lambda each: each.occurred, reverse=True):
        newest.setdefault((each.agency, each.words.casefold()), each)
    return list(newest.values())


async def send(runtime: Runtime, caller: Caller, case: str, asked: ToTransfer, key: str | None) -> Taken:
    """Send a case to another MARAC. Raises Problem (404) for whoever may not see it, or does not act for the
    MARAC that has it; Refused (422) for an area that is no MARAC's, the same one, or a warning that was not
    read; Refused (409) while it is on its way already, or is restricted: nobody there would see it."""
    row = await following.seen(runtime, caller, case)
    areas = casefile.areas_of(await runtime.configuration(AreaDefined))
    if asked.to_area is not None:
        _marac(areas, asked.to_area)
    if row.marac is None:
        raise Refused("marac-not-known", "case")
    if not sharing.may_act_in(caller.areas, area_and_around(areas, row.marac)):
        raise not_found()
    if asked.to_area == row.marac:
        raise Refused("same-area", "body.to_area")
    if any(each.state in WAITS for each in await of_case(runtime, case)):
        raise Refused("transfer-on-its-way", "case", status=409)
    if asked.to_area is not None and await restrictions(runtime, [case]):
        raise Refused("restricted", "case", status=409)
    known = await warned(runtime, caller, case, asked.to_area, asked.outside)
    if asked.warning_read is not known.warning:
        raise Refused("warning-not-read", "body.warning_read")
    after = await following.after_of(runtime, case)
    met = bool(after and after.met)
    heard = HeardHere.HEARD if met else HeardHere.LISTED if row.meetings else HeardHere.NOT_YET
    said = _sent(asked, case, row.marac, heard, known.warning)
    return await following.say(runtime, caller, said, sharing.FOLLOW_UP, key)


def _sent(
    asked: ToTransfer, case: str, from_area: str, heard: HeardHere, warned: MoveWarning
) -> TransferSent | TransferSentOutside:
    to = {"to": asked.outside} if asked.to_area is None else {"to_area": asked.to_area}
    words = Narrative(text=asked.text) if asked.text else None
    given = {"case": case, "from_area": from_area, "heard": heard, "warned": warned, "words": words, **to}
    kind = TransferSentOutside if asked.to_area is None else TransferSent
    return kind.model_validate(given | {"move": asked.move, "goes_with": asked.goes_with})


def _marac(areas: Areas, to: str) -> None:
    if to not in areas or areas[to].kind is not AreaKind.MARAC:
        raise Refused("no-such-marac", "body.to_area")


async def answer(runtime: Runtime, caller: Caller, transfer: str, asked: ToAnswer, key: str | None) -> Taken:
    """Take a case, say that this was a mistake, ask for more, supply it, or withdraw what nobody has taken;
    of a MARAC that is not on Goldthread confirm that it is there, or that this was a mistake.
    Raises Problem (404) for whoever does not coordinate the side whose answer it is; Refused (409) for what
    is over, taken or not taken, and for a case that is dealt with by now; Refused (422) where words are
    missing."""
    row = cast("ConferenceTransfer | None", await runtime.row(TRANSFER, transfer))
    receiver = asked.answer in ("acknowledge", "not-taken", "ask-for-more")
    areas = casefile.areas_of(await runtime.configuration(AreaDefined))
    side = (row.to_area if receiver else row.from_area) if row else None
    if row is None or not sharing.may_act_in(caller.areas, area_and_around(areas, side)):
        raise not_found()
    if await tied(runtime, caller, [row.of_case]):
        raise not_found()
    for kind in (*SENT, TransferAcknowledged, TransferConfirmed):
        if again := await following.taken_back(runtime, caller, key, kind, f"o:{transfer}"):
            return again
    over = row.state == "withdrawn" or (row.state in TAKEN and asked.answer in ("acknowledge", "withdraw"))
    over |= row.state == CONFIRMED and asked.answer in ("confirm", "withdraw")
    over |= asked.answer in (("supply",) if row.outside else ("confirm", "not-confirmed"))
    if over and not await runtime.said_under(caller, key):
        raise Refused("transfer-over", "transfer", status=409)
    if asked.answer == "withdraw":
        return await following.take_back(runtime, caller, [row.cause], sharing.FOLLOW_UP, key)
    if asked.answer == "not-taken":
        return await _not_taken(runtime, caller, row, key)
    if asked.answer == "not-confirmed":
        return await _not_confirmed(runtime, caller, row, key)
    said = _said(row, asked)
    return await following.say(runtime, caller, said, sharing.FOLLOW_UP, key)


def _said(row: ConferenceTransfer, asked: ToAnswer) -> OfTransfer:
    if asked.answer == "acknowledge":
        return TransferAcknowledged(transfer=row.cause, case=row.of_case)
    if asked.text is None:
        raise Refused("words-missing", "body.text")
    of = {"ask-for-more": TransferAskedForMore, "supply": TransferSupplied, "confirm": TransferConfirmed}
    model = of[asked.answer]
    return model(transfer=row.cause, case=row.of_case, words=Narrative(text=asked.text))


async def _not_taken(runtime: Runtime, caller: Caller, row: ConferenceTransfer, key: str | None) -> Taken:
    """Take back every word that a case was taken: it waits again from when it was sent, and its sender sees
    to it. Raises Refused (409) where nobody took it, and where the receiving MARAC has listed the case or
    sent it on since: it is dealt with there. What it did with the case before says nothing of that."""
    taken = [step for step in row.steps if step.step == "taken"]
    if row.state not in TAKEN or not taken:
        raise Refused("transfer-over", "transfer", status=409)
    case = await Held(runtime).one(CASE, rows.ConferenceCase, row.of_case)
    listed = await Held(runtime).meetings_of([case] if case else [])
    since = {each.meeting for each in (case.meetings if case else ()) if each.listed >= taken[0].at}
    on = [each for each in await of_case(runtime, row.of_case) if each.from_area == row.to_area]
    if any(each.state != "withdrawn" and each.steps[0].at >= taken[0].at for each in on):
        raise Refused("sent-on", "transfer", status=409)
    if any(row.to_area in listed[meeting].areas for meeting in since & listed.keys()):
        raise Refused("case-listed", "transfer", status=409)
    roots = [step.root for step in taken]
    return await following.take_back(runtime, caller, roots, sharing.FOLLOW_UP, key)


async def _not_confirmed(runtime: Runtime, caller: Caller, row: ConferenceTransfer, key: str | None) -> Taken:
    """Take back every word that a case is there: it waits again, and its sender sees to it. Raises Refused
    (409) where nobody said so."""
    roots = [step.root for step in row.steps if step.step == "confirmed"]
    if row.state != CONFIRMED or not roots:
        raise Refused("transfer-over", "transfer", status=409)
    return await following.take_back(runtime, caller, roots, sharing.FOLLOW_UP, key)


async def of_case(runtime: Archive, case: str) -> list[ConferenceTransfer]:
    """The transfers of a case, the newest first."""
    table = ConferenceTransferTable
    statement = select(table).where(col(table.of_case) == case).order_by(col(table.since).desc())
    return cast("list[ConferenceTransfer]", await runtime.rows(TRANSFER, statement))


async def on_its_way(archive: Archive, case: str) -> bool:
    """Whether a case, or another of its victim's, is on its way to another MARAC that has not taken it. One
    that is not on Goldthread takes nothing here."""
    held = Held(archive)
    row = await held.one(CASE, rows.ConferenceCase, case)
    victim = await held.one(PERSON, rows.ConferencePerson, row.victim.person) if row and row.victim else None
    hers = {link.case for link in (victim.cases if victim else ()) if link.role is Role.VICTIM}
    sent = [each for one in {case, *hers} for each in await of_case(archive, one) if not each.outside]
    states = {each.state for each in sent}
    return not states.isdisjoint(WAITS)


async def transfers(runtime: Runtime, caller: Caller) -> shown_after.Transfers:
    """The transfers from and to the caller's MARACs: those that wait first, then the newest."""
    table, theirs = ConferenceTransferTable, sorted(await following.maracs_of(runtime, caller.areas))
    statement = (
        select(table)
        .where(col(table.from_area).in_(theirs) | col(table.to_area).in_(theirs))
        .order_by(col(table.open).desc(), col(table.since).desc(), col(table.subject))
        .limit(MOST)
    )
    found = cast("list[ConferenceTransfer]", await runtime.rows(TRANSFER, statement))
    page = shown_after.Transfers(
        at=runtime.clock.now(),
        transfers=await shown(runtime, caller, found),
        agencies=await following.names(runtime),
    )
    body = page.model_dump_json(exclude={"at", "agencies"}).encode()
    facts = [step.root for each in page.transfers for step in each.transfer.steps]
    await runtime.shown(caller, TRANSFER.name, caller.id, body, facts)
    return page


async def shown(
    runtime: Runtime, caller: Caller, found: Iterable[ConferenceTransfer]
) -> list[shown_after.TransferShown]:
    """Transfers for a caller: the coordinator who is to take a case sees whose it is; anybody else who may
    not see a case sees nothing of its transfer, nor does that coordinator once it was withdrawn."""
    found, at = list(found), runtime.clock.now()
    areas = casefile.areas_of(await runtime.configuration(AreaDefined))
    cases = await Held(runtime).many(CASE, rows.ConferenceCase, [row.of_case for row in found], "case")
    seen = await visible(runtime, caller, cases.values())
    gone = await tied(runtime, caller, cases)
    people = await following.people_of(runtime, cases.values())
    coordinates = not sharing.RIGHTS[sharing.FOLLOW_UP].isdisjoint(caller.roles)
    minutes = await minutes_of(runtime, caller, seen)

    def acts(area: str) -> bool:
        return coordinates and sharing.may_act_in(caller.areas, area_and_around(areas, area))

    def name(area: str) -> str:
        return areas[area].name if area in areas else area

    return [
        shown_after.TransferShown(
            transfer=row if row.of_case in seen else untaken(row),
            letters=cases[row.of_case].letters,
            parties=following.parties(cases[row.of_case], people),
            from_name=name(row.from_area),
            to_name=row.outside or name(row.to_area),
            may_see_case=row.of_case in seen,
            may_answer=acts(row.to_area) and row.state != "withdrawn",
            may_supply=acts(row.from_area) and row.state != "withdrawn",
            take_late=row.take_by is not None and row.take_by <= at,
            chase_late=row.chase_by is not None and row.chase_by <= at,
            minutes=minutes.get(row.of_case, []) if row.state in TAKEN else [],
        )
        for row in found
        if row.of_case in cases.keys() - gone
        and (row.of_case in seen or (acts(row.to_area) and row.state != "withdrawn"))
    ]
