"""Two worlds that differ in nothing but where she lives: another town, with its own agencies, records,
school, court and people on call. Whoever looks at him sees the same bytes in both."""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import dropwhile
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import orjson

from tests.scenarios import caseload, scene
from tests.scenarios.conftest import START
from tests.scenarios.goldthread import DIRECTORY, Goldthread, deployed
from tests.scenarios.webhook import Webhook
from tests.support.waiting import until

AT = scene.FOLDED.replace(second=1)
"""What the clock says when both worlds are looked at: the same minute stands on every page."""

ABROAD = {
    "harbour-idva": "westhaven-refuge-and-support",
    "northmere-hospital": "quay-infirmary",
    "castlegate-housing": "shore-homes",
    "northmere-council": "westhaven-district-council",
}
"""The agencies of her side, there. Those of his, the police who hold his order, are the same."""

NORTH = scene.Place()
SHORE = scene.Place(
    area="westhaven-shore",
    name="Westhaven Shore",
    agencies=ABROAD,
    words={
        "14 Alder Lane": "The Old Net Loft, 3 Quay Steps",
        "Alder Lane Primary": "Saint Elmo's Church of England School",
        "ZZ1 4QQ": "ZZ9 8WW",
        "harbour-cms": "oasis",
        "C-104": "A-99210",
        "H-77123": "0042",
        "liquidlogic": "mosaic",
        "civica": "northgate",
        "T-2201": "TEN/7",
        "07700 900123": "01632 960456",
        "weekdays 10am to 2pm": "evenings",
        "library books": "tide tables",
        "Emergency department": "Minor injuries, Quay Infirmary",
        "Northmere Family Court": "Westhaven Combined Court Centre",
    },
    posts={
        "first": "una-teal",
        "second": "bo-marlin",
        "supervisor": "ife-dunlin",
        "duty_officer": "cy-gannet",
    },
    admin="wyn-heron",
)
OTHERS = {
    "Marlowe-Okonjo": "Tredwell",
    "Jennifer": "Nadia",
    "Harcastle": "Brockhurst",
    "Dean": "Warren",
    "Toby": "Isolde",
    caseload.NHS_HER: "9990000034",
    caseload.NHS_HIM: "9990000042",
    caseload.PNC_HIM: "1999/0217865Q",
    "C-104": "C-555",
    "H-77123": "H-80001",
    "T-2201": "T-3302",
    "L-8": "L-18",
    "L-9": "L-19",
    "N-501": "N-611",
    "N-502": "N-612",
    "NM/26/0417": "NM/26/0555",
    "X/100/26": "X/555/26",
}
"""A second case in each world, of two other people: who are heard of, and how, in the same words."""


def directory(folder: Path) -> Path:
    """The try-out's people and systems, and those of the other town."""
    people = [
        {"id": name, "name": name.title(), "about": post, "agency": "westhaven-police", "areas": [SHORE.area]}
        | {"roles": ["supervisor" if post == "supervisor" else "on-call"]}
        for post, name in SHORE.posts.items()
    ]
    admin = {"id": SHORE.admin, "name": "Wyn Heron", "about": "Areas", "agency": "westhaven-district-council"}
    chair = {"id": "ned-plover", "name": "Ned Plover", "about": "Chair", "agency": "westhaven-police"}
    people += [
        admin | {"roles": ["area-admin"], "areas": ["westhaven", SHORE.area]},
        chair | {"roles": ["marac-chair"], "areas": [SHORE.area]},
    ]
    systems = [
        {"id": agency, "name": agency, "agency": agency, "areas": [], "secret": f"{agency}-try-out"}
        | {"roles": ["reporter", "support-reporter"] if home == "harbour-idva" else ["reporter"]}
        for home, agency in ABROAD.items()
    ]
    file = folder / "directory.json"
    known = {"people": DIRECTORY["people"] + people, "systems": DIRECTORY["systems"] + systems}
    file.write_text(json.dumps(known))
    return file


def second(place: scene.Place) -> scene.Place:
    """The same place, where the second case is told: a record number is exchanged once."""
    return replace(place, words={**place.words, **OTHERS})


