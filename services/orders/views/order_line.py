"""An order as a person's row holds it, with what holds of it for them."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis.clock import court_deadline
from chassis.views import Subject
from contracts.content import Said
from contracts.events.orders import OrderMade, OrderServed
from contracts.rules.bail_case import cases, with_case
from contracts.rules.order_match import KnownOrder, Parties, decided, parties_before, services_of
from contracts.rules.order_status import BAIL, OrderStatus, order_terms, status


class Part(BaseModel):
    """Base of what stands inside a row."""

    model_config = ConfigDict(frozen=True)


class StatusNow(Part):
    """An order's status as a row holds it (``contracts.rules.order_status``)."""

    in_force: bool
    served: bool
    aware: bool
    enforceable: bool
    reason: str
    appealed: AwareDatetime | None = None

    @classmethod
    def of(cls, known: OrderStatus) -> "StatusNow":
        """What a row keeps of a status."""
        return cls(
            in_force=known.in_force,
            served=known.served,
            aware=known.aware,
            enforceable=known.enforceable,
            reason=known.reason,
            appealed=known.appealed,
        )


class OrderLine(KnownOrder):
    """An order that binds or protects this person. ``status``, at the row's time, is there where the
    order binds them: service names the respondent, so whom it protects cannot tell by their own
    facts whether it was served, and must not be told that it was not."""

    agency: str
    services: list[str]
    status: StatusNow | None


def orders_of(subject: Subject) -> tuple[list[OrderLine], list[datetime | None]]:
    """The orders of a person; and when the status of each that binds them will change by itself."""
    served = subject.facts.current(OrderServed)
    told: list[OrderLine] = []
    for fact in subject.facts.current(OrderMade):
        versions = subject.facts.spoken(fact.root)
        services = services_of(fact.root, versions, served, subject.id, subject.homes)
        terms, past = order_terms(versions, [service.said for service in services], court_deadline)
        told.append(
            OrderLine(
                root=fact.root,
                reference=fact.said.reference,
                made=fact.said.made,
                terms=terms,
                applicant=fact.said.applicant,
                past=past,
                before=parties_before(versions, subject.homes),
                **Parties.of(fact.said, subject.homes).model_dump(),
                agency=fact.agency,
                services=sorted(service.root for service in services),
                status=None,
            )
        )
    roots = [fact.root for fact in subject.facts.current(Said)]
    on_bail = any(each.terms.order in BAIL for each in told)
    known = [*cases(roots, subject.facts.spoken, subject.homes)] if on_bail else []
    lines, changes = list[OrderLine](), list[datetime | None]()
    for line in told:
        terms, now = decided(line, told), None
        if subject.id in line.respondents:  # of the cases of whoever it binds all are known here
            terms = with_case(line.model_copy(update={"terms": terms}), known)
            now = status(terms, subject.at)
        lines.append(line.model_copy(update={"terms": terms, "status": StatusNow.of(now) if now else None}))
        changes.append(now.changes_at if now else None)
    return lines, changes
