"""What is worked out of rows once is what would be worked out anew, after each fact and at any time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hypothesis import given, settings

from chassis.facts import Fact
from chassis.ledger import digest
from chassis.once import Same
from chassis.parking import Incomplete
from chassis.reading import row_of
from chassis.views import Row
from services.marac.conference import breaches, compose, hers, others, risk, rows
from services.marac.conference.known import CaseKnown
from services.marac.conference.other_party import own_rows
from tests.services.marac import caseload
from tests.services.marac.caseload import histories, referral, world
from tests.services.marac.conftest import Marac, complete, prepared
from tests.support.facts import NOON, root_of
from tests.support.waiting import until

R = TypeVar("R", bound=Row)
Bytes = Mapping[tuple[str, str], bytes]
TIMES = (NOON, NOON + timedelta(days=400), NOON)
KEPT = (breaches._read, hers._standing, others._told, risk._risk)


def known_of(made: Bytes, at: datetime, *, anew: bool = False) -> CaseKnown:
    """Ann's case as a look has it: of rows that are read once, or ``anew`` of rows that nobody has seen."""

    def read(kind: type[R], view: str, subject: str) -> R:
        body = made[view, subject]
        return kind.model_validate_json(body) if anew else row_of(kind, digest(body), body.decode())

    case = read(rows.ConferenceCase, "conference_case", root_of("case"))
    theirs = [each for each in others.people_of(case) if ("conference_person", each) in made]
    people = {each: read(rows.ConferencePerson, "conference_person", each) for each in theirs}
    return CaseKnown(at, case, own_rows(case, people), {}, {}, {}, Incomplete(0, None, 0))


def says(known: CaseKnown) -> list[Any]:
    """All that is worked out once, and what follows from it."""
    told = {each: (known.lines_of(each), known.about_others(each)) for each in known.people}
    found = [list(known.lines.items()), told, known.pattern, known.risk, known.standing]
    return [*found, compose.missing_of(known)]


def forget() -> None:
    """Keep nothing of what was worked out."""
    for each in KEPT:
        each.cache_clear()


def says_anew(made: Bytes, at: datetime) -> list[Any]:
    """The same, of what nobody has read or worked out."""
    forget()
    return says(known_of(made, at, anew=True))


@settings(deadline=None, max_examples=15)
@given(histories())
def test_a_look_says_what_the_rows_of_this_moment_say(history: list[Fact[Any]]) -> None:
    worlds = [world(referral(), *history[:n]).bytes() for n in range(len(history) + 1)]
    told = [says(known_of(made, at)) for made in worlds for at in TIMES]
    assert told == [says_anew(made, at) for made in worlds for at in TIMES]


def test_what_was_worked_out_of_a_row_is_not_worked_out_again() -> None:
    made = world(referral(), caseload.breach(), caseload.incident(), caseload.risk()).bytes()
    says(known_of(made, NOON))
    missed = [each.cache_info().misses for each in KEPT]
    says(known_of(made, NOON + timedelta(seconds=1)))
    assert [each.cache_info().misses for each in KEPT] == missed


def test_a_review_becomes_late_while_its_row_stays_the_same() -> None:
    made = world(referral(), caseload.risk(), caseload.breach()).bytes()
    (due, *_) = (each.due for each in known_of(made, NOON).risk.reviews)
    late = [known_of(made, at).risk.reviews[0].late for at in (due - timedelta(seconds=1), due)]
    assert late == [False, True]


def test_a_row_is_the_same_as_itself_and_as_none_that_says_the_same() -> None:
    one, like = [1], [1]
    assert Same(one) == Same(one)
    assert hash(Same(one)) == hash(Same(one))
    assert Same(one) != Same(like)
    assert Same(one) != one


async def test_a_fact_that_arrives_is_on_the_next_look(marac: Marac) -> None:
    made = await prepared(marac)
    await until(lambda: complete(marac, made), what="the case stands still")

    async def looked() -> dict[str, Any]:
        (line,) = (await marac.get("chair", f"meetings/{made.meeting}/agenda")).json()["cases"]
        return dict(line)

    before = await looked()
    assert await looked() == before
    await marac.say("police", caseload.breach().said, 10)

    async def counted() -> bool:
        return bool((await looked())["breaches"] == before["breaches"] + 1)

    await until(counted, what="the new breach is on the agenda")
    warm = await looked()
    forget()
    assert await looked() == warm
