"""A copy of an agenda for the meeting: from when, until when, for whom, and what of it is on record."""

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from chassis.reading import parsed
from contracts.events.operations import AuditShown
from contracts.rules.occurrence import LONDON
from services.marac.rules.copying import window
from tests.services.marac.caseload import STREET
from tests.services.marac.conftest import CALLERS, Marac, complete, prepared
from tests.support.tables import lines
from tests.support.waiting import until


@lines(__file__, "copying")
def test_a_copy_is_there_from_the_day_before_until_the_day_is_over(line: dict[str, Any]) -> None:
    starts, at = (datetime.fromisoformat(str(line[each])).replace(tzinfo=LONDON) for each in ("starts", "at"))
    opens, ends = window(starts)
    assert ("not-yet" if at < opens else "over" if at >= ends else "yes") == line["copy"]


async def test_who_takes_a_copy_is_on_record_with_all_that_is_in_it(marac: Marac) -> None:
    made = await prepared(marac)
    await until(lambda: complete(marac, made))
    soon = {"area": "north", "starts": (marac.runtime.clock.now() + timedelta(hours=1)).isoformat()}
    meeting = (await marac.post("coordinator", "meetings", soon)).json()["root"]
    await marac.post("coordinator", f"meetings/{meeting}/cases", {"case": made.case})

    async def ask(who: str, which: str, method: str = "GET") -> Any:
        path = f"/marac/meetings/{which}/copy"
        return await marac.http.request(method, path, headers={"Authorization": f"Bearer {who}"})

    async def listed() -> bool:
        return bool((await marac.get("chair", f"meetings/{meeting}/agenda")).json()["cases"])

    await until(listed)
    early = await ask("chair", made.meeting, "POST")
    assert early.status_code == 422
    assert re.search(r"A copy can be taken from \w+ \d+ \w+( \d{4})? on\.", early.text), (
        "a day, and no midnight"
    )
    for who in ("idva", "housing", "chair-elsewhere", "matac", "on-call"):
        assert (await ask(who, meeting)).status_code == 404, who
        assert (await ask(who, meeting, "POST")).status_code == 404, who
    for _ in range(2):
        file = await ask("chair", meeting, "POST")
        assert file.status_code == 200
        assert file.headers["content-disposition"] == 'attachment; filename="goldthread-copy.html"'
        for kept in ("Doe, Ann", STREET, "07700 900123", made.case, meeting):
            assert kept not in file.text, kept
    async with marac.runtime.store.reading() as connection:
        query = text("select body from fact where type = :type")
        bodies = (await connection.execute(query, {"type": AuditShown.type})).scalars().all()
    looks = [each.content for each in map(parsed, bodies) if isinstance(each.content, AuditShown)]
    takings = [each for each in looks if (each.view, each.subject) == ("agenda-copy", meeting)]
    assert [each.person for each in takings] == [CALLERS["chair"].id] * 2, "each taking"
    page = await marac.page("chair", made.case)
    newest = {line["fact"] for line in page["victim"]["lines"]}
    assert newest <= set(takings[-1].facts)
    codes = {
        who: (await ask(who, meeting)).text.split('gt-code">')[1][:19] for who in ("chair", "coordinator")
    }
    assert codes["chair"] != codes["coordinator"], "a copy opens for whoever took it"
    assert CALLERS["chair"].id not in file.text
