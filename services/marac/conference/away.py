"""Whether a case that was returned stays away: worked out when it is folded, so that no look at who waits
reads all that was ever returned. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from chassis.parking import Incomplete
from chassis.views import Subject
from contracts.events.listing import ReferralReturned
from services.marac.conference import rows
from services.marac.conference.known import CaseKnown
from services.marac.conference.listing import listing_once
from services.marac.conference.listing_rows import CaseListing
from services.marac.conference.other_party import own_rows
from services.marac.conference.repeated import as_chosen, between
from services.marac.rules.chosen import Chosen


def stays_away(
    subject: Subject, case: rows.ConferenceCase, people: Mapping[str, rows.ConferencePerson], own: Chosen
) -> bool:
    """Whether a case was returned and surely is not back, as ``is_away``."""
    if not subject.facts.current(ReferralReturned):
        return False
    listing = listing_once(subject).row
    return isinstance(listing, CaseListing) and is_away(case, people, own, listing)


def is_away(
    case: rows.ConferenceCase,
    people: Mapping[str, rows.ConferencePerson],
    own: Chosen,
    listing: CaseListing,
) -> bool:
    """Whether nothing that is said by now brings a returned case back, at whatever time it is asked and
    whichever meeting has heard its pair by then. Where that cannot be told it is not said: then the case is
    read, and it is worked out (``CaseKnown.away``). What cannot be read no fold knows of."""
    if listing.returned is None:
        return False
    returned = listing.returned.at
    known = CaseKnown(
        returned,
        as_chosen(case, own, (), returned),
        own_rows(case, people),
        *({}, {}, {}, Incomplete()),
        chosen=own,
        listing=listing,
        recorded=tuple(case.repeat.roots) if case.repeat else (),
    )
    # A window of months holds most when something has just happened.
    times = {returned, *(each.first for each in case.occurrences if each.first > returned)}
    considered, told = listing.returned.considered, known.retold
    return all(replace(known, at=at).away for at in sorted(times)) and all(
        not set(told.get(root, (root,))).isdisjoint(considered) for root in _by_meetings(case)
    )


def _by_meetings(case: rows.ConferenceCase) -> set[str]:
    """What may make it a repeat by a meeting that hears its pair, whenever that is."""
    if not (case.meetings or case.before or case.pair):
        return set()
    return {case.case, *case.before, *case.pair, *(each.root for each in between(case))}
