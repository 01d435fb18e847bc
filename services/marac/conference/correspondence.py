"""What the IDVA and the officer in a case write to each other, and read. Nobody else does: not the room, not
the coordinator, and no line of the case's page is made of it. Each look is on record."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlmodel import col

from chassis.accept import Refused, Taken, own_header
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.events.configuration import AgencyDefined
from contracts.events.support import MessageSent
from contracts.rules.pattern import many_left
from contracts.rules.safe_contact import SafeWay
from contracts.sections import Narrative, Routing
from contracts.vocabulary import CaseRole
from services.marac import casefile
from services.marac.conference import rows
from services.marac.conference.held import Held
from services.marac.conference.hers import way_of
from services.marac.conference.messages import MESSAGE, MessageRow, MessageTable
from services.marac.conference.support import who_is_in
from services.marac.conference.support_rows import InCase, Support
from services.marac.conference.ties import tied
from services.marac.conference.views import CASE, PERSON
from services.marac.rules import sharing
from services.marac.rules.team import told_of


class Shown(BaseModel):
    """Base of what is shown."""

    model_config = ConfigDict(frozen=True)


class Message(Shown):
    """One message. ``text`` is null where it is sealed; ``due`` where it needs no answer, or has one."""

    cause: str
    agency: str
    to: CaseRole
    to_you: bool
    sent: datetime
    text: str | None
    answers: str | None
    due: datetime | None
    late: bool


class Messages(Shown):
    """The messages of a case, the newest first; whom they are between; and which way to reach the victim is
    safe now. ``you`` is the caller's part."""

    at: datetime
    case: str
    letters: str
    you: CaseRole
    way: SafeWay
    without_answer: int = Field(description="breaches without an answer in 24 hours, from 3 on")
    messages: list[Message]
    others: list[InCase] = Field(description="who reads what the caller writes; empty: nobody is named yet")
    team: list[InCase] = Field(description="who is in the case, as far as the caller is told")
    agencies: dict[str, str]


class Waiting(Shown):
    """Cases of the caller's with a message that waits for an answer, the first to be late first."""

    at: datetime
    messages: list["WaitingLine"]


class WaitingLine(Shown):
    """A message that waits. Its words are read where the case's messages are opened."""

    case: str
    letters: str
    to_you: bool
    sent: datetime
    due: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Party:
    """A case as one of its two parties has it."""

    case: rows.ConferenceCase
    victim: rows.CasePerson
    support: Support
    known: rows.ConferencePerson | None
    """What is known of the victim."""
    you: CaseRole

    @property
    def other(self) -> CaseRole:
        """To whom the caller writes."""
        return CaseRole.IDVA if self.you is CaseRole.OFFICER_IN_CASE else CaseRole.OFFICER_IN_CASE


async def messages(runtime: Runtime, caller: Caller, case: str) -> Messages:
    """The messages of a case. Raises Problem (404) for whoever is not one of the two."""
    party = await _party(runtime, caller, case)
    if party is None:
        raise not_found()
    found, at = await _of_case(runtime, party), runtime.clock.now()
    (known,), way = await Held(runtime).known([party.case]), way_of(party.known, at)
    inside = {(each.part, each.agency) for each in who_is_in(party.support)}
    named = [each for each in party.support.team if (each.part, each.agency) in inside]
    page = Messages(
        at=at,
        case=case,
        letters=party.case.letters,
        you=party.you,
        way=way.without_address()
        if sharing.may_see_contact(caller.roles, client=party.you is CaseRole.IDVA)
        else way.without_contact(),
        without_answer=many_left(known.pattern.without_answer),
        messages=[_shown(row, party.you, at) for row in found],
        others=[each for each in named if each.part is party.other],
        team=[each for each in named if told_of(each.part, party.you)],
        agencies=await _names(runtime),
    )
    facts = [row.fact for row in found] + [each.root for each in page.team]
    await runtime.shown(
        caller, MESSAGE.name, case, page.model_dump_json(exclude={"at", "agencies"}).encode(), facts
    )
    return page


