"""What is asked of a MARAC's actions: each agency's own, those of a chair's areas, one by itself; and what
is said of them. An agency's staff see what is theirs to do, and of the case its letters alone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from pydantic import BaseModel, ConfigDict, Field, StrictBool
from sqlalchemy import ColumnElement, or_, select
from sqlmodel import col

from chassis.accept import Refused, Taken, own_header
from chassis.archive import Archive
from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from chassis.upon import say_upon
from contracts.content import Content
from contracts.envelope import AgencyId, Id
from contracts.events.actions import ActionAgreed, ActionAnswered
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.support import Worker
from contracts.rules.areas import area_and_around, within_token
from contracts.sections import Narrative, Routing, Text
from contracts.times import Moment
from contracts.vocabulary import ActionAnswer, ActionFor, ActionRisk
from services.marac import casefile
from services.marac.conference import rows
from services.marac.conference.action_held import MOST, open_ones, over_ones
from services.marac.conference.actions import ACTION, is_about
from services.marac.conference.actions_rows import ActionRow, ActionTable
from services.marac.conference.carried import NONE_SAT, Sittings, sittings_since
from services.marac.conference.died import of_the_dead
from services.marac.conference.hearing import out_of, sitting_of
from services.marac.conference.held import Held, visible
from services.marac.conference.reach import case_is, of_token, within_reach
from services.marac.conference.sitting import SITTING
from services.marac.conference.sitting_rows import WhoLeft
from services.marac.conference.small import small
from services.marac.conference.ties import tied
from services.marac.conference.views import CASE, MEETING
from services.marac.rules import actions as rules
from services.marac.rules import agenda as order
from services.marac.rules import areas as placing
from services.marac.rules import sharing
from services.marac.shown import Page
from services.marac.shown_actions import ActionLine, AnswerShown


class Actions(Page):
    """Open actions, the late ones first: the caller's agency's own, in the areas of the caller's token;
    and for whoever keeps the plans of their areas, those of every agency there (null for anybody else)."""

    yours: list[ActionLine]
    over: list[ActionLine] = Field(
        default=[], description="the caller's agency's that are over for 60 days at most, the last first"
    )
    areas: list[ActionLine] | None
    agency: str = Field(description="the caller's, by its name")
    more: bool = Field(description="whether there are later ones that are not looked through")


class ActionPage(Page):
    """One action, and what was said of it."""

    action: ActionLine
    may_supersede: bool


class ToAgree(BaseModel):
    """An action as it is agreed."""

    model_config = ConfigDict(extra="forbid")

    owner: AgencyId
    due: Moment
    text: Text
    target: ActionFor
    meeting: Id | None = None
    worker: Worker | None = None
    risk: ActionRisk | None = None
    safe_to_tell: StrictBool | None = None


class ToAnswer(BaseModel):
    """What came of an action: words are asked for, but with *accepted* that opens nothing again."""

    model_config = ConfigDict(extra="forbid")

    answer: ActionAnswer
    text: Text | None = None
    reopens: StrictBool = False


async def actions(runtime: Runtime, caller: Caller) -> Actions:
    """The open actions that the caller sees. The look is on record."""
    held = Held(runtime)
    theirs = col(ActionTable.owner) == caller.agency, await _here(runtime, caller)
    own, over = await open_ones(held.archive, *theirs), await over_ones(held.archive, *theirs)
    others: list[ActionRow] | None = None
    if sharing.may_agree_actions(caller.roles):
        others = await open_ones(
            held.archive, case_is(col(ActionTable.of_case), await within_reach(runtime, caller))
        )
    agencies = casefile.agencies_of(await runtime.configuration(AgencyDefined))
    yours = await lines_of(held, caller, own[:MOST])
    page = Actions(
        at=runtime.clock.now(),
        fresh_until=await runtime.fresh_until(),
        agency=agencies[caller.agency].name if caller.agency in agencies else caller.agency,
        yours=yours,
        over=sorted(await lines_of(held, caller, over), key=lambda line: line.answers[0].at, reverse=True),
        areas=None
        if others is None
        else [line for line in await lines_of(held, caller, others[:MOST]) if line.case],
        more=any(len(found) > MOST for found in (own, others or ())),
    )
    shown = {line.action for line in (*yours, *page.over, *(page.areas or ()))}
    facts = [fact for row in (*own, *over, *(others or ())) if row.action in shown for fact in row.facts]
    await runtime.shown(caller, "actions", caller.id, page.seen, facts)
    return page


async def _here(archive: Archive, caller: Caller) -> ColumnElement[bool]:
    """What holds of the actions of their agency that are for somebody whose token names areas: the MARAC that
    agreed it lies in one of these, or its case does; of all where it names none."""
    areas = casefile.areas_of(await archive.configuration(AreaDefined))
    theirs = {area for area in areas if within_token(caller.areas, area_and_around(areas, area))}
    cases = await of_token(archive, caller, col(ActionTable.of_case))
    return or_(cases, col(ActionTable.area).in_(sorted(theirs)))


async def action(runtime: Runtime, caller: Caller, which: str) -> ActionPage:
    """An action by itself. Raises Problem (404) for whoever may not answer it."""
    row = await _theirs(runtime, caller, which)
    (line,) = await lines_of(Held(runtime), caller, [row])
    page = ActionPage(
        at=runtime.clock.now(),
        fresh_until=await runtime.fresh_until(),
        action=line,
        may_supersede=sharing.may_agree_actions(caller.roles),
    )
    await runtime.shown(caller, ACTION.name, which, page.seen, row.facts)
    return page


async def agree(runtime: Runtime, caller: Caller, case: str, said: ToAgree, key: str | None) -> Taken:
    """Say what was agreed for a case. Raises Problem (404) for a case or a meeting that is not the caller's;
    Refused (422) for an owner that nobody has defined."""
    given = said.model_dump(exclude={"text"})
    content = ActionAgreed.model_validate(given | {"case": case, "words": {"text": said.text}})
    taken = await runtime.take(
        own_header(runtime.clock.now()),
        content,
        caller=caller,
        right=sharing.AGREE_ACTION,
        idempotency_key=key,
    )
    await runtime.folded(content.keys(taken.root))
    return taken


async def answer(runtime: Runtime, caller: Caller, which: str, said: ToAnswer, at_hand: int) -> Taken:
    """Say what came of an action, upon what is known of it. Raises Problem (404) for another's; Refused: 409
    for one that was taken back; 412 where something was said of it since, unless it is the same; 422 for what
    the answer leaves out."""
    if (await _theirs(runtime, caller, which)).withdrawn:
        raise Refused("withdrawn", status=409)
    words = Narrative(text=said.text) if said.text else None
    content = ActionAnswered(action=which, answer=said.answer, words=words, reopens=said.reopens)

    async def known() -> list[Fact[Content]]:
        return [fact for fact in await runtime.facts([f"o:{which}"]) if is_about(fact, which)]

    right = sharing.ANSWER_ACTION
    return await say_upon(runtime, caller, content, right, name=which, known=known, upon=at_hand)


async def admit(archive: Archive, caller: Caller, content: ActionAgreed | ActionAnswered) -> Content:
    """An action with the area of the meeting that agreed it, else of the MARAC that is to hear its case; an
    answer that says enough. Raises Refused (422)."""
    if isinstance(content, ActionAnswered):
        if content.answer is ActionAnswer.SUPERSEDED and not sharing.may_agree_actions(caller.roles):
            raise Refused("not-the-owners", "body.answer")
        if content.reopens and content.answer is not ActionAnswer.ACCEPTED:
            raise Refused("opens-nothing", "body.reopens")
        if content.words is None and (content.reopens or content.answer is not ActionAnswer.ACCEPTED):
            raise Refused("words-missing", "body.text")
        return content
    if content.routing is not None:
        raise Refused("given-by-goldthread", "body.routing")
    if content.owner not in casefile.agencies_of(await archive.configuration(AgencyDefined)):
        raise Refused("agency-not-known", "body.owner")
    held = Held(archive)
    case = await held.one(CASE, rows.ConferenceCase, content.case)
    heard = await held.one(MEETING, rows.ConferenceMeeting, content.meeting) if content.meeting else None
    area = heard.area if heard else (case.marac or case.area) if case else None
    return content.model_copy(update={"routing": Routing(area=area) if area else None})


async def theirs_to_say(archive: Archive, caller: Caller, content: ActionAgreed | ActionAnswered) -> None:
    """Refuse what is said of a case or a meeting that the caller may not see, or of an action that is not
    theirs to answer. Raises Problem (404); Refused (422) for an owner who opens what was superseded."""
    if isinstance(content, ActionAnswered):
        row, agrees = await _theirs(archive, caller, content.action), sharing.may_agree_actions(caller.roles)
        if content.reopens and row.answer is ActionAnswer.SUPERSEDED and not agrees:
            raise Refused("not-the-owners", "body.reopens")
        return
    if not await _seen(archive, caller, [content.case]):
        raise not_found()
    if content.meeting is not None:
        held = await Held(archive).one(MEETING, rows.ConferenceMeeting, content.meeting)
        if held is None or not sharing.may_see_meeting(caller.roles, caller.areas, held.areas):
            raise not_found()
        if content.case in out_of(caller, await sitting_of(archive, content.meeting)):
            raise not_found()


async def _theirs(archive: Archive, caller: Caller, which: str) -> ActionRow:
    row = await Held(archive).one(ACTION, ActionRow, which)
    if row is None or await tied(archive, caller, [row.of_case]) or not await _heard(archive, caller, [row]):
        raise not_found()
    sees = bool(await _seen(archive, caller, [row.of_case]))
    this = select(ActionTable).where(col(ActionTable.subject) == which, await _here(archive, caller))
    here = bool(await archive.rows(ACTION, this))
    if not sharing.may_answer_action(caller.roles, caller.agency, row.owner, sees_case=sees, here=here):
        raise not_found()
    return row


async def _heard(archive: Archive, caller: Caller, found: Iterable[ActionRow]) -> list[ActionRow]:
    """Those of these actions that were not agreed while the caller was out of the room for their case."""
    found = list(found)
    meetings = {row.meeting for row in found if row.meeting}
    sittings = await Held(archive).many(SITTING, WhoLeft, meetings, "meeting")

    def out(row: ActionRow) -> bool:
        sitting = sittings.get(row.meeting or "")
        theirs = row.owner == caller.agency
        return sitting is not None and row.of_case in out_of(caller, sitting, to_do=theirs)

    return [row for row in found if not out(row)]


async def _seen(archive: Archive, caller: Caller, cases: Collection[str]) -> dict[str, rows.ConferenceCase]:
    return await visible(archive, caller, (await small(archive, cases)).values())


@dataclass(frozen=True, slots=True)
class _Around:
    """What lines are told by, of the caller and of the areas."""

    caller: Caller
    at: datetime
    now: bool
    """Whether this is as it is, and not as it was known."""
    agencies: Mapping[str, AgencyDefined]
    areas: Mapping[str, AreaDefined]
    letters: Mapping[str, str]
    seen: Collection[str]
    died: Collection[str]
    sittings: Mapping[str | None, Sittings]

    def name(self, agency: str) -> str:
        return self.agencies[agency].name if agency in self.agencies else agency

    def line(self, row: ActionRow) -> ActionLine:
        sees = row.of_case in self.seen
        theirs = self.sittings.get(placing.marac_of(self.areas, row.area), NONE_SAT)
        after = theirs.after(row.agreed, row.meeting)
        open_ = row.open_until is not None
        return ActionLine(
            **row.model_dump(include=_AS_IN_THE_ROW),
            letters=self.letters[row.of_case],
            case=row.of_case if sees else None,
            owner_name=self.name(row.owner),
            victim_died=row.of_case in self.died,
            open=open_,
            late=open_ and rules.is_late(row.answer, row.due, self.at),
            told_to_chair=open_ and rules.told_to_chair(row.answer, row.due, self.at),
            carried=rules.carried(row.agreed, row.over, after, self.at),
            not_specific=rules.not_specific(
                row.text, row.agreed, row.due, next(iter(after), None), named=row.worker is not None
            )
            if open_
            else (),
            answers=tuple(
                AnswerShown(agency_name=self.name(each.agency), **each.model_dump(exclude={"root"}))
                for each in reversed(row.answers)
            ),
            may_answer=self.now
            and not row.withdrawn
            and sharing.may_answer_action(self.caller.roles, self.caller.agency, row.owner, sees_case=sees),
        )


_AS_IN_THE_ROW = (set(ActionLine.model_fields) & set(ActionRow.model_fields)) - {"answers"}


async def lines_of(
    held: Held, caller: Caller, found: Sequence[ActionRow], at: datetime | None = None
) -> list[ActionLine]:
    """Actions for a caller: open before over, and the first to be late first. ``at``: of a meeting to come,
    when it begins: what is carried to it is counted."""
    cases = {row.of_case for row in found}
    cases -= await tied(held.archive, caller, cases)
    found = await _heard(held.archive, caller, [row for row in found if row.of_case in cases])
    if not found:
        return []
    configuration = await held.configuration()
    areas = casefile.areas_of(configuration)
    around = _Around(
        caller=caller,
        at=at or held.at or held.archive.clock.now(),
        now=held.at is None,
        agencies=casefile.agencies_of(configuration),
        areas=areas,
        letters=order.told_apart(cases),
        seen=await _seen(held.archive, caller, cases),
        died=await of_the_dead(held.archive, cases, held.at),
        sittings=await sittings_since(held.archive, areas, min(row.agreed for row in found)),
    )
    lines = [around.line(row) for row in found]
    return sorted(lines, key=lambda line: (not line.open, line.due, line.action))


async def of_cases(held: Held, caller: Caller, found: Sequence[ActionRow]) -> dict[str, list[ActionLine]]:
    """The actions of cases for their pages, by case: those of earlier meetings first, then the other open
    ones, then what was done. What was taken back is left out."""
    stand = {row.action: row for row in found if not row.withdrawn}
    lines = await lines_of(held, caller, [*stand.values()])
    by_case: dict[str, list[ActionLine]] = {}
    for line in sorted(lines, key=lambda line: (not line.open, line.open and not line.carried)):
        by_case.setdefault(stand[line.action].of_case, []).append(line)
    return by_case


async def open_before(held: Held, caller: Caller, meeting: rows.ConferenceMeeting) -> list[ActionLine]:
    """The open actions that come before a meeting from earlier ones, the first to be late first."""
    theirs = await open_ones(held.archive, await _of_its_marac(held, meeting))
    now = held.archive.clock.now()
    lines = await lines_of(held, caller, theirs, max(now, meeting.starts))
    return [line for line in lines if line.case and line.carried]


async def reviewed(
    held: Held, caller: Caller, meeting: rows.ConferenceMeeting, began: datetime
) -> list[ActionLine]:
    """The actions of earlier meetings that were open when a meeting began, as they are or were known: also
    those that are over since."""
    until, over = col(ActionTable.open_until), col(ActionTable.over)
    spans = or_(until.is_not(None), over >= began, col(ActionTable.withdrawn))
    of = await _of_its_marac(held, meeting), col(ActionTable.agreed) < meeting.starts
    wanted = select(ActionTable).where(spans, *of).order_by(col(ActionTable.due)).limit(MOST)
    found = cast("list[ActionRow]", await held.archive.rows(ACTION, wanted))
    known = await held.many(ACTION, ActionRow, {row.action for row in found}, "action")
    there = [row for row in known.values() if row.open_until or (row.over and row.over >= began)]
    lines = await lines_of(held, caller, there, max(held.at or held.archive.clock.now(), meeting.starts))
    return [line for line in lines if line.case and line.carried]


async def _of_its_marac(held: Held, meeting: rows.ConferenceMeeting) -> ColumnElement[bool]:
    areas = casefile.areas_of(await held.now.configuration())
    marac = placing.marac_of(areas, meeting.area)
    within = [area for area in areas if marac is not None and placing.marac_of(areas, area) == marac]
    return col(ActionTable.area).in_(within)
