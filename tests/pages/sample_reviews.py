"""Invented reviews for pages: two records in doubt, two sides of a case, and a link that was undone."""

from datetime import date
from typing import Any

from chassis.http.problem import not_found
from contracts.sections import Name, Record
from contracts.vocabulary import IdentityAnswer, Role, Sex
from services.referrals.links import UndoneLink
from services.referrals.mixtures import Mixture, Shown
from services.referrals.review import Asked, Decision, Review, Side, Waiting
from services.referrals.rules.comparing import Agreement, Warning
from tests.pages.sample_rows import BREACH, CASE, LONG, ORDER, ago

HERS, THEIRS, LINK = sorted((CASE, ORDER))[0], sorted((CASE, ORDER))[1], BREACH


def waiting(*_: Any) -> Waiting:
    """Two questions, one of them late, and one that was answered."""
    one = Asked(one=HERS, other=THEIRS, at=ago(days=2))
    late, soon = (one.model_copy(update={"due": at}) for at in (ago(hours=9), ago(hours=-15)))
    return Waiting(asked=(late, soon), decided=(one.model_copy(update={"answer": IdentityAnswer.NOT_SAME}),))


def links(*_: Any) -> list[UndoneLink]:
    """One whose clock has run out, and one that nobody saw."""
    late = UndoneLink(
        cause=LINK,
        parted=((HERS, THEIRS),),
        at=ago(days=4),
        due=ago(days=1),
        area=None,
        generation=1,
        stopped=False,
        answer=None,
    )
    return [late, late.model_copy(update={"due": None, "at": ago(hours=3)})]


def review(one: str, other: str) -> Review:
    """The two, in doubt; the wrong way round they are two sides of a case."""
    if {one, other} != {HERS, THEIRS}:
        raise not_found()
    sides = one > other
    left = _side(HERS, "st-brides-hospital", (Name(family=LONG, given="Jane"),), date(1990, 4, 3), None)
    right = _side(
        THEIRS, "northmere-police", (Name(family="Doe", given="Jane"),), date(1990, 3, 4), "9990000018"
    )
    decided = Decision(
        root=LINK,
        version=1,
        answer=IdentityAnswer.CANNOT_TELL,
        reason="The practice does not answer.",
        agency="northmere-police",
        at=ago(hours=5),
        mine=True,
    )
    return Review(
        one=left,
        other=right,
        compared={
            "name": Agreement.NEARLY,
            "born": Agreement.SWAPPED,
            "sex": Agreement.AGREES,
            "nhs": Agreement.ONE_ONLY,
            "pnc": Agreement.NEITHER,
            "cro": Agreement.NEITHER,
        },
        warnings=(Warning.SIDES,) if sides else (Warning.TWINS, Warning.SENSITIVE),
        together=False,
        may_be_same=not sides,
        decision=None if sides else decided,
        asked_since=ago(days=2),
    )


def mixture() -> Mixture:
    """Two people saw it, a partner's system was told by its feed, and it is late."""
    shown = Shown(
        person=CASE,
        agency="northmere-police",
        roles=("marac-chair",),
        views=("marac_case",),
        times=3,
        last=ago(days=5),
    )
    other = shown.model_copy(update={"roles": ("idva",), "agency": "harbour-idva", "times": 1})
    system = shown.model_copy(update={"roles": (), "agency": "northmere-housing", "views": ("feed",)})
    return Mixture(
        cause=LINK,
        pairs=((HERS, THEIRS),),
        at=ago(days=4),
        due=ago(days=1),
        shown=(shown, other, system),
        answer=None,
    )


def _side(mention: str, agency: str, names: tuple[Name, ...], born: date, nhs: str | None) -> Side:
    return Side(
        mention=mention,
        agency=agency,
        record=Record(system="main", type="person", number=f"R-{born:%d%m}"),
        names=names,
        born=(born,),
        sex=Sex.FEMALE,
        nhs=nhs,
        pnc=None,
        cro=None,
        roles=(Role.VICTIM,),
        lines=4,
        agencies=(agency, "haven-idva"),
        more=2,
    )
