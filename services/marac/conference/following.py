"""What follows meetings, as agencies and coordinators ask for it, and what they say of it. Sharing rules
first; each look is on record."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, literal, select, tuple_
from sqlmodel import col

from chassis.accept import Refused, Taken, own_header
from chassis.http.auth import Caller
from chassis.http.paging import Paging
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from chassis.store.tables import Instant, instant, micros
from contracts.content import Content
from contracts.events.configuration import AgencyDefined
from contracts.events.flags import FlagConfirmed, RepeatAnswered
from contracts.sections import Narrative
from contracts.vocabulary import FlagState
from services.marac import casefile, shown_after
from services.marac.conference import after_lists, rows
from services.marac.conference.after import AFTER
from services.marac.conference.after_lists import first_of, in_order, of_theirs
from services.marac.conference.after_lists import maracs_of as maracs_of
from services.marac.conference.after_rows import (
    CaseAfter,
    CaseAfterTable,
    RecordWaits,
    barred,
)
from services.marac.conference.held import Held, visible
from services.marac.conference.hers import way_of
from services.marac.conference.reach import of_token
from services.marac.conference.small import small
from services.marac.conference.ties import tied
from services.marac.conference.views import CASE, PERSON
from services.marac.rules import flags as flag_rules
from services.marac.rules import sharing
from services.marac.rules.repeat import months_after

FIRST: tuple[flag_rules.Stands, ...] = ("late", "owed", "lapsed", "not-heard", "lapsing")
"""How a flag stands that somebody is to see to, the first first."""
ANSWERED: tuple[flag_rules.Stands, ...] = ("flagged", "no-file")
"""How a flag stands of which an agency has said what it may say otherwise."""
Heads = Mapping[str, tuple[str, list[shown_after.PartyShown]]]
"""Of each case its letters and its parties."""


async def flags(runtime: Runtime, caller: Caller, page: Paging) -> shown_after.Flags:
    """What the caller's own agency is to flag, has flagged and lapses within a month, or may take off; one
    page of what it has said and may say otherwise; for a coordinator also who else is late. An agency sees of
    a case letters, parties and until when: whoever asks for it, in the areas that their token names."""
    at, own = runtime.clock.now(), barred([caller.agency])
    here = await of_token(runtime, caller, col(CaseAfterTable.subject))
    asked, more = await _asked(runtime, own, here, at)
    answered = await _answered(runtime, own, here, at, page)
    said, further = page.cut(answered, lambda row: (_until(row), row.case))
    found = {row.case: row for row in (*said, *asked)}
    for case in await tied(runtime, caller, set(found)):
        del found[case]
    cases = await small(runtime, found)
    people = await people_of(runtime, cases.values())
    heads = {case: (row.letters, parties(row, people)) for case, row in cases.items()}
    theirs = [line for case in found if case in heads for line in _of_agency(found[case], caller, heads, at)]
    first = [each for each in theirs if each.stands in FIRST]
    others, others_more = await _others(runtime, caller, at)
    shown = shown_after.Flags(
        at=at,
        flags=sorted(first, key=lambda each: (FIRST.index(each.stands), each.due or at, each.case)),
        answered=[each for each in theirs if each.stands in ANSWERED],
        repeats=[
            shown_after.RepeatOfTheirs(
                case=row.case,
                letters=heads[row.case][0],
                parties=heads[row.case][1],
                records=[each for each in row.repeats if each.agency == caller.agency],
            )
            for row in found.values()
            if row.case in heads and own in row.told_by
        ],
        others=others,
        agencies=await names(runtime),
        more=more or others_more,
        next=further,
    )
    records = {each.root for repeat in shown.repeats for each in repeat.records}
    await _record(runtime, caller, shown, cases.values(), records)
    return shown


async def _asked(
    runtime: Runtime, own: str, here: ColumnElement[bool], at: datetime
) -> tuple[list[CaseAfter], bool]:
    """Of which an agency is asked something, by the lists that it is on; and whether one of them is cut."""
    soon = months_after(at, flag_rules.LAPSES_SOON)
    found: list[CaseAfter] = []
    more = False
    for order, *where in (
        (CaseAfterTable.flags_due, _has(CaseAfterTable.owing, own)),
        (CaseAfterTable.flag_ends, col(CaseAfterTable.flag_ends) <= soon, _has(CaseAfterTable.flagged, own)),
        (CaseAfterTable.repeat_due, _has(CaseAfterTable.told_by, own)),
    ):
        read = await first_of(runtime, order, *where, here)
        found, more = [*found, *read[: after_lists.MOST]], more or len(read) > after_lists.MOST
    return found, more


async def _answered(
    runtime: Runtime, own: str, here: ColumnElement[bool], at: datetime, page: Paging
) -> list[CaseAfter]:
    """A page of those of which an agency has said what may still be changed, and one more."""
    until, case = col(CaseAfterTable.until), col(CaseAfterTable.subject)
    statement = select(case).where(until > at, _has(CaseAfterTable.answered, own), here)
    if page.after:
        statement = statement.where(
            tuple_(until, case) < tuple_(literal(instant(page.after[0]), Instant), str(page.after[1]))
        )
    return await in_order(runtime, statement.order_by(until.desc(), case.desc()).limit(page.limit + 1))


def _until(row: CaseAfter) -> int:
    return micros(row.until) if row.until else 0


def _has(column: object, own: str) -> ColumnElement[bool]:
    return col(column).contains(own, autoescape=True)


def _of_agency(row: CaseAfter, caller: Caller, heads: Heads, at: datetime) -> Iterator[shown_after.FlagShown]:
    """The flag of the caller's agency."""
    for line in row.flags:
        if line.agency != caller.agency:
            continue
        stands = flag_rules.stands(line.state, line.due, row.until, at)
        if stands is not None:
            letters, both = heads[row.case]
            yield shown_after.FlagShown(
                case=row.case, letters=letters, parties=both, until=row.until, due=line.due, stands=stands
            )


