"""Documents for practitioners, generated from the rule tables, so that they can be checked by hand."""

from collections.abc import Iterable, Sequence

from contracts.rules.order_types import BAIL_MONTHS, ORDER_TYPES, Ends, TypeOfOrder

HEADINGS = ("Order", "Law", "Who applies or gives", "Lowest rank", "Court", "Life", "Requirements", "Arrest")

ENDS = {
    Ends.FIXED: "to an end that is given",
    Ends.FIXED_OR_OPEN: "to an end that is given, or until further order",
    Ends.DECIDED: "until something else is decided",
}


def orders() -> str:
    """The table of order types, in Markdown."""
    rows = [
        (
            f"**{kind.value}**",
            known.law,
            known.applies,
            _rank(known),
            known.court,
            _life(known),
            known.requirements.value + (", each with its supervisor" if known.supervised else ""),
            known.arrest.value,
            f"{known.breach.value}: {known.penalty}",
        )
        for kind, known in ORDER_TYPES.items()
    ]
    bail = [(f"up to {months} months", f"{rank.value} or higher") for months, rank in BAIL_MONTHS]
    return "\n".join(
        (
            "# Orders: what Goldthread takes the law to be",
            "",
            "Written from `contracts/rules/order_types.py` by `make contracts`. If a line is wrong, the rule"
            " is wrong: say so.",
            "",
            *_table((*HEADINGS, "Breach: the most it can bring"), rows),
            "",
            "## Who may give police bail",
            "",
            *_table(("From its beginning", "Rank"), [*bail, ("longer", "magistrates' court")]),
            "",
        )
    )


def _rank(known: TypeOfOrder) -> str:
    if known.rank is None:
        return "none"
    needless = f"; from {known.needless.value} on a lower one would have done" if known.needless else ""
    return f"{known.rank.value}{needless}"


def _life(known: TypeOfOrder) -> str:
    limits = [
        f"at least {known.shortest} days" if known.shortest else "",
        f"at most {known.longest} days" if known.longest else "",
    ]
    return ", ".join((ENDS[known.ends], *filter(None, limits)))


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (headings, ["---"] * len(headings), *rows)]
