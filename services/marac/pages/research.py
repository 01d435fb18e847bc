"""The forms of research: what somebody typed as an answer, or what is wrong with it; an answer as typed; whom
a MARAC asks, as typed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.events.research import ResearchAnswered, Researched, ResearchersSet
from contracts.sections import Narrative
from contracts.vocabulary import ResearchHeld
from services.marac.conference.research_rows import Answer
from services.marac.shown_research import Researchers, Sought

WORDS = {"facts": "facts", "opinions": "opinions", "told": "told_by_others"}
"""The fields of a person's words, and what each is in an answer."""
LONGEST, LINE = 4000, 200
NOTHING = "nothing"
"""What the button says that answers *nothing held* for the whole case."""
FLAGGED = {"yes": True, "no": False}


class TypedResearchers(BaseModel):
    """Whom a MARAC asks, as somebody typed it, upon this version."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")
    upon: Annotated[int, Field(ge=0)]
    agencies: list[str] = []
    days_before: str = ""
    declares: str = ""

    def whole(self, area: str) -> ResearchersSet:
        """What was typed, as a fact. Raises ValidationError."""
        days, here = self.days_before, {"here": True, "paper": False}
        return ResearchersSet.model_validate(
            {
                "area": area,
                "agencies": self.agencies,
                "days_before": int(days) if days.isascii() and days.isdigit() and len(days) < 3 else days,
                "declares": here.get(self.declares, self.declares),
            }
        )


def typed_researchers(shown: Researchers) -> TypedResearchers:
    """What stands in the form at first: what holds, else what is usual and nobody."""
    held = shown.holds or ResearchersSet(area=shown.area, agencies=[])
    return TypedResearchers(
        upon=shown.version,
        agencies=held.agencies,
        days_before=str(held.days_before),
        declares="here" if held.declares else "paper",
    )


def typed(
    form: Mapping[str, str], meeting: str, case: str, people: Sequence[Sought]
) -> tuple[ResearchAnswered | None, dict[str, str]]:
    """The answer that was typed; None with what is wrong: of each field the kind of fault."""
    faults = {name: "long" for name, said in form.items() if len(said) > LONGEST}
    faults |= {"records": "long"} if len(form.get("records", "").strip()) > LINE else {}
    checked = form.get("checked", "").strip()
    day = _day(checked)
    if checked and day is None:
        faults["checked"] = "day"
    nothing = form.get("press") == NOTHING
    for at in range(len(people)):
        held = ResearchHeld.NOTHING_HELD if nothing else form.get(f"held-{at}")
        words = [name for name in WORDS if form.get(f"{name}-{at}", "").strip()]
        if held not in [*ResearchHeld]:
            faults[f"held-{at}"] = "held"
        elif words and held != ResearchHeld.KNOWN:
            faults[f"held-{at}"] = "said"
    if faults:
        return None, faults
    return ResearchAnswered(
        case=case,
        meeting=meeting,
        people=[_of(form, at, each, day, nothing=nothing) for at, each in enumerate(people)],
        under_way=_words(form, "under_way"),
        suggested=_words(form, "suggested"),
    ), {}


def _of(form: Mapping[str, str], at: int, sought: Sought, day: date | None, *, nothing: bool) -> Researched:
    return Researched(
        person=sought.person,
        held=ResearchHeld.NOTHING_HELD if nothing else ResearchHeld(form[f"held-{at}"]),
        records=form.get("records", "").strip() or None,
        checked=day,
        complete=f"complete-{at}" in form and not nothing,
        flagged=FLAGGED.get(form.get(f"flagged-{at}", "")),
        **{field: _words(form, f"{name}-{at}") for name, field in WORDS.items()},
    )


def _words(form: Mapping[str, str], name: str) -> Narrative | None:
    text = form.get(name, "").strip()
    return Narrative(text=text) if text else None


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def as_typed(answer: Answer, people: Sequence[Sought]) -> dict[str, str]:
    """What stands in the fields of whoever corrects an answer."""
    form = {"under_way": answer.under_way or "", "suggested": answer.suggested or ""}
    of = {each.person: each for each in answer.people}
    for at, found in ((at, of[each.person]) for at, each in enumerate(people) if each.person in of):
        form |= {
            f"held-{at}": found.held.value,
            f"flagged-{at}": "" if found.flagged is None else "yes" if found.flagged else "no",
            "records": found.records or "",
            "checked": found.checked.isoformat() if found.checked else "",
            **{f"{name}-{at}": getattr(found, field) or "" for name, field in WORDS.items()},
        }
        if found.complete:
            form[f"complete-{at}"] = "yes"
    return form
