"""What is missing from a case: gaps that somebody must close before she is safe.

Sources: HMICFRS (2021): 42 of 83 breach files without an IDVA, orders served late or not at all;
16 of 25 stalking protection orders not circulated;
SafeLives minutes checklist (2014) for the agencies that a MARAC hears, and that it agrees actions; domain.md
section 14 (2026): to lower a grade takes a second person; no safe contact known means do not make contact;
not asked is not no; 1.3: the form for young people is for 13 to 17, and another than that for adults.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from contracts.rules.cover import Cover, endings
from contracts.rules.feeds import CORE, Silence
from contracts.rules.instruments import OPEN
from contracts.rules.order_status import NOT_BINDING
from contracts.rules.safe_contact import NO_WAY, SafeWay
from contracts.vocabulary import AgencyKind, AlertRule, WayState
from services.marac.rules.consent import Standing

WORST_FIRST = (
    "alert-unanswered",
    "alert-unresolved",
    "clock-late",
    "action-late",
    "unread",
    "moved-there",
    "contact-unknown",
    "contact-verify",
    "contact-differs",
    "breach-no-answer",
    "pattern-undecided",
    "victim-not-reached",
    "no-idva",
    "grade-unknown",
    "review-owed",
    "re-offer",
    "support-late",
    "no-action",
    "feed-silent",
    "breach-order-not-found",
    "order-uncirculated",
    "order-ended",
    "order-ends",
    "order-not-served",
    "respondent-not-aware",
    "child-not-found",
    "interview-late",
    "school-unknown-untold",
    "school-untold",
    "school-silent",
    "plan-missing",
    "plan-inadequate",
    "plan-review",
    "update-late",
    "order-unconfirmed",
    "area-unknown",
    "moved",
    "who-in-doubt",
    "grade-lowered",
    "grade-withdrawn",
    "referral-withdrawn",
    "victim-changed",
    "role-disputed",
    "no-lead",
    "contract-missing",
    "leads-several",
    "consent-refused",
    "consent-unnamed",
    "consent-not-asked",
    "form-outgrown",
    "dash-unanswered",
    "order-questions",
    "characteristics-missing",
    "child-no-school",
    "kind-silent",
)
"""Every kind of gap, in the order in which a room should hear of it."""

CHILDRENS_AGENCIES = (AgencyKind.CHILDRENS_SERVICES,)
"""Expected only where the case has children, or the victim is one, or is to have one."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap. ``owner`` is the agency, kind of agency or role that can close it."""

    code: str
    owner: str | None = None
    person: str | None = None
    roots: tuple[str, ...] = ()
    count: int | None = None
    kind: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """An order of the case: what holds of it, is it served, does the respondent know, is it complete."""

    root: str
    agency: str
    reason: str
    served: bool
    aware: bool
    questions: int = 0
    """How much it leaves to ask (``contracts.rules.order_questions``)."""
    uncirculated: int = 0
    """How many of those who must have it have not got it in their time (``contracts.rules.circulation``)."""
    unconfirmed: int = 0
    """How many teams that were sent it have not confirmed it in their time."""
    force: str = AgencyKind.POLICE
    """Who circulates it."""


class Review(Protocol):
    """A review that is owed: what opened it, whose it is and by when it must be done."""

    @property
    def root(self) -> str:
        """The fact that opened it."""

    @property
    def owner(self) -> str:
        """The agency that owes it."""

    @property
    def due(self) -> datetime:
        """From when on it is late."""


