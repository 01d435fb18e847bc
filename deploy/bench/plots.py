"""What was measured, drawn: for each unit a picture, in which every figure stands above its raw limit."""

import re
from collections.abc import Iterator, Sequence
from math import log10
from pathlib import Path
from xml.sax.saxutils import escape

from deploy.bench.report import Figure

WIDTH, BAR, ROW, LEFT, TOP = 1_200, 14, 44, 620, 46
LONGEST = WIDTH - LEFT - 130
OURS, RAW = "#1d70b8", "#b1b4b6"
"""Blue and mid grey of the GOV.UK palette."""


def draw(figures: Sequence[Figure], folder: Path) -> list[Path]:
    """Write a picture for each unit; give where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for unit in dict.fromkeys(figure.unit for figure in figures):
        path = folder / f"{re.sub('[^a-z]+', '-', unit.lower())}.svg"
        path.write_text(picture(unit, [figure for figure in figures if figure.unit == unit]))
        made.append(path)
    return made


def picture(unit: str, figures: Sequence[Figure]) -> str:
    """The figures of one unit. Lengths are by the logarithm: some are a thousand times others."""
    known = [value for figure in figures for value in (figure.value, figure.raw) if value > 0]
    low, high = min(known, default=1.0) / 2, max(known, default=1.0)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{TOP + ROW * len(figures)}" '
        'font-family="sans-serif" font-size="13">',
        f'<text x="8" y="24" font-size="16">{escape(unit)}, by the logarithm. '
        f'<tspan fill="{OURS}">Blue: Goldthread.</tspan> Grey: the raw limit.</text>',
    ]
    for number, figure in enumerate(figures):
        lines += _row(figure, TOP + ROW * number, low, high)
    return "\n".join([*lines, "</svg>\n"])


def _row(figure: Figure, top: int, low: float, high: float) -> Iterator[str]:
    met = {True: "met", False: "not yet met", None: ""}[figure.met]
    goal = f"; goal {figure.goal}, {met}" if figure.goal else ""
    yield f'<text x="8" y="{top + 19}"><title>{escape(figure.what + goal)}</title>'
    yield f"{escape(f'{figure.id}: {figure.what}'[:84])}</text>"
    for value, colour, y in ((figure.value, OURS, top), (figure.raw, RAW, top + BAR + 2)):
        length = LONGEST * log10(value / low) / log10(high / low) if value > 0 else 0.0
        yield f'<rect x="{LEFT}" y="{y}" width="{length:.0f}" height="{BAR}" fill="{colour}"/>'
        yield f'<text x="{LEFT + length + 6:.0f}" y="{y + 11}">{value:,.1f}</text>'
