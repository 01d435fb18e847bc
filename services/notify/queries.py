"""What staff are shown of alerts: those that wait for an answer, and those that they have taken.

Everything here is for one caller and asks ``rules/sharing.py`` first. An alert tells that there is
one, how urgent it is and who was called; never about whom, where, or under which order.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, select
from sqlmodel import col

from chassis.accept import Refused
from chassis.archive import Archive
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.ledger import digest
from chassis.rows import canonical
from chassis.runtime import Runtime
from chassis.views import Subject
from contracts.envelope import Id
from contracts.rules.clocks import CLOCKS
from contracts.vocabulary import AlertRule, Channel, DeliveryResult, Post, StandDown, Urgency
from services.notify import unanswered
from services.notify.broken_channels import channel_of
from services.notify.calls import Call, tried
from services.notify.resolved import NO_WORDS, ResolvedShown, resolved_shown, words_of
from services.notify.rules import rota, sharing
from services.notify.rules.answering import no_passing_on
from services.notify.rules.grouping import together
from services.notify.rules.ladder import step_of
from services.notify.rules.resolving import BY_STEPS, no_resolving
from services.notify.unanswered import Waits
from services.notify.views import ALERT, AlertRow, AlertTable, every, fold

MINE_FOR = timedelta(hours=24)
"""How long an alert that somebody took stays on their page: the 24 hours in which a breach is to
be responded to (HMICFRS 2021). It stays in the record, and at its own address, for ever."""

MOST_MINE = 50
About = Literal["breach", "order", "link", "person", "meeting", "question", "alert", "goldthread"]


class Who(StrEnum):
    """A member of staff as others may know them here: by the post in which they were called."""

    YOU = "you"
    FIRST = "first"
    SECOND = "second"
    SUPERVISOR = "supervisor"
    DUTY_OFFICER = "duty_officer"
    ANOTHER = "another"


class MessageShown(BaseModel):
    """A call's message on one channel: when the latest was told of it, and what; null: not tried yet."""

    model_config = ConfigDict(frozen=True)

    channel: Channel
    result: DeliveryResult | None
    at: datetime | None


class CallShown(BaseModel):
    """One call that was made."""

    model_config = ConfigDict(frozen=True)

    post: Post
    you: bool = Field(description="whether it is the caller who was called")
    nobody: bool = Field(description="whether nobody is on the rota for it")
    due: datetime
    tried: datetime | None = Field(
        description="when a message was first tried, or was in front of them; null: not yet"
    )
    tries: int = Field(description="tries on every channel but the live page")
    delivered: bool = Field(description="whether one of them is known to have arrived; not an answer")
    messages: list[MessageShown] = Field(
        default_factory=list, description="how they were called, and what is known of each"
    )


class AlertShown(BaseModel):
    """One alert, with nothing in it about a victim, an alleged perpetrator or a place."""

    model_config = ConfigDict(frozen=True)

    cause: Id = Field(description="the opaque id by which an alert is opened and answered")
    number: str = Field(examples=["4821"], description="by which people speak of it")
    rule: AlertRule
    generation: int = Field(description="with the rule: which of the alerts about one cause this is")
    about: About = Field(description="what it is to open")
    urgency: Urgency
    state: Literal["unanswered", "answered", "stood-down"]
    raised: datetime
    tries: int = Field(description="the steps of the ladder that have been called")
    calls: list[CallShown] = Field(description="those of the last step called, its post first")
    called_you: bool = Field(description="whether the caller was called at any step")
    nobody: bool = Field(description="whether a call went out with nobody on the rota to take it")
    went_round: bool = Field(
        default=False, description="whether everybody was called and nobody has answered: it starts again"
    )
    next_due: datetime | None = Field(description="when the next person is called if nobody answers")
    next_post: Post | None
    may_answer: bool
    may_pass_on: bool
    answered_by: Who | None
    answered_at: datetime | None
    stood_down_at: datetime | None
    because: StandDown | None = Field(default=None, description="why it was stood down, where that is told")
    resolved: ResolvedShown | None = Field(default=None, description="what was done about it")
    say_by: datetime | None = Field(default=None, description="by when what was done is to be said")
    may_resolve: bool = Field(default=False, description="whether the caller may say what was done")
    by_steps: bool = Field(default=False, description="whether the breach's own steps say what was done")
    rota_of: str | None = Field(default=None, description="the area whose rota has the gap, of `rota-gap`")
    waits: Waits | None = Field(default=None, description="those that nobody answers, of `unanswered`")
    channel: Channel | None = Field(default=None, description="by which no message goes out, of `channel`")
    group: Id | None = Field(
        default=None, description="of those that wait: alerts about the same people have the same here"
    )
    others: list["AlertShown"] = Field(
        default_factory=list, description="further alerts about the cause, each to be answered by its rule"
    )


