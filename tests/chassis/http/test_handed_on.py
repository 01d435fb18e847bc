"""What a partner said is handed on by a token that speaks for that partner, and that nobody else makes."""

import pytest
from pydantic import SecretStr

from chassis.http.auth import HANDED_ON, Caller, Doorkeeper, handed_on
from chassis.http.issuer import Foreign, Issuer
from chassis.http.sealed import Seal
from chassis.ids import Ids
from chassis.settings import Settings

SETTINGS = Settings()
OTHERS = Settings(secret=SecretStr("the secret of another deployment"))
PARTNER = Caller("id", "issuer", "subject", "housing", frozenset({"reporter"}), frozenset(), "")


def doorkeeper() -> Doorkeeper:
    return Doorkeeper(SETTINGS, Issuer(SETTINGS), Ids(SETTINGS.secret.get_secret_value()))


async def test_it_speaks_for_the_partner_and_no_person() -> None:
    assert await doorkeeper().caller(handed_on(SETTINGS, PARTNER)) == PARTNER
    assert not PARTNER.signed_in


@pytest.mark.parametrize(
    "token",
    [
        handed_on(OTHERS, PARTNER),
        HANDED_ON + Seal(SETTINGS.secret.get_secret_value(), "cursor:orders").close(["id"] * 5),
        HANDED_ON + "nothing",
    ],
    ids=["of another deployment", "sealed for another purpose", "no seal"],
)
async def test_another_is_foreign(token: str) -> None:
    with pytest.raises(Foreign):
        await doorkeeper().caller(token)
