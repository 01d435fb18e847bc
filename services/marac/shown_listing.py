"""What is shown of cases that wait to be heard, of what a MARAC has chosen, and of what was returned."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from contracts.events.listing import Escalation, LocalCriterion, MaracSet
from contracts.rules.safe_contact import SafeWay
from contracts.sections import Name
from contracts.vocabulary import (
    Grade,
    ReferralCriterion,
    RepeatAnchor,
    RepeatDefinition,
    Threshold,
)
from services.marac.conference.listing_rows import PartiesLine
from services.marac.shown import Page, Shown
from services.marac.shown_decided import ReturnedHere, SentOnShown


class CriterionShown(Shown):
    """A criterion: what was found, why, by which facts, and what the referrer ticked. ``because`` is the
    last part of a message id (``criteria.yes``), with numbers ``n``, ``of``, ``months``; ``words`` are a
    local one's."""

    criterion: ReferralCriterion
    state: Literal["met", "not-met", "not-known"]
    because: str
    roots: tuple[str, ...]
    n: int
    of: int
    months: int
    ticked: bool
    words: str | None = None


class OtherCase(Shown):
    """Another case that may be of the same people: for whoever lists, and on no case's page."""

    case: str
    letters: str
    alike: Literal["same-pair", "other-direction", "same-victim"]


class RoomShown(Shown):
    """A meeting to come. ``free`` below 0: more cases than there is room for."""

    meeting: str
    starts: datetime
    venue: str | None
    emergency: bool
    chair_known: bool
    chair_name: str | None
    slots: int
    taken: int = Field(description="cases that the caller may see")
    free: int
    closes: date = Field(description="the day on which its agenda closes")


class WaitingCase(Shown):
    """A case that waits. ``soonest``: the meeting with room for it, if all are listed in their turn."""

    case: str
    letters: str
    name: Name | None
    born: date | None
    grade: Grade
    referred: datetime
    referred_by: str
    children: int
    urgent: bool
    sent_on: SentOnShown | None = Field(default=None, description="to another MARAC")
    disputed: bool
    in_doubt: bool = Field(
        default=False, description="whether another record may be of somebody of it: a person is asked"
    )
    way: SafeWay
    criteria: list[CriterionShown]
    others: list[OtherCase]
    soonest: str | None
    returned: datetime | None = Field(description="it was returned then, and is back")
    back: list[ReferralCriterion] = Field(description="by which criteria it is back")


class ReturnedCase(Shown):
    """A case that was returned, and is not back."""

    case: str
    letters: str
    referred: datetime
    referred_by: str
    returned: datetime


class ElsewhereCase(Shown):
    """A case that a MARAC has which is not on Goldthread, and nothing has happened since."""

    case: str
    letters: str
    sent_on: SentOnShown


class Question(Shown):
    """Something odd that a person is to look at: a fact still. ``no-chair``, ``over`` (``n`` cases more
    than room), ``slots-not-set``, ``at-one-time``, ``chair-twice`` (``at``: when another MARAC's begins that
    the same person chairs), ``not-closed`` (``at``: when it began; its ``n`` cases count as heard): of
    meetings; ``listed-twice``: of a case; ``same-pair``, ``other-direction``: of
    two cases of the same two people that are both listed."""

    code: Literal[
        "no-chair",
        "over",
        "slots-not-set",
        "at-one-time",
        "chair-twice",
        "not-closed",
        "listed-twice",
        "same-pair",
        "other-direction",
    ]
    meetings: list[str]
    case: str | None = None
    letters: str | None = None
    other: str | None = Field(default=None, description="the second of two cases")
    other_letters: str | None = None
    n: int = 0
    at: datetime | None = None


class WaitingIn(Shown):
    """Who waits in a MARAC, the first to be listed first, and its meetings to come. ``area`` None: those
    whose MARAC is not known."""

    area: str | None
    area_name: str | None
    waiting: list[WaitingCase]
    returned: list[ReturnedCase]
    elsewhere: list[ElsewhereCase] = Field(default=[], description="with a MARAC that is not on Goldthread")
    meetings: list[RoomShown]
    without_date: int = Field(description="waiting cases for which no meeting that is called has room")
    questions: list[Question]


class Waiting(Page):
    """The cases that wait in each of the caller's MARACs."""

    maracs: list[WaitingIn]
    agencies: dict[str, str]


class CaseDecisions(Page):
    """A case before it is listed: which criteria it meets and why, which other cases may be of the same
    people, and what persons decided of it."""

    case: str
    letters: str
    name: Name | None
    grade: Grade
    way: SafeWay
    without_answer: int
    disputed: bool
    in_doubt: bool = Field(
        default=False, description="whether another record may be of somebody of it: a person is asked"
    )
    criteria: list[CriterionShown]
    others: list[OtherCase]
    returned: ReturnedHere | None
    taken_over: bool = Field(
        default=False, description="whether a MARAC took it over: it is returned no more"
    )
    sent_on: SentOnShown | None = Field(default=None, description="to another MARAC")
    parties: tuple[PartiesLine, ...]
    version: int = Field(description="of who is the primary victim: the `ETag`; 0 where nobody decided yet")
    agencies: dict[str, str]


class SamePeople(Page):
    """Before an emergency meeting is called about a case: which other cases may be of the same people,
    whether each accuses the other, and whether another record may be of somebody of it."""

    case: str
    disputed: bool
    in_doubt: bool
    others: list[OtherCase]


class ReturnedReferral(Shown):
    """One of the caller's agency's own referrals, as it was returned."""

    case: str
    letters: str
    referred: datetime | None
    returned: datetime
    by: str
    by_name: str
    advice: str | None
    reason: str | None


class ReturnedReferrals(Page):
    """The caller's agency's own referrals that were returned, the newest first."""

    referrals: list[ReturnedReferral]


class ChosenShown(Shown):
    """What a MARAC has chosen, or what stands in for it."""

    repeat_definition: RepeatDefinition
    repeat_anchor: RepeatAnchor
    dash: int
    escalation: tuple[Escalation, ...]
    local: tuple[LocalCriterion, ...]
    slots: int
    slots_set: bool
    closes_days: int


class ChoiceSet(Shown):
    """That something was set: when, by which agency and whom of it. ``threshold`` and ``value`` of a number,
    else of the whole."""

    root: str
    at: datetime
    agency: str
    agency_name: str
    person: str | None = Field(default=None, description="null: it is not recorded")
    name: str | None = None
    threshold: Threshold | None = None
    value: int | None = None
    set: MaracSet | None = None


class Choices(Page):
    """What holds in an area, and all that was ever set for it, the newest first."""

    area: str
    area_name: str
    version: int = Field(description="of what was set here: the `ETag`; 0 where nothing was yet")
    chosen: ChosenShown
    history: list[ChoiceSet]


class Areas(Page):
    """The MARACs of the caller's areas, by name. ``of_case``: the one that hears a case that was asked
    about."""

    areas: dict[str, str]
    of_case: str | None = None
