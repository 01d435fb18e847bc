"""What the law lets become of each type of order: how it binds, who may change or end it, and by which court.

Sources: ``domain.md`` 4.1 to 4.6, and the statute that each line names, as read on 28 November 2026. What is
not certain is *to be checked*, and stands so in ``docs/orders.md`` and on the page of an order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from contracts.vocabulary import OrderType


class Interim(StrEnum):
    """Whether an order of a type can be interim."""

    NONE = "none"
    MAY = "may-be-interim"
    ALWAYS = "always-interim"


class Service(StrEnum):
    """How it comes to whom it binds."""

    IN_PERSON = "in-person"
    """By a constable: it binds from then, and not before."""
    UNLESS_DIRECTED = "in-person-unless-directed"
    """The rules of court ask for service in person, unless the court directs otherwise."""
    GIVEN = "given"
    """It is given to the respondent, who knows of it from then."""
    TO_BE_CHECKED = "to-be-checked"


class Who(StrEnum):
    """Who may ask for an order to be changed, or changes it."""

    NOBODY = "nobody"
    POLICE = "police"
    CUSTODY_OFFICER = "custody-officer"
    APPLICANT = "applicant"
    PROSECUTOR = "prosecutor"
    PROTECTED = "protected-person"
    RESPONDENT = "respondent"
    NAMED = "anyone-named"
    AFFECTED = "anyone-affected"
    COURT_ITSELF = "court-itself"
    TO_BE_CHECKED = "to-be-checked"


class Court(StrEnum):
    """Where an order is changed, or an appeal goes."""

    NONE = "none"
    MADE_IT = "court-that-made-it"
    MAGISTRATES = "magistrates"
    FAMILY = "family"
    HEARS_NEXT = "court-that-hears-next"
    FAMILY_ABOVE = "higher-family-judge"
    CROWN = "crown"
    AS_SENTENCE = "as-against-a-sentence"
    CROWN_OR_OWN = "crown-from-magistrates-else-own-route"
    CASE_STATED = "case-stated"
    TO_BE_CHECKED = "to-be-checked"


class Extension(StrEnum):
    """Whether it may go on for longer than it was made for."""

    NONE = "none"
    ADJOURNED = "while-adjourned"
    VARIED = "by-variation"
    RENEWED = "by-renewal"
    SIX_MONTHS = "six-months-at-a-time"
    BY_RANK = "by-rank"
    NEXT_HEARING = "at-each-hearing"


class Expiry(StrEnum):
    """What ends it when nobody changes it."""

    UNHEARD = "hearing-or-unheard"
    ITS_DAY = "its-day"
    ITS_DAY_OR_ORDER = "its-day-or-further-order"
    APPLICATION = "application-decided"
    BAIL_DATE = "bail-date"
    PROCEEDINGS = "proceedings-end"


@dataclass(frozen=True, slots=True)
class Life:
    """One line of the table. ``becomes`` is what a notice or an interim order turns into.
    ``aware_is_enough``: whether whoever knows of it and was not served can be made to answer for breaking it;
    None: to be checked. ``varied`` and ``discharged`` say who may ask, ``at`` where."""

    law: str
    service: Service
    aware_is_enough: bool | None
    varied: tuple[Who, ...]
    extended: Extension
    discharged: tuple[Who, ...]
    at: Court
    appeal: Court
    expires: Expiry
    interim: Interim = Interim.NONE
    becomes: OrderType | None = None


_PARTIES = (Who.PROTECTED, Who.RESPONDENT, Who.COURT_ITSELF)
_FAMILY_FORCED = (Who.APPLICANT, Who.PROTECTED, Who.RESPONDENT, Who.AFFECTED, Who.COURT_ITSELF)
_POLICE_OR_RESPONDENT = (Who.POLICE, Who.RESPONDENT)

LIVES: Mapping[OrderType, Life] = {
    OrderType.DVPN: Life(
        law="Crime and Security Act 2010 s25 and s27",
        service=Service.IN_PERSON,
        aware_is_enough=False,
        varied=(Who.NOBODY,),
        extended=Extension.ADJOURNED,
        discharged=(Who.TO_BE_CHECKED,),
        at=Court.NONE,
        appeal=Court.NONE,
        expires=Expiry.UNHEARD,
        becomes=OrderType.DVPO,
    ),
    OrderType.DVPO: Life(
        law="Crime and Security Act 2010 s28 to 30",
        service=Service.TO_BE_CHECKED,
        aware_is_enough=None,
        varied=(Who.NOBODY,),
        extended=Extension.NONE,
        discharged=(Who.TO_BE_CHECKED,),
        at=Court.TO_BE_CHECKED,
        appeal=Court.CASE_STATED,
        expires=Expiry.ITS_DAY,
    ),
    OrderType.DAPN: Life(
        law="Domestic Abuse Act 2021 s25 and s29",
        service=Service.IN_PERSON,
        aware_is_enough=False,
        varied=(Who.NOBODY,),
        extended=Extension.ADJOURNED,
        discharged=(Who.TO_BE_CHECKED,),
        at=Court.NONE,
        appeal=Court.NONE,
        expires=Expiry.UNHEARD,
        becomes=OrderType.DAPO,
    ),
    OrderType.DAPO: Life(
        law="Domestic Abuse Act 2021 s34, s38, s39 and s44 to 46",
        service=Service.TO_BE_CHECKED,
        aware_is_enough=True,
        varied=(Who.APPLICANT, Who.PROTECTED, Who.RESPONDENT, Who.POLICE, Who.COURT_ITSELF),
        extended=Extension.VARIED,
        discharged=(Who.APPLICANT, Who.PROTECTED, Who.RESPONDENT, Who.POLICE, Who.COURT_ITSELF),
        at=Court.MADE_IT,
        appeal=Court.CROWN_OR_OWN,
        expires=Expiry.ITS_DAY_OR_ORDER,
    ),
    OrderType.SPO: Life(
        law="Stalking Protection Act 2019 s3, s4 and s7",
        service=Service.TO_BE_CHECKED,
        aware_is_enough=None,
        varied=_POLICE_OR_RESPONDENT,
        extended=Extension.RENEWED,
        discharged=_POLICE_OR_RESPONDENT,
        at=Court.MAGISTRATES,
        appeal=Court.CROWN,
        expires=Expiry.ITS_DAY_OR_ORDER,
    ),
    OrderType.INTERIM_SPO: Life(
        law="Stalking Protection Act 2019 s5 and s7",
        service=Service.TO_BE_CHECKED,
        aware_is_enough=None,
        varied=_POLICE_OR_RESPONDENT,
        extended=Extension.RENEWED,
        discharged=_POLICE_OR_RESPONDENT,
        at=Court.MAGISTRATES,
        appeal=Court.CROWN,
        expires=Expiry.APPLICATION,
        interim=Interim.ALWAYS,
        becomes=OrderType.SPO,
    ),
    OrderType.NON_MOLESTATION: Life(
        law="Family Law Act 1996 s42, s42A, s45 and s49; Family Procedure Rules 2010 Part 10",
        service=Service.UNLESS_DIRECTED,
        aware_is_enough=True,
        varied=_PARTIES,
        extended=Extension.VARIED,
        discharged=_PARTIES,
        at=Court.FAMILY,
        appeal=Court.FAMILY_ABOVE,
        expires=Expiry.ITS_DAY_OR_ORDER,
        interim=Interim.MAY,
    ),
    OrderType.OCCUPATION: Life(
        law="Family Law Act 1996 s33 to 38, s45, s47 and s49; Family Procedure Rules 2010 Part 10",
        service=Service.UNLESS_DIRECTED,
        aware_is_enough=None,
        varied=(Who.PROTECTED, Who.RESPONDENT),
        extended=Extension.SIX_MONTHS,
        discharged=(Who.PROTECTED, Who.RESPONDENT),
        at=Court.FAMILY,
        appeal=Court.FAMILY_ABOVE,
        expires=Expiry.ITS_DAY_OR_ORDER,
        interim=Interim.MAY,
    ),
    OrderType.RESTRAINING: Life(
        law="Sentencing Act 2020 s361; Protection from Harassment Act 1997 s5A",
        service=Service.TO_BE_CHECKED,
        aware_is_enough=None,
        varied=(Who.PROSECUTOR, Who.RESPONDENT, Who.NAMED),
        extended=Extension.VARIED,
        discharged=(Who.PROSECUTOR, Who.RESPONDENT, Who.NAMED),
        at=Court.MADE_IT,
        appeal=Court.AS_SENTENCE,
        expires=Expiry.ITS_DAY_OR_ORDER,
    ),
    OrderType.FMPO: Life(
        law="Family Law Act 1996 s63CA to 63G; Family Procedure Rules 2010 Part 11",
        service=Service.UNLESS_DIRECTED,
        aware_is_enough=True,
        varied=_FAMILY_FORCED,
        extended=Extension.VARIED,
        discharged=_FAMILY_FORCED,
        at=Court.FAMILY,
        appeal=Court.FAMILY_ABOVE,
        expires=Expiry.ITS_DAY_OR_ORDER,
        interim=Interim.MAY,
    ),
    OrderType.FGMPO: Life(
        law="Female Genital Mutilation Act 2003 Sch 2; Family Procedure Rules 2010 Part 11",
        service=Service.UNLESS_DIRECTED,
        aware_is_enough=True,
        varied=_FAMILY_FORCED,
        extended=Extension.VARIED,
        discharged=_FAMILY_FORCED,
        at=Court.MADE_IT,
        appeal=Court.FAMILY_ABOVE,
        expires=Expiry.ITS_DAY_OR_ORDER,
        interim=Interim.MAY,
    ),
    OrderType.SHPO: Life(
        law="Sentencing Act 2020 s350 to 353; Sexual Offences Act 2003 s103E to 103H",
        service=Service.TO_BE_CHECKED,
        aware_is_enough=None,
        varied=_POLICE_OR_RESPONDENT,
        extended=Extension.RENEWED,
        discharged=_POLICE_OR_RESPONDENT,
        at=Court.MADE_IT,
        appeal=Court.AS_SENTENCE,
        expires=Expiry.ITS_DAY_OR_ORDER,
        interim=Interim.MAY,
    ),
    OrderType.POLICE_BAIL: Life(
        law="Police and Criminal Evidence Act 1984 s47 and s47ZA to 47ZM",
        service=Service.GIVEN,
        aware_is_enough=True,
        varied=(Who.CUSTODY_OFFICER, Who.RESPONDENT),
        extended=Extension.BY_RANK,
        discharged=(Who.CUSTODY_OFFICER,),
        at=Court.MAGISTRATES,
        appeal=Court.NONE,
        expires=Expiry.BAIL_DATE,
    ),
    OrderType.COURT_BAIL: Life(
        law="Bail Act 1976 s3 and s5B; Criminal Justice Act 2003 s16",
        service=Service.GIVEN,
        aware_is_enough=True,
        varied=(Who.PROSECUTOR, Who.POLICE, Who.RESPONDENT),
        extended=Extension.NEXT_HEARING,
        discharged=(Who.COURT_ITSELF,),
        at=Court.HEARS_NEXT,
        appeal=Court.CROWN,
        expires=Expiry.PROCEEDINGS,
    ),
}
"""The table."""
