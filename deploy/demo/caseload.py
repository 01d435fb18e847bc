"""A seeded, invented caseload: one force area, three MARACs, one MATAC, and the year up to now.

Proportions are those of the inspection report of 2021 (domain.md 0.1): of 40 high-harm perpetrators
14 have three or more victims, some of them eight or nine; four in five orders are served; breaches
are seen by others before the police. The same seed and the same *now* give the same caseload, key
for key, so that a second run posts nothing twice.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from deploy.demo import children, hers, orders, owed, stories, support
from deploy.demo.people import People, Person
from deploy.demo.posts import Notebook, Pair, Post

SEED = 9
YEAR = timedelta(days=365)
MARACS = ("northmere-north", "northmere-east", "northmere-south")
CASES = {"northmere-north": 46, "northmere-east": 44, "northmere-south": 30}
"""A hundred and twenty open cases: the next meeting of the north has the sixteen of an average meeting."""

HIGH_HARM = (*(9, 8, 6, 5, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3), *([2] * 8), *([1] * 18))
"""Victims of each of the 40 perpetrators of high harm: 14 with three or more."""
VICTIMS = HIGH_HARM + (1,) * (sum(CASES.values()) - len(HIGH_HARM))
"""Victims of each perpetrator: of the others nobody knows a second."""

REFERRERS = ("northmere-police",) * 5 + ("harbour-idva",) * 3 + ("northmere-council", "northmere-hospital")
"""Who refers: the police about half, and partners the rest."""

METHODS = ("mobile", "text", "through-service", "in-person")


@dataclass(frozen=True, slots=True)
class Caseload:
    """All that the partners post in a year, in the order of its times; and the cases among it."""

    start: datetime
    now: datetime
    posts: list[Post]
    referrals: dict[str, list[str]]
    """Each MARAC's cases, by the key of their referral."""
    pairs: list[Pair]


def caseload(now: datetime, seed: int = SEED) -> Caseload:
    """The caseload of the year up to now."""
    chance = Random(seed)  # noqa: S311  a story, not a secret
    notebook = Notebook(chance, now - YEAR, now)
    households = _pairs(chance, People(chance, now.date()))
    referrals: dict[str, list[str]] = {area: [] for area in MARACS}
    opened: list[tuple[Pair, Post]] = []
    for number, pairs in enumerate(households):
        _year_of(notebook, pairs, bound=number < len(HIGH_HARM) or number % 4 == 0)
        said = _refer(notebook, pairs[0])
        referrals[pairs[0].victim.area].append(said.key)
        opened.append((pairs[0], said))
    _mistakes(notebook)
    _doubts(notebook)
    for number, pairs in enumerate(households):
        owed.of_case(notebook, pairs[0], number)
    for n, (pair, said) in enumerate(opened):
        support.course(notebook, pair, said, n)
        hers.tell(notebook, pair, said.at)
    three = next((n for n, pairs in enumerate(households) if len(pairs[0].victim.children) == 3), 0)
    for number, pairs in enumerate(households):
        children.of_case(notebook, pairs[0], number, told_whole=number == three)
    posts = sorted(notebook.posts, key=lambda post: (post.at, post.key))
    return Caseload(notebook.start, now, posts, referrals, [pair for pairs in households for pair in pairs])


def _pairs(chance: Random, people: People) -> list[list[Pair]]:
    """Each perpetrator with his victims; the first of them is the case that is open now."""
    areas = [area for area, many in CASES.items() for _ in range(many)]
    chance.shuffle(areas)
    found = []
    for area, victims in zip(areas, VICTIMS, strict=True):
        sexes = ("male", "female") if chance.random() < 0.93 else ("female", "male")
        perpetrator = people.adult(sexes[0], area, offends=True)
        pairs = []
        for number in range(victims):
            victim = people.adult(sexes[1], area if number == 0 else chance.choice(MARACS))
            victim.children = people.children_of(victim)
            victim.contact = _contact(chance, victim)
            relationship = chance.choice(
                ("partner", "ex-partner", "ex-partner", "spouse", "ex-spouse", "acquaintance")
            )
            pairs.append(Pair(victim, perpetrator, relationship))
        found.append(pairs)
    return found


def _contact(chance: Random, victim: Person) -> dict[str, object] | None:
    if chance.random() < 0.12:
        return {"method": "none-known"}
    method = chance.choice(METHODS)
    said: dict[str, object] = {"method": method, "unsafe": "Never the landline. Leave no message"}
    if method in ("mobile", "text"):
        said |= {
            "number": victim.phone,
            "times": chance.choice(("weekdays 10 to 12", "after school drop-off", "Tuesdays")),
        }
        said["code_word"] = chance.choice(("library book", "choir", "blue kettle"))
    return said


