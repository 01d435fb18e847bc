"""Where whoever is protected is, as far as the rows of people tell: the area that is routed to."""

from collections.abc import Iterable, Mapping

from chassis.facts import Fact
from contracts.content import Said
from services.orders.views.person import OrdersPerson, VictimLine, area_of


def line_of(victim: str, rows: Mapping[str, OrdersPerson], others: Iterable[OrdersPerson]) -> VictimLine:
    """What is known of a victim: by their own row where it can be read, else by these others'."""
    own = [rows[victim]] if victim in rows else others
    lines = [line for row in own for line in row.victims if line.person == victim]
    return max(lines, key=lambda line: line.news, default=VictimLine(person=victim))


def newest_area(fact: Fact[Said], lines: Iterable[VictimLine]) -> str | None:
    """The newest word on where these victims are, the fact's own among it. None: nobody says."""
    known = [(line.area_at, line.area_from or "", line.area) for line in lines if line.area_at]
    if (own := area_of(fact.said)) is not None:
        known.append((fact.occurred, fact.root, own))
    return max(known)[2] if known else None
