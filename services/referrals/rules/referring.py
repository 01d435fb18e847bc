"""What the answers on the referral page say: the same facts as a partner's system posts.

Source: SafeLives MARAC referral form (2015), read 2026-11. Pure: the same answers give the same facts, so
that a button that is pressed twice says nothing twice.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from contracts.events.people import Answered, Dash, ReferralMade
from contracts.events.wishes import CharacteristicsSaid
from contracts.events.withheld import WithheldFromPolice
from contracts.mentions import Mention
from contracts.rules.identifiers import nhs_number
from contracts.rules.occurrence import LONDON
from contracts.sections import (
    Contact,
    Equality,
    EqualityAnswer,
    Identity,
    Location,
    Name,
    Narrative,
    Record,
    Routing,
    Withheld,
)
from contracts.vocabulary import (
    DASH_ITEMS,
    Answering,
    AnswerSource,
    Characteristic,
    ConsentSubject,
    ContactMethod,
    DashAnswer,
    Instrument,
    ReferringService,
    Relationship,
    RiskAnswer,
    Role,
    Sex,
    WhyNotAsked,
)
from services.referrals.rules.asking import (
    CHILDREN,
    COMMENT,
    CRITERIA,
    NO_SERVICE,
    PART,
    UNKNOWN,
    Answers,
    Said,
    dash_form,
    day_of,
)

SYSTEM, KIND = "goldthread", "referral"
"""Of the record of whoever has no system; its number is the agency's own, else the draft's."""
REPEAT = timedelta(days=365)
"""For how long a case is one that a further referral repeats (SafeLives, repeat: 12 months)."""

_YES_NO = {"yes": True, "no": False}


YOUNG = Instrument.YP_DASH
YOUNG_VERSION = "2015"
"""Of the Dash for young people, whose items come one by one."""


def day_of_draft(touched: datetime) -> date:
    """The day whose age says which Dash is asked: that on which a draft was written on last."""
    return touched.astimezone(LONDON).date()


def referral(answers: Answers, draft: str, on: date) -> ReferralMade:
    """The MARAC referral, as it is on a day: the victim's age says which Dash was answered."""
    views, risk = answers.get("views", {}), answers.get("risk", {})
    people = [_victim(answers, draft), _perpetrator(answers.get("perpetrator", {}))]
    young = _young(answers) if dash_form(answers, on) is YOUNG else []
    area, happened = _known(answers.get("place", {}), "area"), risk.get("happened")
    return ReferralMade(
        people=[*people, *_children(answers.get("children", {}))],
        routing=Routing(area=area) if area else None,
        narrative=Narrative(text=happened) if happened else None,
        criteria=[code for code in CRITERIA if code in risk],
        dash=None if young else _dash(answers),
        instrument=YOUNG if young else None,
        instrument_version=YOUNG_VERSION if young else None,
        answers=young,
        victim_aware=_YES_NO.get(views.get("aware", "")),
        consent=_YES_NO.get(views.get("consent", "")),
        consent_given_of=[each for each in ConsentSubject if views.get(f"{PART}{each}") == "yes"],
        consent_refused_of=[each for each in ConsentSubject if views.get(f"{PART}{each}") == "no"],
        no_consent_reason=views.get("no-consent"),
        victim_view=views.get("view"),
        afraid_of=views.get("afraid"),
        service=_service(risk.get("service", NO_SERVICE)),
        other_marac=risk.get("other-marac"),
    )


def _service(chosen: str) -> ReferringService | None:
    return None if chosen == NO_SERVICE else ReferringService(chosen)


def withheld(answers: Answers, draft: str) -> WithheldFromPolice | None:
    """What she chose not to tell the police, where she told it: about the same record."""
    text = answers.get("withheld", {}).get("text")
    if not text:
        return None
    return WithheldFromPolice(people=[_named(answers, draft)], withheld=Withheld(text=text))


def characteristics(answers: Answers, draft: str) -> CharacteristicsSaid | None:
    """What was answered of her protected characteristics, if anything was: about the same record."""
    said = answers.get("views", {})
    given = [_characteristic(each, said[each]) for each in Characteristic if each in said]
    if not given:
        return None
    return CharacteristicsSaid(people=[_named(answers, draft)], equality=Equality(answers=given))


