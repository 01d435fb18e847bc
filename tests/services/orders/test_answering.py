"""What an order leaves to ask is answered in words, by its force, by REST and on its page; and asked again
once the order is varied."""

from datetime import timedelta
from typing import Any

from chassis.ids import new_id
from tests.services.orders.test_http import BETWEEN, Orders, corrected, prepared, told
from tests.services.orders.test_http import orders as orders
from tests.support.waiting import until

WORDS = "The one programme near here had no place."


async def test_what_an_order_leaves_to_ask_is_answered_and_asked_again_once_it_is_varied(
    orders: Orders,
) -> None:
    await prepared(orders)
    said = {"order": "spo", "until_further_order": True, "authorised_by": "chief-constable", **BETWEEN}
    said["prohibitions"] = [{"kind": "no-contact"}]
    root = await told(orders, "orders", 2, said)

    async def shown(who: str = "supervisor") -> dict[str, Any]:
        page: dict[str, Any] = (await orders.get(who, f"orders/{root}")).json()
        return page

    async def asks(*questions: str) -> bool:
        return (await shown()).get("questions") == list(questions)

    await until(lambda: asks("no-requirements", "rank-needlessly-high"))
    answer = {"order": root, "version": 1, "question": "no-requirements", "narrative": {"text": WORDS}}
    for who, wrong, status in (
        ("council-system", {}, 404),
        ("supervisor-elsewhere", {}, 404),
        ("control-room", {}, 404),
        ("police-system", {"narrative": None}, 422),
        ("police-system", {"version": 2}, 422),
        ("police-system", {"question": "address-known"}, 422),
    ):
        refused = await orders.post(who, "question-answers", answer | wrong)
        assert refused.status_code == status, (who, wrong, refused.text)
    taken = await orders.post("police-system", "question-answers", answer)
    assert taken.status_code == 201, taken.text
    await until(lambda: asks("rank-needlessly-high"))
    assert [each["words"] for each in (await shown())["answers"]] == [WORDS]

    path, headers = f"/orders/orders/{root}/answers", {"Authorization": "Bearer supervisor"}
    typed = {"once": new_id(), "version": "1", "question": "rank-needlessly-high", "words": " "}
    refused = await orders.http.post(path, data=typed, headers=headers)
    assert (refused.status_code, "Say why it is so." in refused.text) == (422, True)
    typed["words"] = "The superintendent was away."
    pressed = [await orders.http.post(path, data=typed, headers=headers) for _ in range(2)]
    assert [each.status_code for each in pressed] == [303, 303]
    assert await asks()
    page = (await orders.http.get(f"/orders/orders/{root}", headers=headers | {"Accept": "text/html"})).text
    assert WORDS in page
    assert "The superintendent was away." in page

    made = (orders.runtime.clock.now() - timedelta(days=2)).isoformat()
    other = {"prohibitions": [{"kind": "no-online-contact"}], "made": made}
    await corrected(orders, root, said | other)
    await until(lambda: asks("no-requirements", "rank-needlessly-high"), what="it was varied")
    assert (await shown())["answers"] == []
