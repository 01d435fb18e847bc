"""Level 0: at which MAPPA level a person is managed, with nothing in it that tells where a victim is."""

from collections.abc import Iterable, Iterator, Mapping

from chassis.facts import Fact
from contracts.content import Said
from contracts.events.people import RiskAssessed
from contracts.rules.occurrence import LONDON
from contracts.vocabulary import Mappa
from services.marac import casefile
from services.marac.rules.mappa import HIGHEST_FIRST, Word, standing
from services.marac.tasking import rows


def mappa_of(against: Iterable[casefile.Told], kinds: Mapping[str, str]) -> tuple[rows.MappaSaid, ...]:
    """What those who manage say, by kind of agency and month, the highest level first."""
    words = [
        Word(fact.agency, kinds.get(fact.agency, ""), level, fact.occurred) for fact, level in _said(against)
    ]
    lines = {
        rows.MappaSaid(level=each.level, agency_kind=each.kind, month=f"{each.at.astimezone(LONDON):%Y-%m}")
        for each in standing(words)
    }
    newest_first = sorted(lines, key=lambda line: (line.month, line.agency_kind), reverse=True)
    return tuple(sorted(newest_first, key=lambda line: HIGHEST_FIRST.index(line.level)))


def facts_of(against: Iterable[casefile.Told]) -> tuple[str, ...]:
    """The facts that say a level."""
    return tuple(sorted(fact.id for fact, _ in _said(against)))


def _said(against: Iterable[casefile.Told]) -> Iterator[tuple[Fact[Said], Mappa]]:
    for each in against:
        said = each.fact.said
        if isinstance(said, RiskAssessed) and said.mappa is not None:
            yield each.fact, said.mappa
