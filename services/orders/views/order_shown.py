"""An order as its force and the teams that were sent it are shown it; and the lists of what waits."""

from collections.abc import Iterable
from datetime import date, datetime

from pydantic import AwareDatetime

from contracts.events.orders import Prohibition, Requirement
from contracts.rules import terms
from contracts.rules.circulation import Circulation, TeamLine
from contracts.rules.cover import How
from contracts.rules.order_types import Breach
from contracts.rules.regimes import AreaRegime
from contracts.sections import Name
from contracts.vocabulary import (
    Applicant,
    BailEnd,
    NationalSystem,
    NothingRequired,
    OrderQuestion,
    OrderType,
    ProhibitionKind,
    RequirementKind,
    ServiceMethod,
    TeamKind,
)
from services.orders.rules.circulating import Part, may_tell_words
from services.orders.views.order_line import StatusNow
from services.orders.views.shown import Shown


class Term(Shown):
    """What an order forbids or asks. ``over``: it is in force no more, ``until`` having come before the
    order's own end. ``withheld``: it has words that may not stand here."""

    kind: ProhibitionKind | RequirementKind
    text: str | None = None
    supervisor: str | None = None
    until: AwareDatetime | None = None
    over: bool = False
    withheld: bool = False


def shown_terms(
    said: Iterable[Prohibition | Requirement], allowed: frozenset[Part], at: datetime
) -> tuple[Term, ...]:
    """Prohibitions or requirements at a time, with their words as far as they may stand on a page."""
    return tuple(_term(each, allowed, over=over) for each, over in terms.standing_first(said, at))


def _term(said: Prohibition | Requirement, allowed: frozenset[Part], *, over: bool) -> Term:
    tells = may_tell_words(said, allowed)
    return Term(
        kind=said.kind,
        text=said.text if tells else None,
        supervisor=said.supervisor if isinstance(said, Requirement) else None,
        until=said.until,
        over=over,
        withheld=said.text is not None and not tells,
    )


class ServiceShown(Shown):
    """That it was served, or that the respondent came to know of it."""

    method: ServiceMethod
    served: AwareDatetime | None
    respondent_aware: AwareDatetime | None


class AnswerToQuestion(Shown):
    """What the order's force answered to a question that it raises. ``words`` is None where they are
    sealed."""

    question: OrderQuestion
    words: str | None
    agency: str
    at: AwareDatetime


class ReplacedBy(Shown):
    """Another order between the same people, as it will be when one ends: ``how`` alone ``covers`` protects
    them from that moment on. ``since``: from when it can be enforced then; null: it cannot."""

    order: str
    type: OrderType
    how: How
    since: AwareDatetime | None
    until: AwareDatetime | None
    until_further_order: bool
    may_open: bool


class EndingShown(Shown):
    """An order that ends within 2, 7 or 14 days, and what replaces it. ``nothing``: nothing that is known
    here protects the same people from then; never said where that is ``unknown``."""

    ends: AwareDatetime
    days: int
    by: tuple[ReplacedBy, ...]
    nothing: bool
    unknown: bool


class OrderPage(Shown):
    """An order with what this reader may see of it: ``left_out`` names the parts that they may not.
    ``unknown``: it cannot be told what holds of it. ``asked`` is its circulation, None where none is asked;
    without the part *circulation* it has the reader's own teams alone. ``without_answer``: so many breaches
    by whom it binds had no answer in 24 hours, told to whoever is shown the whole order; 0 where fewer than
    three had none. ``regime``: whether its area, in the pilot of DAPN and DAPO since ``dapo_from``, was so
    when it was made; None where its type is of neither regime. ``doubtful`` are the teams that an agency of
    its kind cannot have, or of an agency whose kind nobody knows. ``teams`` are those for which the reader
    may confirm it. ``ending``: what replaces it, told to whoever is shown the whole order; None where it does
    not end within 14 days. ``questions`` are those that nobody has answered, of which those ``by_correction``
    are answered by the order itself alone; ``answers``, what was answered, until the order is varied.
    ``known_at``: *as it was known* at that time: nothing can be done of it."""

    at: AwareDatetime
    fresh_until: AwareDatetime | None
    known_at: AwareDatetime | None = None
    unknown: bool
    incomplete: int
    operator_told: AwareDatetime | None
    order: str
    version: int
    withdrawn: bool
    agency: str | None = None
    type: OrderType | None = None
    status: StatusNow | None = None
    made: AwareDatetime | None = None
    ends: AwareDatetime | None = None
    until_further_order: bool = False
    ended_because: BailEnd | None = None
    applicant: Applicant | None = None
    court: str | None = None
    reference: str | None = None
    breach: Breach | None = None
    arrest: bool | None = None
    respondents: tuple[Name | None, ...] = ()
    protected: tuple[Name | None, ...] = ()
    prohibitions: tuple[Term, ...] = ()
    requirements: tuple[Term, ...] = ()
    nothing_required: NothingRequired | None = None
    questions: tuple[OrderQuestion, ...] = ()
    by_correction: tuple[OrderQuestion, ...] = ()
    answers: tuple[AnswerToQuestion, ...] = ()
    may_answer: bool = False
    regime: AreaRegime | None = None
    dapo_from: date | None = None
    services: tuple[ServiceShown, ...] = ()
    asked: Circulation | None = None
    ending: EndingShown | None = None
    without_answer: int = 0
    doubtful: tuple[tuple[TeamKind, str], ...] = ()
    teams: list[TeamKind]
    may_circulate: bool
    left_out: list[Part]


class OrderWaiting(Shown):
    """An order of which something is asked: since when, and whether that is late. ``teams`` are those that
    have not confirmed it; ``missing`` is who has not got it. ``status`` is what holds of it for all whom it
    binds; None where not one thing does. ``unknown``: that cannot be told."""

    order: str
    type: OrderType
    status: StatusNow | None = None
    unknown: bool = False
    respondents: tuple[Name | None, ...] = ()
    since: AwareDatetime
    late: bool
    teams: tuple[TeamLine, ...] = ()
    missing: tuple[TeamKind | NationalSystem, ...] = ()


class Waiting(Shown):
    """Orders that wait for something, those that have waited longest: at the most 100 of ``total``."""

    total: int
    orders: list[OrderWaiting]


class OrderEnding(Shown):
    """An order that ends soon, with what holds of it now and what replaces it."""

    order: str
    type: OrderType
    status: StatusNow | None = None
    unknown: bool = False
    respondents: tuple[Name | None, ...] = ()
    ending: EndingShown


class Endings(Shown):
    """Orders that end within 14 days, the soonest first: at the most 100 of ``total``."""

    total: int
    orders: list[OrderEnding]


class OrdersWaiting(Shown):
    """Which orders of the reader's force end soon; what waits for the reader's teams to confirm; and of their
    force's orders, what has not been circulated, and what has been and nobody has confirmed: None for whoever
    does not work with them all."""

    at: AwareDatetime
    fresh_until: AwareDatetime | None
    ending: Endings | None = None
    to_confirm: Waiting
    not_circulated: Waiting | None
    not_confirmed: Waiting | None
