"""A list is cut among what its reader may see: what other areas have pushes nothing out of it."""

from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest
from sqlalchemy import select
from starlette.responses import StreamingResponse

from chassis.accept import own_header
from chassis.http.auth import Caller
from chassis.pages import live
from chassis.runtime import Runtime
from contracts.events.conference import CaseListed
from contracts.events.support import MessageSent
from contracts.sections import Narrative
from contracts.vocabulary import CaseRole
from services.marac import queries
from services.marac.conference import action_plan
from services.marac.conference.messages import MESSAGE, MessageTable
from services.marac.pages import routes
from tests.services.marac.caseload import ben, cat, kit, referral
from tests.services.marac.conftest import CALLERS, Marac, Prepared, caller, complete, prepared, request_of
from tests.services.marac.test_actions import agreed
from tests.services.marac.test_messages import ASKED, with_both
from tests.support.facts import area, mention_of
from tests.support.waiting import until


async def in_the_south(marac: Marac) -> str:
    """A newer case, of the south alone, with a child."""
    said = referral(people=[cat(), ben(), kit()], routing=area("south")).said
    case = await marac.say("haven", said, 1)

    async def there() -> bool:
        return (await marac.get("chair-elsewhere", f"cases/{case}")).status_code == 200

    await until(there, what="the south has its case")
    return case


async def test_the_newest_cases_are_those_that_the_caller_may_see(marac: Marac) -> None:
    made = await prepared(marac)
    south = await in_the_south(marac)
    for who in ("chair", "chair-elsewhere"):
        page = (await marac.get(who, "children?limit=1")).json()
        assert (page["cases"], page["next"]) == (1, None), who
    of_both = caller("both", "police", "marac-coordinator", "north", "south")
    said = CaseListed(case=south, meeting=made.meeting)
    await marac.runtime.take(own_header(marac.runtime.clock.now()), said, caller=of_both, right="test")

    async def listed() -> bool:
        return (await marac.get("chair", f"cases/{south}")).status_code == 200

    await until(listed, what="a meeting of the north is to hear it")
    page = (await marac.get("chair", "children?limit=1")).json()
    assert page["cases"] == 1
    assert page["next"], "it is theirs too, and there is one more"


async def test_the_first_actions_are_those_of_the_callers_areas(
    marac: Marac, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await prepared(marac)
    north = await agreed(marac, made)
    other = Prepared(await in_the_south(marac), "", "", "")
    south = await agreed(marac, other, days=1, who="coordinator-elsewhere")
    monkeypatch.setattr(action_plan, "MOST", 1)
    for who, own in (("chair", north), ("chair-elsewhere", south)):
        page = (await marac.get(who, "actions")).json()
        assert ([line["action"] for line in page["areas"]], page["more"]) == ([own], False), who
    page = (await marac.get("housing", "actions")).json()
    assert ([line["action"] for line in page["yours"]], page["more"]) == ([north], False)
    page = (await marac.get("housing-elsewhere", "actions")).json()
    assert ([line["action"] for line in page["yours"]], page["more"]) == ([south], False), (
        "their agency's too"
    )
    await agreed(marac, made, days=9)
    assert (await marac.get("housing", "actions")).json()["more"] is True
    shown = await marac.http.get("/marac/actions", headers={"Authorization": "Bearer housing"})
    assert "There are more than are listed here" in shown.text


async def test_an_open_case_looks_again_for_its_own_actions_alone(
    marac: Marac, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, south = await prepared(marac), Prepared(await in_the_south(marac), "", "", "")

    async def all_there() -> bool:
        return bool(await complete(marac, made))

    await until(all_there, what="the case stands still")
    read, looks = queries.read_case, list[str]()

    async def counted(runtime: Runtime, reader: Caller, case: str) -> Any:
        looks.append(case)
        return await read(runtime, reader, case)

    seen = live.digest(marac.runtime.ids, (await read(marac.runtime, CALLERS["chair"], made.case))[0].seen)
    monkeypatch.setattr(queries, "read_case", counted)
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 1)
    request = request_of("chair")
    opened = await routes.case_live(request, made.case, marac.runtime, CALLERS["chair"], seen)
    assert isinstance(opened, StreamingResponse)
    events = cast("AsyncGenerator[str]", opened.body_iterator)
    assert "retry" in str(await anext(events))
    assert "still here" in str(await anext(events))
    before = len(looks)
    await agreed(marac, south, who="coordinator-elsewhere")
    assert "still here" in str(await anext(events))
    assert len(looks) == before, "what is agreed elsewhere is no matter of this case"
    await agreed(marac, made)
    assert "event: news" in str(await anext(events))
    await events.aclose()


async def test_messages_of_others_that_wait_push_none_out(marac: Marac) -> None:
    made = await with_both(marac)
    south, hers = await in_the_south(marac), mention_of("haven", "cat")
    words = Narrative(text="Is the court on Monday?")
    for _ in range(201):
        said = MessageSent(case=south, victim=hers, to=CaseRole.IDVA, words=words)
        await marac.say("police", said, 1)

    async def wait() -> bool:
        return len(await marac.runtime.rows(MESSAGE, select(MessageTable))) == 201

    await until(wait, what="those of the others wait")
    await marac.post("idva", f"cases/{made.case}/messages", {"text": ASKED})

    async def theirs() -> bool:
        waits = (await marac.get("officer", "messages")).json()["messages"]
        return [line["case"] for line in waits] == [made.case]

    await until(theirs, what="the officer's own is listed")
