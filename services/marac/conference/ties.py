"""For whom a case is there, by what is declared of it and whom it is restricted to: asked of every case
that is shown to anybody."""

from collections.abc import Collection, Iterable, Mapping
from typing import cast

from sqlalchemy import ColumnElement, and_, select, union_all
from sqlmodel import col

from chassis.archive import Archive
from chassis.http.auth import Caller
from services.marac.conference.each import each_of
from services.marac.conference.opposed import opposed, pairs_of
from services.marac.conference.research import INTERESTS
from services.marac.conference.research_rows import InterestsRow, InterestsTable
from services.marac.rules.interests import has_tie
from services.marac.rules.pairs import Pair
from services.marac.rules.restricting import is_shut_out, restricting


async def restrictions(archive: Archive, cases: Collection[str]) -> dict[str, list[Collection[str]]]:
    """What restricts each of these cases, where anything does (``rules/restricting.py``)."""
    return {
        case: [each.only or () for each in stands]
        for case, stands in (await _restricting(archive, cases)).items()
    }


async def agencies_inside(archive: Archive, case: str) -> dict[str, tuple[str, ...]]:
    """The agencies that are known to have somebody inside, by each case that restricts this one: none where
    it is not restricted."""
    stands = (await _restricting(archive, [case])).get(case, [])
    return {each.case: each.agencies for each in stands}


async def _restricting(archive: Archive, cases: Collection[str]) -> dict[str, list[InterestsRow]]:
    stands = select(InterestsTable).where(col(InterestsTable.restricted))
    found = cast("list[InterestsRow]", await archive.rows(INTERESTS, stands))
    return _by(
        cases, found, await pairs_of(archive, {*cases, *(each.case for each in found)}) if found else {}
    )


def _by(
    cases: Collection[str], found: Iterable[InterestsRow], pairs: Mapping[str, Pair]
) -> dict[str, list[InterestsRow]]:
    restricted = {each.case: each for each in found if each.restricted}
    victims = {case: pair.victim for case, pair in pairs.items() if pair.victim}
    by = {case: restricting(case, restricted, victims) for case in cases}
    return {case: inside for case, inside in by.items() if inside}


async def shut_out_of(archive: Archive, caller: Caller, cases: Collection[str]) -> set[str]:
    """Those of these cases that are restricted to others."""
    return _shut_out(caller, await _restricting(archive, cases))


def _shut_out(caller: Caller, by: Mapping[str, Iterable[InterestsRow]]) -> set[str]:
    return {case for case, stands in by.items() if is_shut_out(caller.id, [e.only or () for e in stands])}


async def ties(archive: Archive, caller: Caller, cases: Collection[str]) -> dict[str, bool | None]:
    """Of each of these cases whether the caller declared a tie to its parties, supports the other one, or it
    is restricted to others: each way it is not there for them. None: they have not declared."""
    these = col(InterestsTable.subject).in_(each_of(archive, cases))
    wanted = these, col(InterestsTable.restricted), _tied_to(caller.id)
    of_any = union_all(*(select(InterestsTable).where(each) for each in wanted))
    found = cast("list[InterestsRow]", await archive.rows(INTERESTS, of_any))
    said = {row.case: row for row in found}
    theirs = {case for case, row in said.items() if row.tie_of(caller.id)}
    standing = theirs.union(case for case, row in said.items() if row.restricted)
    pairs = await pairs_of(archive, {*cases, *standing}) if standing else {}
    shut = _shut_out(caller, _by(cases, said.values(), pairs)) | await opposed(archive, caller, cases)
    shut |= {case for case in cases if has_tie(case, theirs, pairs)} if theirs else set()
    own = {case: said[case].tie_of(caller.id) if case in said else None for case in cases}
    return own | dict.fromkeys(shut, True)


async def with_ties(archive: Archive, person: str = "") -> list[InterestsRow]:
    """The rows of all cases to which somebody declared a tie; or this member of staff."""
    theirs = select(InterestsTable).where(_tied_to(person))
    return cast("list[InterestsRow]", await archive.rows(INTERESTS, theirs))


def _tied_to(person: str) -> ColumnElement[bool]:
    tied = col(InterestsTable.tied)
    return and_(tied > "", tied.contains(f"|{person}|" if person else "|", autoescape=True))


async def tied(archive: Archive, caller: Caller, cases: Collection[str]) -> set[str]:
    """Those of these cases that are not there for the caller, as ``ties`` says it."""
    return {case for case, tie in (await ties(archive, caller, cases)).items() if tie}
