"""The rota as those who plan it use it, by REST and by page: an hour that nobody is on is told before it
comes, and stood down when it is filled; shifts are swapped, handed over, taken back; calendars come in
whole or not at all. On both deployments."""

import re
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.clock import LONDON
from tests.scenarios import caseload, scene
from tests.scenarios.conftest import START
from tests.scenarios.goldthread import Goldthread
from tests.support.waiting import until

pytestmark = pytest.mark.slow
EAST = scene.Place("northmere-east", "Northmere East")
MONDAY = START.replace(hour=7, minute=0, second=0) + timedelta(days=63 - START.weekday())


async def id_of(goldthread: Goldthread, name: str) -> str:
    return str((await (await goldthread.person(name)).get("/notify/v1/me")).json()["id"])


async def shift(goldthread: Goldthread, who: str, starts: datetime, ends: datetime, **posts: str) -> Any:
    """A shift by REST; give its receipt."""
    people = {
        post: {
            "person": await id_of(goldthread, name),
            "name": name.replace("-", " ").title(),
            "webhook": f"http://127.0.0.1:9/{name}",
        }
        for post, name in posts.items()
    }
    said = {"area": "northmere-east", "starts": starts.isoformat(), "ends": ends.isoformat(), **people}
    client = await goldthread.person(who)
    answer = await client.post("/notify/v1/rota", json=caseload.submission(said, MONDAY, MONDAY))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def week(client: httpx.AsyncClient, day: datetime = MONDAY) -> dict[str, Any]:
    path = f"/notify/v1/rota?area=northmere-east&week={day.date()}"
    shown: dict[str, Any] = (await client.get(path)).json()
    return shown


async def gap_alerts(client: httpx.AsyncClient, state: str = "unanswered") -> list[dict[str, Any]]:
    """The alerts about gaps that a supervisor sees waiting, once somebody was called for each."""
    alerts = (await client.get("/notify/v1/alerts")).json()["waiting"]
    return [
        each for each in alerts if each["rule"] == "rota-gap" and each["state"] == state and each["tries"]
    ]


def form(page: str) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found
    return found[1]


async def test_an_hour_that_nobody_is_on_is_told_before_it_comes_and_filled(goldthread: Goldthread) -> None:
    await goldthread.set_clock(MONDAY)
    await scene.configure(goldthread, EAST, "http://127.0.0.1:9", MONDAY)
    helen, colin = await goldthread.person("helen-sato"), await goldthread.person("colin-wray")
    shown = await week(helen)
    (planned,) = {
        each["shift"]["root"] for day in shown["days"] for each in day["stretches"] if each["shift"]
    }
    assert (shown["gaps"], shown["may_set"]) == ([], True)
    # The month that the scene sets is taken back: a day and a day, and nobody in the night between.
    gone = await colin.delete(f"/notify/v1/facts/{planned}", headers={"If-Match": '"1"'})
    assert gone.status_code == 200, gone.text
    day, next_day = MONDAY + timedelta(days=2), MONDAY + timedelta(days=3)
    await shift(goldthread, "colin-wray", MONDAY, day, first="sam-lindqvist", supervisor="helen-sato")
    await shift(
        goldthread,
        "colin-wray",
        next_day,
        MONDAY + timedelta(days=90),
        first="mina-farrow",
        supervisor="helen-sato",
    )

    async def told() -> list[dict[str, Any]]:
        return await gap_alerts(helen)

    (alert,) = await until(told)
    assert (alert["rota_of"], alert["urgency"], alert["called_you"]) == ("northmere-east", "day", True)
    (gap,) = (await week(helen))["gaps"]
    assert (gap["told"], gap["cause"], gap["posts"]) == ("waiting", alert["cause"], ["first", "supervisor"])
    assert [each["person"] for each in gap["instead"]["first"]] == [None], (
        "the force has no rota: nobody is called"
    )
    page = (await helen.get("/notify/rota?area=northmere-east")).text
    assert "NOBODY IS CALLED" in page
    assert "Helen Sato" in page
    sam = await goldthread.person("sam-lindqvist")
    assert (await week(sam))["may_set"] is False
    assert (await sam.post("/notify/rota/shifts", data={"area": "northmere-east"})).status_code == 404
    for stranger in ("dev-malik", "nell-archer"):
        there = await (await goldthread.person(stranger)).get("/notify/v1/rota?area=northmere-east")
        assert there.status_code == 404

    hours = {"starts": day.astimezone(LONDON), "ends": next_day.astimezone(LONDON)}
    fields = {"once": form(page), "area": "northmere-east", "form": "fill-1"}
    fields |= {f"{name}_day": f"{at:%Y-%m-%d}" for name, at in hours.items()}
    refused = await helen.post("/notify/rota/shifts", data=fields)
    assert (refused.status_code, "the time at which it starts" in refused.text) == (422, True)
    fields |= {f"{name}_time": f"{at:%H:%M}" for name, at in hours.items()}
    people = {
        "first": await id_of(goldthread, "sam-lindqvist"),
        "supervisor": await id_of(goldthread, "helen-sato"),
    }
    for _ in range(2):  # pressed twice
        done = await helen.post("/notify/rota/shifts", data=fields | people)
        assert done.status_code == 303, done.text

    async def stood_down() -> bool:
        return bool((await helen.get(f"/notify/v1/alerts/{alert['cause']}")).json()["state"] == "stood-down")

    await until(stood_down)
    after = await week(helen)
    assert after["gaps"] == []
    assert (
        len({each["shift"]["root"] for day in after["days"] for each in day["stretches"] if each["shift"]})
        == 3
    )
    assert "is set" in (await helen.get(done.headers["location"])).text
    await goldthread.settled()
    assert await gap_alerts(helen) == []


