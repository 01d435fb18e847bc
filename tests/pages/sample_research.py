"""Invented research for pages: an agency's list, a form, who has answered, what stands on a case; ties."""

from collections.abc import Collection
from datetime import date
from typing import Any

from chassis.http.auth import Caller
from contracts.events.research import ResearchersSet
from contracts.sections import Name
from contracts.vocabulary import Relationship, ResearchHeld, Role, Sex
from services.marac import shown_research as shown
from services.marac.conference.research_rows import Answer, Found
from services.marac.rules.research import Research
from tests.pages.sample_rows import CASE, LONG, LONG_CASE, MEETING, NOW, ago, line, new

STARTS = ago(days=-3)
FORM = f"/marac/meetings/{MEETING}/research/{CASE}"
ANSWERED = f"/marac/meetings/{MEETING}/research/{LONG_CASE}"
AGENCIES = {
    "harbour-idva": "Harbour IDVA service",
    "northmere-police": "Northmere Police",
    "northmere-hospital": LONG,
    "castlegate-housing": "Castlegate Housing",
}
HER, HIM, CHILD = new(), new(), new()
JANE, KYLE = Name(family="Doe", given="Jane"), Name(family="Smith", given="Kyle")


def _asked(
    case: str, letters: str, state: Research, days: float, *, emergency: bool = False, again: bool = False
) -> shown.Asked:
    due = ago(days=days)
    return shown.Asked(
        meeting=MEETING,
        case=case,
        letters=letters,
        area_name="Northmere North",
        starts=STARTS,
        due=due,
        state=state,
        emergency=emergency,
        again=again,
    )


def waiting(*_: Any) -> shown.ResearchWaiting:
    """One of an emergency meeting, one that is late, one asked again, one of which nothing is held; and more
    on a next page."""
    return shown.ResearchWaiting(
        at=NOW,
        waits=[
            _asked(new(), "T5Z", Research.ASKED, -0.1, emergency=True),
            _asked(CASE, "K7Q", Research.LATE, 1),
            _asked(LONG_CASE, "R4W3", Research.ASKED, -1, again=True),
        ],
        answered=[_asked(new(), "M2D", Research.NOTHING_HELD, -1)],
        next="the-cursor-of-the-next",
    )


def _sought(person: str, role: Role, name: Name | None, **more: Any) -> shown.Sought:
    given: dict[str, Any] = {"relationship": None, "aliases": [], "born": [], "sex": None, "ours": []}
    names = [name] if name else []
    return shown.Sought(person=person, role=role, names=names, **(given | more))


def _answer() -> Answer:
    none: dict[str, Any] = {"flagged": None, "facts": None, "opinions": None, "told_by_others": None}
    looked: dict[str, Any] = {"records": "Tenancies, repairs", "checked": date(2026, 11, 20)}
    hers = {"flagged": True, "facts": "Door mended on 2 March.", "told_by_others": f"{LONG} " * 9}
    return Answer(
        root=new(),
        fact=new(),
        version=1,
        agency="northmere-police",
        meeting=MEETING,
        said=ago(hours=5),
        first=ago(hours=5),
        people=(
            Found(person=HER, held=ResearchHeld.KNOWN, complete=True, **looked, **(none | hers)),
            Found(person=HIM, held=ResearchHeld.NOTHING_HELD, complete=False, **looked, **none),
            Found(person=CHILD, held=ResearchHeld.NOT_CHECKED, complete=False, **looked, **none),
        ),
        under_way="Locks changed.",
        suggested="A stronger door by Friday.",
        sealed=False,
    )


async def request(_runtime: Any, _caller: Caller, _meeting: str, case: str) -> shown.ResearchRequest:
    """Of one case nobody has answered yet, and it is late; of the other somebody has."""
    answered = case != CASE
    ours = [
        line(
            "incident.reported",
            "northmere-police",
            {"kind": "criminal-damage"},
            "Door kicked in.",
            number="N1",
        ),
        line("incident.reported", "northmere-police", {"kind": "harassment"}, f"{LONG} " * 6, number="N2"),
    ]
    return shown.ResearchRequest(
        at=NOW,
        asked=_asked(case, "K7Q", Research.ANSWERED if answered else Research.LATE, -1 if answered else 1),
        agency_name="Northmere Police",
        people=[
            _sought(HER, Role.VICTIM, JANE, born=[date(1991, 3, 2)], sex=Sex.FEMALE, ours=ours),
            _sought(
                HIM,
                Role.PERPETRATOR,
                KYLE,
                relationship=Relationship.PARTNER,
                aliases=[Name(family=LONG, given="Kay")],
            ),
            _sought(CHILD, Role.CHILD, None),
        ],
        answer=_answer() if answered else None,
    )


