"""An agenda that is printed: each of its cases as it is printed alone, in turn and on record; none that is no
more there for whoever prints it."""

from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from chassis.http.problem import Problem
from chassis.ledger import digest
from contracts.events.operations import AuditShown
from contracts.vocabulary import Role
from services.marac.conference import case_pages, copying, queries, researched
from services.marac.conference.research import ANSWERS
from services.marac.conference.views import CASE
from services.marac.rules.agenda import letters
from tests.services.marac import caseload
from tests.services.marac.caseload import STREET
from tests.services.marac.conftest import CALLERS, Marac, complete, prepared, supported
from tests.services.marac.test_http import in_page, shown
from tests.services.marac.test_restricted import to
from tests.support.facts import someone
from tests.support.waiting import until


class Two(NamedTuple):
    """A meeting, Ann's case at it, whom the IDVA's service supports, and Eve's."""

    meeting: str
    ann: str
    eve: str


@pytest.fixture
async def two(marac: Marac) -> Two:
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    await supported(marac)
    people = [someone(Role.VICTIM, "eve"), someone(Role.PERPETRATOR, "dan")]
    of_eve = await marac.say("haven", caseload.referral(grade=None, people=people).said, 3)
    await until(lambda: marac.page("coordinator", of_eve))
    path = f"meetings/{made.meeting}/cases"
    assert (await marac.post("coordinator", path, {"case": of_eve})).status_code == 201
    return Two(made.meeting, made.case, of_eve)


async def paper(marac: Marac, who: str, path: str) -> Any:
    return await marac.http.get(f"/marac/{path}/print", headers={"Authorization": f"Bearer {who}"})


async def looks(marac: Marac, who: str, case: str) -> list[AuditShown]:
    found = [each for each in await shown(marac, case) if each.view == CASE.name]
    return [each for each in found if each.person == CALLERS[who].id]


async def test_each_case_of_an_agenda_is_printed_in_turn_without_places_and_on_record(
    marac: Marac, two: Two
) -> None:
    assert await until(lambda: in_page(marac, "idva", two.ann, STREET)), "they see where their client is"
    cases = (two.ann, two.eve)
    before = {case: await looks(marac, "idva", case) for case in cases}
    page = await paper(marac, "idva", f"meetings/{two.meeting}")
    assert page.status_code == 200, page.text
    assert STREET not in page.text
    sheets = page.text.split('<article class="gt-sheet">')[2:]
    assert [letters(case) in sheet for case, sheet in zip(cases, sheets, strict=True)] == [True, True]
    of = dict[str, set[str]]()
    for case in cases:
        (look,) = [each for each in await looks(marac, "idva", case) if each not in before[case]]
        alone, facts, left_out = await case_pages.read_case(marac.runtime, CALLERS["idva"], case, paper=True)
        assert look.content == digest(alone.seen), "as it is printed alone"
        assert (set(look.facts), set(look.left_out)) == (facts, left_out)
        of[case] = facts
    assert two.ann in of[two.ann]
    assert two.eve in of[two.eve]
    assert of[two.ann].isdisjoint(of[two.eve])


async def test_sheets_come_in_the_order_in_which_they_are_asked_for(marac: Marac, two: Two) -> None:
    for asked in ([two.ann, two.eve], [two.eve, two.ann]):
        pages = await case_pages.sheets(marac.runtime, CALLERS["idva"], asked)
        assert [page.case for page in pages] == asked


async def test_nothing_is_printed_of_a_case_that_is_shut_while_it_is_read(
    marac: Marac, two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = case_pages.sees_of
    assert (await paper(marac, "chair", f"meetings/{two.meeting}")).status_code == 200
    assert await looks(marac, "chair", two.ann), "who printed it is on record"

    async def shut(*asked: Any, **how: Any) -> Any:
        path = f"cases/{two.ann}/restriction"
        await marac.post_upon("coordinator", path, to("coordinator", "idva"))
        return await reads(*asked, **how)

    monkeypatch.setattr(case_pages, "sees_of", shut)
    with pytest.raises(Problem) as refused:
        await case_pages.sheets(marac.runtime, CALLERS["chair-too"], [two.ann, two.eve])
    assert refused.value.status == 404
    for case in (two.ann, two.eve):
        assert await looks(marac, "chair-too", case) == [], "what nobody got was shown to nobody"
    monkeypatch.undo()
    page = await paper(marac, "chair", f"meetings/{two.meeting}")
    assert (page.status_code, letters(two.ann) in page.text) == (200, False), "the next is without it"


async def test_no_answers_are_shown_of_a_case_that_is_shut_while_they_are_read(
    marac: Marac, two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    await marac.runtime.set_clock(marac.runtime.clock.now() + timedelta(days=6, hours=23))

    def then_shut(case: str, reads: Any) -> Any:
        async def read(*asked: Any, **how: Any) -> Any:
            found = await reads(*asked, **how)
            said = await marac.post_upon(
                "coordinator", f"cases/{case}/restriction", to("coordinator", "idva")
            )
            assert said.status_code == 201, said.text
            return found

        return read

    reads, chair = researched.read_of_cases, CALLERS["chair"]
    monkeypatch.setattr(researched, "read_of_cases", then_shut(two.ann, reads))
    with pytest.raises(Problem) as refused:
        await researched.of_cases(marac.runtime, chair, [two.ann, two.eve])
    assert refused.value.status == 404
    looks = [each for case in (two.ann, two.eve) for each in await shown(marac, case)]
    assert [each for each in looks if (each.view, each.person) == (ANSWERS.name, chair.id)] == []
    monkeypatch.undo()
    too = CALLERS["chair-too"]
    monkeypatch.setattr(copying.queries, "read_cases", then_shut(two.eve, copying.queries.read_cases))
    with pytest.raises(Problem) as refused:
        await copying.take(marac.runtime, too, two.meeting)
    assert refused.value.status == 404
    assert [each for each in await shown(marac, two.meeting) if each.view == copying.TAKEN] == []


async def test_nothing_is_read_for_paper_that_is_not_on_it(
    marac: Marac, two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[str]()

    async def waiting(*_: Any) -> list[Any]:
        asked.append("what waits")
        return []

    monkeypatch.setattr(queries, "waiting_in", waiting)
    assert (await paper(marac, "chair", f"meetings/{two.meeting}")).status_code == 200
    await marac.runtime.set_clock(marac.runtime.clock.now() + timedelta(days=6, hours=23))
    copy, chair = f"/marac/meetings/{two.meeting}/copy", {"Authorization": "Bearer chair"}
    assert (await marac.http.post(copy, headers=chair)).status_code == 200, "taken along"
    assert asked == []
    await marac.get("chair", f"meetings/{two.meeting}/agenda")
    assert asked == ["what waits"], "on the screen it is"