async def planned(goldthread: Goldthread, *shifts: tuple[float, float, str]) -> list[str]:
    """Shifts of Northmere South, from one day of the week to another; give their roots."""
    operator = await goldthread.person("aisha-bright")
    area = {"area": "northmere-south", "name": "Northmere South", "kind": "marac", "within": "northmere"}
    await operator.post("/notify/v1/areas", json=caseload.submission(area, MONDAY, MONDAY))
    colin, roots = await goldthread.person("colin-wray"), []
    for starts, ends, name in shifts:
        who = {"person": await id_of(goldthread, name), "name": name, "webhook": f"http://127.0.0.1:9/{name}"}
        said = {"area": "northmere-south", "first": who}
        said |= {"starts": _days(starts).isoformat(), "ends": _days(ends).isoformat()}
        answer = await colin.post("/notify/v1/rota", json=caseload.submission(said, MONDAY, MONDAY))
        roots.append(str(answer.json()["root"]))
    return roots


def _days(number: float) -> datetime:
    return MONDAY + timedelta(days=number)


async def south(client: httpx.AsyncClient) -> list[tuple[float, str, list[str]]]:
    """From which day of the week who is called, and who is on at the same time and is not."""
    shown = (await client.get(f"/notify/v1/rota?area=northmere-south&week={MONDAY.date()}")).json()
    found: list[tuple[float, str, list[str]]] = []
    for each in (each for day in shown["days"] for each in day["stretches"] if each["shift"]):
        others = [other["posts"]["first"]["name"] for other in each["others"]]
        who = each["shift"]["posts"]["first"]["name"]
        if not found or found[-1][1:] != (who, others):
            since = datetime.fromisoformat(each["starts"]) - MONDAY
            found.append((since / timedelta(days=1), who, others))
    return found


async def test_shifts_are_swapped_handed_over_and_taken_back(goldthread: Goldthread) -> None:
    await goldthread.set_clock(MONDAY)
    days = ((0, 2, "leila-haddad"), (2, 4, "george-pryce"), (4, 60, "leila-haddad"))
    first, second, _ = await planned(goldthread, *days)
    colin = await goldthread.person("colin-wray")
    page = (await colin.get(f"/notify/rota/shifts/{first}")).text
    said = {"once": form(page), "version": "1", "post": "first", "other": f"{second}:first"}
    assert (await colin.post(f"/notify/rota/shifts/{first}/swap", data=said)).status_code == 303
    assert await south(colin) == [(0, "george-pryce", []), (2, "leila-haddad", [])]
    history = (await colin.get(f"/notify/v1/facts/{first}")).json()["versions"]
    assert [each["change"] for each in history] == ["original", "correction"]
    stale = await colin.post(f"/notify/rota/shifts/{first}/swap", data=said | {"once": second})
    assert (stale.status_code, "changed since you opened it" in stale.text) == (422, True)

    at = _days(3).astimezone(LONDON)
    page = (await colin.get(f"/notify/rota/shifts/{second}")).text
    said = {"once": form(page), "version": "2", "post": "first"}
    said["to"] = await id_of(goldthread, "george-pryce")
    said |= {"at_day": f"{at:%Y-%m-%d}", "at_time": f"{at:%H:%M}"}
    outside = await colin.post(f"/notify/rota/shifts/{first}/hand-over", data=said)
    assert (outside.status_code, "within the shift" in outside.text) == (422, True)
    assert (await colin.post(f"/notify/rota/shifts/{second}/hand-over", data=said)).status_code == 303
    assert await south(colin) == [
        (0, "george-pryce", []),
        (2, "leila-haddad", []),
        (3, "george-pryce", []),
        (4, "leila-haddad", []),
    ]

    page = (await colin.get(f"/notify/rota/shifts/{first}")).text
    said = {"once": form(page), "version": "2"}
    gone = await colin.post(f"/notify/rota/shifts/{first}/withdraw", data=said)
    assert gone.status_code == 303
    assert (await south(colin))[0] == (2, "leila-haddad", [])
    leila = await goldthread.person("leila-haddad")
    not_hers = await leila.post(f"/notify/rota/shifts/{second}/withdraw", data=said)
    assert not_hers.status_code == 404