@dataclass(frozen=True, slots=True)
class SupportOwed:
    """Support that is owed to the victim, by whom, and from when on it is late."""

    rule: AlertRule
    owner: str | None
    due: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """All of a case that its gaps follow from, at one time."""

    at: datetime
    grade_known: bool
    area_known: bool
    disputed: bool
    assessed: tuple[str, str] | None = None
    """(root, agency) of the newest assessment."""
    lowered: Sequence[tuple[str, str]] = ()
    """(root, agency) of each assessment that a correction has lowered: it takes a second person."""
    withdrawn: Sequence[tuple[str, str | None]] = ()
    """(root, agency) of each that was withdrawn and whose grade stands: that too takes a second person. Of a
    referral no agency: another one can assess the risk."""
    in_doubt: Sequence[str] = ()
    """The victim and alleged perpetrators of whom a person is asked whether another record is theirs."""
    was_about: Sequence[str] = ()
    """Victims whom the referral named before it was corrected."""
    outgrown: bool = False
    """The newest assessment is by the form for young people, and the victim is 18 by now."""
    answers: Sequence[str] = ()
    """Of the newest assessment; an item that was left out was not asked."""
    reviews: Sequence[Review] = ()
    """The reviews of her risk that are owed, the first to be late first."""
    way: SafeWay = NO_WAY
    """Which way to reach her is safe."""
    consents: Sequence[Standing] = ()
    """Whether each kind of agency may be told of her."""
    referred_by: str | None = None
    unanswered_characteristics: int = 0
    """How many of her protected characteristics nobody has an answer to."""
    leads: frozenset[str] = frozenset()
    """The services that are said to lead her support: of each agency its newest word."""
    support: Sequence[SupportOwed] = ()
    """What is owed of support, the first to be late first."""
    orders: Sequence[OrderSeen] = ()
    covers: Sequence[Cover] = ()
    """Its orders that were made and stand, or have ended: for as long as each protects whom."""
    unmatched_breaches: Sequence[tuple[str, str]] = ()
    """(root, agency) of each."""
    unanswered: Sequence[str] = ()
    """Causes whose newest standing alert nobody has answered."""
    unresolved: Sequence[str] = ()
    """Orders and breaches with an alert that was taken, and nobody says in its time what was done."""
    clocks_late: Sequence[str] = ()
    """Orders and breaches with a deadline that ran out, nobody took, and no other gap tells of."""
    without_answer: Sequence[str] = ()
    """Breaches of which no answer is known, though its time is over."""
    undecided: Sequence[str] = ()
    """A fact of each offence that is named, and that nobody has decided in its time."""
    children: Sequence[tuple[str, bool]] = ()
    """(person, whether anybody named a school)."""
    heard: frozenset[str] = frozenset()
    """Kinds of agency that have said anything of the people of the case."""
    young: bool = False
    """The victim is under 18, or pregnant: children's services are expected though no child is named."""
    kinds: frozenset[str] = field(default_factory=frozenset)
    """Kinds of agency that take part at all."""
    unread: int = 0
    """Records about the case or its people that could not be read: what they say is missing here."""
    speakers: frozenset[str] = frozenset()
    """Agencies that have said anything of the people of the case."""
    silences: Sequence[Silence] = ()
    """Feeds that have been silent for longer than usual."""
    owed: Sequence[Gap] = ()
    """What is missing of what the victim is owed (``rules/owed.py``), of its plan
    (``rules/actions.py``), and where it moved (``rules/transfer.py``)."""


def gaps(case: CaseSeen) -> list[Gap]:
    """Every gap of a case, the worst first."""
    found = [
        *_risk(case),
        *_contact(case),
        *_support(case),
        *_asked(case),
        *_orders(case.orders),
        *_endings(case),
        *(Gap("breach-order-not-found", agency, roots=(root,)) for root, agency in case.unmatched_breaches),
        *_unanswered(case),
        *(Gap("child-no-school", person=child) for child, school in case.children if not school),
        *_silent(case),
        *([Gap("unread", "operator", count=case.unread)] if case.unread else ()),
        *_feeds(case),
        *case.owed,
    ]
    return sorted(
        found, key=lambda gap: (WORST_FIRST.index(gap.code), gap.owner or "", gap.person or "", gap.roots)
    )


def _unanswered(case: CaseSeen) -> Iterable[Gap]:
    """One gap of a kind, however many there are: ten of them hide what else is missing."""
    if case.unanswered:
        yield Gap("alert-unanswered", roots=tuple(case.unanswered), count=len(case.unanswered))
    if case.unresolved:
        yield Gap("alert-unresolved", roots=tuple(case.unresolved), count=len(case.unresolved))
    if case.clocks_late:
        yield Gap("clock-late", roots=tuple(case.clocks_late), count=len(case.clocks_late))
    if case.without_answer:
        roots = tuple(case.without_answer)
        yield Gap("breach-no-answer", AgencyKind.POLICE, roots=roots, count=len(roots))
    if case.undecided:
        roots = tuple(case.undecided)
        yield Gap("pattern-undecided", AgencyKind.POLICE, roots=roots, count=len(roots))


def _kept(root: str, agency: str | None) -> Gap:
    """Of what was withdrawn and keeps the grade. Who referred may be of an agency that never assesses."""
    if agency is None:
        return Gap("referral-withdrawn", AgencyKind.IDVA_SERVICE, roots=(root,))
    return Gap("grade-withdrawn", agency, roots=(root,))


def _risk(case: CaseSeen) -> Iterable[Gap]:
    root, assessor = case.assessed or ("", None)
    if not case.grade_known:
        yield Gap("grade-unknown", assessor)
    if case.outgrown and case.way.state is not WayState.DIED:
        yield Gap("form-outgrown", assessor, roots=(root,))
    unanswered = sum(answer in OPEN for answer in case.answers)
    if unanswered:
        yield Gap("dash-unanswered", assessor, roots=(root,), count=unanswered)
    if case.reviews:
        first, opened = case.reviews[0], tuple(each.root for each in case.reviews)
        yield Gap("review-owed", first.owner, roots=opened, count=len(opened), since=first.due)
    for lowered, agency in case.lowered:
        yield Gap("grade-lowered", agency, roots=(lowered,))
    yield from (_kept(root, agency) for root, agency in case.withdrawn)
    for person in case.in_doubt:
        yield Gap("who-in-doubt", "marac-coordinator", person=person)
    if case.was_about:
        yield Gap("victim-changed", "marac-coordinator", count=len(case.was_about))
    if case.disputed:
        yield Gap("role-disputed", "marac-chair")
    if not case.area_known:
        yield Gap("area-unknown", "marac-coordinator")


