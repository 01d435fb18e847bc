"""Level 0: everything that every agency said of one person, line by line."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, Literal, cast

from chassis.clock import add_working_days, court_deadline, custody_deadline
from chassis.facts import Fact
from chassis.once import once
from chassis.views import Folded, Subject
from contracts.content import Content, Said
from contracts.events.children import AboutChild
from contracts.events.identity import IdentityAsked
from contracts.events.orders import BreachProgressed, BreachReported
from contracts.events.owed import AboutVictim
from contracts.events.people import IncidentReported, LeadNamed, ReferralMade, RiskAssessed
from contracts.mentions import Mention
from contracts.registry import EVENTS
from contracts.rules import owed, pattern, risk_review
from contracts.rules.clocks import Calendars
from contracts.rules.flagged import flagged
from contracts.rules.instruments import dash_of
from contracts.rules.leading import leading
from contracts.rules.order_types import ORDER_TYPES, may_arrest
from contracts.rules.standing_grade import lowered_from, names_victim, screens, unnamed
from contracts.sections import Contact, Health, Identity, Location, Narrative, Record, Sealed
from contracts.vocabulary import PERPETRATOR_ROLES, Grade, Role
from services.marac import casefile
from services.marac.conference import rows
from services.marac.conference.others import others_in
from services.marac.conference.owed import heard_of, tellings_of
from services.marac.conference.source import source
from services.marac.conference.support import support_of
from services.marac.conference.victim import hers_of
from services.marac.rules.retold import says_anew

NOT_DETAILS = {"people", "routing", "narrative", "dash", "graded", "answers", "judgement"}
NOT_DETAILS |= {"headings", "actions", "for_children", "contact", "release", "court"}
"""The words of a safety plan may name places: they stand in its own part of the page alone."""
NOT_DETAILS |= {"equality", "override", "voice", "social_worker"}
"""The child's words stand in the part about children."""
CALENDARS = Calendars(court_deadline, custody_deadline, add_working_days)
SECTIONS = ("identity", "location", "contact", "health")


def fold_person(subject: Subject) -> Folded:
    """The row of a person at ``subject.at``, and when an order's status will next change it."""
    told = once(subject, casefile.told_of)
    by_root = {each.fact.root: each for each in told}
    latest = ((fact, by_root.get(fact.root)) for fact in subject.facts.latest())
    if not (lines := [line for fact, said in latest if (line := _line(fact, said, subject))]):
        return Folded(None)
    named = [(each.fact, mention) for each in told for mention in each.own]
    orders = once(subject, casefile.orders_of)
    row = rows.ConferencePerson(
        person=subject.id,
        identity=_identity(casefile.who(named)),
        lines=lines,
        assessments=list(_assessments(subject, told)),
        orders=[order_row(order) for order in orders],
        records=[_record(seen, subject) for seen in once(subject, casefile.records_of)],
        contacts=[
            rows.ContactLine(**source(fact), contact=m.contact)
            for fact, m in named
            if isinstance(m.contact, Contact)
        ],
        health=[
            rows.HealthLine(**source(fact), health=m.health)
            for fact, m in named
            if isinstance(m.health, Health)
        ],
        leads=list(_leads(subject, told)),
        cases=list(_cases(told)),
        flagged=flagged(mention.identity for _, mention in named),
        area=_area(subject, told),
        disputed=once(subject, casefile.disputed_with),
        locations=[
            rows.LocationLine(**source(fact), location=m.location, area=_area_of(fact.said, m))
            for fact, m in named
            if isinstance(m.location, Location)
        ],
    )
    changes = (order.status.changes_at for order in orders)
    known, next_owed = _reviews(subject, told)
    row = row.model_copy(update=known | {"hers": hers_of(subject.id, told)})
    return Folded(row, min((change for change in (*changes, next_owed) if change), default=None))


