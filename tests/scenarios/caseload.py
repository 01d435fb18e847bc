"""The journey's one invented case, as each partner system would post it. Nobody here exists."""

from datetime import datetime, timedelta
from typing import Any

from contracts.vocabulary import DASH_ITEMS
from tests.support import breach_files

NHS_HER = "9990000018"
NHS_HIM = "9990000026"
PNC_HIM = "2003/0011985X"

HER = {"family": "Marlowe-Okonjo", "given": "Jennifer"}
HIM = {"family": "Harcastle", "given": "Dean"}
SON = {"family": "Harcastle", "given": "Toby"}


def of_two(body: dict[str, Any], agency: str, number: str, *roles: str) -> dict[str, Any]:
    """The same of a victim and a perpetrator of whom nobody else tells, in these roles. ``number`` is how
    every agency knows them."""
    two = {"victim": breach_files.person("victim", agency, f"{number}1")}
    him = breach_files.person("perpetrator", agency, f"{number}2")
    people = [two.get(role, him | {"role": role}) for role in roles]
    return body | {"content": body["content"] | {"people": people}}


def submission(
    content: dict[str, Any], occurred: datetime, recorded: datetime | None = None, **rest: Any
) -> dict[str, Any]:
    """A fact as a partner posts it."""
    header = {
        "occurred": occurred.isoformat(),
        "recorded": (recorded or occurred + timedelta(hours=1)).isoformat(),
        "regime": "UKGDPR",
        "basis": "public-task",
        "purpose": "safeguarding",
    }
    return header | rest | {"content": content}


def person(role: str, system: str, number: str, name: dict[str, str], **more: Any) -> dict[str, Any]:
    """A person as one agency's record has them."""
    identity = {"record": {"system": system, "type": "person", "number": number}, "name": name}
    identity |= {key: more.pop(key) for key in ("born", "nhs_number", "pnc_id", "sex") if key in more}
    return {"role": role, "identity": identity, **more}


def dash(yes: int = 16, dont_know: int = 2, not_asked: int = 2) -> dict[str, Any]:
    """Twenty-four answers."""
    answers = ["yes"] * yes + ["dont-know"] * dont_know + ["not-asked"] * not_asked
    answers += ["no"] * (len(DASH_ITEMS) - len(answers))
    return {"answers": dict(zip((str(item) for item in DASH_ITEMS), answers, strict=True))}


def her(system: str, number: str, **more: Any) -> dict[str, Any]:
    """The victim, in one agency's records."""
    return person("victim", system, number, HER, born=["1991-03-02"], **more)


def him(role: str, system: str, number: str, **more: Any) -> dict[str, Any]:
    """The alleged perpetrator, in one agency's records."""
    return person(role, system, number, HIM, born=["1988-11-20"], **more)


def referral(occurred: datetime) -> dict[str, Any]:
    """By the IDVA service."""
    contact = {
        "method": "mobile",
        "number": "07700 900123",
        "times": "weekdays 10am to 2pm",
        "code_word": "library books",
        "unsafe": "Never ring the landline.",
        "no_uniform": True,
        "verified": occurred.isoformat(),
    }
    people = [
        her("harbour-cms", "C-104", nhs_number=NHS_HER, contact=contact, location={"postcode": "ZZ1 4QQ"}),
        him("perpetrator", "harbour-cms", "C-104-P", relationship="ex-partner"),
    ]
    content = {
        "people": people,
        "routing": {"area": "northmere-north"},
        "criteria": ["visible-high-risk"],
        "dash": dash(),
        "victim_aware": True,
        "consent": True,
        "victim_view": "She wants to stay in her home and is afraid of him at night.",
        "narrative": {"text": "Separated in the spring; followed since."},
    }
    return submission(content, occurred)


def hospital_incident(occurred: datetime) -> dict[str, Any]:
    """By the hospital: she came with an injury."""
    people = [
        her("pas", "H-77123", nhs_number=NHS_HER, health={"injuries": "Bruised wrist", "pregnant": False}),
    ]
    content = {"people": people, "kind": "assault-with-injury", "narrative": {"text": "Says she fell."}}
    return submission(content, occurred, assertion="opinion")


def hospital_contact(occurred: datetime, text: str) -> dict[str, Any]:
    """By the hospital: a contact."""
    people = [her("pas", "H-77123", nhs_number=NHS_HER)]
    content = {"people": people, "service": "Emergency department", "narrative": {"text": text}}
    return submission(content, occurred)


