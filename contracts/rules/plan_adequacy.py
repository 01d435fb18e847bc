"""Whether a safety plan is adequate: every named reason why it is not, and where.

Source: HMICFRS (2021), lines 1387-1418: nearly half of the files had no adequate risk-management plan, and
one said *as above*; plans are to extend beyond the investigation, through the court and beyond, to be
reasoned by PLANBI, and to have actions for the grade (College of Policing, APP). One named owner of the plan:
College APP, *victim safety* (``domain.md`` 1.3). Children are victims in their own right (Domestic Abuse Act
2021 s3). What each reason asks for in detail is Goldthread's own (2026-11), to be agreed with each area.
Unknown is never adequate: an unknown grade is planned for as high.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict

from contracts.events.owed import PlanMade
from contracts.rules.occurrence import normal
from contracts.vocabulary import Grade, PlanChildren, PlanFault, PlanHeading

REASONS = {
    PlanFault.SAYS_NOTHING: "a heading, an action, contact, release, court or what is planned for children"
    " says nothing, or points elsewhere: *as above*, *see log*, *n/a*, *TBC*",
    PlanFault.HEADING_MISSING: "one of the headings of PLANBI is not answered: proportionality, legality,"
    " accountability, necessity, best information at the time",
    PlanFault.NO_ACTIONS: "no action is named",
    PlanFault.ACTION_NO_OWNER: "an action has nobody to do it",
    PlanFault.ACTION_NO_DUE: "an action has no date",
    PlanFault.ACTIONS_BELOW_GRADE: "no action is of the list for the grade that stands, or for a higher one",
    PlanFault.BELOW_GRADE: "it is made for a lower grade than the one that stands, or for none. An unknown"
    " grade is planned for as high",
    PlanFault.NO_OWNER: "nobody owns the plan",
    PlanFault.NO_REVIEW_DATE: "no day for its review is given after the day on which it was made",
    PlanFault.NO_CONTACT: "it does not say who keeps contact with the victim, and how often",
    PlanFault.CHILDREN_UNANSWERED: "it has no answer on children, where the risk is high or unknown, or any"
    " agency names one, or says that the victim is pregnant",
    PlanFault.CHILDREN_FORGOTTEN: "it says that there are no children, and an agency names one, or says that"
    " the victim is pregnant",
    PlanFault.ORDER_NOT_MENTIONED: "an order or bail that is in force and protects the victim is not"
    " mentioned, by its id or its reference",
    PlanFault.RELEASE_NOT_PLANNED: "somebody was arrested, charged, sentenced or bailed, and it does not say"
    " what is done when they are released",
    PlanFault.NOT_BEYOND_COURT: "it does not say what holds through the court and after",
}
"""When a plan is refused, for practitioners; in the order in which the reasons are given."""

RANK = {Grade.STANDARD: 0, Grade.MEDIUM: 1, Grade.HIGH: 2}
TEXTS = ("contact", "release", "court")
EMPTY = re.compile(
    r"(|x+|\d+|n ?a|nil|none|no|yes|ok|tbc|tba|tbd|ditto|pending|done|same|unknown|not known|not applicable"
    r"|to follow|attached"
    r"|to be (confirmed|advised|decided|done)|no (change|changes|concerns|action|further action)|in place"
    r"|safeguarding (done|complete|completed|in place)"
    r"|(please )?(see|as|same as|refer to|as per|per) (the )?(above|below|before|previous|previously|earlier"
    r"|last|discussed|attached|attachment|log|notes|file|crime report|report|oel)"
    r"( (plan|entry|entries|report|notes|log|plans))?( (number|no|ref))?( [a-z]{0,4}\d\w*)*)"
)
"""What says nothing of a plan: each part of an answer between its marks, and so the whole. *As above* is from
the inspectorate's case study; a log's number beside it makes it no answer."""


class Refusal(BaseModel):
    """Why a plan is not adequate, and where: a field, or the root of an order that it leaves out."""

    model_config = ConfigDict(frozen=True)

    fault: PlanFault
    where: str


@dataclass(frozen=True, slots=True)
class Standing:
    """All of a victim's circumstances that a plan is held against. ``orders`` are those in force that
    protect her: root and reference. ``children``: somebody named a child, or one is expected. ``suspect``:
    somebody was arrested, charged, sentenced or bailed, so that there will be a release."""

    grade: Grade = Grade.UNKNOWN
    orders: tuple[tuple[str, str | None], ...] = ()
    children: bool = False
    suspect: bool = False

    @property
    def rank(self) -> int:
        """The grade to plan for: an unknown one is high."""
        return RANK.get(self.grade, RANK[Grade.HIGH])


def refusals(plan: PlanMade, made: date, standing: Standing) -> tuple[Refusal, ...]:
    """Every reason why a plan that was made on a day is not adequate; none: it is."""
    found = [
        *_grade(plan, standing),
        *_says(plan),
        *_actions(plan, standing),
        *_children(plan, standing),
        *_orders(plan, standing),
    ]
    if says_nothing(plan.owner):
        found.append((PlanFault.NO_OWNER, "owner"))
    if plan.review_on is None or plan.review_on <= made:
        found.append((PlanFault.NO_REVIEW_DATE, "review_on"))
    if not plan.contact:
        found.append((PlanFault.NO_CONTACT, "contact"))
    if standing.suspect and not plan.release:
        found.append((PlanFault.RELEASE_NOT_PLANNED, "release"))
    if not plan.court:
        found.append((PlanFault.NOT_BEYOND_COURT, "court"))
    order = list(PlanFault)
    return tuple(
        Refusal(fault=fault, where=where)
        for fault, where in sorted(found, key=lambda each: (order.index(each[0]), each[1]))
    )


def says_nothing(text: str) -> bool:
    """Whether words are none, or point elsewhere: *as above*, *n/a*, *TBC*."""
    parts = re.split(r"[^\w\s]+(?:\s|$)|\n", text.casefold())
    words = (" ".join(re.sub(r"[^\w]+", " ", part).split()) for part in parts)
    return all(EMPTY.fullmatch(part) for part in words)


Found = Iterable[tuple[PlanFault, str]]


def _grade(plan: PlanMade, standing: Standing) -> Found:
    if RANK.get(plan.grade, -1) < standing.rank:
        yield PlanFault.BELOW_GRADE, "grade"


def _says(plan: PlanMade) -> Iterator[tuple[PlanFault, str]]:
    for heading in PlanHeading:
        text = getattr(plan.headings, heading)
        if not text:
            yield PlanFault.HEADING_MISSING, f"headings.{heading}"
        elif says_nothing(text):
            yield PlanFault.SAYS_NOTHING, f"headings.{heading}"
    for name in TEXTS:
        text = getattr(plan, name)
        if text and says_nothing(text):
            yield PlanFault.SAYS_NOTHING, name


def _actions(plan: PlanMade, standing: Standing) -> Iterator[tuple[PlanFault, str]]:
    """At least one action is of the list for the grade: what a lower one asks for may stand beside it."""
    if not plan.actions:
        yield PlanFault.NO_ACTIONS, "actions"
    elif max(RANK.get(action.grade, -1) for action in plan.actions) < standing.rank:
        yield PlanFault.ACTIONS_BELOW_GRADE, "actions"
    for n, action in enumerate(plan.actions):
        if says_nothing(action.what):
            yield PlanFault.SAYS_NOTHING, f"actions.{n}.what"
        if says_nothing(action.owner):
            yield PlanFault.ACTION_NO_OWNER, f"actions.{n}.owner"
        if action.due is None:
            yield PlanFault.ACTION_NO_DUE, f"actions.{n}.due"


def _children(plan: PlanMade, standing: Standing) -> Found:
    match plan.children:
        case PlanChildren.NOT_KNOWN if standing.children or standing.rank == RANK[Grade.HIGH]:
            yield PlanFault.CHILDREN_UNANSWERED, "children"
        case PlanChildren.NO_CHILDREN if standing.children:
            yield PlanFault.CHILDREN_FORGOTTEN, "children"
        case PlanChildren.PLANNED_FOR if says_nothing(plan.for_children):
            yield PlanFault.SAYS_NOTHING, "for_children"


def _orders(plan: PlanMade, standing: Standing) -> Found:
    roots = {each.order for each in plan.orders}
    references = {normal(each.reference) for each in plan.orders if each.reference}
    for root, reference in standing.orders:
        if root not in roots and (not reference or normal(reference) not in references):
            yield PlanFault.ORDER_NOT_MENTIONED, root
