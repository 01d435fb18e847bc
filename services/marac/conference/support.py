"""Support as the row of a victim and the page of a case have it. Pure."""

from collections.abc import Iterable
from datetime import datetime

from chassis.facts import Fact
from contracts.content import Said
from contracts.events.support import RoleTaken
from contracts.rules import support
from contracts.rules.clocks import CLOCKS, Calendars
from contracts.rules.owed_parts import Heard
from contracts.vocabulary import AgencyKind, AlertRule, CaseRole, SupportKind
from services.marac import shown_support as shown
from services.marac.conference.support_rows import CourseLine, InCase, OwedLine, Support
from services.marac.rules import sharing
from services.marac.rules.missing import SupportOwed


def support_of(heard: Heard, facts: Iterable[Fact[Said]], calendars: Calendars) -> Support:
    """The support of a victim: of all that is told of them as victim, and of the facts that stand about
    them."""
    courses = support.courses(heard.told)
    hers = {each.envelope.root for each in heard.told}
    parts = (fact for fact in facts if isinstance(fact.said, RoleTaken) and fact.root in hers)
    return Support(
        courses=tuple(
            CourseLine(
                root=each.root,
                support=each.support,
                state=each.state,
                since=each.since,
                agency=each.agency,
                service=each.service,
                reason=each.reason,
                tries=each.tries,
            )
            for each in (courses[kind] for kind in sorted(courses))
        ),
        owed=tuple(
            OwedLine(rule=each.rule, support=each.support, due=each.due)
            for each in support.owed(heard, calendars)
        ),
        team=_team(parts),
    )


def _team(facts: Iterable[Fact[Said]]) -> tuple[InCase, ...]:
    """Who is in the case: of each agency the newest in each part."""
    found: dict[tuple[str, str], InCase] = {}
    for fact in sorted(facts, key=lambda each: each.order):
        if isinstance(fact.said, RoleTaken):
            found[fact.said.part, fact.agency] = InCase(
                root=fact.root,
                agency=fact.agency,
                occurred=fact.occurred,
                precision=fact.envelope.precision,
                recorded=fact.recorded,
                part=fact.said.part,
                worker=fact.said.worker,
            )
    return tuple(found[key] for key in sorted(found))


def shown_support(row: Support, at: datetime) -> shown.SupportShown:
    """What a page shows of it at a time."""
    return shown.SupportShown(
        courses=list(row.courses),
        owed=[
            shown.SupportOwed(
                rule=each.rule,
                support=each.support,
                owner=CLOCKS[each.rule].owner,
                due=each.due,
                late=each.due <= at,
            )
            for each in row.owed
        ],
        team=list(row.team),
        idva_asked=any(each.rule is AlertRule.IDVA_ASKED for each in row.owed),
    )


def owed_of(row: Support, referrer: str, at: datetime) -> list[SupportOwed]:
    """What the rules of what is missing know of it: what is owed, and by whom."""
    services = {course.support: course.service for course in row.courses}
    owed = [(each, _owner(each, services, referrer)) for each in row.owed]
    return [SupportOwed(each.rule, owner, each.due, each.due <= at) for each, owner in owed]


def _owner(owed: OwedLine, services: dict[SupportKind, str | None], referrer: str) -> str | None:
    if owed.rule is AlertRule.IDVA_ASKED:
        return AgencyKind.IDVA_SERVICE
    if owed.rule in (AlertRule.SUPPORT_REFERRAL, AlertRule.RE_OFFER):
        return referrer
    return services.get(owed.support) if owed.support else None


def who_is_in(known: Support) -> Iterable[sharing.InCase]:
    """Who is in a case; and the service that has the victim, whoever of it is named. Once one has them, no
    other service that is or was in the case counts."""
    idvas = (c for c in known.courses if c.support is SupportKind.IDVA and c.state in support.HOLDS)
    holder = next((course.service for course in idvas), None)
    if holder:
        yield sharing.InCase(CaseRole.IDVA, holder, None)
    for each in known.team:
        if not holder or each.part is not CaseRole.IDVA or each.agency == holder:
            yield sharing.InCase(each.part, each.agency, each.worker.person)


def service_asked(known: Support) -> str | None:
    """Which service a referral to an IDVA waits for. None: none does, or it is not known for which."""
    idvas = (c for c in known.courses if c.support is SupportKind.IDVA and c.state in support.WAITED_FOR)
    return next((course.service for course in idvas), None)
