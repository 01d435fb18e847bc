"""What happens to a pair over the year, and which agencies see it."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from contracts.vocabulary import DASH_ITEMS
from deploy.demo import words
from deploy.demo.assessments import by_idva, by_police
from deploy.demo.posts import Notebook, Pair, Post

KINDS = {
    "verbal-abuse": 16,
    "common-assault": 20,
    "assault-with-injury": 12,
    "non-fatal-strangulation": 5,
    "threats-to-kill": 6,
    "harassment": 14,
    "stalking": 6,
    "controlling-or-coercive": 6,
    "criminal-damage": 8,
    "malicious-communications": 7,
    "sexual-assault": 2,
    "rape": 1,
    "economic-abuse": 2,
    "grievous-bodily-harm": 1,
}
"""How often each kind is recorded, in parts of about a hundred."""

NO_CRIME = ("verbal-abuse", "economic-abuse")
INJURED = ("assault-with-injury", "non-fatal-strangulation", "grievous-bodily-harm")
STATUS = {"alleged": 5, "arrested": 2, "charged": 2, "convicted": 1, "no-further-action": 4}

LIKELY_YES = dict(
    zip(
        (item.value for item in DASH_ITEMS), (int(digit) for digit in "699658573779355325257457"), strict=True
    )
)
"""How readily each item of the Dash is answered YES, against the others."""


def days_until(notebook: Notebook, days: int, many: int) -> list[float]:
    """So many days of the year, up to a day; more of them late than early: it gets worse."""
    return sorted(days * notebook.chance.random() ** 0.7 for _ in range(many))


def incident(notebook: Notebook, pair: Pair, at: datetime) -> Post | None:
    """The police record one incident; often somebody else has it too."""
    chance = notebook.chance
    kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
    children = bool(pair.victim.children) and chance.random() < 0.45
    status = chance.choices(list(STATUS), list(STATUS.values()))[0]
    said = notebook.say(
        "northmere-police",
        "incident",
        at,
        pair.people("northmere-police", children=children),
        pair.victim.area,
        chance.choice(words.INCIDENTS[kind]),
        kind=kind,
        crime=kind not in NO_CRIME,
        status="alleged" if kind in NO_CRIME else status,
        children_present=children or (False if chance.random() < 0.5 else None),
        reference=f"NM/{chance.randint(10_000, 99_999)}/{at:%y}",
    )
    if kind in INJURED and chance.random() < 0.8:
        hospital(notebook, pair, at + timedelta(minutes=chance.randint(50, 240)))
    if chance.random() < 0.16:
        seen_by_others(notebook, pair, at, kind)
    return said


def seen_by_others(notebook: Notebook, pair: Pair, at: datetime, kind: str) -> None:
    """Another agency records the same incident in its own words, without the police's number."""
    agency = notebook.chance.choice(("castlegate-housing", "northmere-council", "harbour-idva"))
    notebook.say(
        agency,
        "incident",
        at + timedelta(minutes=notebook.chance.randint(-25, 25)),
        pair.people(agency, "perpetrator"),
        pair.victim.area,
        notebook.chance.choice(words.INCIDENTS[kind]),
        kind=kind,
    )


def hospital(notebook: Notebook, pair: Pair, at: datetime) -> Post | None:
    """She is seen at the hospital, and says who did it or does not."""
    chance = notebook.chance
    health = {
        "injuries": chance.choice(words.INJURIES),
        "treatment": chance.choice(words.TREATMENTS),
        "pregnant": True if chance.random() < 0.1 else None,
        "general_practice": "Millrace Practice",
    }
    health = {name: value for name, value in health.items() if value is not None}
    people = [pair.victim.mention("victim", "northmere-hospital", health=health)]
    if chance.random() < 0.5:
        people.append(
            pair.perpetrator.mention("perpetrator", "northmere-hospital", relationship=pair.relationship)
        )
    return notebook.say(
        "northmere-hospital",
        "health",
        at,
        people,
        pair.victim.area,
        service=chance.choice(words.HEALTH_SERVICES),
    )


def surgery(notebook: Notebook, pair: Pair, at: datetime) -> Post | None:
    """She talks to somebody at her practice."""
    health = {
        "injuries": notebook.chance.choice(words.INJURIES),
        "general_practice": "Quayside Medical Centre",
    }
    people = [pair.victim.mention("victim", "eastvale-gp", health=health)]
    service = notebook.chance.choice(words.SURGERY)
    return notebook.say("eastvale-gp", "health", at, people, pair.victim.area, service=service)


