"""Children, as the row of a person and the page of a case have them. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from chassis.clock import LONDON
from chassis.facts import Fact
from chassis.views import Folded, Subject, View
from contracts.content import Said
from contracts.events.children import CircumstancesSaid, SchoolTold
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.rules import missing_child
from contracts.rules.ages import ADULT, becoming, holding, is_child, youngest
from contracts.rules.children_clocks import CHILDREN as CLOCK_RULES
from contracts.rules.clocks import CLOCKS
from contracts.rules.risk_review import TERM
from contracts.sections import Narrative
from contracts.vocabulary import AlertRule, Characteristic, ChildPlan, Instrument, Role, SchoolStep, Setting
from contracts.vocabulary.characteristics import code_of
from services.marac import casefile
from services.marac import shown_children as shown
from services.marac.conference import rows
from services.marac.conference.children_rows import (
    ChildRow,
    ChildTable,
    CircumstancesLine,
    ClockLine,
    EpisodeLine,
    ToldLine,
)
from services.marac.conference.others import told_of
from services.marac.conference.parts import Source
from services.marac.conference.source import source
from services.marac.conference.victim_rows import Characteristics
from services.marac.rules.children import ChildSeen, gaps
from services.marac.rules.missing import Gap

YEAR = timedelta(days=365)
NOBODY = ChildRow(person="")


def fold_child(subject: Subject) -> Folded:
    """The row of a person; None for whoever has nothing to do with children."""
    facts = [(each.envelope, each.said) for each in subject.facts.current(Said)]
    row = ChildRow(
        person=subject.id,
        circumstances=tuple(
            _circumstances(fact, subject)
            for fact in subject.facts.current(CircumstancesSaid)
            if subject.id in casefile.persons(fact.said.in_role(Role.CHILD), subject.homes)
        ),
        episodes=tuple(_episode(each) for each in missing_child.of_child(facts, subject.id, subject.homes)),
        told=tuple(
            ToldLine(
                **source(fact),
                victims=casefile.persons(fact.said.in_role(Role.VICTIM), subject.homes),
                step=fact.said.step,
                to=fact.said.to,
                children=casefile.persons(fact.said.in_role(Role.CHILD), subject.homes),
            )
            for fact in subject.facts.current(SchoolTold)
        ),
        clocks=_clocks(subject),
    )
    return Folded(row if row != ChildRow(person=subject.id) else None)


def _circumstances(fact: Fact[CircumstancesSaid], subject: Subject) -> CircumstancesLine:
    said = fact.said
    return CircumstancesLine(
        **source(fact),
        victims=casefile.persons(said.in_role(Role.VICTIM), subject.homes),
        setting=said.setting,
        plan=said.plan,
        since=said.since,
        social_worker=said.social_worker,
        to_accused=said.to_accused,
        voice=said.voice.text if isinstance(said.voice, Narrative) else None,
    )


def _episode(each: missing_child.Episode) -> EpisodeLine:
    return EpisodeLine(
        roots=tuple(record.root for record in each.records),
        missing=each.missing,
        found=each.found,
        due=each.due,
        settled=each.settled,
        step=each.steps[-1][0] if each.steps else None,
    )


def _clocks(subject: Subject) -> tuple[ClockLine, ...]:
    """The deadlines about children that run: whose causes are mentions of this person."""
    over = {(f.said.rule, f.said.cause, f.said.generation) for f in subject.facts.current(ClockStopped)}
    started = (fact.said for fact in subject.facts.current(ClockStarted))
    runs = [
        ClockLine(rule=said.rule, due=said.due)
        for said in started
        if said.rule in CLOCK_RULES and (said.rule, said.cause, said.generation) not in over
    ]
    return tuple(sorted(runs, key=lambda clock: (clock.due, clock.rule)))


CHILD = View("conference_child", of="person", row=ChildRow, table=ChildTable, fold=fold_child)


@dataclass(frozen=True)
class Home:
    """A case with what is known about children of its people: of a child nothing that is said of the
    household of another victim, for that would tell of them, nor what is no line of theirs in the case."""

    case: rows.ConferenceCase
    people: Mapping[str, rows.ConferencePerson]
    known: Mapping[str, ChildRow]
    at: datetime

    @property
    def victim(self) -> str | None:
        """The victim of the case."""
        return self.case.victim.person if self.case.victim else None

    @property
    def schools(self) -> list[ClockLine]:
        """The deadlines of telling schools that run."""
        row = self.known.get(self.victim or "", NOBODY)
        return [clock for clock in row.clocks if clock.rule is not AlertRule.RETURN_INTERVIEW]

    @cached_property
    def _own(self) -> Mapping[str, Set[str]]:
        """Of each person of the case the roots of what is said of them and of no other victim."""
        return told_of(self.case, self.people).own

    def row(self, child: str) -> ChildRow:
        """What is known of a child of the case."""
        row, own = self.known.get(child, NOBODY), self._own.get(child, set())
        here = [each for each in row.circumstances if not each.victims or self.victim in each.victims]
        told = [each for each in row.told if self.victim in each.victims and child in each.children]
        roots = [(each, tuple(root for root in each.roots if root in own)) for each in row.episodes]
        return row.model_copy(
            update={
                "circumstances": tuple(each for each in here if each.root in own),
                "told": tuple(told),
                "episodes": tuple(each.model_copy(update={"roots": left}) for each, left in roots if left),
            }
        )

    def schools_of(self, child: str) -> list[str]:
        """The schools that anybody names for a child of the case, the newest said first, each once."""
        return self._schools.get(child, [])

    @cached_property
    def _schools(self) -> dict[str, list[str]]:
        found = dict[str, list[str]]()
        for child in self.case.children:
            own = self._own.get(child.person, set())
            lines = reversed(self.people[child.person].locations) if own else ()
            said = (line.location.school for line in lines if line.root in own)
            found[child.person] = list(dict.fromkeys(school for school in said if school))
        return found

    def seen(self, child: str) -> ChildSeen:
        """A child of the case, as the rules know one."""
        row = self.row(child)
        open_ = [each.missing for each in row.episodes if each.found is None]
        late = [each.due for each in row.episodes if each.due and each.is_late(self.at)]
        return ChildSeen(
            person=child,
            plan=_newest(row, "plan", ChildPlan.NOT_KNOWN)[0],
            repeated=len(_recent(row, self.at)) >= missing_child.REPEATED,
            missing_since=min(open_, default=None),
            interview_due=min(late, default=None),
            school_known=bool(self.schools_of(child)),
        )

    @property
    def young(self) -> bool:
        """Whether the victim is under 18, or pregnant. Where no agency gives a date of birth the form for
        young people says so; an age of which nothing is known is no reason to ask."""
        victim = self.people.get(self.victim or "")
        if victim is None:
            return False
        child = is_child(victim.identity.born, self.at.astimezone(LONDON).date())
        if child is None:
            child = any(each.instrument is Instrument.YP_DASH for each in victim.assessments)
        return child or _pregnant(victim, self.at, characteristics=False) is not None

    @property
    def outgrown(self) -> bool:
        """Whether the victim was assessed last by the form for young people, and is 18 by every date of birth
        that agencies give."""
        victim = self.people.get(self.victim or "")
        made = [each for each in (victim.assessments if victim else ()) if each.instrument]
        if victim is None or not made or made[-1].instrument is not Instrument.YP_DASH:
            return False
        return is_child(victim.identity.born, self.at.astimezone(LONDON).date()) is False

    def gaps(self) -> list[Gap]:
        """What is missing for the children of the case."""
        return list(gaps([self.seen(child.person) for child in self.case.children], self.schools, self.at))

    def household(self, *, locations: bool, contacts: bool) -> shown.Household:
        """The children of the case, for a caller who may, or may not, see where people are, and how the
        victim is reached and what is said of protected characteristics."""
        victim = self.people.get(self.victim or "")
        return shown.Household(
            children=[self.child(child, locations=locations) for child in self.case.children],
            pregnant=_pregnant(victim, self.at, characteristics=contacts),
            schools=[
                shown.SchoolClock(
                    rule=each.rule, owner=CLOCKS[each.rule].owner, due=each.due, late=each.due <= self.at
                )
                for each in self.schools
            ],
            ages=list(self.ages()),
        )

    def child(self, child: rows.CasePerson, *, locations: bool) -> shown.ChildShown:
        """A child of the case."""
        row, person = self.row(child.person), self.people.get(child.person)
        schools, recent = self.schools_of(child.person), _recent(row, self.at)
        plan, planned = _newest(row, "plan", ChildPlan.NOT_KNOWN)
        worker, named = _newest(row, "social_worker", None)
        told, read = _told(row.told)
        return shown.ChildShown(
            person=child.person,
            name=person.identity.name if person else None,
            age=youngest(person.identity.born, self.at.astimezone(LONDON).date()) if person else None,
            relationship=child.relationship,
            to_accused=_newest(row, "to_accused", None)[0],
            setting=_newest(row, "setting", Setting.NOT_KNOWN)[0],
            school_known=bool(schools),
            schools=schools if locations else None,
            plan=plan,
            plan_since=planned.since if planned else None,
            plan_agency=planned.agency if planned else None,
            social_worker=worker,
            worker_agency=named.agency if named else None,
            voices=[
                shown.Voice(root=each.root, text=each.voice, agency=each.agency, at=each.occurred)
                for each in reversed(row.circumstances)
                if each.voice
            ],
            missing=len(recent),
            repeated=len(recent) >= missing_child.REPEATED,
            episodes=[_shown(each, self.at) for each in reversed(recent)],
            school_told=told,
            school_read=read,
        )

    def ages(self) -> Iterator[shown.Grows]:
        """Of both parties those who are under 18; and everybody who becomes 16 or 18 soon."""
        day = self.at.astimezone(LONDON).date()
        parties = [*([self.case.victim] if self.case.victim else []), *self.case.perpetrators]
        for person in (*parties, *self.case.children):
            row = self.people.get(person.person)
            born = row.identity.born if row else ()
            age, soon = youngest(born, day), becoming(born, day)
            if age is None or not (soon or (person in parties and age < ADULT)):
                continue
            held, (turns, on) = holding(age), soon or (None, None)
            yield shown.Grows(
                person=person.person,
                role=person.role,
                age=age,
                form=held.form,
                forum=held.forum,
                consent=held.consent,
                turns=turns,
                on=on,
            )


def _told(said: Iterable[ToldLine]) -> tuple[datetime | None, datetime | None]:
    """When a school was last told, and when it has said so since."""
    known = list(said)
    last = max((each.occurred for each in known if each.step is SchoolStep.TOLD), default=None)
    read = [each.occurred for each in known if each.step is SchoolStep.ACKNOWLEDGED]
    return last, max((when for when in read if last is None or when >= last), default=None)


def _newest(row: ChildRow, name: str, unknown: Any) -> tuple[Any, CircumstancesLine | None]:
    """The newest word that any agency has on something, with the line that says it."""
    said = (each for each in reversed(row.circumstances) if getattr(each, name) != unknown)
    line = next(said, None)
    return (getattr(line, name), line) if line else (unknown, None)


def _recent(row: ChildRow, at: datetime) -> list[EpisodeLine]:
    """The episodes of the last twelve months, and those that are not known to be over."""
    return [each for each in row.episodes if each.missing > at - YEAR or each.found is None]


def _shown(each: EpisodeLine, at: datetime) -> shown.EpisodeShown:
    return shown.EpisodeShown(
        root=each.roots[0],
        records=len(each.roots),
        missing=each.missing,
        found=each.found,
        due=each.due,
        settled=each.settled,
        step=each.step,
        late=each.is_late(at),
    )


def _pregnant(
    victim: rows.ConferencePerson | None, at: datetime, *, characteristics: bool
) -> shown.Pregnant | None:
    """The newest word that a victim is pregnant, for as long as it can be so; what the victim answered as a
    protected characteristic for whoever may see those alone."""
    if victim is None:
        return None
    told: list[tuple[Source, bool | None]] = [(line, line.health.pregnant) for line in victim.health]
    if characteristics:
        told += [(line, _answered(line)) for line in victim.hers.characteristics]
    said = [each for each in told if each[1] is not None]
    line, pregnant = max(reversed(said), key=lambda each: each[0].occurred, default=(None, None))
    if line is None or not pregnant or line.occurred + TERM <= at:
        return None
    return shown.Pregnant(root=line.root, agency=line.agency, at=line.occurred)


def _answered(line: Characteristics) -> bool | None:
    """Whether the answers say that somebody is pregnant; None: they do not say."""
    given = [each for each in line.answers if each.characteristic is Characteristic.PREGNANCY]
    codes = [code_of(each.characteristic, each.value, each.scheme) for each in given if each.value]
    return codes == ["pregnant"] if codes else None