def household(occurred: datetime) -> dict[str, Any]:
    """By the council: who lives there."""
    son = person("child", "liquidlogic", "L-9", SON, born=["2018-05-06"], relationship="child")
    people = [
        her("liquidlogic", "L-8", nhs_number=NHS_HER),
        son | {"location": {"school": "Alder Lane Primary"}},
    ]
    return submission({"people": people}, occurred)


def housing(occurred: datetime) -> dict[str, Any]:
    """By the housing service."""
    people = [
        her(
            "civica",
            "T-2201",
            nhs_number=NHS_HER,
            location={"address": ["14 Alder Lane"], "postcode": "ZZ1 4QQ"},
        )
    ]
    content = {"people": people, "kind": "tenancy", "narrative": {"text": "Asked for new locks."}}
    return submission(content, occurred)


def hearing(occurred: datetime) -> dict[str, Any]:
    """By the IDVA service: a family court is to hear of contact with the child, a month later."""
    people = [
        her("harbour-cms", "C-104", nhs_number=NHS_HER, location={"postcode": "ZZ1 4QQ"}),
        him("respondent", "harbour-cms", "C-104-P"),
    ]
    day = (occurred + timedelta(days=30)).date().isoformat()
    content = {"people": people, "hearing": "family-child-contact", "day": day, "told_by": "victim"}
    return submission(content | {"narrative": {"text": "He asks to see him at Alder Lane."}}, occurred)


def police_incident(occurred: datetime) -> dict[str, Any]:
    """By the police."""
    people = [
        her("niche", "N-501", nhs_number=NHS_HER),
        him("suspect", "niche", "N-502", pnc_id=PNC_HIM, nhs_number=NHS_HIM),
    ]
    content = {
        "people": people,
        "kind": "stalking",
        "crime": True,
        "status": "arrested",
        "reference": "X/100/26",
    }
    return submission(content, occurred, regime="DPA_PART3")


def order(made: datetime) -> dict[str, Any]:
    """By the police: a non-molestation order that they hold."""
    people = [
        her("niche", "N-501", nhs_number=NHS_HER),
        him("respondent", "niche", "N-502", pnc_id=PNC_HIM, nhs_number=NHS_HIM),
    ]
    content = {
        "people": people,
        "order": "non-molestation",
        "court": "Northmere Family Court",
        "reference": "NM/26/0417",
        "made": made.isoformat(),
        "ends": (made + timedelta(days=365)).isoformat(),
        "prohibitions": [
            {"kind": "no-contact", "text": "Not to contact her by any means."},
            {"kind": "not-to-attend", "text": "Not to go to her home.", "address_known_to_respondent": True},
        ],
    }
    return submission(content, made)


def service(root: str, served: datetime) -> dict[str, Any]:
    """By the police: he was served."""
    content = {
        "people": [him("respondent", "niche", "N-502", pnc_id=PNC_HIM, nhs_number=NHS_HIM)],
        "order": root,
        "method": "personal",
        "served": served.isoformat(),
        "respondent_aware": served.isoformat(),
    }
    return submission(content, served)


def bail(made: datetime) -> dict[str, Any]:
    """By the police: bail with conditions."""
    people = [
        her("niche", "N-501", nhs_number=NHS_HER),
        him("respondent", "niche", "N-502", pnc_id=PNC_HIM, nhs_number=NHS_HIM),
    ]
    content = {
        "people": people,
        "order": "police-bail",
        "made": made.isoformat(),
        "ends": (made + timedelta(days=90)).isoformat(),
        "prohibitions": [{"kind": "not-to-approach", "text": "Not within 100 metres of her."}],
    }
    return submission(content, made)


def housing_breach(occurred: datetime) -> dict[str, Any]:
    """By the housing officer, who does not know the order's number."""
    people = [
        her("civica", "T-2201", nhs_number=NHS_HER),
        him("perpetrator", "civica", "T-2201-P", nhs_number=NHS_HIM, relationship="ex-partner"),
    ]
    content = {
        "people": people,
        "kind": "assault",
        "routing": {"area": "northmere-north"},
        "narrative": {"text": "Neighbour saw him push her in the doorway."},
    }
    return submission(content, occurred, occurred + timedelta(minutes=10))


def police_breach(occurred: datetime) -> dict[str, Any]:
    """By the police, an hour later, of the same assault."""
    people = [
        her("niche", "N-501", nhs_number=NHS_HER),
        him("suspect", "niche", "N-502", pnc_id=PNC_HIM, nhs_number=NHS_HIM),
    ]
    content = {
        "people": people,
        "kind": "assault",
        "reference": "NM/26/0417",
        "routing": {"area": "northmere-north"},
        "narrative": {"text": "Attended after a call; he had left."},
    }
    return submission(content, occurred, occurred + timedelta(hours=1), regime="DPA_PART3")
