"""What the chair's page of one case shows beside the case's own: who said what, in the order of speaking."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from contracts.events.configuration import AgencyDefined
from contracts.vocabulary import Forum
from services.marac.pages.case import CaseView, Entry
from services.marac.pages.words import Words
from services.marac.rules.sitting import speaking_order
from services.marac.shown import AgendaLine, CasePage
from services.marac.shown_sitting import Hearing


class Speaker(NamedTuple):
    """An agency, and what it said of the people of the case, the newest first."""

    name: str
    referred: bool
    entries: Sequence[Entry]


class Place(NamedTuple):
    """Where a case stands: how many are still to hear after it, and which comes next."""

    left: int
    next: AgendaLine | None


class Typed(NamedTuple):
    """What stands in the form. ``upon``: the version that it was typed upon, 0 for none."""

    upon: int
    risks: str = ""
    decided: str = ""
    forums: Sequence[str] = ()
    told_by: str = ""
    safe: str = ""


def typed_of(record: Hearing) -> Typed:
    """What stands in the form at first: what is recorded."""
    said = record.record
    if said is None:
        return Typed(record.version)
    safe = {True: "yes", False: "no", None: ""}[said.safe_to_tell]
    return Typed(record.version, said.risks or "", said.decided or "", said.forums, said.told_by or "", safe)


def place_of(case: str, agenda: Sequence[AgendaLine], heard: set[str]) -> Place:
    """The cases that were not heard yet, from this one on and then from the top."""
    cases = [line.case for line in agenda]
    at = cases.index(case) + 1 if case in cases else 0
    coming = [line for line in (*agenda[at:], *agenda[:at]) if line.case not in heard and not line.withdrawn]
    others = [line for line in coming if line.case != case]
    return Place(len(others), others[0] if others else None)


class HearView(CaseView):
    """A case, told in words for the room."""

    forums = tuple(Forum)

    def __init__(self, page: CasePage, words: Words, agencies: Mapping[str, AgencyDefined]) -> None:
        super().__init__(page, words)
        self._kinds = {agency: said.kind for agency, said in agencies.items()}
        self.names = {agency: said.name for agency, said in sorted(agencies.items())} | page.agencies

    def theirs(self, record: Hearing, typed: Typed) -> dict[str, Markup]:
        """What is recorded by now, of each field where that is not what was typed."""
        texts, now = self.words.texts, typed_of(record)
        shown = {
            "risks": Markup("{}").format(now.risks),
            "decided": Markup("{}").format(now.decided),
            "forums": Markup(", ").join(texts.label("forum", each) for each in now.forums),
            "told_by": Markup("{}").format(self.names.get(now.told_by, now.told_by)),
            "safe": texts(f"word.{now.safe}") if now.safe else texts("hear.not-said"),
        }
        before, after = now._asdict(), typed._asdict()
        return {
            name: text or texts("hear.nothing")
            for name, text in shown.items()
            if _plain(before[name]) != _plain(after[name])
        }

    def speakers(self) -> list[Speaker]:
        """Every agency that said something, in the order in which they speak."""
        lines = {line.root: line for person in self.people for line in person.lines}
        newest = sorted(lines.values(), key=lambda line: (line.occurred, line.root), reverse=True)
        spoke = {line.agency: self._kinds.get(line.agency) for line in newest} | {
            self.page.agency: self._kinds.get(self.page.agency)
        }
        return [
            Speaker(
                self.agency(agency),
                agency == self.page.agency,
                [self.entry(line.root) for line in newest if line.agency == agency],  # type: ignore[misc]
            )
            for agency in speaking_order(self.page.agency, spoke)
        ]


def _plain(value: str | Sequence[str]) -> str | list[str]:
    """A value without what a form changes of it: the ends of lines and the order of boxes."""
    return " ".join(value.split()) if isinstance(value, str) else sorted(value)
