"""Which line a part of a row comes from."""

from datetime import datetime
from typing import TypedDict

from chassis.facts import Fact
from contracts.content import Content
from services.marac.conference.parts import Precision


class Whence(TypedDict):
    """The fields of ``parts.Source``."""

    root: str
    agency: str
    occurred: datetime
    precision: Precision
    recorded: datetime


def source(fact: Fact[Content]) -> Whence:
    """Which line something comes from, as a row's part says it."""
    return {
        "root": fact.root,
        "agency": fact.agency,
        "occurred": fact.occurred,
        "precision": fact.envelope.precision,
        "recorded": fact.recorded,
    }
