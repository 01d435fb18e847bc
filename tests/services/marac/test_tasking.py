"""The perpetrator's row: who is listed, how he is scored, what is not known."""

from datetime import timedelta
from typing import Any

from chassis.facts import Fact
from contracts.events.configuration import ThresholdSet
from contracts.events.people import RiskAssessed
from contracts.vocabulary import Instrument, Mappa, PartiesAnswer, Role, Threshold
from services.marac.rules.mappa import Word, standing
from services.marac.tasking.rows import TaskingPerpetrator, TaskingSource
from tests.services.marac.caseload import (
    ann,
    ben,
    breach,
    cat,
    incident,
    mention,
    order,
    parties_decided,
    person,
    referral,
    service,
    world,
)
from tests.support.facts import NOON, fact, root_of, withdrawn


def row(*facts: Fact[Any], name: str = "ben") -> TaskingPerpetrator | None:
    found: TaskingPerpetrator | None = world(*facts).row("tasking_perpetrator", person(name))
    return found


def ben_of(*facts: Fact[Any]) -> TaskingPerpetrator:
    found = row(*facts)
    assert found is not None
    return found


MUCH = (incident(), breach(), incident("hers", people=[cat(), ben(Role.SUSPECT)], kind="rape"))


def test_whoever_is_named_as_perpetrator_is_listed_and_a_victim_is_not() -> None:
    assert row(incident()) is not None
    assert row(incident(), name="ann") is None
    gone = incident()
    assert row(gone, withdrawn(gone)) is None


def test_the_score_explains_itself_by_ordinals() -> None:
    found = ben_of(*MUCH)
    assert [(event.ordinal, event.month, event.agency_kind, event.kind) for event in found.events] == [
        (1, "2026-01", "police", "assault-with-injury"),
        (2, "2026-01", "police", "rape"),
        (3, "2026-03", "housing", "assault"),
    ]
    points = {part.part: (part.points, part.band, part.value, part.events) for part in found.parts}
    assert points == {
        "R": (10, "<= 28", None, [3]),
        "F": (4, ">= 3", 3, [1, 2, 3]),
        "G": (10, ">= 1825", 20 + 1825 + 31, [1, 2, 3]),
        "V": (5, ">= 2", 2, [1, 2, 3]),
    }
    assert found.score == 0.2 * 10 + 0.2 * 4 + 0.4 * 10 + 0.2 * 5
    assert found.model_version == "default-1"


def test_victims_are_letters_in_the_order_in_which_they_first_appear() -> None:
    earlier = incident("earlier", occurred=NOON - timedelta(days=90), people=[cat(), ben(Role.SUSPECT)])
    found = ben_of(earlier, incident())
    assert [(victim.letter, victim.events) for victim in found.victims] == [("A", [1]), ("B", [2])]
    assert found.victims[0].relationships == ["ex-partner"]
    source: TaskingSource = world(earlier, incident()).row("tasking_source", person("ben"))
    assert [(each.letter, each.person) for each in source.victims] == [
        ("A", person("cat")),
        ("B", person("ann")),
    ]
    assert [each.root for each in source.events] == [root_of("earlier"), root_of("incident")]


def managed(level: Mappa, agency: str, days: int) -> Fact[Any]:
    """What an agency says of his level, of nobody else."""
    said = RiskAssessed(
        people=[ben()], instrument=Instrument.OTHER, instrument_version="1", mappa=level, graded=None
    )
    return fact(said, agency=agency, occurred=NOON - timedelta(days=days), root=f"{level} {agency} {days}")


def test_his_mappa_level_is_what_those_who_manage_said_last_by_kind_and_month() -> None:
    assert ben_of(incident()).mappa == (), "not known, which is not *not managed*"
    heard = managed(Mappa.LEVEL_3, "hospital", 1)
    assert ben_of(incident(), heard).mappa == (), "what another agency has heard is no level"
    before, now = managed(Mappa.LEVEL_2, "police", 60), managed(Mappa.NOT_MANAGED, "police", 5)
    lines = [
        [(each.level, each.agency_kind, each.month) for each in ben_of(incident(), *said).mappa]
        for said in ([before, heard], [before, now], [before, now, withdrawn(now)])
    ]
    assert lines == [
        [("level-2", "police", "2026-01")],
        [("not-managed", "police", "2026-02")],
        [("level-2", "police", "2026-01")],
    ]
    source: TaskingSource = world(incident(), before).row("tasking_source", person("ben"))
    assert source.mappa == (before.id,)


def test_of_each_agency_that_manages_the_newest_word_stands_and_undoes_no_others() -> None:
    def word(agency: str, kind: str, level: Mappa, days: int) -> Word:
        return Word(agency, kind, level, NOON - timedelta(days=days))

    prison = word("prison-gate", "probation", Mappa.LEVEL_3, 30)
    police = word("police", "police", Mappa.NOT_MANAGED, 1)
    others = [
        word("haven", "idva-service", Mappa.LEVEL_1, 0),
        word("nobody-knows", "", Mappa.LEVEL_1, 0),
        word("police", "police", Mappa.LEVEL_2, 2),
        word("prison-gate", "probation", Mappa.LEVEL_1, 30),
    ]
    assert set(standing([prison, police, *others])) == {prison, police}
    assert set(standing([*others, police, prison])) == {prison, police}, "in any order"
    assert standing([]) == []


