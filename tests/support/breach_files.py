"""83 breach files in the proportions of the inspection report (HMICFRS, 2021): 52 in which there is a
pattern, 31 in which there is none, ordinary contact among them. Everybody is invented.

A file is a story first: what was done to her, and how. Then come the agencies, who see some of it and write
down some of what they saw: of one occurrence one to three tell; some kinds are *other*, some effects are not
asked for, some of it nobody tells, and now and then somebody believes what they are told at the door. Of more
than half the police assess the risk, by a form of theirs; an IDVA's Dash comes beside it or in its place.
What is true of a story is given apart, and is in nothing that is posted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from contracts.rules.identifiers import nhs_check_digit
from contracts.rules.instruments import FORMS
from contracts.vocabulary import DASH_ITEMS, Instrument, Offence, RiskAnswer, RiskFactor

BREACH = "uk.goldthread.breach.reported.v1"
INCIDENT = "uk.goldthread.incident.reported.v1"
REFERRAL = "uk.goldthread.referral.made.v1"
ASSESSMENT = "uk.goldthread.risk.assessed.v1"
ORDER = "uk.goldthread.order.made.v1"

POLICE, HOUSING, IDVA, HOSPITAL = (
    "northmere-police",
    "castlegate-housing",
    "harbour-idva",
    "northmere-hospital",
)
WITH_A_PATTERN = {"stalked": 20, "controlled": 18, "harassed": 14}
PATTERNS = {
    "stalked": Offence.STALKING,
    "controlled": Offence.CONTROLLING_OR_COERCIVE,
    "harassed": Offence.HARASSMENT,
}
"""What a story with a pattern is first of all; its acts may be more."""
WITHOUT = {"once": 10, "handover": 8, "misdialled": 5, "appointments": 4, "another's": 2, "elsewhere": 2}

ACTS = {
    "stalked": [("contact", "contacted"), ("attended", "watched"), ("attended", "followed"), ("online", "")],
    "harassed": [("contact", ""), ("online", "published"), ("damage", ""), ("contact", "contacted")],
    "controlled": [("assault", "violent"), ("threat", ""), ("contact", "controlled-money"), ("threat", "")],
}
"""What is done in each kind of story: the kind of a breach, and what else an agency may write down."""
AS_INCIDENT = {
    "contact": "harassment",
    "attended": "harassment",
    "online": "malicious-communications",
    "damage": "criminal-damage",
    "assault": "common-assault",
    "threat": "verbal-abuse",
    "other": "other",
}
ORDINARY = ("handover", "misdialled", "appointments")
"""Stories that no agency would call by the name of an offence."""
EFFECTS = ("alarm-or-distress", "fear-of-violence", "daily-life")

A, F = RiskAnswer, RiskFactor
ASSESSED = {
    "stalked": {F.STALKED: 0.7, F.VISITS: 0.4, F.LOITERS: 0.7, F.FRIGHTENED: 0.8},
    "harassed": {F.STALKED: 0.7, F.LOITERS: 0.3, F.FRIGHTENED: 0.6},
    "controlled": {F.CONTROLLED: 0.7, F.HUMILIATED: 0.6, F.MONITORED: 0.5, F.ISOLATED: 0.4, F.STRANGLED: 0.1},
}
"""What forms ask of that is there in a story with a pattern, and how often she tells the police of it."""
WRONGLY = {
    **dict.fromkeys((F.STALKED, F.VISITS, F.CONTROLLED, F.HUMILIATED, F.MONITORED, F.ISOLATED), 0.02),
    **dict.fromkeys((F.STRANGLED, F.THREATS_TO_KILL), 0.0),
}
"""How often it is told of where it is not there. All else that forms ask of is there in three of ten files,
whatever the story: fear, an earlier threat, money that is short, somebody who waited in the street."""
GOES_ON = (A.OFTEN, A.OFTEN, A.ALL_THE_TIME, A.OCCASIONALLY, A.YES)


@dataclass(frozen=True, slots=True)
class Told:
    """One fact as an agency posts it."""

    agency: str
    type: str
    occurred: datetime
    recorded: datetime
    content: dict[str, Any]

    @property
    def submission(self) -> dict[str, Any]:
        """The body of the post."""
        return {
            "occurred": self.occurred.isoformat(),
            "recorded": self.recorded.isoformat(),
            "basis": "public-task",
            "purpose": "safeguarding",
            "content": self.content,
        }


@dataclass(slots=True)
class File:
    """A breach file: everything that agencies posted of two people, the newest breach among it."""

    number: int
    told: list[Told] = field(default_factory=list)
    breach: Told | None = None


def files(seed: int, now: datetime) -> tuple[list[File], dict[int, Offence | None]]:
    """The files of this seed, and apart from them which pattern is there in each, by their numbers."""
    chance = Random(seed)
    kinds = [kind for kind, many in (WITH_A_PATTERN | WITHOUT).items() for _ in range(many)]
    chance.shuffle(kinds)
    found = [_Story(chance, number, kind, now).file() for number, kind in enumerate(kinds)]
    return found, {number: PATTERNS.get(kind) for number, kind in enumerate(kinds)}


def person(role: str, agency: str, number: str, **more: Any) -> dict[str, Any]:
    """Somebody as a record of an agency names them: by a number that all of these agencies know, born on a
    day of their own, so that nobody is asked which of them are one."""
    nine = f"999{int(number):06}"
    while (check := nhs_check_digit(nine)) is None:
        nine = f"{int(nine) + 500_000}"
    identity = {
        "record": {"system": "records", "type": "person", "number": f"{agency[:4]}-{number}"},
        "name": {"family": f"Inventedfamily{number}", "given": role.title()},
        "born": [(date(1960, 1, 1) + timedelta(days=17 * int(number) % 14_000)).isoformat()],
        "nhs_number": f"{nine}{check}",
    }
    return {"role": role, "identity": identity, **more}


class _Story:
    """What was done in one file, and who tells of it."""

    def __init__(self, chance: Random, number: int, kind: str, now: datetime) -> None:
        self.chance, self.kind, self.now = chance, kind, now
        self.found = File(number)

    def file(self) -> File:
        """The file."""
        self._order()
        for at in self._earlier():
            if self.chance.random() < 0.88:  # of some of it nobody tells
                self._tell(at)
        self.found.breach = self._tell(self.now)
        if self.chance.random() < 0.4:
            self._dash()
        if self.chance.random() < 0.6:
            self._police_form()
        return self.found

    def people(self, agency: str, *, her: int = 1, him: int = 2) -> list[dict[str, Any]]:
        """The two, as an agency names them; another woman or man by another number."""
        base = self.found.number * 10
        relationship = {"relationship": "ex-partner"} if self.chance.random() < 0.7 else {}
        return [
            person("victim", agency, f"{base + her}"),
            person("perpetrator", agency, f"{base + him}", **relationship),
        ]

    def _earlier(self) -> Iterator[datetime]:
        many = {"once": 0, "another's": 1, "elsewhere": 1, "misdialled": 0}.get(self.kind)
        if many is None:
            many = self.chance.randint(1, 5)
        for n in range(many):
            yield self.now - timedelta(days=9 * (n + 1) + self.chance.randint(0, 6), hours=n)

    def _order(self) -> None:
        made = self.now - timedelta(days=100)
        content = {"order": "non-molestation", "made": made.isoformat(), "until_further_order": True}
        self._say(POLICE, ORDER, made, {**content, "people": self.people(POLICE)})

    def _tell(self, at: datetime) -> Told:
        """One to three agencies tell of one thing that was done; the first of them as a breach."""
        agencies = self.chance.sample((HOUSING, POLICE, IDVA, HOSPITAL), self.chance.choice((1, 1, 2, 3)))
        kind, more = self._done(at)
        first: Told | None = None
        for n, agency in enumerate(agencies):
            said = self._said(kind, more, at)
            if (n and agency == HOSPITAL) or (at != self.now and self.chance.random() < 0.3):
                kind_there = AS_INCIDENT[said["kind"]] if self.kind not in ORDINARY else "other"
                told = self._say(agency, INCIDENT, at, {**said, "kind": kind_there})
            else:
                told = self._say(agency, BREACH, at, said)
            first = first or told
        assert first is not None
        return first

    def _done(self, at: datetime) -> tuple[str, dict[str, Any]]:
        """What was done then: its kind, and all that could be written of it."""
        newest = at == self.now
        if self.kind in ACTS:
            kind, act = self.chance.choice(ACTS[self.kind])
            effects = self.chance.sample(EFFECTS, self.chance.choice((1, 1, 2)))
            return kind, {"acts": [act] if act else [], "effects": effects}
        if self.kind == "handover":
            return self.chance.choice(("attended", "contact")), {"circumstance": "arranged"}
        if self.kind == "misdialled":
            return "contact", {"circumstance": "by-mistake", "effects": ["no-effect"]}
        if self.kind == "appointments":
            return self.chance.choice(("requirement-missed", "notification-missed")), {}
        if self.kind == "once" or newest:
            return self.chance.choice(("contact", "attended", "assault")), {"effects": ["alarm-or-distress"]}
        return "assault", {"effects": ["fear-of-violence"]}  # somebody else's, or to somebody else

    def _said(self, kind: str, more: dict[str, Any], at: datetime) -> dict[str, Any]:
        """What one agency writes of it."""
        chance, said = self.chance, dict(more)
        if chance.random() < 0.5:
            said.pop("effects", None)
        if chance.random() < 0.4:
            said.pop("acts", None)
        if "circumstance" in said and chance.random() < 0.06:
            del said["circumstance"]  # nobody asked how it came about
        if self.kind in ("stalked", "harassed") and chance.random() < 0.05:
            said["circumstance"] = "arranged"  # as the respondent put it
        if self.kind in ACTS and chance.random() < 0.08:
            kind = "other"
        return {**said, "kind": kind}

    def _say(self, agency: str, type_: str, at: datetime, content: dict[str, Any]) -> Told:
        minutes = self.chance.randint(0, 40)
        if "people" not in content:
            strange = at != self.now
            her = 3 if strange and self.kind == "elsewhere" else 1
            him = 4 if strange and self.kind == "another's" else 2
            content = {"people": self.people(agency, her=her, him=him), **content}
        content = {"routing": {"area": "northmere-north"}, **content}
        occurred = at + timedelta(minutes=minutes)
        told = Told(agency, type_, occurred, occurred + timedelta(minutes=30), content)
        self.found.told.append(told)
        return told

    def _dash(self) -> None:
        """The IDVA service asks her: of a pattern she says so mostly, and else mostly that it is not so."""
        answers = dict.fromkeys(map(str, DASH_ITEMS), "no")
        item = {"stalked": "D08", "harassed": "D08", "controlled": "D12"}.get(self.kind)
        for each in ("D08", "D12"):
            yes = 0.7 if each == item else 0.02
            answers[each] = "yes" if self.chance.random() < yes else self.chance.choice(("no", "dont-know"))
        content = {"people": self.people(IDVA), "dash": {"answers": answers}}
        self._say(IDVA, REFERRAL, self.now - timedelta(days=3), content)

    def _police_form(self) -> None:
        """An officer asks her at the door, by one form: police DASH, DARA or S-DASH."""
        forms = (Instrument.POLICE_DASH_27, Instrument.DARA, Instrument.DARA, Instrument.S_DASH)
        form = FORMS[instrument := self.chance.choice(forms)]
        content = {
            "people": self.people(POLICE),
            "instrument": instrument,
            "instrument_version": min(form.versions),
            "grade": "medium",
            "answers": [
                {"item": item, "answer": self._answer(asked, how_often=A.OFTEN in form.answers)}
                for item, asked in form.items.items()
            ],
        }
        self._say(POLICE, ASSESSMENT, self.now, content)

    def _answer(self, asked: RiskFactor, *, how_often: bool) -> RiskAnswer:
        """What she says to one line. Asked how often, one in five says of what is no pattern that it is so
        occasionally."""
        there = ASSESSED.get(self.kind, {})
        if self.chance.random() < there.get(asked, WRONGLY.get(asked, 0.3)):
            return self.chance.choice(GOES_ON) if how_often else A.YES
        if how_often and asked not in there and WRONGLY.get(asked) and self.chance.random() < 0.2:
            return A.OCCASIONALLY
        return self.chance.choice((A.NEVER if how_often else A.NO, A.DONT_KNOW))