async def _others(
    runtime: Runtime, caller: Caller, at: datetime
) -> tuple[list[shown_after.OthersFlags] | None, bool]:
    """Which agencies are late, and with which of a coordinator's cases; and whether that is cut."""
    if sharing.RIGHTS[sharing.FOLLOW_UP].isdisjoint(caller.roles):
        return None, False
    soon = months_after(at, flag_rules.LAPSES_SOON)
    late = await of_theirs(runtime, caller, CaseAfterTable.flags_due, col(CaseAfterTable.flags_due) <= at)
    lapse = await of_theirs(runtime, caller, CaseAfterTable.flag_ends, col(CaseAfterTable.flag_ends) <= soon)
    found, cases = {row.case: row for row in (*late.rows, *lapse.rows)}, late.cases | lapse.cases
    lines = []
    for row in found.values():
        by: dict[str, list[str]] = {}
        for line in row.flags:
            stands = flag_rules.stands(line.state, line.due, row.until, at) if row.until else None
            by.setdefault(stands or "", []).append(line.agency)
        if row.until and any(by.get(each) for each in ("late", "lapsing", "lapsed")):
            lines.append(
                shown_after.OthersFlags(
                    case=row.case,
                    letters=cases[row.case].letters,
                    until=row.until,
                    late=by.get("late", []),
                    lapsing=by.get("lapsing", []),
                    lapsed=by.get("lapsed", []),
                )
            )
    return lines, late.more or lapse.more