def _contact(case: CaseSeen) -> Iterable[Gap]:
    if case.way.state is WayState.DIED:
        return
    if case.way.state is WayState.UNKNOWN:
        yield Gap("contact-unknown", AgencyKind.IDVA_SERVICE)
    if case.way.state is WayState.VERIFY_FIRST:
        yield Gap("contact-verify", case.way.agency)
    if case.way.differ:
        yield Gap("contact-differs", AgencyKind.IDVA_SERVICE, count=1 + len(case.way.differ))
    if not case.leads:
        yield Gap("no-lead", AgencyKind.IDVA_SERVICE)
    if len(case.leads) > 1:
        yield Gap("leads-several", "marac-coordinator", count=len(case.leads))


SUPPORT = {
    AlertRule.NO_CONTACT: "victim-not-reached",
    AlertRule.IDVA_ASKED: "no-idva",
    AlertRule.RE_OFFER: "re-offer",
}
"""What is missing from when it is owed; any other support is once it is late."""


def _support(case: CaseSeen) -> Iterable[Gap]:
    for owed in case.support:
        if owed.rule in SUPPORT:
            yield Gap(SUPPORT[owed.rule], owed.owner, since=owed.due)
    late = [owed for owed in case.support if owed.late and owed.rule not in SUPPORT]
    if late:
        yield Gap("support-late", late[0].owner, count=len(late), since=late[0].due)


def _asked(case: CaseSeen) -> Iterable[Gap]:
    """What she was not asked; and whom she does not want told, where nobody settled it. Of somebody who has
    died nobody is sent to ask."""
    if case.way.state is WayState.DIED:
        return
    refused = [each for each in case.consents if each.question not in (None, "not-asked", "unnamed")]
    if refused:
        roots = tuple(dict.fromkeys(root for each in refused for root in each.roots))
        yield Gap("consent-refused", case.referred_by, roots=roots, count=_kinds(refused))
    unnamed = [each for each in case.consents if each.question == "unnamed"]
    if unnamed:
        roots = tuple(dict.fromkeys(root for each in unnamed for root in each.roots))
        yield Gap("consent-unnamed", case.referred_by, roots=roots, count=_kinds(unnamed))
    unasked = _kinds([each for each in case.consents if each.question == "not-asked"])
    if unasked:
        yield Gap("consent-not-asked", case.referred_by, count=unasked)
    if case.unanswered_characteristics:
        yield Gap("characteristics-missing", AgencyKind.IDVA_SERVICE, count=case.unanswered_characteristics)


def _kinds(standing: Sequence[Standing]) -> int:
    return len({each.kind for each in standing})


def _orders(orders: Iterable[OrderSeen]) -> Iterable[Gap]:
    for order in orders:
        if order.reason in NOT_BINDING:
            continue
        if not order.served:
            yield Gap("order-not-served", order.agency, roots=(order.root,))
        if not order.aware:
            yield Gap("respondent-not-aware", order.agency, roots=(order.root,))
        if order.uncirculated:
            yield Gap("order-uncirculated", order.force, roots=(order.root,), count=order.uncirculated)
        if order.unconfirmed:
            yield Gap("order-unconfirmed", order.force, roots=(order.root,), count=order.unconfirmed)
        if order.questions:
            yield Gap("order-questions", order.agency, roots=(order.root,), count=order.questions)


def _endings(case: CaseSeen) -> Iterable[Gap]:
    """Orders that end soon, or have just ended, with nothing in their place."""
    agencies = {order.root: order.agency for order in case.orders}
    for ending in endings(case.covers, case.at):
        code = "order-ended" if ending.over else "order-ends"
        yield Gap(code, agencies.get(ending.root), roots=(ending.root,), since=ending.ends)


def _feeds(case: CaseSeen) -> Iterable[Gap]:
    """Silent feeds on which the case depends: of whoever spoke of its people, and of whoever should."""
    for silence in case.silences:
        if silence.agency in case.speakers or silence.kind in CORE:
            yield Gap("feed-silent", silence.agency, kind=silence.kind, since=silence.since)


def _silent(case: CaseSeen) -> Iterable[Gap]:
    for kind in CORE:
        needless = kind in CHILDRENS_AGENCIES and not (case.children or case.young)
        if kind in case.kinds and kind not in case.heard and not needless:
            yield Gap("kind-silent", kind)
