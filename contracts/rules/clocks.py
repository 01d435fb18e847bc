"""Every deadline of Goldthread, one line each: what starts and stops it, how long it is, whose it is.

Source: ``domain.md`` 4.2 to 4.7 and 9.13, law of England and Wales as read on 26 November 2026; the statute
of each line is to be checked before a force relies on it. Urgencies, owners, and what is told again are
Goldthread's own, to be agreed with each force. Whichever service holds the facts that start a clock says
that it runs; ``notify`` runs it, knowing no more than this table and the time at which it runs out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from contracts.envelope import utc
from contracts.rules.after_clocks import AFTER
from contracts.rules.before_clocks import BEFORE
from contracts.rules.children_clocks import CHILDREN
from contracts.rules.circulation_clocks import CIRCULATING
from contracts.rules.clock import Calendar as Calendar
from contracts.rules.clock import Clock as Clock
from contracts.rules.clock import Limit as Limit
from contracts.rules.cover import LOOK_BACK
from contracts.rules.identity_clocks import IDENTITY
from contracts.rules.occurrence import LONDON
from contracts.rules.order_questions import months_on
from contracts.rules.order_status import HEARING_HOURS, CourtHours
from contracts.rules.school_day import next_day
from contracts.rules.support_clocks import SUPPORT
from contracts.vocabulary import AlertRule, ClockOwner, Urgency

PAST = timedelta(days=7)
"""What ran out so long before it became known runs no clock: whoever sends the records of a year calls
nobody out of bed."""
MISSED: Mapping[AlertRule, timedelta] = {AlertRule.BAIL_ENDED: LOOK_BACK}
"""Those of which somebody is called for longer: bail that ended with nothing in its place is a high-risk
event (``domain.md`` 4.6), and its end may come with a batch of each week. As long as the pages miss it."""
HOWEVER_LATE = frozenset({AlertRule.PATTERN, AlertRule.NO_ANSWER})
"""Rules whose clock runs all the same: of a pattern nobody is called, and what is newer would be hidden with
it; the answer to a breach is asked for however late, and has no clock where nobody is."""


@dataclass(frozen=True, slots=True)
class Calendars:
    """The calendars that know of holidays: when so many of a court's hours after a time have passed, or of
    custody, where bank holidays count; and which day is so many working days after a day, or before it."""

    court_hours: CourtHours
    custody_hours: CourtHours
    working_days: Callable[[date, int], date]


def _bail(months: int, next_rank: str) -> Clock:
    return Clock(
        about="order",
        started=f"police bail whose officer may give {months} months at most, with no earlier end: counted"
        " from the day of the arrest, where that is told",
        stopped=f"an end by then, or authorised by {next_rank}; it is ended",
        limit=Limit(months, Calendar.MONTHS),
        owner=ClockOwner.OFFICER_IN_CASE,
        urgency=Urgency.HOUR,
        late=f"bail has lapsed unless {next_rank} has authorised more",
        source="Police and Criminal Evidence Act 1984 s47ZB to 47ZG; Police, Crime, Sentencing and Courts Act"
        " 2022 s45",
    )


def _ends(days: int, urgency: Urgency, after: str = "the next look-ahead is over") -> Clock:
    return Clock(
        about="order",
        started="an order or bail, not a notice, that ends, the look-ahead before this one being over",
        stopped="another between the same people, in force and served, goes on after it, whatever it"
        f" forbids; an order is discharged, or the case of bail is over; {after}; not an order's end alone",
        limit=Limit(days, Calendar.DAYS_BEFORE),
        owner=ClockOwner.ORDERS_TEAM,
        urgency=urgency,
        late=f"it ends within {days} days, and nothing takes its place",
        source="domain.md 4.7 (a design note); HMICFRS 2021 on the risk between bail and what follows",
    )


def _notify(started: str, source: str) -> Clock:
    return Clock(
        about="order",
        started=f"{started}; once the respondent has notified, that they have another name or home, or none"
        " fixed, as the order tells (`details_changed`): from the day of the change",
        stopped="the order says when the respondent had notified, not before the change; it is discharged",
        limit=Limit(3, Calendar.DAYS_INCLUSIVE),
        owner=ClockOwner.OFFENDER_MANAGER,
        urgency=Urgency.DAY,
        late="not to have notified is an offence, unless another order already asked for it",
        source=source,
    )


def _owed(started: str, stopped: str, limit: Limit, owner: ClockOwner, late: str, source: str) -> Clock:
    return Clock(
        about="person",
        started=started,
        stopped=stopped,
        limit=limit,
        owner=owner,
        urgency=None,
        late=f"it is a gap on the case's page and in the agenda: {late}",
        source=source,
    )


_CODE = "Code of Practice for Victims of Crime, 2020"
_STANDARD = "Without enhanced rights the limit is 5 working days"


def _tell(started: str, source: str, more: str = _STANDARD) -> Clock:
    return _owed(
        started,
        "the victim is told, or a reason lets it stand: no safe way, or not wanted. To have tried stops"
        " nothing",
        Limit(1, Calendar.WORKING_DAYS),
        ClockOwner.TELLS_VICTIM,
        f"the victim is left without news. {more}",
        f"{_CODE}, {source} (domain.md 6)",
    )


CLOCKS: Mapping[AlertRule, Clock] = {
    AlertRule.NO_ANSWER: Clock(
        about="breach",
        started="the first record of a breach, officers being sent, or its suspect being outstanding,"
        " arrested or interviewed",
        stopped="a step by which somebody has gone, looked or spoken to somebody; after officers were sent,"
        " an arrest or an interview, one that tells what came of it",
        limit=Limit(24, Calendar.HOURS),
        owner=ClockOwner.RESPONSE,
        urgency=None,
        late="the rule of answers calls the supervisor, and again (decision 0025). After one that had no"
        " answer the limit is 12 hours, then 4; whoever took its alert has 2 hours to take a step where it"
        " is to be answered now, as at high risk, and 8 within the hour; and so has whoever was sent to tell"
        " what came of it. A suspect who is outstanding is asked for after a day, told more than four weeks"
        " late within a day and two hours after it came. What came of an arrest or an interview is asked for"
        " after 72 hours, and each week. Whoever takes it closes nothing: it is told again until a step"
        " answers",
        source="HMICFRS 2021: a response within 24 hours of the report, at high risk at once. The shorter"
        " times are Goldthread's own",
    ),
    AlertRule.UNRESOLVED: Clock(
        about="alert",
        started="somebody takes an alert. Of a breach its own steps say what was done (no-answer)",
        stopped="somebody says what was done about it; it is stood down, or given back. That it could not be"
        " done stops nothing: then the clock runs out at once",
        limit=Limit(2, Calendar.HOURS),
        owner=ClockOwner.TOOK_ALERT,
        urgency=Urgency.HOUR,
        late="the supervisor is called, and it is a gap on the case's page until it is said. For an alert to"
        " be answered within the hour the limit is 8 hours, within the day 24",
        source="domain.md 5; HMICFRS 2021: a response within 24 hours of the report. Times are Goldthread's"
        " own",
        grace=timedelta(0),
    ),
    AlertRule.PRODUCTION: Clock(
        about="breach",
        started="an arrest for the breach of a DVPN, DVPO, DAPN, occupation order or court bail, of an order"
        " beside one of these, or of one not known. Told again within the limit it is the same arrest",
        stopped="a later step: charged, at court, sentenced, acquitted, released, no further action, no"
        " breach found, outstanding, closed",
        limit=Limit(24, Calendar.COURT_HOURS),
        owner=ClockOwner.CUSTODY,
        urgency=Urgency.NOW,
        late="whoever is held without having been before a court must be let go. Bank holidays count where"
        " the breach is of an occupation order or court bail, or its order is not known: the earlier time"
        " (from memory, to be checked)",
        source="Crime and Security Act 2010 s26 and s29; Domestic Abuse Act 2021 s26; Family Law Act 1996"
        " s47(7); Bail Act 1976 s7(7)",
    ),
    AlertRule.PATTERN: Clock(
        about="breach",
        started="the facts about two people together name an offence, or something happens that was not known"
        " when it was decided. Of all that is named one clock runs, on the first breach between them",
        stopped="an officer decides each, and says why; *not yet* stops it for a week; it is named no more",
        limit=Limit(24, Calendar.HOURS),
        owner=ClockOwner.OFFICER_IN_CASE,
        urgency=None,
        late="it is a gap on the case's page and in the agenda, and each breach's page asks for it. Nobody is"
        " called. The limit is that of threats to kill and strangulation; of other offences it is 72 hours",
        source="domain.md 5; HMICFRS 2021: in 52 of 83 files of breaches nobody saw stalking, or coercive"
        " control. The times are Goldthread's own",
    ),
    AlertRule.HEARING: Clock(
        about="order",
        started="service of a DVPN or DAPN in person",
        stopped="a DVPO or DAPO between the same people is made or refused; the notice is discharged. That"
        " the court adjourned, or a later end that a correction gives the notice, moves it",
        limit=Limit(HEARING_HOURS, Calendar.COURT_HOURS),
        owner=ClockOwner.ORDERS_TEAM,
        urgency=Urgency.NOW,
        late="the notice has lapsed: nothing keeps the respondent away, and it must come off PNC",
        source="Crime and Security Act 2010 s27; Domestic Abuse Act 2021 s29",
    ),
    AlertRule.RETURN_DATE: Clock(
        about="order",
        started="an order made without notice: the day on which the court hears both sides; bail by a court"
        " of which no end is told: the day of the next hearing",
        stopped="it is no longer without notice, has a later day, is discharged, or another order goes on;"
        " of bail too that it has an end, that a court gave bail anew in the same case, or that it is over",
        limit=Limit(1, Calendar.DAYS_INCLUSIVE),
        owner=ClockOwner.ORDERS_TEAM,
        urgency=Urgency.DAY,
        late="nobody told what the court decided: the order may be another one, or none",
        source="Family Law Act 1996 s45(3); of bail domain.md 4.7 (return dates)",
    ),
    **CIRCULATING,
    AlertRule.NOTIFY_DAPO: _notify("a DAPO is made", "Domestic Abuse Act 2021 s41: from the day it is made"),
    AlertRule.NOTIFY_SPO: _notify(
        "a stalking protection order, full or interim, is served",
        "Stalking Protection Act 2019 s9: from the day of service",
    ),
    AlertRule.BAIL_3: _bail(3, "an inspector"),
    AlertRule.BAIL_6: _bail(6, "a superintendent"),
    AlertRule.BAIL_9: _bail(9, "a magistrates' court"),
    AlertRule.ENDS_14: _ends(14, Urgency.DAY),
    AlertRule.ENDS_7: _ends(7, Urgency.DAY),
    AlertRule.ENDS_2: _ends(2, Urgency.HOUR, "bail has ended"),
    AlertRule.BAIL_ENDED: Clock(
        about="order",
        started="bail that ends, or is ended: charged, released under investigation, no further action; or"
        " the case is told to be over that it may have been given in (then it is in doubt: CHECK PNC)",
        stopped="an order or bail between the same people, in force and served, that goes on after it,"
        " whatever it forbids",
        limit=Limit(0, Calendar.DAYS_BEFORE),
        owner=ClockOwner.OFFICER_IN_CASE,
        urgency=Urgency.NOW,
        late="nothing keeps the respondent away: a high-risk event. No IDVA is on a rota: the case's page"
        " tells them that bail ended, and why, or that it is in doubt; unless no breach was found it asks"
        " for the risk anew, and that the victim is told",
        source="domain.md 4.6",
        grace=timedelta(0),
    ),
    **IDENTITY,
    AlertRule.CANDIDATE: Clock(
        about="person",
        started="the month ends in which an offender was put forward to a MATAC, for harm to a repeat victim",
        stopped="a coordinator of a MATAC decides: taken up, or not and why",
        limit=Limit(1, Calendar.MONTHS),
        owner=ClockOwner.MATAC,
        urgency=None,
        late="the list of candidates says so, and nobody is called. It is told by whole months, and is on no"
        " list of clocks: the day would tell of the victim",
        source="HMICFRS 2021, lines 1365-1369; a MATAC meets every four weeks (domain.md 2.1)",
    ),
    AlertRule.RISK_REVIEW: Clock(
        about="person",
        started="a change that opens a review of the victim's risk (docs/risk.md): of several the first to be"
        " late",
        stopped="an assessment that gives a grade, made after it",
        limit=Limit(24, Calendar.HOURS),
        owner=ClockOwner.RISK_OWNER,
        urgency=None,
        late="it is a gap on the case's page and in the agenda, for whoever assessed last. Nobody is called:"
        " no rota of those on call is theirs. For an order made, a court, a pregnancy or a new child the"
        " limit is 5 working days; before a hearing no later than its eve",
        source="College of Policing, APP, victim safety (domain.md 1.3); times are Goldthread's own",
    ),
    AlertRule.PLAN_INADEQUATE: _owed(
        "an assessment or a referral leaves the risk high or unknown, and there is no safety plan; one is"
        " refused as inadequate (docs/plans.md), or a change makes it so, and no other is adequate",
        "an adequate plan",
        Limit(24, Calendar.HOURS),
        ClockOwner.PLAN_OWNER,
        "no plan stands that protects. For medium and standard risk the limit is 5 working days",
        "HMICFRS 2021, lines 1387-1418; times are Goldthread's own",
    ),
    AlertRule.PLAN_REVIEW: _owed(
        "a change that opens a review of the risk (docs/risk.md), another grade, or the plan's own date",
        "an adequate plan that is newer, or somebody who finds that it stands",
        Limit(24, Calendar.HOURS),
        ClockOwner.PLAN_OWNER,
        "the plan is for a risk that is no more. The limit is that of the review of the risk; five working"
        " days after a lower grade",
        "College of Policing, APP, victim safety (domain.md 1.3)",
    ),
    AlertRule.VICTIM_CONTRACT: _owed(
        "the first crime or breach against the victim is recorded",
        "a victim contract: how often, how and by whom the victim is to be told",
        Limit(1, Calendar.WORKING_DAYS),
        ClockOwner.TELLS_VICTIM,
        f"nothing is agreed. {_STANDARD}",
        f"{_CODE}, right 3 and 6: at report",
    ),
    AlertRule.TELL_ARREST: _tell("a suspect is arrested", "right 6"),
    AlertRule.TELL_INTERVIEW: _tell("a suspect is interviewed", "right 6"),
    AlertRule.TELL_BAIL: _tell("bail is given; its conditions or its end are varied", "right 6"),
    AlertRule.TELL_CHARGE: _tell("a suspect is charged", "right 6"),
    AlertRule.TELL_RELEASE: _tell(
        "no further action on a breach or an incident; bail ends; police, a court or a prison release",
        "right 6",
    ),
    AlertRule.TELL_COURT: _tell(
        "a hearing of a criminal court is listed, and not by the victim's own word; a breach was before a"
        " court; a court convicted for an incident; it sentenced or acquitted for either",
        "right 8 and 9",
        "For everybody alike",
    ),
    AlertRule.TELL_ROUTINE: _tell(
        "the victim contract, and whatever the victim is told after it",
        "right 6",
        "The limit is the days that the contract says",
    ),
    **CHILDREN,
    **SUPPORT,
    **BEFORE,
    **AFTER,
}
"""The table: by the rule under which somebody is told."""

LOOK_AHEAD = (AlertRule.ENDS_14, AlertRule.ENDS_7, AlertRule.ENDS_2)
"""The lines that look ahead to the end of an order, the farthest first."""


def deadline(limit: Limit, start: datetime, calendars: Calendars) -> datetime:
    """When a clock of this limit that starts then runs out, in UTC. One that ends with a day runs out at
    11:59pm of it, in London."""
    day = start.astimezone(LONDON).date()
    match limit.calendar:
        case Calendar.HOURS:
            return utc(start) + timedelta(hours=limit.n)
        case Calendar.COURT_HOURS:
            return calendars.court_hours(start, limit.n)
        case Calendar.DAYS_BEFORE:
            return utc(start.astimezone(LONDON) - timedelta(days=limit.n))
        case Calendar.DAYS_INCLUSIVE:
            return end_of(day + timedelta(days=limit.n - 1))
        case Calendar.WORKING_DAYS:
            return end_of(calendars.working_days(day, limit.n))
        case Calendar.SCHOOL_DAYS:
            return next_day(start, None, calendars.working_days)
        case Calendar.WORKING_DAYS_BEFORE:
            return end_of(calendars.working_days(day, -limit.n))
        case Calendar.MONTHS:
            return end_of(months_on(day, limit.n))


def end_of(day: date) -> datetime:
    """The last minute of a day in London, in UTC."""
    return utc(datetime.combine(day, time(23, 59), LONDON))


def runs_out(rule: AlertRule, start: datetime, calendars: Calendars) -> datetime:
    """When the clock of this rule that starts then runs out."""
    return deadline(CLOCKS[rule].limit, start, calendars)


@dataclass(frozen=True, slots=True)
class Running:
    """A clock that was started and not stopped. ``answered``: somebody was told that it had run out, and a
    named person took it."""

    rule: AlertRule
    generation: int
    due: datetime
    area: str | None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Moves:
    """What is to be said now: the clocks to stop, and the rules of those to start."""

    stop: tuple[Running, ...]
    start: tuple[AlertRule, ...]


def moves(
    running: Iterable[Running],
    stopped: Iterable[AlertRule],
    wanted: Mapping[AlertRule, datetime],
    area: str | None,
    at: datetime,
) -> Moves:
    """What makes those run that should. One that runs out at another time is stopped and started anew; so is
    one whose area is another, unless somebody has already taken it: it is theirs. ``stopped`` are the rules
    of those that ran before: what comes back was known, however long it is over."""
    known = tuple(running)
    kept = {
        clock.rule
        for clock in known
        if wanted.get(clock.rule) == clock.due and (clock.answered or clock.area == area)
    }
    ran = {clock.rule for clock in known} | {*stopped} | HOWEVER_LATE
    new = [
        rule
        for rule in wanted
        if rule not in kept and (rule in ran or wanted[rule] + MISSED.get(rule, PAST) > at)
    ]
    return Moves(tuple(clock for clock in known if clock.rule not in kept), tuple(sorted(new)))


def calls_at(rule: AlertRule, due: datetime, started: datetime, generation: int) -> datetime | None:
    """From when on somebody is called for a clock that was started then. None: another rule tells. What was
    moved, to another time or area, has been known for long enough."""
    clock = CLOCKS[rule]
    if clock.urgency is None:
        return None
    return max(due, started + clock.grace) if generation == 1 else due
