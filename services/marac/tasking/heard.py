"""What the two sides tell each other of one person, at once: what a MATAC decided; how far a MARAC has
come."""

from collections.abc import Collection

from chassis.archive import Archive
from contracts.rules.occurrence import LONDON
from contracts.vocabulary import Role
from services.marac.conference import rows as hers
from services.marac.conference.heard import heard_at
from services.marac.conference.held import Held
from services.marac.conference.views import CASE, PERSON
from services.marac.shown_candidate import Candidacy
from services.marac.tasking.candidates import TaskingCandidate


async def candidacy(
    archive: Archive, person: str, victims: Collection[str], row: TaskingCandidate | None
) -> Candidacy:
    """Of somebody of the cohort, whose victims are these."""
    return Candidacy(
        victims=row.victims if row else (),
        since=row.since if row else None,
        due=row.due if row else None,
        late=bool(row and row.due and row.due < archive.clock.now()),
        decision=row.decision if row else None,
        referred=row.referred if row else (),
        heard=await _heard(archive, person, victims),
    )


async def _heard(archive: Archive, person: str, victims: Collection[str]) -> int:
    """Of how many of these victims a MARAC heard a case that names this person. Victims are counted, for a
    case that moves with a victim is a second one; and months that are over, for the day of a meeting tells
    which MARAC it was."""
    held = Held(archive)
    people = await held.many(PERSON, hers.ConferencePerson, victims, "person")
    links = {
        link.case: victim
        for victim, row in people.items()
        for link in row.cases
        if link.role is Role.VICTIM and person in link.perpetrators
    }
    cases = await held.many(CASE, hers.ConferenceCase, links, "case")
    meetings = await held.meetings_of(cases.values())
    month = archive.clock.now().astimezone(LONDON).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return len({links[c] for c, row in cases.items() if heard_at(row, meetings, month)})