async def waiting(runtime: Runtime, caller: Caller) -> Waiting:
    """The messages that wait for an answer, in the cases that the caller is a party of."""
    at, due = runtime.clock.now(), col(MessageTable.due)
    order = select(MessageTable).where(due.is_not(None)).order_by(due, col(MessageTable.subject))
    found = cast("list[MessageRow]", await runtime.rows(MESSAGE, order))
    parties = await _parties(runtime, caller, {row.of_case for row in found})
    theirs = [row for row in found if await _is_of(runtime, row, parties.get(row.of_case))]
    lines = [
        WaitingLine(
            case=row.of_case,
            letters=party.case.letters,
            to_you=row.to is party.you,
            sent=row.sent,
            due=row.due,
            late=row.due <= at,
        )
        for row in theirs
        if (party := parties.get(row.of_case)) and row.due
    ]
    seen = Waiting(at=at, messages=lines)
    body = seen.model_dump_json(exclude={"at"}).encode()
    await runtime.shown(caller, MESSAGE.name, caller.id, body, [row.fact for row in theirs])
    return seen


async def send(
    runtime: Runtime, caller: Caller, case: str, text: str, answers: str | None, key: str | None
) -> Taken:
    """Send a message to the other of the two. Raises Problem (404) for whoever is neither; Refused (422) for
    an answer to what is no message to them."""
    party = await _party(runtime, caller, case)
    if party is None:
        raise not_found()
    to_them = {row.cause for row in await _of_case(runtime, party) if row.to is party.you}
    if answers is not None and answers not in to_them:
        raise Refused("no-such-message", "body.answers")
    said = MessageSent(
        case=case,
        victim=party.victim.mentions[0],
        to=party.other,
        words=Narrative(text=text),
        answers=answers,
        routing=Routing(area=party.case.area) if party.case.area else None,
    )
    header = own_header(runtime.clock.now())
    taken = await runtime.take(header, said, caller=caller, right=sharing.MESSAGE, idempotency_key=key)
    await runtime.folded(said.keys(taken.root))
    return taken


async def _party(runtime: Runtime, caller: Caller, case: str) -> Party | None:
    """The case, and which of the two the caller is in it; None: neither."""
    return (await _parties(runtime, caller, [case])).get(case)


async def _parties(runtime: Runtime, caller: Caller, cases: Collection[str]) -> dict[str, Party]:
    """Those of these cases in which the caller is one of the two, by id."""
    held, gone = Held(runtime), await tied(runtime, caller, cases)
    found = (await held.many(CASE, rows.ConferenceCase, set(cases) - gone, "case")).values()
    standing = [(row, row.victim) for row in found if row.victim and not row.withdrawn]
    hers = {victim.person for _, victim in standing}
    people = await held.many(PERSON, rows.ConferencePerson, hers, "person")
    parties: dict[str, Party] = {}
    for row, victim in standing:
        known = people.get(victim.person)
        support = known.support if known else Support()
        you = sharing.writes_as(caller.roles, caller.agency, caller.id, who_is_in(support))
        if you:
            parties[row.case] = Party(row, victim, support, known, you)
    return parties


async def _of_case(runtime: Runtime, party: Party) -> list[MessageRow]:
    table = select(MessageTable).where(col(MessageTable.of_case) == party.case.case)
    found = cast("list[MessageRow]", await runtime.rows(MESSAGE, table))
    theirs = [row for row in found if await _is_of(runtime, row, party)]
    return sorted(theirs, key=lambda row: (row.sent, row.cause), reverse=True)


async def _is_of(runtime: Runtime, row: MessageRow, party: Party | None) -> bool:
    """Whether a message is about whoever is the victim of its case today: a referral that is corrected to
    name the other party gives nobody what was written about the first."""
    about = row.victim and await runtime.person_of(row.victim)
    return party is not None and about == party.victim.person


def _shown(row: MessageRow, you: CaseRole, at: datetime) -> Message:
    return Message(
        cause=row.cause,
        agency=row.agency,
        to=row.to,
        to_you=row.to is you,
        sent=row.sent,
        text=row.text,
        answers=row.answers,
        due=row.due,
        late=row.due is not None and row.due <= at,
    )


async def _names(runtime: Runtime) -> dict[str, str]:
    defined = casefile.agencies_of(await runtime.configuration(AgencyDefined))
    return {agency: said.name for agency, said in defined.items()}
