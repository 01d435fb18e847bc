"""What the victims of the open cases are owed: safety plans, adequate and not, and who told them what."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from deploy.demo.posts import Notebook, Pair, Post

HEADINGS = {
    "proportionality": "The threats are to come to the door at night; the alarm and patrols answer those",
    "legality": "Article 2, and the order that is in force",
    "accountability": "The domestic abuse sergeant and the adviser, each Monday",
    "necessity": "The breaches went on after words of advice, and nothing less has stopped them",
    "information": "Her own account, the Dash, the housing officer and the school",
}
ACTIONS = (
    ("Panic alarm at home, and a marker on the address for the control room", "DS 7"),
    ("New locks and a door chain", "Housing officer 12"),
    ("The school knows who may collect the children", "Safeguarding lead"),
)
AS_ABOVE = [
    {"what": "Victim safeguarded initially, suspect arrested and taken to station"},
    {"what": "As above"},
]
"""As the inspectorate found it (HMICFRS 2021, lines 1397-1404)."""
NEWS = {
    "arrested": "arrest",
    "interviewed": "interview",
    "charged": "charge",
    "no-further-action": "release",
    "at-court": "court",
}
DAY = timedelta(days=1)


def of_case(notebook: Notebook, pair: Pair, number: int) -> None:
    """One case in four has an adequate plan of its adviser, one a plan that says *as above*, one an adequate
    plan that is older than what happened since, and one has none. Two in three have a victim contract."""
    own = Random(f"{number} {pair.victim.key}")  # noqa: S311  a story, not a secret
    now = notebook.now
    kind = number % 4
    if kind in (0, 2):
        _adequate(notebook, pair, now - (own.uniform(0.3, 0.9) if kind == 0 else own.uniform(60, 110)) * DAY)
    elif kind == 1:
        _as_above(notebook, pair, now - own.uniform(1, 12) * DAY)
    if number % 3:
        _contract(notebook, pair, now - own.uniform(120, 200) * DAY, own)
    for post, news in list(_news(notebook, pair)):
        _tell(notebook, pair, post, news, own)


def _adequate(notebook: Notebook, pair: Pair, at: datetime) -> Post | None:
    agency = "harbour-idva"
    children = bool(pair.victim.children)
    due = (at + 10 * DAY).date().isoformat()
    actions = [
        {"what": what, "grade": "high", "owner": owner, "due": due} for what, owner in ACTIONS[: 2 + children]
    ]
    people = [pair.victim.mention("victim", agency)]
    people += [child.mention("child", agency, relationship="child") for child in pair.victim.children]
    return notebook.say(
        agency,
        "plan",
        at,
        people,
        pair.victim.area,
        grade="high",
        headings=HEADINGS,
        actions=actions,
        owner="IDVA 7",
        review_on=(at + 30 * DAY).date().isoformat(),
        children="planned-for" if children else "no-children",
        for_children=ACTIONS[2][0] if children else "",
        contact="The adviser, twice a week",
        release="The adviser tells her before it; patrols for three nights",
        court="The alarm stays until a restraining order is served",
        orders=[{"reference": each} for each in _references(notebook, pair)],
    )


def _as_above(notebook: Notebook, pair: Pair, at: datetime) -> Post | None:
    people = [pair.victim.mention("victim", "northmere-police")]
    return notebook.say("northmere-police", "plan", at, people, pair.victim.area, actions=AS_ABOVE)


def _contract(notebook: Notebook, pair: Pair, at: datetime, own: Random) -> Post | None:
    people = [pair.victim.mention("victim", "northmere-police")]
    every = own.choice((None, None, 28))
    by = own.choice(("officer", "idva"))
    return notebook.say(
        "northmere-police", "contract", at, people, pair.victim.area, every_days=every, by=by, enhanced=True
    )


def _news(notebook: Notebook, pair: Pair) -> Iterator[tuple[Post, str]]:
    """What this victim is to be told of: what the police did about a breach, and bail."""
    hers = {post.key for post in notebook.posts if post.kind == "breach" and _is_about(post, pair)}
    for post in notebook.posts:
        content = post.body["content"]
        if post.kind == "step" and post.of in hers and content["step"] in NEWS:
            yield post, NEWS[content["step"]]
        elif post.kind == "order" and content["order"] == "police-bail" and _is_about(post, pair):
            yield post, "bail"


def _tell(notebook: Notebook, pair: Pair, news: Post, kind: str, own: Random) -> None:
    """Three in five are told in time, some late, some are tried, and of the rest nobody thinks."""
    hours, result = own.choices(((4, "told"), (70, "told"), (5, "tried"), (0, "")), (60, 12, 12, 16), k=1)[0]
    if not result:
        return
    agency = own.choice(("northmere-police", "harbour-idva"))
    said = notebook.say(
        agency,
        "told",
        datetime.fromisoformat(news.body["occurred"]) + timedelta(hours=hours),
        [pair.victim.mention("victim", agency)],
        pair.victim.area,
        "No answer; no message was left." if result == "tried" else None,
        result=result,
        by="idva" if agency == "harbour-idva" else "officer",
    )
    if said is not None:
        said.body["content"]["of"] = [kind]


def _references(notebook: Notebook, pair: Pair) -> list[str]:
    """The orders that protect this victim."""
    orders = (post for post in notebook.posts if post.kind == "order" and _is_about(post, pair))
    return [post.body["content"]["reference"] for post in orders]


def _is_about(post: Post, pair: Pair) -> bool:
    people: list[dict[str, Any]] = post.body["content"]["people"]
    victims = (each["identity"]["name"] for each in people if each["role"] == "victim")
    return {"family": pair.victim.family, "given": pair.victim.given} in list(victims)
