"""Which victims each agency told of, and what it answered of their protected characteristics: not which
answer, only whether there is one. And how complete that is, for whoever administers an area."""

from datetime import datetime
from typing import cast

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.once import once
from chassis.runtime import Runtime
from chassis.views import Folded, Row, Subject, View, ViewTable
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.wishes import CharacteristicsSaid
from contracts.rules.areas import area_and_around
from contracts.sections import Equality
from contracts.vocabulary import Answering, Characteristic
from services.marac import casefile
from services.marac.rules import sharing
from services.marac.rules.completeness import OfAgency, completeness


class AgencyAnswers(BaseModel):
    """What one agency, which told of this victim, answered."""

    model_config = ConfigDict(frozen=True)

    agency: str
    answers: dict[Characteristic, Answering]


class ConferenceCharacteristics(Row):
    """A victim, by the agencies that told of them; ``area`` is where the newest word routes to."""

    person: str
    area: str | None
    agencies: list[AgencyAnswers]


class ConferenceCharacteristicsTable(ViewTable, table=True):
    """Rows of ``conference_characteristics``."""

    __tablename__ = "marac_conference_characteristics"


def fold(subject: Subject) -> Folded:
    """The row of a victim; none of anybody else."""
    known = [each for each in once(subject, casefile.told_of) if subject.id in each.victims]
    answers: dict[str, dict[Characteristic, Answering]] = {}
    for each in known:
        said, own = each.fact.said, answers.setdefault(each.fact.agency, {})
        if isinstance(said, CharacteristicsSaid) and isinstance(said.equality, Equality):
            own |= {given.characteristic: given.answer for given in said.equality.answers}
    areas = [area for each in known if (area := casefile.area_of(each.fact.said))]
    row = ConferenceCharacteristics(
        person=subject.id,
        area=areas[-1] if areas else None,
        agencies=[AgencyAnswers(agency=agency, answers=own) for agency, own in sorted(answers.items())],
    )
    return Folded(row if known else None)


CHARACTERISTICS = View(
    "conference_characteristics",
    of="person",
    row=ConferenceCharacteristics,
    table=ConferenceCharacteristicsTable,
    fold=fold,
)


class CompletenessPage(BaseModel):
    """How complete the answers are, agency by agency, of the victims in the caller's areas.
    ``agencies_named`` gives their names. Victims whose area is not known are in nobody's."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    fresh_until: datetime | None = Field(description="null: that cannot be told")
    agencies: list[OfAgency]
    agencies_named: dict[str, str]


async def completeness_page(runtime: Runtime, caller: Caller) -> CompletenessPage:
    """It, for one caller; the look is on record. Raises Problem (404) for whoever may not see it."""
    if not sharing.may_see_completeness(caller.roles):
        raise not_found()
    fresh = await runtime.fresh_until()
    configuration = await runtime.configuration(AgencyDefined, AreaDefined)
    areas, agencies = casefile.areas_of(configuration), casefile.agencies_of(configuration)
    statement = select(CHARACTERISTICS.table).order_by(CHARACTERISTICS.table.subject)
    rows = cast("list[ConferenceCharacteristics]", await runtime.rows(CHARACTERISTICS, statement))
    told = [
        (each.agency, each.answers)
        for row in rows
        if not set(caller.areas).isdisjoint(area_and_around(areas, row.area))
        for each in row.agencies
    ]
    found = completeness(told)
    named = {each.agency: agencies[each.agency].name for each in found if each.agency in agencies}
    page = CompletenessPage(at=runtime.clock.now(), fresh_until=fresh, agencies=found, agencies_named=named)
    seen = page.model_dump_json(exclude={"at", "fresh_until"}).encode()
    await runtime.shown(caller, CHARACTERISTICS.name, caller.id, seen, ())
    return page
