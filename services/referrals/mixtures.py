"""Who was shown two people as one: from the audit of every service, and from what feeds told; and the clock
that runs from then."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import structlog
from pydantic import AwareDatetime, BaseModel

from chassis.accept import Taken, own_header
from chassis.clock import add_working_days, court_deadline, custody_deadline
from chassis.facts import FactSet, read_fact
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from chassis.store import prepared
from chassis.store.tables import micros
from chassis.views import Saying, Subject
from contracts.content import Said
from contracts.events.clocks import ClockStarted
from contracts.events.identity import IdentityAssigned, MixtureAnswered
from contracts.events.operations import AuditShown
from contracts.rules.clocks import Calendars, runs_out
from contracts.sections import Routing
from contracts.vocabulary import AlertRule
from services.referrals.actions import areas_of, may_review, may_see_link
from services.referrals.feeds.access import READ, access_of
from services.referrals.feeds.entries import feed_of, told_between
from services.referrals.feeds.rows import FedRow, fold_fed
from services.referrals.links import REFERRALS_LINK, AnswerLine, UndoneLink, UndoneLinkTable
from services.referrals.rules import sharing
from services.referrals.rules.witnessing import Part, mixes

LOOK_SECONDS = 2.0
"""How often the audit is looked at for links that were undone."""
WATCHED = timedelta(hours=72)
"""For how long after it was undone it is looked whether somebody turns out to have been shown the mixture."""
CALENDARS = Calendars(court_deadline, custody_deadline, add_working_days)

log = structlog.get_logger()


class Shown(BaseModel):
    """Somebody who was shown facts of both as one person's: how often, and when last. Of a partner's system
    that its feed told of a stranger, with no role: ``person`` is the feed."""

    person: str
    agency: str
    roles: tuple[str, ...]
    views: tuple[str, ...]
    times: int
    last: AwareDatetime


class Mixture(BaseModel):
    """A link that was undone, and who had been shown the mixture, the last first. ``pairs``: those of the
    records that the caller may see side by side."""

    cause: str
    pairs: tuple[tuple[str, str], ...]
    at: AwareDatetime
    due: AwareDatetime | None
    shown: tuple[Shown, ...]
    answer: AnswerLine | None


async def open_mixture(runtime: Runtime, caller: Caller, cause: str) -> Mixture:
    """A link that was undone. Raises Problem (404) where there is none that is the caller's."""
    link = await _theirs(runtime, caller, cause)
    looks = await _shown(runtime, link)
    pairs = [pair for pair in link.parted if await may_review(runtime, caller, pair)]
    return Mixture(
        cause=cause, pairs=tuple(pairs), at=link.at, due=link.due, shown=tuple(looks), answer=link.answer
    )


async def unanswered(runtime: Runtime, caller: Caller) -> list[UndoneLink]:
    """The links that were undone of late or whose clock runs, of which nobody has said what was done: with
    somebody of the caller's on either side, the oldest first."""
    table = UndoneLinkTable.__table__  # type: ignore[attr-defined]
    rows = [row for row in await runtime.rows(REFERRALS_LINK, table.select()) if isinstance(row, UndoneLink)]
    late = runtime.clock.now() - WATCHED
    open_ = [row for row in rows if row.answer is None and (row.due or row.at > late)]
    open_.sort(key=lambda row: (row.at, row.cause))
    return [row for row in open_ if await may_see_link(runtime, caller, row)]


async def answer(runtime: Runtime, caller: Caller, said: MixtureAnswered, key: str | None) -> Taken:
    """Record what was done, now. Raises as ``Runtime.take`` does."""
    header = own_header(runtime.clock.now())
    return await runtime.take(header, said, caller=caller, right=sharing.ANSWER_LINK, idempotency_key=key)


