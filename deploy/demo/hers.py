"""What the invented victims of open cases told: how they may be reached, what they want, who may be told, and
what they answered of their protected characteristics; and ways that failed."""

from datetime import datetime, timedelta
from typing import Any

from deploy.demo.posts import Notebook, Pair

WORDS = (
    "I want it to stop. I do not want the children asked about it.",
    "I am not leaving my home. I want the locks changed.",
    "I want to know when he is let out. Nobody told me last time.",
    "I do not want to go to court. I want to sleep.",
)
IDVA = "harbour-idva"


def tell(notebook: Notebook, pair: Pair, referred: datetime) -> None:
    """What is told of one victim in the weeks after a referral."""
    chance, area = notebook.chance, pair.victim.area
    her = pair.victim.mention("victim", IDVA)
    soon = referred + timedelta(days=chance.uniform(0.2, 2))
    if pair.victim.contact and pair.victim.contact["method"] != "none-known":
        _ways(notebook, pair, soon)
    if chance.random() < 0.7:
        text = chance.choice(WORDS)
        notebook.say(IDVA, "wishes", soon, [her], area, text, said_by="victim", heard_by="H-12")
    if chance.random() < 0.8:
        recipients = ["police", "health", "housing"]
        refuses = chance.random() < 0.2
        answer = "refused" if refuses else "given"
        notebook.say(
            IDVA, "consent", soon, [her], area, recipients=recipients, answer=answer, said_by="victim"
        )
        if refuses and chance.random() < 0.5:
            why = {"basis": "public-task", "ground": "high-risk", "reason": "The threats have grown since."}
            known: dict[str, Any] = {"recipients": recipients, "answer": "overridden", "override": why}
            notebook.say(IDVA, "consent", soon + timedelta(days=1), [her], area, **known)
    for agency, often in ((IDVA, 0.8), ("northmere-police", 0.55)):
        if chance.random() < often:
            people = [pair.victim.mention("victim", agency)]
            notebook.say(agency, "characteristics", soon, people, area, equality=_answers(notebook))


def _ways(notebook: Notebook, pair: Pair, at: datetime) -> None:
    chance, area = notebook.chance, pair.victim.area
    verified = max(at, notebook.now - timedelta(days=chance.uniform(1, 45)))
    way = {**(pair.victim.contact or {}), "verified": verified.isoformat(), "verified_by": "H-12"}
    way |= {"no_uniform": True} if chance.random() < 0.4 else {"uniform_safe": True}
    way["expires"] = (notebook.now + timedelta(days=90)).date().isoformat()
    if way["method"] in ("mobile", "text"):
        way["hours"] = [{"starts": "10:00", "ends": "15:00"}]
        way["if_another_answers"] = "Say that it is about the book from the library, and ring off."
    people = [pair.victim.mention("victim", IDVA) | {"contact": way}]
    notebook.say(IDVA, "safe-contact", verified, people, area)
    if chance.random() < 0.12:
        her = [pair.victim.mention("victim", "castlegate-housing")]
        failed: dict[str, Any] = {"method": "letter", "failure": "seen-by-another"}
        later = verified + timedelta(days=1)
        notebook.say("castlegate-housing", "failed-contact", later, her, area, **failed)


def _answers(notebook: Notebook) -> dict[str, Any]:
    chance = notebook.chance
    ethnicity = chance.choice(("W1", "W9", "A2", "A1", "B2", "M1"))
    answers: list[dict[str, str]] = [
        {"characteristic": "ethnicity", "answer": "value", "value": ethnicity}
        if chance.random() < 0.6
        else {"characteristic": "ethnicity", "answer": "asked-not-given"},
        {"characteristic": "sex", "answer": "value", "value": "female"},
        {"characteristic": "religion", "answer": "asked-not-given"},
        {"characteristic": "disability", "answer": "not-asked", "because": "in-crisis"},
    ]
    return {"answers": answers[: chance.randint(1, len(answers))]}