async def lived(place: scene.Place, chair: str) -> dict[str, str]:
    """All that is shown, sent and logged of the perpetrators of a world where she lives here."""
    folder = Path(mkdtemp(prefix="gt-"))
    environment = {"GOLDTHREAD_IDENTITY_DIRECTORY": str(directory(folder))}
    with deployed("embedded", folder, START, environment) as found:
        async with Webhook() as webhook:
            goldthread = Goldthread(found.url)
            await goldthread.set_clock(AT)
            await scene.configure(goldthread, place, webhook.url)
            first = await scene.tell(goldthread, place)
            await scene.linked(goldthread, chair, first)
            other = await scene.tell(goldthread, second(place))
            await against_both(goldthread, place)
            await scene.linked(goldthread, chair, other)
            await until(lambda: both_told(webhook, first, other), "a message of each of the two breaches")
            await goldthread.settled()
            await goldthread.set_clock(AT)
            await until(lambda: fresh(goldthread), "a page that is up to date")
            before = len(lines(folder))
            shown = await scene.perpetrator_side(goldthread)
            await goldthread.close()
    # A line is written after its answer, so the log is whole when the process has ended; and that of the
    # page just found fresh may have come after the count.
    log = lines(folder)
    looks = [line for line in log[before:] if "cohort" in line.get("route", "")]
    looks = list(dropwhile(lambda line: line["route"] == "/marac/cohort", looks))
    calls = [line for line in log if line["event"] == "tell.tried"]
    assert looks
    assert calls
    # Of each cause the last, of each kind of message and of call one: a busy machine calls somebody anew, or
    # of a second record by itself, in one world alone.
    last = {message.cause: message.text for message in webhook.kept}
    messages = sorted({alike(text, found.url, webhook.url) for text in last.values()})
    tried = sorted({alike(as_logged([line]), found.url, webhook.url) for line in calls})
    shown |= {"messages": "\n".join(messages), "log": as_logged(looks), "calls": "\n".join(tried)}
    return {name: alike(text, found.url, webhook.url) for name, text in shown.items()}


async def fresh(goldthread: Goldthread) -> bool:
    """Whether pages are up to date, and say so."""
    reader = await goldthread.person("tom-achterberg")
    return "Holds all accepted by" in (await reader.get("/marac/cohort")).text


async def both_told(webhook: Webhook, *cases: dict[str, str]) -> bool:
    """Whether somebody was told of each breach, by one of its two records: the second is told of by itself
    only where it was not known yet, when it came, that it is the same breach."""
    told = {message.cause for message in webhook.kept}
    return all(not told.isdisjoint({case["breach"], case["police breach"]}) for case in cases)


async def against_both(goldthread: Goldthread, place: scene.Place) -> None:
    """The police add that he did to the other woman at the same moment what he did to her."""
    body = caseload.police_incident(scene.BEGAN + timedelta(days=1))
    other = second(place).told(body)["content"]["people"][0]
    told = place.told(body)
    told["content"] |= {"people": [other, told["content"]["people"][1]], "reference": "X/777/26"}
    await goldthread.post("northmere-police", "/referrals/v1/incidents", told)


def lines(folder: Path) -> list[dict[str, Any]]:
    """The lines of the process's log."""
    return [orjson.loads(line) for line in (folder / "goldthread.log").read_text().splitlines()]


def as_logged(found: list[dict[str, Any]]) -> str:
    """Lines of a log without the times of the run."""
    kept = [{k: v for k, v in each.items() if k not in ("time", "duration_ms")} for each in found]
    return "\n".join(json.dumps(each, sort_keys=True) for each in kept)


CHANGING = {
    "id": r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "trace": r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]",
    "time": r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)",
    "signature": r"t=\d+,v1=[0-9a-f]{64}",
    "alert": r'(?:(?<="alert":")|(?<=Goldthread alert ))\d+',
    "seal": r"eyJ[\w-]+\.[\w.-]+",
}
SECOND = re.compile(r"\d{1,2}:\d\d:\d\d[ap]m")
"""When a page was made, and before when it holds all: now and then the same second."""

_CHANGING = re.compile("|".join(f"(?P<{name}>{shape})" for name, shape in CHANGING.items()))


def alike(text: str, url: str, webhook: str) -> str:
    """A text with what differs from run to run replaced by its order of appearance."""
    seen: dict[str, dict[str, int]] = defaultdict(dict)

    def name(found: re.Match[str]) -> str:
        kind = str(found.lastgroup)
        return f"<{kind} {seen[kind].setdefault(found[0], len(seen[kind]))}>"

    for address, stands_for in ((url, "GOLDTHREAD"), (webhook, "WEBHOOK")):
        text = text.replace(address, stands_for).replace(address.removeprefix("http://"), stands_for)
    return SECOND.sub("<second>", _CHANGING.sub(name, text))


async def test_nothing_that_is_shown_of_him_tells_where_she_lives() -> None:
    north, shore = await asyncio.gather(lived(NORTH, "rowan-ellis"), lived(SHORE, "ned-plover"))
    assert list(north) == list(shore)
    assert {"harcastle", "brockhurst"} <= set(re.findall("[a-z]+", north["cohort, page"].lower()))
    assert differing(north, shore) == ""
    for word in (*SHORE.words.values(), *ABROAD.values(), "westhaven", "Tredwell", "Nadia", "Isolde"):
        assert word.lower() not in "".join(shore.values()).lower(), word


def differing(north: Mapping[str, str], shore: Mapping[str, str]) -> str:
    """Where the two first differ, with what stands around it; empty where they are the same bytes."""
    for name, text in north.items():
        if text != shore[name]:
            at = next((i for i, (a, b) in enumerate(zip(text, shore[name], strict=False)) if a != b), -80)
            around = slice(max(0, at - 80), at + 80)
            return f"{name}: {text[around]!r} and {shore[name][around]!r}"
    return ""
