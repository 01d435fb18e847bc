"""A year of one MARAC, invented: some 500 cases at 26 meetings, as facts; and beside them, kept as it is
made up, what a clerk would have ticked on a list. Whoever counts by the list has read none of the code that
counts facts."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from chassis.facts import Fact
from contracts.events.conference import CaseListed, MeetingCalled
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.listing import MaracSet
from contracts.events.measures import PopulationSet
from contracts.events.people import HouseholdDescribed, IncidentReported, ReferralMade
from contracts.events.wishes import CharacteristicsSaid
from contracts.mentions import Mention
from contracts.sections import Equality, EqualityAnswer, Identity
from contracts.vocabulary import (
    AgencyKind,
    AreaKind,
    ReferringService,
    RepeatAnchor,
    RepeatDefinition,
    Role,
    Sex,
)
from tests.support.facts import area, fact, mention_of, someone, withdrawn

AREA = "north"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
FIRST = datetime(2025, 10, 1, 9, 30, tzinfo=UTC)
"""The first meeting of the year; there are one before it and two after its end, which are not of it."""
FORTNIGHT, DAY = timedelta(days=14), timedelta(days=1)

REFERRERS = {
    "police": (AgencyKind.POLICE, "referred_by_police", 64),
    "haven": (AgencyKind.IDVA_SERVICE, "referred_by_idva", 12),
    "homes": (AgencyKind.HOUSING, "referred_by_housing", 8),
    "hospital": (AgencyKind.HEALTH, "referred_by_health_not_told_apart", 8),
    "council": (AgencyKind.COUNCIL, "referred_by_adult_social_care", 5),
    "nobody-knows": (None, "referred_by_kind_of_agency_not_known", 3),
}
"""Agencies that refer: kind, column, and how many of a hundred referrals are theirs."""

ANSWERS = {
    "ethnicity": (
        "ethnicity_answered",
        "black_asian_racially_minoritised",
        {"W1": 0, "A2": 1, "B2": 1, "W9": 0},
    ),
    "disability": ("disability_answered", "disability", {"no-condition": 0, "limited-a-lot": 1}),
    "sexual-orientation": (
        "orientation_or_gender_identity_answered",
        "lgbt",
        {"straight": 0, "bisexual": 1},
    ),
}
"""Of each characteristic: the columns of those who answered and of those who are counted, and each answer."""


@dataclass
class Ticked:
    """A line of the clerk's list: which quarter (its first day; None: not of the year), at which meeting, and
    which boxes are ticked, with the number of children."""

    meeting: str
    starts: datetime
    boxes: dict[str, int]


@dataclass
class Year:
    """The facts, who is who, and the clerk's list."""

    facts: list[Fact[Any]] = field(default_factory=list)
    same: list[tuple[str, str]] = field(default_factory=list)
    ticked: list[Ticked] = field(default_factory=list)
    definition: RepeatDefinition = RepeatDefinition.CURRENT


@dataclass
class _Pair:
    """Two invented people, and what is ticked for a case of theirs at any meeting."""

    n: int
    agency: str
    victim_born: date | None
    boxes: dict[str, int]
    young: bool
    in_doubt: bool
    """Whether an older date of birth is given of each, too: the youngest counts."""
    children: list[date | None]
    """When each was born; None: nobody says."""
    male: bool | None
    heard: datetime = FIRST
    """When its first meeting was."""
    says_repeat: bool = False
    """Whether its referral says so, and then it is one each time that it is heard."""

    def people(self, agency: str) -> list[Mention]:
        """Them, by an agency's own records."""
        sex = {True: Sex.MALE, False: Sex.FEMALE, None: Sex.NOT_STATED}[self.male]
        older = [date(1950, 1, 1)] if self.in_doubt else []
        hers = Identity(born=[*older, self.victim_born] if self.victim_born else [], sex=sex)
        his = Identity(born=[*older, date(2010, 1, 1) if self.young else date(1985, 1, 1)])
        victim = someone(Role.VICTIM, f"v{self.n}", identity=hers)
        return [victim, someone(Role.PERPETRATOR, f"p{self.n}", identity=his)]


