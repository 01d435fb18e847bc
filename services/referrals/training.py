"""Weights learned anew from what is held, and Splink's own charts of them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chassis import names
from services.referrals.rules.likeness import Answer, Known, answer
from services.referrals.scoring import MODEL, Scorer, table

SEED = 1
"""Of the random pairs by which it is learned how often strangers agree."""
FEWEST = 1_000
"""So many records are needed, at least."""
_ONE = Known("1", names=(str(names.key("Quillfeather", "Ottoline")),), born=(date(1971, 5, 13),))
_OTHER = replace(_ONE, mention="2")
_NAMESAKE = replace(_OTHER, born=(date(1946, 9, 28),))
MUST_TELL = (((_ONE, _OTHER), Answer.SAME), ((_ONE, _NAMESAKE), Answer.NOT_SAME))
"""What any weights must tell: a full name and a day of birth that agree, and a namesake born another day."""


def train(known: Sequence[Known], out: Path) -> None:
    """Write weights as they are learned from these records, without anybody saying who is who: how often
    strangers agree from random pairs, how often records of one person do by expectation maximisation. Raises
    ValueError, and writes nothing, for too few records, and where what was learned does not tell what
    ``MUST_TELL``: of some thousand records each name is a common one."""
    if len(known) < FEWEST:
        raise ValueError(f"{FEWEST} records are needed to learn from: there are {len(known)}")
    linker = _linker(known, json.loads(MODEL.read_text()) | {"link_type": "dedupe_only"})
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=SEED)
    from splink import block_on

    for rule in (block_on("born"), block_on("whole")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    learned = json.dumps(linker.misc.save_model_to_json() | {"link_type": "link_only"}, indent=2) + "\n"
    with TemporaryDirectory() as folder:
        model = Path(folder, "model.json")
        model.write_text(learned)
        found = [answer(bits, frozenset()) for bits in Scorer(model).bits([pair for pair, _ in MUST_TELL])]
    if found != [right for _, right in MUST_TELL]:
        raise ValueError("too few records: by what was learned from them nobody is told from anybody else")
    out.write_text(learned)


def chart(known: Sequence[Known], folder: Path) -> list[Path]:
    """Splink's charts of the weights in use, as pages of their own in this folder."""
    linker = _linker(known, json.loads(MODEL.read_text()) | {"link_type": "dedupe_only"})
    folder.mkdir(parents=True, exist_ok=True)
    charts = {
        "match-weights": linker.visualisations.match_weights_chart(),
        "m-and-u": linker.visualisations.m_u_parameters_chart(),
    }
    for name, drawn in charts.items():
        drawn.save_offline_chart(str(folder / f"{name}.html"), overwrite=True, print_msg=False)
    return [folder / f"{name}.html" for name in charts]


def _linker(known: Sequence[Known], settings: dict[str, Any]) -> Any:
    import duckdb
    from splink import DuckDBAPI, Linker

    api = DuckDBAPI(duckdb.connect(config={"threads": 2}))
    return Linker(api.register(table(known, "all")), settings)
