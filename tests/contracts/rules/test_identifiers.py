"""NHS numbers and PNC IDs, by public test values (domain.md 9.2 and 9.4 name their sources)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.identifiers import cro_number, nhs_check_digit, nhs_number, pnc_id, pnc_letter


@pytest.mark.parametrize("written", ["943 476 5919", "450 557 7104", "9990000018", "999-000-0018"])
def test_a_sound_nhs_number(written: str) -> None:
    assert nhs_number(written) == "".join(filter(str.isdigit, written))


@pytest.mark.parametrize(
    "written", ["943 476 5918", "4505577140", "999000001", "99900000188", "", "999000001X"]
)
def test_what_is_no_nhs_number(written: str) -> None:
    assert nhs_number(written) is None


@pytest.mark.parametrize("digit", "0123456789")
def test_one_digit_ten_times_stands_for_no_nhs_number(digit: str) -> None:
    assert nhs_check_digit(digit * 9) == int(digit), "it is sound"
    assert nhs_number(digit * 10) is None


@given(st.from_regex(r"[0-9]{9}", fullmatch=True), st.integers(0, 8), st.integers(1, 9))
def test_one_mistyped_digit_is_always_found(nine: str, place: int, off: int) -> None:
    check = nhs_check_digit(nine)
    if check is None:
        return
    wrong = (int(nine[place]) + off) % 10
    assert nhs_number(f"{nine[:place]}{wrong}{nine[place + 1 :]}{check}") is None


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("2003/0011985X", "2003/0011985X"),
        ("2003/11985X", "2003/0011985X"),
        ("03/11985X", "2003/0011985X"),
        ("03/0011985x", "2003/0011985X"),
        (" 2008/0056560Z ", "2008/0056560Z"),
        ("08/56560Z", "2008/0056560Z"),
    ],
)
def test_every_way_of_writing_a_pnc_id(written: str, normal: str) -> None:
    assert pnc_id(written, this_year=2026) == normal


@pytest.mark.parametrize(
    "written",
    [
        "2003/0011985Y",
        "2003/0011958X",
        "2003/0011985I",
        "0011985X",
        "03-11985X",
        "2000/0000000Z",
        "00/0Z",
        "",
    ],
)
def test_what_is_no_pnc_id(written: str) -> None:
    assert pnc_id(written, this_year=2026) is None


def test_a_year_of_two_digits_is_never_in_the_future() -> None:
    letter = pnc_letter("1987", "123")
    assert pnc_id(f"87/123{letter}", this_year=2026) == f"1987/0000123{letter}"
    assert (
        pnc_id(f"26/123{pnc_letter('26', '123')}", this_year=2026) == f"2026/0000123{pnc_letter('26', '123')}"
    )


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("123456/09X", "123456/09X"),
        ("1234/09x", "001234/09X"),
        (" SF98/12A ", "SF98/000012A"),
        ("123456", None),
        ("SF9/12A", None),
        ("000000/00A", None),
        ("SF98/0A", None),
        ("", None),
    ],
)
def test_a_cro_number_has_one_way_of_writing(written: str, normal: str | None) -> None:
    assert cro_number(written) == normal