def _characteristic(characteristic: Characteristic, chosen: str) -> EqualityAnswer:
    answer, _, why = chosen.partition(":")
    if answer not in (Answering.ASKED_NOT_GIVEN, Answering.NOT_ASKED):
        return EqualityAnswer(characteristic=characteristic, answer=Answering.VALUE, value=chosen)
    because = WhyNotAsked(why) if why else None
    return EqualityAnswer(characteristic=characteristic, answer=Answering(answer), because=because)


def _named(answers: Answers, draft: str) -> Mention:
    """Her, by who she is alone."""
    return Mention(role=Role.VICTIM, identity=_victim(answers, draft).identity)


def number_of(answers: Answers, draft: str) -> str:
    """The number of her record: the agency's own, else the draft's."""
    return answers.get("victim", {}).get("record") or draft


def nhs_of(answers: Answers) -> str | None:
    """Her NHS number, as it is compared."""
    return nhs_number(answers.get("victim", {}).get("nhs", ""))


def _victim(answers: Answers, draft: str) -> Mention:
    said, place = answers.get("victim", {}), answers.get("place", {})
    address = [line.strip()[:200] for line in place.get("address", "").splitlines() if line.strip()]
    lines = [*address[:5], *([", ".join(address[5:])[:200]] if address[5:] else [])]
    found = Location(address=lines, postcode=place.get("postcode")) if lines or "postcode" in place else None
    return Mention(
        role=Role.VICTIM,
        identity=Identity(
            record=Record(system=SYSTEM, type=KIND, number=number_of(answers, draft)),
            name=_name(said),
            born=_born(said),
            sex=Sex(said["sex"]) if "sex" in said else None,
            nhs_number=nhs_of(answers),
        ),
        location=found,
        contact=_contact(answers.get("contact", {})),
    )


def _contact(said: Said) -> Contact | None:
    """Without a method nobody has said that any way is safe: so none is known."""
    if not said:
        return None
    return Contact(
        method=ContactMethod(said.get("method", ContactMethod.NONE_KNOWN)),
        number=said.get("number"),
        times=said.get("times"),
        code_word=said.get("code"),
        may_answer=said.get("may-answer"),
        unsafe=said.get("unsafe"),
        no_uniform="no-uniform" in said,
    )


def _perpetrator(said: Said) -> Mention:
    name, born = _name(said), _born(said)
    return Mention(
        role=Role.PERPETRATOR,
        relationship=Relationship(said["relationship"]) if "relationship" in said else None,
        identity=Identity(name=name, born=born) if name or born else None,
    )


def _children(said: Said) -> Iterator[Mention]:
    for place in range(CHILDREN):
        name, born = _name(said, f"-{place}"), _born(said, f"-{place}")
        school = said.get(f"school-{place}")
        if name or born or school:
            yield Mention(
                role=Role.CHILD,
                identity=Identity(name=name, born=born) if name or born else None,
                location=Location(school=school) if school else None,
            )


def _dash(answers: Answers) -> Dash | None:
    said = {item: page[item] for page in answers.values() for item in DASH_ITEMS if item in page}
    comments = {
        item: page[f"{item}{COMMENT}"]
        for page in answers.values()
        for item in DASH_ITEMS
        if f"{item}{COMMENT}" in page
    }
    if not said and not comments:
        return None
    from_ = {item: page["source"] for page in answers.values() if "source" in page for item in page}
    sources = {
        item: AnswerSource(from_[item])
        for item in DASH_ITEMS
        if item in from_ and said.get(item, DashAnswer.NOT_ASKED) != DashAnswer.NOT_ASKED
    }
    return Dash(
        answers={item: DashAnswer(said.get(item, DashAnswer.NOT_ASKED)) for item in DASH_ITEMS},
        sources=sources or None,
        comments=comments or None,
    )


def _young(answers: Answers) -> list[Answered]:
    """The same of a young person: the 24 items of their form in their order, which is that of the adult's."""
    dash = _dash(answers)
    if dash is None:
        return []
    sources, comments = dash.sources or {}, dash.comments or {}
    return [
        Answered(
            item=f"Y{item[1:]}",
            answer=RiskAnswer(answer),
            source=sources.get(item),
            comment=comments.get(item),
        )
        for item, answer in dash.answers.items()
    ]


def _name(said: Said, of: str = "") -> Name | None:
    family, given = said.get(f"family{of}"), said.get(f"given{of}")
    return Name(family=family, given=given) if family or given else None


def _born(said: Said, of: str = "") -> list[date]:
    day = day_of(f"born{of}", said)
    return [day] if day else []


def _known(said: Said, field: str) -> str | None:
    value = said.get(field)
    return None if value == UNKNOWN else value
