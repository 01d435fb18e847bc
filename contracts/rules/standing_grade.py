"""Which grade stands after several assessments of one victim.

Professional judgement may raise a grade alone; to lower one takes a second person and a reason
(SafeLives, *MARAC referral criteria*; College of Policing, DARA; read 2026-11). Until that second
sign-off is recorded, an assessment alone lowers nothing: neither at once nor after one in between
that left the grade unknown. What two persons signed stands for what their own agency said before it of the
same accused, and for nothing else: a force countersigns each of its forms, and that says nothing of another
agency's, nor of another partner (domain.md 14, trap 5). To withdraw an assessment is the word of one person:
what it gave stands as if it had not been withdrawn, until two persons sign what its agency says after it. It
stands in nobody's way where that is more than it: who was assessed as standard, and is so no more, is not
known to be. A referral of high risk that is withdrawn is kept in the same way, and ends sooner, for who
referred may be of an agency that never assesses: by whoever of another agency assesses once it is withdrawn,
who is the second person beside the one that withdrew; whoever assessed before did not know that it would be.
They do so of the same accused, or of all the risk; of anybody where the referral names nobody (ours,
2026-11). An accused whom Goldthread added to what they say is nobody, until somebody links that record to one
whom anything else that is told of the victim names. To correct what was said so that it is of another victim
is to withdraw it of the first (domain.md 14, trap 5, 2026-12). An unknown grade is answered by the next
assessment, and is never read as an older, lesser one than high (domain.md 14, trap 4, 2026-11: unknown sorts
above medium).

A screening beside an assessment (S-DASH) may raise the grade, and does no more: it answers no unknown one,
and two signatures beneath it lower nothing. What is said of one accused answers nothing about another: the
risk is unknown while it is so from anybody; an assessment that names nobody is of all the risk, as in
``risk_review`` (ours, 2026-11).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.content import Said
from contracts.events.people import ReferralMade, RiskAssessed
from contracts.mentions import Mention
from contracts.vocabulary import PERPETRATOR_ROLES, Grade, Instrument, Role

GRAVEST_FIRST = (Grade.HIGH, Grade.UNKNOWN, Grade.MEDIUM, Grade.STANDARD)
"""Grades in the order of concern."""
LEAST_FIRST = (Grade.UNKNOWN, Grade.STANDARD, Grade.MEDIUM, Grade.HIGH)
"""Grades as they add to what is known: an unknown one adds nothing, and takes nothing away."""


def lowered_from(grades: Sequence[Grade]) -> Grade | None:
    """The gravest grade of one assessment's earlier versions, where its newest gives a lesser one."""
    gravest = max(grades, key=LEAST_FIRST.index)
    return gravest if gravest is not grades[-1] else None


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assessment of a victim: the root of its fact, by whom, about whom, whether two persons signed it,
    when it was made, and when it was withdrawn, or made to be of another victim."""

    root: str
    agency: str
    accused: frozenset[str]
    grade: Grade
    signed: bool
    at: datetime
    withdrawn: datetime | None = None
    screens: bool = False
    """Whether it is a screening beside an assessment, and none."""
    referral: bool = False
    unnamed: bool = False
    """Whether it names nobody of whom the risk is: an accused whom Goldthread added is nobody. Of one that
    stands, while nobody has linked them to somebody."""

    def ends(self, gone: "Assessed") -> bool:
        """Whether it is the assessment after which a referral that was withdrawn counts no more. Where either
        names nobody it is of all the risk: whom it is from may have been added, or left out, since. Of the
        day of the withdrawal, with no time, it is not after it."""
        if gone.withdrawn is None or not gone.referral or self.at < gone.withdrawn:
            return False
        if self.grade is Grade.UNKNOWN or not (self.signed or self.agency != gone.agency):
            return False
        of_all = gone.unnamed or self.unnamed or not self.accused
        return of_all or gone.accused <= self.accused


def screens(said: ReferralMade | RiskAssessed) -> bool:
    """Whether all that is said of the risk is a screening."""
    return said.instrument is Instrument.S_DASH and (isinstance(said, RiskAssessed) or said.dash is None)


def unnamed(
    said: ReferralMade | RiskAssessed, people: Iterable[Mention] = (), homes: Mapping[str, str] | None = None
) -> bool:
    """Whether nothing is said by which any accused could be known; nor is any accused, as somebody has linked
    them since, one of these ``people`` of whom something is."""
    accused, homes = said.in_role(*PERPETRATOR_ROLES), homes or {}
    theirs = {homes.get(each.mention or "") for each in accused} - {None}
    linked = (each for each in people if homes.get(each.mention or "") in theirs)
    return not any(map(_tells_who, accused)) and not any(map(_tells_who, linked))


def _tells_who(mention: Mention) -> bool:
    return mention != Mention(mention=mention.mention, role=mention.role)


def names_victim(said: Said, person: str, homes: Mapping[str, str]) -> bool:
    """Whether something is said of this person as victim."""
    return any(homes.get(each.mention or "") == person for each in said.in_role(Role.VICTIM))


def keeps(said: ReferralMade | RiskAssessed) -> bool:
    """Whether what was said may keep the grade up once it is withdrawn: an assessment, a referral of high
    risk."""
    return isinstance(said, RiskAssessed) or (said.graded is not None and said.graded.grade is Grade.HIGH)


def counting(assessed: Sequence[Assessed]) -> list[Assessed]:
    """The assessments that count, of all in the order in which they were made."""
    found: list[Assessed] = []
    after: list[Assessed] = []
    signed = set[tuple[str, frozenset[str]]]()
    for each in reversed(assessed):
        if (each.agency, each.accused) not in signed and not any(later.ends(each) for later in after):
            found.append(each)
        if not each.withdrawn and not each.screens:
            after.append(each)
            signed |= {(each.agency, each.accused)} if each.signed else set()
    return found[::-1]


def stands(assessed: Sequence[Assessed]) -> Grade:
    """The grade that stands of a victim, of all assessments in the order in which they were made."""
    count = counting(assessed)
    known = [each for each in count if not (each.withdrawn and each.grade is Grade.UNKNOWN)]
    now = [each for each in count if not each.withdrawn]
    return min(_from_all(known), _from_all(now), key=GRAVEST_FIRST.index)


def held_up(assessed: Sequence[Assessed]) -> list[Assessed]:
    """Those that were withdrawn, and without which the grade would be less."""
    count = counting(assessed)
    now, then = _from_all([each for each in count if not each.withdrawn]), stands(assessed)
    return [each for each in count if each.withdrawn and each.grade is then is not now]


def _from_all(counting: Sequence[Assessed]) -> Grade:
    """The gravest of what stands from each accused; what names nobody is of each."""
    accused = sorted({person for each in counting for person in each.accused})
    of_each = [[each for each in counting if not each.accused or one in each.accused] for one in accused]
    return min(map(_from_one, of_each or [list(counting)]), key=GRAVEST_FIRST.index)


def _from_one(counting: Iterable[Assessed]) -> Grade:
    """The grade that stands, of assessments in the order in which they were made; UNKNOWN of none."""
    gravest, answered = Grade.UNKNOWN, False
    for each in counting:
        gravest = max(gravest, each.grade, key=LEAST_FIRST.index)
        answered = each.grade is not Grade.UNKNOWN and (answered or not each.screens)
    return gravest if answered or gravest is Grade.HIGH else Grade.UNKNOWN
