"""The clocks of the field: a DVPN served on a Friday evening before a bank holiday. Its service is corrected,
and the clock moves; its hearing is missed, and the supervisor is called, once, through a restore
of every store; the order that the court made ends it, and before its own end stands first with what replaces
it. And notify, away for two hours, is no volley when it is back. On both deployments."""

import asyncio
from datetime import datetime, time, timedelta
from typing import Any

import httpx
import pytest

from chassis.clock import LONDON, bank_holidays, is_working_day
from tests.scenarios import caseload, scene
from tests.scenarios.conftest import NOW
from tests.scenarios.goldthread import Deployed, Goldthread
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

pytestmark = pytest.mark.slow


def _monday() -> datetime:
    """The start of the last bank holiday on a Monday that is three weeks past, after a Friday of work."""
    days = [
        day
        for day in bank_holidays()
        if day.weekday() == 0
        and day < NOW.date() - timedelta(days=21)
        and is_working_day(day - timedelta(days=3))
        and is_working_day(day + timedelta(days=1))
    ]
    return datetime.combine(max(days), time(), LONDON)


MONDAY = _monday()
FRIDAY = MONDAY - timedelta(days=3)
SERVED = FRIDAY + timedelta(hours=20)
DUE = MONDAY + timedelta(days=1, hours=20)
"""Saturday counts; neither Sunday nor the bank holiday does."""
LATER = timedelta(hours=2)
"""How much later the notice was served than was first told."""
CIRCULATING = ("circulation", "confirmation")


def people() -> list[dict[str, Any]]:
    return [caseload.her("niche", "N-501"), caseload.him("respondent", "niche", "N-502")]


def notice(made: datetime) -> dict[str, Any]:
    """By the police: a domestic violence protection notice."""
    content = {
        "people": people(),
        "routing": {"area": "northmere-north"},
        "order": "dvpn",
        "made": made.isoformat(),
        "authorised_by": "superintendent",
        "prohibitions": [{"kind": "no-contact"}],
    }
    return caseload.submission(content, made, made, regime="DPA_PART3")


def dvpo(made: datetime) -> dict[str, Any]:
    """By the police: the order that the court made upon it."""
    more = {"order": "dvpo", "court": "Magistrates", "ends": (made + timedelta(days=28)).isoformat()}
    body = notice(made)
    del body["content"]["authorised_by"]
    return body | {"content": body["content"] | more}


async def get(goldthread: Goldthread, who: str, path: str) -> Any:
    return (await (await goldthread.person(who)).get(path)).json()


async def clocks(goldthread: Goldthread, who: str, cause: str) -> list[dict[str, Any]]:
    """The clocks about a cause that somebody sees, but for who has the order (``sent``)."""
    shown = (await get(goldthread, who, "/notify/v1/clocks"))["clocks"]
    return [each for each in shown if each["cause"] == cause and each["rule"] not in CIRCULATING]


async def sent(goldthread: Goldthread, root: str, at: datetime) -> None:
    """An order of which nobody was told is late for the orders team; once it is sent and entered, its teams
    have a day to confirm it. Of neither is anybody called."""

    async def runs(rule: str, owner: str, due: datetime) -> bool:
        shown = (await get(goldthread, "dev-malik", "/notify/v1/clocks"))["clocks"]
        found = [each for each in shown if each["cause"] == root and each["rule"] in CIRCULATING]
        state = "late" if due <= at else "runs"
        return [(e["rule"], e["owner"], e["state"], datetime.fromisoformat(e["due"])) for e in found] == [
            (rule, owner, state, due)
        ]

    made = FRIDAY + timedelta(hours=18)
    await until(lambda: runs("circulation", "orders-team", made + timedelta(hours=24)))
    page = (await (await goldthread.person("dev-malik")).get("/notify/clocks")).text
    assert "An order is sent to those who must have it, 24 hours" in page
    content = {"order": root, "version": 1, "teams": [{"kind": "response"}, {"kind": "neighbourhood"}]}
    body = caseload.submission(content | {"systems": ["pnc"]}, at, at, regime="DPA_PART3")
    await goldthread.post("northmere-police", "/orders/v1/circulations", body)
    await until(lambda: runs("confirmation", "sent-to", at + timedelta(hours=24)))