def housing(notebook: Notebook, pair: Pair, at: datetime) -> Post | None:
    """What her landlord has done or heard."""
    kind = notebook.chance.choice(list(words.HOUSING))
    people = [pair.victim.mention("victim", "castlegate-housing")]
    text = notebook.chance.choice(words.HOUSING[kind])
    return notebook.say("castlegate-housing", "housing", at, people, pair.victim.area, text, kind=kind)


def household(notebook: Notebook, pair: Pair, at: datetime) -> Post | None:
    """Who lives with her, as children's services have it."""
    agency = "northmere-council"
    people = [pair.victim.mention("victim", agency)]
    people += [child.mention("child", agency, relationship="child") for child in pair.victim.children]
    return notebook.say(agency, "household", at, people, pair.victim.area, as_at=at.date().isoformat())


def assessment(notebook: Notebook, pair: Pair, at: datetime) -> Post | None:
    """The police assess at the door, by DARA mostly; the IDVA by the Dash."""
    chance = notebook.chance
    if chance.random() < 0.6:
        grade = chance.choices(("high", "medium", "standard", "unknown"), (3, 5, 3, 1))[0]
        people = pair.people("northmere-police")
        return notebook.say(
            "northmere-police",
            "assessment",
            at,
            people,
            pair.victim.area,
            **by_police(at.isoformat(), grade),
        )
    return notebook.say(
        "harbour-idva",
        "assessment",
        at,
        pair.people("harbour-idva", "perpetrator"),
        pair.victim.area,
        **by_idva(at.isoformat(), dash(chance, chance.randint(8, 19))["answers"]),
    )


def lead(notebook: Notebook, pair: Pair, at: datetime) -> Post | None:
    """Who leads her support from now on."""
    people = [pair.victim.mention("victim", "harbour-idva")]
    service = notebook.chance.choice(words.LEADS)
    return notebook.say(
        "harbour-idva", "lead", at, people, pair.victim.area, service=service, since=at.isoformat()
    )


def immigration(notebook: Notebook, pair: Pair, at: datetime) -> Post | None:
    """For support alone."""
    people = [pair.victim.mention("victim", "harbour-idva")]
    note = {"status": "Spouse visa, dependent on the marriage", "no_recourse_to_public_funds": True}
    return notebook.say("harbour-idva", "immigration", at, people, pair.victim.area, immigration=note)


def referral(notebook: Notebook, pair: Pair, at: datetime, agency: str, *, repeat: bool) -> Post | None:
    """A referral to MARAC. Some come with half a Dash, and a few with none."""
    chance = notebook.chance
    form = chance.choices(("full", "low", "half", "none"), (24, 8, 5, 3))[0]
    answers = _form(chance, form)
    criteria = {"full": ["visible-high-risk"], "low": ["professional-judgement"]}.get(
        form, ["potential-escalation"]
    )
    aware = chance.random() < 0.85
    return notebook.say(
        agency,
        "referral",
        at,
        pair.people(agency, "perpetrator", children=True),
        pair.victim.area,
        chance.choice(words.NARRATIVES),
        criteria=criteria + (["repeat"] if repeat else []),
        dash=answers,
        victim_aware=aware,
        consent=aware and chance.random() < 0.9,
        no_consent_reason=None if aware else "Not safe to speak to her alone before the meeting.",
        victim_view=chance.choice(words.VIEWS) if aware else None,
        afraid_of=chance.choice(words.FEARS) if aware else None,
    )


def _form(chance: Random, form: str) -> dict[str, Any] | None:
    match form:
        case "full":
            return dash(chance, chance.randint(14, 20))
        case "low":
            return dash(chance, chance.randint(7, 13), judged=True)
        case "half":
            return dash(chance, chance.randint(5, 9), unanswered=chance.randint(9, 12))
    return None


def dash(chance: Random, yes: int, unanswered: int | None = None, *, judged: bool = False) -> dict[str, Any]:
    """Twenty-four answers, of which so many YES, the likelier items first; and some not answered."""
    items = [item.value for item in DASH_ITEMS]
    items.sort(key=lambda item: chance.random() ** (1 / LIKELY_YES[item]), reverse=True)
    rest = len(items) - yes
    open_ones = min(rest, unanswered if unanswered is not None else chance.choice((0, 0, 1, 1, 2, 3)))
    answers = ["yes"] * yes + ["no"] * (rest - open_ones)
    answers += [chance.choice(("dont-know", "not-asked")) for _ in range(open_ones)]
    said: dict[str, Any] = {"answers": dict(zip(items, answers, strict=True))}
    if judged:
        said |= {"judgement": "high", "judgement_reason": chance.choice(words.JUDGEMENTS)}
    return said