def _cells(*states: Research, **more: bool) -> list[shown.Cell]:
    flags = {"late": False, "after": False} | more
    return [shown.Cell(agency=agency, state=at, **flags) for agency, at in zip(AGENCIES, states, strict=True)]


async def researchers(_runtime: Any, _caller: Caller, area: str) -> shown.Researchers:
    """What holds, and what was said before it."""
    asked = ["harbour-idva", "northmere-police"]
    holds = ResearchersSet(area=area, agencies=asked, days_before=3)
    first = ResearchersSet(area=area, agencies=[], declares=False)
    by: dict[str, Any] = {"agency": "northmere-police", "agency_name": "Northmere Police"}
    return shown.Researchers(
        at=NOW,
        area=area,
        area_name="Northmere North",
        version=2,
        holds=holds,
        history=[
            shown.AskedBefore(root=new(), at=ago(days=20), set=holds, person=new(), name="Priya Nair", **by),
            shown.AskedBefore(root=new(), at=ago(days=300), set=first, **by),
        ],
        agencies=AGENCIES,
    )


def grid(*_: Any) -> shown.ResearchGrid:
    """Every state of an answer."""
    mixed = _cells(Research.ANSWERED, Research.NOTHING_HELD, Research.LATE, Research.ASKED)
    late = _cells(*[Research.ANSWERED] * 4, late=True)
    after = _cells(*[Research.NOTHING_HELD] * 4, after=True)
    rows = (("K7Q", mixed), ("M2D", late), ("R4W3", after))
    return shown.ResearchGrid(
        at=NOW,
        meeting=MEETING,
        area="northmere-north",
        area_name="Northmere North",
        starts=STARTS,
        asks=True,
        order=[*AGENCIES],
        agencies=AGENCIES,
        lines=[
            shown.GridLine(case=new(), letters=letters, due=ago(days=1), cells=cells)
            for letters, cells in rows
        ],
        open=2,
        late=1,
    )


async def of_cases(
    _runtime: Any, caller: Caller, cases: Collection[str], *_: Any
) -> dict[str, shown.CaseResearch]:
    """The same of each of these cases."""
    return {case: await of_case(_runtime, caller, case) for case in cases}


async def of_case(_runtime: Any, _caller: Caller, case: str, *_: Any) -> shown.CaseResearch:
    """Answers of every kind on one case; on the others nobody was asked."""
    if case != CASE:
        return shown.CaseResearch(case=case, answers=[], unanswered=[], agencies={})
    said = _answer()
    names = ((JANE, Role.VICTIM), (KYLE, Role.PERPETRATOR), (None, None))
    people = [
        shown.FoundShown(name=name, role=role, lines=2, **found.model_dump(exclude={"person"}))
        for found, (name, role) in zip(said.people, names, strict=True)
    ]
    answer = shown.AnswerShown(
        root=said.root,
        agency="northmere-police",
        said=said.said,
        late=False,
        after=False,
        people=people,
        under_way=said.under_way,
        suggested=said.suggested,
        sealed=False,
    )
    after = {"root": new(), "agency": "castlegate-housing", "after": True, "sealed": True}
    return shown.CaseResearch(
        case=case,
        answers=[answer, answer.model_copy(update=after)],
        unanswered=[
            shown.Unanswered(agency="harbour-idva", due=ago(days=1), late=True),
            shown.Unanswered(agency="northmere-hospital", due=ago(days=-1), late=False),
        ],
        agencies=AGENCIES,
    )


def undeclared() -> list[shown.Undeclared]:
    """Two parties, and one whose perpetrator nobody named."""
    return [
        shown.Undeclared(case=CASE, letters="K7Q", victim=JANE, perpetrators=[KYLE]),
        shown.Undeclared(
            case=LONG_CASE, letters="R4W3", victim=Name(family=LONG, given="Maximiliana"), perpetrators=[]
        ),
    ]


def interests(*_: Any) -> shown.Interests:
    """Two cases that wait, one that was declared, and a colleague's tie to two."""
    return shown.Interests(
        at=NOW,
        meeting=MEETING,
        area_name="Northmere North",
        starts=STARTS,
        cases=undeclared(),
        declared=[undeclared()[0].model_copy(update={"case": new(), "letters": "M2D"})],
        colleagues=[shown.ColleaguesTie(root=new(), letters=["R4W3", "T5X"], declared=ago(days=2))],
    )
