"""Who may be told of which case: as it was configured, and as cases were listed at meetings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chassis.facts import FactSet
from contracts.content import Content
from contracts.events.conference import CaseListed, MeetingCalled
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.feeds import FeedSet
from contracts.rules.areas import area_and_around
from contracts.sections import Sensitivity
from contracts.vocabulary import AgencyKind
from services.referrals.feeds.rows import AskLine, CaseLine, FedRow
from services.referrals.rules.feeding import SECTIONS, Reach, is_asked, reach, sections

READ: tuple[type[Content], ...] = (AgencyDefined, AreaDefined, FeedSet, CaseListed, MeetingCalled)
"""What access is made of."""


@dataclass(frozen=True, slots=True)
class Access:
    """What is configured now. Equal ones let the same be told."""

    feeds: Mapping[str, FeedSet]
    """Of each agency that is told anything, as its feed was last set."""
    kinds: Mapping[str, AgencyKind]
    areas: Mapping[str, AreaDefined]
    listed: Mapping[str, frozenset[str]]
    """Of each case the areas of the standing meetings that it was put on."""

    def touched_since(self, before: "Access") -> set[str] | None:
        """The cases of which something else may be told now than before. None: of any."""
        if (self.feeds, self.kinds, self.areas) != (before.feeds, before.kinds, before.areas):
            return None
        return {case for case, _ in self.listed.items() ^ before.listed.items()}

    def reach(self, feed: FeedSet, row: FedRow) -> Reach:
        """What a partner may be told of somebody. A case is heard where a conference's pages show it: in its
        area and those around, and wherever it was put on a meeting."""
        cases = {case.case: self._heard(case) for case in row.cases}
        over = [case.case for case in row.cases if case.over]
        return reach(feed.areas, feed.without, cases, over)

    def sections(
        self, feed: FeedSet, area: str | None, flagged: Iterable[bool | None]
    ) -> frozenset[Sensitivity]:
        """What a partner is told of a fact that was routed to this area; ``flagged``: of each whose place it
        says."""
        return sections(self.kinds[feed.agency], feed.areas, area_and_around(self.areas, area), flagged)

    def is_asked(self, feed: FeedSet, ask: AskLine, row: FedRow) -> bool:
        """Whether a partner is told that it is asked for an IDVA."""
        around = area_and_around(self.areas, ask.area)
        return is_asked(self.kinds[feed.agency], feed.areas, around) and not self.reach(feed, row).stopped

    def _heard(self, case: CaseLine) -> frozenset[str]:
        meant = [case.area, *sorted(self.listed.get(case.case, ()))]
        return frozenset(area for each in meant for area in area_and_around(self.areas, each))


def access_of(configuration: FactSet) -> Access:
    """What these facts let be told."""
    meetings = {fact.root: fact.said.area for fact in configuration.current(MeetingCalled)}
    kinds = {fact.said.agency: fact.said.kind for fact in configuration.current(AgencyDefined)}
    listed: dict[str, set[str]] = {}
    for fact in configuration.current(CaseListed):
        if fact.said.meeting in meetings:
            listed.setdefault(fact.said.case, set()).add(meetings[fact.said.meeting])
    feeds = {fact.said.agency: fact.said for fact in configuration.current(FeedSet)}
    return Access(
        feeds={agency: said for agency, said in feeds.items() if kinds.get(agency) in SECTIONS},
        kinds=kinds,
        areas={fact.said.area: fact.said for fact in configuration.current(AreaDefined)},
        listed={case: frozenset(areas) for case, areas in listed.items()},
    )
