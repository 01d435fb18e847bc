"""A place, those who work there, and the journey's case in it: what hostile tests look at and pry into.

Whatever tells where she lives is a word of the case that can be exchanged: for another place's, or for
a marker that is searched for afterwards.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from tests.scenarios import caseload
from tests.scenarios.conftest import NOW
from tests.scenarios.goldthread import Goldthread
from tests.support.waiting import until

SINCE = timedelta(days=12)
BEGAN = NOW - SINCE
FOLDED = NOW - timedelta(hours=1)
"""What the services' clock says when the case is told."""

POSTS = {
    "first": "dev-malik",
    "second": "joan-okafor",
    "supervisor": "helen-sato",
    "duty_officer": "marcus-dunne",
}


@dataclass(frozen=True)
class Place:
    """Where she lives: the area, who works there, and the words of the case that tell of it.

    ``agencies`` gives the agency that stands in the place of each of the journey's; ``words`` what
    stands in the place of a text of the journey's case; ``posts`` who is on call.
    """

    area: str = "northmere-north"
    name: str = "Northmere North"
    agencies: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    posts: Mapping[str, str] = field(default_factory=lambda: POSTS)
    admin: str = "colin-wray"

    def agency(self, agency: str) -> str:
        """The agency here that is what this one is in the journey."""
        return self.agencies.get(agency, agency)

    def told(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """What is posted, as it is told here."""
        text = json.dumps(body, ensure_ascii=False)
        for word, here in {"northmere-north": self.area, **self.words}.items():
            text = text.replace(word, here)
        told: dict[str, Any] = json.loads(text)
        return told


KINDS = {
    "harbour-idva": "idva-service",
    "northmere-hospital": "health",
    "castlegate-housing": "housing",
    "northmere-council": "council",
    "northmere-police": "police",
}


async def configure(goldthread: Goldthread, place: Place, webhook: str, now: datetime = NOW) -> None:
    """The place's areas, agencies and rota; each person on call has a path of their own at a webhook."""
    began = now - SINCE
    admin, operator = await goldthread.person(place.admin), await goldthread.person("aisha-bright")
    force = place.area.split("-")[0]
    for area, name, kind, within in (
        (force, force.title(), "force", {}),
        (place.area, place.name, "marac", {"within": force}),
    ):
        content = {"area": area, "name": name, "kind": kind, **within}
        await _set(operator, "/notify/v1/areas", content, began)
    for agency, kind in KINDS.items():
        here = place.agency(agency)
        content = {"agency": here, "name": here.replace("-", " ").title(), "kind": kind}
        await _set(operator, "/notify/v1/agencies", content, began)
    rota: dict[str, Any] = {
        "area": place.area,
        "starts": began.isoformat(),
        "ends": (now + timedelta(days=30)).isoformat(),
    }
    for post, name in place.posts.items():
        me = (await (await goldthread.person(name)).get("/notify/v1/me")).json()
        rota[post] = {"person": me["id"], "webhook": f"{webhook}/{name}"}
    await _set(admin, "/notify/v1/rota", rota, began)


async def _set(admin: httpx.AsyncClient, path: str, content: dict[str, Any], at: datetime) -> None:
    answer = await admin.post(path, json=caseload.submission(content, at, at))
    assert answer.status_code == 201, answer.text


def immigration(occurred: datetime) -> dict[str, Any]:
    """By the IDVA service, for support alone."""
    people = [caseload.her("harbour-cms", "C-104", nhs_number=caseload.NHS_HER)]
    section = {"status": "Spouse visa until the spring", "no_recourse_to_public_funds": True}
    return caseload.submission({"people": people, "immigration": section}, occurred)


async def tell(goldthread: Goldthread, place: Place) -> dict[str, str]:
    """Post the journey's case as it is told in this place; give each fact's root by its name."""
    day, breached = BEGAN + timedelta(days=1), NOW - timedelta(hours=5)
    referrals, orders = "/referrals/v1", "/orders/v1"
    roots: dict[str, str] = {}

    async def post(name: str, agency: str, path: str, body: dict[str, Any]) -> str:
        receipt = await goldthread.post(place.agency(agency), path, place.told(body))
        roots[name] = receipt["root"]
        return roots[name]

    await post("referral", "harbour-idva", f"{referrals}/marac-referrals", caseload.referral(day))
    await post("immigration", "harbour-idva", f"{referrals}/immigration", immigration(day))
    hospital = caseload.hospital_incident(day)
    await post("injury", "northmere-hospital", f"{referrals}/incidents", hospital)
    contact = caseload.hospital_contact(day, "Came alone; asked about support.")
    await post("contact", "northmere-hospital", f"{referrals}/health-contacts", contact)
    await post("household", "northmere-council", f"{referrals}/households", caseload.household(day))
    await post("housing", "castlegate-housing", f"{referrals}/housing", caseload.housing(day))
    await post("hearing", "harbour-idva", f"{referrals}/hearings", caseload.hearing(day))
    await post("stalking", "northmere-police", f"{referrals}/incidents", caseload.police_incident(day))
    order = await post("order", "northmere-police", f"{orders}/orders", caseload.order(day))
    served = caseload.service(order, day + timedelta(hours=6))
    await post("service", "northmere-police", f"{orders}/services", served)
    bail = caseload.bail(day - timedelta(hours=20))
    await post("bail", "northmere-police", f"{orders}/orders", bail)
    breach = caseload.housing_breach(breached)
    await post("breach", "castlegate-housing", f"{orders}/breaches", breach)
    again = caseload.police_breach(breached)
    await post("police breach", "northmere-police", f"{orders}/breaches", again)
    return roots


async def linked(goldthread: Goldthread, chair: str, roots: Mapping[str, str]) -> None:
    """Wait until the matcher has made one person of her five records, and everything is folded."""
    reader = await goldthread.person(chair)

    async def page() -> bool:
        answer = await reader.get(f"/marac/v1/cases/{roots['referral']}")
        if answer.status_code != 200:
            return False
        shown = answer.json()
        said_by = {line["agency"] for line in shown["victim"]["lines"]}
        breaches = [each for each in shown["occurrences"] if each["breach"]]
        return len(said_by) == len(KINDS) and any(len(each["records"]) == 2 for each in breaches)

    await until(page, "her page speaks of five agencies, and two records of one breach")
    await goldthread.settled()


async def perpetrator_side(goldthread: Goldthread, who: str = "tom-achterberg") -> dict[str, str]:
    """All that is shown of perpetrators, by what it is: the cohort and everybody in it, who is put forward
    and what is decided of each, as data and as pages, headers and all."""
    reader = await goldthread.person(who)
    people = (await reader.get("/marac/v1/cohort")).json()["people"]
    paths = {"cohort": "cohort"} | {f"place {n}": f"cohort/{p['person']}" for n, p in enumerate(people, 1)}
    paths |= {"cohort, put forward": "candidates"}
    decided = {f"place {n}, decision": f"cohort/{p['person']}/decision" for n, p in enumerate(people, 1)}
    shown = {}
    for name, path in (paths | decided).items():
        for form, prefix in (("data", "/marac/v1"), ("page", "/marac")):
            if form == "data" and name in decided:
                continue  # a form
            answer = await reader.get(f"{prefix}/{path}", headers={"Accept": "text/html, */*"})
            assert answer.status_code == 200, f"{path}: {answer.status_code}"
            headers = sorted((k, v) for k, v in answer.headers.items() if k not in ("date", "content-length"))
            shown[f"{name}, {form}"] = f"{headers}\n{answer.text}"
    return shown