def year(
    seed: int = 7,
    definition: RepeatDefinition = RepeatDefinition.CURRENT,
    anchor: RepeatAnchor = RepeatAnchor.REFERRAL,
) -> Year:
    """The year of a MARAC that counts a repeat so. The same seed gives the same."""
    made, random = Year(definition=definition), Random(seed)
    chosen = MaracSet(area=AREA, repeat_definition=definition, repeat_anchor=anchor)
    made.facts.append(fact(chosen, agency="police", occurred=FIRST - 90 * DAY))
    for code, kind, within in (("force", AreaKind.FORCE, None), (AREA, AreaKind.MARAC, "force")):
        defined = AreaDefined(area=code, name=code, kind=kind, within=within)
        made.facts.append(fact(defined, agency="goldthread"))
    for agency, (kind_of, _, _) in REFERRERS.items():
        if kind_of:
            service = ReferringService.ADULT_SOCIAL_CARE if kind_of is AgencyKind.COUNCIL else None
            said = AgencyDefined(agency=agency, name=agency, kind=kind_of, service=service)
            made.facts.append(fact(said, agency="goldthread"))
    told = PopulationSet(area=AREA, adult_women=98_400, as_at=date(2025, 6, 30), source="Invented")
    made.facts.append(fact(told, agency="council"))
    pairs: list[_Pair] = []
    for n in range(-1, 28):
        _meeting(made, random, FIRST + n * FORTNIGHT, pairs)
    _at_the_edges(made)
    _never_held(made, pairs)
    return made


def _meeting(made: Year, random: Random, starts: datetime, pairs: list[_Pair]) -> None:
    """A meeting with its cases: new ones, and of those of earlier meetings some that are referred again, some
    that come back since something happened, some that were carried over."""
    called = fact(MeetingCalled(area=AREA, starts=starts), agency="police", occurred=starts - 20 * DAY)
    made.facts.append(called)
    before = list(pairs)
    for _ in range(random.randint(11, 16)):
        pair = _pair(made, random, starts)
        pairs.append(pair)
        pair.says_repeat = random.random() < 0.05
        case = _refer(made, pair, pair.agency, starts - 9 * DAY, ["repeat"] if pair.says_repeat else [])
        _list(made, called.root, case, pair, pair.agency, starts, repeat=pair.says_repeat)
        if random.random() < 0.3:  # before the meeting: part of what it hears, and no repeat
            _incident(made, pair, starts - 2 * DAY)
        if random.random() < 0.1:  # two agencies tell of one assault: both are heard, and neither is a repeat
            other = random.choice(list(REFERRERS))
            twice = _refer(made, pair, other, starts - 8 * DAY, [])
            _list(made, called.root, twice, pair, other, starts, repeat=False)
    for pair in random.sample(before, min(len(before), 6)):
        how = random.choice(["referred-again", "again-of-the-same", "came-back", "carried-over"])
        happened, crime = how in ("referred-again", "came-back"), random.random() < 0.5
        if happened:
            _incident(made, pair, starts - 9 * DAY, "assault-with-injury" if crime else "verbal-abuse")
        counts = happened and (crime or made.definition is RepeatDefinition.CURRENT)
        counts &= starts - 9 * DAY <= pair.heard.replace(year=pair.heard.year + 1)
        if how in ("referred-again", "again-of-the-same"):
            again, says = random.choice(list(REFERRERS)), random.random() < 0.2
            case = _refer(made, pair, again, starts - 8 * DAY, ["repeat"] if says else [])
            _list(made, called.root, case, pair, again, starts, repeat=says or counts)
        else:
            case = _first_case(made, pair)
            _list(
                made,
                called.root,
                case,
                pair,
                pair.agency,
                starts,
                repeat=pair.says_repeat or counts,
            )
        before.remove(pair)
        pairs.remove(pair)  # once more is enough: what is ticked is known for sure


