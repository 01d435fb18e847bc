"""What the referral page asks, in which order, what is wrong with an answer, and what the answers say.

Source: SafeLives MARAC referral form (2015) and its Dash (``domain.md`` 1.2 to 1.4); GOV.UK Service Manual,
*one thing per page*; read 2026-11. Nothing is refused for being incomplete: what is left out is not known, of
the Dash NOT ASKED, and is asked for on the case's page (``services/marac/rules/missing.py``). One thing alone
cannot be left out: which form of the Dash is asked, where no date of birth says it. Below high risk the two
are graded otherwise, so that no default of ours is a safe one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from contracts.rules import ages
from contracts.rules.identifiers import nhs_number
from contracts.times import YEARS
from contracts.vocabulary import (
    CHARACTERISTICS,
    DASH_ITEMS,
    Answering,
    AnswerSource,
    ConsentSubject,
    ContactMethod,
    DashAnswer,
    Instrument,
    ReferralCriterion,
    ReferringService,
    Relationship,
    Sex,
    WhyNotAsked,
)

LINE, TEXT = 200, 4000
"""Letters that a line and a text hold (``contracts.sections``)."""
CHILDREN = 8
"""Children who can be named; there is a place for each that is named, and one more."""
PARTS = ("day", "month", "year")
UNKNOWN = "unknown"
NOT_KNOWN = (UNKNOWN, DashAnswer.DONT_KNOW, DashAnswer.NOT_ASKED, Relationship.NOT_KNOWN, Sex.NOT_STATED)
"""Answers by which nothing is known."""

Said = Mapping[str, str]
"""What is typed on one page, by the name of its field; what is left empty is not there."""
Answers = Mapping[str, Said]
"""By page, those that were sent."""
Fault = tuple[str, str]
"""The field, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One field. ``codes``: of a choice, what may be chosen; ``words``: the code list that has its words.
    ``hers``: a protected characteristic, folded away; ``part``: of what consent is otherwise, too."""

    name: str
    kind: Literal["line", "text", "comment", "day", "nhs", "choice", "tick", "area", "hers", "part"]
    codes: tuple[str, ...] = ()
    words: str = "answer"
    hint: bool = False


NO_SERVICE = "none"
SERVICES = (*(each.value for each in ReferringService), NO_SERVICE)
"""Which service refers; the last: none that is counted by itself."""
YES_NO = ("yes", "no", UNKNOWN)
DASH_FORMS = (Instrument.SAFELIVES_DASH_24, Instrument.YP_DASH)
"""The forms that the page knows: for somebody of 18 or more, and for a young person."""
NAMES = (Asked("given", "line"), Asked("family", "line"), Asked("born", "day", hint=True))
CRITERIA = tuple(each for each in ReferralCriterion if each is not ReferralCriterion.VISIBLE_HIGH_RISK)
COMMENT = "-comment"
"""How the name of a field ends in which something is said of an item of the Dash in free words."""
_DASH = tuple(
    field
    for item in DASH_ITEMS
    for field in (
        Asked(item.value, "choice", tuple(DashAnswer), "dash-answer"),
        Asked(f"{item.value}{COMMENT}", "comment"),
    )
)

_HERS = tuple(
    Asked(
        name.value,
        "hers",
        (*known.codes, Answering.ASKED_NOT_GIVEN, *(f"{Answering.NOT_ASKED}:{why}" for why in WhyNotAsked)),
        f"characteristic-{name}",
    )
    for name, known in CHARACTERISTICS.items()
)
"""Of each a code of its list, *asked, not given*, or *not asked*, with why behind a colon; nothing: no answer
yet, and it is asked for afterwards."""

PART = "part-"
"""How the name of a field begins in which consent to a part of the referral is said; nothing: as of all. None
is *not known*: beside a yes to all it would be a yes."""
_PARTS = tuple(Asked(f"{PART}{subject}", "part", YES_NO[:2]) for subject in ConsentSubject)

OTHER_MARAC = Asked("other-marac", "line", hint=True)
"""Which MARAC had the case before, if one had it."""
SOURCE = Asked("source", "choice", tuple(AnswerSource), hint=True)
"""Where the answers of a page are from: asked once for all of them, as they are asked in one go."""

PAGES: Mapping[str, tuple[Asked, ...]] = {
    "victim": (
        *NAMES,
        Asked("sex", "choice", tuple(Sex), "sex"),
        Asked("nhs", "nhs", hint=True),
        Asked("record", "line", hint=True),
    ),
    "contact": (
        Asked("method", "choice", tuple(ContactMethod), "contact-method"),
        Asked("number", "line"),
        Asked("times", "line", hint=True),
        Asked("code", "line", hint=True),
        Asked("may-answer", "line", hint=True),
        Asked("unsafe", "text", hint=True),
        Asked("no-uniform", "tick"),
    ),
    "place": (Asked("area", "area"), Asked("address", "text"), Asked("postcode", "line")),
    "views": (
        Asked("aware", "choice", YES_NO),
        Asked("consent", "choice", YES_NO),
        *_PARTS,
        Asked("no-consent", "text", hint=True),
        Asked("view", "text"),
        Asked("afraid", "text"),
        *_HERS,
    ),
    "perpetrator": (*NAMES, Asked("relationship", "choice", tuple(Relationship), "relationship")),
    "children": tuple(
        Asked(f"{field.name}-{place}", field.kind, hint=field.hint)
        for place in range(CHILDREN)
        for field in (*NAMES, Asked("school", "line"))
    ),
    "form": (Asked("form", "choice", DASH_FORMS),),
    "dash-1": (*_DASH[:16], SOURCE),
    "dash-2": (*_DASH[16:32], SOURCE),
    "dash-3": (*_DASH[32:], SOURCE),
    "risk": (
        *(Asked(code.value, "tick", words="criterion") for code in CRITERIA),
        Asked("happened", "text"),
        OTHER_MARAC,
        Asked("service", "choice", SERVICES, "referring-service", hint=True),
    ),
    "withheld": (Asked("text", "text"),),
}
"""The pages in their order. The last is for those alone who may keep what is not told to the police; which
form of the Dash is asked where no date of birth says it."""


def dash_form(answers: Answers, on: date) -> Instrument | None:
    """Which form of the Dash is asked: that for young people under 18, by the victim's date of birth, else as
    is said on the page; None: nobody has said it yet. Both ask the same 24 things in one order, so that
    what was answered stays when the form is another."""
    born = day_of("born", answers.get("victim", {}))
    if born is not None:
        return Instrument.SAFELIVES_DASH_24 if ages.age_on(born, on) >= ages.ADULT else Instrument.YP_DASH
    said = answers.get("form", {}).get("form")
    return Instrument(said) if said else None


def lacks_form(answers: Answers, on: date) -> bool:
    """Whether something of the Dash was answered or said, and nobody has said of which form."""
    names = {name for item in DASH_ITEMS for name in (item.value, f"{item.value}{COMMENT}")}
    answered = any(not names.isdisjoint(said) for said in answers.values())
    return answered and dash_form(answers, on) is None


def pages_of(answers: Answers) -> tuple[str, ...]:
    """The pages that are asked, by what was answered."""
    known = day_of("born", answers.get("victim", {})) is not None
    return tuple(page for page in PAGES if page != "form" or not known)


def next_page(after: str, answers: Answers, pages: tuple[str, ...]) -> str:
    """The first page after this one that was not answered yet; ``check`` when all were."""
    rest = pages[pages.index(after) + 1 :]
    return next((page for page in rest if page not in answers), "check")


def typed(page: str, form: Mapping[str, str]) -> dict[str, str]:
    """What a form says of what this page asks, without what is empty."""
    names = [
        name
        for field in PAGES[page]
        for name in ([f"{field.name}-{part}" for part in PARTS] if field.kind == "day" else [field.name])
    ]
    return {name: value for name in names if (value := form.get(name, "").replace("\0", "").strip())}


def faults(page: str, said: Said, today: date) -> list[Fault]:
    """What is wrong with what was typed: of what was left out, which form of the Dash is asked alone."""
    if page == "form" and not said:
        return [("form", "form")]
    return [(field.name, fault) for field in PAGES[page] for fault in _faults(field, said, today)]


def _faults(field: Asked, said: Said, today: date) -> Iterator[str]:
    value = said.get(field.name, "")
    if field.kind == "day":
        yield from _day_faults(field.name, said, today)
    elif field.kind == "nhs" and value and nhs_number(value) is None:
        yield "nhs"
    elif value and not _may_be_chosen(field, value):
        yield "choice"
    elif len(value) > (TEXT if field.kind in ("text", "comment") else LINE):
        yield "long"


def _may_be_chosen(field: Asked, value: str) -> bool:
    if field.kind == "area":
        return bool(re.fullmatch(r"[a-z0-9][a-z0-9-]{1,47}", value))
    return not field.codes or value in field.codes


def _day_faults(name: str, said: Said, today: date) -> Iterator[str]:
    parts = [said.get(f"{name}-{part}") for part in PARTS]
    if not any(parts):
        return
    day = day_of(name, said)
    if day is None:
        yield "day"
    elif day > today:
        yield "future"


def day_of(name: str, said: Said) -> date | None:
    """The day of a field, where its three parts are one."""
    parts = [said.get(f"{name}-{part}", "") for part in PARTS]
    if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts):
        return None
    day, month, year = map(int, parts)
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def shown(page: str, said: Said) -> tuple[Asked, ...]:
    """The fields of a page that there is a place for: of the children those who are named, and one more."""
    if page != "children":
        return PAGES[page]
    named = max((int(name.split("-")[1]) + 1 for name in said), default=0)
    return PAGES[page][: (named + 1) * len(PAGES[page]) // CHILDREN]


def counted(page: str, said: Said) -> dict[str, int]:
    """How often each answer was given on a page of the Dash; what was left empty was not asked."""
    items = (field for field in PAGES[page] if field.kind == "choice" and field is not SOURCE)
    answers = [said.get(field.name, DashAnswer.NOT_ASKED) for field in items]
    return {code: n for code in DashAnswer if (n := answers.count(code))}


def open_fields(page: str, said: Said) -> list[str]:
    """The fields of a page whose answer is not known: left out, or said to be so."""
    asked = () if page in ("children", "withheld") else PAGES[page]  # there may be nothing to say
    return [each.name for each in asked if not (_may_be_left(each) or _is_known(each, said))]


def _may_be_left(field: Asked) -> bool:
    """Whether to say nothing is no gap of its own: a service is that of the agency then; where answers are
    from is asked of those that there are; of most cases no other MARAC has heard."""
    kinds = ("tick", "comment", "part")
    return field.kind in kinds or field.codes is SERVICES or field in (SOURCE, OTHER_MARAC)


def _is_known(field: Asked, said: Said) -> bool:
    if field.kind == "day":
        return day_of(field.name, said) is not None
    return said.get(field.name) not in (None, *NOT_KNOWN)
