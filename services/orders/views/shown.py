"""A breach as a person is shown it: redacted, each statement with who said it and from which fact."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis.facts import Fact
from chassis.parking import Incomplete
from contracts.events.orders import BreachReported, OrderMade
from contracts.rules import terms
from contracts.rules.circulation import Circulation
from contracts.rules.order_types import ORDER_TYPES, Breach, may_arrest
from contracts.rules.safe_contact import SafeWay
from contracts.sections import Contact, Health, Identity, Location, Name, Narrative, Sensitivity
from contracts.vocabulary import BreachSaidBy, BreachStep, Grade, OrderType, OutcomeType, PoliceRank, Urgency
from services.orders.views.answer import Answer
from services.orders.views.breach import OrdersBreach
from services.orders.views.order_line import StatusNow
from services.orders.views.pattern_shown import OffenceNamed, PatternShown
from services.orders.views.told import AlertState

NEVER_HERE = {Sensitivity.ROUTING, Sensitivity.SUPPORT, Sensitivity.EQUALITY, Sensitivity.WITHHELD}
SHOWABLE = frozenset(Sensitivity) - NEVER_HERE
"""What a breach can show at all."""


class Shown(BaseModel):
    """Base of every part of an answer."""

    model_config = ConfigDict(frozen=True)


class SectionShown(Shown):
    """One section about a person: the newest of its kind, with its source."""

    section: Sensitivity
    agency: str
    occurred: AwareDatetime
    recorded: AwareDatetime
    fact: str
    value: Identity | Contact | Location | Health


class PersonShown(Shown):
    """A victim or respondent. A section that nobody gave, or that the reader may not see, is not
    there."""

    person: str
    role: Literal["victim", "respondent"]
    sections: list[SectionShown]
    way: SafeWay | None = None
    """Of a victim, which way to reach them is safe now: it binds whoever goes, calls or writes."""
    flagged: bool | None = None
    """Of a victim, whether a record is flagged as sensitive. None: nobody says so where orders hears it."""
    way_then: SafeWay | None = None
    """Of a page *as it was known*, in place of ``way``: which way was thought safe then, without its number
    and words. It is never to be used."""

    def of_then(self) -> "PersonShown":
        """As it was known: a number that was safe then may be anything but safe now."""
        sections = [each for each in self.sections if each.section is not Sensitivity.CONTACT]
        then = self.way.without_contact() if self.way else None
        return self.model_copy(update={"sections": sections, "way": None, "way_then": then})


class OrderShown(Shown):
    """The order that it is of. ``status`` is None where the order is not known here: then nobody
    knows whether it was in force."""

    order: str
    because: str | None
    type: str | None
    status: StatusNow | None
    fact: str | None
    reference: str | None
    court: str | None
    made: AwareDatetime | None
    ends: AwareDatetime | None
    prohibitions: list[dict[str, Any]]
    breach: Breach | None
    """What it is to break it, and whether that is ground for arrest without a warrant."""
    arrest: bool | None
    circulation: Circulation | None = None
    """Who has it now; None: nothing is asked of that."""
    varied: bool = False
    """Whether more was said of it since: all else here is as it stood when the breach happened."""
    all_over: bool = False
    """Whether all that it forbade and required, as far as is known, was over then."""

    @classmethod
    def of(
        cls,
        root: str,
        status: StatusNow | None,
        order: Fact[OrderMade] | None,
        at: datetime,
        allowed: frozenset[Sensitivity],
        circulation: Circulation | None,
        because: str | None = None,
        *,
        varied: bool = False,
    ) -> "OrderShown":
        """The order of a breach, as it stood ``at`` the time of that. The words of a prohibition may hold her
        address: they go with location."""
        said = order.said if order else None
        forbidden = terms.standing_first(said.prohibitions, at) if said else []
        without = set() if Sensitivity.LOCATION in allowed else {"text"}
        return cls(
            order=root,
            because=because,
            type=said.order.value if said else None,
            status=status,
            fact=order.id if order else None,
            reference=said.reference if said else None,
            court=said.court if said else None,
            made=said.made if said else None,
            ends=said.ends if said else None,
            prohibitions=[each.model_dump(exclude=without) | {"over": over} for each, over in forbidden],
            breach=ORDER_TYPES[said.order].breach if said else None,
            arrest=may_arrest(said.order, said.power_of_arrest) if said else None,
            circulation=circulation.unnamed() if circulation else None,
            varied=varied,
            all_over=said is not None and terms.all_over([*said.prohibitions, *said.requirements], at),
        )


class Party(Shown):
    """Somebody whom an order binds or protects. ``name`` is None where no agency gives one."""

    person: str
    name: Name | None


class StatusOf(Shown):
    """What holds of an order for one of several whom it binds. None: it is not known whether they were
    served."""

    person: Party
    status: StatusNow | None


class OrderOf(Shown):
    """An order that binds or protects the person who was asked about, as it holds at the answer's time.
    ``status`` is None where it is not known whether the respondent was served: then nobody can tell; and
    where not the same holds for all whom it binds: ``of_each`` has each of several. Of one that binds the
    person, ``agency``, ``court`` and ``reference`` are None and the terms are without their words."""

    order: str
    binds: bool
    type: OrderType
    agency: str | None
    reference: str | None
    court: str | None
    made: AwareDatetime
    ends: AwareDatetime | None
    until_further_order: bool
    status: StatusNow | None
    of_each: list[StatusOf] = []
    breach: Breach
    """What it is to break it, and whether that is ground for arrest without a warrant. None: not known."""
    arrest: bool | None
    respondents: list[Party]
    protected: list[Party]
    prohibitions: list[dict[str, Any]]
    requirements: list[dict[str, Any]]
    circulation: Circulation | None = None
    """Who has it, without the agencies; None: nothing is asked of that."""
    may_open: bool = False
    """Whether its own page is there for the reader."""


class OverShown(Shown):
    """An order that is over, lately or nobody knows since when, or that was applied for. ``nothing``: nothing
    that is known here protects the same people since ``ends``."""

    order: str
    binds: bool
    type: OrderType
    reason: str
    ends: AwareDatetime | None
    nothing: bool


class StatusShown(Shown):
    """What is in force for a person, or to come; and apart from it what is ``over``. ``unknown``: it cannot
    be told how far what is held here goes, or nobody is known here by what was asked, or a record about them,
    or about nobody knows whom, could not be read; then no order may be relied on not to be there."""

    at: AwareDatetime
    fresh_until: AwareDatetime | None
    unknown: bool
    incomplete: int
    known: bool
    """Whether anything here came from the record or number that was asked about: else it may be mistyped."""
    person: Party
    orders: list[OrderOf]
    over: list[OverShown] = []
    without_answer: int = 0
    """So many breaches by or against them had no answer in 24 hours; 0 where fewer than three had none."""
    pattern: list[OffenceNamed] = []
    """What all of it may be: a prompt to a person."""
    way: SafeWay | None = None
    """Of whom an order protects, whether they may be contacted: never by which number. None: none does."""


class RecordShown(Shown):
    """One agency's record of the occurrence."""

    root: str
    type: str
    agency: str
    occurred: AwareDatetime
    precision: str
    kind: str
    weapon: bool | None
    suspect_present: bool | None
    alerted: bool