def _pair(made: Year, random: Random, starts: datetime) -> _Pair:
    agency = random.choices(list(REFERRERS), [share for _, _, share in REFERRERS.values()])[0]
    age = random.choice([None, 16, 17, 18, *range(20, 70)])
    born = None if age is None else date(starts.year - age, 1, 1)
    pair = _Pair(
        n=len(made.facts),
        agency=agency,
        victim_born=born,
        boxes={},
        young=random.random() < 0.03,
        in_doubt=random.random() < 0.1,
        children=[_child(random, starts) for _ in range(random.choice([0, 0, 1, 1, 2, 3]))],
        male=random.choice([None, True, *[False] * 12]),
        heard=starts,
    )
    if pair.children:
        children = [
            someone(Role.CHILD, f"c{pair.n}-{i}", identity=Identity(born=[born] if born else []))
            for i, born in enumerate(pair.children)
        ]
        household = HouseholdDescribed(people=[pair.people(agency)[0], *children])
        made.facts.append(fact(household, agency=agency, occurred=starts - 12 * DAY))
    for characteristic, (answered, counted, codes) in ANSWERS.items():
        if random.random() < 0.6:
            first, last = random.choice(list(codes)), random.choice(list(codes))
            _answer(made, pair, characteristic, first, starts - 30 * DAY)
            _answer(made, pair, characteristic, last, starts - 10 * DAY)  # the newest holds
            pair.boxes |= {answered: 1, counted: codes[last]}
        else:
            _answer(made, pair, characteristic, None, starts - 10 * DAY)
    if random.random() < 0.3:  # that somebody is not trans says nothing of orientation
        gender = random.choice(["same", "same", "different"])
        _answer(made, pair, "gender-identity", gender, starts - 10 * DAY)
        if gender == "different":
            pair.boxes |= {"orientation_or_gender_identity_answered": 1, "lgbt": 1}
    return pair


def _child(random: Random, starts: datetime) -> date | None:
    """When a child was born; a few were named long ago, or are grown up before the year is over."""
    age = random.choice([None, 2, 6, 11, 16, 17, 18, 23])
    return None if age is None else date(starts.year - age, 3, 1)


def _answer(made: Year, pair: _Pair, characteristic: str, code: str | None, at: datetime) -> None:
    value = {"answer": "value", "value": code} if code else {"answer": "asked-not-given"}
    answer = EqualityAnswer.model_validate({"characteristic": characteristic} | value)
    victim = pair.people(pair.agency)[0]
    said = CharacteristicsSaid(people=[victim], equality=Equality(answers=[answer]))
    made.facts.append(fact(said, agency=pair.agency, occurred=at, root=f"{characteristic} {pair.n} {at}"))


def _grown(born: date, starts: datetime) -> bool:
    return born.replace(year=born.year + 18) <= starts.date()


def _refer(made: Year, pair: _Pair, agency: str, at: datetime, criteria: list[str]) -> str:
    said = ReferralMade.model_validate(
        {"people": pair.people(agency), "criteria": criteria, "routing": area(AREA)}
    )
    made.facts.append(fact(said, agency=agency, occurred=at, root=f"referral {pair.n} {at}"))
    if agency != pair.agency:
        made.same += [
            (mention_of(pair.agency, f"{side}{pair.n}"), mention_of(agency, f"{side}{pair.n}"))
            for side in "vp"
        ]
    return made.facts[-1].root


def _first_case(made: Year, pair: _Pair) -> str:
    hers = f"m:{mention_of(pair.agency, f'v{pair.n}')}"
    return next(
        each.root
        for each in made.facts
        if isinstance(each.content, ReferralMade) and hers in each.envelope.keys.split()
    )


def _incident(made: Year, pair: _Pair, at: datetime, kind: str = "assault-with-injury") -> None:
    people = pair.people(pair.agency)
    said = IncidentReported.model_validate({"kind": kind, "people": people})
    made.facts.append(fact(said, agency=pair.agency, occurred=at, root=f"incident {pair.n} {at}"))