class Alerts(BaseModel):
    """What is on the page of somebody on call."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    fresh_until: datetime | None = Field(
        default=None, description="before when all that anybody had accepted is here; null: not known"
    )
    waiting: list[AlertShown] = Field(description="unanswered: the most urgent first, then the oldest")
    mine: list[AlertShown] = Field(description="taken by the caller in the last 24 hours, newest first")
    called_off: list[AlertShown] = Field(
        default_factory=list,
        description="for which the caller was called, and whose breach was withdrawn in the last 24 hours"
        " before anybody had taken them",
    )


async def alerts(runtime: Runtime, caller: Caller) -> Alerts:
    """Both lists of the page of somebody on call."""
    at, fresh = runtime.clock.now(), await runtime.fresh_until()
    return Alerts(
        at=at,
        fresh_until=fresh,
        waiting=await waiting(runtime, caller),
        mine=await mine(runtime, caller),
        called_off=await _shown(runtime, caller, await _called_off(runtime, caller)),
    )


async def waiting(runtime: Runtime, caller: Caller) -> list[AlertShown]:
    """The unanswered alerts that the caller may see: the most urgent first, then the oldest.

    Being shown them is recorded, and is a try of the caller's own calls: they are in front of them.
    """
    rows = await _waiting(runtime, caller)
    await _in_front(runtime, caller, rows)
    rows.sort(key=lambda row: list(Urgency).index(row.urgency))
    return await _shown(runtime, caller, rows, together({row.cause: row.about for row in rows}))


async def mine(runtime: Runtime, caller: Caller) -> list[AlertShown]:
    """The standing or stood-down alerts that the caller took in the last 24 hours, newest first."""
    return await _shown(runtime, caller, await _mine(runtime, caller))


async def list_mark(runtime: Runtime, caller: Caller) -> str:
    """A short mark of what stands on the caller's list: another one whenever that changes, and never
    because of an alert that they may not see. Nothing is shown by it."""
    rows = [each for of in (_waiting, _mine, _called_off) for each in await of(runtime, caller)]
    return digest(b"\n".join(canonical(row) for row in rows))


async def _waiting(runtime: Runtime, caller: Caller) -> list[AlertRow]:
    statement = (
        select(AlertTable)
        .where(col(AlertTable.waiting))
        .order_by(col(AlertTable.raised), col(AlertTable.subject))
    )
    return await _seen(runtime, caller, statement)


async def _mine(runtime: Runtime, caller: Caller) -> list[AlertRow]:
    since = runtime.clock.now() - MINE_FOR
    statement = (
        select(AlertTable)
        .where(col(AlertTable.acknowledged_by) == caller.id, col(AlertTable.acknowledged_at) >= since)
        .order_by(col(AlertTable.acknowledged_at).desc(), col(AlertTable.subject))
        .limit(MOST_MINE)
    )
    return await _seen(runtime, caller, statement)


async def _called_off(runtime: Runtime, caller: Caller) -> list[AlertRow]:
    """By the alert that tells of the withdrawal, which is raised at once and for each."""
    since = runtime.clock.now() - MINE_FOR
    statement = (
        select(AlertTable)
        .where(col(AlertTable.tells_withdrawn), col(AlertTable.raised) >= since)
        .order_by(col(AlertTable.raised), col(AlertTable.subject))
    )
    rows = cast("list[AlertRow]", await runtime.rows(ALERT, statement))
    return [
        other.model_copy(update={"facts": row.facts})
        for row in rows
        for other in row.others
        if other.called_off and caller.id in other.called
    ]


async def alert(
    runtime: Runtime, caller: Caller, cause: str, rule: AlertRule | None = None
) -> AlertShown | None:
    """One alert as it stands this moment, or None if there is none that the caller may see."""
    row = await current(runtime, cause, rule)
    if row is None or not may_see(caller, row):
        return None
    if row.waiting:
        await _in_front(runtime, caller, [row])
    words = await words_of(runtime, [each for each in (row, *row.others) if reads_words(caller, each)])
    return (await _shown(runtime, caller, [row], words=words))[0]


def missing(runtime: Runtime) -> Exception:
    """Why the caller finds no alert. While the store is read back from the log nobody can tell whether
    there is one: they are to ask again."""
    return not_found() if runtime.knows_all else Refused("catching-up", status=503)


async def current(runtime: Archive, cause: str, rule: AlertRule | None = None) -> AlertRow | None:
    """The alert folded from the facts that are saved by now: who has just answered sees it. Of several about
    the cause that of a rule, if there is one, else the first."""
    facts = await runtime.facts([f"o:{cause}"])
    subject = Subject(cause, facts, await runtime.configuration(*rota.CONFIGURATION), runtime.clock.now())
    rows = [cast("AlertRow", each.row) for each in every(subject)] if rule else []
    return next((row for row in rows if row.rule is rule), cast("AlertRow | None", fold(subject).row))


def may_see(caller: Caller, row: AlertRow) -> bool:
    """Whether the caller may see this alert at all."""
    return sharing.may_see(caller.id, caller.roles, caller.areas, _reach(row))


def may_answer(caller: Caller, row: AlertRow) -> bool:
    """Whether the caller may take this alert."""
    return sharing.may_answer(caller.id, caller.roles, caller.areas, _reach(row))


def reads_words(caller: Caller, row: AlertRow, said_by: str | None = None) -> bool:
    """Whether the caller reads in words what was done about an alert, or what ``said_by`` said of it."""
    part = {row.acknowledged_by, row.resolved.person if row.resolved else None, said_by}
    return may_answer(caller, row) and sharing.may_read_words(caller.id, caller.areas, _reach(row), part)


def as_shown(caller: Caller, row: AlertRow, words: Mapping[str, str] = NO_WORDS) -> AlertShown:
    """An alert's row as one caller is shown it, with the words that they may read."""
    state: Literal["unanswered", "answered", "stood-down"] = "unanswered"
    if not row.standing:
        state = "stood-down"
    elif row.acknowledged_by is not None:
        state = "answered"
    answers = may_answer(caller, row)
    return AlertShown(
        cause=row.cause,
        number=row.number,
        rule=row.rule,
        generation=row.generation,
        about=_about(row.rule),
        urgency=row.urgency,
        state=state,
        raised=row.raised,
        tries=len({step_of(call.rung) for call in row.calls}),
        calls=[_call_shown(caller, call) for call in row.last_step],
        called_you=caller.id in row.called,
        nobody=row.nobody,
        went_round=row.went_round,
        next_due=row.next_due,
        next_post=row.next.calls[0].post if row.next else None,
        may_answer=answers and row.waiting,
        may_pass_on=answers
        and no_passing_on(row.standing, row.acknowledged_by, row.called, caller.id) is None,
        answered_by=_who(caller, row),
        answered_at=row.acknowledged_at,
        stood_down_at=row.stood_down_at,
        because=row.because,
        resolved=resolved_shown(row.resolved, caller, words),
        say_by=row.say_by,
        may_resolve=answers and no_resolving(row.rule, row.acknowledged_by is not None) is None,
        by_steps=row.rule in BY_STEPS,
        rota_of=row.rota_of,
        waits=row.waits,
        others=[as_shown(caller, other, words) for other in row.others if may_see(caller, other)],
    )


