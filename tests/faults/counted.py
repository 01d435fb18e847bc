"""Whether views count what agencies said of each person, of each perpetrator and of each case, once."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from tests.faults.evidence import ASSIGNED, BREACH, INCIDENT, ORDER, REFERRAL, Evidence, Findings, grouped
from tests.faults.oracle import one_person
from tests.faults.stores import Held, Rows

RECORDED = (("marac", "conference_person", "records"), ("orders", "orders_person", "occurrences"))
COUNTED = {
    BREACH: RECORDED,
    INCIDENT: RECORDED,
    REFERRAL: (("marac", "conference_person", "cases"),),
    ORDER: (("marac", "conference_person", "orders"), ("orders", "orders_person", "orders")),
}
"""The part of each person's row in which every fact of a type about them stands, once."""
YEAR = timedelta(days=365)
"""All that the stream tells lies within one: leap days and hours do not matter here."""
HARMED, HARMS = ("victim",), ("perpetrator", "suspect", "respondent")
Told = dict[str, Counter[tuple[str, str]]]
"""What is counted with each, by what it is and which."""


def check_counts(found: Findings, evidence: Evidence, held: Mapping[str, Held]) -> None:
    """What stands with each person is what agencies said of them."""
    _people(found, evidence, held)
    _decided(found, evidence)
    _counters(found, evidence, held)
    told = list(_told(evidence, held["marac"].places))
    _same(found, "tasking_perpetrator", _of_cohort(told), _cohort_shown(held["marac"].rows))
    _same(found, "conference_case", _of_cases(told), _cases_shown(held["marac"].rows))


def _people(found: Findings, evidence: Evidence, held: Mapping[str, Held]) -> None:
    for service in ("referrals", "orders", "marac"):
        for group in strangers(evidence, held[service].places):
            found.differing.append(f"{service} does not have {group} as one person")


def _decided(found: Findings, evidence: Evidence) -> None:
    """The matcher's decisions have a number each, and each takes a mention from where the one before put it:
    none was made by a matcher that had lost its lease."""
    at: dict[str, str] = {}
    numbers = grouped(evidence.of(ASSIGNED), "seq")
    found.doubled += [f"decision {n} is made as {ids}" for (n,), ids in numbers.items() if len(ids) > 1]
    for event in sorted(evidence.of(ASSIGNED), key=lambda event: event["data"]["seq"]):
        for move in event["data"]["moves"]:
            if at.setdefault(move["mention"], move["from"]) != move["from"]:
                found.disordered.append(f"{event['id']} takes {move['mention']} from where it is not")
            at[move["mention"]] = move["to"]


def _counters(found: Findings, evidence: Evidence, held: Mapping[str, Held]) -> None:
    """Of each person the views show just what agencies said of all their records, those of one NHS number
    together: so many incidents, breaches, referrals and orders, and each once."""
    now = one_person(event["data"] for event in evidence.newest().values())
    wanted: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for event in evidence.standing():
        root = event["root"]
        if event["type"] not in COUNTED:
            continue
        people = event["data"].get("people", ())
        for mention in {now[each["mention"]]: each["mention"] for each in people}.values():
            for service, view, part in COUNTED[event["type"]]:
                person = held[service].places.get(mention, "")
                wanted[f"{service} {view} {part} {person}"][part, root] += 1
    shown = {
        f"{service} {view} {part} {person}": Counter((part, root) for root in _roots(orjson.loads(row), part))
        for service, view, part in sorted({where for places in COUNTED.values() for where in places})
        for person, row in held[service].rows.get(view, {}).items()
    }
    _same(found, "", wanted, shown)


def _same(found: Findings, view: str, wanted: Told, shown: Told) -> None:
    """No more is shown than was said, and no less."""
    for where in sorted(wanted.keys() | shown.keys()):
        if len(lost := wanted.get(where, Counter()) - shown.get(where, Counter())):
            found.lost.append(f"{view} {where} has {lost.total()} too few: {sorted(lost)[:2]}")
        if len(more := shown.get(where, Counter()) - wanted.get(where, Counter())):
            found.doubled.append(f"{view} {where} has {more.total()} too many: {sorted(more)[:2]}")


@dataclass(frozen=True, slots=True)
class Saying:
    """What an agency said, as it stands: of whom, by the person that each mention is."""

    root: str
    type: str
    at: datetime
    harmed: frozenset[str]
    harms: frozenset[str]


def _told(evidence: Evidence, places: Mapping[str, str]) -> Iterator[Saying]:
    for event in evidence.standing():
        people = event["data"].get("people", ())
        harmed, harms = (
            frozenset(places.get(each["mention"], "") for each in people if each["role"] in roles)
            for roles in (HARMED, HARMS)
        )
        yield Saying(event["root"], event["type"], datetime.fromisoformat(event["time"]), harmed, harms)


