"""What is new on an agenda that somebody has open, in words: never what anybody said, and no name."""

from typing import Any

from chassis.http.auth import Caller
from chassis.ids import Ids
from chassis.pages import live
from chassis.pages.texts import Texts
from chassis.pages.times import Times
from chassis.runtime import Runtime
from chassis.signals import Changed
from services.marac import queries
from services.marac.conference import noticing
from services.marac.pages import PAGES
from services.marac.rules import agenda as order
from services.marac.rules.noticing import AgendaNews, AgendaSeen, CaseNews, CaseSeen, ended, news
from services.marac.shown import Agenda, AgendaLine

NAME_LENGTH = 8
"""Of the letters by which a case is known from one look to the next: those on the page are longer or shorter
by what else is on it."""
MARK_LENGTH = 8
MANY = 1000
"""So many rows at once, as after a rebuild, are not asked after: the agenda is looked at."""
MOST_NAMED = 8
"""How many cases a line names: of more it says how many."""

NOT_OF_A_LINE = {"letters", "new", "since"}
"""Of a case's line: what is counted or told apart, and follows from what else is on the agenda."""
NOT_OF_THE_REST: dict[str, Any] = {
    "at": True,
    "fresh_until": True,
    "cases": True,
    "waiting": True,
    "publication": True,
    "meeting": {"cases", "closed"},
}


def address(ids: Ids, agenda: Agenda) -> str | None:
    """Where whoever opens an agenda hears what is new on it since. None: nothing will be, for the meeting is
    over, or this is how the agenda was known."""
    if agenda.known_at is not None or _is_over(agenda):
        return None
    return f"/marac/meetings/{agenda.meeting.meeting}/live?seen={seen_of(ids, agenda)}"


def seen_of(ids: Ids, agenda: Agenda) -> AgendaSeen:
    """What whoever looks at an agenda has seen, by marks."""

    def mark(*what: str) -> str:
        return live.digest(ids, "\n".join(what).encode(), MARK_LENGTH)

    return AgendaSeen(
        version=agenda.publication.version,
        rest=mark(agenda.model_dump_json(exclude=NOT_OF_THE_REST)),
        waiting=mark(*(each for line in agenda.waiting or () for each in _whole(line))),
        cases=[CaseSeen(_name(line), mark(*_whole(line)), line.new) for line in agenda.cases],
        closed=agenda.meeting.closed,
    )


def says(texts: Texts, agenda: Agenda, found: AgendaNews) -> str:
    """What is new, in a sentence: cases by the letters that they have on the page."""
    letters = {_name(line): line.letters for line in agenda.cases}
    parts = [
        texts("notice.case", letters=letters[case], how=_how(texts, each))
        for case, each in list(found.cases.items())[:MOST_NAMED]
    ]
    if more := len(found.cases) - len(parts):
        parts.append(texts("notice.more", n=more))
    if found.published:
        parts.append(texts("notice.published", n=agenda.publication.version))
    if found.waiting:
        parts.append(texts("notice.waiting"))
    if found.rest:
        parts.append(texts("notice.rest"))
    if found.closed is not None:
        parts.append(texts("notice.closed" if found.closed else "notice.goes-on"))
    return str(texts("notice.since", what="; ".join(map(str, parts))))


class OpenAgenda:
    """An agenda that a caller has open: each time it is looked at, it is as that caller may see it then.
    ``told``: whether the page may still say what an earlier stream told it."""

    def __init__(
        self, runtime: Runtime, caller: Caller, meeting: str, seen: AgendaSeen | None, *, told: bool = False
    ) -> None:
        self._runtime = runtime
        self._caller = caller
        self._meeting = meeting
        self._seen = seen
        self._said = None if told else ""
        self._agenda: Agenda | None = None
        self._made_of: Changed = frozenset()

    async def news(self) -> str | None:
        """What is new since it was opened, and that Goldthread is behind or cannot tell, where that is
        something else than was said last. Raises Over once nothing new comes to it (``rules/noticing.py:
        ended``); Problem (404) once the caller may not see it."""
        agenda, _, cases = await queries.read_agenda(self._runtime, self._caller, self._meeting)
        if _is_over(agenda):
            raise live.Over(str(PAGES.texts("notice.over")))
        self._agenda, self._made_of = agenda, noticing.made_of(agenda, cases)
        now = seen_of(self._runtime.ids, agenda)
        self._seen = self._seen or now
        found = news(self._seen, now)
        parts = [says(PAGES.texts, agenda, found)] if found else []
        parts += _behind(PAGES.texts, agenda)
        before, self._said = self._said, " ".join(parts)
        if self._said == before:
            return None
        return self._said or str(PAGES.texts("notice.as-before"))

    async def concerned(self, changed: Changed) -> bool:
        """Whether any of these rows is one that the agenda is made of, or comes to it."""
        if self._agenda is None or len(changed) > MANY or not changed.isdisjoint(self._made_of):
            return True
        return await noticing.comes_to(self._runtime, self._agenda, changed)


def _is_over(agenda: Agenda) -> bool:
    meeting = agenda.meeting
    return ended(meeting.starts, agenda.at, emergency=meeting.emergency, closed=meeting.closed)


def _behind(texts: Texts, agenda: Agenda) -> list[str]:
    """What the page itself would say of how new it is, where that is loud."""
    fresh, times = agenda.fresh_until, Times(texts, agenda.at)
    if fresh is None:
        return [str(texts("frame.fresh-unknown"))]
    return [str(texts("frame.fresh-behind", when=times.when(fresh)))] if times.is_behind(fresh) else []


def _name(line: AgendaLine) -> str:
    return order.letters(line.case, NAME_LENGTH)


def _whole(line: AgendaLine) -> list[str]:
    """What a line says, and of which versions: a fact that changes no count changes it too."""
    return [line.model_dump_json(exclude=NOT_OF_A_LINE), *line.facts]


def _how(texts: Texts, found: CaseNews) -> str:
    if found.added:
        return str(texts("notice.added"))
    parts = [texts("notice.lines", n=found.lines)] if found.lines else []
    parts += [texts("notice.changed")] if found.changed else []
    parts += [texts(f"notice.{found.moved}")] if found.moved else []
    return ", ".join(map(str, parts))