def _about(rule: AlertRule) -> About:
    if rule in sharing.OF_OPERATORS:
        return "goldthread"
    if rule is AlertRule.NO_CLOCKS:
        return "order"
    return CLOCKS[rule].about if rule in CLOCKS else "breach"


def _call_shown(caller: Caller, call: Call) -> CallShown:
    return CallShown(
        post=call.post,
        you=call.person == caller.id,
        nobody=call.person is None,
        due=call.due,
        tried=min((at for at in (call.tried, call.in_front) if at), default=None),
        tries=sum(message.attempts for message in call.messages),
        delivered=any(message.result is DeliveryResult.DELIVERED for message in call.messages),
        messages=[
            MessageShown(
                channel=message.channel,
                result=message.result,
                at=message.told_at or message.taken_at or message.last_attempt,
            )
            for message in call.messages
        ],
    )


def _who(caller: Caller, row: AlertRow) -> Who | None:
    if row.acknowledged_by is None:
        return None
    if row.acknowledged_by == caller.id:
        return Who.YOU
    posts = [Who(call.post) for call in row.calls if call.person == row.acknowledged_by]
    return posts[0] if posts else Who.ANOTHER


def _reach(row: AlertRow) -> sharing.Reach:
    theirs = row.rule is unanswered.RULE
    return sharing.Reach(
        row.areas,
        row.called,
        nobody=row.nobody and not theirs,
        of_goldthread=row.rule in sharing.OF_OPERATORS,
        went_round=row.went_round,
    )


async def _seen(runtime: Runtime, caller: Caller, statement: Select[Any]) -> list[AlertRow]:
    rows = cast("list[AlertRow]", await runtime.rows(ALERT, statement))
    return [row for row in rows if may_see(caller, row)]


async def _shown(
    runtime: Runtime,
    caller: Caller,
    rows: Sequence[AlertRow],
    groups: Mapping[str, str] | None = None,
    words: Mapping[str, str] = NO_WORDS,
) -> list[AlertShown]:
    of = groups or {}
    shown = [
        as_shown(caller, row, words).model_copy(
            update={"group": of.get(row.cause), "channel": channel_of(runtime.ids, row.cause)}
        )
        for row in rows
    ]
    await asyncio.gather(
        *(
            runtime.shown(caller, ALERT.name, row.cause, one.model_dump_json().encode(), row.facts)
            for row, one in zip(rows, shown, strict=True)
        )
    )
    return shown


async def _in_front(runtime: Runtime, caller: Caller, rows: Sequence[AlertRow]) -> None:
    """Record that the caller has their calls in front of them: the live page's try. A call that
    found nobody on the rota is everybody's whom it is shown to."""
    at = runtime.clock.now()
    calls = [
        (row.cause, call.id)
        for row in rows
        for alert in (row, *row.others)
        for call in alert.calls
        if call.in_front is None and call.person in (caller.id, None)
    ]
    await runtime.say(
        tried(cause, call, Channel.LIVE_PAGE, 1, DeliveryResult.DELIVERED, at) for cause, call in calls
    )