def _of_cohort(told: Sequence[Saying]) -> Told:
    """Of everybody who harms somebody: their records, whom they harmed by which, and how many orders."""
    wanted: Told = defaultdict(Counter)
    for each in told:
        for person in each.harms:
            counts, victims = wanted[person], each.harmed - {person}
            counts.update({("victim", victim): 1 for victim in victims if ("victim", victim) not in counts})
            counts["orders", ""] += each.type == ORDER
            if each.type in (BREACH, INCIDENT):
                counts.update([("records", ""), ("record", each.root)])
                counts.update((victim, each.root) for victim in victims)
    return wanted


def _cohort_shown(rows: Rows) -> Told:
    shown: Told = {}
    for person, body in rows.get("tasking_perpetrator", {}).items():
        row, source = orjson.loads(body), orjson.loads(rows["tasking_source"].get(person, "{}"))
        roots = {each["ordinal"]: each["root"] for each in source.get("events", ())}
        victims = {each["letter"]: each["person"] for each in source.get("victims", ())}
        counts = shown[person] = Counter(
            {("records", ""): row["records"], ("orders", ""): len(row["orders"])}
        )
        counts.update(("record", roots.get(each["ordinal"], "")) for each in row["events"])
        for each in row["victims"]:
            victim = victims.get(each["letter"], "")
            counts.update([("victim", victim), *((victim, roots.get(at, "")) for at in each["events"])])
    return shown


def _of_cases(told: Sequence[Saying]) -> Told:
    """Of each case that stands: what was done to its victim, the orders that protect them, the earlier cases
    of the same two, and what makes it a repeat: what was done within a year, from the first of the earlier
    cases of the year before on; and then the last of these. That is the row as it is folded alone, without
    any meetings: not what a page says."""
    wanted: Told = {}
    cases = sorted((each for each in told if each.type == REFERRAL), key=lambda each: (each.at, each.root))
    for n, case in enumerate(cases):
        hers = [each for each in told if each.harmed & case.harmed]
        done = [each for each in hers if each.type in (BREACH, INCIDENT)]
        before = [each for each in cases[:n] if each.harmed & case.harmed and each.harms & case.harms]
        year = [each for each in before if case.at <= each.at + YEAR]
        first = min((each.at for each in year), default=case.at)
        since = [each for each in done if first < each.at <= case.at + YEAR and _by_them(each, case)]
        wanted[case.root] = Counter(
            [
                ("stands", ""),
                *(("done", each.root) for each in done),
                *(("order", each.root) for each in hers if each.type == ORDER),
                *(("before", each.root) for each in before),
                *(("repeat", each.root) for each in [*since, *year[-1:]] if since),
            ]
        )
    return wanted


def _by_them(each: Saying, case: Saying) -> bool:
    return not each.harms or bool(each.harms & case.harms)


def _cases_shown(rows: Rows) -> Told:
    shown: Told = {}
    for case, body in rows.get("conference_case", {}).items():
        row = orjson.loads(body)
        happened = [record for each in row["occurrences"] for record in each["records"]]
        shown[case] = Counter(
            [
                *(() if row["withdrawn"] else [("stands", "")]),
                *(("done", record["root"]) for record in happened),
                *(("order", order["root"]) for order in row["orders"]),
                *(("before", root) for root in row["before"]),
                *(("repeat", root) for root in (row["repeat"] or {"roots": ()})["roots"]),
            ]
        )
    return shown


def _roots(row: Mapping[str, Any], part: str) -> list[str]:
    """Whose roots a part of a row counts: records of one occurrence lie together."""
    lines = row.get(part, ())
    return [each["case" if part == "cases" else "root"] for line in lines for each in _each(line)]


def _each(line: Any) -> Sequence[Mapping[str, Any]]:
    return line if isinstance(line, list) else [line]


def strangers(evidence: Evidence, places: Mapping[str, str]) -> list[list[str]]:
    """The groups of mentions that have one NHS number, and are not one person, or not alone so."""
    ever = {
        person["mention"]: person["mention"]
        for event in evidence.partners
        for person in event["data"].get("people", ())
        if person["mention"] in places
    }
    now = one_person(event["data"] for event in evidence.newest().values())
    wanted = _groups({mention: now.get(mention, mention) for mention in ever})
    return [sorted(group) for group in wanted - _groups({mention: places[mention] for mention in ever})]


def _groups(homes: Mapping[str, str]) -> set[frozenset[str]]:
    groups: dict[str, set[str]] = defaultdict(set)
    for mention, home in homes.items():
        groups[home].add(mention)
    return {frozenset(group) for group in groups.values()}