async def repeats(runtime: Runtime, caller: Caller) -> shown_after.Repeats:
    """The cases of the caller's MARACs that are to be referred again or looked at, and the victims to be told
    what a meeting came to; the first to be late first."""
    at = runtime.clock.now()
    again = await of_theirs(runtime, caller, CaseAfterTable.repeat_due)
    look = await of_theirs(runtime, caller, CaseAfterTable.look_since)
    untold = await of_theirs(runtime, caller, CaseAfterTable.tell_due)
    none = await of_theirs(runtime, caller, CaseAfterTable.decided_at)
    cases = again.cases | look.cases | untold.cases | none.cases
    people = await people_of(runtime, cases.values())
    victims = {each.person for case in untold.cases.values() if (each := case.victim)}
    hers = await Held(runtime).many(PERSON, rows.ConferencePerson, victims, "person")
    page = shown_after.Repeats(
        at=at,
        repeats=[
            shown_after.RepeatShown(
                **_waiting(row, row.repeats, cases[row.case], people),
                due=row.repeat_due,
                late=row.repeat_due <= at,
            )
            for row in again.rows
            if row.repeat_due
        ],
        to_look_at=[
            shown_after.ToLookAt(**_waiting(row, row.to_look_at, cases[row.case], people))
            for row in look.rows
            if row.look_since
        ],
        decided=[
            shown_after.NoRepeat(case=row.case, letters=cases[row.case].letters, answer=each)
            for row in none.rows
            for each in row.decided
        ],
        not_told=[_not_told(row, cases[row.case], hers, at) for row in untold.rows if row.tell_due],
        agencies=await names(runtime),
        more=any(each.more for each in (again, look, untold, none)),
    )
    records = {each.root for case in (*page.repeats, *page.to_look_at) for each in case.records}
    records |= {each.root for one in page.decided for each in one.answer.records}
    records |= {one.answer.root for one in page.decided}
    await _record(runtime, caller, page, cases.values(), records)
    return page


def _waiting(
    row: CaseAfter,
    records: Sequence[RecordWaits],
    case: rows.ConferenceCase,
    people: Mapping[str, rows.PersonInBrief],
) -> dict[str, Any]:
    return {
        "case": row.case,
        "letters": case.letters,
        "parties": parties(case, people),
        "records": list(records),
        "definition": row.definition or "current",
        "anchor": row.anchor or "referral",
        "since": max(row.met[-1], records[0].recorded),
    }


def _not_told(
    row: CaseAfter, case: rows.ConferenceCase, people: Mapping[str, rows.ConferencePerson], at: datetime
) -> shown_after.NotTold:
    victim = case.victim
    due = row.tell_due or at
    return shown_after.NotTold(
        case=row.case,
        letters=case.letters,
        mention=victim.mentions[0] if victim else "",
        met=row.met[-1],
        due=due,
        late=due <= at,
        tried=row.tell_tried,
        teller=row.teller,
        safe_to_tell=row.safe_to_tell,
        way=way_of(people.get(victim.person) if victim else None, at).without_contact(),
    )


async def confirm(runtime: Runtime, caller: Caller, case: str, state: FlagState, key: str | None) -> Taken:
    """Say how the caller's agency has flagged its file. Raises Problem (404) for an agency that is not asked
    about this case and has no flag on for it, for a case of another area than the caller's token names, and
    for whoever has a tie to its parties."""
    subject = col(CaseAfterTable.subject)
    theirs = await of_token(runtime, caller, subject)
    found = await in_order(runtime, select(subject).where(subject == case, theirs))
    asked = {line.agency for row in found for line in row.flags}
    may_say = caller.agency in asked or await runtime.said_under(caller, key)
    if not may_say or await tied(runtime, caller, [case]):
        raise not_found()
    said = FlagConfirmed(case=case, state=state)
    return await say(runtime, caller, said, sharing.FLAG, key)


async def answer_repeat(
    runtime: Runtime, caller: Caller, case: str, records: Sequence[str], text: str, key: str | None
) -> Taken:
    """Decide that these records, or assessments, make a case no repeat. Raises Problem (404) for whoever may
    not see the case; Refused (422) for a record that does not wait there."""
    await seen(runtime, caller, case)
    row = await after_of(runtime, case)
    waits = {each.root for each in (*row.repeats, *row.to_look_at)} if row else set()
    if not waits.issuperset(records) and not await runtime.said_under(caller, key):
        raise Refused("no-such-record", "body.records")
    said = RepeatAnswered(case=case, records=list(records), words=Narrative(text=text))
    return await say(runtime, caller, said, sharing.FOLLOW_UP, key)


