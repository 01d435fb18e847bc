"""Weights learned anew from what is held, and Splink's own charts of them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.referrals.rules.likeness import Known
from services.referrals.scoring import MODEL, table

SEED = 1
"""Of the random pairs by which it is learned how often strangers agree."""
FEWEST = 1_000
"""So many records are needed, at least."""


def train(known: Sequence[Known], out: Path) -> None:
    """Write weights as they are learned from these records, without anybody saying who is who: how often
    strangers agree from random pairs, how often records of one person do by expectation maximisation. Raises
    ValueError for too few records."""
    if len(known) < FEWEST:
        raise ValueError(f"{FEWEST} records are needed to learn from: there are {len(known)}")
    linker = _linker(known, json.loads(MODEL.read_text()) | {"link_type": "dedupe_only"})
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=SEED)
    from splink import block_on

    for rule in (block_on("born"), block_on("whole")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    learned = linker.misc.save_model_to_json()
    out.write_text(json.dumps(learned | {"link_type": "link_only"}, indent=2) + "\n")


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