async def runs_until(goldthread: Goldthread, cause: str, due: datetime, rule: str = "hearing") -> None:
    """Wait until somebody on call sees that this clock runs until then."""

    async def seen() -> bool:
        found = await clocks(goldthread, "dev-malik", cause)
        return [(each["rule"], datetime.fromisoformat(each["due"])) for each in found] == [(rule, due)]

    await until(seen)


async def served(goldthread: Goldthread, root: str) -> None:
    """The notice was served; then that is corrected to two hours later."""
    said = caseload.service(root, SERVED)
    receipt = await goldthread.post("northmere-police", "/orders/v1/services", said)
    await runs_until(goldthread, root, DUE)
    system = await goldthread.system("northmere-police")
    answer = await system.put(
        f"/orders/v1/facts/{receipt['root']}",
        json=caseload.service(root, SERVED + LATER),
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 200, answer.text
    await runs_until(goldthread, root, DUE + LATER)


async def called(goldthread: Goldthread, cause: str) -> dict[str, Any]:
    """Wait until the supervisor is called; give the alert."""
    supervisor: httpx.AsyncClient = await goldthread.person("helen-sato")
    alert: dict[str, Any] = {}

    async def calls() -> bool:
        alert.update((await supervisor.get(f"/notify/v1/alerts/{cause}")).json())
        return bool(alert.get("called_you"))

    await until(calls)
    return alert


async def test_a_hearing_that_is_missed_over_a_bank_holiday_calls_somebody_once(
    deployment: Deployed, goldthread: Goldthread
) -> None:
    async with Webhook() as webhook:
        await goldthread.set_clock(FRIDAY + timedelta(hours=23))
        await scene.configure(goldthread, scene.Place(), webhook.url, FRIDAY + timedelta(hours=23))
        made = FRIDAY + timedelta(hours=18)
        root = (await goldthread.post("northmere-police", "/orders/v1/orders", notice(made)))["root"]
        await served(goldthread, root)
        (clock,) = await clocks(goldthread, "dev-malik", root)
        assert datetime.fromisoformat(clock["moved_from"]) == DUE
        assert (clock["state"], clock["owner"], clock["area"]) == ("runs", "orders-team", "northmere-north")
        assert await clocks(goldthread, "sam-lindqvist", root) == [], "not of his area"
        refused = await (await goldthread.person("priya-nair")).get("/notify/v1/clocks")
        assert refused.status_code == 404, "no right to read clocks"

        await goldthread.set_clock(DUE + timedelta(minutes=30))
        await goldthread.settled()
        answer = await (await goldthread.person("helen-sato")).get(f"/notify/v1/alerts/{root}")
        assert answer.status_code == 404, "it was moved, and has not run out"

        late = DUE + LATER + timedelta(minutes=1)
        await goldthread.set_clock(late)
        alert = await called(goldthread, root)
        assert (alert["rule"], alert["about"], alert["urgency"]) == ("hearing", "order", "now")
        (clock,) = await clocks(goldthread, "dev-malik", root)
        assert clock["state"] == "late"
        page = (await (await goldthread.person("dev-malik")).get("/notify/clocks")).text
        assert "1 clock has run out, and nobody has taken it." in page
        assert f'href="/orders/orders/{root}"' in page
        assert caseload.HIM["family"] not in page
        await sent(goldthread, root, late)
        await until(lambda: webhook.first("helen-sato", root))

        await restored(deployment, goldthread, late + timedelta(minutes=1))
        after = await called(goldthread, root)
        assert (after["raised"], after["state"], after["tries"]) == (alert["raised"], "unanswered", 1)
        assert [message.to for message in webhook.kept] == ["helen-sato"]

        taken = await (await goldthread.person("helen-sato")).post(f"/notify/v1/alerts/{root}/acknowledge")
        assert taken.json()["state"] == "answered"

        async def seen_as_taken() -> bool:
            found = {each["rule"]: each["state"] for each in await clocks(goldthread, "dev-malik", root)}
            return found == {"hearing": "taken", "unresolved": "runs"}

        await until(seen_as_taken)
        await goldthread.set_clock(late + timedelta(hours=3))

        async def asked_what_was_done() -> bool:
            found = await get(goldthread, "helen-sato", f"/notify/v1/alerts/{root}")
            called = {each["rule"] for each in (found, *found["others"]) if each["called_you"]}
            states = {each["rule"]: each["state"] for each in await clocks(goldthread, "dev-malik", root)}
            return called == {"hearing", "unresolved"} and states["unresolved"] == "late"

        await until(asked_what_was_done)

        order = dvpo(DUE)
        new = (await goldthread.post("northmere-police", "/orders/v1/orders", order))["root"]
        ends = (DUE.astimezone(LONDON) + timedelta(days=28)).astimezone(LONDON)
        await runs_until(goldthread, new, ends - timedelta(days=14), "ends-14")

        async def over() -> bool:
            return await clocks(goldthread, "dev-malik", root) == []

        await until(over)
        shown = await get(goldthread, "helen-sato", f"/notify/v1/alerts/{root}")
        assert shown["state"] == "stood-down"
        await ends_soon(goldthread, new, DUE + timedelta(days=22))


async def ends_soon(goldthread: Goldthread, order: str, at: datetime) -> None:
    """Six days before its end the order stands first on the list, with what replaces it: nothing; another
    that nobody has served, which is no cover; and once it was served, that one."""
    listed = await get(goldthread, "helen-sato", "/orders/v1/orders")
    assert order not in {each["order"] for each in listed["ending"]["orders"]}, "it has 28 days"
    await goldthread.set_clock(at)

    async def tells(nothing: bool, by: list[tuple[str, str]], says: str) -> None:
        async def so() -> bool:
            found = (await get(goldthread, "helen-sato", "/orders/v1/orders"))["ending"]["orders"]
            page = await get(goldthread, "helen-sato", f"/orders/v1/orders/{order}")
            if [each["order"] for each in found] != [order] or page["ending"] != found[0]["ending"]:
                return False
            known = page["ending"]
            told = [(each["type"], each["how"]) for each in known["by"]]
            return (known["days"], known["unknown"], known["nothing"], told) == (7, False, nothing, by)

        await until(so, says)
        helen = await goldthread.person("helen-sato")
        for path in ("/orders/", f"/orders/orders/{order}"):
            text = (await helen.get(path, headers={"Accept": "text/html"})).text
            assert says in text, path
            assert caseload.HER["family"] not in text.partition("<h1")[0], path

    await tells(True, [], "NOTHING REPLACES IT.")
    body = notice(at - timedelta(hours=2))
    del body["content"]["authorised_by"]
    body["content"] |= {"order": "non-molestation", "court": "Family", "until_further_order": True}
    new = (await goldthread.post("northmere-police", "/orders/v1/orders", body, "replaces"))["root"]
    await tells(True, [("non-molestation", "not-served")], "nobody has told here that it was served")
    service = caseload.service(new, at - timedelta(hours=1))
    await goldthread.post("northmere-police", "/orders/v1/services", service, "replaces-served")
    await tells(False, [("non-molestation", "covers")], "it may forbid less, or carry no arrest.")


async def test_after_two_hours_without_notify_each_alert_calls_once(
    deployment: Deployed, goldthread: Goldthread
) -> None:
    """A breach calls somebody, and a hearing is an hour away, when notify goes. Back after two hours it calls
    of the breach by the step that is due then, by none between; and once of the hearing that was missed."""
    at = DUE + timedelta(days=23)
    before, back = at - timedelta(hours=3), at + timedelta(hours=2)
    async with Webhook() as webhook:
        await goldthread.set_clock(before)
        await scene.configure(goldthread, scene.Place(), webhook.url, before)
        served = at - timedelta(hours=47)
        order = (await goldthread.post("northmere-police", "/orders/v1/orders", notice(served)))["root"]
        said = caseload.service(order, served)
        await goldthread.post("northmere-police", "/orders/v1/services", said)
        await runs_until(goldthread, order, at + timedelta(hours=1))
        await goldthread.set_clock(at)
        body = caseload.housing_breach(at - timedelta(minutes=20))
        body = caseload.of_two(body, "castlegate-housing", "811", "victim", "perpetrator")
        breach = (await goldthread.post("castlegate-housing", "/orders/v1/breaches", body))["root"]
        await until(lambda: webhook.first("dev-malik", breach))
        await goldthread.settled()

        others = await asyncio.to_thread(deployment.take_away, "notify")
        await goldthread.set_clock(back, others)
        await asyncio.to_thread(deployment.bring_back, "notify", back)
        await until(lambda: webhook.first("marcus-dunne", breach))
        await until(lambda: webhook.first("helen-sato", order))
        await goldthread.settled()
        called = {cause: sorted(m.to for m in webhook.kept if m.cause == cause) for cause in (breach, order)}
        assert called[breach] == ["dev-malik", "helen-sato", "marcus-dunne"], "then one step, which calls two"
        assert called[order] == ["helen-sato"]


async def test_bail_that_ends_without_a_charge_is_told_to_the_force_and_to_the_idva(
    goldthread: Goldthread,
) -> None:
    """The force's supervisor is called at once; the order's page and the case's say why it ended, and the
    case that nothing is in its place. An IDVA is called by nobody: the case's page is what tells them."""
    at = DUE + timedelta(days=24)
    await goldthread.set_clock(at)
    await scene.configure(goldthread, scene.Place(), "http://127.0.0.1:9", at)
    police, given = "northmere-police", at - timedelta(days=2)
    referral = caseload.of_two(caseload.referral(given), "harbour-idva", "810", "victim", "perpetrator")
    case = (await goldthread.post("harbour-idva", "/referrals/v1/marac-referrals", referral))["root"]
    body = caseload.of_two(caseload.bail(given), police, "810", "victim", "respondent")
    body["content"] |= {"routing": {"area": "northmere-north"}}
    root = (await goldthread.post(police, "/orders/v1/orders", body))["root"]
    await runs_until(goldthread, root, given + timedelta(days=90 - 14), "ends-14")

    ended = body | {"occurred": at.isoformat(), "recorded": at.isoformat()}
    ended["content"] = body["content"] | {
        "stage": "discharged",
        "ended_because": "released-under-investigation",
    }
    system = await goldthread.system(police)
    path, headers = f"/orders/v1/facts/{root}", {"If-Match": '"1"'}
    wrong = ended | {"content": ended["content"] | {"stage": "made"}}
    assert (await system.put(path, json=wrong, headers=headers)).status_code == 422, "it has not ended"
    assert (await system.put(path, json=ended, headers=headers)).status_code == 200
    alert = await called(goldthread, root)
    assert (alert["rule"], alert["urgency"]) == ("bail-ended", "now")

    why = "Released under investigation: without any conditions."
    idva = await goldthread.person("carys-bevan")

    async def told() -> bool:
        shown = (await idva.get(f"/marac/v1/cases/{case}")).json()
        ends = [(each["order"], each["ended_because"]) for each in shown["orders"]]
        gaps = {each["code"] for each in shown["missing"]}
        return (
            ends == [("police-bail", "released-under-investigation")]
            and {"order-ended", "alert-unanswered"} <= gaps
            and [each["trigger"] for each in shown["risk"]["reviews"]] == ["bail-ended"]
            and {each["rule"] for each in shown["owed"]["clocks"]}
            == {"plan-inadequate", "tell-bail", "tell-release"}
            and why in (await idva.get(f"/marac/cases/{case}")).text
        )

    await until(told)
    helen = await goldthread.person("helen-sato")
    assert why in (await helen.get(f"/orders/orders/{root}")).text


async def restored(deployment: Deployed, goldthread: Goldthread, at: datetime) -> None:
    """Every store is dropped, read back from the log and folded again."""
    await asyncio.to_thread(deployment.restored, at)
    await goldthread.set_clock(at)
    await goldthread.settled()