def _year_of(notebook: Notebook, pairs: list[Pair], *, bound: bool) -> None:
    """Incidents and care of a perpetrator's year, and orders if he is ``bound`` by any: of whoever is not
    nothing happened in the last weeks. The present pair has most of it."""
    chance = notebook.chance
    for number, pair in enumerate(pairs):
        many = chance.randint(6, 12) if number == 0 else chance.randint(2, 5)
        last_day = (362 if bound else 340) if number == 0 else chance.randint(60, 330)
        days = stories.days_until(notebook, last_day, many)
        for day in days:
            stories.incident(notebook, pair, notebook.moment(day))
        _care(notebook, pair, days, present=number == 0)
    if bound:
        _orders(notebook, pairs)


def _care(notebook: Notebook, pair: Pair, days: list[float], *, present: bool) -> None:
    chance = notebook.chance

    def after(day: float) -> datetime:
        return notebook.moment(min(day + chance.uniform(0.5, 9), 363), evening=False)

    for day in days:
        if chance.random() < 0.28:
            stories.assessment(notebook, pair, after(day))
    tellers = (stories.housing, stories.household, stories.surgery, stories.hospital, stories.lead)
    for tell, often in zip(tellers, (0.9, 1.0, 0.7, 0.5, 0.6), strict=True):
        for _ in range(2 if present else 1):
            if chance.random() < often:
                tell(notebook, pair, after(chance.choice(days)))
    if present and chance.random() < 0.15:
        stories.immigration(notebook, pair, after(days[-1]))


def _orders(notebook: Notebook, pairs: list[Pair]) -> None:
    chance = notebook.chance
    for pair in pairs[: 1 + (len(pairs) > 3)]:
        for day in stories.days_until(notebook, 340, chance.choice((0, 1, 1, 2, 2))):
            order = orders.make(notebook, pair, notebook.moment(day, evening=False))
            if order is None or chance.random() < 0.35:
                continue
            left = (min(order.ends, notebook.now) - order.made) / timedelta(days=1)
            for _ in range(chance.choice((1, 1, 1, 1, 2, 3))):
                into = chance.uniform(0.05, 0.98) * left
                at = order.made + timedelta(days=into)
                orders.breach(
                    notebook,
                    order,
                    at.replace(hour=chance.choice((8, 13, 18, 20, 21)), minute=chance.randint(0, 59)),
                )


def _refer(notebook: Notebook, pair: Pair) -> Post:
    """The case that is open now: referred in the last ten weeks, by somebody."""
    chance = notebook.chance
    while True:
        at = notebook.moment(chance.uniform(292, 361), evening=False)
        agency = chance.choice(REFERRERS)
        said = stories.referral(notebook, pair, at, agency, repeat=chance.random() < 0.31)
        if said is not None:
            return said


def _mistakes(notebook: Notebook) -> None:
    """Agencies err and put it right: a mistyped NHS number, a wrong kind, a record of somebody else."""
    chance = notebook.chance
    said = list(notebook.posts)
    at_hospital = [post for post in said if post.kind == "health" and post.agency == "northmere-hospital"]
    for post in chance.sample(at_hospital, 8):
        _mistype(notebook, post)
    incidents = [post for post in said if post.kind == "incident"]
    wrong = chance.sample(incidents, 22)
    for post in wrong[:14]:
        notebook.correct(
            post, chance.uniform(4.2, 9), status=chance.choice(("charged", "arrested", "no-further-action"))
        )
    for post in wrong[14:]:
        notebook.withdraw(post, chance.uniform(4.2, 12))


def _doubts(notebook: Notebook) -> None:
    """A practice takes some down a second time, with no number, and day and month of birth swapped: a person
    must decide whose records these are."""
    seen = set[str]()
    for post in list(notebook.posts):
        person = post.body["content"]["people"][0] if post.kind == "health" else {}
        identity = person.get("identity", {})
        born = date.fromisoformat(identity["born"][0]) if identity else date.min
        if post.agency != "eastvale-gp" or born.day > 12 or born.day == born.month or len(seen) == 5:
            continue
        record = identity["record"] | {"number": f"{identity['record']['number']}-2"}
        if record["number"] not in seen:
            seen.add(record["number"])
            swapped = born.replace(day=born.month, month=born.day).isoformat()
            again = {key: value for key, value in identity.items() if key != "nhs_number"}
            people = [{"role": person["role"], "identity": again | {"record": record, "born": [swapped]}}]
            at = datetime.fromisoformat(post.body["occurred"]) + timedelta(days=2)
            notebook.say(post.agency, "health", at, people, post.area, service="New patient check")


def _mistype(notebook: Notebook, post: Post) -> None:
    """The hospital typed another patient's number, and corrects it some days later."""
    content = post.body["content"]
    right = [dict(person) for person in content["people"]]
    others = [each for each in notebook.posts if each.agency == post.agency and each.kind == "health"]
    number = notebook.chance.choice(others).body["content"]["people"][0]["identity"]["nhs_number"]
    person = content["people"][0]
    content["people"] = [
        {**person, "identity": {**person["identity"], "nhs_number": number}},
        *content["people"][1:],
    ]
    notebook.correct(post, notebook.chance.uniform(4.1, 8), people=right)