def _reviews(subject: Subject, told: Iterable[casefile.Told]) -> tuple[dict[str, object], datetime | None]:
    """The reviews of this person's risk and all else that is owed, and when that next changes by itself."""
    heard = heard_of(subject, told)
    made = risk_review.assessed(heard.told)
    reviews = [
        rows.ReviewLine(
            root=each.opened.root,
            trigger=each.opened.trigger,
            agency=each.opened.agency,
            at=each.opened.at,
            due=each.due,
        )
        for each in risk_review.owed(heard.opened, made, CALENDARS)
    ]
    found: dict[str, object] = {"reviews": reviews, "review_owner": made[-1].agency if made else None}
    found |= {"taken_back": list(_taken_back(subject)), "doubts": _doubts(subject)}
    found["told_of_marac"] = tellings_of(heard)
    found["support"] = support_of(heard, (each.fact for each in told), CALENDARS)
    return found | {"owed": owed.owed(heard, CALENDARS)}, owed.changes_at(heard)


def version_row(fact: Fact[Content]) -> rows.Version | None:
    """What one version says; None for a withdrawal and for what is no statement about people."""
    said = fact.content
    if not isinstance(said, Said):
        return None
    return rows.Version(
        version=fact.version,
        assertion=fact.envelope.assertion,
        occurred=fact.occurred,
        precision=fact.envelope.precision,
        recorded=fact.recorded,
        details=said.model_dump(mode="json", exclude=NOT_DETAILS, exclude_none=True),
        text=_text(said),
    )


def short_type(name: str) -> str:
    """``incident.reported`` of ``uk.goldthread.incident.reported.v1``."""
    return ".".join(name.split(".")[2:-1])


def order_row(seen: casefile.OrderSeen) -> rows.Order:
    """An order as a row has it."""
    said = seen.fact.said
    return rows.Order(
        **source(seen.fact),
        order=said.order,
        stage=said.stage,
        court=said.court,
        reference=said.reference,
        made=said.made,
        starts=said.starts,
        ends=said.ends,
        until_further_order=said.until_further_order,
        without_notice=said.without_notice,
        prohibitions=said.prohibitions,
        requirements=said.requirements,
        respondents=list(seen.respondents),
        protected=list(seen.protected),
        services=[
            rows.Service(
                **source(service),
                method=service.said.method,
                served=service.said.served,
                respondent_aware=service.said.respondent_aware,
            )
            for service in seen.services
        ],
        ended_because=said.ended_because,
        terms=seen.terms,
        status=rows.Status.model_validate(seen.status, from_attributes=True),
        questions=seen.questions,
        breach=ORDER_TYPES[said.order].breach,
        arrest=may_arrest(said.order, said.power_of_arrest),
        circulation=seen.circulation.unnamed(),
    )


def _line(fact: Fact[Content], told: casefile.Told | None, subject: Subject) -> rows.Line | None:
    """What a fact says of the person; a stub where it says no more of them: it was taken back, or
    speaks of somebody else by now. None for one that never named them, such as what is filed under
    them for their order's sake; of one that came with nothing but its withdrawal nobody knows that."""
    model = EVENTS.get(fact.envelope.type)
    if model is None or not issubclass(model, Said):
        return None
    versions = subject.facts.versions(fact.root)
    naming = [each for each in versions[:-1] if _names(each, subject)]
    own = told.own if told else ()
    if not own and not naming and any(isinstance(each.content, Said) for each in versions):
        return None
    return rows.Line(
        root=fact.root,
        fact=fact.id,
        type=short_type(fact.envelope.type),
        agency=fact.agency,
        state=_state(fact),
        version=fact.version,
        occurred=fact.occurred,
        **(_said(told, naming, subject) if told and own else {"said": None}),
    )


