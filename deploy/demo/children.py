"""What is told of the children of open cases: how they live, and whether their schools were told. One
household of three has it all: a plan, a return interview that is late, a school that says nothing."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from deploy.demo.people import Person
from deploy.demo.posts import Notebook, Pair, Post

POLICE, COUNCIL = "northmere-police", "northmere-council"
DAY = timedelta(days=1)
WORKERS = (("Ada Thistle", "01632 960221"), ("Gwen Mallory", "01632 960222"))
WORDS = (
    "I hide under the bed when the shouting starts.",
    "I keep my coat on so that we can go quickly.",
    "I want to sleep at my friend's house.",
)


def school_days(now: datetime) -> dict[str, Any]:
    """The terms of the schools of the force's area, of the year gone by and some months to come."""
    year = now.year
    terms = [
        (date(year - 1, 9, 3), date(year - 1, 10, 24)),
        (date(year - 1, 11, 3), date(year - 1, 12, 19)),
        (date(year, 1, 5), date(year, 2, 13)),
        (date(year, 2, 23), date(year, 3, 27)),
        (date(year, 4, 13), date(year, 5, 22)),
        (date(year, 6, 1), date(year, 7, 21)),
        (date(year, 9, 3), date(year, 10, 23)),
        (date(year, 11, 2), date(year, 12, 18)),
        (date(year + 1, 1, 4), date(year + 1, 2, 12)),
    ]
    said = [{"starts": starts.isoformat(), "ends": ends.isoformat()} for starts, ends in terms]
    return {"area": "northmere", "terms": said, "closed": [date(year, 9, 3).isoformat()]}


def of_case(notebook: Notebook, pair: Pair, number: int, *, told_whole: bool) -> None:
    """The children of an open case, the ``number``-th of all; of one ``told_whole`` all of it."""
    own = Random(f"{number} {pair.victim.key} children")  # noqa: S311  a story, not a secret
    if not pair.victim.children:
        return
    for child in pair.victim.children:
        if told_whole or own.random() < 0.5:
            _lives(notebook, pair, child, own)
    if told_whole:
        _missing(notebook, pair)
    if told_whole or own.random() < 0.85:
        _tell_school(notebook, pair, read=not told_whole and own.random() < 0.9)


def _people(pair: Pair, agency: str, *children: Person) -> list[dict[str, Any]]:
    named = [child.mention("child", agency, relationship="child") for child in children]
    return [pair.victim.mention("victim", agency), *named]


def _lives(notebook: Notebook, pair: Pair, child: Person, own: Random) -> None:
    at = notebook.now - own.uniform(8, 60) * DAY
    name, telephone = own.choice(WORKERS)
    plan = own.choice(("child-protection", "child-in-need", "early-help", "none"))
    notebook.say(
        COUNCIL,
        "child",
        at,
        _people(pair, COUNCIL, child),
        pair.victim.area,
        setting="school" if child.school else "not-known",
        plan=plan,
        since=(at - 40 * DAY).date().isoformat() if plan != "none" else None,
        social_worker={"name": name, "telephone": telephone} if plan != "none" else None,
        to_accused=own.choice(("child", "step-child")),
        voice={"text": own.choice(WORDS)} if own.random() < 0.7 else None,
    )


def _missing(notebook: Notebook, pair: Pair) -> None:
    """The eldest was out for a night, and nobody has asked why."""
    eldest = min(pair.victim.children, key=lambda child: child.born)
    since = notebook.now - 6 * DAY
    found = since + timedelta(hours=11)
    people = [eldest.mention("child", POLICE)]
    area = pair.victim.area
    notebook.say(
        POLICE,
        "missing",
        found,
        people,
        area,
        missing=since.isoformat(),
        found=found.isoformat(),
        from_care=False,
    )
    people = [eldest.mention("child", COUNCIL)]
    notebook.say(COUNCIL, "return-interview", found + DAY, people, area, step="offered")


def _tell_school(notebook: Notebook, pair: Pair, *, read: bool) -> None:
    """After the last that the police recorded of her; and whether the school has said that it read it."""
    record = pair.victim.identity(POLICE)["record"]
    last = max((post.at for post in notebook.posts if _is_of(post, record)), default=None)
    if last is None:
        return
    told = last + timedelta(hours=5)
    children = pair.victim.children
    notebook.say(POLICE, "school", told, _people(pair, POLICE, *children), pair.victim.area, step="told")
    if read:
        people = _people(pair, COUNCIL, *children)
        later = told + timedelta(hours=3)
        notebook.say(COUNCIL, "school", later, people, pair.victim.area, step="acknowledged")


def _is_of(post: Post, record: dict[str, str]) -> bool:
    """Whether a post is what the police recorded of the victim who has this record with them."""
    if post.agency != POLICE or post.kind not in ("incident", "breach"):
        return False
    people: list[dict[str, Any]] = post.body["content"]["people"]
    return any(each["identity"]["record"] == record for each in people if each["role"] == "victim")
