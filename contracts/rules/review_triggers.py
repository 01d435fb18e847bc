"""The table of what opens a review of a victim's risk, and how long it may take.

Source: College of Policing, APP on domestic abuse, *victim safety* (release, charge, the run-up to a trial,
a sentence, an order imposed or expiring, family proceedings, as read 2026-11; ``domain.md`` 1.3 and 14); a
move from bail to nothing is an event of high risk (``domain.md`` 4.6); the Dash asks about separation,
pregnancy, escalation and stalking; three incidents in twelve months (SafeLives referral form, 2015). No
source gives a time: each is Goldthread's own (2026-11), to be agreed with each area.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.rules.clocks import Calendar, Limit
from contracts.vocabulary import BreachStep, IncidentKind, LegalStatus, Offence, ReviewTrigger

DAY = Limit(24, Calendar.HOURS)
WEEK = Limit(5, Calendar.WORKING_DAYS)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: which facts open a review, of any agency; and how long it may take."""

    opened_by: str
    limit: Limit
    source: str


APP = "College of Policing, APP, victim safety (domain.md 1.3)"
ASKED = "asked by the Dash (domain.md 1.3); a change re-opens a grade (domain.md 2.6)"
BAIL_OVER = "domain.md 4.6"

TRIGGERS: Mapping[ReviewTrigger, Line] = {
    ReviewTrigger.BREACH: Line("a breach against the victim", DAY, "HMICFRS 2021; domain.md 1.3"),
    ReviewTrigger.GRAVE_INCIDENT: Line(
        "an incident of strangulation, threats to kill, stalking, grievous harm, rape or sexual assault",
        DAY,
        "judgement triggers of domain.md 1.2",
    ),
    ReviewTrigger.ESCALATION: Line(
        "the third occurrence in 12 months, and each after it, by any agency's records; unless it is graver",
        DAY,
        "domain.md 1.2",
    ),
    ReviewTrigger.STALKING_NAMED: Line("an officer records stalking in what was done", DAY, ASKED),
    ReviewTrigger.SEPARATION: Line(
        "an agency that called them partners or married calls them former", DAY, ASKED
    ),
    ReviewTrigger.PREGNANCY: Line("a health record says pregnant, and none did for 280 days", WEEK, ASKED),
    ReviewTrigger.NEW_CHILD: Line("a household names a child whom none before it named", WEEK, ASKED),
    ReviewTrigger.NEW_RELATIONSHIP: Line(
        "any agency names as partner or married, by a full name, whom none named so before, nor another as a"
        " former one, once any has named a partner or a former one in full, or the same agency any partner",
        WEEK,
        APP,
    ),
    ReviewTrigger.RELEASED: Line(
        "bail is given, a court acquits, or police, court or prison release who was held for a breach or an"
        " incident: they are out",
        DAY,
        APP,
    ),
    ReviewTrigger.CHARGED: Line("a charge, for a breach or an incident", DAY, APP),
    ReviewTrigger.AT_COURT: Line("a breach is before a court; a court convicts for an incident", WEEK, APP),
    ReviewTrigger.SENTENCED: Line("a court sentences for a breach or an incident", WEEK, APP),
    ReviewTrigger.NO_FURTHER_ACTION: Line("no further action on a breach or an incident", DAY, BAIL_OVER),
    ReviewTrigger.BAIL_VARIED: Line(
        "a condition of bail is lifted or changed: what kept the respondent away may do so no more",
        DAY,
        f"{BAIL_OVER}, of its end. Of a condition it is Goldthread's own",
    ),
    ReviewTrigger.BAIL_ENDED: Line("bail ends or is ended", DAY, BAIL_OVER),
    ReviewTrigger.ORDER_MADE: Line("an order is made, or an interim one", WEEK, APP),
    ReviewTrigger.ORDER_ENDED: Line("an order ends or is discharged", DAY, APP),
    ReviewTrigger.RUN_UP_TO_TRIAL: Line(
        "a trial or a sentence is 14 days away, or it is listed later than that; by the eve of its day",
        WEEK,
        f"{APP}. The 14 days and the eve are Goldthread's own",
    ),
    ReviewTrigger.FAMILY_PROCEEDINGS: Line(
        "a hearing of a family court is listed, about child contact or anything else; by the eve of its day",
        WEEK,
        f"{APP}. The eve is Goldthread's own",
    ),
    ReviewTrigger.HEARING_HELD: Line(
        "the last day of a hearing of any court is over, whatever came of it", WEEK, APP
    ),
}
"""The table."""

GRAVE = frozenset(
    {
        *(IncidentKind.NON_FATAL_STRANGULATION, IncidentKind.THREATS_TO_KILL, IncidentKind.STALKING),
        *(IncidentKind.GRIEVOUS_BODILY_HARM, IncidentKind.RAPE, IncidentKind.SEXUAL_ASSAULT),
    }
)
STALKING = frozenset({Offence.STALKING, Offence.SERIOUS_STALKING})
STEPS = {
    BreachStep.CHARGED: ReviewTrigger.CHARGED,
    BreachStep.AT_COURT: ReviewTrigger.AT_COURT,
    BreachStep.SENTENCED: ReviewTrigger.SENTENCED,
    BreachStep.ACQUITTED: ReviewTrigger.RELEASED,
    BreachStep.RELEASED: ReviewTrigger.RELEASED,
    BreachStep.NO_FURTHER_ACTION: ReviewTrigger.NO_FURTHER_ACTION,
}
LAW = {
    LegalStatus.RELEASED_UNDER_INVESTIGATION: ReviewTrigger.RELEASED,
    LegalStatus.CHARGED: ReviewTrigger.CHARGED,
    LegalStatus.RELEASED_BY_COURT: ReviewTrigger.RELEASED,
    LegalStatus.CONVICTED: ReviewTrigger.AT_COURT,
    LegalStatus.SENTENCED: ReviewTrigger.SENTENCED,
    LegalStatus.RELEASED: ReviewTrigger.RELEASED,
    LegalStatus.ACQUITTED: ReviewTrigger.RELEASED,
    LegalStatus.NO_FURTHER_ACTION: ReviewTrigger.NO_FURTHER_ACTION,
}
"""Of what the law does about an incident. An arrest is in none of the source's triggers."""