def _said(told: casefile.Told, earlier: Iterable[Fact[Content]], subject: Subject) -> dict[str, Any]:
    """The part of a line that a stub has not."""
    own = told.own
    return {
        "said": once(told.fact, version_row),
        "earlier": tuple(said for each in earlier if (said := once(each, version_row)) is not None),
        "roles": tuple(sorted({mention.role for mention in own})),
        "relationship": next((m.relationship for m in own if m.relationship), None),
        "record": _record_number(own),
        "others": tuple(others_in(told, subject)),
        "sealed": tuple(_sealed(told.fact.said, own)),
        "retold": tuple(_retold(told.fact, subject)),
    }


def _retold(fact: Fact[Said], subject: Subject) -> Iterator[str]:
    """The versions right before the newest that told the same as it, by id."""

    def same(before: Fact[Content]) -> bool:
        was, now, said = before.envelope, fact.envelope, before.content
        held = (was.time, was.precision, was.assertion) == (now.time, now.precision, now.assertion)
        return held and isinstance(said, Said) and not says_anew(said, fact.said)

    return (each.id for each in takewhile(same, reversed(subject.facts.versions(fact.root)[:-1])))


def _names(fact: Fact[Content], subject: Subject) -> bool:
    return isinstance(fact.content, Said) and bool(casefile.own_mentions(cast("Fact[Said]", fact), subject))


def _state(fact: Fact[Content]) -> Literal["current", "corrected", "withdrawn"]:
    if fact.withdrawn:
        return "withdrawn"
    return "corrected" if fact.version > 1 else "current"


def _text(said: Said) -> str | None:
    """What was said in words; of children, and of what is owed to her, none: it may name places (0037)."""
    if isinstance(said, AboutVictim | AboutChild):
        return None
    return said.narrative.text if isinstance(said.narrative, Narrative) else None


def _record_number(own: Iterable[Mention]) -> Record | None:
    identities = [mention.identity for mention in own if isinstance(mention.identity, Identity)]
    return next((identity.record for identity in identities if identity.record), None)


def _sealed(said: Said, own: Iterable[Mention]) -> list[str]:
    names = {name for name in SECTIONS for mention in own if type(getattr(mention, name)) is Sealed}
    return sorted(names | ({"narrative"} if type(said.narrative) is Sealed else set()))


def _identity(who: casefile.Who) -> rows.Identity:
    return rows.Identity(
        name=who.names[0] if who.names else None,
        names=who.names,
        aliases=who.aliases,
        born=who.born,
        sex=who.sexes[0] if who.sexes else None,
    )


def _assessments(subject: Subject, told: Sequence[casefile.Told]) -> Iterator[rows.Assessment]:
    people = [mention for each in told for mention in each.about]
    for each in told:
        fact, said = each.fact, each.fact.said
        if not isinstance(said, ReferralMade | RiskAssessed) or subject.id not in each.victims:
            continue
        graded = said.graded
        apart = said if isinstance(said, RiskAssessed) else None
        yield rows.Assessment(
            **source(fact),
            type="assessment" if apart else "referral",
            instrument=said.instrument or (said.dash.instrument if said.dash else None),
            screens=screens(said),
            grade=graded.grade if graded else Grade.UNKNOWN,
            yes=graded.yes if graded else None,
            unanswered=graded.unanswered if graded else None,
            rule=graded.rule if graded else None,
            because=graded.because if graded else None,
            dash=dash_of(said),
            instrument_version=said.instrument_version,
            answers=said.answers,
            missing=(graded.missing or 0) if graded else 0,
            judgement=apart.judgement if apart else None,
            before_judgement=graded.before_judgement if graded else None,
            signed=bool(graded and graded.signed),
            rationale=apart.rationale if apart else None,
            accused=list(each.perpetrators),
            unnamed=unnamed(said, people, subject.homes),
            first_recorded=subject.facts.first_recorded(fact.root),
            lowered_from=None if graded and graded.signed else lowered_from(_grades(fact, subject)),
        )