async def watch_links(runtime: Runtime) -> None:
    """Start the clock of each link that was undone and that somebody had been shown, for ever.
    Two processes say the same, once."""
    looked: dict[str, datetime] = {}
    while True:
        try:
            await watch_once(runtime, looked)
        except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
            log.warning("links.unwatched", reason=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


async def watch_once(runtime: Runtime, looked: dict[str, datetime]) -> None:
    """Look at the audit for each link that is watched: at what can have come since it was looked last.
    ``looked``: of each link, before when all that anybody had accepted was here, and nobody had seen it."""
    table = UndoneLinkTable.__table__  # type: ignore[attr-defined]
    late = runtime.clock.now() - WATCHED
    for row in await runtime.rows(REFERRALS_LINK, table.select()):
        if not isinstance(row, UndoneLink) or row.due is not None or row.at <= late:
            continue
        since = looked.get(row.cause)
        if since is not None and since > row.at:
            continue
        here = await runtime.fresh_until()
        if await _shown(runtime, row, since):
            await _start(runtime, row)
        elif here is not None:
            looked[row.cause] = here


async def _start(runtime: Runtime, link: UndoneLink) -> None:
    due = runs_out(AlertRule.MIXTURE, link.at, CALENDARS)
    mentions = [mention for pair in link.parted for mention in pair]
    areas = [area for mention in mentions for area in await areas_of(runtime, mention)]
    routing = Routing(area=areas[0]) if areas else None
    said = ClockStarted(rule=AlertRule.MIXTURE, cause=link.cause, generation=1, due=due, routing=routing)
    await runtime.say([Saying(AlertRule.MIXTURE, link.cause, 1, said, occurred=link.at)])


async def _theirs(runtime: Runtime, caller: Caller, cause: str) -> UndoneLink:
    row = await runtime.row(REFERRALS_LINK, cause)
    if not isinstance(row, UndoneLink) or not await may_see_link(runtime, caller, row):
        raise not_found()
    return row


async def _shown(runtime: Runtime, link: UndoneLink, since: datetime | None = None) -> list[Shown]:
    """Who was shown facts of any two parts in one look, or of one who asked for the other, while they were
    one; of the audit from ``since`` on,
    or from when they became one. It is read in a thread: there may be much of it."""
    mentions = {one: link.parts.get(one, (one,)) for pair in link.parted for one in pair}
    facts = {one: await _facts_of(runtime, part) for one, part in mentions.items()}
    part = {one: Part(frozenset(records), facts[one]) for one, records in mentions.items()}
    parts = [(part[one], part[other]) for one, other in link.parted]
    if since is None:
        since = await _linked_since(runtime, {mention for part in mentions.values() for mention in part})
    statement = prepared(
        "select body from fact where type = :type and accepted between :since and :undone order by accepted"
    )
    async with runtime.store.reading() as connection:
        values = {"type": AuditShown.type, "since": micros(since), "undone": micros(link.at)}
        bodies = (await connection.execute(statement, values)).scalars().all()
    audit = await asyncio.to_thread(lambda: FactSet(read_fact(body.encode()) for body in bodies))
    times: Counter[str] = Counter()
    found: dict[str, Shown] = {}
    for fact in audit.current(AuditShown):
        said = fact.said
        if not mixes(said.view, said.facts, fact.accepted, parts, link.at, said.asked):
            continue
        times[said.person] += 1
        before = found.get(said.person)
        found[said.person] = Shown(
            person=said.person,
            agency=said.viewer_agency,
            roles=tuple(said.roles),
            views=tuple(sorted({said.view, *(before.views if before else ())})),
            times=times[said.person],
            last=fact.accepted,
        )
    told = await _told_of_a_stranger(runtime, link, facts, since)
    return sorted([*found.values(), *told], key=lambda each: each.last, reverse=True)


async def _told_of_a_stranger(
    runtime: Runtime, link: UndoneLink, facts: Mapping[str, frozenset[str]], since: datetime
) -> list[Shown]:
    """Each partner whose feed told it, while they were one, of a part that by itself was not theirs to know.
    What a feed told stands in its entries: a look at it shows many."""
    access = access_of(await runtime.configuration(*READ))
    alone: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in link.parted:
        alone[one] |= facts[one] - facts[other]
        alone[other] |= facts[other] - facts[one]
    rows = {one: await _by_itself(runtime, link, one) for one in alone}
    found = []
    for agency, feed in access.feeds.items():
        strangers = [alone[one] for one, row in rows.items() if not access.reach(feed, row).follows]
        asked = frozenset[str]().union(*strangers)
        told = await told_between(runtime.store, runtime.ids, agency, asked, since, link.at)
        if told:
            person, last = feed_of(runtime.ids, agency), max(told.values())
            found.append(
                Shown(person=person, agency=agency, roles=(), views=("feed",), times=len(told), last=last)
            )
    return found


async def _by_itself(runtime: Runtime, link: UndoneLink, one: str) -> FedRow:
    """What feeds would have known of a part until the link was undone, had it been somebody of its own."""
    mentions = link.parts.get(one, (one,))
    facts = await runtime.facts([f"m:{mention}" for mention in mentions])
    known = FactSet(fact for fact in facts if fact.accepted <= link.at)
    homes = dict.fromkeys(mentions, one)
    row = fold_fed(Subject(one, known, FactSet(), link.at, homes=homes)).row
    return row if isinstance(row, FedRow) else FedRow(person=one, cases=(), facts=())


async def _facts_of(runtime: Runtime, mentions: Collection[str]) -> frozenset[str]:
    facts = await runtime.facts([f"m:{mention}" for mention in mentions])
    return frozenset(fact.id for fact in facts if fact.content is None or isinstance(fact.content, Said))


async def _linked_since(runtime: Runtime, mentions: Collection[str]) -> datetime:
    facts = await runtime.facts([f"m:{mention}" for mention in sorted(mentions)])
    return min(fact.accepted for fact in facts.current(IdentityAssigned))
