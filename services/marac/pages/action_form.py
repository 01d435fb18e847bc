"""The form by which an action is agreed, and what was typed into it: nothing that was typed is lost."""

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any

from pydantic import BaseModel, ValidationError

from chassis.clock import LONDON
from chassis.ids import new_id
from chassis.runtime import Runtime
from contracts.events.configuration import AgencyDefined
from contracts.rules.clocks import end_of
from contracts.vocabulary import ActionFor, ActionRisk, AgencyKind
from services.marac import casefile
from services.marac.conference.action_plan import ToAgree
from services.marac.pages import PAGES

FIELDS = ("owner", "text", "due", "target", "worker")
"""In the order of the form; a fault of anything else is told at the first."""


class Typed(BaseModel):
    """What stands in the form. An empty field is what was not given."""

    owner: str = ""
    worker: str = ""
    text: str = ""
    due_day: str = ""
    due_time: str = ""
    target: str = ""
    risk: str = ""
    safe: str = ""
    meeting: str = ""
    once: str = ""

    def agreed(self) -> ToAgree:
        """What it says. Raises ValidationError."""
        given: dict[str, Any] = {
            "owner": self.owner,
            "due": self._due(),
            "text": self.text,
            "target": self.target,
            "worker": {"name": self.worker} if self.worker.strip() else None,
            "risk": self.risk or None,
            "safe_to_tell": {"yes": True, "no": False}.get(self.safe),
            "meeting": self.meeting or None,
        }
        return ToAgree.model_validate(given)

    def _due(self) -> datetime | None:
        """The time; where none is given, the end of the day."""
        try:
            day = date.fromisoformat(self.due_day)
            hour = time.fromisoformat(self.due_time) if self.due_time else None
            return datetime.combine(day, hour, LONDON) if hour else end_of(day)
        except ValueError:
            return None


def faults_of(error: ValidationError) -> list[str]:
    """The fields of the form that something is wrong with."""
    places = {str(fault["loc"][0]) for fault in error.errors(include_input=False)}
    return [field for field in FIELDS if field in places] or [FIELDS[0]]


async def action_form(
    runtime: Runtime, *, typed: Typed | None = None, faults: Collection[str] = ()
) -> dict[str, Any]:
    """What ``case_action_form.html`` needs beside a case's page, for whoever agrees actions. It names every
    agency: it stands on no page that is read for who has spoken of a case."""
    defined = casefile.agencies_of(await runtime.configuration(AgencyDefined)).values()
    owners = [each for each in defined if each.kind is not AgencyKind.GOLDTHREAD]
    return {
        "action_form": {
            "typed": typed or Typed(),
            "faults": faults,
            "once": new_id(),
            "agencies": sorted(((each.agency, each.name) for each in owners), key=lambda one: one[1]),
            "targets": list(ActionFor),
            "risks": list(ActionRisk),
        },
        "errors": [
            {"text": PAGES.texts(f"action.fault-{field}"), "href": f"#action-{field}"} for field in faults
        ],
    }
