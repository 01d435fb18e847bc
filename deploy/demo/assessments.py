"""How the invented agencies assess risk: by which instrument, which items, and who judged."""

from random import Random
from typing import Any

from contracts.rules.instruments import FORMS
from contracts.vocabulary import Instrument
from deploy.demo import words

BY_POLICE = (Instrument.DARA, Instrument.DARA, Instrument.POLICE_DASH_27, Instrument.S_DASH)
HOW = {
    Instrument.DARA: ("never", "occasionally", "often", "all-the-time", "dont-know"),
    Instrument.POLICE_DASH_27: ("yes", "no", "no", "dont-know", "not-asked"),
    Instrument.S_DASH: ("yes", "no", "dont-know"),
}
SOURCES = ("victim", "victim", "victim", "professional", "records")


def by_police(at: str, grade: str) -> dict[str, Any]:
    """What an officer says at the door: some forms are filled to the end, one in four gives a grade alone."""
    own = Random(at)  # noqa: S311  a story, not a secret
    instrument = own.choice(BY_POLICE)
    form = FORMS[instrument]
    items = (
        []
        if own.random() < 0.25
        else own.sample(list(form.items), len(form.items) - own.choice((0, 0, 1, 3)))
    )
    said: dict[str, Any] = {
        "instrument": instrument.value,
        "instrument_version": max(form.versions),
        "grade": grade,
        "answers": [_answer(own, item, own.choice(HOW[instrument])) for item in sorted(items)],
    }
    if grade == "medium" and own.random() < 0.3:
        said["judgement"] = {"grade": "high", "reason": own.choice(words.JUDGEMENTS), "by": "PC 4821"}
    return said


def by_idva(at: str, whole: dict[str, str]) -> dict[str, Any]:
    """The Dash of an IDVA, item by item: one in three leaves some out; a few are judged less, by two."""
    own = Random(at)  # noqa: S311  a story, not a secret
    left_out = set(own.sample(sorted(whole), own.choice((0, 0, 2))))
    said: dict[str, Any] = {
        "instrument": Instrument.SAFELIVES_DASH_24.value,
        "instrument_version": "2015",
        "answers": [_answer(own, item, whole[item]) for item in sorted(whole) if item not in left_out],
    }
    if list(whole.values()).count("yes") >= 14 + len(left_out) and own.random() < 0.2:
        reason = "The suspect is in prison until the spring, and the locks are changed."
        said["judgement"] = {"grade": "medium", "reason": reason, "by": "IDVA 7", "second": "IDVA 2"}
    return said


def _answer(own: Random, item: str, answer: str) -> dict[str, str]:
    return {"item": item, "answer": answer, "source": own.choice(SOURCES)}
