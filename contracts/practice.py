"""Documents for practitioners, generated from the rule tables, so that they can be checked by hand."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from contracts.rules.clocks import CLOCKS, Calendar, Limit
from contracts.rules.order_life import LIVES, Life
from contracts.rules.order_types import (
    BAIL_MONTHS,
    OCCUPATION_LIMITED,
    OCCUPATION_MONTHS,
    ORDER_TYPES,
    PARTS,
    Ends,
    TypeOfOrder,
)
from contracts.rules.regimes import PILOT
from contracts.vocabulary import OccupationSection, OrderType

HEADINGS = ("Order", "Law", "Who applies or gives", "Lowest rank", "Court", "Life", "Requirements", "Arrest")

LIFE_HEADINGS = (
    "Order",
    "Law",
    "Interim",
    "Service",
    "Is it enough to know of it",
    "Varied on the word of; where",
    "Longer",
    "Discharged on the word of",
    "Appeal",
    "Ends",
)

ENDS = {
    Ends.FIXED: "to an end that is given",
    Ends.FIXED_OR_OPEN: "to an end that is given, or until further order",
    Ends.DECIDED: "until something else is decided",
}


_APPEAL = (
    "",
    "## While an appeal is under way",
    "",
    "An appeal suspends nothing by itself (from"
    " memory of Family Procedure Rules 2010 r30.8 and Civil Procedure Rules r52.16, and of other courts'"
    " appeals: to be checked). `appealed` says when it was lodged, and every page that says what holds of"
    " an order says so too. What became of it is told by a correction: the stage *discharged*; what the"
    " court varied, without `appealed`; or, where it was dismissed, the order as it was, without"
    " `appealed`. That a court suspended an order until it decides has no code: it is told as discharged,"
    " and as made anew. An appeal against a type that has none by the table, or from before the order was"
    " made, is asked about. No clock runs for one, however long it is: one that nobody ends is shown as"
    " under way.",
    "",
)


_RUI = (
    "",
    "Release under investigation (RUI) is no order, and has no line: nothing binds whoever is so released"
    " (`domain.md` 4.6). It is told as why police bail ended (`ended_because`), or as how far the law has"
    " come with an incident (`released-under-investigation`): bail that may be of that case is in doubt from"
    " then, and somebody is called where nothing is in its place.",
    "",
)


def orders() -> str:
    """The table of order types, in Markdown."""
    rows = [
        (
            f"**{kind.value}**",
            known.law,
            ", ".join(_words(each) for each in known.applies),
            _rank(known),
            known.court,
            _life(known),
            known.requirements.value + (", each with its supervisor" if known.supervised else ""),
            known.arrest.value,
            f"{known.breach.value}: {known.penalty}",
        )
        for kind, known in ORDER_TYPES.items()
    ]
    lives = [(f"**{kind.value}**", *_life_of(life)) for kind, life in LIVES.items()]
    bail = [(f"up to {months} months", f"{rank.value} or higher") for months, rank in BAIL_MONTHS]
    return "\n".join(
        (
            "# Orders: what Goldthread takes the law to be",
            "",
            "Written from `contracts/rules/order_types.py` by `make contracts`. If a line is wrong, the rule"
            " is wrong: say so.",
            "",
            *table((*HEADINGS, "Breach: the most it can bring"), rows),
            "",
            "## What may become of it",
            "",
            "Written from `contracts/rules/order_life.py`. *To be checked* is not yet known to be so.",
            "",
            *table(LIFE_HEADINGS, lives),
            *_APPEAL,
            *_regimes(),
            *_at_a_time(),
            "## Who may give police bail",
            "",
            *table(("From its beginning", "Rank"), [*bail, ("longer", "magistrates' court")]),
            *_RUI,
        )
    )


CALENDARS = {
    Calendar.HOURS: "hours",
    Calendar.COURT_HOURS: "court hours",
    Calendar.DAYS_INCLUSIVE: "days, beginning with the day itself",
    Calendar.WORKING_DAYS: "working days after it",
    Calendar.SCHOOL_DAYS: "school day: half past eight of the next",
    Calendar.WORKING_DAYS_BEFORE: "working days before it",
    Calendar.MONTHS: "months, to the end of the same day",
    Calendar.DAYS_BEFORE: "days before it",
}
CLOCK_HEADINGS = ("Clock", "Started by", "Stopped by", "Limit", "Whose", "When late", "Urgency", "Source")


_OF_ALL_CLOCKS = (
    "All in London's time. Hours are those that pass, whatever the clocks on walls do. Court hours"
    " are none on a Sunday, Good Friday, Christmas Day or a bank holiday; a Saturday counts. What"
    " ends with a day runs out at 11:59pm.",
    "",
    "What is owed to a victim ends when an agency records that they have died: no line about a person"
    " whom somebody would have to reach, assess or tell runs on (decision 0052).",
    "",
    "A clock stops too when what started it is withdrawn, or corrected to what starts none.",
    "",
    "When a clock runs out that has an urgency, the supervisor is called, then the duty officer, then"
    " whoever is on call, until somebody takes it: no sooner than two hours after it became known,"
    " but at once of bail that ended, of an emergency meeting, of an alert that was taken and of a"
    " victim whom three tries did not reach. What was over for a week when it became known calls"
    " nobody; bail that ended and that nothing replaces, for two weeks; the answer to a breach is"
    " asked for however late, but for what came of officers who were sent, an arrest or an interview"
    " told more than four weeks late.",
    "",
)


def clocks() -> str:
    """The table of clocks, in Markdown."""
    rows = [
        (
            f"**{rule.value}**",
            clock.started,
            clock.stopped,
            limit_of(clock.limit),
            clock.owner.value,
            clock.late,
            clock.urgency.value if clock.urgency else "none by this line",
            clock.source,
        )
        for rule, clock in CLOCKS.items()
    ]
    return "\n".join(
        (
            "# Clocks: every deadline that Goldthread runs",
            "",
            "Written from `contracts/rules/clocks.py` by `make contracts`. If a line is wrong, the rule is"
            " wrong: say so.",
            "",
            *table(CLOCK_HEADINGS, rows),
            "",
            *_OF_ALL_CLOCKS,
        )
    )


def limit_of(limit: Limit) -> str:
    """A limit in words."""
    if limit.n == 0:
        return "that moment"
    one_day = limit.n == 1 and limit.calendar is Calendar.DAYS_INCLUSIVE
    words = CALENDARS[limit.calendar]
    words = words.replace("days", "day").replace("months", "month") if limit.n == 1 else words
    return "that day" if one_day else f"{limit.n} {words}"


def _regimes() -> list[str]:
    pilot = [(each.area, str(each.since or "to be checked"), each.source) for each in PILOT]
    return [
        "## Two regimes side by side",
        "",
        "DVPN and DVPO are of the Crime and Security Act 2010. DAPN and DAPO are a pilot, in these areas;"
        " which have joined since November 2025 is to be checked. In Goldthread an area says since when it is"
        " in the pilot (`dapo_from`, `contracts/rules/regimes.py`), by whoever may define it. A DAPN or DAPO"
        " made outside it is asked about, and so is a DVPN made inside it.",
        "",
        *table(("Area", "In the pilot since", "Source"), pilot),
        "",
    ]


def _life_of(life: Life) -> tuple[str, ...]:
    enough = {None: "to be checked", True: "yes", False: "no"}[life.aware_is_enough]
    becomes = f"; may become a {life.becomes.value}" if life.becomes else ""
    varied, discharged = (", ".join(_words(who) for who in each) for each in (life.varied, life.discharged))
    return (
        life.law,
        _words(life.interim) + becomes,
        _words(life.service),
        enough,
        f"{varied}; {_words(life.at)}",
        _words(life.extended),
        discharged,
        _words(life.appeal),
        _words(life.expires),
    )


def _words(code: StrEnum) -> str:
    return code.value.replace("-", " ")


def _rank(known: TypeOfOrder) -> str:
    if known.rank is None:
        return "none"
    needless = f"; from {known.needless.value} on a lower one would have done" if known.needless else ""
    return f"{known.rank.value}{needless}"


def _at_a_time() -> list[str]:
    sections = ", ".join(each.value for each in OccupationSection if each in OCCUPATION_LIMITED)
    occupation = (f"under {sections}", f"{OCCUPATION_MONTHS} months", "Family Law Act 1996")
    parts = [(each.order.value, each.part.value, f"{each.months} months", each.law) for each in PARTS]
    return [
        "## What lasts only so long at a time",
        "",
        "It may be made again. One that ends later, or whose end or section nobody told, is asked about. The"
        " sections are to be checked.",
        "",
        *table(("Order", "Part", "At most", "Law"), [*parts, (OrderType.OCCUPATION.value, *occupation)]),
        "",
    ]


def _life(known: TypeOfOrder) -> str:
    limits = [
        f"at least {known.shortest} days" if known.shortest else "",
        f"at most {known.longest} days" if known.longest else "",
    ]
    return ", ".join((ENDS[known.ends], *filter(None, limits)))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table in Markdown."""
    return [f"| {' | '.join(cells)} |" for cells in (headings, ["---"] * len(headings), *rows)]
