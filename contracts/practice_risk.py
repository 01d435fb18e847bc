"""The document about risk for practitioners: each instrument, its rule and items; what opens a review."""

from collections.abc import Iterable, Sequence

from contracts.practice import limit_of, table
from contracts.rules.instruments import FACTORS, FORMS, Form
from contracts.rules.review_triggers import TRIGGERS
from contracts.vocabulary import Instrument, ReviewTrigger

_GRADED = (
    "DON'T KNOW, NOT ASKED and what is left out are not NO: they are counted, shown and asked. A"
    " practitioner's judgement raises a grade alone. It lowers one only with a reason and a second"
    " person; the count stays, and with it the criterion for a MARAC. UNKNOWN stands above medium."
    " What a referral brings of another instrument than the SafeLives Dash is in no band: it is as"
    " the practitioner judges, else unknown, and high at 14 YES of a Dash for young people."
    " Any instrument may come with a referral item by item (`answers`), and is graded by its own"
    " rule. Each answer says where it is from; where that is left out it is not known."
    " What is said of an item in free words (`comment`; `comments` of a whole Dash) stands with it on"
    " the case's page, and goes in feeds where the narrative goes."
)


def risk() -> str:
    """The tables of instruments and of reviews, in Markdown."""
    return "\n".join(
        (
            "# Risk: how it is assessed, graded, and assessed again",
            "",
            "Written from `contracts/rules/instruments.py` and `contracts/rules/review_triggers.py` by `make"
            " contracts`. If a line is wrong, the rule is wrong: say so. The words of the items are our own,"
            " and so is the list of DARA, whose form was not at hand: check each list against the licensed"
            " form before you rely on it.",
            "",
            "## How each instrument is graded",
            "",
            *table(("Instrument", "Versions", "Items", "Rule", "Source"), map(_rule, FORMS)),
            "",
            _GRADED,
            "",
            "## What opens a review",
            "",
            *table(("Opened by", "Which is", "Within", "Source"), map(_trigger, TRIGGERS)),
            "",
            "From the facts of any agency. Hours are those that pass; working days come after the day itself."
            " A review is done by an assessment that gives a grade, made after what opened it had happened"
            " and was written down, by whatever instrument but a screening (S-DASH), of the accused of what"
            " opened it where both name any. It is for whoever assessed last to do; where nobody has, for"
            " whoever told of what opened it.",
            "",
            "A hearing is told at `/referrals/v1/hearings`, or on a page of the victim's by whoever works"
            " for them. A new date is a correction, and moves its"
            " reviews; a hearing that is withdrawn closes them; the next hearing of a case is a post of its"
            " own. What is told on the day itself, or after it, opens the review that comes after it alone.",
            "",
            "Not seen: a breach that names no victim, and whose order is not given by its id, opens none"
            " until it does.",
            "",
            *(line for form in FORMS.values() for line in _items(form)),
        )
    )


def _rule(instrument: Instrument) -> Sequence[str]:
    form = FORMS[instrument]
    versions = ", ".join(sorted(form.versions))
    return (f"**{instrument.value}**", versions, str(len(form.items)), form.rule, form.source)


def _trigger(trigger: ReviewTrigger) -> Sequence[str]:
    line = TRIGGERS[trigger]
    return (f"**{trigger.value}**", line.opened_by, limit_of(line.limit), line.source)


def _items(form: Form) -> Iterable[str]:
    rows = [
        (item, FACTORS[factor][0], ", ".join(sorted(theme.value for theme in FACTORS[factor][1])))
        for item, factor in form.items.items()
    ]
    return (f"## {form.name}", "", *table(("Item", "It holds when", "About"), rows), "")
