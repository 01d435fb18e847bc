"""How support of each open case goes, once it is referred: some victims are reached at once, one is not in
three tries, one refuses, a service is full, and of some nobody has said anything."""

from datetime import datetime, timedelta
from typing import Any

from deploy.demo.posts import Notebook, Pair, Post

IDVA, POLICE = "harbour-idva", "northmere-police"
PACE = timedelta(hours=5)
WORKERS = (
    ("Carys Bevan", "01632 960201", "carys.bevan@harbour.example"),
    ("Nadia Rowe", "01632 960202", "nadia.rowe@harbour.example"),
)
OFFICERS = (
    ("DC Tess Okoro", "01632 960211", "tess.okoro@northmere.example"),
    ("DC Owen Farr", "01632 960212", None),
)
COURSES: tuple[tuple[tuple[str, str, str | None], ...], ...] = (
    ((POLICE, "made", None), (IDVA, "accepted", None), (IDVA, "tried", None), (IDVA, "engaged", None)),
    ((IDVA, "accepted", None), (IDVA, "engaged", None)),
    ((POLICE, "made", None), (IDVA, "accepted", None), *((IDVA, "tried", None),) * 3),
    ((POLICE, "offered", None), (POLICE, "refused", "not-now")),
    ((POLICE, "made", None), (IDVA, "declined", "full")),
    (),
    ((POLICE, "made", None),),
)
"""By whom, which step, why: one after the other, from the referral on."""


def course(notebook: Notebook, pair: Pair, referral: Post, n: int) -> None:
    """The support of a case, the n-th of all."""
    at = datetime.fromisoformat(referral.body["occurred"]) + PACE
    steps = COURSES[n % len(COURSES)]
    for agency, step, reason in steps:
        people = [pair.victim.mention("victim", agency)]
        said: dict[str, Any] = {"step": step, "reason": reason}
        said["service"] = IDVA if step in ("offered", "made") else None
        notebook.say(agency, "support", at, people, pair.victim.area, support="idva", **said)
        at += PACE
    if any(step == "accepted" for _, step, _ in steps):
        for agency, part, staff in ((IDVA, "idva", WORKERS), (POLICE, "officer-in-case", OFFICERS)):
            name, telephone, email = staff[n % 2]
            worker = {"name": name, "telephone": telephone} | ({"email": email} if email else {})
            people = [pair.victim.mention("victim", agency)]
            notebook.say(agency, "role", at, people, pair.victim.area, part=part, worker=worker)
