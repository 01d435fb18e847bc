"""Which questions that an order raises are answered: in words, by its force, until the order is varied.

Source: ``domain.md`` 4.4 (a stalking protection order without positive requirements, *with a required
reason*; read on 26 November 2026). Which questions words can answer is Goldthread's own.
"""

from collections.abc import Iterable

from contracts.content import Content
from contracts.envelope import Envelope
from contracts.events.orders import OrderMade, OrderQuestionAnswered
from contracts.rules.order_status import Versions
from contracts.vocabulary import OrderQuestion

Answers = dict[OrderQuestion, tuple[Envelope, OrderQuestionAnswered]]

BY_CORRECTION = frozenset(
    {
        OrderQuestion.ADDRESS_KNOWN,
        OrderQuestion.POWER_OF_ARREST,
        OrderQuestion.END_MISSING,
        OrderQuestion.SECTION_MISSING,
        OrderQuestion.PART_END_MISSING,
        OrderQuestion.SUPERVISOR_MISSING,
        OrderQuestion.APPEAL_BEFORE_MADE,
    }
)
"""Questions that words leave open: whoever goes to the door needs the order itself to say it."""

SAID = (
    *("order", "stage", "without_notice", "return_date", "adjourned_to", "power_of_arrest", "authorised_by"),
    *("made", "starts", "ends", "until_further_order", "prohibitions", "requirements", "nothing_required"),
    *("section", "arrested", "applicant"),
)
"""What of an order is asked about: where any of it is another, so is the order that was answered for. An
appeal changes nothing of it."""


def fault(said: OrderQuestionAnswered) -> tuple[str, str] | None:
    """The place and the kind of what is wrong with an answer. None: nothing."""
    if said.people:
        return ("content.people", "people-given")
    if said.question in BY_CORRECTION:
        return ("content.question", "by-correction-alone")
    return ("content.narrative", "reason-missing") if said.narrative is None else None


def answered(
    asked: Iterable[OrderQuestion], order: Versions, said: Iterable[tuple[Envelope, Content | None]]
) -> Answers:
    """Of what is asked, what is answered, each by the newest answer that stands."""
    found: Answers = {}
    open_ = {*asked}
    for envelope, content in sorted(said, key=lambda each: (each[0].time, each[0].acceptedat, each[0].root)):
        if not isinstance(content, OrderQuestionAnswered) or content.question not in open_:
            continue
        if _stands(content, order):
            found[content.question] = (envelope, content)
    return found


def _stands(answer: OrderQuestionAnswered, order: Versions) -> bool:
    """Whether the order still says what it said when the question was answered."""
    then = next((content for envelope, content in order if envelope.version == answer.version), None)
    now = order[-1][1] if order else None
    if not (isinstance(then, OrderMade) and isinstance(now, OrderMade)):
        return False
    return all(getattr(then, name) == getattr(now, name) for name in SAID)