def _list(
    made: Year, meeting: str, case: str, pair: _Pair, agency: str, starts: datetime, *, repeat: bool
) -> None:
    said = CaseListed(case=case, meeting=meeting)
    made.facts.append(fact(said, agency="police", occurred=starts - 8 * DAY, root=f"{case} at {meeting}"))
    age = None if pair.victim_born is None else starts.year - pair.victim_born.year
    boxes = pair.boxes | {
        "cases": 1,
        "repeat_cases": int(repeat),
        "children": sum(born is None or not _grown(born, starts) for born in pair.children),
        REFERRERS[agency][1]: 1,
        "partner_agency_referrals": int(agency not in ("police", "nobody-knows")),
        "age_known": int(age is not None),
        "victims_aged_16_to_17": int(age in (16, 17)),
        "sex_answered": int(pair.male is not None),
        "male_victims": int(pair.male is True),
        "perpetrators_aged_17_or_under": int(pair.young),
    }
    made.ticked.append(Ticked(meeting, starts, boxes))


EDGES = (
    # The next meeting is more than twelve months after the last, and the assault is not.
    (("heard", "A", -1), ("assault", 24.8), ("heard", "B", 26, True)),
    # The third was referred since a meeting had heard of the assault.
    (("heard", "A", 2), ("assault", 3), ("heard", "B", 6, True), ("heard", "C", 10, False)),
    # The later one is heard first.
    (("referred", "A", 2), ("heard", "B", 4, False), ("assault", 5), ("heard", "A", 8, True)),
    # No meeting ever heard the first; and one that heard it does not count, for its referral was taken back.
    (("referred", "A", 2), ("assault", 3), ("heard", "B", 5, False)),
    (("heard", "A", 3), ("taken back", "A"), ("assault", 4), ("heard", "B", 6, False)),
    # Heard years before the second was referred, which is a new case.
    (("heard", "A", -46), ("assault", -40), ("heard", "B", 9, False)),
    # Both meetings are of one year, and nothing is between them.
    (("heard", "A", 1), ("heard", "B", 20, False)),
)
"""Pairs of which it was ticked by hand whether each is a repeat at its meeting, told by fortnights."""


def _at_the_edges(made: Year) -> None:
    """What the year has by luck alone, or never."""
    called = {
        each.content.starts: each.root for each in made.facts if isinstance(each.content, MeetingCalled)
    }
    for steps in EDGES:
        pair = _Pair(
            len(made.facts), "police", None, {}, young=False, in_doubt=False, children=[], male=False
        )
        cases: dict[str, str] = {}
        referrals: dict[str, Fact[Any]] = {}
        for what, *of in steps:
            if what == "assault":
                _incident(made, pair, FIRST + of[0] * FORTNIGHT)
                continue
            letter = of[0]
            if what == "taken back":
                made.facts.append(withdrawn(referrals[letter]))
                continue
            starts = FIRST + of[1] * FORTNIGHT
            if letter not in cases:
                days = {"A": 9, "B": 25, "C": 9}[letter] if what == "heard" else 20
                cases[letter] = _refer(made, pair, "police", starts - days * DAY, [])
                referrals[letter] = made.facts[-1]
            if starts not in called:
                made.facts.append(fact(MeetingCalled(area=AREA, starts=starts), agency="police"))
                called[starts] = made.facts[-1].root
            if what == "heard":
                repeat = bool(of[2:] and of[2])
                _list(made, called[starts], cases[letter], pair, "police", starts, repeat=repeat)
                if ("taken back", letter) in steps:
                    made.ticked.pop()


def _never_held(made: Year, pairs: list[_Pair]) -> None:
    """What counts nowhere: a listing that was taken back, a referral that was, a meeting that was, and one
    that has not come."""
    for what, starts in (
        ("listing", FIRST + 3 * DAY),
        ("referral", FIRST + 4 * DAY),
        ("meeting", FIRST + 5 * DAY),
        ("nothing", NOW + 5 * DAY),
    ):
        called = fact(MeetingCalled(area=AREA, starts=starts), agency="police", occurred=FIRST - DAY)
        pair = _Pair(
            len(made.facts), "police", None, {}, young=False, in_doubt=False, children=[], male=False
        )
        case = _refer(made, pair, "police", FIRST - 9 * DAY, [])
        referral = made.facts[-1]
        said = CaseListed(case=case, meeting=called.root)
        listing = fact(said, agency="police", occurred=FIRST - DAY)
        made.facts += [called, listing]
        taken_back = {"listing": listing, "referral": referral, "meeting": called}
        made.facts += [withdrawn(taken_back[what])] if what in taken_back else []
