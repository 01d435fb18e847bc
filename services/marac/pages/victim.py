"""What the page of a case shows of a victim's own: her words, who may be told, her characteristics."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from contracts.vocabulary import Answering, Characteristic, ConsentState, ConsentSubject
from services.marac.conference.rows import Line, Source
from services.marac.pages.words import Words
from services.marac.rules.consent import Standing
from services.marac.shown import CasePage


class Answered(NamedTuple):
    """One characteristic: what it is, the answer, and which agency has it."""

    name: Markup
    answer: Markup
    agency: str


class VictimView:
    """It, told in words."""

    def __init__(self, page: CasePage, words: Words) -> None:
        self._hers = page.hers
        said = page.victim.lines if page.victim else []
        self._ways = [line for line in said if line.type == "contact.said"]
        self._texts = words.texts

    @property
    def roots(self) -> set[str]:
        """The lines that stand in this part of the page and in no other."""
        hers = self._hers
        said: Sequence[Source | Line] = (
            *([hers.died] if hers.died else []),
            *hers.failed,
            *hers.wishes,
            *hers.consents,
            *(hers.characteristics or ()),
            *self._ways,
        )
        return {each.root for each in said}

    def standing(self) -> Sequence[tuple[ConsentState, Markup, str]]:
        """Who may be told: each state with its kinds of agency, once for each thing that is open of it."""
        found = dict[tuple[ConsentState, str | None], list[Standing]]()
        for each in sorted(self._hers.standing, key=lambda each: [*ConsentState].index(each.state)):
            found.setdefault((each.state, each.question), []).append(each)
        return [
            (
                state,
                Markup(", ").join(map(self._kind, of)),
                self._texts(f"consent.{question}") if question else "",
            )
            for (state, question), of in found.items()
        ]

    def parts(self, of: Sequence[ConsentSubject]) -> Markup:
        """Of what alone an answer is."""
        return Markup(", ").join(self._texts.label("consent-subject", each) for each in of)

    def _kind(self, holds: Standing) -> Markup:
        kind = self._texts.label("agency-kind", holds.kind)
        if holds.of:
            return self._texts("consent.part", kind=kind, parts=self.parts(holds.of))
        alone = sum(each.kind is holds.kind for each in self._hers.standing) == 1
        return kind if alone else self._texts("consent.rest", kind=kind)

    def answers(self) -> list[Answered]:
        """Her characteristics: of each the newest answer; what nobody has an answer to is named by itself."""
        newest = {
            each.characteristic: (each, line.agency)
            for line in reversed(self._hers.characteristics or ())
            for each in line.answers
        }
        return [
            Answered(
                self._texts.label("characteristic", each.characteristic),
                self._told(each.characteristic, each.answer, each.value, each.because),
                agency,
            )
            for each, agency in (newest[name] for name in Characteristic if name in newest)
        ]

    def unanswered(self) -> Markup:
        """What nobody has an answer to."""
        return Markup(", ").join(self._texts.label("characteristic", each) for each in self._hers.unanswered)

    def _told(
        self, name: Characteristic, answer: Answering, value: str | None, because: str | None
    ) -> Markup:
        if answer is Answering.VALUE:
            return self._texts.label(f"characteristic-{name}", value)
        said = self._texts.label("answering", answer)
        why = self._texts.label("why-not-asked", because) if because else None
        return Markup("{}: {}").format(said, why) if why else said
