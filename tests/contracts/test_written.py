"""The numbers of a person, as agencies write them, have one form that is kept."""

import pytest

from contracts.sections import Identity


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        ("nhs_number", "9990000018", "9990000018"),
        ("nhs_number", "999 000 0018", "9990000018"),
        ("nhs_number", "999-000-0018", "9990000018"),
        ("pnc_id", "2003/0011985X", "2003/0011985X"),
        ("pnc_id", "03/11985x", "2003/0011985X"),
        ("pnc_id", "87 / 123 Z", "1987/0000123Z"),
        ("pnc_id", "2003/11985X", "2003/0011985X"),
        ("cro_number", "1234/09x", "1234/09X"),
        ("cro_number", "SF 98/12a", "SF98/12A"),
    ],
)
def test_it_is_kept_in_one_form(field: str, written: str, kept: str) -> None:
    identity = Identity.model_validate({field: written})
    assert getattr(identity, field) == kept
    assert Identity.model_validate_json(identity.model_dump_json()) == identity


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("nhs_number", "999000001"),
        ("nhs_number", 9990000018),
        ("pnc_id", "2003-0011985X"),
        ("pnc_id", "203/0011985X"),
        ("pnc_id", "03/११९८५X"),
        ("cro_number", "n/a"),
    ],
)
def test_what_is_no_such_number_is_refused(field: str, written: object) -> None:
    with pytest.raises(ValueError, match=field):
        Identity.model_validate({field: written})
