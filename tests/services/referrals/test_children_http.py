"""Children over HTTP: what is taken, what is refused and how, and the clock that starts of it."""

from datetime import timedelta
from typing import Any

from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.vocabulary import AlertRule
from tests.services.referrals.scene import Referrals, mention, named
from tests.services.referrals.test_support_http import prepared
from tests.support.waiting import until

ROUTING = {"routing": {"area": "north"}}
ANN = named("victim", "P-1")
BEN = named("suspect", "P-2") | {"relationship": "ex-partner"}
KIT = named("child", "P-3", born=["2018-05-01"], name={"family": "Marsh", "given": "Kit"})
TERMS = {"terms": [{"starts": "2026-09-02", "ends": "2026-10-23"}]}


async def running(referrals: Referrals, number: str) -> set[AlertRule]:
    """The clocks that run about one of the police's records."""
    facts = await referrals.runtime.facts([f"m:{mention('police', number)}"])
    over = {(each.said.rule, each.said.generation) for each in facts.current(ClockStopped)}
    started = [each.said for each in facts.current(ClockStarted)]
    return {said.rule for said in started if (said.rule, said.generation) not in over}


async def runs(referrals: Referrals, number: str, *rules: AlertRule) -> None:
    """Wait until of the clocks of children just these run about somebody."""
    ours = {AlertRule.SCHOOL_TOLD, AlertRule.SCHOOL_ACKNOWLEDGED, AlertRule.RETURN_INTERVIEW}

    async def so() -> bool:
        return await running(referrals, number) & ours == set(rules)

    await until(so, what=f"{rules} run")


async def test_the_school_is_told_and_acknowledges_and_a_correction_undoes_it(referrals: Referrals) -> None:
    await prepared(referrals)
    incident = {"people": [ANN, BEN, KIT], "kind": "common-assault", **ROUTING}
    assert (await referrals.post("police", "incidents", incident)).status_code == 201
    await runs(referrals, "P-1", AlertRule.SCHOOL_TOLD)
    told = {"people": [ANN, KIT], "step": "told", **ROUTING}
    taken = await referrals.post("police", "school-tellings", told)
    assert taken.status_code == 201, taken.text
    await runs(referrals, "P-1", AlertRule.SCHOOL_ACKNOWLEDGED)
    read = {"people": [ANN, KIT], "step": "acknowledged", **ROUTING}
    assert (await referrals.post("police", "school-tellings", read)).status_code == 201
    await runs(referrals, "P-1")
    assert (await referrals.withdraw("police", taken)).status_code == 200
    await runs(referrals, "P-1")  # that it was acknowledged says that it was told


async def test_a_child_is_found_and_is_to_be_asked(referrals: Referrals) -> None:
    await prepared(referrals)
    now = referrals.runtime.clock.now()
    gone: dict[str, Any] = {"people": [KIT], "missing": (now - timedelta(hours=30)).isoformat(), **ROUTING}
    taken = await referrals.post("police", "missing-children", gone)
    assert taken.status_code == 201, taken.text
    found = gone | {"found": (now - timedelta(hours=9)).isoformat()}
    assert (await referrals.correct("police", taken, found)).status_code == 200
    await runs(referrals, "P-3", AlertRule.RETURN_INTERVIEW)
    asked = {"people": [KIT], "step": "done", **ROUTING}
    assert (await referrals.post("police", "return-interviews", asked)).status_code == 201
    await runs(referrals, "P-3")


async def test_what_is_wrong_is_said_by_field_and_kind_and_what_is_incomplete_is_taken(
    referrals: Referrals,
) -> None:
    await prepared(referrals)
    assert (await referrals.post("police", "child-circumstances", {"people": [KIT]})).status_code == 201
    now = referrals.runtime.clock.now()
    later = (now + timedelta(hours=1)).isoformat()
    for path, said, kind in (
        ("child-circumstances", {"people": [KIT, BEN]}, "others_named"),
        ("child-circumstances", {"people": [ANN]}, "one_child"),
        ("school-tellings", {"people": [ANN], "step": "told"}, "child_missing"),
        ("missing-children", {"people": [KIT], "missing": later}, "time-in-the-future"),
        ("missing-children", {"people": [KIT], "missing": now.isoformat(), "found": later}, "future"),
    ):
        refused = await referrals.post("police", path, said)
        assert refused.status_code == 422, path
        assert kind in refused.text
        assert "Marsh" not in refused.text
    assert (await referrals.post("idva", "child-circumstances", {"people": [KIT]})).status_code == 404


async def test_the_schools_of_an_area_are_for_whoever_is_of_it(referrals: Referrals) -> None:
    await prepared(referrals)
    for content, status in (
        (TERMS | {"area": "north"}, 201),
        (TERMS | {"school": "100200"}, 201),
        (TERMS | {"area": "south"}, 404),
        (TERMS, 422),
    ):
        assert (await referrals.post("council", "school-calendars", content)).status_code == status


async def test_a_school_by_its_number_is_for_whoever_runs_schools(referrals: Referrals) -> None:
    await prepared(referrals)
    for who, status in (("council", 201), ("police", 404), ("hospital", 404), ("housing", 404)):
        said = TERMS | {"school": "100200"}
        assert (await referrals.post(who, "school-calendars", said)).status_code == status, who
