"""The document about safety plans and the victim contract for practitioners."""

from contracts.practice import limit_of, table
from contracts.rules.clocks import CLOCKS
from contracts.rules.owed import FIVE_DAYS, ONE_DAY, SAME_FOR_ALL
from contracts.rules.plan_adequacy import REASONS
from contracts.vocabulary import AlertRule, UpdateKind


def plans() -> str:
    """Why a plan is refused, and what a victim is told by when, in Markdown."""
    refused = [(f"**{fault.value}**", when) for fault, when in REASONS.items()]
    told = [
        (
            f"**{kind.value}**",
            CLOCKS[AlertRule(f"tell-{kind}")].started,
            limit_of(ONE_DAY),
            limit_of(ONE_DAY if kind in SAME_FOR_ALL else FIVE_DAYS),
        )
        for kind in UpdateKind
        if kind is not UpdateKind.ROUTINE
    ]
    return "\n".join(
        (
            "# Safety plans, and what a victim is told",
            "",
            "Written from `contracts/rules/plan_adequacy.py` and `contracts/rules/owed.py` by `make"
            " contracts`. If a line is wrong, the rule is wrong: say so.",
            "",
            "## When a safety plan is refused as inadequate",
            "",
            "It is taken all the same: nothing is lost. The answer gives every reason, the plan stands as"
            " *not adequate*, and that is a gap with a clock until an adequate one stands, of any agency.",
            "",
            *table(("Reason", "When"), refused),
            "",
            "A plan is reviewed at each change that opens a review of the risk ([risk.md](risk.md)), when"
            " the risk is graded anew, higher or lower, and on the day that it gives itself. Nothing ends a"
            " plan: neither a court nor the end of an order.",
            "",
            "## What a victim is told, by when",
            "",
            *table(("Update", "Started by", "With enhanced rights", "Without"), told),
            "",
            "Beside these, as often as the victim contract says. To have tried is never counted as told. That"
            " no way is safe, or that the victim does not want to hear of it, lets it stand, with a reason."
            " Whoever is not known to have standard rights has enhanced ones.",
            "",
        )
    )