async def repeat_after_all(
    runtime: Runtime, caller: Caller, case: str, answer: str, key: str | None
) -> Taken:
    """Take back that records make a case no repeat: they wait again, from when they did. Raises Problem (404)
    for whoever may not see the case; Refused (422) for what holds nothing back there."""
    await seen(runtime, caller, case)
    again = await taken_back(runtime, caller, key, RepeatAnswered, f"k:{case}")
    if again and again.root == answer:
        return again
    row = await after_of(runtime, case)
    if row is None or answer not in {each.root for each in row.decided}:
        raise Refused("no-such-answer", "root")
    return await take_back(runtime, caller, [answer], sharing.FOLLOW_UP, key)


async def after_of(runtime: Runtime, case: str) -> CaseAfter | None:
    """What follows the meetings of a case."""
    return cast("CaseAfter | None", await runtime.row(AFTER, case))


async def seen(runtime: Runtime, caller: Caller, case: str) -> rows.ConferenceCase:
    """A case that the caller may see. Raises Problem (404)."""
    row = await Held(runtime).one(CASE, rows.ConferenceCase, case)
    if row is None or row.withdrawn or case not in await visible(runtime, caller, [row]):
        raise not_found()
    return row


async def say(runtime: Runtime, caller: Caller, said: Content, right: str, key: str | None) -> Taken:
    """Record what a caller says now, and wait a moment until the rows have it. Said again under one key, it
    was said when it was first."""
    first = await runtime.said_under(caller, key)
    header = own_header(first.occurred if first else runtime.clock.now())
    taken = await runtime.take(header, said, caller=caller, right=right, idempotency_key=key)
    await runtime.folded(said.keys(taken.root))
    return taken


async def take_back(
    runtime: Runtime, caller: Caller, roots: Sequence[str], right: str, key: str | None
) -> Taken:
    """Withdraw what was said by mistake, as it stands now, and wait until the rows have it: the last of these
    facts under the key, so that a try that broke off is gone on with."""
    for root in roots:
        newest = (await runtime.fact(root)).versions(root)[-1]
        under = key if root == roots[-1] else None
        taken = await runtime.revise(
            root, newest.version, None, None, caller=caller, right=right, idempotency_key=under
        )
        await runtime.folded(newest.envelope.keys.split())
    return taken


async def taken_back(
    runtime: Runtime, caller: Caller, key: str | None, kind: type[Content], *about: str
) -> Taken | None:
    """The first answer, where a caller has taken back under this key a fact of this type that is filed under
    all of ``about``; None: they have not, and it is to be done."""
    said = await runtime.said_under(caller, key)
    if said is None or not said.withdrawn or said.envelope.type != kind.type:
        return None
    if not set(about) <= set(said.envelope.keys.split()):
        return None
    return Taken(said.id, said.root, said.version, said.accepted, repeated=True)


async def names(runtime: Runtime) -> dict[str, str]:
    """The names of all agencies, by their codes."""
    defined = casefile.agencies_of(await runtime.configuration(AgencyDefined))
    return {agency: said.name for agency, said in defined.items()}


async def people_of(runtime: Runtime, cases: Iterable[rows.ConferenceCase]) -> dict[str, rows.PersonInBrief]:
    """Who the two sides of these cases are, by person."""
    wanted = {
        each.person
        for case in cases
        for each in (*((case.victim,) if case.victim else ()), *case.perpetrators)
    }
    return await Held(runtime).many(PERSON, rows.PersonInBrief, wanted, "person")


def parties(
    case: rows.ConferenceCase, people: Mapping[str, rows.PersonInBrief]
) -> list[shown_after.PartyShown]:
    """Both sides of a case, by name and date of birth and no more."""
    both = (*((case.victim,) if case.victim else ()), *case.perpetrators)
    known = [(each.role, people[each.person].identity if each.person in people else None) for each in both]
    return [
        shown_after.PartyShown(role=role, name=who.name if who else None, born=who.born if who else ())
        for role, who in known
    ]


async def _record(
    runtime: Runtime,
    caller: Caller,
    page: shown_after.Shown,
    cases: Iterable[rows.ConferenceCase],
    records: Iterable[str],
) -> None:
    body = page.model_dump_json(exclude={"at", "agencies", "next"}).encode()
    said = [(await runtime.fact(root)).versions(root)[-1].id for root in sorted(records)]
    await runtime.shown(caller, AFTER.name, caller.id, body, [*(case.fact for case in cases), *said])
