"""What a fact says, in the words of a page: a heading, its details, and what was said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from chassis.pages.texts import Texts
from chassis.pages.times import Times
from contracts.sections import Name
from services.marac.conference.rows import Version

# How each detail of a type is told: "yes-no" has unknown as a word of its own, even where nobody
# gave it; everything else is told where it was given. Codes name their code list.
DETAILS: Mapping[str, Sequence[tuple[str, str]]] = {
    "incident.reported": (
        ("acts", "act"),
        ("effects", "effect"),
        ("circumstance", "circumstance"),
        ("crime", "yes-no"),
        ("status", "legal-status"),
        ("children_present", "yes-no"),
        ("reference", "text"),
    ),
    "breach.reported": (
        ("said_by", "breach-said-by"),
        ("acts", "act"),
        ("effects", "effect"),
        ("circumstance", "circumstance"),
        ("weapon", "yes-no"),
        ("suspect_present", "yes-no"),
        ("children_present", "yes-no"),
        ("reference", "text"),
    ),
    "order.made": (
        ("stage", "stage"),
        ("ended_because", "bail-end"),
        ("court", "text"),
        ("reference", "text"),
        ("made", "time"),
        ("starts", "time"),
        ("ends", "time"),
        ("until_further_order", "yes-no"),
        ("without_notice", "yes-no"),
        ("return_date", "date"),
        ("power_of_arrest", "yes-no"),
        ("nothing_required", "nothing-required"),
    ),
    "order.served": (
        ("method", "service-method"),
        ("served", "time"),
        ("respondent_aware", "time"),
        ("reference", "text"),
    ),
    "referral.made": (
        ("criteria", "criterion"),
        ("victim_aware", "yes-no"),
        ("consent", "yes-no"),
        ("consent_given_of", "consent-subject"),
        ("consent_refused_of", "consent-subject"),
        ("no_consent_reason", "text"),
        ("victim_view", "text"),
        ("afraid_of", "text"),
        ("other_marac", "text"),
    ),
    "risk.assessed": (
        ("instrument", "instrument"),
        ("instrument_version", "text"),
        ("grade", "grade"),
        ("rationale", "text"),
        ("mappa", "mappa"),
    ),
    "care.withheld-opened": (("basis", "opening-basis"), ("reason", "text")),
    "care.household-described": (("as_at", "date"),),
    "care.support-progressed": (
        ("support", "support"),
        ("step", "support-step"),
        ("reason", "support-reason"),
    ),
    "care.role-taken": (("part", "case-role"),),
    "child.circumstances-said": (("setting", "setting"), ("plan", "child-plan"), ("since", "date")),
    "child.missing-reported": (("missing", "time"), ("found", "time")),
    "child.return-interview-said": (("step", "interview-step"),),
    "child.school-told": (("step", "school-step"), ("to", "school-recipient")),
    "care.lead-named": (("service", "text"), ("since", "time")),
    "care.hearing-listed": (
        ("hearing", "hearing"),
        ("day", "date"),
        ("last_day", "date"),
        ("told_by", "hearing-told-by"),
    ),
}

HEADED_BY = {
    "incident.reported": "incident",
    "breach.reported": "breach",
    "order.made": "order",
    "care.housing-described": "housing",
}
"""The types whose own code is their heading, and its code list."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one version of a fact says, ready to be shown."""

    heading: Markup
    details: Sequence[tuple[Markup, Markup]]
    text: str | None


class Words:
    """Tells facts in one language, with the times of one page."""

    def __init__(self, texts: Texts, times: Times, *, paper: bool = False) -> None:
        self.texts = texts
        self.times = times
        self.when = times.absolute if paper else times.when
        """How times are told: in full on paper and for what was known then."""

    def told(self, type_: str, version: Version) -> Told:
        """A version of a fact of this type (``incident.reported``)."""
        details = [
            (self.texts(f"detail.{name}"), self._value(how, version.details.get(name)))
            for name, how in DETAILS.get(type_, ())
            if how == "yes-no" or version.details.get(name) not in (None, [])
        ]
        return Told(self.heading(type_, version.details), details, version.text)

    def heading(self, type_: str, details: Mapping[str, Any]) -> Markup:
        """What a fact is about, such as *Assault with injury*."""
        codes = HEADED_BY.get(type_)
        if codes:
            code = details["order" if codes == "order" else "kind"]
            said = self.texts.label(codes, code)
            return self.texts("said.housing", what=said) if codes == "housing" else said
        if type_ == "care.health-contacted":
            return self.texts("said.health", service=details["service"])
        return self.texts.label("fact", type_)

    def name(self, name: Name | None) -> Markup:
        """*DOE, Jane*; what is not known of it is said."""
        if name is None or not (name.family or name.given):
            return self.texts("name.unknown")
        family = name.family.upper() if name.family else self.texts("name.family-unknown")
        given = name.given or self.texts("name.given-unknown")
        return Markup("{}, {}").format(family, given)

    def born(self, dates: Sequence[date]) -> Markup:
        """*born 2 March 1991 (35)*; what else agencies give; that nobody gives one."""
        if not dates:
            return self.texts("born.unknown")
        first, *others = dates
        said = self.texts("person.born", day=self.times.born(first), age=self.times.age(first))
        if not others:
            return said
        given = self.joined([self.times.born(day) for day in others])
        return Markup("{} {}").format(said, self.texts("person.born-too", days=given))

    def yes_no(self, value: object) -> Markup:
        """Yes, No, or Unknown: never blank."""
        if value is None:
            return self.texts("word.unknown")
        return self.texts("word.yes" if value else "word.no")

    def joined(self, items: Sequence[Markup]) -> Markup:
        """*one, two and three*."""
        if len(items) < 2:
            return items[0] if items else self.texts("word.none")
        first = Markup(", ").join(items[:-1])
        return Markup("{} {} {}").format(first, self.texts("word.and"), items[-1])

    def _value(self, how: str, value: Any) -> Markup:
        if how == "yes-no":
            return self.yes_no(value)
        if how == "text":
            return Markup("{}").format(value)
        if how == "date":
            return self.times.day(date.fromisoformat(value))
        if how == "time":
            return self.when(datetime.fromisoformat(value))
        codes = value if isinstance(value, list) else [value]
        return self.joined([self.texts.label(how, code) for code in codes])
