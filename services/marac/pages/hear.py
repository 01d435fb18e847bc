"""What the chair's page of one case shows beside the case's own: who said what, in the order of speaking."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup
from pydantic import BaseModel, Field, ValidationError

from contracts.events.configuration import AgencyDefined
from contracts.vocabulary import Forum
from services.marac.conference.hearing import ToRecord
from services.marac.conference.turns import Turn
from services.marac.pages.case import CaseView, Entry
from services.marac.pages.words import Words
from services.marac.rules.sitting import speaking_order
from services.marac.shown import CasePage
from services.marac.shown_sitting import Hearing

WORDS = ("risks", "needs", "strengths", "decided")
"""The parts of a record that are words, in the order in which a case is heard."""


class Speaker(NamedTuple):
    """An agency, and what it said of the people of the case, the newest first."""

    name: str
    referred: bool
    entries: Sequence[Entry]


class Place(NamedTuple):
    """Where a case stands: how many are still to hear after it, and which comes next."""

    left: int
    next: Turn | None


class Typed(BaseModel):
    """What stands in the form. ``upon``: the version that it was typed upon, 0 for none. ``then``: which page
    the button that was pressed leads to."""

    upon: int = Field(ge=0)
    risks: str = ""
    needs: str = ""
    strengths: str = ""
    decided: str = ""
    forums: list[str] = []
    told_by: str = ""
    safe: str = ""
    then: str = ""

    def recorded(self) -> ToRecord:
        """What it says. Raises ValidationError."""
        given: dict[str, Any] = {name: getattr(self, name).strip() or None for name in WORDS}
        return ToRecord.model_validate(
            given
            | {
                "forums": self.forums,
                "told_by": self.told_by or None,
                "safe_to_tell": {"yes": True, "no": False}.get(self.safe),
            }
        )


def faults_of(error: ValidationError) -> list[str]:
    """The parts of the form that something is wrong with; ``other``: none of those that are words."""
    places = {str(fault["loc"][0]) for fault in error.errors(include_input=False)}
    return [name for name in WORDS if name in places] or ["other"]


def typed_of(record: Hearing) -> Typed:
    """What stands in the form at first: what is recorded."""
    said = record.record
    if said is None:
        return Typed(upon=record.version)
    return Typed(
        upon=record.version,
        **{name: getattr(said, name) or "" for name in WORDS},
        forums=list(said.forums),
        told_by=said.told_by or "",
        safe={True: "yes", False: "no", None: ""}[said.safe_to_tell],
    )


def place_of(case: str, agenda: Sequence[Turn], heard: set[str]) -> Place:
    """The cases that were not heard yet, from this one on and then from the top."""
    cases = [line.case for line in agenda]
    at = cases.index(case) + 1 if case in cases else 0
    coming = [line for line in (*agenda[at:], *agenda[:at]) if line.case not in heard and not line.withdrawn]
    others = [line for line in coming if line.case != case]
    return Place(len(others), others[0] if others else None)


class HearView(CaseView):
    """A case, told in words for the room."""

    forums = tuple(Forum)
    written = WORDS

    def __init__(self, page: CasePage, words: Words, agencies: Mapping[str, AgencyDefined]) -> None:
        super().__init__(page, words)
        self._kinds = {agency: said.kind for agency, said in agencies.items()}
        self.names = {agency: said.name for agency, said in sorted(agencies.items())} | page.agencies

    def theirs(self, record: Hearing, typed: Typed) -> dict[str, Markup]:
        """What is recorded by now, of each field where that is not what was typed."""
        texts, now = self.words.texts, typed_of(record)
        shown = {name: Markup("{}").format(getattr(now, name)) for name in WORDS} | {
            "forums": Markup(", ").join(texts.label("forum", each) for each in now.forums),
            "told_by": Markup("{}").format(self.names.get(now.told_by, now.told_by)),
            "safe": texts(f"word.{now.safe}") if now.safe else texts("hear.not-said"),
        }
        before, after = now.model_dump(), typed.model_dump()
        return {
            name: text or texts("hear.nothing")
            for name, text in shown.items()
            if _plain(before[name]) != _plain(after[name])
        }

    def speakers(self) -> list[Speaker]:
        """Every agency that said something, in the order in which they speak."""
        lines = {line.root: line for person in self.people for line in person.lines}
        newest = sorted(lines.values(), key=lambda line: (line.occurred, line.root), reverse=True)
        spoke = {self.page.agency, *(line.agency for line in newest)}
        return [
            Speaker(
                self.agency(agency),
                agency == self.page.agency,
                [self.entry(line.root) for line in newest if line.agency == agency],  # type: ignore[misc]
            )
            for agency in speaking_order(spoke, self._kinds, self.page.agency)
        ]


def _plain(value: str | Sequence[str]) -> str | list[str]:
    """A value without what a form changes of it: the ends of lines and the order of boxes."""
    return " ".join(value.split()) if isinstance(value, str) else sorted(value)
