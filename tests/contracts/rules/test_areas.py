"""Which areas lie around an area."""

from contracts.events.configuration import AreaDefined
from contracts.rules.areas import area_and_around
from contracts.vocabulary import AreaKind

AREAS = {
    area: AreaDefined(area=area, name=area, kind=AreaKind.DISTRICT, within=within)
    for area, within in (
        ("hill", "north"),
        ("north", "castleshire"),
        ("castleshire", None),
        ("quay", "nowhere"),
        ("east", "west"),
        ("west", "east"),
        ("loop", "loop"),
    )
}


def test_outwards_from_an_area() -> None:
    assert area_and_around(AREAS, "hill") == ("hill", "north", "castleshire")
    assert area_and_around(AREAS, "castleshire") == ("castleshire",)


def test_what_nobody_defined_is_itself_alone() -> None:
    assert area_and_around(AREAS, "nowhere") == ("nowhere",)
    assert area_and_around(AREAS, "quay") == ("quay", "nowhere")
    assert area_and_around(AREAS, None) == ()


def test_areas_within_each_other_come_to_an_end() -> None:
    assert area_and_around(AREAS, "east") == ("east", "west")
    assert area_and_around(AREAS, "loop") == ("loop",)