class ToldShown(Shown):
    """One generation of the alert."""

    generation: int
    urgency: Urgency
    state: AlertState


class StepShown(Shown):
    """A step of the answer. Only the police are shown its ``outcome``, and which officer decided it."""

    step: BreachStep
    at: AwareDatetime
    agency: str
    urgency: Urgency | None = None
    lowers: Urgency | None = None
    outcome: OutcomeType | None = None
    rank: PoliceRank | None = None
    by: str | None = None


class AnswerShown(Shown):
    """The answer: by when it is due, and when it first came. ``asked_for``: since when, or from when on,
    somebody is asked for it; None: nobody is. ``earlier``: so many breaches by the same people came before,
    and ``left`` of them had no answer in their time."""

    steps: list[StepShown]
    due: AwareDatetime | None
    answered: AwareDatetime | None
    asked_for: AwareDatetime | None
    earlier: int
    left: int

    @classmethod
    def of(cls, known: Answer) -> "AnswerShown":
        """What a row has of it."""
        kept = known.model_dump(include=set(cls.model_fields))
        return cls.model_validate(kept | {"asked_for": known.calls_from})


class BreachShown(Shown):
    """A breach with all that this reader may see of it. ``left_out`` names the sections that the
    reader may not see; ``facts`` are what it was made of. ``incomplete``: so many records about it or
    its people could not be read, which an operator was told at ``operator_told``; of ``whose_unknown``
    others nobody knows whom they are about."""

    cause: str
    incomplete: int
    whose_unknown: int
    operator_told: AwareDatetime | None
    agency: str
    occurred: AwareDatetime
    precision: str
    recorded: AwareDatetime | None
    withdrawn: bool
    corrected: bool
    kind: str | None
    weapon: bool | None
    suspect_present: bool | None
    children_present: bool | None
    said_by: BreachSaidBy | None = None
    """Whose word it is, told through ``agency``; None: nobody says."""
    narrative: str | None
    grade: Grade
    graded: list[str]
    urgency: Urgency | None
    urgency_because: str | None
    area: str | None
    order: OrderShown | None
    order_because: str | None
    beside: list[OrderShown] = []
    """The other orders that were in force between its people then."""
    people: list[PersonShown]
    records: list[RecordShown]
    told: list[ToldShown]
    answer: AnswerShown
    pattern: PatternShown = PatternShown()
    may_progress: bool
    places_withheld: bool = False
    """Whether places that other agencies say are for whoever was called alone: a record of somebody here is
    flagged as sensitive."""
    facts: list[str]
    left_out: list[Sensitivity]
    fresh_until: AwareDatetime | None = None
    """Before when all that anybody had accepted is held here; null: that cannot be told."""
    known_at: AwareDatetime | None = None
    """The time *as it was known*: then nothing of it can be done, and no way to reach anybody is given."""

    def of_then(self, at: datetime) -> "BreachShown":
        """As it was known: how to reach a victim is of now alone, and so is what can be done."""
        people = [each.of_then() for each in self.people]
        return self.model_copy(update={"known_at": at, "people": people, "may_progress": False})

    @classmethod
    def of(
        cls,
        row: OrdersBreach,
        breach: Fact[BreachReported] | None,
        people: list[PersonShown],
        orders: Sequence[OrderShown],
        allowed: frozenset[Sensitivity],
        facts: list[str],
        incomplete: Incomplete,
        may_progress: bool,
        pattern: PatternShown,
    ) -> "BreachShown":
        """The answer. ``breach`` is None where the report was withdrawn: what it said is gone. ``orders`` are
        the one that it is of, where one is known or given, and those beside it."""
        said = breach.said if breach else None
        narrative = said.narrative if said and Sensitivity.NARRATIVE in allowed else None
        kept = row.model_dump(include=_KEPT)
        return cls.model_validate(
            {
                **kept,
                "incomplete": incomplete.records,
                "whose_unknown": incomplete.whose_unknown,
                "operator_told": incomplete.told,
                "recorded": breach.recorded if breach else None,
                "corrected": breach is not None and breach.version > 1,
                "weapon": said.weapon if said else None,
                "suspect_present": said.suspect_present if said else None,
                "children_present": said.children_present if said else None,
                "said_by": said.said_by if said else None,
                "narrative": narrative.text if isinstance(narrative, Narrative) else None,
                "order": next((each for each in orders if each.order == row.order), None),
                "beside": [each for each in orders if each.order != row.order],
                "people": people,
                "records": [_record(record.model_dump()) for record in row.records],
                "told": [told.model_dump(include={"generation", "urgency", "state"}) for told in row.told],
                "answer": AnswerShown.of(row.answer),
                "pattern": pattern,
                "may_progress": may_progress and (not row.withdrawn or bool(row.answer.steps)),
                "facts": facts,
                "left_out": sorted(SHOWABLE - allowed),
            }
        )


_KEPT = {
    "cause",
    "agency",
    "occurred",
    "precision",
    "withdrawn",
    "kind",
    "grade",
    "graded",
    "urgency",
    "urgency_because",
    "area",
    "order_because",
}


def _record(values: dict[str, Any]) -> dict[str, Any]:
    standing: Sequence[object] = values.pop("standing")
    return {name: values[name] for name in RecordShown.model_fields if name in values} | {
        "alerted": bool(standing)
    }
