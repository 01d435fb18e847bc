"""What the page of a case shows of risk: an assessment by its answers, and what the newest says otherwise."""

from collections.abc import Iterable

from markupsafe import Markup

from contracts.rules.instruments import comments_of, sources_of
from contracts.vocabulary import AnswerSource, RiskAnswer
from services.marac.conference.risk import answers, counted, form_answered, left_out
from services.marac.conference.risk_rows import Assessment
from services.marac.pages.words import Words
from services.marac.shown import CasePage
from services.marac.shown_risk import RiskChange

ORDER = (
    *(RiskAnswer.YES, RiskAnswer.ALL_THE_TIME, RiskAnswer.OFTEN, RiskAnswer.OCCASIONALLY),
    *(RiskAnswer.DONT_KNOW, RiskAnswer.NOT_ASKED, RiskAnswer.NO, RiskAnswer.NEVER),
)
"""In the order in which a room should read them: what is not known before what was denied."""

CHANGES = ("raised", "newly_yes", "no_longer_known", "newly_no", "lowered")
"""The kinds of change in the order of concern."""

Group = tuple[Markup, list[Markup]]


class RiskView:
    """The risk of a case, told in words."""

    def __init__(self, page: CasePage, words: Words) -> None:
        self.words = words
        self.by_root = {each.root: each for each in page.assessments}
        self.reviews = sorted(page.risk.reviews, key=lambda each: each.at, reverse=True)
        """Those that are owed, the newest first: what happened today is never under *more*."""

    def counted(self, assessment: Assessment) -> bool:
        """Whether a number of answers says anything."""
        return counted(assessment)

    def groups(self, assessment: Assessment) -> list[Group]:
        """The items of an assessment by their answer, each with where its answer is from and what is said of
        it; those that were left out after those that were not asked."""
        texts, known = self.words.texts, answers(assessment)
        found: list[Group] = []
        for answer in ORDER:
            items = [item for item in known if known[item] is answer]
            found.append((texts.label("risk-answer", answer), self._items(assessment, items)))
            if answer is RiskAnswer.NOT_ASKED:
                found.append((texts("dash.left-out"), self._items(assessment, left_out(assessment))))
        return [group for group in found if group[1]]

    def changes(self, change: RiskChange, newest: Assessment) -> list[Group]:
        """The items that the newest assessment answers otherwise, by what changed."""
        said = [(kind, getattr(change, kind)) for kind in CHANGES]
        return [
            (self.words.texts(f"change.{kind.replace('_', '-')}"), self._items(newest, items, comments=False))
            for kind, items in said
            if items
        ]

    def _items(self, assessment: Assessment, items: Iterable[str], *, comments: bool = True) -> list[Markup]:
        sources = sources_of(assessment.answers, assessment.dash)
        said = comments_of(assessment.answers, assessment.dash) if comments else {}
        return [
            Markup("{} <q>{}</q>").format(line, said[item]) if item in said else line
            for item in items
            for line in [self._item(assessment, item, sources.get(item))]
        ]

    def _item(self, assessment: Assessment, item: str, source: AnswerSource | None) -> Markup:
        form, texts = form_answered(assessment), self.words.texts
        said = (
            texts.label("risk-factor", form.items[item])
            if form and item in form.items
            else Markup("{}").format(item)
        )
        return (
            said
            if source is None
            else texts("dash.from", item=said, source=texts.label("answer-source", source))
        )