async def test_of_another_agencys_shift_a_change_is_set_over_it_and_two_at_once_are_said(
    goldthread: Goldthread,
) -> None:
    await goldthread.set_clock(MONDAY)
    helen = await goldthread.person("helen-sato")
    shown = (await helen.get(f"/notify/v1/rota?area=northmere-south&week={_days(35).date()}")).json()
    (root,) = {each["shift"]["root"] for day in shown["days"] for each in day["stretches"]}
    page = (await helen.get(f"/notify/rota/shifts/{root}")).text
    assert "Another agency set this shift" in page
    assert "Take the shift back" not in page
    hours = {
        name: datetime.fromisoformat(at).astimezone(LONDON)
        for name, at in (
            ("starts", shown["days"][0]["stretches"][0]["shift"]["starts"]),
            ("ends", shown["days"][0]["stretches"][0]["shift"]["ends"]),
        )
    }
    said = {"once": form(page), "version": "1", "first": await id_of(goldthread, "george-pryce")}
    for name, moment in hours.items():
        said |= {f"{name}_day": f"{moment:%Y-%m-%d}", f"{name}_time": f"{moment:%H:%M}"}
    assert (await helen.post(f"/notify/rota/shifts/{root}", data=said)).status_code == 303
    shown = (await helen.get(f"/notify/v1/rota?area=northmere-south&week={_days(35).date()}")).json()
    stretch = shown["days"][0]["stretches"][0]
    assert stretch["shift"]["posts"]["first"]["name"] == "george-pryce"
    assert [other["root"] for other in stretch["others"]] == [root]
    text = (await helen.get(f"/notify/rota?area=northmere-south&week={_days(35).date()}")).text
    assert "Two at once." in text
    assert "not called" in text


async def test_a_calendar_goes_out_and_comes_in_whole_or_not_at_all(goldthread: Goldthread) -> None:
    await goldthread.set_clock(MONDAY)
    colin, leila = await goldthread.person("colin-wray"), await goldthread.person("leila-haddad")
    exported = await leila.get("/notify/v1/rota.ics?area=northmere-south")
    assert exported.headers["content-type"].startswith("text/calendar")
    assert exported.text.count("BEGIN:VEVENT") == len(
        {line for line in exported.text.split() if line.startswith("UID:")}
    )
    own = (await leila.get("/notify/v1/rota.ics")).text
    assert own.count("BEGIN:VEVENT") >= 1
    assert "(first)" in own
    assert (await (await goldthread.person("nell-archer")).get("/notify/v1/rota.ics")).status_code == 404
    elsewhere = await (await goldthread.person("dev-malik")).get("/notify/v1/rota.ics?area=northmere-south")
    assert elsewhere.status_code == 404

    given = {"area": "northmere-south", "calendar": exported.text}
    again = await colin.post("/notify/v1/rota/calendar", json=given)
    assert again.status_code == 201, again.text
    assert {each["shifts"] for each in again.json()["events"]} == {0}, "all of it stands"

    person = await id_of(goldthread, "leila-haddad")
    event = (
        f"BEGIN:VEVENT\r\nUID:%s\r\nDTSTART:%s\r\nDTEND:%s\r\n%sATTENDEE:urn:uuid:{person}\r\nEND:VEVENT\r\n"
    )
    nights = event % (
        "a",
        f"{_days(70.5):%Y%m%dT%H%M%SZ}",
        f"{_days(71):%Y%m%dT%H%M%SZ}",
        "RRULE:FREQ=DAILY;COUNT=3\r\n",
    )
    wrong = event % ("Quillfeather", "20270101T070000", "20270101T190000", "")
    calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n%sEND:VCALENDAR\r\n"
    before = await colin.get(f"/notify/v1/rota?area=northmere-south&week={_days(70).date()}")
    refused = await colin.post(
        "/notify/v1/rota/calendar", json=given | {"calendar": calendar % (nights + wrong)}
    )
    assert refused.status_code == 422
    assert refused.json()["faults"] == [{"where": "events.2.dtstart", "kind": "no-zone-that-is-known"}]
    assert "Quillfeather" not in refused.text
    after = await colin.get(f"/notify/v1/rota?area=northmere-south&week={_days(70).date()}")
    assert after.json()["days"] == before.json()["days"], "nothing half-done"
    page = (await colin.get("/notify/rota?area=northmere-south")).text
    upload = {"once": form(page), "area": "northmere-south"}
    file = {"file": ("rota.ics", (calendar % (nights + wrong)).encode(), "text/calendar")}
    shown = await colin.post("/notify/rota/calendar", data=upload, files=file)
    assert (shown.status_code, "Event 2, dtstart: has no time zone" in shown.text) == (422, True)
    file = {"file": ("rota.ics", (calendar % nights).encode(), "text/calendar")}
    for expected in ("3 shifts set.", "3 were there already."):
        shown = await colin.post("/notify/rota/calendar", data=upload, files=file)
        assert (shown.status_code, expected in shown.text) == (200, True), shown.text
    assert (await leila.post("/notify/v1/rota/calendar", json=given)).status_code == 404
