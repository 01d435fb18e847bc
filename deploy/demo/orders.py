"""Orders, their service, and the breaches that several agencies see."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from deploy.demo import words
from deploy.demo.posts import Notebook, Pair, Post

ORDERS = {"non-molestation": 10, "dvpo": 5, "police-bail": 6, "restraining": 3, "spo": 2, "occupation": 1}
"""How often each type is made, against the others."""

DAYS = {
    "non-molestation": 365,
    "dvpo": 28,
    "police-bail": 84,
    "restraining": 730,
    "spo": 730,
    "occupation": 180,
}
CIRCULATED = 9 / 25
"""How many orders reach the teams that must act by them (HMICFRS, 2021: 16 of 25 did not)."""
WITNESSES = ("castlegate-housing", "northmere-council", "harbour-idva", "northmere-hospital")
ANSWERS = (
    ("arrested", "charged"),
    ("suspect-outstanding", "arrested"),
    ("interviewed", "charged"),
    ("no-further-action", None),
)
"""The first step of the answer to a breach, and the next."""
UNSEEN = "The account stands alone: nobody else had seen it."
SIGNED_OFF: dict[str, Any] = {"outcome": "15", "rank": "inspector", "by": "INSP 2210"}
"""Why the police take no further action, and by whose word."""
LATELY = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Order:
    """An order of the story."""

    kind: str
    reference: str
    made: datetime
    ends: datetime
    pair: Pair


def make(notebook: Notebook, pair: Pair, made: datetime) -> Order | None:
    """The police post an order, and mostly its service some days later."""
    chance = notebook.chance
    kind = chance.choices(list(ORDERS), list(ORDERS.values()))[0]
    ends = made + timedelta(days=DAYS[kind])
    order = Order(kind, f"{kind[:3].upper()}-{chance.randint(10_000, 99_999)}", made, ends, pair)
    without_notice = kind == "non-molestation" and chance.random() < 0.5
    said = notebook.say(
        "northmere-police",
        "order",
        made,
        pair.people("northmere-police", "respondent"),
        pair.victim.area,
        order=kind,
        stage="made",
        without_notice=without_notice,
        court=chance.choice(words.COURTS.get(kind, (None,))),
        reference=order.reference,
        made=made.isoformat(),
        ends=ends.isoformat(),
        power_of_arrest=True if kind == "occupation" else None,
        return_date=f"{made + timedelta(days=14):%Y-%m-%d}"
        if without_notice and chance.random() < 0.8
        else None,
        authorised_by=chance.choice(("superintendent", "superintendent", "chief-constable"))
        if kind == "spo"
        else "sergeant"
        if kind == "police-bail"
        else None,
        prohibitions=_prohibitions(chance),
        requirements=[{"kind": "programme", "text": "A programme for stalkers"}]
        if kind == "spo" and chance.random() < 8 / 25
        else [],
    )
    if said is None:
        return None
    if kind != "police-bail" and chance.random() < 0.88:
        serve(notebook, order)
    if chance.random() < CIRCULATED:
        circulate(notebook, said, kind)
    return order


def circulate(notebook: Notebook, order: Post, kind: str) -> Post | None:
    """The police send it to their teams, within a day; one against a stalker to the council too."""
    at = order.at + timedelta(hours=notebook.chance.uniform(0.5, 18))
    teams: list[dict[str, str]] = [{"kind": team} for team in ("response", "neighbourhood", "control-room")]
    teams += [{"kind": "council", "agency": "northmere-council"}] if kind == "spo" else []
    return notebook.say(
        "northmere-police",
        "circulation",
        at,
        [],
        order.area,
        late=(2, 30),
        of=order,
        version=1,
        teams=teams,
        systems=["pnc", "pnd"],
    )


def _prohibitions(chance: Random) -> list[dict[str, object]]:
    """Most of those that there are. Now and then nobody says whether he knows the place that one names."""
    found: list[dict[str, object]] = []
    for kind, text in words.PROHIBITIONS.items():
        if chance.random() < 0.8:
            names_a_place = kind in ("not-to-attend", "not-to-approach")
            known = {"address_known_to_respondent": True} if names_a_place and chance.random() < 0.9 else {}
            found.append({"kind": kind, "text": text, **known})
    return found


def serve(notebook: Notebook, order: Order) -> Post | None:
    """It is served on him."""
    served = order.made + timedelta(days=notebook.chance.choice((0, 1, 1, 2, 3, 6)), hours=2)
    method = notebook.chance.choices(("personal", "in-court", "substituted"), (7, 3, 1))[0]
    people = [order.pair.perpetrator.mention("respondent", "northmere-police")]
    return notebook.say(
        "northmere-police",
        "service",
        served,
        people,
        order.pair.victim.area,
        reference=order.reference,
        method=method,
        served=served.isoformat(),
    )


def breach(notebook: Notebook, order: Order, at: datetime) -> list[Post]:
    """One breach: somebody sees it and does not know the order's number; often the police have it too."""
    chance = notebook.chance
    kind = chance.choices(list(words.BREACHES), (8, 7, 4, 3, 3, 2))[0]
    first = chance.choice(WITNESSES)
    posts = [report(notebook, order, first, kind, at, late=(15, 50), alone=True)]
    if chance.random() < 0.65:
        later = at + timedelta(minutes=chance.randint(4, 40))
        posts.append(report(notebook, order, "northmere-police", kind, later, late=(60, 110)))
    said = [post for post in posts if post is not None]
    if said:
        _answer(notebook, said[0])
    return said


def _answer(notebook: Notebook, breach: Post) -> None:
    """What the police do about it: in the report's proportions, more than half of it after 24 hours; of
    the newest some have had nothing done."""
    chance = notebook.chance
    if breach.at > notebook.now - LATELY and chance.random() < 0.4:
        return
    late = chance.random() < 0.55
    at = breach.at + timedelta(hours=chance.uniform(26, 90) if late else chance.uniform(0.3, 20))
    step, then = chance.choices(ANSWERS, (5, 2, 2, 1))[0]
    _step(notebook, breach, at, step)
    if then:
        _step(notebook, breach, at + timedelta(hours=chance.uniform(3, 20)), then)


def _step(notebook: Notebook, breach: Post, at: datetime, step: str) -> None:
    why, signed = (UNSEEN, SIGNED_OFF) if step == "no-further-action" else (None, {})
    notebook.say(
        "northmere-police", "step", at, [], breach.area, why, late=(5, 40), of=breach, step=step, **signed
    )


def report(
    notebook: Notebook,
    order: Order,
    agency: str,
    kind: str,
    at: datetime,
    late: tuple[int, int],
    *,
    alone: bool = False,
) -> Post | None:
    """One agency's report of a breach."""
    chance = notebook.chance
    children = bool(order.pair.victim.children) and chance.random() < 0.5
    return notebook.say(
        agency,
        "breach",
        at,
        order.pair.people(agency, "respondent", children=children),
        order.pair.victim.area,
        chance.choice(words.BREACHES[kind]),
        late=late,
        alone=alone,
        kind=kind,
        reference=order.reference if agency == "northmere-police" else None,
        weapon=True if chance.random() < 0.08 else None,
        suspect_present=True if kind == "attended" and chance.random() < 0.6 else None,
        children_present=children or None,
        **words.DONE[kind],
    )