def _doubts(subject: Subject) -> tuple[rows.Doubt, ...]:
    """Of whom a person is asked whether they are this one, by the newest word on each question."""
    said = [fact.said for fact in subject.facts.current(IdentityAsked)]
    newest = {each.question: each for each in sorted(said, key=lambda each: each.generation)}
    pairs = sorted(each.mentions for each in newest.values() if each.waits)
    return tuple(rows.Doubt(one=one, other=other) for one, other in pairs)


def _taken_back(subject: Subject) -> Iterator[rows.TakenBack]:
    for fact in casefile.risk_taken_back(subject):
        said = fact.said
        yield rows.TakenBack(
            **source(fact),
            screens=screens(said),
            referral=isinstance(said, ReferralMade),
            grade=said.graded.grade if said.graded else Grade.UNKNOWN,
            accused=list(casefile.persons(said.in_role(*PERPETRATOR_ROLES), subject.homes)),
            unnamed=unnamed(said),
            withdrawn=subject.facts.said_until(fact),
        )


def _grades(fact: Fact[Content], subject: Subject) -> list[Grade]:
    """What each version of an assessment gave that is not of another victim, the first said first."""
    said = [each.content for each in subject.facts.versions(fact.root)]
    known = [each for each in said if isinstance(each, ReferralMade | RiskAssessed)]
    at = subject.homes
    hers = [e for e in known if not e.in_role(Role.VICTIM) or names_victim(e, subject.id, at)]
    return [each.graded.grade if each.graded else Grade.UNKNOWN for each in hers]


def _record(seen: casefile.RecordSeen, subject: Subject) -> rows.RecordLine:
    said = seen.fact.said
    incident = said if isinstance(said, IncidentReported) else None
    breach = said if isinstance(said, BreachReported) else None
    return rows.RecordLine(
        **source(seen.fact),
        type="breach" if breach else "incident",
        kind=said.kind,
        status=incident.status if incident else None,
        crime=incident.crime if incident else None,
        reference=said.reference,
        order=seen.order,
        order_because=seen.because,
        victims=sorted(seen.record.victims),
        perpetrators=sorted(seen.record.perpetrators),
        weapon=breach.weapon if breach else None,
        children_present=said.children_present,
        text=_text(said),
        says=sorted(pattern.codes(said, _accused(seen, subject))),
        first_recorded=subject.facts.first_recorded(seen.fact.root),
        steps=[
            rows.StepLine(**source(fact), step=fact.said.step)
            for fact in subject.facts.current(BreachProgressed)
            if fact.said.breach == seen.fact.root
        ],
    )


def _accused(seen: casefile.RecordSeen, subject: Subject) -> list[Mention]:
    return [each for each in casefile.about(seen.fact, subject) if each.role in PERPETRATOR_ROLES]


def _leads(subject: Subject, told: Iterable[casefile.Told]) -> Iterator[rows.Lead]:
    named = (
        (
            each.fact.agency,
            said,
            rows.Lead(**source(each.fact), service=said.service, since=said.since, worker=said.worker),
        )
        for each in told
        if isinstance(said := each.fact.said, LeadNamed) and subject.id in each.victims
    )
    yield from leading(named)


def _cases(told: Iterable[casefile.Told]) -> Iterator[rows.CaseLink]:
    for each in told:
        for mention in each.own if isinstance(each.fact.said, ReferralMade) else ():
            yield rows.CaseLink(
                case=each.fact.root,
                role=mention.role,
                referred=each.fact.occurred,
                victim=each.victims[0] if each.victims else None,
                perpetrators=list(each.perpetrators),
            )


def _area_of(said: Said, mention: Mention) -> str | None:
    hers = bool(said.in_role(Role.VICTIM))
    return None if hers and mention.role is not Role.VICTIM else casefile.area_of(said)


def _area(subject: Subject, told: Iterable[casefile.Told]) -> str | None:
    """The newest area of a fact that names this person as victim."""
    areas = [casefile.area_of(each.fact.said) for each in told if subject.id in each.victims]
    return next((area for area in reversed(areas) if area is not None), None)