def test_one_occurrence_of_two_records_counts_once() -> None:
    police = incident("police", occurred=NOON - timedelta(days=1, minutes=-30), kind="common-assault")
    found = ben_of(breach(), police)
    assert (found.occurrences, found.records) == (1, 2)
    assert {event.occurrence for event in found.events} == {1}


def test_whose_role_is_disputed_is_listed_and_not_scored_on_either_side() -> None:
    back = incident("back", people=[mention("ben", Role.VICTIM), mention("ann", Role.SUSPECT)])
    for name in ("ann", "ben"):
        found = row(*MUCH, back, name=name)
        assert found is not None
        assert (found.score, found.not_scored, found.parts) == (None, "role-disputed", [])
        assert "role-disputed" in [gap.code for gap in found.missing]


def test_once_a_marac_found_who_is_the_primary_victim_the_other_is_scored_and_that_victim_never() -> None:
    back = incident("back", people=[mention("ben", Role.VICTIM), mention("ann", Role.SUSPECT)])
    more = incident("more", kind="rape", people=[mention("ben", Role.VICTIM), mention("ann", Role.SUSPECT)])
    told = [*MUCH, back, more, parties_decided(PartiesAnswer.AS_REFERRED, 1)]
    his, hers = row(*told, name="ben"), row(*told, name="ann")
    assert his is not None
    assert hers is not None
    assert (his.score, his.not_scored) == (ben_of(*MUCH).score, None)
    assert (hers.score, hers.not_scored, hers.parts) == (None, "primary-victim", [])
    assert not {"role-disputed"} & {gap.code for found in (his, hers) for gap in found.missing}
    with_ben = [mention("ben", Role.VICTIM), mention("cat", Role.VICTIM), mention("ann", Role.SUSPECT)]
    of_both = row(*told, incident("both", kind="rape", people=with_ben), name="ann")
    assert of_both is not None
    assert next(part.value for part in of_both.parts if part.part == "V") == 1, "Cat alone"
    against_cat = incident(
        "cat's", kind="rape", people=[mention("cat", Role.VICTIM), mention("ann", Role.SUSPECT)]
    )
    third = row(*told, against_cat, name="ann")
    assert third is not None
    assert third.score is not None, "what was done to somebody else is ranked"
    assert [event.counted for event in third.events if event.victims != ["A"]] == [True]
    reversed_since = parties_decided(PartiesAnswer.REVERSED, 2)
    his, hers = row(*told, reversed_since, name="ben"), row(*told, reversed_since, name="ann")
    assert his is not None
    assert hers is not None
    assert hers.not_scored is None
    assert {tuple(event.victims) for event in his.events if event.counted} == {("B",)}, "Cat's alone"
    for answer in (PartiesAnswer.BOTH, PartiesAnswer.NOT_KNOWN):
        for name in ("ann", "ben"):
            found = row(*told, parties_decided(answer, 2), name=name)
            assert found is not None
            assert found.not_scored == "role-disputed", "nothing is found, whatever was before"


def test_of_whom_too_little_is_known_is_listed_and_never_as_nought() -> None:
    for facts in ([referral()], [order()], [incident(kind="verbal-abuse")]):
        found = ben_of(*facts)
        assert (found.score, found.not_scored) == (None, "too-little-known")
        assert found.place.startswith("1"), "after those who are scored"
    assert ben_of(incident(kind="rape")).score is not None, "one record of serious harm is enough"


def test_a_name_comes_from_his_own_side_alone() -> None:
    accused = incident("back", people=[mention("cat", Role.VICTIM), mention("ann", Role.SUSPECT)])
    found = row(accused, incident(people=[ann(), ben()]), name="ann")
    assert found is not None
    assert [name.given for name in found.names] == ["Ann"]
    unnamed = incident(people=[ann(), ben().model_copy(update={"identity": None})])
    folded = [each.row for each in world(unnamed).fold().values()]
    nameless = next(each for each in folded if isinstance(each, TaskingPerpetrator))
    assert [gap.code for gap in nameless.missing] == ["name-unknown", "birth-unknown"]


def test_orders_that_bind_him_by_month_without_a_word_of_their_terms() -> None:
    (bound,) = ben_of(order(appealed=NOON - timedelta(days=5)), service()).orders
    assert (bound.order, bound.made, bound.in_force, bound.served, bound.appealed) == (
        "non-molestation",
        "2026-02",
        True,
        True,
        "2026-02",
    )
    assert bound.victims == ["A"]
    gaps = [gap.code for gap in ben_of(order(), breach("elsewhere", reference="XX1")).missing]
    assert gaps == ["order-not-served", "respondent-not-aware", "breach-order-not-found"]


def test_only_a_matac_sets_how_far_back_the_score_looks() -> None:
    def threshold(where: str) -> Fact[Any]:
        said = ThresholdSet(area=where, threshold=Threshold.SCORE_LOOK_BACK_DAYS, value=365)
        return fact(said, root=f"threshold {where}")

    assert ben_of(*MUCH, threshold("tasking")).look_back_days == 365
    assert ben_of(*MUCH, threshold("north")).look_back_days == 730


def test_it_says_when_it_will_change_and_that_tells_no_hour() -> None:
    folded = world(incident(occurred=NOON - timedelta(days=5, hours=3))).fold()
    until = folded["tasking_perpetrator", person("ben")].changes_at
    assert until is not None
    assert (until.hour, until.minute) == (0, 0), "midnight in London"
